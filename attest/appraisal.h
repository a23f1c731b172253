/* SPDX-License-Identifier: Apache-2.0 */
/* The part of 'tdx-attest verify' that holds policies against a verified quote. */
#ifndef ATTEST_APPRAISAL_H
#define ATTEST_APPRAISAL_H

#include "attest/policy.h"
#include "attest/verdict.h"
#include "core/appraise/appraise.h"
#include "core/appraise/result.h"

struct appraisal_options {
    struct policy_options policies;
    enum result_schema schema;
    const char *signing_key; /* NULL: the result token is unsecured */
};

#define APPRAISAL_HELP                                                                             \
    "      --policy FILE        an appraisal policy, JSON or token (repeatable)\n"                 \
    "      --policy-signer FILE policies must be signed by this key (PEM or JWK;\n"                \
    "                           repeatable)\n"                                                     \
    "      --signing-key KEY    sign the result (--format jwt) with this private key\n"            \
    "      --result-schema N    shape of the result: 1.20 (the default) or 1.22\n"

enum {
    APPRAISAL_OPTION_FIRST = 700, /* beyond those of the commands that include this */
    APPRAISAL_OPTION_POLICY = APPRAISAL_OPTION_FIRST,
    APPRAISAL_OPTION_SIGNER,
    APPRAISAL_OPTION_SIGNING_KEY,
    APPRAISAL_OPTION_SCHEMA,
    APPRAISAL_OPTION_END,
};

#define APPRAISAL_OPTIONS                                                                          \
    { "policy", required_argument, NULL, APPRAISAL_OPTION_POLICY },                                \
        { "policy-signer", required_argument, NULL, APPRAISAL_OPTION_SIGNER },                     \
        { "signing-key", required_argument, NULL, APPRAISAL_OPTION_SIGNING_KEY },                  \
    {                                                                                              \
        "result-schema", required_argument, NULL, APPRAISAL_OPTION_SCHEMA                          \
    }

/* Takes the value of an option from APPRAISAL_OPTION_FIRST on. Returns PROGRAM_GO_ON or the code of
 * the error it printed. */
int appraisal_take_option(struct appraisal_options *options, const struct program *program,
                          int letter, const char *value);

/* Whether there is anything to appraise: policies, or a result to print. */
bool appraisal_wanted(const struct appraisal_options *options, const struct program *program);

/* Appraises verdict's verification of quote and adds a reason to the verdict for each check that a
 * policy given makes fail (what the built-in ones demand the verdict's own rules demand as well).
 * Returns TDX_OK whatever the verdict; then *ret, which borrows from policies and verdict, is to be
 * released with appraisal_clear(). */
enum tdx_status appraisal_judge(const struct policy_set *policies, unsigned accepted_statuses,
                                struct span quote, struct verdict *verdict, struct appraisal *ret,
                                struct tdx_error *err) TDX_MUST_CHECK;

/* Appends the result token and a line end. */
enum tdx_status appraisal_print_token(const struct appraisal_options *options,
                                      const struct appraisal *appraisal,
                                      const struct collateral *collateral, struct text *out,
                                      struct tdx_error *err) TDX_MUST_CHECK;

#endif
