/* SPDX-License-Identifier: Apache-2.0 */
/* Fault injection at link time: the nth call of a wrapped function fails.
 *
 * A test program links tests/unit/fault.c and wraps what it wants to see fail with
 * -Wl,--wrap=NAME in its _LDFLAGS (FAULT_CRYPTO_WRAP in tests/unit/evidence.mk). Only calls from
 * our own objects are seen, not those within a library. Loop:
 *
 *     for (unsigned nth = 1;; nth++) {
 *         fault_arm(nth);
 *         status = function_under_test(...);
 *         fault_disarm();
 *         if (!fault_fired())
 *             break;     // needed no fault to succeed: every call was tried
 *         ...            // status must be a failure
 *     }
 */
#ifndef TESTS_UNIT_FAULT_H
#define TESTS_UNIT_FAULT_H

#include <stdbool.h>

void fault_arm(unsigned nth); /* the nth wrapped call from now on fails, once; 0: none */
void fault_disarm(void);
bool fault_fired(void); /* since the last fault_arm() */

#endif
