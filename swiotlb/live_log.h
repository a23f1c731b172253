/* SPDX-License-Identifier: Apache-2.0 */
/* The log of the kernel that runs. */
#ifndef SWIOTLB_LIVE_LOG_H
#define SWIOTLB_LIVE_LOG_H

#include "core/base/text.h"
#include "swiotlb/kernel_log.h"

/* Reads the kernel's ring buffer; where that no longer reaches back to the boot, the journal of
 * this boot, if it knows more. Returns TDX_OK and *ret, or PERMISSION (the ring buffer is for root
 * and there is no journal that may be read), NO_MEMORY. */
enum tdx_status live_log_read(struct kernel_log *ret, struct tdx_error *err) TDX_MUST_CHECK;

#endif
