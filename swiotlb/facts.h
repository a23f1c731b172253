/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that is known about one guest's SWIOTLB, gathered from a kernel log and from /proc,
 * /sys and debugfs below a root. What cannot be read stays unknown. */
#ifndef SWIOTLB_FACTS_H
#define SWIOTLB_FACTS_H

#include <stdbool.h>

#include "core/base/number.h"
#include "core/base/root.h"
#include "swiotlb/kernel_log.h"
#include "swiotlb/sizing.h"

enum swiotlb_source { /* where the size in force is known from */
                      SWIOTLB_FROM_NOTHING,
                      SWIOTLB_FROM_DEBUGFS,
                      SWIOTLB_FROM_MAPPED,    /* the kernel's "mapped" line */
                      SWIOTLB_FROM_HALVED,    /* its "adjusted N -> N slabs" line */
                      SWIOTLB_FROM_FULL_LINE, /* "total N (slots)" */
                      SWIOTLB_FROM_RULE,      /* the command line and the kernel's own arithmetic */
                      SWIOTLB_FROM_NO_LOW_MEM, /* there is no buffer */
};

struct swiotlb_facts {
    struct swiotlb_guest guest;
    enum answer tdx;
    bool memory_estimated; /* guest.memory comes from MemTotal, which is a few percent off */
    char release[128];
    bool command_line_known;
    struct swiotlb_param param; /* if command_line_known */
    bool param_sure;            /* the kernel's dialect is known, or makes no difference */
    struct maybe_u64 slabs;     /* in force; known and 0: there is no buffer */
    enum swiotlb_source slabs_from;
    struct maybe_u64 areas;
    struct maybe_u64 used, hiwater, transient; /* slabs, of debugfs */
    enum answer dynamic;                       /* CONFIG_SWIOTLB_DYNAMIC: the buffer grows */
    bool log_known;
    struct kernel_log log;
    bool devices_known;
    struct swiotlb_demand demand;     /* if devices_known */
    uint64_t largest_ring;            /* entries */
    struct maybe_u64 largest_request; /* bytes of one request to a disk (max_sectors_kb) */
};

/* Takes over what log says; log is copied. Call it before swiotlb_facts_read(). */
void swiotlb_facts_from_log(const struct kernel_log *log, struct swiotlb_facts *facts);

/* Adds what can be read below root. Only on the live system are rings asked for (ethtool). Nothing
 * that is missing or may not be read is an error. */
void swiotlb_facts_read(const struct root *root, struct swiotlb_facts *facts);

/* Reads io_tlb_used and io_tlb_used_hiwater alone; for sampling. */
void swiotlb_facts_read_use(const struct root *root, struct swiotlb_facts *facts);

/* Whether "force" is in effect by the command line. */
enum answer swiotlb_facts_force(const struct swiotlb_facts *facts);

#endif
