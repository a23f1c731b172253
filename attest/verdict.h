/* SPDX-License-Identifier: Apache-2.0 */
/* What 'tdx-attest verify' found and decided, apart from how it is printed.
 *
 * verified: every signature, chain, CRL and identity check holds and nothing is revoked.
 * accepted: verified, it is a TD's quote, NO_DEBUG, the collateral has not expired, the TCB status
 * is one of those accepted, the report data are those expected, and every policy agrees. */
#ifndef ATTEST_VERDICT_H
#define ATTEST_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/appraise/appraise.h"
#include "core/base/status.h"
#include "core/evidence/quote.h"
#include "core/verify/verify.h"

#define VERDICT_REASONS_MAX 8

struct verdict {
    int64_t now; /* the time it is about */
    bool anchor_is_intel;
    bool was_read;  /* the quote's bytes; before them policies are, and one may be wrong */
    bool has_quote; /* quote and trailing_bytes are known, even where nothing else is */
    struct quote quote;
    size_t trailing_bytes;
    bool has_verification; /* verify_quote() succeeded */
    struct verification verification;
    bool verified, accepted;
    size_t reason_count; /* why it is not accepted, the gravest first */
    struct tdx_error reason[VERDICT_REASONS_MAX];
    /* Not OK: this machine has seen newer collateral than this, or its clock is behind what it has
     * seen (floor.h). A login would be refused; here it is a note, since what is asked is how this
     * quote stands under this collateral, of whichever machine. */
    struct tdx_error seen;
    const struct appraisal *appraisal; /* NULL: none was asked for, or it did not come to that */
};

/* What is demanded of a verified quote. */
struct verdict_rules {
    unsigned accepted_statuses; /* TCB_STATUS_BIT()s */
    const uint8_t *report_data; /* TD_REPORT_DATA_SIZE bytes, or NULL: any */
};

/* One more reason not to accept. Without a detail: format "%s", "". */
void verdict_refuse(struct verdict *verdict, enum tdx_status status, const char *format, ...)
    TDX_PRINTF(3, 4);

/* Judges a verdict whose verification is known (has_verification) by the rules; adds reasons. */
void verdict_judge(struct verdict *verdict, const struct verdict_rules *rules);

/* Once every reason is known: sets accepted. Returns the exit code: that of the first reason. */
int verdict_finish(struct verdict *verdict);

/* The word for the TCB status, or NULL where there is none to name. */
const char *verdict_tcb_word(const struct verdict *verdict);

/* True for the two TDRelaunchAdvised statuses. */
bool verdict_wants_relaunch(const struct verification *found);

/* tcb_gap_mender(), but where a newer TDX module runs already it is the instance's owner who mends:
 * by starting the TD anew. */
const char *verdict_mender(const struct verification *found, const struct tcb_gap_item *item);

#endif
