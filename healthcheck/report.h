/* SPDX-License-Identifier: Apache-2.0 */
/* The report: every check's finding, counted; and the three ways to print it. */
#ifndef HEALTHCHECK_REPORT_H
#define HEALTHCHECK_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/text.h"
#include "healthcheck/check.h"

struct report_entry {
    const struct family *family;
    const struct check *check;
    struct finding finding;
    bool selected; /* by --only and --skip; what others require is evaluated all the same */
    const struct settings_skip *admin; /* healthcheck.conf skips it; NULL: not */
};

struct report {
    struct report_entry *entries;
    size_t count;
    size_t by_status[CHECK_STATUS_COUNT]; /* of the selected ones */
    const char *mode;                     /* "live", "root" or "replay" */
    int64_t now;
    bool privileged;                   /* it ran as root */
    struct evidence_outcome *evidence; /* owned; borrows from the facts */
};

/* Which checks the user wants: comma-separated globs over ids and families ("swiotlb.*", "cpu"),
 * or NULL. */
struct report_selection {
    const char *only, *skip;
};

/* Evaluates all checks in table order. A check whose prerequisite did not hold is SKIP and names
 * it: one cause, one FAIL. What healthcheck.conf skips is judged all the same, since others rest on
 * it, and then reported as SKIP with the administrator's reason; but a FAIL or an ERROR on which a
 * check rests that is not skipped stands. Returns TDX_OK, USAGE (a pattern that matches nothing, or
 * nothing is left to check), CONF_BAD_VALUE (a line in healthcheck.conf that matches nothing),
 * NO_MEMORY. The settings are borrowed until report_free(). */
enum tdx_status report_make(const struct evaluation *evaluation,
                            const struct report_selection *selection, struct report *ret,
                            struct tdx_error *err) TDX_MUST_CHECK;
void report_free(struct report *report);

/* True if the pattern names the check: its id, its family, or a glob over ids. */
bool report_pattern_names(const char *pattern, const struct report_entry *entry) TDX_MUST_CHECK;
/* The entry of that id; NULL if there is none. */
const struct report_entry *report_entry_of(const struct report *report, const char *id)
    TDX_MUST_CHECK;
/* A part of report_make(): what healthcheck.conf skips, once all is judged. */
enum tdx_status report_skip_by_admin(struct report *report, const struct settings *settings,
                                     struct tdx_error *err) TDX_MUST_CHECK;

/* 0 no FAIL and no ERROR, 1 a FAIL (with strict also a WARN), 3 no FAIL but an ERROR. */
int report_exit_code(const struct report *report, bool strict) TDX_MUST_CHECK;

struct report_style {
    bool color;
    unsigned columns;
    bool verbose; /* what was read, and where, for every check */
    bool quiet;   /* only what is not PASS, INFO or SKIP */
};

void report_print_text(const struct report *report, const struct report_style *style,
                       struct text *out);
void report_print_json(const struct report *report, struct text *out);
/* The same, one object to a line for each check. */
void report_print_jsonl(const struct report *report, struct text *out);
/* What stands where a report would, if there is none. */
void report_print_error_json(enum tdx_status status, const struct tdx_error *err, bool indent,
                             struct text *out);
void report_print_prometheus(const struct report *report, const struct facts *facts,
                             struct text *out);
/* A plugin's answer for Nagios and its kin: a line with performance data, then what is not well;
 * and the plugin's exit code, 0 OK, 1 WARNING (strict: 2), 2 CRITICAL, 3 UNKNOWN. Source:
 * Monitoring Plugins Development Guidelines. */
void report_print_nagios(const struct report *report, const struct facts *facts, struct text *out);
int report_nagios_code(const struct report *report, bool strict) TDX_MUST_CHECK;
/* Test Anything Protocol, version 13. A WARN is ok, with a comment. */
void report_print_tap(const struct report *report, struct text *out);

/* --list and --explain. report_explain() returns false if there is no check of that id. */
void report_list(struct text *out);
bool report_explain(const char *id, unsigned columns, struct text *out) TDX_MUST_CHECK;

#endif
