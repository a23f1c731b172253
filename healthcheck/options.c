/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/options.h"

#include <stddef.h>

#include "cli/options.h"

#define WATCH_MOST 86400

enum {
    OPTION_ONLY = PROGRAM_OPTION_OWN,
    OPTION_SKIP,
    OPTION_LIST,
    OPTION_EXPLAIN,
    OPTION_ROOT,
    OPTION_REPLAY,
    OPTION_EXPORT,
    OPTION_STRICT,
    OPTION_WATCH,
    OPTION_NO_NETWORK,
    OPTION_GATE_CONF,
    OPTION_PLATFORM_DATA,
    OPTION_EXIT_ZERO,
};

static const struct option long_options[] = {
    PROGRAM_OPTIONS,
    { "only", required_argument, NULL, OPTION_ONLY },
    { "skip", required_argument, NULL, OPTION_SKIP },
    { "list", no_argument, NULL, OPTION_LIST },
    { "explain", required_argument, NULL, OPTION_EXPLAIN },
    { "root", required_argument, NULL, OPTION_ROOT },
    { "replay", required_argument, NULL, OPTION_REPLAY },
    { "export-facts", required_argument, NULL, OPTION_EXPORT },
    { "output", required_argument, NULL, 'o' },
    { "strict", no_argument, NULL, OPTION_STRICT },
    { "exit-zero", no_argument, NULL, OPTION_EXIT_ZERO },
    { "watch", required_argument, NULL, OPTION_WATCH },
    { "no-network", no_argument, NULL, OPTION_NO_NETWORK },
    { "gate-conf", required_argument, NULL, OPTION_GATE_CONF },
    { "platform-data", required_argument, NULL, OPTION_PLATFORM_DATA },
    { "verbose", no_argument, NULL, 'v' },
    { NULL, 0, NULL, 0 },
};

static const char help[] =
    "Usage: tdx-healthcheck [OPTION]...\n"
    "Checks this TDX guest, item by item, and says how to mend what is wrong.\n\n"
    "  --format text|json|prometheus  how to print the report (default: text)\n"
    "  --only LIST          only these checks: ids, families or globs, with commas\n"
    "  --skip LIST          all but these\n"
    "  --list               print every check's id, severity and statement\n"
    "  --explain ID         what the check reads, why it matters, how to mend it\n"
    "  --root DIR           inspect the image mounted at DIR\n"
    "  --replay PATH        judge the facts that --export-facts wrote, or a recording\n"
    "  --export-facts FILE  write what was read, to replay it elsewhere\n"
    "  --gate-conf FILE     the gate's configuration (default: the installed one)\n"
    "  --platform-data DIR  platform files, instead of the installed ones\n"
    "  -o, --output FILE    write the report there (replaced in one step)\n"
    "  --strict             a warning counts as a failure in the exit code\n"
    "  --exit-zero          exit with 0 whatever was found\n"
    "  --watch SECONDS      again and again\n"
    "  --no-network         ask neither the metadata service nor the PCCS\n"
    "  -v, --verbose        show for every check what was read, and where\n"
    "  -q, --quiet          show only what is not well\n"
    "  -h, --help           this text\n"
    "  --version            the version\n\n"
    "Exit codes: 0 no failure, 1 a failure, 2 usage, 3 something was not determined.\n";

/* Options that only remember their argument; false for any other. */
static bool take_string(int letter, const char *argument, struct options *ret)
{
    const struct {
        int letter;
        const char **into;
    } strings[] = {
        { OPTION_ONLY, &ret->selection.only },
        { OPTION_SKIP, &ret->selection.skip },
        { OPTION_EXPLAIN, &ret->explain },
        { OPTION_ROOT, &ret->root },
        { OPTION_REPLAY, &ret->replay },
        { OPTION_EXPORT, &ret->export_facts },
        { OPTION_GATE_CONF, &ret->gate_conf },
        { 'o', &ret->output },
        { OPTION_PLATFORM_DATA, &ret->platform_data },
    };

    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
        if (strings[i].letter == letter) {
            *strings[i].into = argument;
            return true;
        }
    return false;
}

static bool take_flag(int letter, struct options *ret)
{
    const struct {
        int letter;
        bool *into;
    } flags[] = {
        { OPTION_LIST, &ret->list },
        { OPTION_STRICT, &ret->strict },
        { OPTION_EXIT_ZERO, &ret->exit_zero },
        { OPTION_NO_NETWORK, &ret->no_network },
        { 'v', &ret->verbose },
    };

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        if (flags[i].letter == letter) {
            *flags[i].into = true;
            return true;
        }
    return false;
}

static int take_option(void *context, int letter)
{
    struct options *options = context;

    if (take_string(letter, optarg, options) || take_flag(letter, options))
        return PROGRAM_GO_ON;
    /* OPTION_WATCH */
    if (program_number(optarg, WATCH_MOST, &options->watch))
        return PROGRAM_GO_ON;
    return program_usage(&options->program, "--watch takes 1 to %d seconds, not '%s'", WATCH_MOST,
                         optarg);
}

int options_parse(int argc, char **argv, struct options *ret)
{
    int code;

    ret->program.help = help;
    ret->program.formats = "text|json|prometheus";
    code = program_options(&ret->program, argc, argv, "o:v", long_options, take_option, ret);
    if (code != PROGRAM_GO_ON)
        return code;
    if (optind < argc)
        return program_usage(&ret->program, "'%s' is one word too many", argv[optind]);
    if (ret->root != NULL && ret->replay != NULL)
        return program_usage(&ret->program, "--root and --replay exclude each other");
    return PROGRAM_GO_ON;
}
