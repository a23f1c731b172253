/* SPDX-License-Identifier: Apache-2.0 */
#include "grub-tool/token.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AREA_DIGITS 10
#define STEP_LIMIT  64

struct fields {
    char areas[AREA_DIGITS + 1]; /* as written, "" if none */
    bool force, noforce, any;
};

/* [N][,][A][,][force|noforce][,][any], as every kernel's parser takes a part of it. */
static void read_fields(const char *value, struct fields *fields)
{
    size_t digits;

    if (value[0] >= '0' && value[0] <= '9')
        value += strspn(value, "0123456789abcdefxABCDEFX");
    value += *value == ',';
    digits = strspn(value, "0123456789");
    if (digits > 0 && digits <= AREA_DIGITS && (value[digits] == ',' || value[digits] == '\0')) {
        memcpy(fields->areas, value, digits);
        fields->areas[digits] = '\0';
        value += digits;
        value += *value == ',';
    }
    fields->force |= strcmp(value, "force") == 0 || strcmp(value, "force,any") == 0;
    fields->noforce |= strncmp(value, "noforce", 7) == 0;
    fields->any |= strcmp(value, "any") == 0 || strcmp(value, "force,any") == 0;
}

const char *token_build(const struct boot_words *words, const struct token_wish *wish,
                        char out[TOKEN_SIZE])
{
    struct fields fields = { 0 };

    out[0] = '\0';
    if (!wish->present)
        return NULL;
    for (size_t i = 0; i < words->count; i++) {
        const struct boot_word *word = &words->words[i];
        const char *text = boot_word_text(words, word);

        if (boot_word_is_swiotlb(words, word) && boot_word_live(word) && text[7] == '=')
            read_fields(text + 8, &fields);
    }
    if (fields.noforce)
        return "it says swiotlb=noforce: a TDX guest has no DMA at all then and cannot boot; "
               "remove "
               "that word first";
    (void)snprintf(out, TOKEN_SIZE, "swiotlb=%" PRIu64 "%s%s%s%s", wish->slabs,
                   fields.areas[0] != '\0' ? "," : "", fields.areas, fields.force ? ",force" : "",
                   fields.any ? ",any" : "");
    return NULL;
}

bool token_in_front(const struct boot_words *words, size_t extra)
{
    for (size_t i = 0; i < words->count; i++)
        if (words->words[i].dashes || words->words[i].after_hash)
            return true;
    return words->line_size + extra + TOKEN_SIZE > KERNEL_LINE_LIMIT;
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

/* Copies text without the word at [start, end) and one blank beside it. */
static void cut_word(struct span text, size_t start, size_t end, struct text *ret)
{
    if (start > 0 && is_blank(text.data[start - 1]))
        start--;
    else if (end < text.size && is_blank(text.data[end]))
        end++;
    text_add_n(ret, (const char *)text.data, start);
    text_add_n(ret, (const char *)text.data + end, text.size - end);
}

/* The word to keep: the last one the kernel looks at, unless it lies where it would be lost. */
static size_t word_to_keep(const struct boot_words *words, bool overlong)
{
    size_t keep = words->count;

    for (size_t i = 0; i < words->count; i++)
        if (boot_word_is_swiotlb(words, &words->words[i]) && boot_word_live(&words->words[i]) &&
            !(overlong && words->words[i].name > KERNEL_LINE_LIMIT / 2))
            keep = i;
    return keep;
}

static const char *check(const struct boot_words *words)
{
    if (words->problem != BOOT_TEXT_FINE)
        return boot_problem_text(words->problem);
    for (size_t i = 0; i < words->count; i++) {
        const struct boot_word *word = &words->words[i];
        const char *text = boot_word_text(words, word);

        if (word->unknown && strstr(text, "swiotlb") != NULL)
            return "has a swiotlb whose value GRUB puts together at boot";
        if (boot_word_is_swiotlb(words, word) && !word->whole)
            return "has a swiotlb= that is quoted together with other words";
    }
    return NULL;
}

/* One step towards the wish: at most one word is cut, replaced or added. Returns true if text was
 * already as wished (and then ret is a copy). */
static bool step(struct span text, const struct boot_words *words, const char *token,
                 struct text *ret)
{
    bool front = token_in_front(words, 0);
    size_t keep =
        token[0] != '\0' ? word_to_keep(words, words->line_size > KERNEL_LINE_LIMIT) : words->count;

    for (size_t i = 0; i < words->count; i++)
        if (i != keep && boot_word_is_swiotlb(words, &words->words[i])) {
            cut_word(text, words->words[i].start, words->words[i].end, ret);
            return false;
        }
    if (keep < words->count) {
        const struct boot_word *word = &words->words[keep];
        bool same = word->end - word->start == strlen(token) &&
                    memcmp(text.data + word->start, token, strlen(token)) == 0;

        text_add_n(ret, (const char *)text.data, word->start);
        text_add(ret, token);
        text_add_n(ret, (const char *)text.data + word->end, text.size - word->end);
        return same;
    }
    if (token[0] == '\0' || front) {
        text_addf(ret, "%s%s", token, token[0] != '\0' && text.size > 0 ? " " : "");
        text_add_n(ret, (const char *)text.data, text.size);
        return token[0] == '\0';
    }
    text_add_n(ret, (const char *)text.data, text.size);
    if (text.size > 0 && !is_blank(text.data[text.size - 1]))
        text_add_char(ret, ' ');
    text_add(ret, token);
    return false;
}

const char *token_edit(struct span text, enum boot_text_kind kind, const struct token_wish *wish,
                       struct text *ret)
{
    struct text now = { 0 }, next = { 0 };
    char token[TOKEN_SIZE] = "";
    const char *why = NULL;
    bool done = false;

    text_add_n(&now, (const char *)text.data, text.size);
    for (unsigned steps = 0; !done && why == NULL; steps++) {
        struct span at = { (const uint8_t *)text_string(&now), now.length };
        struct boot_words words = { 0 };

        if (boot_words_split(at, NULL, kind, &words, NULL) != TDX_OK || !text_ok(&now))
            why = "needs more memory than there is";
        else if (steps > STEP_LIMIT)
            why = "has more swiotlb= than anybody would write";
        else
            why = check(&words);
        if (why == NULL && steps == 0) /* the fields are those of the text as it was */
            why = token_build(&words, wish, token);
        if (why == NULL) {
            text_clear(&next);
            done = step(at, &words, token, &next);
            text_clear(&now);
            text_add_n(&now, text_string(&next), next.length);
        }
        boot_words_free(&words);
    }
    if (why == NULL)
        text_add_n(ret, text_string(&now), now.length);
    if (why == NULL && (!text_ok(&now) || !text_ok(&next) || !text_ok(ret)))
        why = "needs more memory than there is";
    text_free(&now);
    text_free(&next);
    return why;
}

static const struct boot_word *next_other(const struct boot_words *words, size_t *at)
{
    while (*at < words->count && boot_word_is_swiotlb(words, &words->words[*at]))
        (*at)++;
    return *at < words->count ? &words->words[(*at)++] : NULL;
}

bool token_same_others(const struct boot_words *a, const struct boot_words *b)
{
    size_t i = 0, j = 0;

    for (;;) {
        const struct boot_word *left = next_other(a, &i), *right = next_other(b, &j);

        if (left == NULL || right == NULL)
            return left == right;
        if (strcmp(boot_word_text(a, left), boot_word_text(b, right)) != 0 ||
            left->after_dashes != right->after_dashes || left->after_hash != right->after_hash)
            return false;
    }
}
