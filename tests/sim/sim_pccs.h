/* SPDX-License-Identifier: Apache-2.0 */
/* What a PCCS (and Intel's PCS) answers: paths and parameters in, status, headers and body out.
 * sim_https.c carries it. Source: pcs-api notes sections 1 and 2. */
#ifndef TESTS_SIM_SIM_PCCS_H
#define TESTS_SIM_SIM_PCCS_H

#include "core/base/text.h"
#include "tests/sim/sim_world.h"

/* Which request it was: the words of the knob pccs_only. */
enum sim_pccs_kind {
    SIM_PCCS_TCB,
    SIM_PCCS_IDENTITY,
    SIM_PCCS_PCKCRL,
    SIM_PCCS_ROOTCRL,
    SIM_PCCS_OTHER,
};

/* Initialise with { 0 }; release with sim_pccs_answer_clear(). */
struct sim_pccs_answer {
    unsigned status;
    const char *type;    /* Content-Type */
    struct text headers; /* further "Name: value\r\n" lines */
    struct text body;
};

enum sim_pccs_kind sim_pccs_kind(const char *target);
const char *sim_pccs_kind_word(enum sim_pccs_kind kind);

/* Answers GET target ("/sgx/certification/v4/pckcrl?ca=platform"). Of the faults only the forms
 * (crl_form, header_form) and no_header, chain_swapped (strike) are its business. */
void sim_pccs_answer(const struct sim_world *world, const char *target, bool strike,
                     struct sim_pccs_answer *ret);
void sim_pccs_answer_clear(struct sim_pccs_answer *answer);

#endif
