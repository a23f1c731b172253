/* SPDX-License-Identifier: Apache-2.0 */
/* The words Intel uses for how a platform's TCB stands. */
#ifndef CORE_VERIFY_TCB_STATUS_H
#define CORE_VERIFY_TCB_STATUS_H

#include <stdbool.h>

#include "core/base/status.h"

enum tcb_status {
    TCB_UP_TO_DATE,
    TCB_SW_HARDENING_NEEDED,
    TCB_CONFIGURATION_NEEDED,
    TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED,
    TCB_OUT_OF_DATE,
    TCB_OUT_OF_DATE_CONFIGURATION_NEEDED,
    TCB_TD_RELAUNCH_ADVISED,
    TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED,
    TCB_REVOKED,
    TCB_STATUS_COUNT
};

/* "UpToDate", "SWHardeningNeeded", ..., "TDRelaunchAdvised", "Revoked". */
const char *tcb_status_word(enum tcb_status status);

/* The exact word; false for any other. */
bool tcb_status_parse(const char *word, enum tcb_status *ret) TDX_MUST_CHECK;

/* A set of statuses as bits (1U << status). */
#define TCB_STATUS_BIT(status) (1U << (unsigned)(status))
#define TCB_ACCEPTED_DEFAULT   TCB_STATUS_BIT(TCB_UP_TO_DATE)

/* Reads "UpToDate,SWHardeningNeeded" (commas, spaces allowed) into *ret. "Revoked" and unknown
 * words are refused: USAGE, with the word and the allowed ones. */
enum tdx_status tcb_status_list_parse(const char *text, unsigned *ret, struct tdx_error *err)
    TDX_MUST_CHECK;

#endif
