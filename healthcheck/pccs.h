/* SPDX-License-Identifier: Apache-2.0 */
/* The collateral server (PCCS) that a refresh would ask, and what it answered. The facts:
 *     probe:pccs              lines: "base=URL", "origin=WHO NAMED IT", "host=HOST[:PORT]",
 *                             "path=PATH": what was asked for
 *     probe:http/HOST/PATH    status line, headers and body, as sent
 *     probe:tls/HOST          "not_after=SECONDS" of the server's certificate; or why it is not
 *                             trusted */
#ifndef HEALTHCHECK_PCCS_H
#define HEALTHCHECK_PCCS_H

#include <stdbool.h>
#include <stdint.h>

#include "healthcheck/check.h"

/* The Date of its answer, seconds since 1970. False with the finding set: SKIP where there is no
 * answer. */
bool pccs_date(const struct evaluation *evaluation, struct finding *finding, int64_t *ret)
    TDX_MUST_CHECK;

#endif
