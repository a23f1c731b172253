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
    OPTION_CONFIG,
    OPTION_JSON,
    OPTION_COLOR,
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
    { "json", no_argument, NULL, OPTION_JSON },
    { "color", required_argument, NULL, OPTION_COLOR },
    { "gate-conf", required_argument, NULL, OPTION_GATE_CONF },
    { "platform-data", required_argument, NULL, OPTION_PLATFORM_DATA },
    { "config", required_argument, NULL, OPTION_CONFIG },
    { "verbose", no_argument, NULL, 'v' },
    { NULL, 0, NULL, 0 },
};

static const char help[] =
    "Usage: tdx-healthcheck [OPTION]...\n"
    "Checks this TDX guest, item by item, and says how to mend what is wrong.\n\n"
    "  --format text|json|jsonl|prometheus|nagios|tap\n"
    "                       how to print the report (default: text)\n"
    "  --json               the same as --format json\n"
    "  --only LIST          only these checks: ids, families or globs, with commas\n"
    "  --skip LIST          all but these\n"
    "  --list               print every check's id, severity and statement\n"
    "  --explain ID         what the check reads, why it matters, how to mend it\n"
    "  --root DIR           inspect the image mounted at DIR\n"
    "  --replay PATH        judge the facts that --export-facts wrote, or a recording\n"
    "  --export-facts FILE  write what was read, to replay it elsewhere\n"
    "  --gate-conf FILE     the gate's configuration (default: the installed one)\n"
    "  --platform-data DIR  platform files, instead of the installed ones\n"
    "  --config FILE        what is skipped, and limits (default: healthcheck.conf of\n"
    "                       what is judged: this machine, the image, the replay)\n"
    "  -o, --output FILE    write the report there (replaced in one step)\n"
    "  --strict             a warning counts as a failure in the exit code\n"
    "  --exit-zero          exit with 0 whatever was found\n"
    "  --watch SECONDS      again and again\n"
    "  --no-network         ask neither the metadata service nor the PCCS\n"
    "  -v, --verbose        show for every check what was read, and where\n"
    "  -q, --quiet          show only what is not well\n"
    "  --color auto|always|never  (default: auto, on a terminal)\n"
    "  -h, --help           this text\n"
    "  -V, --version        the version\n\n"
    "Exit codes: 0 no failure, 1 a failure, 2 usage, 3 something was not determined.\n";

/* Options that only remember their argument. Of two the last would win without a word, and nothing
 * at all is what an unset variable of a script expands to: --root "" must not look at "/". Returns
 * false if it is another option; else *code is set. */
static bool take_string(int letter, struct options *ret, int *code)
{
    const struct {
        int letter;
        const char *name, **into;
    } strings[] = {
        { OPTION_ONLY, "--only", &ret->selection.only },
        { OPTION_SKIP, "--skip", &ret->selection.skip },
        { OPTION_EXPLAIN, "--explain", &ret->explain },
        { OPTION_ROOT, "--root", &ret->root },
        { OPTION_REPLAY, "--replay", &ret->replay },
        { OPTION_EXPORT, "--export-facts", &ret->export_facts },
        { OPTION_GATE_CONF, "--gate-conf", &ret->gate_conf },
        { OPTION_CONFIG, "--config", &ret->config },
        { 'o', "--output", &ret->output },
        { OPTION_PLATFORM_DATA, "--platform-data", &ret->platform_data },
    };

    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        if (strings[i].letter != letter)
            continue;
        *code = PROGRAM_GO_ON;
        if (optarg[0] == '\0')
            *code = program_usage(&ret->program, "%s is given nothing", strings[i].name);
        else if (*strings[i].into != NULL)
            *code = program_usage(&ret->program, "%s is given twice", strings[i].name);
        *strings[i].into = optarg;
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
    int code;

    if (take_string(letter, options, &code))
        return code;
    if (take_flag(letter, options))
        return PROGRAM_GO_ON;
    switch (letter) {
    case OPTION_JSON:
        options->program.format = OUTPUT_JSON;
        return PROGRAM_GO_ON;
    case OPTION_COLOR:
        if (program_parse_color(optarg, &options->color))
            return PROGRAM_GO_ON;
        return program_usage(&options->program, "--color takes auto, always or never, not '%s'",
                             optarg);
    default: /* OPTION_WATCH */
        if (program_number(optarg, WATCH_MOST, &options->watch))
            return PROGRAM_GO_ON;
        return program_usage(&options->program, "--watch takes 1 to %d seconds, not '%s'",
                             WATCH_MOST, optarg);
    }
}

int options_parse(int argc, char **argv, struct options *ret)
{
    int code;

    ret->program.help = help;
    ret->program.formats = "text|json|jsonl|prometheus|nagios|tap";
    code = program_options(&ret->program, argc, argv, "o:v", long_options, take_option, ret);
    if (code != PROGRAM_GO_ON)
        return code;
    if (optind < argc)
        return program_usage(&ret->program, "'%s' is one word too many", argv[optind]);
    if (ret->root != NULL && ret->replay != NULL)
        return program_usage(&ret->program, "--root and --replay exclude each other");
    if (ret->list && ret->explain != NULL)
        return program_usage(&ret->program, "--list and --explain exclude each other");
    return PROGRAM_GO_ON;
}
