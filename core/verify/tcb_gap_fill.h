/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the report of tcb_gap.h; for verify.c and tests. */
#ifndef CORE_VERIFY_TCB_GAP_FILL_H
#define CORE_VERIFY_TCB_GAP_FILL_H

#include "core/verify/tcb_gap.h"
#include "core/verify/tcb_match.h"

/* Compares what the subject has with the newest levels of platform, module and QE. ret is empty
 * (present false) where match is UpToDate. */
void tcb_gap_fill(const struct tcb_subject *subject, const struct tcb_match *match,
                  struct tcb_gap *ret);

#endif
