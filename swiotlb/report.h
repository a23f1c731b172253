/* SPDX-License-Identifier: Apache-2.0 */
/* What tdx-swiotlb prints. */
#ifndef SWIOTLB_REPORT_H
#define SWIOTLB_REPORT_H

#include "core/base/text.h"
#include "swiotlb/advice.h"
#include "swiotlb/facts.h"

/* "512 MiB", "0.5 MiB", "1.5 GiB" for a number of slabs. Exact; whole MiB below 10 GiB. */
void report_size(struct text *out, uint64_t slabs);

/* A bar of width characters: '#' for used, '-' up to the high-water mark (may be unknown), '.' */
void report_bar(struct text *out, uint64_t used, struct maybe_u64 hiwater, uint64_t total,
                unsigned width);

/* The few lines of a call without arguments. log_missing tells why there is no kernel log, or NULL.
 */
void report_text(struct text *out, const struct swiotlb_facts *facts,
                 const struct swiotlb_advice *advice, const char *log_missing);

/* "recommend": the arithmetic, term by term, and what comes out. */
void report_arithmetic(struct text *out, const struct swiotlb_facts *facts,
                       const struct swiotlb_advice *advice);

/* The same lines for a terminal of so many columns (0: no terminal): those that are too long are
 * broken at blanks, and go on below their text. */
void report_fit(const struct text *report, unsigned columns, struct text *out);

/* The JSON of DESIGN.md section 4, with more members behind those. */
void report_json(struct text *out, const struct swiotlb_facts *facts,
                 const struct swiotlb_advice *advice);

#endif
