/* SPDX-License-Identifier: Apache-2.0 */
/* The arithmetic of SWIOTLB: what a kernel makes of a request, what it takes by itself, what fits,
 * and what devices need. Pure functions; sizes are in slabs of 2 KiB unless the name says bytes.
 * Sources: kernel/dma/swiotlb.c, arch/x86/mm/mem_encrypt.c, arch/x86/kernel/pci-dma.c, 5.10 to 7.2;
 * what devices need was measured. */
#ifndef SWIOTLB_SIZING_H
#define SWIOTLB_SIZING_H

#include "core/base/number.h"
#include "swiotlb/kernel.h"
#include "swiotlb/param.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

/* The largest buffer that may be asked for without having seen the memory map: it must lie in one
 * piece below 4 GiB, and a common virtual machine has 2 GiB there. */
#define SWIOTLB_BLIND_LIMIT_SLABS (GIB / SWIOTLB_SLAB_SIZE)

struct swiotlb_guest {
    struct swiotlb_kernel kernel;
    enum answer confidential;   /* everything bounces: a TD, or an SEV guest */
    struct maybe_u64 memory;    /* bytes that the kernel was given (not MemTotal) */
    struct maybe_u64 cpus;      /* possible CPUs */
    struct maybe_u64 low_piece; /* largest piece of memory in one below 4 GiB, bytes */
    enum answer rule;           /* whether its log shows the 6 % rule at work */
};

/* Slabs as MiB, rounded down; and the bytes. */
uint64_t swiotlb_mib(uint64_t slabs);
uint64_t swiotlb_bytes(uint64_t slabs);

/* What the kernel makes of a request for slabs: a multiple of 128, from 6.0 on a power of two and
 * at least 128 for each area. Where it is not known which holds: the power of two. */
uint64_t swiotlb_round_up(const struct swiotlb_guest *guest, uint64_t slabs);
/* The largest size not above slabs that the kernel would leave as it is; 0: none. */
uint64_t swiotlb_round_down(const struct swiotlb_guest *guest, uint64_t slabs);

/* Whether the 6 % rule holds in this guest, which matters only where everything bounces: generic
 * from 6.7 on and in Anolis; from 5.19 to 6.6 it reaches TDX only in kernels that are also built
 * for AMD's encryption; not known there unless the log shows it. */
enum answer swiotlb_rule(const struct swiotlb_guest *guest);

/* What the kernel takes without "swiotlb=": 6 % of memory, 64 MiB to 1 GiB, where everything
 * bounces (unless swiotlb_rule() says no), else 64 MiB. Unknown if memory is. The rule's own bytes,
 * before rounding, go to *ret_bytes (may be NULL). */
struct maybe_u64 swiotlb_kernel_default(const struct swiotlb_guest *guest, uint64_t *ret_bytes);

/* The size in force after a boot with param, if the memory can be had. Unknown where kernel,
 * memory or CPUs leave more than one answer. */
struct maybe_u64 swiotlb_predict(const struct swiotlb_guest *guest,
                                 const struct swiotlb_param *param);

/* True for the one size that nobody can ask for where everything bounces: 32768 cannot be told from
 * the built-in default, so that the 6 % rule overrides it. It is never recommended to anybody. */
bool swiotlb_cannot_be_asked(uint64_t slabs);

enum swiotlb_limit_why {
    SWIOTLB_LIMIT_BLIND,   /* 1 GiB: the memory map is not known */
    SWIOTLB_LIMIT_LOW,     /* the piece below 4 GiB */
    SWIOTLB_LIMIT_QUARTER, /* a quarter of the memory */
};

struct swiotlb_limit {
    uint64_t slabs; /* a size that the kernel leaves as it is; 0: nothing can be recommended */
    enum swiotlb_limit_why why;
};

/* The largest buffer that we recommend to this guest. */
struct swiotlb_limit swiotlb_limit(const struct swiotlb_guest *guest);

/* --- what devices need ----------------------------------------------------------------------- */

#define SWIOTLB_RING_GUESS 1024 /* where the driver does not tell */

struct swiotlb_nic {
    uint64_t queues;       /* receive queues */
    uint64_t ring;         /* entries of each receive ring */
    enum answer mergeable; /* ANSWER_NO: every entry holds 64 KiB ("big packets") */
};

struct swiotlb_demand {
    uint64_t nics, queues; /* network cards, and their queues together */
    uint64_t disks;
    uint64_t nic_slabs, disk_slabs, base_slabs;
    uint64_t slabs;      /* the sum and a quarter more */
    uint64_t idle_slabs; /* what the receive rings hold when nothing happens */
};

void swiotlb_demand_add_nic(struct swiotlb_demand *demand, const struct swiotlb_nic *nic);
void swiotlb_demand_add_disks(struct swiotlb_demand *demand, uint64_t disks);
/* Sums up; call it once, last. */
void swiotlb_demand_finish(struct swiotlb_demand *demand);

/* The most queues for each of the demand's cards (rings of SWIOTLB_RING_GUESS or ring entries,
 * mergeable) with which it needs at most slabs, rounded down to a power of two; 0: not even one. */
uint64_t swiotlb_queues_that_fit(const struct swiotlb_demand *demand, uint64_t ring,
                                 uint64_t slabs);

#endif
