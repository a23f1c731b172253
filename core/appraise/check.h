/* SPDX-License-Identifier: Apache-2.0 */
/* One policy against one measurement block: the checks of its class, by the names that results
 * show. Source: appraisal notes section 1.5 to 1.7.
 *
 * As in Intel's engine a check whose field is absent holds (but for accepted_tcb_status), and a
 * value of the wrong type makes its check false. Stricter than that engine, since it is lax or
 * broken there: hexadecimal values and masks must have all their digits; an empty tcb_status does
 * not pass; min_tcb_level_date, allow_cached_keys and allow_smt_enabled are heeded; a plain string
 * counts in rejected_advisory_ids; a debuggable TD never passes td_attributes_check, whatever the
 * policy says; platform_grace_period has no exception for levels that are UpToDate (1.20).
 * Other than that engine: accepted_sgx_types is compared with the type reported. */
#ifndef CORE_APPRAISE_CHECK_H
#define CORE_APPRAISE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/appraise/measurement.h"
#include "core/base/json.h"

#define CHECKS_MAX        12
#define CHECK_REASON_SIZE 160

struct check {
    const char *name; /* static: "tcb_status_check", ... */
    bool held;
    char reason[CHECK_REASON_SIZE]; /* why not; "" if it held. Printable ASCII */
};

struct check_list {
    size_t count;
    struct check check[CHECKS_MAX];
};

/* reference: the policy's object; one that is not present counts as {}. now: seconds since 1970.
 * They fill all of *ret. */
void check_platform(const struct json_place *reference, const struct measurement_tcb *platform,
                    int64_t now, struct check_list *ret);
void check_td_qe(const struct json_place *reference, const struct measurement_tcb *qe, int64_t now,
                 struct check_list *ret);
void check_td(const struct json_place *reference, const struct measurement_td *td,
              struct check_list *ret);

/* True if no check failed; for an empty list, too. */
bool check_list_held(const struct check_list *list) TDX_MUST_CHECK;

/* For the two files that check: appends one. */
void check_add(struct check_list *list, const char *name, bool held, const char *format, ...)
    TDX_PRINTF(4, 5);

#endif
