/* SPDX-License-Identifier: Apache-2.0 */
/* Dates of everything that a verification rests on. Source: notes section 5.8. */
#ifndef CORE_VERIFY_VERIFY_DATES_H
#define CORE_VERIFY_VERIFY_DATES_H

#include "core/verify/verify_context.h"

/* How far a signed issue date may lie ahead of now before the clock must be wrong. */
#define VERIFY_CLOCK_TOLERANCE 86400

/* Collects the dates of the collateral and of a quote's PCK chain (NULL: there is no quote), and
 * whether any of it has expired at now (at the very second of nextUpdate it has not) or a CRL is
 * not valid yet. */
void verify_dates(const struct verify_context *context, const struct cert_chain *pck_chain,
                  int64_t now, struct verification_dates *ret, bool *expired);

#endif
