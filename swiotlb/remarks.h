/* SPDX-License-Identifier: Apache-2.0 */
/* What deserves a word about this guest's SWIOTLB besides its size: mistakes on the command line,
 * requests that the kernel changed, a buffer that its users will fill. */
#ifndef SWIOTLB_REMARKS_H
#define SWIOTLB_REMARKS_H

#include <stddef.h>

#include "swiotlb/facts.h"

enum swiotlb_remark {
    SWIOTLB_REMARK_BARE,    /* "swiotlb" without "=": the next boot dies on it */
    SWIOTLB_REMARK_NOFORCE, /* in a guest where everything must bounce */
    SWIOTLB_REMARK_HALVED,  /* could not be had and was halved */
    SWIOTLB_REMARK_ROUNDED, /* in force is another size than was asked */
    SWIOTLB_REMARK_TINY,    /* fewer than 128 slabs were asked: a suffix, or MiB for slabs */
    SWIOTLB_REMARK_CANNOT_BE_ASKED, /* 32768 */
    SWIOTLB_REMARK_NO_EFFECT,       /* asks for what the kernel takes by itself */
    SWIOTLB_REMARK_SEVERAL,         /* more than one "swiotlb=" */
    SWIOTLB_REMARK_IGNORED,         /* a word that the kernel does not take */
    SWIOTLB_REMARK_MUCH,            /* more than a quarter of the memory */
    SWIOTLB_REMARK_FAR_TOO_MUCH,    /* more than half */
    SWIOTLB_REMARK_RINGS,           /* idle receive rings take four fifths: 5.10 can hang at boot */
    SWIOTLB_REMARK_COUNT
};

/* True if it holds; false also where that is not known. */
bool swiotlb_remark_holds(const struct swiotlb_facts *facts, enum swiotlb_remark remark)
    TDX_MUST_CHECK;

/* Stable id ("bare_parameter") and a sentence. */
const char *swiotlb_remark_id(enum swiotlb_remark remark);
const char *swiotlb_remark_text(enum swiotlb_remark remark);

#endif
