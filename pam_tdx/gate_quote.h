/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence for a login: a TD report, and a quote that was asked for after the login arrived.
 *
 * Logins that wait at the same time share the next quote (a group commit): the first asks; who
 * arrives meanwhile waits, and one of them asks for all of them. So N logins at once cost at most
 * two quotes, and each rests on a quote younger than itself. A failure is shared in the same way.
 */
#ifndef PAM_TDX_GATE_QUOTE_H
#define PAM_TDX_GATE_QUOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/files.h"
#include "core/base/status.h"
#include "core/evidence/td_report.h"
#include "pam_tdx/gate_conf.h"

struct gate_quote {
    struct td_report report; /* over the same report data as the quote, taken just now */
    struct file_content quote;
    bool shared; /* another login asked for it */
};

/* Nanoseconds of a clock that runs during sleep and that nobody can set. */
int64_t gate_clock_ns(void);

/* Takes a report, refuses a debuggable TD at once, then gets a quote for a login that arrived at
 * arrived_ns. state is the folder of gate_state_open(); timeout_ms bounds the wait for other
 * logins and, as far as it can be bounded, for the provider.
 * Returns TDX_OK and fills *ret (the caller frees ret->quote), or TD_DEBUGGABLE, GATE_BUSY, and
 * what evidence_td_report(), td_report_parse() and evidence_quote() return. */
enum tdx_status gate_quote_get(const struct gate_conf *conf, int state, int64_t arrived_ns,
                               unsigned timeout_ms, struct gate_quote *ret, struct tdx_error *err)
    TDX_MUST_CHECK;

#endif
