/* SPDX-License-Identifier: Apache-2.0 */
/* What is judged: the facts of this machine, of an image (--root), or of a replay. */
#ifndef HEALTHCHECK_GATHER_H
#define HEALTHCHECK_GATHER_H

#include <stdint.h>

#include "healthcheck/facts.h"
#include "healthcheck/options.h"

/* All facts, and healthcheck.conf among them. Returns TDX_OK and *ret, which the caller frees;
 * what root_open(), file_read(), facts_parse() or settings_collect() return; NO_MEMORY. */
enum tdx_status gather(const struct options *options, struct facts **ret, struct tdx_error *err)
    TDX_MUST_CHECK;

/* The time of the run; a replay's own, if it has one. */
int64_t gather_time(const struct options *options, const struct facts *facts) TDX_MUST_CHECK;

#endif
