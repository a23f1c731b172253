/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/tdx_sim_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPTION_DIR = 256,
    OPTION_SEED,
    OPTION_TIME,
    OPTION_OUT,
    OPTION_REPORT_DATA,
    OPTION_BACKGROUND,
    OPTION_NO_MOUNT,
    OPTION_ALL,
    OPTION_PARENT,
    OPTION_PCCS,
    OPTION_PORT,
    OPTION_HELP,
};

static const struct option long_options[] = {
    { "dir", required_argument, NULL, OPTION_DIR },
    { "seed", required_argument, NULL, OPTION_SEED },
    { "time", required_argument, NULL, OPTION_TIME },
    { "out", required_argument, NULL, OPTION_OUT },
    { "report-data", required_argument, NULL, OPTION_REPORT_DATA },
    { "background", no_argument, NULL, OPTION_BACKGROUND },
    { "no-mount", no_argument, NULL, OPTION_NO_MOUNT },
    { "all", no_argument, NULL, OPTION_ALL },
    { "parent-pid", required_argument, NULL, OPTION_PARENT },
    { "pccs", no_argument, NULL, OPTION_PCCS },
    { "port", required_argument, NULL, OPTION_PORT },
    { "help", no_argument, NULL, OPTION_HELP },
    { NULL, 0, NULL, 0 },
};

static const char usage_text[] =
    "Usage: tdx-sim serve --dir DIR [--background] [--parent-pid PID] [--no-mount]\n"
    "                     [--pccs [--port N]] [--seed TEXT] [--time RFC3339] [NAME=VALUE...]\n"
    "       tdx-sim pccs --dir DIR [--port N] ...      (serve --no-mount --pccs)\n"
    "       tdx-sim set --dir DIR NAME=VALUE...        (reset=all: everything back)\n"
    "       tdx-sim status --dir DIR [--all]\n"
    "       tdx-sim stop --dir DIR\n"
    "       tdx-sim knobs\n"
    "       tdx-sim quote|report [--dir DIR | --seed TEXT] [--report-data HEX] [--out FILE]\n"
    "       tdx-sim write-collateral|write-root [--dir DIR | --seed TEXT] [--out FILE]\n"
    "\n"
    "serve makes DIR/tdx_guest (as /dev/tdx_guest), DIR/tsm/report (as configfs-tsm), "
    "DIR/qgs.sock\n"
    "and DIR/control.sock; with --pccs also an HTTPS server: DIR/pccs-url, DIR/pccs-ca.pem (to be\n"
    "trusted) and DIR/pccs-requests (a line for each). quote, report and the write commands ask "
    "the\n"
    "tdx-sim that serves in DIR, or (without --dir) make a world from --seed, --time and "
    "NAME=VALUE\n"
    "arguments.\n";

/* Returns -1, or the exit code to leave with. */
static int set_option(struct options *options, int option)
{
    switch (option) {
    case OPTION_DIR:
        options->folder = optarg;
        break;
    case OPTION_SEED:
        options->seed = optarg;
        break;
    case OPTION_TIME:
        options->time = optarg;
        break;
    case OPTION_OUT:
        options->out = optarg;
        break;
    case OPTION_REPORT_DATA:
        options->report_data = optarg;
        break;
    case OPTION_BACKGROUND:
        options->background = true;
        break;
    case OPTION_NO_MOUNT:
        options->no_mount = true;
        break;
    case OPTION_ALL:
        options->all = true;
        break;
    case OPTION_PARENT:
        options->parent = strtol(optarg, NULL, 10);
        break;
    case OPTION_PCCS:
        options->pccs = true;
        break;
    case OPTION_PORT:
        options->port = strtol(optarg, NULL, 10);
        break;
    case OPTION_HELP:
        (void)fputs(usage_text, stdout);
        return program_finish(&options->program, TDX_EXIT_YES);
    default:
        return program_usage(&options->program, "unknown option");
    }
    return -1;
}

int options_parse(struct options *options, const char *name, int argc, char **argv)
{
    int option, code = -1;

    memset(options, 0, sizeof(*options));
    options->program.name = name;
    options->report_data = "";
    while (code < 0 && (option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
        code = set_option(options, option);
    options->settings = argv + optind;
    if (code < 0 && (options->parent < 0 || options->port < 0 || options->port > 65535))
        return program_usage(&options->program, "a number is out of range");
    return code;
}
