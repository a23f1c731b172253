/* SPDX-License-Identifier: Apache-2.0 */
/* healthcheck.conf: what the administrator decided about the checks. tdx-healthcheck(8) has the
 * keys.
 *
 * The file is read with the other facts, so that an image is judged by its own and a replay by that
 * of the recorded machine:
 *     probe:settings        the file's text; absent where there is none
 *     probe:settings_file   its path, for messages */
#ifndef HEALTHCHECK_SETTINGS_H
#define HEALTHCHECK_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/status.h"
#include "healthcheck/collect.h"
#include "healthcheck/facts.h"

#define SETTINGS_DEFAULT_PATH TDX_CONFDIR "/healthcheck.conf"
#define SETTINGS_LIMIT        65536
#define SETTINGS_SKIPS_MAX    64
#define SETTINGS_PATTERN_SIZE 64
#define SETTINGS_REASON_SIZE  200

struct settings_skip {
    char pattern[SETTINGS_PATTERN_SIZE]; /* a check's id, a family, or a glob over ids */
    char reason[SETTINGS_REASON_SIZE];   /* printable; never empty */
    unsigned line;
};

struct settings {
    unsigned collateral_days;      /* collateral that expires sooner is a WARN */
    unsigned collateral_age_hours; /* so is a last refresh that is longer ago */
    unsigned tls_days;             /* and a PCCS certificate that expires sooner */
    unsigned clock_seconds;        /* and a clock that differs more from the PCCS's */
    unsigned quote_warn_ms, quote_fail_ms;
    size_t skip_count;
    struct settings_skip skips[SETTINGS_SKIPS_MAX];
    char file[256]; /* where they stand */
};

/* What holds where there is no file. */
void settings_defaults(struct settings *ret);

/* Sets both facts. path NULL: the default path, below the collector's root; else that file, of this
 * machine, which must be there. A file that others could have written is refused: FILE_UNSAFE. What
 * an ordinary user may not read is FACT_DENIED, and the defaults apply: nothing is skipped. */
enum tdx_status settings_collect(const struct collector *collector, const char *path,
                                 struct tdx_error *err) TDX_MUST_CHECK;

/* Pure. Returns TDX_OK, CONF_SYNTAX, CONF_UNKNOWN_KEY or CONF_BAD_VALUE with file and line; then
 * *ret holds the defaults. Whether a pattern names a check is for report_make() to say. */
enum tdx_status settings_of(const struct facts *facts, struct settings *ret, struct tdx_error *err)
    TDX_MUST_CHECK;

#endif
