/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-healthcheck: what is wrong with this guest, and how to mend it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/options.h"
#include "core/base/files.h"
#include "core/base/rfc3339.h"
#include "healthcheck/evidence.h"
#include "healthcheck/gather.h"
#include "healthcheck/options.h"
#include "healthcheck/report.h"
#include "healthcheck/settings.h"
#include "healthcheck/watch.h"

static bool to_stdout(const char *path)
{
    return path == NULL || strcmp(path, "-") == 0;
}

static void print_text(const struct options *options, const struct report *report, struct text *out)
{
    bool on_screen = to_stdout(options->output);
    const struct report_style style = {
        .color = on_screen ? program_color(stdout, options->color) : options->color == COLOR_ALWAYS,
        .columns = on_screen ? program_columns(stdout, 80) : 80,
        .verbose = options->verbose,
        .quiet = options->program.quiet,
    };
    char when[RFC3339_TEXT_SIZE];

    if (options->watch > 0 && on_screen && program_can_rewrite(stdout))
        text_add(out, "\x1b[H\x1b[2J");
    if (options->watch > 0)
        text_addf(out, "%s, every %u s\n\n", rfc3339_format(report->now, when), options->watch);
    report_print_text(report, &style, out);
    if (options->watch > 0)
        text_add_char(out, '\n');
}

static void print(const struct options *options, const struct report *report,
                  const struct facts *facts, struct text *out)
{
    switch (options->program.format) {
    case OUTPUT_JSON:
        report_print_json(report, out);
        break;
    case OUTPUT_JSONL:
        report_print_jsonl(report, out);
        break;
    case OUTPUT_PROMETHEUS:
        report_print_prometheus(report, facts, out);
        break;
    case OUTPUT_NAGIOS:
        report_print_nagios(report, facts, out);
        break;
    case OUTPUT_TAP:
        report_print_tap(report, out);
        break;
    case OUTPUT_TEXT:
    case OUTPUT_JWT: /* not one of ours */
        print_text(options, report, out);
        break;
    }
}

static enum tdx_status deliver(const char *path, const struct text *document, mode_t mode,
                               struct tdx_error *err)
{
    struct span content = text_span(document);

    if (!text_ok(document))
        return status_fail(err, TDX_NO_MEMORY, "the report");
    if (!to_stdout(path))
        return file_put(path, content, mode, err);
    (void)fwrite(content.data, 1, content.size, stdout); /* program_finish() asks how it went */
    return TDX_OK;
}

/* On standard error as ever; in the machine's formats on standard output too, where a reader waits
 * for a document of that format. */
static int fail(const struct options *options, enum tdx_status status, const struct tdx_error *err)
{
    struct text out = { 0 };
    struct tdx_error ignored = { 0 };

    if (to_stdout(options->output) &&
        (options->program.format == OUTPUT_JSON || options->program.format == OUTPUT_JSONL))
        report_print_error_json(status, err, options->program.format == OUTPUT_JSON, &out);
    else if (to_stdout(options->output) && options->program.format == OUTPUT_NAGIOS)
        text_addf(&out, "TDX UNKNOWN - %s\n", status_message(status));
    if (out.length > 0)
        (void)deliver(NULL, &out, 0, &ignored); /* the first error is the one that counts */
    text_free(&out);
    /* Nothing was judged, so that 1, "at least one FAIL", would be wrong. */
    return program_fail(&options->program, status, err) == TDX_EXIT_USAGE ? TDX_EXIT_USAGE
                                                                          : TDX_EXIT_UNDECIDED;
}

static int exit_code(const struct options *options, const struct report *report)
{
    if (options->exit_zero || options->program.format == OUTPUT_PROMETHEUS)
        return TDX_EXIT_YES;
    return options->program.format == OUTPUT_NAGIOS ? report_nagios_code(report, options->strict)
                                                    : report_exit_code(report, options->strict);
}

static enum tdx_status export_facts(const struct options *options, const struct facts *facts,
                                    struct tdx_error *err)
{
    struct text exported = { 0 };
    enum tdx_status status;

    facts_print(facts, &exported);
    status = deliver(options->export_facts, &exported, 0600, err);
    text_free(&exported);
    return status;
}

/* Judges the facts, prints and delivers. */
static enum tdx_status judge(const struct options *options, const struct facts *facts,
                             int *ret_code, struct tdx_error *err)
{
    struct settings settings;
    struct report report = { 0 };
    struct text document = { 0 };
    enum tdx_status status = settings_of(facts, &settings, err);

    if (status == TDX_OK)
        status = report_make(
            &(struct evaluation){
                .facts = facts,
                .now = gather_time(options, facts),
                .live = options->root == NULL,
                .accepted_tcb = evidence_accepted(facts),
                .settings = &settings,
            },
            &options->selection, &report, err);
    if (status == TDX_OK) {
        report.mode = options->replay != NULL ? "replay" : options->root != NULL ? "root" : "live";
        report.privileged = geteuid() == 0;
        print(options, &report, facts, &document);
        *ret_code = exit_code(options, &report);
        /* Two documents on one output are none. */
        if (options->export_facts == NULL || !to_stdout(options->export_facts) ||
            !to_stdout(options->output))
            status = deliver(options->output, &document, 0644, err);
    }
    text_free(&document);
    report_free(&report);
    return status;
}

/* One run. *code is its exit code; it stays as it was if the run was told to stop. False if it is
 * no use to run again: nobody reads, or the command line is wrong. */
static bool run(const struct options *options, int *code)
{
    struct facts *facts = NULL;
    struct tdx_error err = { 0 };
    enum tdx_status status = gather(options, &facts, &err);
    bool again = true;
    int found = TDX_EXIT_UNDECIDED;

    if (watch_stopped() != 0) {
        facts_free(facts);
        return false;
    }
    if (status == TDX_OK && options->export_facts != NULL)
        status = export_facts(options, facts, &err);
    if (status == TDX_OK)
        status = judge(options, facts, &found, &err);
    if (status != TDX_OK) {
        found = fail(options, status, &err);
        again = found != TDX_EXIT_USAGE;
    }
    facts_free(facts);
    *code = program_finish(&options->program, found);
    return again && ferror(stdout) == 0;
}

static int watch(const struct options *options)
{
    int code = TDX_EXIT_UNDECIDED;
    bool again;

    watch_signals();
    do {
        again = run(options, &code);
        if (again && options->watch > 0 && watch_stopped() == 0)
            watch_pause(options->watch);
    } while (again && options->watch > 0 && watch_stopped() == 0);
    /* To be stopped is how a watch ends; a single run that is stopped has no result. */
    if (options->watch == 0 && watch_stopped() != 0)
        watch_die(watch_stopped());
    return code;
}

static int describe(const struct options *options)
{
    struct text out = { 0 };
    struct tdx_error err = { 0 };
    int code = TDX_EXIT_YES;

    if (options->list)
        report_list(&out);
    else if (!report_explain(options->explain, program_columns(stdout, 80), &out))
        code = program_usage(&options->program, "no check is called '%s' (see --list)",
                             options->explain);
    if (code == TDX_EXIT_YES && deliver(NULL, &out, 0, &err) != TDX_OK)
        code = program_fail(&options->program, TDX_NO_MEMORY, &err);
    text_free(&out);
    return program_finish(&options->program, code);
}

int main(int argc, char **argv)
{
    struct options options = { .program = { .name = "tdx-healthcheck" } };
    int code = options_parse(argc, argv, &options);

    if (code != PROGRAM_GO_ON)
        return code;
    if (options.list || options.explain != NULL)
        return describe(&options);
    return watch(&options);
}
