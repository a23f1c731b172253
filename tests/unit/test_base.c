/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/base/status.h"
#include "tests/unit/cmocka_all.h"

/* Walks the table: ids unique, texts there, exit codes 0 to 3. */
static void every_status_has_id_text_and_exit_code(void **state)
{
    (void)state;
    for (int i = 0; i < TDX_STATUS_COUNT; i++) {
        enum tdx_status status = (enum tdx_status)i;

        assert_string_not_equal(status_id(status), "");
        assert_string_not_equal(status_message(status), "");
        assert_in_range(status_exit_code(status), 0, 3);
        if (status != TDX_OK)
            assert_int_not_equal(status_exit_code(status), 0);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(status_id(status), status_id((enum tdx_status)k));
    }
    assert_string_equal(status_id((enum tdx_status)TDX_STATUS_COUNT), "INTERNAL");
}

static void the_first_failure_wins_and_details_are_one_line(void **state)
{
    struct tdx_error err = { 0 };

    (void)state;
    assert_status(status_fail(&err, TDX_HEX_BAD, "a\nb\x1b[31m"), "HEX_BAD");
    assert_status(status_fail(&err, TDX_TIME_BAD, "later"), "TIME_BAD");
    assert_int_equal(err.status, TDX_HEX_BAD);
    assert_string_equal(err.detail, "a?b?[31m");
    status_prefix(&err, "file %d", 7);
    assert_string_equal(err.detail, "file 7: a?b?[31m");
    assert_status(status_fail(NULL, TDX_HEX_BAD, "nobody listens"), "HEX_BAD");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_id_text_and_exit_code),
        cmocka_unit_test(the_first_failure_wins_and_details_are_one_line),
    };

    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
