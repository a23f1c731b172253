/* SPDX-License-Identifier: Apache-2.0 */
/* cmocka.h wants these four before it, in every file; written once. */
#ifndef TESTS_UNIT_CMOCKA_ALL_H
#define TESTS_UNIT_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/sanitized.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The status that a call gave, by its stable id: a failing test then prints words. */
#define assert_status(call, expected_id) assert_string_equal(status_id(call), expected_id)

#endif
