/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/default_grub_case.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/grub_shell.h"

const struct token_wish default_grub_case_wish = { .present = true, .slabs = 524288 };
const struct token_wish default_grub_case_nothing = { .present = false };

enum tdx_status default_grub_case_edit(const struct span *texts, size_t count,
                                       const struct token_wish *asked,
                                       struct default_grub_edit *ret, struct tdx_error *err)
{
    static const char *const paths[] = { "/etc/default/grub", "/etc/default/grub.d/50-x.cfg",
                                         "/etc/default/grub.d/60-y.cfg" };
    struct shell_file files[3];
    struct default_grub_input input = { files, count };

    for (size_t i = 0; i < count; i++) /* exact copies, so that ASan sees a byte read too far */
    {
        uint8_t *copy = malloc(texts[i].size > 0 ? texts[i].size : 1);

        assert_non_null(copy);
        memcpy(copy, texts[i].data, texts[i].size);
        files[i] = (struct shell_file){ paths[i], { copy, texts[i].size } };
    }
    *ret = (struct default_grub_edit){ 0 };
    enum tdx_status status = default_grub_edit(&input, asked, ret, err);

    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)files[i].text.data);
    return status;
}

struct span default_grub_case_result(const struct default_grub_edit *edited, size_t i,
                                     struct span before)
{
    return edited->changed[i] ? text_span(&edited->files[i]) : before;
}

/* Appends the lines without that variable, and without the word itself in others that use it. */
static void other_lines(const struct text *set, struct text *ret)
{
    const char *line = text_string(set);

    while (*line != '\0') {
        const char *end = strchr(line, '\n');
        size_t size = end != NULL ? (size_t)(end - line) : strlen(line);

        if (strncmp(line, V "=", strlen(V) + 1) != 0) {
            for (size_t i = 0; i < size; i++) {
                if (size - i >= 7 && strncmp(line + i, "swiotlb", 7) == 0)
                    i += 6 + strspn(line + i + 7, "=,0123456789force");
                else if (strchr(" '\t", line[i]) == NULL) /* quoted only where it must be */
                    text_add_char(ret, line[i]);
            }
            text_add_char(ret, '\n');
        }
        line += size + (end != NULL);
    }
}

/* The words of a value, those beginning with swiotlb (perhaps in a quote) left out. Returns how
 * many of them were the wanted one. */
static unsigned words_of(const char *value, struct text *ret)
{
    unsigned wanted = 0;

    while (*value != '\0') {
        size_t blank = strspn(value, " \t"), size = strcspn(value + blank, " \t");
        const char *word = value + blank;

        if (strncmp(word, S, sizeof(S) - 1) == 0 &&
            (word[sizeof(S) - 1] == ',' || size == sizeof(S) - 1))
            wanted++;
        else if (size > 0 && strncmp(word, "swiotlb=", 8) != 0 &&
                 strncmp(word, "\"swiotlb=", 9) != 0 &&
                 !(size == 7 && strncmp(word, "swiotlb", 7) == 0)) {
            text_add_n(ret, word, size);
            text_add_char(ret, '\n');
        }
        value += blank + size;
    }
    return wanted;
}

/* What real shells say about the two states of the files. */
void default_grub_case_shells(const char *name, const struct span *before, const struct span *after,
                              size_t count, bool words_are_plain)
{
    for (const struct grub_shell *shell = grub_shells; shell->name != NULL; shell++) {
        struct text set[2] = { { 0 } }, others[2] = { { 0 } }, value[2] = { { 0 } },
                    words[2] = { { 0 } };
        int there[2], code[2];

        if (!grub_shell_there(shell))
            continue;
        code[0] = grub_shell_source(shell, before, count, &set[0]);
        code[1] = grub_shell_source(shell, after, count, &set[1]);
        (void)grub_shell_value(shell, before, count, V, &there[0], &value[0]);
        (void)grub_shell_value(shell, after, count, V, &there[1], &value[1]);
        for (int i = 0; i < 2; i++)
            other_lines(&set[i], &others[i]);
        if (code[0] != code[1] || strcmp(text_string(&others[0]), text_string(&others[1])) != 0)
            fail_msg("%s under %s: %d, %d\n%s---\n%s", name, shell->name, code[0], code[1],
                     text_string(&others[0]), text_string(&others[1]));
        (void)words_of(text_string(&value[0]), &words[0]);
        /* A file that no shell reads to its end has no value to compare. */
        if (there[1] && words_of(text_string(&value[1]), &words[1]) != 1)
            fail_msg("%s under %s: the value is <%s>", name, shell->name, text_string(&value[1]));
        if (there[1] && words_are_plain)
            assert_string_equal(text_string(&words[0]), text_string(&words[1]));
        for (int i = 0; i < 2; i++) {
            text_free(&set[i]);
            text_free(&others[i]);
            text_free(&value[i]);
            text_free(&words[i]);
        }
    }
}

/* A second run changes nothing. */
void default_grub_case_again(const char *name, const struct span *after, size_t count)
{
    struct default_grub_edit again;
    struct tdx_error err = { 0 };

    if (default_grub_case_edit(after, count, &default_grub_case_wish, &again, &err) != TDX_OK)
        fail_msg("%s, again: %s", name, err.detail);
    for (size_t i = 0; i < count; i++)
        if (again.changed[i])
            fail_msg("%s: a second run changes it", name);
    default_grub_edit_free(&again);
}
