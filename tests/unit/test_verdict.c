/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "pam_tdx/verdict.h"
#include "tests/unit/cmocka_all.h"

static size_t sample(char line[static VERDICT_LINE_LIMIT])
{
    struct verdict verdict = { .status = TDX_OK, .detail = "UpToDate" };

    return verdict_print(&verdict, line);
}

static void what_is_printed_is_read_back(void **state)
{
    (void)state;
    for (int i = 0; i < TDX_STATUS_COUNT; i++) {
        struct verdict in = { .status = (enum tdx_status)i }, out = { .status = TDX_INTERNAL };
        char line[VERDICT_LINE_LIMIT];

        memset(in.detail, 'd', sizeof(in.detail) - 1);
        assert_true(verdict_parse(line, verdict_print(&in, line), &out));
        assert_int_equal(out.status, in.status);
        assert_string_equal(out.detail, in.detail);
    }
}

static void control_characters_cannot_make_a_second_field(void **state)
{
    struct verdict in = { .status = TDX_HELPER_FAILED, .detail = "a\tb\nc\xff" }, out;
    char line[VERDICT_LINE_LIMIT];

    (void)state;
    assert_true(verdict_parse(line, verdict_print(&in, line), &out));
    assert_string_equal(out.detail, "a?b?c?");
}

static void every_cut_is_refused(void **state)
{
    char line[VERDICT_LINE_LIMIT];
    size_t size = sample(line);

    (void)state;
    for (size_t length = 0; length < size; length++) {
        struct verdict out = { .status = TDX_INTERNAL };
        char *copy = malloc(length > 0 ? length : 1);

        assert_non_null(copy);
        memcpy(copy, line, length);
        assert_false(verdict_parse(copy, length, &out));
        assert_int_equal(out.status, TDX_INTERNAL);
        free(copy);
    }
}

static void every_flipped_bit_is_refused(void **state)
{
    char line[VERDICT_LINE_LIMIT];
    size_t size = sample(line);

    (void)state;
    for (size_t bit = 0; bit < 8 * size; bit++) {
        struct verdict out;

        line[bit / 8] = (char)(line[bit / 8] ^ (1 << bit % 8));
        assert_false(verdict_parse(line, size, &out));
        line[bit / 8] = (char)(line[bit / 8] ^ (1 << bit % 8));
    }
}

static void more_than_one_line_is_refused(void **state)
{
    char line[2 * VERDICT_LINE_LIMIT];
    size_t size = sample(line);
    struct verdict out;

    (void)state;
    memcpy(line + size, line, size);
    assert_false(verdict_parse(line, 2 * size, &out));
    line[size] = '\n';
    assert_false(verdict_parse(line, size + 1, &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_printed_is_read_back),
        cmocka_unit_test(control_characters_cannot_make_a_second_field),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(every_flipped_bit_is_refused),
        cmocka_unit_test(more_than_one_line_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
