/* SPDX-License-Identifier: Apache-2.0 */
/* The evidence among the facts: where it comes from, and how the checks read it.
 *     probe:report_data         the 64 random bytes that report and quote were asked over
 *     probe:td_report           1024 bytes
 *     probe:quote               the quote that a login would get; why there is none: "ID: words"
 *     probe:quote_source        which provider served: "tsm", "ioctl", "qgs"
 *     probe:quote_milliseconds  how long that one took, and further ones: "120 118 131"
 *     probe:quote_paths         the providers in the order in which they are asked: "tsm ioctl"
 *     probe:quote_path/NAME     lines milliseconds, size; or why it gave none
 *     probe:quote_parallel      lines asked, given, failed: several requests at once
 *     probe:collateral          the bundle that a login would use (core/collateral/bundle.h)
 *     probe:collateral_stored   when it was fetched, seconds since 1970
 *     probe:accepted_tcb        what gate.conf accepts, TCB_STATUS_BIT()s, decimal
 *     probe:collateral_grace    how long after its expiry gate.conf accepts collateral, seconds
 *     probe:gate_pccs_url       the collateral server that gate.conf names, if it does
 *     probe:policies            the policies that gate.conf names, a path to a line
 *     probe:trust_anchor        PEM of the root that gate.conf names; absent: Intel's */
#ifndef HEALTHCHECK_EVIDENCE_H
#define HEALTHCHECK_EVIDENCE_H

#include "core/evidence/quote.h"
#include "core/evidence/td_report.h"
#include "core/verify/verify.h"
#include "healthcheck/appraised.h"
#include "healthcheck/check.h"
#include "healthcheck/collect.h"

void evidence_collect(const struct collector *collector);

/* What the gate accepts, TCB_STATUS_BIT()s; where nobody asked it, its default. */
unsigned evidence_accepted(const struct facts *facts);

/* For how many seconds after its expiry the gate accepts collateral. */
int64_t evidence_grace(const struct facts *facts);

/* The root that gate.conf names, or Intel's. Returns as trust_anchor_parse(), or FILE_UNREADABLE.
 */
enum tdx_status evidence_anchor(const struct facts *facts, struct trust_anchor *ret,
                                struct tdx_error *err) TDX_MUST_CHECK;

/* The status behind a probe that failed, FACT_FAILED or FACT_DENIED; INTERNAL if it names none. */
enum tdx_status evidence_failure(const struct fact *fact);

/* The finding for such a probe: its status as reason, its words, its remedy. */
void evidence_set_failure(struct finding *finding, enum check_status status,
                          const struct fact *fact);

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
    struct appraised appraised; /* if quote_status is TDX_OK */
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
