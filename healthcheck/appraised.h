/* SPDX-License-Identifier: Apache-2.0 */
/* What the policies of gate.conf say to the TCB of a verified quote. Apart from the checks, since
 * core/appraise has a struct check of its own. */
#ifndef HEALTHCHECK_APPRAISED_H
#define HEALTHCHECK_APPRAISED_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/verify/verify.h"
#include "healthcheck/facts.h"

#define APPRAISED_REASON_SIZE 160

struct appraised {
    enum tdx_status status; /* TDX_OK, or why the policies could not be asked: err */
    struct tdx_error err;
    bool names_evaluation; /* a policy for the platform or the QE has min_eval_num */
    /* Why a policy refuses the evaluation number or an advisory; "": none does. */
    char evaluation[APPRAISED_REASON_SIZE], advisory[APPRAISED_REASON_SIZE];
};

/* The policies are those of probe:policies, their texts the facts of these files. Without any, no
 * reason is given. accepted, grace and now as in struct appraise_request; quote: the bytes that
 * were verified. */
void appraise_facts(const struct facts *facts, const struct verification *verification,
                    struct span quote, unsigned accepted, int64_t grace, int64_t now,
                    struct appraised *ret);

#endif
