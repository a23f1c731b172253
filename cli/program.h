/* SPDX-License-Identifier: Apache-2.0 */
/* What every command of the suite does alike: options that all have, errors that a person reads,
 * colour only on a terminal, an exit code that is wrong when the output could not be written. */
#ifndef CLI_PROGRAM_H
#define CLI_PROGRAM_H

#include <stdbool.h>
#include <stdio.h>

#include "core/base/status.h"

enum output_format {
    OUTPUT_TEXT,
    OUTPUT_JSON,
    OUTPUT_JWT,
    OUTPUT_PROMETHEUS,
    OUTPUT_JSONL,
    OUTPUT_NAGIOS,
    OUTPUT_TAP,
};

struct program {
    const char *name;    /* as the user typed it: "tdx-attest verify" */
    const char *help;    /* the whole text of --help; NULL where options.h is not used */
    const char *formats; /* what --format takes: "text|json"; NULL: there is no --format */
    bool quiet;          /* --quiet: no diagnostics but errors */
    enum output_format format;
};

/* Prints, on standard error:
 *     NAME: message (detail): ID
 *       remedy
 * and returns the status's exit code. err may be NULL or empty. */
int program_fail(const struct program *program, enum tdx_status status,
                 const struct tdx_error *err);

/* A mistake on the command line: prints NAME, the sentence and "Try 'NAME --help'.", returns 2. */
int program_usage(const struct program *program, const char *format, ...) TDX_PRINTF(2, 3);

/* Something worth saying that changes no result; nothing with --quiet. */
void program_note(const struct program *program, const char *format, ...) TDX_PRINTF(2, 3);

/* Prints "NAME (tdx-gate) VERSION" and the licence line. Returns the exit code. */
int program_version(const char *name);

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* "auto", "always" or "never" into *ret. Returns false for any other word. */
bool program_parse_color(const char *word, enum color_when *ret) TDX_MUST_CHECK;

/* Whether to colour what goes to stream. COLOR_AUTO: not with a NO_COLOR that is not empty; with a
 * CLICOLOR_FORCE that is neither empty nor "0"; else if stream is a terminal and TERM is not dumb.
 */
bool program_color(FILE *stream, enum color_when when);

/* True if stream is a terminal on which a line can be wiped and written again. */
bool program_can_rewrite(FILE *stream);

/* Columns of the terminal that stream is; fallback where it is none. */
unsigned program_columns(FILE *stream, unsigned fallback);

/* Flushes standard output. Returns code, or 3 with a message when the output could not be written
 * (a full disk, a closed pipe): a half-printed answer must not look like a whole one. */
int program_finish(const struct program *program, int code);

/* A subcommand: argv[0] is its own name. */
struct command {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
};

/* Runs the command that argv[1] names, or serves --help, --version and "help". commands ends with
 * a NULL name. about is one line on what the program is for. Returns the exit code. */
int program_dispatch(const char *name, const char *about, const struct command *commands, int argc,
                     char **argv);

#endif
