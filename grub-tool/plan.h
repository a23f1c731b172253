/* SPDX-License-Identifier: Apache-2.0 */
/* Which bytes of which files change so that every entry but the rescue ones boots with the wish.
 * Nothing is written here. */
#ifndef GRUB_TOOL_PLAN_H
#define GRUB_TOOL_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/root.h"
#include "grub-tool/boot_layout.h"

#define PLAN_FILES (BOOT_ENTRIES + SHELL_FILES_LIMIT + 4)

enum plan_what {
    PLAN_KERNEL_CMDLINE, /* /etc/kernel/cmdline: what new kernels get */
    PLAN_DEFAULT_GRUB,   /* newer than the one before, or RHEL 9's next kernel loses the value */
    PLAN_GRUB_CFG,
    PLAN_GRUBENV, /* only its kernelopts is ours */
    PLAN_ENTRY,
    PLAN_GUARD, /* not to be changed; put back if the generator changes it */
};

struct plan_file {
    enum plan_what what;
    char *path; /* inside the root, links resolved */
    bool existed;
    struct file_content before;
    struct text after;
};

struct plan {
    struct plan_file *files; /* in the order they are to be written */
    size_t count;
    bool generate; /* grub.cfg is to be made by the generator, after the others are written */
    struct text notes;
};

enum plan_grub_cfg {
    PLAN_GENERATE, /* run the generator */
    PLAN_DIRECT,   /* change the linux lines themselves */
    PLAN_LEAVE,    /* --no-mkconfig: leave a generated grub.cfg as it is */
};

/* Returns TDX_OK (a plan without files: it is all as wished) or why it must not be done; then
 * nothing is to be written. Initialise *ret with { 0 }; release with plan_free() in either case. */
enum tdx_status plan_make(const struct root *root, const struct boot_layout *layout,
                          const struct token_wish *wish, enum plan_grub_cfg grub_cfg,
                          struct plan *ret, struct tdx_error *err) TDX_MUST_CHECK;
void plan_free(struct plan *plan);

/* Adds a file to the plan; after stays empty. NULL: no memory or not readable (err says). */
struct plan_file *plan_add(const struct root *root, enum plan_what what, const char *path,
                           struct plan *plan, struct tdx_error *err);

/* Appends the differences of all files. */
void plan_diff(const struct plan *plan, struct text *ret);

#endif
