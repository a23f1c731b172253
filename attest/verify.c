/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-attest verify: is this quote genuine, and good enough? */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "attest/appraisal.h"
#include "attest/attest.h"
#include "attest/options.h"
#include "attest/source_options.h"
#include "attest/verdict.h"
#include "attest/verify_print.h"
#include "core/base/rfc3339.h"
#include "core/collateral/floor.h"
#include "core/collateral/source.h"

static const char help[] =
    "Usage: tdx-attest verify --quote FILE [--collateral BUNDLE] [OPTION]...\n"
    "Verify a quote as Intel's own library does, and say whether to accept it.\n"
    "\n"
    "      --quote FILE         the quote ('-': standard input)\n"
    "      --collateral BUNDLE  what Intel publishes about the platform, in one file\n"
    "                           (default: from the cache, else from a server)\n"
    "      --at TIME            judge as of this time, 2026-01-31T23:59:59Z (now)\n"
    "      --accept-tcb LIST    accepted TCB statuses, with commas (UpToDate)\n"
    "  -d, --report-data HEX    what the quote must carry, up to 64 bytes, zeros\n"
    "                           follow\n"
    "      --offline            never ask the network\n"
    "      --state DIR          the rollback floor; collateral older than that is\n"
    "                           noted (/var/lib/tdx-gate)\n" APPRAISAL_HELP
    "      --format WORD        text, json, or jwt: the appraisal result as a token,\n"
    "                           for 'tdx-attest relying-party' (text)\n"
    "\n" OPTIONS_SOURCE_HELP "\n" OPTIONS_COMMON_HELP "\n"
    "Accepted means: verified, NO_DEBUG, collateral not expired, a TCB status that is\n"
    "accepted, and every policy agrees. Exit codes: 0 accepted, 1 not accepted, 2\n"
    "usage, 3 could not be decided.\n";

enum {
    OPTION_QUOTE = OPTION_OWN,
    OPTION_COLLATERAL,
    OPTION_AT,
    OPTION_ACCEPT_TCB,
    OPTION_OFFLINE,
    OPTION_STATE,
};

struct verify_options {
    struct options shared;
    struct source_options source;
    struct appraisal_options appraisal;
    const char *quote, *state;
    int64_t at;
    bool has_at, has_report_data;
    unsigned accepted;
    uint8_t report_data[TD_REPORT_DATA_SIZE];
};

static int take_option(void *context, int letter)
{
    struct verify_options *options = context;
    struct tdx_error err = { 0 };
    enum tdx_status status = TDX_OK;

    if (source_option(&options->source, letter))
        return PROGRAM_GO_ON;
    if (letter >= APPRAISAL_OPTION_FIRST && letter < APPRAISAL_OPTION_END)
        return appraisal_take_option(&options->appraisal, &options->shared.program, letter, optarg);
    switch (letter) {
    case OPTION_QUOTE:
        options->quote = optarg;
        break;
    case OPTION_COLLATERAL:
        options->source.request.bundle = optarg;
        break;
    case OPTION_OFFLINE:
        options->source.request.offline = true;
        break;
    case OPTION_STATE:
        options->state = optarg;
        break;
    case OPTION_AT:
        status = rfc3339_parse(optarg, strlen(optarg), &options->at, &err);
        options->has_at = true;
        break;
    case OPTION_ACCEPT_TCB:
        status = tcb_status_list_parse(optarg, &options->accepted, &err);
        break;
    default: /* 'd' */
        options->has_report_data = true;
        return options_report_data(&options->shared, optarg, options->report_data);
    }
    if (status == TDX_OK)
        return PROGRAM_GO_ON;
    return program_fail(&options->shared.program, status, &err);
}

static unsigned is_stdin(const char *path)
{
    return path != NULL && strcmp(path, "-") == 0;
}

static unsigned inputs_on_stdin(const struct verify_options *options)
{
    const struct policy_options *policies = &options->appraisal.policies;
    unsigned count = is_stdin(options->quote) + is_stdin(options->source.request.bundle) +
                     is_stdin(options->source.anchor_file);

    for (size_t i = 0; i < policies->policy_count; i++)
        count += is_stdin(policies->policy[i]);
    return count;
}

static int read_options(struct verify_options *options, int argc, char **argv)
{
    static const struct option table[] = {
        PROGRAM_OPTIONS,
        OPTIONS_SOURCE,
        APPRAISAL_OPTIONS,
        { "quote", required_argument, NULL, OPTION_QUOTE },
        { "collateral", required_argument, NULL, OPTION_COLLATERAL },
        { "at", required_argument, NULL, OPTION_AT },
        { "accept-tcb", required_argument, NULL, OPTION_ACCEPT_TCB },
        { "report-data", required_argument, NULL, 'd' },
        { "offline", no_argument, NULL, OPTION_OFFLINE },
        { "state", required_argument, NULL, OPTION_STATE },
        { 0 },
    };
    const struct program *program = &options->shared.program;
    const struct source_request *request = &options->source.request;
    int code = options_read(&options->shared, argc, argv, "d:", table, take_option, options);

    if (code != PROGRAM_GO_ON)
        return code;
    if (options->quote == NULL)
        return program_usage(program, "--quote FILE is missing");
    if (inputs_on_stdin(options) > 1)
        return program_usage(program, "only one of quote, collateral, trust anchor and policies "
                                      "can come from standard input ('-')");
    if (request->offline && (request->pccs_url != NULL || request->region != NULL))
        return program_usage(program, "--offline and a server exclude each other");
    if (request->bundle != NULL && (request->pccs_url != NULL || request->region != NULL))
        return program_usage(program, "--collateral and a server exclude each other");
    return source_options_complete(&options->source, program);
}

/* From where the options say; libcurl is started only where it may be needed. */
static enum tdx_status get_collateral(const struct verify_options *options,
                                      const struct quote *quote, struct source_found *ret,
                                      struct tdx_error *err)
{
    const struct source_request *request = &options->source.request;
    bool network = request->bundle == NULL && !request->offline;
    enum tdx_status status = network ? pcs_http_start(err) : TDX_OK;

    if (status != TDX_OK)
        return status;
    status = source_collateral(request, quote, ret, err);
    source_options_progress_end(&options->source);
    if (network)
        pcs_http_stop();
    if (status == TDX_OK && ret->kind == SOURCE_SERVER)
        source_options_notes(&options->shared.program, &ret->service);
    return status;
}

/* Everything that a verdict, an appraisal and their printing need until the end. */
struct work {
    struct file_content raw;
    struct policy_set policies;
    struct source_found found;
    struct verdict verdict;
    bool has_appraisal;
    struct appraisal appraisal;
};

static void work_free(struct work *work)
{
    if (work->has_appraisal)
        appraisal_clear(&work->appraisal);
    source_found_free(&work->found);
    policy_set_clear(&work->policies);
    file_content_free(&work->raw);
    free(work);
}

/* Holds the collateral against what this machine has seen. */
static enum tdx_status look_back(const struct verify_options *options,
                                 const struct trust_anchor *anchor, const struct verdict *verdict,
                                 struct tdx_error *err)
{
    const char *folder = options->state != NULL ? options->state : FLOOR_FOLDER;
    const struct floor_mark mark = floor_mark_of(&verdict->verification);
    struct floor floor;
    enum tdx_status status = floor_load(folder, anchor, &floor, err);

    return status == TDX_OK ? floor_check(&floor, &mark, verdict->now, err) : status;
}

/* Fills the verdict's verification, which borrows from the quote's bytes. */
static enum tdx_status verify(const struct verify_options *options, struct work *work,
                              struct tdx_error *err)
{
    struct span raw = file_content_span(&work->raw);
    struct verdict *verdict = &work->verdict;
    struct trust_anchor anchor;
    enum tdx_status status = source_options_anchor(&options->source, &anchor, err);

    if (status != TDX_OK)
        return status;
    verdict->anchor_is_intel = anchor.is_intel;
    verdict->was_read = true;
    status = quote_parse(raw.data, raw.size, &verdict->quote, err);
    if (status != TDX_OK)
        return status;
    verdict->has_quote = true;
    verdict->trailing_bytes = raw.size - verdict->quote.length;
    status = get_collateral(options, &verdict->quote, &work->found, err);
    if (status == TDX_OK)
        status = verify_once(raw.data, raw.size, &work->found.bundle.parts, verdict->now, &anchor,
                             &verdict->verification, err);
    verdict->has_verification = status == TDX_OK;
    /* At another time than now, or for an enclave, what was seen here says nothing. */
    if (status == TDX_OK && !options->has_at && verdict->quote.tee == QUOTE_TEE_TDX)
        verdict->seen.status = look_back(options, &anchor, verdict, &verdict->seen);
    return status;
}

/* Verifies, judges by the rules, holds the policies against it. Policies come first: one that
 * cannot be read must not look like one that agrees. */
static enum tdx_status decide(const struct verify_options *options, struct work *work,
                              struct tdx_error *err)
{
    const struct verdict_rules rules = {
        .accepted_statuses = options->accepted,
        .report_data = options->has_report_data ? options->report_data : NULL,
    };
    const struct program *program = &options->shared.program;
    enum tdx_status status = policy_options_load(&options->appraisal.policies, program,
                                                 work->verdict.now, &work->policies, err);

    if (status == TDX_OK)
        status = file_read(options->quote, QUOTE_SIZE_LIMIT, FILE_READ_ANY, &work->raw, err);
    if (status == TDX_OK)
        status = verify(options, work, err);
    if (status != TDX_OK)
        return status;
    verdict_judge(&work->verdict, &rules);
    if (!work->verdict.verified || !appraisal_wanted(&options->appraisal, program))
        return TDX_OK;
    status = appraisal_judge(&work->policies, options->accepted, file_content_span(&work->raw),
                             &work->verdict, &work->appraisal, err);
    work->has_appraisal = status == TDX_OK;
    if (work->has_appraisal)
        work->verdict.appraisal = &work->appraisal;
    return status;
}

/* The token says yes or no itself; why not is told on standard error. */
static int print_token(const struct verify_options *options, const struct work *work, int code)
{
    const struct program *program = &options->shared.program;
    const struct tdx_error *reason = &work->verdict.reason[0];
    struct text out = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status;

    if (!work->has_appraisal)
        return program_fail(program, reason->status, reason);
    status = appraisal_print_token(&options->appraisal, &work->appraisal, &work->found.bundle.parts,
                                   &out, &err);
    if (status == TDX_OK && !text_ok(&out))
        status = TDX_NO_MEMORY;
    if (status == TDX_OK)
        (void)fputs(text_string(&out), stdout); /* program_finish() notices */
    text_free(&out);
    if (status != TDX_OK)
        return program_fail(program, status, &err);
    if (!work->verdict.accepted)
        (void)program_fail(program, reason->status, reason);
    return program_finish(program, code);
}

/* A question that stayed open is told on standard error too: it is no answer. */
static int print(const struct verify_options *options, const struct verdict *verdict, int code)
{
    const struct program *program = &options->shared.program;
    struct text out = { 0 };

    if (program->format == OUTPUT_JSON)
        verdict_print_json(verdict, &out);
    else if (code == TDX_EXIT_UNDECIDED || code == TDX_EXIT_USAGE)
        return program_fail(program, verdict->reason[0].status, &verdict->reason[0]);
    else
        verdict_print(verdict, is_stdin(options->quote) ? "standard input" : options->quote, &out);
    if (!text_ok(&out))
        code = program_fail(program, TDX_NO_MEMORY, NULL);
    else
        (void)fputs(text_string(&out), stdout); /* program_finish() notices */
    text_free(&out);
    return program_finish(program, code);
}

int attest_verify(int argc, char **argv)
{
    struct verify_options options = {
        .shared.program = { .name = "tdx-attest verify", .help = help, .formats = "text|json|jwt" },
        .accepted = TCB_ACCEPTED_DEFAULT,
    };
    struct work *work = NULL;
    struct tdx_error err = { 0 };
    enum tdx_status status;
    int code = read_options(&options, argc, argv);

    if (code != PROGRAM_GO_ON)
        return code;
    work = calloc(1, sizeof(*work));
    if (work == NULL)
        return program_fail(&options.shared.program, TDX_NO_MEMORY, NULL);
    work->verdict.now = options.has_at ? options.at : (int64_t)time(NULL);
    work->verdict.anchor_is_intel = options.source.anchor_file == NULL;
    status = decide(&options, work, &err);
    if (status != TDX_OK)
        verdict_refuse(&work->verdict, status, "%s", err.detail);
    code = verdict_finish(&work->verdict);
    if (work->verdict.seen.status != TDX_OK)
        program_note(&options.shared.program, "WARNING: a login here would be refused: %s (%s): %s",
                     status_message(work->verdict.seen.status), work->verdict.seen.detail,
                     status_id(work->verdict.seen.status));
    if (options.shared.program.format == OUTPUT_JWT)
        code = print_token(&options, work, code);
    else
        code = print(&options, &work->verdict, code);
    work_free(work);
    return code;
}
