/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings of machines for tdx-healthcheck, made from descriptions:
 * tests/fixtures/health/README.md says how they are written. What is wrong with a description fails
 * the test that reads it. */
#ifndef TESTS_UNIT_HEALTH_FIXTURE_H
#define TESTS_UNIT_HEALTH_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/bytes.h"
#include "core/base/text.h"
#include "healthcheck/check.h"

#define FIXTURE_NAME_SIZE   64
#define FIXTURE_EXPECTS_MAX 24

/* "is CHECK STATUS [REASON]" */
struct fixture_expects {
    char id[FIXTURE_NAME_SIZE], reason[FIXTURE_NAME_SIZE]; /* reason "": none */
    enum check_status status;
};

struct fixture {
    char name[FIXTURE_NAME_SIZE];
    char from[FIXTURE_NAME_SIZE]; /* the fixture it changes; "" for a root */
    bool is_fault;
    bool is_image; /* inspected with --root, not --replay */
    bool has_screen;
    struct fixture_expects expects[FIXTURE_EXPECTS_MAX];
    size_t expects_count;
    struct span body; /* its directives; borrowed from the description */
};

/* The next fixture of a description; false at the end. *text moves behind it. */
bool fixture_next(struct span *text, struct fixture *ret);

/* Makes the fixture in folder, which must not exist; parent (NULL for a root) is the fixture it
 * changes, which has been made in parent_folder. */
void fixture_make(const struct fixture *fixture, const struct fixture *parent,
                  const char *parent_folder, const char *folder);

/* For the directive "sim": reports, quotes, collateral and event log of a simulated platform, with
 * knobs set as tdx-sim has them, below folder. */
void fixture_evidence_make(const struct span *knobs, size_t count, const char *folder);

#endif
