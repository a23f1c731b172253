/* SPDX-License-Identifier: Apache-2.0 */
/* One line of a kernel log, taken out of whatever it is wrapped in. For kernel_log.c. */
#ifndef SWIOTLB_KERNEL_LOG_LINE_H
#define SWIOTLB_KERNEL_LOG_LINE_H

#include <stdbool.h>

#include "core/base/number.h"
#include "core/base/span_text.h"
#include "swiotlb/kernel_log_clean.h"

/* Not to be copied: message may point into room. */
struct kernel_log_line {
    struct span message;      /* without stamp and prefix */
    struct maybe_u64 boot_us; /* microseconds since boot */
    bool foreign;             /* another program wrote it into the same log */
    uint8_t room[KERNEL_LOG_LINE_LIMIT];
};

/* Takes the next line off rest. Returns false at the end. */
bool kernel_log_next_line(struct span *rest, struct kernel_log_line *ret) TDX_MUST_CHECK;

#endif
