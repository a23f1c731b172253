/* SPDX-License-Identifier: Apache-2.0 */
/* Which size to ask for, if any, and the arithmetic that led there. */
#ifndef SWIOTLB_ADVICE_H
#define SWIOTLB_ADVICE_H

#include "swiotlb/cause.h"
#include "swiotlb/facts.h"

enum swiotlb_verdict {
    SWIOTLB_ASK,         /* ask for advice.slabs */
    SWIOTLB_ENOUGH,      /* what is in force does; asking would change nothing */
    SWIOTLB_AT_LIMIT,    /* more is needed and more cannot be had */
    SWIOTLB_SIZE_IS_NOT, /* the cause is not the size */
    SWIOTLB_NOT_NEEDED,  /* nothing bounces here: no confidential guest, no "force", never full */
    SWIOTLB_NOT_KNOWN,   /* too little is known to recommend anything */
};

struct swiotlb_advice {
    enum swiotlb_verdict verdict;
    struct maybe_u64 slabs; /* SWIOTLB_ASK: what to write after "swiotlb="; else unknown */
    enum swiotlb_cause cause;
    /* The arithmetic. Unknown terms did not count. */
    struct maybe_u64 from_devices; /* cards and disks, and a quarter more */
    struct maybe_u64 from_request; /* 8 times the largest request */
    struct maybe_u64 from_hiwater; /* half as much again as was ever in use */
    struct maybe_u64 from_events;  /* twice what was full */
    struct maybe_u64 kernel_default;
    uint64_t wanted; /* the largest of these, as the kernel would round it */
    struct swiotlb_limit limit;
    bool cut;                 /* wanted is above the limit */
    uint64_t queues_that_fit; /* if cut: queues for each card that the limit serves, or 0 */
};

void swiotlb_advise(const struct swiotlb_facts *facts, struct swiotlb_advice *ret);

#endif
