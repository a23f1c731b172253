/* SPDX-License-Identifier: Apache-2.0 */
/* A tdx-sim that serves for the length of a test program: a folder with tdx_guest, tsm/report and
 * qgs.sock. It ends with this process, whatever happens. */
#ifndef TESTS_UNIT_SIM_RUNNER_H
#define TESTS_UNIT_SIM_RUNNER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/text.h"

struct sim_runner {
    char program[1024]; /* $top_builddir/tests/sim/tdx-sim */
    char folder[64];
    char device[128], tsm[128], qgs_socket[128];
};

/* Starts one. False, with a message that says "skipped", where it cannot run (no FUSE, say). */
bool sim_runner_start(struct sim_runner *sim) TDX_MUST_CHECK;
void sim_runner_stop(struct sim_runner *sim);

/* Puts every knob back, then sets those in settings: "NAME=VALUE NAME=VALUE ...". Fails the test if
 * the simulator refuses. */
void sim_runner_set(const struct sim_runner *sim, const char *settings);

/* For groups of tests that share one: setup and teardown of the group (*state is then a struct
 * sim_runner, or NULL where none can serve), and for each test sim_runner_with(): skips where there
 * is none, else sim_runner_set(). */
int sim_runner_setup(void **state);
int sim_runner_teardown(void **state);
struct sim_runner *sim_runner_with(void **state, const char *settings);

/* Runs a program of the build, path below $top_builddir, with arguments up to a NULL, and gives its
 * exit code (or -1 - signal), output and diagnostics. The texts are cleared first. */
int run_program(const char *path, const char *const *arguments, struct text *out,
                struct text *diagnostics);

#endif
