/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/number.h"

#include <string.h>

#include "core/base/span_text.h"
#include "tests/unit/cmocka_all.h"

static void whole_numbers_and_nothing_else(void **state)
{
    static const struct {
        const char *text;
        bool good;
        uint64_t value;
    } cases[] = {
        { "0", true, 0 },   { "007", true, 7 },   { "18446744073709551615", true, UINT64_MAX },
        { "", false, 0 },   { " 1", false, 0 },   { "18446744073709551616", false, 0 },
        { "1 ", false, 0 }, { "+1", false, 0 },   { "99999999999999999999", false, 0 },
        { "-1", false, 0 }, { "0x10", false, 0 }, { "1e3", false, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t value = 42;

        print_message("# '%s'\n", cases[i].text);
        assert_int_equal(number_parse(cases[i].text, UINT64_MAX, &value), cases[i].good);
        assert_int_equal(value, cases[i].good ? cases[i].value : 42);
    }
    assert_false(number_parse("11", 10, &(uint64_t){ 0 }));
}

static void digits_are_taken_up_to_the_first_other_character(void **state)
{
    struct span in = span_of("12abG");
    uint64_t value;

    (void)state;
    assert_true(number_take(&in, &value));
    assert_int_equal(value, 12);
    assert_true(number_take_hex(&in, &value));
    assert_int_equal(value, 0xab);
    assert_int_equal(in.size, 1);
    assert_false(number_take_hex(&in, &value));
    assert_int_equal(in.size, 1);      /* untouched */
    in = span_of("10000000000000000"); /* 2^64 in hex, and 10^16 */
    assert_false(number_take_hex(&in, &value));
    assert_true(number_take(&in, &value));
    assert_int_equal(value, UINT64_C(10000000000000000));
}

static void a_file_holds_one_number(void **state)
{
    (void)state;
    assert_int_equal(number_in_file(span_of("32768\n")).value, 32768);
    assert_true(number_in_file(span_of("0\n")).known);
    assert_false(number_in_file(span_of("")).known);
    assert_false(number_in_file(span_of("1 2\n")).known);
    assert_false(number_in_file((struct span){ (const uint8_t *)"1\0", 2 }).known);
}

static void sums_and_products_stop_at_the_top(void **state)
{
    (void)state;
    assert_int_equal(number_add(2, 3), 5);
    assert_true(number_add(UINT64_MAX, 1) == UINT64_MAX);
    assert_int_equal(number_multiply(2, 3), 6);
    assert_true(number_multiply(UINT64_C(1) << 63, 2) == UINT64_MAX);
}

static void powers_of_two_are_rounded_up_to(void **state)
{
    static const struct {
        uint64_t value, power;
    } cases[] = {
        { 0, 1 },
        { 1, 1 },
        { 2, 2 },
        { 3, 4 },
        { 1000000, 1048576 },
        { 1048576, 1048576 },
        { (UINT64_C(1) << 63) - 1, UINT64_C(1) << 63 },
        { UINT64_MAX, UINT64_C(1) << 63 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_true(number_power_of_two(cases[i].value) == cases[i].power);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_and_nothing_else),
        cmocka_unit_test(digits_are_taken_up_to_the_first_other_character),
        cmocka_unit_test(a_file_holds_one_number),
        cmocka_unit_test(powers_of_two_are_rounded_up_to),
        cmocka_unit_test(sums_and_products_stop_at_the_top),
    };

    return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
