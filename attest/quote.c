/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-attest quote: evidence about this TD that strangers can verify. */
#include <string.h>
#include <unistd.h>

#include "attest/attest.h"
#include "attest/options.h"
#include "core/base/files.h"
#include "core/base/json_write.h"
#include "core/base/text.h"
#include "core/evidence/quote.h"
#include "core/evidence/td_attributes.h"

#define OUT_DEFAULT "quote.dat"

static const char help[] =
    "Usage: tdx-attest quote [OPTION]...\n"
    "Make a quote of this TD: evidence that anybody can verify (tdx-attest verify).\n"
    "\n"
    "  -d, --report-data HEX    bytes that the quote carries, up to 64, zeros follow;\n"
    "                           a hash of your public key, say (default: random)\n"
    "      --report-data-file FILE  the same from a file, as bytes\n"
    "  -o, --out FILE           where to write it ('-': standard output; " OUT_DEFAULT ")\n"
    "      --format WORD        text or json: what is said about it (text)\n"
    "\n" OPTIONS_EVIDENCE_HELP "\n" OPTIONS_COMMON_HELP "\n"
    "Exit codes: 0 the quote is written, 1 what came is no sound evidence, 2 usage, 3\n"
    "no quote could be had.\n";

enum { OPTION_DATA_FILE = OPTION_OWN };

struct quote_options {
    struct options shared;
    const char *out;
    uint8_t report_data[TD_REPORT_DATA_SIZE];
    bool has_report_data;
};

static int take_option(void *context, int letter)
{
    struct quote_options *options = context;

    if (letter == 'o') {
        options->out = optarg;
        return PROGRAM_GO_ON;
    }
    if (options->has_report_data)
        return program_usage(&options->shared.program, "the report data are given twice");
    options->has_report_data = true;
    if (letter == 'd')
        return options_report_data(&options->shared, optarg, options->report_data);
    return options_report_data_file(&options->shared, optarg, options->report_data);
}

static int read_options(struct quote_options *options, int argc, char **argv)
{
    static const struct option table[] = {
        PROGRAM_OPTIONS,
        OPTIONS_EVIDENCE,
        { "report-data", required_argument, NULL, 'd' },
        { "report-data-file", required_argument, NULL, OPTION_DATA_FILE },
        { "out", required_argument, NULL, 'o' },
        { 0 },
    };

    return options_read(&options->shared, argc, argv, "d:o:", table, take_option, options);
}

static enum tdx_status write_quote(const char *path, const struct file_content *quote,
                                   struct tdx_error *err)
{
    int error;

    if (strcmp(path, "-") != 0) /* a quote names the platform: not for everybody's eyes */
        return file_put(path, file_content_span(quote), 0600, err);
    error = file_write_all(STDOUT_FILENO, file_content_span(quote));
    if (error != 0)
        return status_fail_errno(err, TDX_FILE_WRITE_FAILED, error, "standard output");
    return TDX_OK;
}

static void say(const struct quote_options *options, const struct quote *quote, size_t size,
                const char *source, struct text *out)
{
    struct json_writer json = { .text = out, .indent = true };
    bool debug = td_attributes_debuggable(quote->td.attributes);

    if (options->shared.program.format != OUTPUT_JSON) {
        text_addf(out,
                  "%s: a version %u quote of %zu bytes, from %s, %s\nreport data: ", options->out,
                  quote->version, size, source, debug ? "DEBUG" : "NO_DEBUG");
        text_add_hex(out, options->report_data, 32);
        text_add(out, "\n             ");
        text_add_hex(out, options->report_data + 32, 32);
        text_add_char(out, '\n');
        return;
    }
    json_open(&json, NULL, '{');
    json_put_string(&json, "file", options->out);
    json_put_uint(&json, "size", size);
    json_put_uint(&json, "quote_length", quote->length);
    json_put_uint(&json, "version", quote->version);
    json_put_string(&json, "source", source);
    json_put_hex(&json, "report_data", options->report_data, sizeof(options->report_data));
    json_put_bool(&json, "debug", debug);
    json_close(&json, '}');
    text_add_char(out, '\n');
}

/* The reasons of all providers come in one detail: one to a line is what a person reads. */
static int fail(const struct program *program, enum tdx_status status, const struct tdx_error *err)
{
    const char *rest = err->detail;
    int code;

    if (strstr(rest, "; ") == NULL)
        return program_fail(program, status, err);
    code = program_fail(program, status, NULL);
    while (*rest != '\0') {
        const char *end = strstr(rest, "; ");
        size_t length = end != NULL ? (size_t)(end - rest) : strlen(rest);

        (void)fprintf(stderr, "  - %.*s\n", (int)length, rest);
        rest += length + (end != NULL ? 2 : 0);
    }
    return code;
}

int attest_quote(int argc, char **argv)
{
    struct quote_options options = {
        .shared.program = { .name = "tdx-attest quote", .help = help, .formats = "text|json" },
        .out = OUT_DEFAULT,
    };
    const struct program *program = &options.shared.program;
    enum evidence_source source = EVIDENCE_AUTO;
    struct file_content raw = { 0 };
    struct tdx_error err = { 0 };
    struct text said = { 0 };
    struct quote quote;
    enum tdx_status status;
    int code = read_options(&options, argc, argv);

    if (code != PROGRAM_GO_ON)
        return code;
    if (strcmp(options.out, "-") == 0 && isatty(STDOUT_FILENO))
        return program_usage(program, "a quote is not text: send standard output to a file");
    if (!options.has_report_data) {
        code = options_report_data_random(&options.shared, options.report_data);
        if (code != PROGRAM_GO_ON)
            return code;
    }
    code = TDX_EXIT_YES;
    status = evidence_quote(&options.shared.paths, options.report_data, &raw, &source, &err);
    if (status == TDX_OK)
        status = quote_parse(raw.data, raw.size, &quote, &err);
    if (status == TDX_OK)
        status = write_quote(options.out, &raw, &err);
    if (status != TDX_OK) {
        code = fail(program, status, &err);
    } else if (!program->quiet) {
        say(&options, &quote, raw.size, evidence_source_word(source), &said);
        (void)fputs(text_string(&said), strcmp(options.out, "-") == 0 ? stderr : stdout);
    }
    text_free(&said);
    file_content_free(&raw);
    return code == TDX_EXIT_YES ? program_finish(program, code) : code;
}
