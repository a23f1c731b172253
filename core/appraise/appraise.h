/* SPDX-License-Identifier: Apache-2.0 */
/* Appraisal: policies held against what a verified quote says.
 *
 * Every quote gives three reports (platform, TD quoting enclave, TD) and each of them gets a
 * verdict. What no policy covers is held against a built-in one: for platform and QE the accepted
 * statuses and unexpired collateral, for the TD NO_DEBUG. If there are policies for an application
 * TD, but all of them for the other generation of TDX, the TD's verdict is -1: its host chooses the
 * generation, so passing it on NO_DEBUG alone would let the host choose the policy as well. */
#ifndef CORE_APPRAISE_APPRAISE_H
#define CORE_APPRAISE_APPRAISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/appraise/check.h"
#include "core/appraise/measurement.h"
#include "core/appraise/policy.h"
#include "core/base/status.h"
#include "core/verify/verify.h"

#define APPRAISED_REPORTS 3

struct appraise_request {
    const struct policy_set *policies; /* NULL: none */
    unsigned accepted_statuses;        /* for the built-in policies: TCB_STATUS_BIT()s */
    int64_t collateral_grace;          /* seconds, for the built-in policies */
    int64_t now;                       /* seconds since 1970, not 0 */
};

/* The verdict on one report: 1 yes, 0 no, -1 no policy that could say so. */
struct appraised_report {
    enum policy_class class;
    int result;
    const struct policy *policy; /* borrowed from the request or from appraisal.built_in */
    struct check_list checks;
};

struct appraisal {
    int overall; /* 1 if all reports are, 0 if one of them is, otherwise -1 */
    int64_t now;
    struct appraised_report report[APPRAISED_REPORTS]; /* TD, platform, QE */
    struct measurement measurement;
    struct policy_set built_in;
};

/* Appraises a verification of quote (its bytes as they were verified). The verification and the
 * policies must outlive *ret, which is released with appraisal_clear().
 * Returns TDX_OK whatever the verdict, or, with *ret untouched, APPRAISE_NOT_TDX,
 * APPRAISE_GENERATION, TIME_BAD, CRYPTO_FAILED, NO_MEMORY. */
enum tdx_status appraise(const struct appraise_request *request,
                         const struct verification *verification, struct span quote,
                         struct appraisal *ret, struct tdx_error *err) TDX_MUST_CHECK;
void appraisal_clear(struct appraisal *appraisal); /* { 0 } is fine */

/* TDX_OK if overall is 1; otherwise POLICY_REFUSED, and err names the first check that failed, its
 * reason and the policy's file. */
enum tdx_status appraisal_verdict(const struct appraisal *appraisal, struct tdx_error *err)
    TDX_MUST_CHECK;

/* True if the policy is one of the built-in ones. */
bool appraisal_is_built_in(const struct appraisal *appraisal, const struct policy *policy);

/* For a program that wants yes or no: the status is one of the accepted ones, exactly, and the
 * appraisal agrees. Returns TDX_OK (yes), POLICY_REFUSED (no, and err says why), or why it could
 * not be decided. Whether the collateral is unexpired is left to the caller where policies cover
 * platform and QE. */
enum tdx_status appraise_for_gate(const struct appraise_request *request,
                                  const struct verification *verification, struct span quote,
                                  struct tdx_error *err) TDX_MUST_CHECK;

#endif
