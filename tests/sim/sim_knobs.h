/* SPDX-License-Identifier: Apache-2.0 */
/* The table of knobs (see sim_world.h). */
#ifndef TESTS_SIM_SIM_KNOBS_H
#define TESTS_SIM_SIM_KNOBS_H

#include "tests/sim/sim_world.h"

/* What knobs act on while a world is being made. */
struct sim_knob_target {
    const char *seed;
    int64_t now;
    bool wrong_root;
    struct sim_platform *platform; /* NULL during knob_before() */
    struct sim_faults faults;
};

size_t knob_count(void);
const char *knob_name(size_t knob);
const char *knob_default(size_t knob);
bool knob_find(const char *name, size_t length, size_t *ret) TDX_MUST_CHECK;

/* Appends "  NAME=VALUES   what it does". */
void knob_describe(size_t knob, struct text *out);

/* First the knobs that decide how the platform is made (values has knob_count() texts), then each
 * of the others. Text that a value points to is borrowed from values. */
enum tdx_status knob_before(const struct text *values, struct sim_knob_target *target,
                            struct tdx_error *err) TDX_MUST_CHECK;
enum tdx_status knob_apply(size_t knob, const char *value, struct sim_knob_target *target,
                           struct tdx_error *err) TDX_MUST_CHECK;

#endif
