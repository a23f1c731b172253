/* SPDX-License-Identifier: Apache-2.0 */
#include "grub-tool/boot_words.h"

#include <stdlib.h>
#include <string.h>

#include "grub-tool/boot_line.h"

void boot_words_free(struct boot_words *words)
{
    if (words == NULL)
        return;
    free(words->words);
    free(words->line);
    free(words->kernel);
    *words = (struct boot_words){ 0 };
}

const char *boot_word_text(const struct boot_words *words, const struct boot_word *word)
{
    return words->line + word->name;
}

bool boot_word_is_swiotlb(const struct boot_words *words, const struct boot_word *word)
{
    const char *text = boot_word_text(words, word);

    return strncmp(text, "swiotlb", 7) == 0 && (text[7] == '\0' || text[7] == '=');
}

bool boot_word_live(const struct boot_word *word)
{
    return !word->after_dashes && !word->after_hash && !word->dashes;
}

const char *boot_problem_text(enum boot_problem problem)
{
    switch (problem) {
    case BOOT_TEXT_FINE:
        return "is fine";
    case BOOT_TEXT_SPECIAL:
        return "holds one of ; & | < > { }, which GRUB takes for its own";
    case BOOT_TEXT_NEWLINE:
        return "holds a line break: the rest would be a command of its own";
    case BOOT_TEXT_CONTROL:
        return "holds a control character";
    case BOOT_TEXT_UNCLOSED:
        return "holds a quote that is not closed for GRUB";
    case BOOT_TEXT_BACKSLASH:
        return "ends in a backslash, which would join the next word";
    case BOOT_TEXT_DOLLAR:
        return "holds a $ that GRUB cannot read";
    case BOOT_TEXT_TOO_LONG:
        return "is longer than any command line";
    }
    return "cannot be understood";
}

/* The kernel's isspace(): Latin-1, so the no-break space counts. */
static bool kernel_space(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r') || byte == 0xa0;
}

/* next_arg(): the word at line[*at], its end in *at; name and size without the quotes. */
static void next_word(const struct splitter *s, size_t *at, struct boot_word *word)
{
    const struct line_byte *line = s->line;
    size_t start = *at, equals = 0, end;
    bool quoted = line[start].byte == '"', in_quote = quoted;

    if (quoted)
        start++;
    for (end = start; end < s->line_count; end++) {
        if (kernel_space(line[end].byte) && !in_quote)
            break;
        if (equals == 0 && line[end].byte == '=')
            equals = end;
        if (line[end].byte == '"')
            in_quote = !in_quote;
    }
    *at = end;
    word->name = start;
    word->size = end - start;
    if (quoted && word->size > 0 && line[end - 1].byte == '"')
        word->size--;
}

static bool append_word(struct splitter *s, size_t *room, const struct boot_word *word)
{
    void *words = s->ret->words;

    if (!boot_line_grow(s, &words, s->ret->count, room, sizeof(*s->ret->words)))
        return false;
    s->ret->words = words;
    s->ret->words[s->ret->count++] = *word;
    return true;
}

/* Where the word came from. A byte is of the piece that was being made when it was put. */
static void trace(const struct splitter *s, size_t start, size_t end, struct boot_word *word)
{
    const struct piece *first, *last;

    while (end > start + 1 && s->line[end - 1].piece >= s->piece_count)
        end--;
    first = &s->pieces[s->line[start].piece];
    last = &s->pieces[s->line[end - 1].piece];
    word->start = first->start;
    word->end = last->end;
    word->after_hash = first->after_hash;
    word->whole = first == last &&
                  (start == 0 || s->line[start - 1].piece != s->line[start].piece) &&
                  (end >= s->line_count || s->line[end].byte == ' ') &&
                  (end + 1 >= s->line_count || s->line[end + 1].piece != s->line[start].piece);
    for (size_t i = start; i < end; i++) {
        word->unknown |= s->line[i].unknown;
        word->variable |= s->line[i].variable;
    }
}

static void kernel_words(struct splitter *s)
{
    bool after_dashes = false;
    size_t room = 0;

    for (size_t at = 0; at < s->line_count;) {
        struct boot_word word = { 0 };
        size_t start = at;

        if (kernel_space(s->line[at].byte)) {
            at++;
            continue;
        }
        next_word(s, &at, &word);
        if (s->line[start].piece >= s->piece_count)
            return; /* the piece with the problem */
        trace(s, start, at, &word);
        word.after_dashes = after_dashes;
        word.dashes = !after_dashes && !word.after_hash && word.size == 2 &&
                      s->line[word.name].byte == '-' && s->line[word.name + 1].byte == '-';
        after_dashes |= word.dashes;
        if (!append_word(s, &room, &word))
            return;
    }
}

/* The line as text. Each word's end becomes a NUL; as next_arg() does, one pair of quotes round
 * the value goes. */
static void make_line(struct splitter *s)
{
    char *line = malloc(s->line_count + 1);

    s->ret->line = line;
    if (line == NULL) {
        s->no_memory = true;
        return;
    }
    for (size_t i = 0; i < s->line_count; i++) {
        line[i] = (char)s->line[i].byte;
        if (s->line[i].piece >= s->piece_count || !s->pieces[s->line[i].piece].after_hash)
            s->ret->line_size = i; /* the last byte is a blank that GRUB turns into the NUL */
    }
    line[s->line_count] = '\0';
    s->ret->kernel = strndup(line, s->ret->line_size);
    s->no_memory |= s->ret->kernel == NULL;
    for (size_t i = 0; i < s->ret->count; i++) {
        struct boot_word *word = &s->ret->words[i];
        char *text = line + word->name, *value;

        text[word->size] = '\0';
        value = strchr(text, '=');
        if (value == NULL || value[1] != '"')
            continue;
        memmove(value + 1, value + 2, strlen(value + 2) + 1);
        word->size = strlen(text);
        if (word->size > 0 && text[word->size - 1] == '"')
            text[--word->size] = '\0';
    }
}

static void check_bytes(struct splitter *s)
{
    for (size_t i = 0; i < s->text.size; i++) {
        if (s->text.data[i] == '\n')
            boot_line_problem(s, BOOT_TEXT_NEWLINE, i);
        else if ((s->text.data[i] < 0x20 && s->text.data[i] != '\t') || s->text.data[i] == 0x7f)
            boot_line_problem(s, BOOT_TEXT_CONTROL, i);
    }
}

enum tdx_status boot_words_split(struct span text, const uint8_t *opaque, enum boot_text_kind kind,
                                 struct boot_words *ret, struct tdx_error *err)
{
    struct splitter s = { .text = text, .opaque = opaque, .ret = ret };

    *ret = (struct boot_words){ 0 };
    if (text.size > BOOT_TEXT_LIMIT)
        boot_line_problem(&s, BOOT_TEXT_TOO_LONG, BOOT_TEXT_LIMIT);
    else
        check_bytes(&s);
    if (ret->problem == BOOT_TEXT_FINE && kind == BOOT_TEXT_GRUB)
        boot_line_grub(&s);
    else if (ret->problem == BOOT_TEXT_FINE)
        boot_line_plain(&s);
    if (!s.no_memory)
        kernel_words(&s);
    if (!s.no_memory)
        make_line(&s);
    free(s.line);
    free(s.pieces);
    if (!s.no_memory)
        return TDX_OK;
    boot_words_free(ret);
    return status_fail(err, TDX_NO_MEMORY, "a command line of %zu bytes", text.size);
}
