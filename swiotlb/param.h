/* SPDX-License-Identifier: Apache-2.0 */
/* "swiotlb=" on a kernel command line, read as the kernel reads it: lib/cmdline.c next_arg(), then
 * kernel/dma/swiotlb.c setup_io_tlb_npages() of each age. It has no suffixes ("1G" is one slab), a
 * leading 0 means octal, whatever it does not understand is dropped without a word, and a bare
 * "swiotlb" without "=" stops the boot before the console is up. */
#ifndef SWIOTLB_PARAM_H
#define SWIOTLB_PARAM_H

#include <stdbool.h>
#include <stdint.h>

#include "swiotlb/kernel.h"

#define SWIOTLB_SLAB_SIZE     UINT64_C(2048)  /* IO_TLB_SIZE */
#define SWIOTLB_SEGMENT_SLABS UINT64_C(128)   /* IO_TLB_SEGSIZE: no mapping is larger */
#define SWIOTLB_DEFAULT_SLABS UINT64_C(32768) /* IO_TLB_DEFAULT_SIZE, 64 MiB */
#define SWIOTLB_SLABS_PER_MIB UINT64_C(512)

/* The kernel reads this much of its command line (x86, COMMAND_LINE_SIZE). */
#define SWIOTLB_COMMAND_LINE_LIMIT 2048

enum swiotlb_dialect {
    SWIOTLB_OLD,          /* N,force|noforce: up to 5.19 */
    SWIOTLB_AREAS,        /* N,areas,force|noforce: from 6.0 */
    SWIOTLB_ANOLIS_AREAS, /* N,areas,force|noforce,any */
};

struct swiotlb_param {
    unsigned count; /* how many "swiotlb=" there are; the last number wins */
    bool bare;      /* a word "swiotlb" without "=": the kernel dies on it */
    bool sized;     /* a number was read */
    uint64_t asked; /* that number, as the kernel understood it */
    uint64_t slabs; /* what it made of it while parsing; SWIOTLB_DEFAULT_SLABS if !sized */
    uint64_t areas; /* 0: not given */
    bool force, noforce, any;
    char ignored[48]; /* a word that looks like it and is not ("SWIOTLB=1"), quoted, or "" */
};

/* Reads command_line, of which only the first SWIOTLB_COMMAND_LINE_LIMIT - 1 bytes count. */
struct swiotlb_param swiotlb_param_parse(const char *command_line, enum swiotlb_dialect dialect);

/* Reads it for a kernel whose dialect may not be certain. Returns the most likely reading;
 * *ret_sure says whether all that are possible agree. */
struct swiotlb_param swiotlb_param_read(const char *command_line,
                                        const struct swiotlb_kernel *kernel, bool *ret_sure);

#endif
