/* SPDX-License-Identifier: Apache-2.0 */
/* What the tables of policies against measurements share. JSON in them has ' for ". */
#ifndef TESTS_UNIT_CHECK_ROWS_H
#define TESTS_UNIT_CHECK_ROWS_H

#include "core/appraise/check.h"
#include "tests/unit/cmocka_all.h"

/* A row: the policy's reference, the checks that fail by it, and what else differs. */
#define P(reference_, expected_, ...)                                                              \
    {                                                                                              \
        .reference = reference_, .expected = expected_, __VA_ARGS__                                \
    }

/* A set with one policy of this class that has this reference; "" leaves the member out. The caller
 * clears it. */
void check_rows_policy(enum policy_class class, const char *reference, struct policy_set *ret);

/* The names of the checks that failed, without prefix and "_check", must be just the expected ones.
 * Each that failed says why. */
void check_rows_compare(const struct check_list *list, const char *prefix, const char *expected);

#endif
