/* SPDX-License-Identifier: Apache-2.0 */
/* GRUB's script lexer (grub-core/script/yylex.l) and its loader's quoting
 * (grub-core/lib/cmdline.c). */
#include "grub-tool/boot_line.h"

#include <stdlib.h>
#include <string.h>

bool boot_line_grow(struct splitter *s, void **array, size_t count, size_t *room, size_t size)
{
    void *grown;

    if (count < *room)
        return true;
    grown = realloc(*array, (*room * 2 + 64) * size);
    if (grown == NULL) {
        s->no_memory = true;
        return false;
    }
    *array = grown;
    *room = *room * 2 + 64;
    return true;
}

static void put(struct splitter *s, uint8_t byte, bool unknown, bool variable)
{
    void *line = s->line;

    if (!boot_line_grow(s, &line, s->line_count, &s->line_room, sizeof(*s->line)))
        return;
    s->line = line;
    s->line[s->line_count++] = (struct line_byte){
        .byte = byte, .unknown = unknown, .variable = variable, .piece = (uint32_t)s->piece_count
    };
}

/* As grub_create_loader_cmdline() does. (It lets a literal \xHH pass; no word's end depends on it.)
 */
static void put_escaped(struct splitter *s, uint8_t byte)
{
    if (byte == '\\' || byte == '\'' || byte == '"')
        put(s, '\\', false, false);
    put(s, byte, false, false);
}

void boot_line_problem(struct splitter *s, enum boot_problem what, size_t at)
{
    if (s->ret->problem != BOOT_TEXT_FINE)
        return;
    s->ret->problem = what;
    s->ret->problem_at = at;
}

static bool is_name(uint8_t byte, bool first)
{
    return byte == '_' || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (!first && byte >= '0' && byte <= '9');
}

static uint8_t byte_at(const struct splitter *s, size_t at)
{
    return at < s->text.size ? s->text.data[at] : 0;
}

static bool opaque_at(const struct splitter *s, size_t at)
{
    return s->opaque != NULL && at < s->text.size && s->opaque[at] != 0;
}

/* At a '$': skips the variable, or says that there is none. */
static bool skip_variable(struct splitter *s)
{
    size_t at = s->at + 1;
    bool braced = byte_at(s, at) == '{';
    size_t start = braced ? ++at : at;

    if (is_name(byte_at(s, at), true))
        while (is_name(byte_at(s, at), false))
            at++;
    else if (byte_at(s, at) >= '0' && byte_at(s, at) <= '9')
        while (byte_at(s, at) >= '0' && byte_at(s, at) <= '9')
            at++;
    else if (byte_at(s, at) != 0 && strchr("?#*@", byte_at(s, at)) != NULL)
        at++;
    if (at == start || (braced && byte_at(s, at) != '}'))
        return false;
    s->at = braced ? at + 1 : at;
    put(s, '$', true, true);
    return true;
}

static void double_quoted(struct splitter *s)
{
    size_t open = s->at++;

    while (s->at < s->text.size && s->ret->problem == BOOT_TEXT_FINE) {
        uint8_t byte = s->text.data[s->at];
        uint8_t next = byte_at(s, s->at + 1);

        if (opaque_at(s, s->at)) {
            put(s, '?', true, false);
            s->at++;
        } else if (byte == '"') {
            s->at++;
            return;
        } else if (byte == '\\' && (next == '$' || next == '\\' || next == '"')) {
            put_escaped(s, next);
            s->at += 2;
        } else if (byte == '$') {
            if (!skip_variable(s))
                boot_line_problem(s, BOOT_TEXT_DOLLAR, s->at);
        } else {
            put_escaped(s, byte);
            s->at++;
        }
    }
    boot_line_problem(s, BOOT_TEXT_UNCLOSED, open);
}

static void single_quoted(struct splitter *s)
{
    size_t open = s->at++;

    for (; s->at < s->text.size; s->at++) {
        if (opaque_at(s, s->at)) {
            put(s, '?', true, false);
        } else if (s->text.data[s->at] == '\'') {
            s->at++;
            return;
        } else {
            put_escaped(s, s->text.data[s->at]);
        }
    }
    boot_line_problem(s, BOOT_TEXT_UNCLOSED, open);
}

/* The bytes of one GRUB word, from s->at on. */
static void word_bytes(struct splitter *s)
{
    while (s->at < s->text.size && s->ret->problem == BOOT_TEXT_FINE) {
        uint8_t byte = s->text.data[s->at];

        if (opaque_at(s, s->at)) {
            put(s, '?', true, false);
            s->at++;
        } else if (byte == ' ' || byte == '\t') {
            return;
        } else if (byte == '"') {
            double_quoted(s);
        } else if (byte == '\'') {
            single_quoted(s);
        } else if (byte == '\\' && s->at + 1 == s->text.size) {
            boot_line_problem(s, BOOT_TEXT_BACKSLASH, s->at);
        } else if (byte == '\\') {
            put_escaped(s, s->text.data[s->at + 1]);
            s->at += 2;
        } else if (byte == '$') {
            if (!skip_variable(s))
                boot_line_problem(s, BOOT_TEXT_DOLLAR, s->at);
        } else if (strchr(";&|<>{}", byte) != NULL) {
            boot_line_problem(s, BOOT_TEXT_SPECIAL, s->at);
        } else {
            put(s, byte, false, false);
            s->at++;
        }
    }
}

/* A word that holds a blank is given to the kernel in double quotes. */
static void wrap(struct splitter *s, size_t from)
{
    bool blank = false;

    for (size_t i = from; i < s->line_count; i++)
        blank |= s->line[i].byte == ' ';
    if (!blank)
        return;
    put(s, '"', false, false);
    put(s, '"', false, false);
    if (s->no_memory)
        return;
    memmove(s->line + from + 1, s->line + from, (s->line_count - from - 2) * sizeof(*s->line));
    s->line[from] = s->line[s->line_count - 1];
}

static void add_piece(struct splitter *s, size_t start, bool after_hash)
{
    void *pieces = s->pieces;

    if (!boot_line_grow(s, &pieces, s->piece_count, &s->piece_room, sizeof(*s->pieces)))
        return;
    s->pieces = pieces;
    s->pieces[s->piece_count++] =
        (struct piece){ .start = start, .end = s->at, .after_hash = after_hash };
}

void boot_line_grub(struct splitter *s)
{
    bool after_hash = false;

    while (s->ret->problem == BOOT_TEXT_FINE && !s->no_memory) {
        size_t start, from = s->line_count;

        while (byte_at(s, s->at) == ' ' || byte_at(s, s->at) == '\t')
            s->at++;
        if (s->at >= s->text.size)
            return;
        start = s->at;
        after_hash |= byte_at(s, s->at) == '#' && !opaque_at(s, s->at);
        if (after_hash) /* a comment for GRUB: only blanks matter, so that we can clean it up */
            for (; s->at < s->text.size && byte_at(s, s->at) != ' ' && byte_at(s, s->at) != '\t';
                 s->at++)
                put(s, byte_at(s, s->at), opaque_at(s, s->at), false);
        else
            word_bytes(s);
        wrap(s, from);
        put(s, ' ', false, false);
        add_piece(s, start, after_hash);
    }
}

/* systemd-boot hands the text over as it is: one piece for each byte's blank-separated run. */
void boot_line_plain(struct splitter *s)
{
    while (s->at < s->text.size && !s->no_memory) {
        size_t start = s->at;

        while (s->at < s->text.size && s->text.data[s->at] != ' ')
            put(s, s->text.data[s->at++], false, false);
        put(s, ' ', false, false);
        if (s->at > start)
            add_piece(s, start, false);
        s->at++;
    }
}
