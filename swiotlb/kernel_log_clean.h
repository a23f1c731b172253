/* SPDX-License-Identifier: Apache-2.0 */
/* What terminals, editors and reports put round a line of a log. For kernel_log_line.c. */
#ifndef SWIOTLB_KERNEL_LOG_CLEAN_H
#define SWIOTLB_KERNEL_LOG_CLEAN_H

#include <stdbool.h>

#include "core/base/bytes.h"

#define KERNEL_LOG_LINE_LIMIT 8192 /* longer lines are cut: no record is that long */

/* The line without its newline, cut to the limit, without escape sequences, carriage returns, and
 * what surrounds it. The result lies in line, or in room where something had to go from its
 * middle. */
struct span kernel_log_clean(struct span line, uint8_t room[KERNEL_LOG_LINE_LIMIT]);

#endif
