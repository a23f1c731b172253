/* SPDX-License-Identifier: Apache-2.0 */
#include "attest/appraisal.h"

#include <errno.h>
#include <sys/random.h>

int appraisal_take_option(struct appraisal_options *options, const struct program *program,
                          int letter, const char *value)
{
    switch (letter) {
    case APPRAISAL_OPTION_POLICY:
        return policy_options_add(&options->policies, program, value);
    case APPRAISAL_OPTION_SIGNER:
        return policy_options_add_signer(&options->policies, program, value);
    case APPRAISAL_OPTION_SIGNING_KEY:
        options->signing_key = value;
        return PROGRAM_GO_ON;
    default: /* APPRAISAL_OPTION_SCHEMA */
        if (result_schema_parse(value, &options->schema))
            return PROGRAM_GO_ON;
        return program_usage(program, "--result-schema takes 1.20 or 1.22, not '%s'", value);
    }
}

bool appraisal_wanted(const struct appraisal_options *options, const struct program *program)
{
    return options->policies.policy_count > 0 || program->format == OUTPUT_JWT;
}

static void add_reasons(const struct appraisal *appraisal, const struct appraised_report *report,
                        struct verdict *verdict)
{
    if (appraisal_is_built_in(appraisal, report->policy))
        return;
    for (size_t i = 0; i < report->checks.count; i++) {
        const struct check *check = &report->checks.check[i];

        if (!check->held)
            verdict_refuse(verdict, TDX_POLICY_REFUSED, "%s: %s (%s)", check->name, check->reason,
                           policy_class_words(report->class));
    }
}

enum tdx_status appraisal_judge(const struct policy_set *policies, unsigned accepted_statuses,
                                struct span quote, struct verdict *verdict, struct appraisal *ret,
                                struct tdx_error *err)
{
    const struct appraise_request request = { .policies = policies,
                                              .accepted_statuses = accepted_statuses,
                                              .now = verdict->now };
    struct tdx_error why = { 0 };
    enum tdx_status status = appraise(&request, &verdict->verification, quote, ret, err);

    if (status != TDX_OK)
        return status;
    for (size_t i = 0; i < APPRAISED_REPORTS; i++)
        add_reasons(ret, &ret->report[i], verdict);
    if (verdict->reason_count == 0 && appraisal_verdict(ret, &why) != TDX_OK)
        verdict_refuse(verdict, TDX_POLICY_REFUSED, "%s", why.detail);
    return TDX_OK;
}

enum tdx_status appraisal_print_token(const struct appraisal_options *options,
                                      const struct appraisal *appraisal,
                                      const struct collateral *collateral, struct text *out,
                                      struct tdx_error *err)
{
    struct result_request request = { .appraisal = appraisal,
                                      .collateral = collateral,
                                      .schema = options->schema };
    struct es384_signer *signer = NULL;
    enum tdx_status status = TDX_OK;

    if (getrandom(&request.nonce, sizeof(request.nonce), 0) != (ssize_t)sizeof(request.nonce))
        return status_fail_errno(err, TDX_INTERNAL, errno, "random bytes");
    if (options->signing_key != NULL)
        status = policy_load_key(options->signing_key, &signer, err);
    if (status == TDX_OK)
        status = result_write_token(&request, signer, out, err);
    text_add_char(out, '\n');
    es384_signer_free(signer);
    return status;
}
