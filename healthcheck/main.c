/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-healthcheck: what is wrong with this guest, and how to mend it. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/program.h"
#include "core/base/files.h"
#include "core/base/root.h"
#include "core/verify/tcb_status.h"
#include "healthcheck/collect.h"
#include "healthcheck/report.h"

struct options {
    struct program program;
    struct report_selection selection;
    const char *root, *replay, *export_facts, *explain, *output;
    bool list, strict, verbose, no_network;
    unsigned watch;
};

enum {
    OPTION_ONLY = 256,
    OPTION_SKIP,
    OPTION_LIST,
    OPTION_EXPLAIN,
    OPTION_ROOT,
    OPTION_REPLAY,
    OPTION_EXPORT,
    OPTION_STRICT,
    OPTION_WATCH,
    OPTION_NO_NETWORK,
    OPTION_FORMAT,
    OPTION_VERSION,
};

static int help(void)
{
    (void)fputs(
        "Usage: tdx-healthcheck [OPTION]...\n"
        "Checks this TDX guest, item by item, and says how to mend what is wrong.\n\n"
        "  --format text|json|prometheus  how to print the report (default: text)\n"
        "  --only LIST          only these checks: ids, families or globs, separated by commas\n"
        "  --skip LIST          all but these\n"
        "  --list               print every check's id, severity and statement\n"
        "  --explain ID         what the check reads, why it matters, how to mend it\n"
        "  --root DIR           inspect the image mounted at DIR\n"
        "  --replay FILE        judge the facts that --export-facts wrote\n"
        "  --export-facts FILE  write what was read, to replay it elsewhere\n"
        "  -o, --output FILE    write the report there (replaced in one step)\n"
        "  --strict             a warning counts as a failure in the exit code\n"
        "  --watch SECONDS      again and again\n"
        "  --no-network         ask neither the metadata service nor the PCCS\n"
        "  -v, --verbose        show for every check what was read, and where\n"
        "  -q, --quiet          show only what is not well\n"
        "  -h, --help           this text\n"
        "  --version            the version\n\n"
        "Exit codes: 0 no failure, 1 a failure, 2 usage, 3 something could not be determined.\n",
        stdout);
    return program_finish(&(struct program){ .name = "tdx-healthcheck" }, TDX_EXIT_YES);
}

/* Returns -1 to go on, else the exit code. */
static int parse(int argc, char **argv, struct options *options)
{
    static const struct option long_options[] = {
        { "only", required_argument, NULL, OPTION_ONLY },
        { "skip", required_argument, NULL, OPTION_SKIP },
        { "list", no_argument, NULL, OPTION_LIST },
        { "explain", required_argument, NULL, OPTION_EXPLAIN },
        { "root", required_argument, NULL, OPTION_ROOT },
        { "replay", required_argument, NULL, OPTION_REPLAY },
        { "export-facts", required_argument, NULL, OPTION_EXPORT },
        { "output", required_argument, NULL, 'o' },
        { "strict", no_argument, NULL, OPTION_STRICT },
        { "watch", required_argument, NULL, OPTION_WATCH },
        { "no-network", no_argument, NULL, OPTION_NO_NETWORK },
        { "format", required_argument, NULL, OPTION_FORMAT },
        { "verbose", no_argument, NULL, 'v' },
        { "quiet", no_argument, NULL, 'q' },
        { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, OPTION_VERSION },
        { NULL, 0, NULL, 0 },
    };
    int letter;

    while ((letter = getopt_long(argc, argv, "o:vqh", long_options, NULL)) != -1) {
        char *end;

        switch (letter) {
        case OPTION_ONLY:
            options->selection.only = optarg;
            break;
        case OPTION_SKIP:
            options->selection.skip = optarg;
            break;
        case OPTION_LIST:
            options->list = true;
            break;
        case OPTION_EXPLAIN:
            options->explain = optarg;
            break;
        case OPTION_ROOT:
            options->root = optarg;
            break;
        case OPTION_REPLAY:
            options->replay = optarg;
            break;
        case OPTION_EXPORT:
            options->export_facts = optarg;
            break;
        case 'o':
            options->output = optarg;
            break;
        case OPTION_STRICT:
            options->strict = true;
            break;
        case OPTION_WATCH: {
            unsigned long seconds = strtoul(optarg, &end, 10);

            if (optarg[0] < '0' || optarg[0] > '9' || *end != '\0' || seconds < 1 ||
                seconds > 86400)
                return program_usage(&options->program, "--watch takes 1 to 86400 seconds");
            options->watch = (unsigned)seconds;
            break;
        }
        case OPTION_NO_NETWORK:
            options->no_network = true;
            break;
        case OPTION_FORMAT:
            if (!program_parse_format(optarg, &options->program.format) ||
                options->program.format == OUTPUT_JWT)
                return program_usage(&options->program,
                                     "--format is text, json or prometheus, not '%s'", optarg);
            break;
        case 'v':
            options->verbose = true;
            break;
        case 'q':
            options->program.quiet = true;
            break;
        case 'h':
            return help();
        case OPTION_VERSION:
            return program_version("tdx-healthcheck");
        default:
            return program_usage(&options->program, "see above");
        }
    }
    if (optind < argc)
        return program_usage(&options->program, "'%s' is one word too many", argv[optind]);
    if (options->root != NULL && options->replay != NULL)
        return program_usage(&options->program, "--root and --replay exclude each other");
    return -1;
}

/* What the user asked to be judged: a recording, an image or this machine. */
static enum tdx_status gather(const struct options *options, struct facts **ret,
                              struct tdx_error *err)
{
    struct root root = ROOT_CLOSED;
    struct file_content recorded = { 0 };
    struct facts *facts = NULL;
    enum tdx_status status;

    if (options->replay != NULL) {
        status = file_read(options->replay, FACTS_DOCUMENT_LIMIT, FILE_READ_ANY, &recorded, err);
        if (status == TDX_OK)
            status = facts_parse(file_content_span(&recorded), ret, err);
        file_content_free(&recorded);
        return status;
    }
    status = root_open(options->root, &root, err);
    if (status != TDX_OK)
        return status;
    facts = facts_new();
    if (facts != NULL)
        collect_all(&(struct collector){
            .root = &root,
            .facts = facts,
            .live = options->root == NULL,
            .network = !options->no_network && options->root == NULL,
        });
    root_close(&root);
    if (facts == NULL || !facts_ok(facts)) {
        facts_free(facts);
        return status_fail(err, TDX_NO_MEMORY, "facts");
    }
    *ret = facts;
    return TDX_OK;
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

static enum tdx_status deliver(const char *path, const struct text *document, struct tdx_error *err)
{
    struct span content = { (const uint8_t *)text_string(document), document->length };

    if (!text_ok(document))
        return status_fail(err, TDX_NO_MEMORY, "the report");
    if (path != NULL)
        return file_replace(path, content, 0644, err);
    (void)fwrite(content.data, 1, content.size, stdout); /* program_finish() asks how it went */
    return TDX_OK;
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
        status = deliver(options->export_facts, &exported, &err);
        text_free(&exported);
    }
    if (status == TDX_OK)
        status = report_make(
            &(struct evaluation){
                .facts = facts,
                .now = (int64_t)time(NULL),
                .live = options->root == NULL,
                .accepted_tcb = TCB_ACCEPTED_DEFAULT,
            },
            &options->selection, &report, &err);
    if (status == TDX_OK) {
        report.mode = options->replay != NULL ? "replay" : options->root != NULL ? "root" : "live";
        report.privileged = geteuid() == 0;
        print(options, &report, facts, &document);
        status = deliver(options->output, &document, &err);
    }
    code = status != TDX_OK ? program_fail(&options->program, status, &err)
           : options->program.format == OUTPUT_PROMETHEUS
               ? TDX_EXIT_YES
               : report_exit_code(&report, options->strict);
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
    if (code == TDX_EXIT_YES && deliver(NULL, &out, &err) != TDX_OK)
        code = program_fail(&options->program, TDX_NO_MEMORY, &err);
    text_free(&out);
    return program_finish(&options->program, code);
}

int main(int argc, char **argv)
{
    struct options options = { .program = { .name = "tdx-healthcheck" } };
    int code = parse(argc, argv, &options);

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
