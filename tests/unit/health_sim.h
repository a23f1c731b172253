/* SPDX-License-Identifier: Apache-2.0 */
/* The evidence of a simulated platform as facts. */
#ifndef TESTS_UNIT_HEALTH_SIM_H
#define TESTS_UNIT_HEALTH_SIM_H

#include "tests/sim/sim_platform.h"
#include "tests/unit/health_rows.h"

/* The facts of a TD on that platform on which everything else is well, at p->now. The caller frees
 * them. */
struct facts *health_sim_facts(const struct sim_platform *p);

struct health_sim_row {
    void (*turn)(struct sim_platform *p); /* what is wrong with the platform; NULL: nothing */
    struct health_row row;
};

/* As health_check_rows(), each row with a platform of its own. */
void health_sim_check_rows(const struct health_sim_row *rows, size_t count);

#endif
