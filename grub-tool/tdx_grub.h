/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of tdx-grub. */
#ifndef GRUB_TOOL_TDX_GRUB_H
#define GRUB_TOOL_TDX_GRUB_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/program.h"

struct grub_options {
    struct program program;
    const char *root; /* NULL: this system */
    bool dry_run, no_mkconfig, direct, mkconfig, force;
    bool recommended;
    bool have_slabs;
    uint64_t slabs;
    unsigned timeout; /* seconds for the generator */
};

int grub_show(int argc, char **argv);
int grub_set(int argc, char **argv);
int grub_unset(int argc, char **argv);
int grub_rollback(int argc, char **argv);

enum grub_takes {
    GRUB_TAKES_FORMAT = 1,
    GRUB_TAKES_WRITE = 2, /* --dry-run, --no-mkconfig, --mkconfig, --direct, --timeout */
    GRUB_TAKES_SIZE = 4,
    GRUB_TAKES_UNDO = 8, /* --dry-run, --force */
};

/* Reads a command's options. Returns PROGRAM_GO_ON, else the exit code. */
int grub_options_read(int argc, char **argv, const char *name, const char *help, unsigned takes,
                      struct grub_options *ret);

#endif
