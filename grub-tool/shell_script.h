/* SPDX-License-Identifier: Apache-2.0 */
/* The assignments of files that /bin/sh sources one after another, as dash and bash both read them
 * (/etc/default/grub and what follows it). Nothing is run. What one variable is worth at the end is
 * known, or the whole is refused with file, line and reason: an assignment in a condition, in a
 * function, behind a pipe; eval; what else might set it. */
#ifndef GRUB_TOOL_SHELL_SCRIPT_H
#define GRUB_TOOL_SHELL_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/text.h"
#include "grub-tool/shell_lex.h"
#include "grub-tool/shell_value.h"

#define SHELL_FILES_LIMIT      64
#define SHELL_ASSIGNMENT_LIMIT 4096
#define SHELL_NESTING_LIMIT    32
#define SHELL_COMMAND_WORDS    512

struct shell_file {
    const char *path; /* for messages */
    struct span text;
};

/* NAME=word, executed without any condition. */
struct shell_assignment {
    size_t file;
    unsigned line;
    bool watched;                  /* it is the watched variable */
    bool argument;                 /* of export */
    size_t value_start, value_end; /* the word behind the '=', quotes included */
};

struct shell_variable {
    struct span name; /* borrowed from the files */
    bool set, undecided;
    const char *why; /* if undecided */
    size_t file;     /* if undecided: where */
    unsigned line;
    struct shell_value value;
};

struct shell_script {
    const struct shell_file *files;
    size_t file_count;
    const char *watched; /* the variable whose value must be known */

    struct shell_assignment *assignments;
    size_t assignment_count, assignment_room;
    struct shell_variable *variables;
    size_t variable_count, variable_room;
    struct text notes; /* lines "FILE:LINE: ...": nothing is wrong with the variable, but ... */
    /* A return ended the reading of that file: nothing can be appended to it. */
    bool left[SHELL_FILES_LIMIT];
    bool open_end; /* the first file ends in a backslash: what is appended would be joined */

    /* The refusal. */
    const char *reason;
    size_t reason_file;
    unsigned reason_line;
    bool no_memory;
};

/* Reads the files. Returns false when refused (reason is set) or out of memory. Initialise *ret
 * with { 0 }; release with shell_script_free() in either case. */
bool shell_script_read(const struct shell_file *files, size_t count, const char *watched,
                       struct shell_script *ret) TDX_MUST_CHECK;
void shell_script_free(struct shell_script *script);

/* The variable, or NULL if nothing in the files sets it. */
const struct shell_variable *shell_script_variable(const struct shell_script *script,
                                                   const char *name);

/* --- between the two parts of the reader ---------------------------------------------------- */

/* One simple command, as the parser collects it. */
struct shell_command {
    size_t file;
    struct shell_token words[SHELL_COMMAND_WORDS];
    size_t count;
    bool redirected;
    bool nested;      /* in a condition, loop, group, subshell or function */
    bool conditional; /* behind && or || */
    bool piped;
    bool negated;
};

/* Acts on the command. False: refused. */
bool shell_command_run(struct shell_script *script, const struct shell_command *command)
    TDX_MUST_CHECK;
bool shell_script_refuse(struct shell_script *script, size_t file, unsigned line,
                         const char *reason);
void shell_script_note(struct shell_script *script, size_t file, unsigned line, const char *text);
/* True if the bytes name the watched variable other than as $NAME or ${NAME. */
bool shell_script_mentions(const struct shell_script *script, size_t file, size_t start,
                           size_t end);

#endif
