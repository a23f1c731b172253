/* SPDX-License-Identifier: Apache-2.0 */
/* The evidence among the facts: where it comes from, and how the checks read it.
 *     probe:report_data         the 64 random bytes that report and quote were asked over
 *     probe:td_report           1024 bytes
 *     probe:quote               the quote
 *     probe:quote_milliseconds  how long it took, decimal
 *     probe:quote_source        which provider served: "tsm", "ioctl", "qgs"
 *     probe:collateral          the bundle that a login would use (core/collateral/bundle.h)
 *     probe:accepted_tcb        what gate.conf accepts, TCB_STATUS_BIT()s, decimal
 *     probe:trust_anchor        PEM of the root that gate.conf names; absent: Intel's */
#ifndef HEALTHCHECK_EVIDENCE_H
#define HEALTHCHECK_EVIDENCE_H

#include "core/evidence/quote.h"
#include "core/evidence/td_report.h"
#include "core/verify/verify.h"
#include "healthcheck/check.h"
#include "healthcheck/collect.h"

void evidence_collect(const struct collector *collector);

/* What the gate accepts, TCB_STATUS_BIT()s; where nobody asked it, its default. */
unsigned evidence_accepted(const struct facts *facts);

/* The report among the facts, parsed. False with the finding set (ERROR or FAIL). */
bool evidence_report(const struct evaluation *evaluation, struct finding *finding,
                     struct td_report *ret) TDX_MUST_CHECK;

/* What verifying the quote and the collateral among the facts gave. Computed once for a run, since
 * most checks here rest on it. */
struct evidence_outcome {
    enum tdx_status collateral_status; /* TDX_OK: collateral is filled */
    struct tdx_error collateral_error;
    struct collateral_facts collateral;
    enum tdx_status quote_status; /* TDX_OK: verification is filled; it borrows from the facts */
    struct tdx_error quote_error;
    struct verification verification;
};

/* At time now, seconds since 1970. Where quote or collateral are not known, the status of it is
 * INTERNAL and nobody asks for it. NULL if memory ran out. */
struct evidence_outcome *evidence_judge(const struct facts *facts, int64_t now) TDX_MUST_CHECK;
void evidence_outcome_free(struct evidence_outcome *outcome); /* NULL is fine */

/* The verification of the quote with the collateral that a login would use; borrowed from
 * evaluation->evidence. NULL with the finding set. */
const struct verification *evidence_verification(const struct evaluation *evaluation,
                                                 struct finding *finding) TDX_MUST_CHECK;

/* The same for what collateral says by itself. */
const struct collateral_facts *evidence_collateral(const struct evaluation *evaluation,
                                                   struct finding *finding) TDX_MUST_CHECK;

#endif
