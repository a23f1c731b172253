/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting quotes: by each of the ways that the gate would try, again for the time it takes, and
 * several at once. The facts are those of evidence.h. */
#ifndef HEALTHCHECK_QUOTE_COLLECT_H
#define HEALTHCHECK_QUOTE_COLLECT_H

#include "core/evidence/provider.h"
#include "healthcheck/collect.h"

/* timeout_ms: what a login waits for a quote. */
void quote_collect(const struct collector *collector, const struct evidence_paths *paths,
                   const uint8_t report_data[static TD_REPORT_DATA_SIZE], unsigned timeout_ms);

/* The same from a recording: quote.bin or quote.errno; for each way quote-tsm.bin and so on;
 * quote_source; timing.json. */
void quote_collect_recorded(const struct collector *collector);

#endif
