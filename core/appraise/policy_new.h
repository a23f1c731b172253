/* SPDX-License-Identifier: Apache-2.0 */
/* A policy made from a TD that is known to be good. */
#ifndef CORE_APPRAISE_POLICY_NEW_H
#define CORE_APPRAISE_POLICY_NEW_H

#include <stdbool.h>

#include "core/appraise/measurement.h"
#include "core/appraise/policy.h"
#include "core/base/status.h"
#include "core/base/text.h"

enum policy_pin {
    POLICY_PIN_ATTRIBUTES, /* always pinned: Intel's engine of DCAP 1.20 demands it */
    POLICY_PIN_XFAM,
    POLICY_PIN_MRTD,
    POLICY_PIN_MRCONFIGID,
    POLICY_PIN_MROWNER,
    POLICY_PIN_MROWNERCONFIG,
    POLICY_PIN_RTMR0,
    POLICY_PIN_RTMR1,
    POLICY_PIN_RTMR2,
    POLICY_PIN_RTMR3,
    POLICY_PIN_MRSERVICETD,
    POLICY_PIN_COUNT
};

#define POLICY_PIN_BIT(pin) (1U << (unsigned)(pin))
#define POLICY_PIN_ALL      (POLICY_PIN_BIT(POLICY_PIN_COUNT) - 1)
#define POLICY_PIN_RTMRS                                                                           \
    (POLICY_PIN_BIT(POLICY_PIN_RTMR0) | POLICY_PIN_BIT(POLICY_PIN_RTMR1) |                         \
     POLICY_PIN_BIT(POLICY_PIN_RTMR2) | POLICY_PIN_BIT(POLICY_PIN_RTMR3))

/* Reads "mrtd,rtmr0,..." (commas; "all" is every one) into *ret. Returns TDX_OK, or USAGE with the
 * word and the known ones. */
enum tdx_status policy_pins_parse(const char *list, unsigned *ret, struct tdx_error *err)
    TDX_MUST_CHECK;

struct policy_new {
    enum policy_class td_class;
    const struct measurement_td *td;
    unsigned pins;
    bool with_platform; /* also Intel's strict policies for platform and QE */
};

/* Appends the policy's JSON, indented, with a final line end; masks are all ones, as the engine of
 * DCAP 1.22 demands. Returns TDX_OK; TD_DEBUGGABLE, since no appraisal would ever accept that TD;
 * POLICY_BAD for a pin that its quotes do not hold; NO_MEMORY. */
enum tdx_status policy_new_write(const struct policy_new *plan, struct text *out,
                                 struct tdx_error *err) TDX_MUST_CHECK;

/* Appends a token over a policy's text, which goes into it byte for byte. Returns TDX_OK,
 * POLICY_BAD (it is not UTF-8), CRYPTO_FAILED, NO_MEMORY. Whether it is a policy is the caller's to
 * check. */
enum tdx_status policy_sign(struct span policy, const struct es384_signer *signer, struct text *out,
                            struct tdx_error *err) TDX_MUST_CHECK;

#endif
