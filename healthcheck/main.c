/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-healthcheck: what is wrong with this guest, and how to mend it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/program.h"
#include "core/base/files.h"
#include "core/base/number.h"
#include "core/base/root.h"
#include "healthcheck/collect.h"
#include "healthcheck/evidence.h"
#include "healthcheck/options.h"
#include "healthcheck/report.h"

/* Steps that take long are named while they last, on a terminal only. NULL: wipe the line. */
static void show_step(const char *step)
{
    (void)fprintf(stderr, "\r\x1b[K");
    if (step != NULL)
        (void)fprintf(stderr, "%s ...", step);
    (void)fflush(stderr);
}

/* Where facts come from: this machine, an image, or a recording's folder. */
static enum tdx_status collect_from(const struct options *options, const char *folder,
                                    struct facts *facts, struct tdx_error *err)
{
    struct root root = ROOT_CLOSED;
    bool recording = options->replay != NULL;
    char *platform_data = NULL;
    enum tdx_status status;

    if (options->platform_data != NULL) {
        platform_data = realpath(options->platform_data, NULL);
        if (platform_data == NULL)
            return status_fail_errno(err, TDX_FILE_UNREADABLE, errno, "%s", options->platform_data);
    }
    status = root_open(folder, &root, err);
    if (status != TDX_OK) {
        free(platform_data);
        return status;
    }
    collect_all(&(struct collector){
        .root = &root,
        .facts = facts,
        .live = options->root == NULL,
        .recording = recording,
        .network = !options->no_network && options->root == NULL && !recording,
        .gate_conf = options->gate_conf,
        .platform_data = platform_data,
        .progress = isatty(STDERR_FILENO) && !options->program.quiet ? show_step : NULL,
    });
    if (isatty(STDERR_FILENO) && !options->program.quiet)
        show_step(NULL);
    root_close(&root);
    free(platform_data);
    return facts_ok(facts) ? TDX_OK : status_fail(err, TDX_NO_MEMORY, "facts");
}

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* What the user asked to be judged. */
static enum tdx_status gather(const struct options *options, struct facts **ret,
                              struct tdx_error *err)
{
    struct file_content recorded = { 0 };
    struct facts *facts;
    enum tdx_status status;

    if (options->replay != NULL && !is_folder(options->replay)) {
        status = file_read(options->replay, FACTS_DOCUMENT_LIMIT, FILE_READ_ANY, &recorded, err);
        if (status == TDX_OK)
            status = facts_parse(file_content_span(&recorded), ret, err);
        file_content_free(&recorded);
        return status;
    }
    facts = facts_new();
    if (facts == NULL)
        return status_fail(err, TDX_NO_MEMORY, "facts");
    status =
        collect_from(options, options->root != NULL ? options->root : options->replay, facts, err);
    if (status == TDX_OK)
        *ret = facts;
    else
        facts_free(facts);
    return status;
}

/* The time of the run; a recording's own, if it has one. */
static int64_t time_of(const struct options *options, const struct facts *facts)
{
    const struct fact *recorded = facts_find(facts, "probe:now");
    struct maybe_u64 seconds = { 0 };

    if (options->replay != NULL && recorded->state == FACT_KNOWN)
        seconds = number_in_file(recorded->value);
    return seconds.known && seconds.value <= INT64_MAX ? (int64_t)seconds.value
                                                       : (int64_t)time(NULL);
}

static void print(const struct options *options, const struct report *report,
                  const struct facts *facts, struct text *out)
{
    const struct report_style style = {
        .color = options->output == NULL && program_color(stdout),
        .columns = program_columns(stdout, 80),
        .verbose = options->verbose,
        .quiet = options->program.quiet,
    };

    if (options->program.format == OUTPUT_JSON)
        report_print_json(report, out);
    else if (options->program.format == OUTPUT_PROMETHEUS)
        report_print_prometheus(report, facts, out);
    else
        report_print_text(report, &style, out);
}

static enum tdx_status deliver(const char *path, const struct text *document, mode_t mode,
                               struct tdx_error *err)
{
    struct span content = { (const uint8_t *)text_string(document), document->length };

    if (!text_ok(document))
        return status_fail(err, TDX_NO_MEMORY, "the report");
    if (path != NULL && strcmp(path, "-") != 0)
        return file_replace(path, content, mode, err);
    (void)fwrite(content.data, 1, content.size, stdout); /* program_finish() asks how it went */
    return TDX_OK;
}

static int exit_code(const struct options *options, const struct report *report)
{
    if (options->exit_zero || options->program.format == OUTPUT_PROMETHEUS)
        return TDX_EXIT_YES;
    return report_exit_code(report, options->strict);
}

/* One run. Returns the exit code. */
static int run(const struct options *options)
{
    struct facts *facts = NULL;
    struct report report = { 0 };
    struct text document = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status = gather(options, &facts, &err);
    int code;

    if (status == TDX_OK && options->export_facts != NULL) {
        struct text exported = { 0 };

        facts_print(facts, &exported);
        status = deliver(options->export_facts, &exported, 0600, &err);
        text_free(&exported);
    }
    if (status == TDX_OK)
        status = report_make(
            &(struct evaluation){
                .facts = facts,
                .now = time_of(options, facts),
                .live = options->root == NULL,
                .accepted_tcb = evidence_accepted(facts),
            },
            &options->selection, &report, &err);
    if (status == TDX_OK) {
        report.mode = options->replay != NULL ? "replay" : options->root != NULL ? "root" : "live";
        report.privileged = geteuid() == 0;
        print(options, &report, facts, &document);
        status = deliver(options->output, &document, 0644, &err);
    }
    code = status == TDX_OK ? exit_code(options, &report)
                            : program_fail(&options->program, status, &err);
    text_free(&document);
    report_free(&report);
    facts_free(facts);
    return program_finish(&options->program, code);
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

    if (code >= 0)
        return code;
    if (options.list || options.explain != NULL)
        return describe(&options);
    do {
        code = run(&options);
        if (options.watch > 0 && code != TDX_EXIT_USAGE)
            (void)sleep(options.watch);
    } while (options.watch > 0 && code != TDX_EXIT_USAGE);
    return code;
}
