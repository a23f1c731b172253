/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/health_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "core/base/files.h"
#include "core/base/hex.h"
#include "core/base/span_text.h"
#include "pam_tdx/verdict.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/elf_builder.h"
#include "tests/unit/health_fixture_files.h"

#define KNOBS_MAX    16
#define GRUBENV_SIZE 1024
#define STAT_TXT     "/.probe/stat.txt"

/* Where directives act. */
struct place {
    const struct fixture *fixture;
    const char *folder;
    struct span *rest; /* what follows the directive's line */
};

static void complain(const struct place *place, const char *what, const char *detail)
{
    fail_msg("fixture %s: %s: %s", place->fixture->name, what, detail);
}

/* A word of the directive's line as a string; false if there is none. */
static bool take_word(struct span *line, char *out, size_t size)
{
    struct span word;

    if (!word_next(line, &word))
        return false;
    assert_true(word.size < size);
    (void)span_string(word, out, size);
    return true;
}

/* The lines below a directive that begin with a tab, without it. */
static void take_block(struct span *rest, struct text *out)
{
    struct span after = *rest, line;

    while (line_next(&after, &line) && span_begins(line, "\t")) {
        text_add_n(out, (const char *)line.data + 1, line.size - 1);
        text_add_char(out, '\n');
        *rest = after;
    }
}

static void write_block(const struct place *place, struct span *words, bool append)
{
    struct text content = { 0 };
    char path[FIXTURE_PATH_SIZE];

    if (!take_word(words, path, sizeof(path)))
        complain(place, "write", "a path is missing");
    if (append)
        fixture_read(place->folder, path, &content);
    take_block(place->rest, &content);
    assert_true(text_ok(&content));
    fixture_write(place->folder, path, text_string(&content), content.length);
    text_free(&content);
}

static void do_write(const struct place *place, struct span *words)
{
    write_block(place, words, false);
}

static void do_append(const struct place *place, struct span *words)
{
    write_block(place, words, true);
}

/* Lines "-OLD", "+NEW" in pairs: each OLD must stand there, and is replaced wherever it does. */
static void do_edit(const struct place *place, struct span *words)
{
    struct text before = { 0 }, block = { 0 };
    char path[FIXTURE_PATH_SIZE];
    struct span lines, old, new;

    if (!take_word(words, path, sizeof(path)))
        complain(place, "edit", "a path is missing");
    fixture_read(place->folder, path, &before);
    take_block(place->rest, &block);
    lines = (struct span){ (const uint8_t *)text_string(&block), block.length };
    while (line_next(&lines, &old) && line_next(&lines, &new)) {
        struct text after = { 0 };
        const char *at = text_string(&before), *found;
        char wanted[FIXTURE_PATH_SIZE];

        (void)span_string((struct span){ old.data + 1, old.size - 1 }, wanted, sizeof(wanted));
        if (old.data[0] != '-' || new.data[0] != '+' || strstr(at, wanted) == NULL)
            complain(place, path, wanted);
        for (; (found = strstr(at, wanted)) != NULL; at = found + old.size - 1) {
            text_add_n(&after, at, (size_t)(found - at));
            text_add_n(&after, (const char *)new.data + 1, new.size - 1);
        }
        text_add(&after, at);
        text_free(&before);
        before = after;
    }
    assert_true(text_ok(&before));
    fixture_write(place->folder, path, text_string(&before), before.length);
    text_free(&before);
    text_free(&block);
}

/* A GRUB environment block: the lines, filled up. */
static void do_grubenv(const struct place *place, struct span *words)
{
    struct text content = { 0 };
    char path[FIXTURE_PATH_SIZE];

    if (!take_word(words, path, sizeof(path)))
        complain(place, "grubenv", "a path is missing");
    text_add(&content, "# GRUB Environment Block\n");
    take_block(place->rest, &content);
    assert_true(content.length <= GRUBENV_SIZE);
    while (content.length < GRUBENV_SIZE)
        text_add_char(&content, '#');
    fixture_write(place->folder, path, text_string(&content), content.length);
    text_free(&content);
}

static void do_remove(const struct place *place, struct span *words)
{
    char path[FIXTURE_PATH_SIZE], full[FIXTURE_PATH_SIZE];
    struct stat st;

    while (take_word(words, path, sizeof(path))) {
        if (lstat(fixture_path(place->folder, path, full), &st) != 0)
            complain(place, "remove: not there", path);
        fixture_remove(full);
    }
}

/* A folder where a file is expected is one that cannot be read, for root too. */
static void do_folder(const struct place *place, struct span *words)
{
    char path[FIXTURE_PATH_SIZE], full[FIXTURE_PATH_SIZE];

    while (take_word(words, path, sizeof(path)))
        assert_int_equal(mkdir(fixture_make_room(place->folder, path, full), 0755), 0);
}

static void do_link(const struct place *place, struct span *words)
{
    char path[FIXTURE_PATH_SIZE], target[FIXTURE_PATH_SIZE], full[FIXTURE_PATH_SIZE];

    if (!take_word(words, path, sizeof(path)) || !take_word(words, target, sizeof(target)))
        complain(place, "link", "it takes a path and a target");
    assert_int_equal(symlink(target, fixture_make_room(place->folder, path, full)), 0);
}

static void do_hex(const struct place *place, struct span *words)
{
    char path[FIXTURE_PATH_SIZE], digits[FIXTURE_PATH_SIZE];
    uint8_t bytes[FIXTURE_PATH_SIZE / 2];
    size_t size = 0;

    if (!take_word(words, path, sizeof(path)) || !take_word(words, digits, sizeof(digits)))
        complain(place, "hex", "it takes a path and digits");
    assert_status(hex_decode(digits, strlen(digits), bytes, sizeof(bytes), &size, NULL), "OK");
    fixture_write(place->folder, path, bytes, size);
}

/* A line of stat.txt, in place of the one for that path. */
static void set_stat(const struct place *place, const char *path, struct span what)
{
    struct text before = { 0 }, after = { 0 };
    char full[FIXTURE_PATH_SIZE], real[FIXTURE_PATH_SIZE];
    struct span lines, line, words, word;

    if (access(fixture_path(place->folder, STAT_TXT, full), F_OK) == 0)
        fixture_read(place->folder, STAT_TXT, &before);
    lines = (struct span){ (const uint8_t *)text_string(&before), before.length };
    path = fixture_path("", path, real);
    while (line_next(&lines, &line)) {
        words = line;
        if (word_next(&words, &word) && !span_is(word, path))
            text_addf(&after, "%.*s\n", (int)line.size, (const char *)line.data);
    }
    text_addf(&after, "%s %.*s\n", path, (int)what.size, (const char *)what.data);
    fixture_write(place->folder, STAT_TXT, text_string(&after), after.length);
    text_free(&before);
    text_free(&after);
}

static void do_stat(const struct place *place, struct span *words)
{
    char path[FIXTURE_PATH_SIZE];

    if (!take_word(words, path, sizeof(path)))
        complain(place, "stat", "a path is missing");
    set_stat(place, path, span_trim(*words));
}

static void do_denied(const struct place *place, struct span *words)
{
    char path[FIXTURE_PATH_SIZE];

    while (take_word(words, path, sizeof(path)))
        set_stat(place, path, (struct span){ (const uint8_t *)"denied", 6 });
}

/* "elf PATH [OLD NEW]...": a program or library that needs libpam and offers the entry point of an
 * account module; names of the same length in place of others. */
static void do_elf(const struct place *place, struct span *words)
{
    uint8_t file[ELF_SIZE];
    char path[FIXTURE_PATH_SIZE], old[FIXTURE_NAME_SIZE], new[FIXTURE_NAME_SIZE];

    if (!take_word(words, path, sizeof(path)))
        complain(place, "elf", "a path is missing");
    elf_build(file, true);
    while (take_word(words, old, sizeof(old)) && take_word(words, new, sizeof(new))) {
        uint8_t *at = memmem(file, sizeof(file), old, strlen(old));

        if (at == NULL || strlen(old) != strlen(new))
            complain(place, "elf", old);
        memcpy(at, new, strlen(new));
    }
    fixture_write(place->folder, path, file, sizeof(file));
}

/* "verdict ID WORDS": what tdx-gate-check answers. It is of this version. */
static void do_verdict(const struct place *place, struct span *words)
{
    char id[FIXTURE_NAME_SIZE], line[VERDICT_LINE_LIMIT];
    struct verdict verdict = { .status = TDX_OK };
    size_t length;

    if (!take_word(words, id, sizeof(id)))
        complain(place, "verdict", "an id is missing");
    if (!status_find(id, &verdict.status))
        complain(place, "verdict", id);
    (void)span_string(span_trim(*words), verdict.detail, sizeof(verdict.detail));
    length = verdict_print(&verdict, line);
    fixture_write(place->folder, "/.probe/gate-check.txt", line, length);
    length = (size_t)snprintf(line, sizeof(line), "tdx-gate-check %s\n", PACKAGE_VERSION);
    fixture_write(place->folder, "/.probe/gate-version.txt", line, length);
}

/* A file of the source, or a whole folder, as it is. */
static void do_copy(const struct place *place, struct span *words)
{
    const char *source = getenv("top_srcdir");
    char from[FIXTURE_PATH_SIZE], path[FIXTURE_PATH_SIZE], full[FIXTURE_PATH_SIZE],
        target[FIXTURE_PATH_SIZE];
    struct text content = { 0 };
    struct stat st;

    if (!take_word(words, from, sizeof(from)) || !take_word(words, path, sizeof(path)))
        complain(place, "copy", "it takes a file of the source and a path");
    assert_true(snprintf(full, FIXTURE_PATH_SIZE, "%s/%s", source != NULL ? source : ".", from) <
                FIXTURE_PATH_SIZE);
    if (stat(full, &st) == 0 && S_ISDIR(st.st_mode)) {
        fixture_copy(full, fixture_path(place->folder, strcmp(path, "/") == 0 ? "" : path, target));
        return;
    }
    fixture_read("", full, &content);
    fixture_write(place->folder, path, text_string(&content), content.length);
    text_free(&content);
}

/* Taken when the fixture is read, or together at the end. */
static void do_nothing(const struct place *place, struct span *words)
{
    (void)place;
    (void)words;
}

static const struct directive {
    const char *name;
    void (*act)(const struct place *place, struct span *words);
} directives[] = {
    { "write", do_write },     { "append", do_append },   { "edit", do_edit },
    { "remove", do_remove },   { "folder", do_folder },   { "link", do_link },
    { "hex", do_hex },         { "grubenv", do_grubenv }, { "stat", do_stat },
    { "denied", do_denied },   { "copy", do_copy },       { "elf", do_elf },
    { "verdict", do_verdict }, { "sim", do_nothing },     { "is", do_nothing },
    { "image", do_nothing },   { "screen", do_nothing },
};

static void act(const struct fixture *fixture, const char *folder)
{
    struct span rest = fixture->body, line, word;
    struct place place = { .fixture = fixture, .folder = folder, .rest = &rest };

    while (line_next(&rest, &line)) {
        size_t i = 0;

        if (line.size == 0 || line.data[0] == '#')
            continue;
        assert_true(word_next(&line, &word));
        while (i < COUNT_OF(directives) && !span_is(word, directives[i].name))
            i++;
        if (i == COUNT_OF(directives)) {
            char name[FIXTURE_NAME_SIZE];

            complain(&place, "no such directive", span_string(word, name, sizeof(name)));
        } else {
            directives[i].act(&place, &line);
        }
    }
}

static size_t add_knobs(const struct fixture *fixture, struct span *knobs, size_t count)
{
    struct span rest = fixture->body, line, word;

    while (line_next(&rest, &line)) {
        if (!word_next(&line, &word) || !span_is(word, "sim"))
            continue;
        while (word_next(&line, &word)) {
            assert_true(count < KNOBS_MAX);
            knobs[count++] = word;
        }
    }
    return count;
}

void fixture_make(const struct fixture *fixture, const struct fixture *parent,
                  const char *parent_folder, const char *folder)
{
    struct span knobs[KNOBS_MAX];
    size_t count = parent != NULL ? add_knobs(parent, knobs, 0) : 0;
    size_t all = add_knobs(fixture, knobs, count);

    if (parent != NULL)
        fixture_copy(parent_folder, folder);
    else
        assert_int_equal(file_make_folders(folder), 0);
    if (all > count) /* before the directives, which may change what the platform gave */
        fixture_evidence_make(knobs, all, folder);
    act(fixture, folder);
}

/* "fixture NAME", "fault NAME", "fault NAME from ROOT" */
static bool take_head(struct span line, struct fixture *ret)
{
    struct span word;
    bool is_fault;
    char from[8];

    if (line.size == 0 || line.data[0] == '\t' || !word_next(&line, &word))
        return false;
    is_fault = span_is(word, "fault");
    if (!is_fault && !span_is(word, "fixture"))
        return false;
    *ret = (struct fixture){ .is_fault = is_fault };
    assert_true(take_word(&line, ret->name, sizeof(ret->name)));
    if (is_fault)
        (void)snprintf(ret->from, sizeof(ret->from), "alinux3");
    if (take_word(&line, from, sizeof(from))) {
        assert_string_equal(from, "from");
        assert_true(take_word(&line, ret->from, sizeof(ret->from)));
    }
    return true;
}

static void take_expects(struct span words, struct fixture *ret)
{
    struct fixture_expects *expects = &ret->expects[ret->expects_count++];
    char status[FIXTURE_NAME_SIZE];
    int known = CHECK_PASS;

    assert_true(ret->expects_count <= FIXTURE_EXPECTS_MAX);
    assert_true(take_word(&words, expects->id, sizeof(expects->id)));
    assert_true(take_word(&words, status, sizeof(status)));
    (void)take_word(&words, expects->reason, sizeof(expects->reason));
    while (known < CHECK_STATUS_COUNT &&
           strcmp(check_status_word((enum check_status)known), status) != 0)
        known++;
    if (known == CHECK_STATUS_COUNT)
        fail_msg("fixture %s: %s is no status", ret->name, status);
    expects->status = (enum check_status)known;
}

bool fixture_next(struct span *text, struct fixture *ret)
{
    struct span line, word, after;
    struct fixture other;

    do {
        if (!line_next(text, &line))
            return false;
    } while (!take_head(line, ret));
    ret->body = *text;
    for (after = *text; line_next(&after, &line) && !take_head(line, &other); *text = after) {
        if (line.size == 0 || line.data[0] == '\t' || !word_next(&line, &word))
            continue;
        if (span_is(word, "is"))
            take_expects(line, ret);
        else if (span_is(word, "image"))
            ret->is_image = true;
        else if (span_is(word, "screen"))
            ret->has_screen = true;
    }
    ret->body.size = (size_t)(text->data - ret->body.data);
    return true;
}
