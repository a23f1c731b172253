/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "healthcheck/rpm_version.h"
#include "tests/unit/cmocka_all.h"

/* '<', '=' or '>' between two versions. The pairs are those that rpm documents and tests for, and
 * kernels met in the field. */
struct pair {
    const char *a;
    char relation;
    const char *b;
};

static void assert_relation(int order, const struct pair *pair)
{
    char seen = order < 0 ? '<' : order > 0 ? '>' : '=';

    if (seen != pair->relation)
        print_message("%s %c %s, expected %c\n", pair->a, seen, pair->b, pair->relation);
    assert_int_equal(seen, pair->relation);
}

static void versions_are_ordered_as_rpm_orders_them(void **state)
{
    static const struct pair pairs[] = {
        { "1.0", '=', "1.0" },
        { "1.0", '<', "2.0" },
        { "2.0", '>', "1.0" },
        { "2.0.1", '=', "2.0.1" },
        { "2.0", '<', "2.0.1" },
        { "2.0.1", '>', "2.0" },
        { "2.0.1a", '=', "2.0.1a" },
        { "2.0.1a", '>', "2.0.1" },
        { "2.0.1", '<', "2.0.1a" },
        { "5.5p1", '=', "5.5p1" },
        { "5.5p1", '<', "5.5p2" },
        { "5.5p2", '>', "5.5p1" },
        { "5.5p10", '=', "5.5p10" },
        { "5.5p1", '<', "5.5p10" },
        { "5.5p10", '>', "5.5p1" },
        { "10xyz", '<', "10.1xyz" },
        { "10.1xyz", '>', "10xyz" },
        { "xyz10", '=', "xyz10" },
        { "xyz10", '<', "xyz10.1" },
        { "xyz10.1", '>', "xyz10" },
        { "xyz.4", '=', "xyz.4" },
        { "xyz.4", '<', "8" },
        { "8", '>', "xyz.4" },
        { "xyz.4", '<', "2" },
        { "2", '>', "xyz.4" },
        { "5.5p2", '<', "5.6p1" },
        { "5.6p1", '>', "5.5p2" },
        { "5.6p1", '<', "6.5p1" },
        { "6.5p1", '>', "5.6p1" },
        { "6.0.rc1", '>', "6.0" },
        { "6.0", '<', "6.0.rc1" },
        { "10b2", '>', "10a1" },
        { "10a2", '<', "10b2" },
        { "1.0aa", '=', "1.0aa" },
        { "1.0a", '<', "1.0aa" },
        { "1.0aa", '>', "1.0a" },
        { "10.0001", '=', "10.0001" },
        { "10.0001", '=', "10.1" },
        { "10.1", '=', "10.0001" },
        { "10.0001", '<', "10.0039" },
        { "10.0039", '>', "10.0001" },
        { "4.999.9", '<', "5.0" },
        { "5.0", '>', "4.999.9" },
        { "20101121", '=', "20101121" },
        { "20101121", '<', "20101122" },
        { "20101122", '>', "20101121" },
        { "2_0", '=', "2_0" },
        { "2.0", '=', "2_0" },
        { "2_0", '=', "2.0" },
        { "a", '=', "a" },
        { "a+", '=', "a+" },
        { "a+", '=', "a_" },
        { "a_", '=', "a+" },
        { "+a", '=', "+a" },
        { "+a", '=', "_a" },
        { "+_", '=', "+_" },
        { "_+", '=', "+_" },
        { "+", '=', "_" },
        { "1.0~rc1", '=', "1.0~rc1" },
        { "1.0~rc1", '<', "1.0" },
        { "1.0", '>', "1.0~rc1" },
        { "1.0~rc1", '<', "1.0~rc2" },
        { "1.0~rc2", '>', "1.0~rc1" },
        { "1.0~rc1~git123", '=', "1.0~rc1~git123" },
        { "1.0~rc1~git123", '<', "1.0~rc1" },
        { "1.0~rc1", '>', "1.0~rc1~git123" },
        { "1.0^", '=', "1.0^" },
        { "1.0^", '>', "1.0" },
        { "1.0", '<', "1.0^" },
        { "1.0^git1", '=', "1.0^git1" },
        { "1.0^git1", '>', "1.0" },
        { "1.0", '<', "1.0^git1" },
        { "1.0^git1", '<', "1.0^git2" },
        { "1.0^git2", '>', "1.0^git1" },
        { "1.0^git1", '<', "1.01" },
        { "1.01", '>', "1.0^git1" },
        { "1.0^20160101", '=', "1.0^20160101" },
        { "1.0^20160101", '<', "1.0.1" },
        { "1.0.1", '>', "1.0^20160101" },
        { "1.0^20160101^git1", '=', "1.0^20160101^git1" },
        { "1.0^20160102", '>', "1.0^20160101^git1" },
        { "1.0^20160101^git1", '<', "1.0^20160102" },
        { "1.0~rc1^git1", '=', "1.0~rc1^git1" },
        { "1.0~rc1^git1", '>', "1.0~rc1" },
        { "1.0~rc1", '<', "1.0~rc1^git1" },
        { "1.0^git1~pre", '=', "1.0^git1~pre" },
        { "1.0^git1", '>', "1.0^git1~pre" },
        { "1.0^git1~pre", '<', "1.0^git1" },
        { "1b.fc17", '=', "1b.fc17" },
        { "1b.fc17", '<', "1.fc17" },
        { "1.fc17", '>', "1b.fc17" },
        { "1g.fc17", '>', "1b.fc17" },
        { "", '=', "" },
        { "", '<', "1" },
        { "99999999999999999999999", '<', "100000000000000000000000" },
        { "000", '=', "0" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        const struct pair mirrored = { pairs[i].b,
                                       pairs[i].relation == '<'   ? '>'
                                       : pairs[i].relation == '>' ? '<'
                                                                  : '=',
                                       pairs[i].a };

        assert_relation(rpm_version_compare(pairs[i].a, pairs[i].b), &pairs[i]);
        assert_relation(rpm_version_compare(pairs[i].b, pairs[i].a), &mirrored);
    }
}

/* Against the first kernel of Alibaba Cloud Linux 3 that works as a TDX guest. */
static void kernel_releases_are_compared_by_version_then_release(void **state)
{
    static const struct pair pairs[] = {
        { "5.10.134-9.al8.x86_64", '<', "5.10.134-16.al8.x86_64" },
        { "5.10.134-12.2.al8.x86_64", '<', "5.10.134-16.al8.x86_64" },
        { "5.10.134-013.al8.x86_64", '<', "5.10.134-16.al8.x86_64" },
        { "5.10.134-15.al8.x86_64", '<', "5.10.134-16.al8.x86_64" },
        { "5.10.134-16~rc1.al8.x86_64", '<', "5.10.134-16.al8.x86_64" },
        { "5.10.112-11.al8.x86_64", '<', "5.10.134-16.al8.x86_64" },
        { "5.10.84-10.4.al8.x86_64", '<', "5.10.134-16.al8.x86_64" },
        { "5.10.134-15.2.an8.x86_64", '<', "5.10.134-16.al8.x86_64" },
        { "4.18.0-553.el8.x86_64", '<', "5.10.134-16.al8.x86_64" },
        { "5.10.134-16.al8.x86_64", '=', "5.10.134-16.al8.x86_64" },
        { "5.10.134-16.al8.x86_64+debug", '=', "5.10.134-16.al8.x86_64" },
        { "5.10.134-16.al8", '=', "5.10.134-16.al8.x86_64" },
        { "5.10.134-16.1.al8.x86_64", '>', "5.10.134-16.al8.x86_64" },
        { "5.10.134-16.3.al8.x86_64", '>', "5.10.134-16.al8.x86_64" },
        { "5.10.134-19.7.al8.x86_64", '>', "5.10.134-16.al8.x86_64" },
        { "5.10.134-16.an8.x86_64", '>', "5.10.134-16.al8.x86_64" },
        { "5.10.134-16.3.an8.x86_64", '>', "5.10.134-16.al8.x86_64" },
        { "6.6.102-5.alnx4.x86_64", '>', "5.10.134-16.al8.x86_64" },
        { "5.10.134", '<', "5.10.134-16.al8.x86_64" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(pairs); i++)
        assert_relation(kernel_release_compare(pairs[i].a, pairs[i].b), &pairs[i]);
}

static void a_line_is_a_whole_part_of_the_release(void **state)
{
    (void)state;
    assert_true(kernel_release_is_line("5.10.134-16.al8.x86_64", "al8"));
    assert_true(kernel_release_is_line("5.10.134-16.3.al8", "al8"));
    assert_true(kernel_release_is_line("5.10.134-16.al8+debug", "al8"));
    assert_false(kernel_release_is_line("5.10.134-16.an8.x86_64", "al8"));
    assert_false(kernel_release_is_line("5.10.134-16.al80.x86_64", "al8"));
    assert_false(kernel_release_is_line("6.6.102-5.alnx4.x86_64", "al8"));
    assert_false(kernel_release_is_line("", "al8"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_are_ordered_as_rpm_orders_them),
        cmocka_unit_test(kernel_releases_are_compared_by_version_then_release),
        cmocka_unit_test(a_line_is_a_whole_part_of_the_release),
    };

    return cmocka_run_group_tests_name("rpm_version", tests, NULL, NULL);
}
