/* SPDX-License-Identifier: Apache-2.0 */
/* Steps 6 and 7 of a login: is this quote good, and is it good enough. Everything that the host or
 * the network may have sent is read in a process that can do nothing else (gate_sandbox.h). */
#ifndef PAM_TDX_GATE_VERIFY_H
#define PAM_TDX_GATE_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/appraise/policy.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/collateral/floor.h"
#include "pam_tdx/gate_collateral.h"
#include "pam_tdx/gate_conf.h"
#include "pam_tdx/gate_quote.h"
#include "pam_tdx/gate_state.h"

/* What there is to verify; all of it borrowed. */
struct gate_task {
    const struct gate_conf *conf;
    const struct gate_quote *evidence;
    const struct gate_bundles *bundles; /* the first one that is for this platform counts */
    const struct trust_anchor *anchor;
    const struct policy_set *policies; /* may be empty: the built-in policy is enough then */
    const uint8_t *trusted_digest;     /* GATE_DIGEST_SIZE bytes, or NULL */
    int64_t now;                       /* seconds since 1970 */
};

struct gate_result {
    enum tdx_status status;       /* TDX_OK: accepted */
    char detail[TDX_DETAIL_SIZE]; /* why not; or the facts, for the log */
    /* The rest only for TDX_OK. */
    uint8_t digest[GATE_DIGEST_SIZE]; /* of the collateral, all of whose signatures hold */
    struct floor_mark mark;
};

/* The decision itself, in this process. Always fills *ret. */
void gate_verify(const struct gate_task *task, struct gate_result *ret);

/* The same in a process of its own, shut in. Waits at most timeout_ms for it. Always fills *ret;
 * GATE_VERIFIER or GATE_SANDBOX if there is no decision. */
void gate_verify_apart(const struct gate_task *task, unsigned timeout_ms, struct gate_result *ret);

/* Whether a result that came out of such a process may be acted on. Its verdict is believed (who
 * breaks in there, with a quote that the host made, could say yes anyway); what root stores because
 * of it is bounded: dates within a day of now, as verify_quote() has them, a TCB evaluation number
 * that Intel can reach (it was 21 in 2026, three or four more each year), an enum within its range.
 * So the worst that is left is a rollback floor that stands too high, which refuses, and a digest
 * of collateral that is not there: what is there only root has written, after verifying it. */
bool gate_result_is_sound(const struct gate_result *result, int64_t now);

#endif
