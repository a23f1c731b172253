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

/* The report among the facts, parsed. False with the finding set (ERROR or FAIL). */
bool evidence_report(const struct evaluation *evaluation, struct finding *finding,
                     struct td_report *ret) TDX_MUST_CHECK;

/* The verification of the quote among the facts at the time of the run, with the collateral among
 * them. *ret is the caller's, large: heap. False with the finding set. */
bool evidence_verification(const struct evaluation *evaluation, struct finding *finding,
                           struct verification *ret) TDX_MUST_CHECK;

/* The same for what collateral says by itself. */
bool evidence_collateral(const struct evaluation *evaluation, struct finding *finding,
                         struct collateral_facts *ret) TDX_MUST_CHECK;

#endif
