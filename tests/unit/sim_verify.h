/* SPDX-License-Identifier: Apache-2.0 */
/* A simulated platform's quote, collateral and root, and the verdict over them. */
#ifndef TESTS_UNIT_SIM_VERIFY_H
#define TESTS_UNIT_SIM_VERIFY_H

#include "core/verify/verify.h"
#include "tests/sim/sim_platform.h"
#include "tests/unit/sim_spans.h"

/* Initialise with { 0 }. */
struct made {
    struct text quote;
    struct sim_bundle bundle;
    struct trust_anchor anchor; /* the simulator's right root */
};

/* Makes all of it; fails the test where the simulator fails. */
void made_from(const struct sim_platform *p, struct made *ret);
void made_clear(struct made *made);

/* Verifies from nothing. Quote and parts are copied to blocks of their exact size first. Writes the
 * status id, or "UpToDate" and the like, with " expired" behind it if the collateral is. */
void made_verdict(const struct made *made, int64_t now, char ret[static 80], struct tdx_error *err);

/* The same, and gives the verification where there is one. */
enum tdx_status made_verify(const struct made *made, int64_t now, struct verification *ret,
                            struct tdx_error *err);

#endif
