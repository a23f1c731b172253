/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-attest report: what this TD's CPU says about it, or a saved report. */
#include <stdlib.h>
#include <string.h>

#include "attest/attest.h"
#include "attest/options.h"
#include "attest/td_print.h"
#include "core/base/files.h"
#include "core/evidence/td_attributes.h"
#include "core/evidence/td_report.h"

static const char help[] =
    "Usage: tdx-attest report [OPTION]...\n"
    "Show this TD's report (TDREPORT), or a saved one. A report is the TD's own word:\n"
    "good for looking, no proof to anybody else (make a quote for that).\n"
    "\n"
    "      --report FILE        read a saved report, 1024 bytes ('-': standard input)\n"
    "  -d, --report-data HEX    ask for a report over these bytes, up to 64 (random)\n"
    "      --out FILE           save the report, 1024 bytes\n"
    "      --device PATH        the TDX guest device (" EVIDENCE_DEVICE_DEFAULT ")\n"
    "      --format WORD        text or json (text)\n" OPTIONS_COMMON_HELP "\n"
    "Exit codes: 0 the TD is not debuggable, 1 it is or this is no sound report, 2\n"
    "usage, 3 no report could be had. Hex is in memory order, 0x... a number.\n";

enum { OPTION_REPORT = OPTION_OWN, OPTION_OUT };

struct report_options {
    struct options shared;
    const char *report, *out;
    uint8_t report_data[TD_REPORT_DATA_SIZE];
    bool has_report_data;
};

static int take_option(void *context, int letter)
{
    struct report_options *options = context;

    switch (letter) {
    case OPTION_REPORT:
        options->report = optarg;
        return PROGRAM_GO_ON;
    case OPTION_OUT:
        options->out = optarg;
        return PROGRAM_GO_ON;
    default: /* 'd' */
        options->has_report_data = true;
        return options_report_data(&options->shared, optarg, options->report_data);
    }
}

static int read_options(struct report_options *options, int argc, char **argv)
{
    static const struct option table[] = {
        PROGRAM_OPTIONS,
        { "device", required_argument, NULL, OPTION_DEVICE },
        { "report", required_argument, NULL, OPTION_REPORT },
        { "report-data", required_argument, NULL, 'd' },
        { "out", required_argument, NULL, OPTION_OUT },
        { 0 },
    };
    int code = options_read(&options->shared, argc, argv, "d:", table, take_option, options);

    if (code != PROGRAM_GO_ON)
        return code;
    if (options->report != NULL &&
        (options->has_report_data || options->out != NULL || options->shared.paths.device != NULL))
        return program_usage(&options->shared.program,
                             "--report reads a file: --device, --report-data and --out do not "
                             "go with it");
    return PROGRAM_GO_ON;
}

static const char *layout_words(const struct td_report *report)
{
    switch (report->version) {
    case 0:
        return "version 0 (TDX 1.0)";
    case 1:
        return "version 1 (TDX 1.5, a service TD is bound)";
    default:
        return "version 3 (TDX 1.5 extended)";
    }
}

static void print_report(struct text *out, const struct td_report *report)
{
    bool debug = td_attributes_debuggable(report->td.attributes);
    bool has_svn2 = report->tcb_info_valid != TD_REPORT_VALID_10;

    text_addf(out, "TD report, %s: %s\n\n", layout_words(report),
              debug ? "DEBUG - the host can look into this TD" : "NO_DEBUG");
    print_td(out, &report->td, has_svn2);
    print_hex(out, "cpu_svn", report->cpu_svn, sizeof(report->cpu_svn));
    if (report->has_td_id)
        print_hex(out, "td_id", report->td_id, sizeof(report->td_id));
    if (report->has_vm_id)
        text_addf(out, "  %-18s%u\n", "vm_id", report->vm_id);
    print_hex(out, "mac", report->mac, sizeof(report->mac));
    if (report->tcb_info_valid != TD_REPORT_VALID_10 &&
        report->tcb_info_valid != TD_REPORT_VALID_15)
        text_addf(out,
                  "\nNote: its TCB info is of a kind (VALID 0x%llx) that no known quoting enclave\n"
                  "accepts: this host may not be able to make quotes of it.\n",
                  (unsigned long long)report->tcb_info_valid);
    text_add(out, "\nThis is the TD's own word. 'tdx-attest quote' makes evidence for others.\n");
}

static void print_report_json(struct text *out, const struct td_report *report)
{
    struct json_writer json = { .text = out, .indent = true };
    uint8_t valid[8];

    for (unsigned i = 0; i < sizeof(valid); i++)
        valid[i] = (uint8_t)(report->tcb_info_valid >> (8 * i));
    json_open(&json, NULL, '{');
    json_put_string(&json, "type", "TDX");
    json_put_uint(&json, "subtype", report->subtype);
    json_put_uint(&json, "version", report->version);
    json_put_hex(&json, "cpu_svn", report->cpu_svn, sizeof(report->cpu_svn));
    json_put_hex(&json, "tcb_info_valid", valid, sizeof(valid));
    json_put_td(&json, "td", &report->td, report->tcb_info_valid != TD_REPORT_VALID_10, NULL);
    if (report->has_td_id)
        json_put_hex(&json, "td_id", report->td_id, sizeof(report->td_id));
    else
        json_put_null(&json, "td_id");
    if (report->has_vm_id)
        json_put_uint(&json, "vm_id", report->vm_id);
    else
        json_put_null(&json, "vm_id");
    json_put_hex(&json, "mac", report->mac, sizeof(report->mac));
    json_close(&json, '}');
    text_add_char(out, '\n');
}

/* From a file or from the device. The caller frees *ret. */
static enum tdx_status get_report(struct report_options *options, struct file_content *ret,
                                  struct tdx_error *err)
{
    enum tdx_status status;

    if (options->report != NULL)
        return file_read(options->report, (size_t)16 * TD_REPORT_SIZE, FILE_READ_ANY, ret, err);
    ret->data = malloc(TD_REPORT_SIZE);
    if (ret->data == NULL)
        return status_fail(err, TDX_NO_MEMORY, "the TD report");
    ret->size = TD_REPORT_SIZE;
    status = evidence_td_report(&options->shared.paths, options->report_data, ret->data, err);
    if (status == TDX_OK && options->out != NULL)
        status = file_put(options->out, file_content_span(ret), 0600, err);
    return status;
}

int attest_report(int argc, char **argv)
{
    struct report_options options = {
        .shared.program = { .name = "tdx-attest report", .help = help, .formats = "text|json" },
    };
    const struct program *program = &options.shared.program;
    struct file_content raw = { 0 };
    struct tdx_error err = { 0 };
    struct text out = { 0 };
    struct td_report report;
    enum tdx_status status;
    int code = read_options(&options, argc, argv);

    if (code != PROGRAM_GO_ON)
        return code;
    if (!options.has_report_data) {
        code = options_report_data_random(&options.shared, options.report_data);
        if (code != PROGRAM_GO_ON)
            return code;
    }
    code = TDX_EXIT_YES;
    status = get_report(&options, &raw, &err);
    if (status == TDX_OK)
        status = td_report_parse(raw.data, raw.size, &report, &err);
    file_content_free(&raw);
    if (status != TDX_OK)
        return program_fail(program, status, &err);
    if (program->format == OUTPUT_JSON)
        print_report_json(&out, &report);
    else
        print_report(&out, &report);
    if (!text_ok(&out))
        code = program_fail(program, TDX_NO_MEMORY, NULL);
    else
        (void)fputs(text_string(&out), stdout); /* program_finish() notices */
    text_free(&out);
    if (code == TDX_EXIT_YES && td_attributes_debuggable(report.td.attributes))
        code = TDX_EXIT_NO;
    return program_finish(program, code);
}
