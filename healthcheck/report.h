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
 * it: one cause, one FAIL. Returns TDX_OK, USAGE (a pattern that matches nothing), NO_MEMORY. */
enum tdx_status report_make(const struct evaluation *evaluation,
                            const struct report_selection *selection, struct report *ret,
                            struct tdx_error *err) TDX_MUST_CHECK;
void report_free(struct report *report);

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
void report_print_prometheus(const struct report *report, const struct facts *facts,
                             struct text *out);

/* --list and --explain. report_explain() returns false if there is no check of that id. */
void report_list(struct text *out);
bool report_explain(const char *id, unsigned columns, struct text *out) TDX_MUST_CHECK;

#endif
