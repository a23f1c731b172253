/* SPDX-License-Identifier: Apache-2.0 */
/* The case of the manual: its policy, and a verification that says what its sample result shows,
 * with MRTD and MRSERVICETD of the public quote of the same family (appraisal notes section 7.3).
 */
#ifndef TESTS_UNIT_MANUAL_CASE_H
#define TESTS_UNIT_MANUAL_CASE_H

#include <stdint.h>

#include "core/appraise/appraise.h"
#include "core/base/span_text.h"
#include "core/verify/collateral.h"

#define MANUAL_NOW INT64_C(1710400829) /* 2024-03-14T07:20:29Z */

extern const char manual_policy[]; /* tenant_td_policy.json, word for word */

int64_t manual_time(const char *text); /* RFC 3339 */

struct verification manual_verification(void);
/* Default acceptance at MANUAL_NOW. */
struct appraise_request manual_request(const struct policy_set *set);
/* Looks like collateral from afar. */
struct collateral manual_collateral(void);

#endif
