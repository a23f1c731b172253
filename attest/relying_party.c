/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-attest relying-party: reads what 'verify --format jwt' wrote, somewhere else. */
#include <string.h>
#include <time.h>

#include "attest/attest.h"
#include "attest/policy.h"
#include "core/appraise/result.h"
#include "core/base/files.h"
#include "core/base/json_write.h"
#include "core/base/rfc3339.h"

#define MAX_AGE_LIMIT 1000000000U

static const char help[] =
    "Usage: tdx-attest relying-party [OPTION]... < RESULT.jwt\n"
    "Read an appraisal result (tdx-attest verify --format jwt) on standard input,\n"
    "check it, and print its JSON.\n"
    "\n"
    "      --policy-signer FILE each policy must be signed by one of these public\n"
    "                           keys (PEM or JWK; repeatable). Intel's built-in\n"
    "                           strict policies for platform and quoting enclave need\n"
    "                           no signature\n"
    "      --policy FILE        this very policy token must have been applied\n"
    "                           (repeatable)\n"
    "      --result-signer FILE the result must be signed by one of these keys\n"
    "      --max-age SECONDS    the appraisal must not be older than that\n"
    "      --at TIME            the time that is meant by now (2026-01-31T23:59:59Z)\n"
    "      --token FILE         read the result from a file ('-': standard input)\n"
    "      --overall            print overall_appraisal_result only: 1, 0 or -1\n"
    "      --report-data        print the TD's report data only, 64 bytes as hex, in\n"
    "                           the order in which they were passed\n"
    "      --format WORD        json\n" OPTIONS_COMMON_HELP "\n"
    "What is printed is the result as it stands; the exit code says whether to rely\n"
    "on it: 0 platform, quoting enclave and TD satisfy their policies and every check\n"
    "demanded here, 1 not, 2 usage, 3 could not be decided. Without --result-signer\n"
    "an unsigned result is worth as much as the channel that it came through.\n";

enum {
    OPTION_SIGNER = OPTION_OWN,
    OPTION_POLICY,
    OPTION_RESULT_SIGNER,
    OPTION_MAX_AGE,
    OPTION_AT,
    OPTION_TOKEN,
    OPTION_OVERALL,
    OPTION_REPORT_DATA,
};

struct party_options {
    struct options shared;
    struct policy_options policies;       /* and their signers */
    struct policy_options result_signers; /* its signers only */
    const char *token;
    unsigned max_age; /* 0: any */
    int64_t now;
    bool overall, report_data;
};

static int take_option(void *context, int letter)
{
    struct party_options *options = context;
    const struct program *program = &options->shared.program;
    struct tdx_error err = { 0 };
    enum tdx_status status;

    switch (letter) {
    case OPTION_SIGNER:
        return policy_options_add_signer(&options->policies, program, optarg);
    case OPTION_POLICY:
        return policy_options_add(&options->policies, program, optarg);
    case OPTION_RESULT_SIGNER:
        return policy_options_add_signer(&options->result_signers, program, optarg);
    case OPTION_MAX_AGE:
        if (program_number(optarg, MAX_AGE_LIMIT, &options->max_age))
            return PROGRAM_GO_ON;
        return program_usage(program, "--max-age takes seconds, not '%s'", optarg);
    case OPTION_AT:
        status = rfc3339_parse(optarg, strlen(optarg), &options->now, &err);
        return status == TDX_OK ? PROGRAM_GO_ON : program_fail(program, status, &err);
    case OPTION_TOKEN:
        options->token = optarg;
        return PROGRAM_GO_ON;
    case OPTION_OVERALL:
        options->overall = true;
        return PROGRAM_GO_ON;
    default: /* OPTION_REPORT_DATA */
        options->report_data = true;
        return PROGRAM_GO_ON;
    }
}

static int read_options(struct party_options *options, int argc, char **argv)
{
    static const struct option table[] = {
        PROGRAM_OPTIONS,
        { "policy-signer", required_argument, NULL, OPTION_SIGNER },
        { "policy", required_argument, NULL, OPTION_POLICY },
        { "result-signer", required_argument, NULL, OPTION_RESULT_SIGNER },
        { "max-age", required_argument, NULL, OPTION_MAX_AGE },
        { "at", required_argument, NULL, OPTION_AT },
        { "token", required_argument, NULL, OPTION_TOKEN },
        { "overall", no_argument, NULL, OPTION_OVERALL },
        { "report-data", no_argument, NULL, OPTION_REPORT_DATA },
        { 0 },
    };
    int code = options_read(&options->shared, argc, argv, "", table, take_option, options);

    if (code != PROGRAM_GO_ON)
        return code;
    if (options->overall && options->report_data)
        return program_usage(&options->shared.program,
                             "--overall and --report-data do not go together");
    return PROGRAM_GO_ON;
}

static enum tdx_status check_age(const struct party_options *options, const struct result *result,
                                 struct tdx_error *err)
{
    char date[RFC3339_TEXT_SIZE];

    if (options->max_age == 0 || (result->check_date <= options->now &&
                                  options->now - result->check_date <= (int64_t)options->max_age))
        return TDX_OK;
    return status_fail(err, TDX_RESULT_REFUSED, "it was made at %s",
                       rfc3339_format(result->check_date, date));
}

/* Who made it and what with: these come before what it says. */
static enum tdx_status check_origin(const struct party_options *options,
                                    const struct result *result, struct tdx_error *err)
{
    const struct policy_options *signers = &options->result_signers;
    struct policy_set set = { 0 };
    enum tdx_status status = TDX_OK;

    if (signers->signer_count > 0)
        status = jws_check_signer(&result->token, signers->signer, signers->signer_count, err);
    if (status == TDX_OK && options->policies.signer_count > 0)
        status = result_check_signers(result, options->policies.signer,
                                      options->policies.signer_count, err);
    if (status == TDX_OK)
        status = policy_options_load(&options->policies, &options->shared.program, options->now,
                                     &set, err);
    if (status == TDX_OK)
        status = result_check_policies(result, &set, err);
    policy_set_clear(&set);
    return status == TDX_OK ? check_age(options, result, err) : status;
}

static enum tdx_status print(const struct party_options *options, const struct result *result,
                             struct tdx_error *err)
{
    uint8_t report_data[TD_REPORT_DATA_SIZE];
    struct text out = { 0 };
    enum tdx_status status = TDX_OK;

    if (options->overall) {
        text_addf(&out, "%d\n", result->overall);
    } else if (options->report_data) {
        status = result_report_data(result, report_data, err);
        if (status != TDX_OK)
            return status;
        text_add_hex(&out, report_data, sizeof(report_data));
        text_add_char(&out, '\n');
    } else {
        json_indent(result->text, &out);
        text_add_char(&out, '\n');
    }
    if (text_ok(&out))
        (void)fputs(text_string(&out), stdout); /* program_finish() notices */
    else
        status = status_fail(err, TDX_NO_MEMORY, "an appraisal result");
    text_free(&out);
    return status;
}

int attest_relying_party(int argc, char **argv)
{
    struct party_options options = {
        .shared.program = { .name = "tdx-attest relying-party", .help = help, .formats = "json" },
        .token = "-",
        .now = (int64_t)time(NULL),
    };
    const struct program *program = &options.shared.program;
    struct file_content token = { 0 };
    struct result *result = NULL;
    struct tdx_error err = { 0 };
    enum tdx_status status;
    int code = read_options(&options, argc, argv);

    if (code != PROGRAM_GO_ON)
        return code;
    status = file_read(options.token, JWS_RESULT_LIMIT + 2, FILE_READ_ANY, &token, &err);
    if (status == TDX_OK)
        status = result_read(file_content_span(&token), options.now, &result, &err);
    file_content_free(&token);
    if (status != TDX_OK)
        return program_fail(program, status, &err);
    if (!result->token.is_signed)
        program_note(program, "the result is not signed: anybody could have made it; it is worth "
                              "as much as the channel it came through");
    status = check_origin(&options, result, &err);
    if (status == TDX_OK)
        status = print(&options, result, &err);
    if (status == TDX_OK)
        status = result_check(result, &err);
    code = status == TDX_OK ? TDX_EXIT_YES : program_fail(program, status, &err);
    result_free(result);
    return program_finish(program, code);
}
