/* SPDX-License-Identifier: Apache-2.0 */
/* Fetching collateral while a login waits, where gate.conf allows it: by the program that the timer
 * runs, so that no login pays for libcurl unless it needs it. */
#ifndef PAM_TDX_GATE_FETCH_H
#define PAM_TDX_GATE_FETCH_H

#include <stdbool.h>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "pam_tdx/gate_conf.h"

#define GATE_FETCH_PROGRAM TDX_BINDIR "/tdx-attest"

/* Whether fetching could change that a login met with status. */
bool gate_fetch_may_help(const struct gate_conf *conf, enum tdx_status status);

/* Refreshes the cache for the platform of quote, what is due in it. One login fetches at a time;
 * state is the folder of gate_state_open(). conf_file is gate.conf's path.
 * Returns TDX_OK; LOCKED, CHILD_FAILED or CHILD_TIMEOUT with what the program said. */
enum tdx_status gate_fetch(const struct gate_conf *conf, const char *conf_file, int state,
                           struct span quote, unsigned timeout_ms, struct tdx_error *err)
    TDX_MUST_CHECK;

#endif
