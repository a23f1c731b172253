/* SPDX-License-Identifier: Apache-2.0 */
/* The line "swiotlb buffer is full" and its companions. For kernel_log.c. */
#ifndef SWIOTLB_KERNEL_LOG_FULL_H
#define SWIOTLB_KERNEL_LOG_FULL_H

#include "swiotlb/kernel_log.h"
#include "swiotlb/kernel_log_line.h"

struct full_line {
    struct maybe_u64 boot_us, bytes, total, used;
    char driver[KERNEL_LOG_NAME_SIZE], device[KERNEL_LOG_NAME_SIZE];
};

/* Reads the line if it is one. The slot counts may be missing: up to 5.0, or wrapped. */
bool full_line_read(const struct kernel_log_line *line, struct full_line *ret) TDX_MUST_CHECK;
/* Reads "total N (slots), used N (slots)" where message begins with it. */
bool full_line_counts(struct span message, struct full_line *line) TDX_MUST_CHECK;

/* Counts one event in. The total is that of the event counted last. */
void full_add(struct kernel_log_full *full, const struct full_line *line);

/* "swiotlb_tbl_map_single: N callbacks suppressed" and "Out of SW-IOMMU space for N bytes". */
void full_read_rest(struct kernel_log_full *full, struct span message);

#endif
