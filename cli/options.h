/* SPDX-License-Identifier: Apache-2.0 */
/* How every command of the suite reads its command line.
 *
 *     static const struct option table[] = {
 *         PROGRAM_OPTIONS, { "out", required_argument, NULL, 'o' }, { 0 },
 *     };
 *     int code = program_options(&program, argc, argv, "o:", table, take_option, &options);
 *
 *     if (code != PROGRAM_GO_ON)
 *         return code;
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>

#include "cli/program.h"

/* What getopt_long() gives for the options that all commands have; besides 'q', 'h' and 'V'. */
enum {
    PROGRAM_OPTION_FORMAT = 256,
    PROGRAM_OPTION_VERSION,
    PROGRAM_OPTION_OWN, /* the first that a command may use for itself */
};

#define PROGRAM_OPTIONS                                                                            \
    { "format", required_argument, NULL, PROGRAM_OPTION_FORMAT },                                  \
        { "quiet", no_argument, NULL, 'q' }, { "help", no_argument, NULL, 'h' },                   \
    {                                                                                              \
        "version", no_argument, NULL, PROGRAM_OPTION_VERSION                                       \
    }

/* No exit code: the command line is sound so far and nothing was printed. */
#define PROGRAM_GO_ON (-1)

/* Takes one of a command's own options, with its value in optarg. Returns PROGRAM_GO_ON, or the
 * exit code with everything said. */
typedef int (*program_option_taker)(void *context, int letter);

/* Reads all options of argv[1] and on; optind then stands at the first argument. The common ones go
 * into program (--help prints program->help), the others to take. letters are the command's own
 * short options, as getopt(3) wants them. Returns PROGRAM_GO_ON, or the exit code after --help,
 * --version or a mistake, with everything said. */
int program_options(struct program *program, int argc, char **argv, const char *letters,
                    const struct option *table, program_option_taker take, void *context);

/* A decimal number from 1 to limit into *ret; false for anything else. */
bool program_number(const char *text, unsigned limit, unsigned *ret) TDX_MUST_CHECK;

#endif
