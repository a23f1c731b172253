/* SPDX-License-Identifier: Apache-2.0 */
#include "grub-tool/grub_test.h"

#include <stdlib.h>
#include <string.h>

#include "grub-tool/grub_script.h"

static bool test_file(const struct root *root, char what, const char *path)
{
    struct text found = { 0 };
    struct stat st;
    bool fine = grub_find_file(root, path, &found) &&
                root_stat(root, text_string(&found), &st, NULL) == TDX_OK;

    text_free(&found);
    if (!fine)
        return false;
    switch (what) {
    case 'e':
        return true;
    case 'd':
        return S_ISDIR(st.st_mode);
    case 'f':
        return S_ISREG(st.st_mode);
    case 's':
        return st.st_size > 0;
    default:
        return false;
    }
}

static bool compare(const char *left, const char *sign, const char *right, bool *ret)
{
    int order = strcmp(left, right);
    long a = strtol(left, NULL, 0), b = strtol(right, NULL, 0);
    const struct {
        const char *sign;
        bool result;
    } signs[] = {
        { "=", order == 0 },  { "==", order == 0 }, { "!=", order != 0 }, { "<", order < 0 },
        { "<=", order <= 0 }, { ">", order > 0 },   { ">=", order >= 0 }, { "-eq", a == b },
        { "-ne", a != b },    { "-lt", a < b },     { "-le", a <= b },    { "-gt", a > b },
        { "-ge", a >= b },
    };

    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (strcmp(sign, signs[i].sign) == 0) {
            *ret = signs[i].result;
            return true;
        }
    return false;
}

/* One term; *at moves behind it. */
static bool term(const struct root *root, const char *const *words, size_t count, size_t *at)
{
    const char *first = words[*at];
    bool result;

    if (strcmp(first, "!") == 0 && *at + 1 < count) {
        (*at)++;
        return !term(root, words, count, at);
    }
    if (*at + 2 < count && compare(first, words[*at + 1], words[*at + 2], &result)) {
        *at += 3;
        return result;
    }
    if (first[0] == '-' && first[1] != '\0' && first[2] == '\0' && *at + 1 < count) {
        const char *operand = words[*at + 1];

        *at += 2;
        if (first[1] == 'z')
            return operand[0] == '\0';
        if (first[1] == 'n')
            return operand[0] != '\0';
        return test_file(root, first[1], operand);
    }
    (*at)++;
    return first[0] != '\0';
}

bool grub_test(const struct root *root, const char *const *words, size_t count)
{
    bool any = false, all = true;

    for (size_t at = 0; at < count;) {
        all = term(root, words, count, &at) && all;
        if (at < count && strcmp(words[at], "-o") == 0) {
            any |= all;
            all = true;
            at++;
        } else if (at < count && strcmp(words[at], "-a") == 0) {
            at++;
        }
    }
    return count > 0 && (any || all);
}
