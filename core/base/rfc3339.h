/* SPDX-License-Identifier: Apache-2.0 */
/* Times in the one form that Intel's documents and our own output use: 2026-01-31T23:59:59Z. */
#ifndef CORE_BASE_RFC3339_H
#define CORE_BASE_RFC3339_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"

#define RFC3339_TEXT_SIZE 21 /* with the final NUL */

/* Reads exactly YYYY-MM-DDTHH:MM:SSZ: upper-case T and Z, no fraction, no offset, a day that the
 * calendar has, seconds 0 to 59 (RFC 3339 section 5.6, narrowed as Intel's verifier narrows it).
 * Returns TDX_OK and the seconds since 1970 in *ret; otherwise TDX_TIME_BAD. */
enum tdx_status rfc3339_parse(const char *text, size_t length, int64_t *ret, struct tdx_error *err)
    TDX_MUST_CHECK;

/* Writes the time, years 0 to 9999 (others are clamped), and a NUL. Returns out. */
const char *rfc3339_format(int64_t seconds, char out[static RFC3339_TEXT_SIZE]);

/* Seconds since 1970 of a UTC calendar time; no check of the parts. month is 1 to 12. */
int64_t rfc3339_seconds(int year, int month, int day, int hour, int minute, int second);

#endif
