/* SPDX-License-Identifier: Apache-2.0 */
/* A grub.cfg, run as GRUB would run it, as far as that decides what is booted: variables, tests,
 * load_env, configfile and source, menu entries. Nothing is loaded, nothing is written; a command
 * that is not known does nothing and succeeds.
 *
 * Disks: whatever device a path names, its file is looked for below the root, then in /boot, then
 * on the EFI system partition. */
#ifndef GRUB_TOOL_GRUB_SCRIPT_H
#define GRUB_TOOL_GRUB_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/files.h"
#include "core/base/root.h"
#include "core/base/status.h"
#include "grub-tool/grub_env.h"

#define GRUB_CONFIG_LIMIT ((size_t)4 << 20) /* bytes of one grub.cfg */
#define GRUB_CONFIGS      16                /* files that one boot reads */
#define GRUB_ENTRIES      2048
#define GRUB_LINES        16 /* linux commands in one entry */
#define GRUB_STEPS        200000
#define GRUB_NESTING      32

struct grub_config {
    char *path; /* inside the root, links resolved */
    struct file_content content;
    bool chained; /* it handed over to another by configfile */
};

/* A linux command in an entry: what stands behind the command, in the config's text. */
struct grub_line {
    size_t start, end;
    bool runs; /* it is the one that this state of the variables reaches */
};

struct grub_entry {
    char *title, *id;
    bool submenu;
    size_t parent; /* the submenu it stands in; GRUB_NONE */
    size_t config; /* index in configs */
    struct grub_line lines[GRUB_LINES];
    size_t line_count;
};

#define GRUB_NONE SIZE_MAX

struct grub_script {
    const struct root *root;
    struct grub_env env;
    struct grub_config configs[GRUB_CONFIGS];
    size_t config_count;
    size_t final; /* the config whose menu is shown */
    struct grub_entry *entries;
    size_t entry_count;
    bool blscfg;      /* the entries of /boot/loader are shown ... */
    size_t blscfg_at; /* ... before the entry of this index */
    char *grubenv;    /* the block that was loaded last, links resolved, or NULL */
    /* The word of the last "set kernelopts=..." that ran. */
    bool kernelopts_set;
    size_t kernelopts_config, kernelopts_start, kernelopts_end;
    size_t steps;
    unsigned depth;
    char *missing;    /* a configfile that does not exist */
    char *unreadable; /* a file that is there and could not be read */
};

/* Runs the config at path (inside the root). Returns TDX_OK, BOOT_CONFIG_UNCLEAR, a status of
 * root_read_file(), or NO_MEMORY. Initialise *ret with { 0 }; release with grub_script_free(). */
enum tdx_status grub_script_run(const struct root *root, const char *path, struct grub_script *ret,
                                struct tdx_error *err) TDX_MUST_CHECK;
void grub_script_free(struct grub_script *script);

/* What a config is for, from its text alone. */
enum grub_config_kind {
    GRUB_CONFIG_FULL,  /* menu entries, blscfg, or made by grub-mkconfig */
    GRUB_CONFIG_STUB,  /* only leads to another */
    GRUB_CONFIG_OTHER, /* neither */
};
enum grub_config_kind grub_config_kind(struct span text);

/* Finds the file that GRUB means by path "(device)/x" or "/x": appends its path inside the root,
 * links resolved. False if there is none. */
bool grub_find_file(const struct root *root, const char *path, struct text *ret);

/* The entry that GRUB boots by itself, among entries that the caller puts in menu order: their ids
 * and titles; parents (index of the submenu, GRUB_NONE) and submenu say how they are nested.
 * wanted is the value of "default". *ret_by_title: the title matched, not the id. GRUB_NONE: none.
 */
struct grub_choice {
    const char *id, *title;
    size_t parent;
    bool submenu;
};
size_t grub_default_entry(const struct grub_choice *choices, size_t count, const char *wanted,
                          bool *ret_by_title);

#endif
