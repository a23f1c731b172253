/* SPDX-License-Identifier: Apache-2.0 */
/* TD attributes and XFAM by name. Source: Intel TDX Module ABI, ATTRIBUTES and XFAM tables. */
#ifndef CORE_EVIDENCE_TD_ATTRIBUTES_H
#define CORE_EVIDENCE_TD_ATTRIBUTES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/status.h"
#include "core/base/text.h"

/* "TD under debug", bits 7:0: if any is set the host can look inside or change the TD. */
#define TD_ATTRIBUTES_UNDER_DEBUG UINT64_C(0xff)

/* Those that policy looks at. */
#define TD_ATTRIBUTES_SEPT_VE_DISABLE (UINT64_C(1) << 28)
#define TD_ATTRIBUTES_PERFMON         (UINT64_C(1) << 63)

/* True if any "TD under debug" bit (DEBUG, profiling, reserved) is set. */
bool td_attributes_debuggable(uint64_t attributes) TDX_MUST_CHECK;

/* Appends the names of the bits that are set, separated by one space, "NO_DEBUG" first where
 * td_attributes_debuggable() is false; an unknown bit is named BIT_<n>. */
void td_attributes_names(uint64_t attributes, struct text *out);
void td_xfam_names(uint64_t xfam, struct text *out);

#endif
