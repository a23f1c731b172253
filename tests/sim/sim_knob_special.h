/* SPDX-License-Identifier: Apache-2.0 */
/* The knobs that are more than a field: each gets one of the words of its row in the table (or any
 * text, where the row has none) and returns whether the value is allowed. */
#ifndef TESTS_SIM_SIM_KNOB_SPECIAL_H
#define TESTS_SIM_SIM_KNOB_SPECIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/sim/sim_knobs.h"

bool knob_apply_root(struct sim_knob_target *target, const char *value);
bool knob_apply_age(struct sim_knob_target *target, const char *value);
bool knob_apply_quote_form(struct sim_knob_target *target, const char *value);
bool knob_apply_echo(struct sim_knob_target *target, const char *value);
bool knob_apply_signature(struct sim_knob_target *target, const char *value);
bool knob_apply_pck(struct sim_knob_target *target, const char *value);
bool knob_apply_tcb(struct sim_knob_target *target, const char *value);
bool knob_apply_collateral(struct sim_knob_target *target, const char *value);
bool knob_apply_evaluation(struct sim_knob_target *target, const char *value);
bool knob_apply_qe(struct sim_knob_target *target, const char *value);
bool knob_apply_qe_evaluation(struct sim_knob_target *target, const char *value);
bool knob_apply_report(struct sim_knob_target *target, const char *value);

/* A decimal number without sign. */
bool knob_number(const char *value, uint64_t *ret);

#endif
