/* SPDX-License-Identifier: Apache-2.0 */
/* Why a bounce buffer was full: more memory mends only some of the causes. */
#ifndef SWIOTLB_CAUSE_H
#define SWIOTLB_CAUSE_H

#include "swiotlb/facts.h"

enum swiotlb_cause {
    SWIOTLB_NEVER_FULL,    /* as far as can be seen */
    SWIOTLB_CAPACITY,      /* the free slots were too few: a larger buffer, or less demand */
    SWIOTLB_FRAGMENTATION, /* free slots enough, but no run of them: larger, or smaller requests */
    SWIOTLB_OVERSIZE,      /* more than 256 KiB at once: a driver's fault, no size helps */
    SWIOTLB_LEAK,          /* use that only grows: a driver's fault, a larger buffer delays it */
    SWIOTLB_NO_BUFFER,     /* there is none: a wrong "swiotlb=", or too large a one */
    SWIOTLB_UNCLEAR,       /* full, and what is known does not say why */
};

enum swiotlb_cause swiotlb_cause(const struct swiotlb_facts *facts);

/* "capacity", "fragmentation", "oversize", "leak", "no_buffer", "unknown"; NULL for never full. */
const char *swiotlb_cause_id(enum swiotlb_cause cause);
/* A sentence for people: what happened and what mends it; "" for never full. */
const char *swiotlb_cause_text(enum swiotlb_cause cause);

#endif
