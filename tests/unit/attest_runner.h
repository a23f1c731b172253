/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-attest run from tests as a person or a script runs it, beside a simulated platform. */
#ifndef TESTS_UNIT_ATTEST_RUNNER_H
#define TESTS_UNIT_ATTEST_RUNNER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/text.h"
#include "tests/unit/sim_runner.h"

/* For cmocka_run_group_tests_name(): a folder for the tests' files, and a simulator where it can
 * run; both are gone after the group. */
int attest_start(void **state);
int attest_stop(void **state);

/* The simulator, or NULL where it cannot run. */
const struct sim_runner *attest_simulator(void);

void attest_write_file(const char *name, const void *data, size_t size);
const char *attest_path(const char *name); /* in the folder; valid until the next call */

/* Runs tdx-attest with these words: "@NAME" is a file in the folder, "@device", "@tsm" and "@qgs"
 * are the simulator's. Returns the exit code. */
int attest(const char *words, struct text *out, struct text *err);

struct cli_case {
    const char *settings; /* of the simulator; NULL: it is not needed */
    const char *words;
    int code;
    const char *out, *err; /* stand in standard output, in standard error; NULL: nothing at all */
};

/* Runs them in order. before (may be NULL) is called after the settings of each. */
void attest_run_cases(const struct cli_case *cases, size_t count);
void attest_run_cases_after(void (*before)(void), const struct cli_case *cases, size_t count);

#endif
