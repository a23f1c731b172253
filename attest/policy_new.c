/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-attest policy new: what a good TD looks like, as a policy. */
#include <stdlib.h>

#include "attest/policy.h"
#include "core/appraise/policy_new.h"
#include "core/base/files.h"
#include "core/evidence/quote.h"
#include "core/evidence/td_report.h"

static const char help[] =
    "Usage: tdx-attest policy new [OPTION]...\n"
    "Write an appraisal policy that demands what this TD, or that of a quote, is now.\n"
    "Evidence is taken as it is: verify a quote before you make a policy of it.\n"
    "\n"
    "      --quote FILE         take a quote ('-': standard input)\n"
    "      --report FILE        take a saved TD report (default: ask this TD for one)\n"
    "      --pin LIST           what to demand besides the attributes, with commas:\n"
    "                           xfam, mrtd, mrconfigid, mrowner, mrownerconfig, rtmr0\n"
    "                           ... rtmr3, mrservicetd, all (mrtd)\n"
    "      --platform           also demand a platform and a quoting enclave that are\n"
    "                           UpToDate, with collateral that has not expired\n"
    "  -o, --out FILE           where to write it ('-': standard output, the default)\n"
    "      --device PATH        the TDX guest device (" EVIDENCE_DEVICE_DEFAULT
    ")\n" OPTIONS_COMMON_HELP "\n"
    "Exit codes: 0 written, 1 the evidence is unsound or of a debuggable TD, 2 usage,\n"
    "3 there is none.\n";

enum { OPTION_QUOTE = OPTION_OWN, OPTION_REPORT, OPTION_PIN, OPTION_PLATFORM };

struct new_options {
    struct options shared;
    const char *quote, *report, *out;
    unsigned pins;
    bool with_platform;
};

static int take_option(void *context, int letter)
{
    struct new_options *options = context;
    struct tdx_error err = { 0 };
    enum tdx_status status;

    switch (letter) {
    case OPTION_QUOTE:
        options->quote = optarg;
        break;
    case OPTION_REPORT:
        options->report = optarg;
        break;
    case OPTION_PLATFORM:
        options->with_platform = true;
        break;
    case OPTION_PIN:
        status = policy_pins_parse(optarg, &options->pins, &err);
        if (status != TDX_OK)
            return program_usage(&options->shared.program, "--pin: %s", err.detail);
        break;
    default: /* 'o' */
        options->out = optarg;
        break;
    }
    return PROGRAM_GO_ON;
}

static int read_options(struct new_options *options, int argc, char **argv)
{
    static const struct option table[] = {
        PROGRAM_OPTIONS,
        { "device", required_argument, NULL, OPTION_DEVICE },
        { "quote", required_argument, NULL, OPTION_QUOTE },
        { "report", required_argument, NULL, OPTION_REPORT },
        { "pin", required_argument, NULL, OPTION_PIN },
        { "platform", no_argument, NULL, OPTION_PLATFORM },
        { "out", required_argument, NULL, 'o' },
        { 0 },
    };
    int code = options_read(&options->shared, argc, argv, "o:", table, take_option, options);

    if (code != PROGRAM_GO_ON)
        return code;
    if ((options->quote != NULL) + (options->report != NULL) +
            (options->shared.paths.device != NULL) >
        1)
        return program_usage(&options->shared.program,
                             "--quote, --report and --device do not go together");
    return PROGRAM_GO_ON;
}

static enum tdx_status from_quote(const struct new_options *options, struct measurement_td *td,
                                  enum policy_class *class, struct tdx_error *err)
{
    struct file_content raw = { 0 };
    struct quote quote;
    enum tdx_status status = file_read(options->quote, QUOTE_SIZE_LIMIT, FILE_READ_ANY, &raw, err);

    if (status == TDX_OK)
        status = quote_parse(raw.data, raw.size, &quote, err);
    if (status == TDX_OK)
        status = measurement_td_class(&quote, class, err);
    if (status == TDX_OK)
        measurement_td_fill(&quote.td, quote.version >= 5 && quote.body_type != QUOTE_BODY_TD10,
                            NULL, td);
    file_content_free(&raw);
    return status;
}

/* The report of this TD, or a saved one. */
static enum tdx_status get_report(const struct new_options *options, struct td_report *ret,
                                  struct tdx_error *err)
{
    static const uint8_t report_data[TD_REPORT_DATA_SIZE];
    struct file_content raw = { 0 };
    enum tdx_status status;

    if (options->report != NULL) {
        status = file_read(options->report, (size_t)16 * TD_REPORT_SIZE, FILE_READ_ANY, &raw, err);
    } else {
        raw.data = malloc(TD_REPORT_SIZE);
        raw.size = TD_REPORT_SIZE;
        status = raw.data == NULL
                     ? status_fail(err, TDX_NO_MEMORY, "a TD report")
                     : evidence_td_report(&options->shared.paths, report_data, raw.data, err);
    }
    if (status == TDX_OK)
        status = td_report_parse(raw.data, raw.size, ret, err);
    file_content_free(&raw);
    return status;
}

/* Appraisal notes section 1.10: a report says its layout, and its module's generation. */
static enum tdx_status from_report(const struct new_options *options, struct measurement_td *td,
                                   enum policy_class *class, struct tdx_error *err)
{
    struct td_report report;
    enum tdx_status status = get_report(options, &report, err);

    if (status != TDX_OK)
        return status;
    *class = report.version == 0 && report.td.tee_tcb_svn[1] == 0 ? POLICY_TD10 : POLICY_TD15;
    measurement_td_fill(&report.td, report.version > 0, NULL, td);
    return TDX_OK;
}

int policy_command_new(int argc, char **argv)
{
    struct new_options options = {
        .shared.program = { .name = "tdx-attest policy new", .help = help, .formats = "json" },
        .pins = POLICY_PIN_BIT(POLICY_PIN_MRTD),
    };
    const struct program *program = &options.shared.program;
    struct measurement_td td;
    struct policy_new plan = { .td = &td };
    struct tdx_error err = { 0 };
    struct text json = { 0 };
    enum tdx_status status;
    int code = read_options(&options, argc, argv);

    if (code != PROGRAM_GO_ON)
        return code;
    status = options.quote != NULL ? from_quote(&options, &td, &plan.td_class, &err)
                                   : from_report(&options, &td, &plan.td_class, &err);
    plan.pins = options.pins;
    plan.with_platform = options.with_platform;
    if (status == TDX_OK)
        status = policy_new_write(&plan, &json, &err);
    if (status == TDX_OK)
        status = policy_write_out(options.out, text_span(&json), &err);
    text_free(&json);
    if (status != TDX_OK)
        return program_fail(program, status, &err);
    if ((options.pins & POLICY_PIN_RTMRS) != 0)
        program_note(program, "the RTMRs change with firmware, boot loader, kernel and its command "
                              "line: after each update make and sign the policy again");
    return TDX_EXIT_YES;
}
