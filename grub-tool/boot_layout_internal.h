/* SPDX-License-Identifier: Apache-2.0 */
/* Between the parts of boot_layout.h. */
#ifndef GRUB_TOOL_BOOT_LAYOUT_INTERNAL_H
#define GRUB_TOOL_BOOT_LAYOUT_INTERNAL_H

#include "grub-tool/bls.h"
#include "grub-tool/boot_layout.h"
#include "grub-tool/grub_script.h"

/* Adds an entry; NULL: no memory, or too many. */
struct boot_entry *boot_layout_add(struct boot_layout *layout, const char *id, const char *title);

/* What is known about one linux line before it is taken apart. */
struct boot_line_source {
    const char *path;  /* of the file */
    size_t start, end; /* its options there */
    bool runs;
    const char *kernel;  /* the kernel's path */
    struct span options; /* variables replaced */
    enum boot_text_kind kind;
};
enum tdx_status boot_layout_add_line(struct boot_layout *layout, struct boot_entry *entry,
                                     const struct boot_line_source *source, struct tdx_error *err);

/* GRUB's entries, from a script that ran. */
enum tdx_status boot_layout_from_grub(const struct root *root, const struct grub_script *script,
                                      struct boot_layout *ret, struct tdx_error *err);
/* systemd-boot's, in folder ("/boot/efi/loader"). */
enum tdx_status boot_layout_from_systemd(const struct root *root, const char *folder,
                                         struct boot_layout *ret, struct tdx_error *err);

/* FILE_UNREADABLE where a folder that decides what boots may not be looked into. Sets not_mounted
 * where /etc/fstab names a place of the boot configuration that is empty. */
enum tdx_status boot_mounts_check(const struct root *root, struct boot_layout *layout,
                                  struct tdx_error *err);

/* The entries of a folder, the one to show first first. Initialise with { 0 }. */
struct bls_folder {
    struct bls_file {
        char *id, *path;
        struct bls_entry entry;
    } * files;
    size_t count;
};
enum tdx_status bls_folder_read(const struct root *root, const char *folder, enum bls_reader reader,
                                struct bls_folder *ret, struct tdx_error *err);
void bls_folder_free(struct bls_folder *folder);

#endif
