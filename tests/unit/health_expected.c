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
    same = strcmp(text_string(&expected), text_string(found)) == 0;
    if (!same)
        show_difference(name, text_string(&expected), text_string(found));
    text_free(&expected);
    return same;
}
