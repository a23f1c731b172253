/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/health_expected.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/cmocka_all.h"
#include "tests/unit/health_fixture_files.h"

#define FIXTURES "tests/fixtures/health"

const char *expected_source(const char *name, char *out)
{
    const char *source = getenv("top_srcdir");

    assert_true(snprintf(out, FIXTURE_PATH_SIZE, "%s/" FIXTURES "/%s",
                         source != NULL ? source : ".", name) < FIXTURE_PATH_SIZE);
    return out;
}

static void show_difference(const char *name, const char *expected, const char *found)
{
    unsigned line = 1;
    const char *a = expected, *b = found;

    while (*a != '\0' && *a == *b) {
        line += *a == '\n' ? 1 : 0;
        a++;
        b++;
    }
    while (a > expected && a[-1] != '\n') {
        a--;
        b--;
    }
    print_message("# %s, line %u\n#   expected: %.*s\n#   found:    %.*s\n", name, line,
                  (int)strcspn(a, "\n"), a, (int)strcspn(b, "\n"), b);
}

/* Where configure was given other folders, lines break elsewhere on a screen: it is its words that
 * are compared. The next word at *at, which is moved behind it. */
static size_t take_word(const char **at, const char **word)
{
    *word = *at + strspn(*at, " \n");
    *at = *word + strcspn(*word, " \n");
    return (size_t)(*at - *word);
}

static bool same_words(const char *expected, const char *found)
{
    const char *a, *b;
    size_t length;

    do {
        length = take_word(&expected, &a);
        if (take_word(&found, &b) != length || memcmp(a, b, length) != 0)
            return false;
    } while (length > 0);
    return true;
}

static bool is_same(const char *name, const char *expected, const char *found)
{
    if (strcmp(expected, found) == 0)
        return true;
    return strncmp(name, "screen-", strlen("screen-")) == 0 &&
           strcmp(TDX_LIBEXECDIR, "/usr/local/libexec/tdx-gate") != 0 &&
           same_words(expected, found);
}

bool expected_compare(const char *name, struct text *found)
{
    char path[FIXTURE_PATH_SIZE], relative[FIXTURE_PATH_SIZE];
    struct text expected = { 0 };
    bool same;

    assert_true(text_ok(found));
    fixture_make_portable(found);
    assert_true(snprintf(relative, sizeof(relative), "expected/%s", name) < FIXTURE_PATH_SIZE);
    expected_source(relative, path);
    if (getenv("TDX_UPDATE_FIXTURES") != NULL) {
        fixture_write("", path, text_string(found), found->length);
        return true;
    }
    if (access(path, R_OK) != 0) {
        print_message("# there is no %s: make update-fixtures\n", path);
        return false;
    }
    fixture_read("", path, &expected);
    same = is_same(name, text_string(&expected), text_string(found));
    if (!same)
        show_difference(name, text_string(&expected), text_string(found));
    text_free(&expected);
    return same;
}
