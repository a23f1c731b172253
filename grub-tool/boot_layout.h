/* SPDX-License-Identifier: Apache-2.0 */
/* What a system boots, from what lies on its disk: which loader, which configuration it really
 * runs, which entries, which one by default, and the kernel command line of each as the kernel will
 * get it. The distribution's name decides nothing; it only breaks ties. Reads, never writes, and
 * runs nothing. reference: the words for styles are those of the JSON contract. */
#ifndef GRUB_TOOL_BOOT_LAYOUT_H
#define GRUB_TOOL_BOOT_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/root.h"
#include "core/base/status.h"
#include "core/base/text.h"
#include "grub-tool/default_grub.h"
#include "swiotlb/param.h"

#define BOOT_ENTRIES 1024
#define BOOT_LINES   16 /* linux lines of one entry */
#define BOOT_STUBS   16

enum boot_style {
    BOOT_BLS_KERNELOPTS, /* GRUB, entries say $kernelopts, the value lies in grubenv */
    BOOT_BLS_INLINE,     /* GRUB, entries hold their options */
    BOOT_MENUENTRY,      /* GRUB, a generated grub.cfg */
    BOOT_SYSTEMD_BOOT,
    BOOT_GRUB2_BLS, /* openSUSE: sdbootutil owns the entries */
    BOOT_UKI,       /* the command line is inside a signed image */
    BOOT_OSTREE,
    BOOT_UNKNOWN, /* nothing that boots was found */
};

/* "bls-kernelopts", "bls-inline", ... "unknown". */
const char *boot_style_word(enum boot_style style);

/* One linux command of an entry. */
struct boot_line {
    char *path;        /* the file that holds it: grub.cfg or the entry */
    size_t start, end; /* its options there: what stands behind the kernel's path */
    bool runs; /* reached with the variables as they are; Ubuntu has two lines in an entry */
    char *kernel_line; /* what the kernel gets, without BOOT_IMAGE= */
    size_t length;     /* bytes, with BOOT_IMAGE= */
    struct swiotlb_param swiotlb;
};

struct boot_entry {
    char *id, *title;
    bool rescue;  /* a rescue or recovery entry: the way back, never changed by us */
    bool foreign; /* somebody's own or another system's: neither the generator's scripts for our
                     kernels nor their installation made it, so nothing of theirs changes it */
    bool uses_kernelopts; /* its options name $kernelopts */
    char *file;           /* the BLS entry's file, NULL for a menuentry */
    struct boot_line lines[BOOT_LINES];
    size_t line_count;
};

struct boot_layout {
    enum boot_style style;
    char *boot_config;       /* the configuration that GRUB really runs, NULL without GRUB */
    char *stubs[BOOT_STUBS]; /* only lead to it: never written */
    size_t stub_count;
    char *grubenv; /* the block that this configuration loads, links resolved, or NULL */
    /* The word of the "set kernelopts=" that gives the value where grubenv does not, in
     * boot_config; both 0 where grubenv has it. */
    size_t kernelopts_start, kernelopts_end;
    struct boot_entry *entries; /* submenus are not among them */
    size_t entry_count;
    size_t default_entry; /* index; entry_count: none */

    char *not_mounted; /* /boot or the EFI system partition, named in /etc/fstab and empty; or NULL:
                          then nothing may be changed */

    bool has_default_grub;   /* /etc/default/grub exists */
    bool default_grub_clear; /* and could be understood; else default_grub_why */
    struct default_grub default_grub;
    char default_grub_why[TDX_DETAIL_SIZE];
    bool reads_drop_ins; /* this system's generator reads /etc/default/grub.d */
    char *generator;     /* "/usr/sbin/grub2-mkconfig" as inside the root, or NULL */

    struct text warnings; /* one to a line */
};

/* Looks at root. Returns TDX_OK and fills *ret (style BOOT_UNKNOWN is no failure), or
 * BOOT_CONFIG_UNCLEAR, FILE_UNREADABLE, GRUBENV_BAD, NO_MEMORY. Initialise with { 0 }; release with
 * boot_layout_free() in either case. */
enum tdx_status boot_layout_read(const struct root *root, struct boot_layout *ret,
                                 struct tdx_error *err) TDX_MUST_CHECK;
void boot_layout_free(struct boot_layout *layout);

/* The number of slabs that the entry boots with: of the line that runs. False: none is given. */
bool boot_entry_slabs(const struct boot_entry *entry, uint64_t *ret) TDX_MUST_CHECK;

/* The files of /etc/default/grub, in the order the generator sources them. Initialise with { 0 }.
 */
struct default_grub_files {
    struct shell_file files[SHELL_FILES_LIMIT];
    char *paths[SHELL_FILES_LIMIT];
    struct file_content contents[SHELL_FILES_LIMIT];
    size_t count;
    bool exists; /* the first one */
};
enum tdx_status default_grub_files_read(const struct root *root, bool drop_ins,
                                        struct default_grub_files *ret, struct tdx_error *err)
    TDX_MUST_CHECK;
void default_grub_files_free(struct default_grub_files *files);

#endif
