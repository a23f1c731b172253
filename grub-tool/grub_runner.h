/* SPDX-License-Identifier: Apache-2.0 */
/* Between the structure of a GRUB script and its commands. */
#ifndef GRUB_TOOL_GRUB_RUNNER_H
#define GRUB_TOOL_GRUB_RUNNER_H

#include "grub-tool/grub_parse.h"
#include "grub-tool/grub_script.h"

/* One file, or one block of it, being run. */
struct runner {
    struct grub_script *script;
    size_t config;
    struct span text;
    size_t at, end;
    bool last;    /* whether the last command succeeded */
    size_t entry; /* the entry whose body this is; GRUB_NONE */
    size_t parent;
    bool left; /* configfile: nothing of this file follows */
};

struct command {
    struct grub_token words[GRUB_WORDS];
    size_t count;
    struct grub_token open; /* the '{' that ended it */
    size_t end;
};

/* The word with its variables replaced. The caller frees it. NULL: out of memory, which is noted.
 */
char *grub_word(const struct runner *r, const struct grub_token *token);
bool grub_word_is(const struct runner *r, const struct grub_token *token, const char *name);

/* Runs a command that has no block. Returns whether it succeeds. */
bool grub_run_simple(struct runner *r, const struct command *command);
bool grub_run_test(struct runner *r, const struct command *command);
/* Runs the config at path; chained: as configfile does. */
void grub_note_unreadable(struct grub_script *script, const char *path);
void grub_run_config(struct grub_script *script, const char *path, bool chained);

#endif
