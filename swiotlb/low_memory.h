/* SPDX-License-Identifier: Apache-2.0 */
/* Where memory lies below 4 GiB: the buffer must fit there in one piece. */
#ifndef SWIOTLB_LOW_MEMORY_H
#define SWIOTLB_LOW_MEMORY_H

#include "core/base/number.h"

#define LOW_MEMORY_RANGES      64
#define PHYSICAL_ADDRESS_LIMIT (UINT64_C(1) << 52) /* no physical address is larger */

/* Ends are exclusive. Initialise with { 0 }. */
struct low_memory {
    struct {
        uint64_t start, end;
    } ranges[LOW_MEMORY_RANGES]; /* more than that are ignored: the largest come first anyway */
    unsigned count;
};

/* Memory that can be used, of which only the part below 4 GiB counts; and a part of it that is
 * taken, which splits the range it lies in. Nothing happens if start is not below end. */
void low_memory_add(struct low_memory *low, uint64_t start, uint64_t end);
void low_memory_cut(struct low_memory *low, uint64_t start, uint64_t end);

/* The size of the largest range, in bytes; unknown if there is none. */
struct maybe_u64 low_memory_largest(const struct low_memory *low);

/* /proc/iomem: the bytes of all "System RAM" together, and the ranges below 4 GiB without what a
 * crash kernel has reserved. All is unknown when the addresses are hidden (not root). */
struct maybe_u64 iomem_parse(struct span text, struct low_memory *ret_low);

#endif
