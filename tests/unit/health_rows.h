/* SPDX-License-Identifier: Apache-2.0 */
/* Facts given as a table, changes to them, and the verdict of one check. */
#ifndef TESTS_UNIT_HEALTH_ROWS_H
#define TESTS_UNIT_HEALTH_ROWS_H

#include <stddef.h>

#include "healthcheck/check.h"
#include "healthcheck/facts.h"
#include "healthcheck/report.h"

/* A fact: its value, or "!" and a state: !absent, !denied, !offline, !failed, !not_asked,
 * !no_network; "!failed" may be followed by a blank and why. */
struct health_fact {
    const char *key, *value;
};

#define HEALTH_CHANGES 5

struct health_row {
    const char *name; /* a sentence */
    const char *id;
    enum check_status status;
    const char *reason;                         /* NULL: none */
    const char *observed;                       /* a part of it, or of skip_reason; NULL: any */
    struct health_fact changes[HEALTH_CHANGES]; /* over the base */
};

void health_apply(struct facts *facts, const struct health_fact *changes, size_t count);

/* The report over the facts, live or of an image, at this time, of the checks that only names. */
struct report health_report(const struct facts *facts, const char *only, bool live, int64_t now);

/* Holds each row's verdict against what its check finds over base and changes, with what the check
 * says that it can give, and wants source, expected and remedy where there is something to say. */
void health_check_rows(const struct health_fact *base, size_t base_count,
                       const struct health_row *rows, size_t count, bool live, int64_t now);

/* One row's verdict, changes apart, against a report. */
void health_check_row(const struct report *report, const struct health_row *row);

/* The finding of that check; fails the test if there is none. */
const struct finding *health_finding(const struct report *report, const char *id);

#endif
