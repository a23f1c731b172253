/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of tdx-sim, alike for all its commands. */
#ifndef TESTS_SIM_TDX_SIM_OPTIONS_H
#define TESTS_SIM_TDX_SIM_OPTIONS_H

#include <stdbool.h>

#include "cli/program.h"

struct options {
    struct program program;
    const char *folder, *seed, *time, *out, *report_data;
    bool background, no_mount, all, pccs;
    long parent, port;
    char **settings; /* NAME=VALUE, NULL-terminated */
};

/* Returns -1, or the exit code to leave with (--help, a mistake). */
int options_parse(struct options *options, const char *name, int argc, char **argv);

#endif
