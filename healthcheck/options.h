/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of tdx-healthcheck. */
#ifndef HEALTHCHECK_OPTIONS_H
#define HEALTHCHECK_OPTIONS_H

#include <stdbool.h>

#include "cli/program.h"
#include "healthcheck/report.h"

struct options {
    struct program program;
    enum color_when color;
    struct report_selection selection;
    const char *root;         /* an image is mounted there */
    const char *replay;       /* a file of facts, or the folder of a recording */
    const char *export_facts; /* "-" is standard output */
    const char *explain, *output, *gate_conf, *platform_data;
    const char *config; /* instead of the default healthcheck.conf */
    bool list, strict, verbose, no_network, exit_zero;
    unsigned watch; /* seconds, 0: once */
};

/* Returns PROGRAM_GO_ON, else the exit code. All strings are borrowed from argv. */
int options_parse(int argc, char **argv, struct options *ret) TDX_MUST_CHECK;

#endif
