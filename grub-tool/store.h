/* SPDX-License-Identifier: Apache-2.0 */
/* Backups of boot configurations: /var/lib/tdx-gate/grub/NNNN inside the root, one folder for each
 * change. In it: "manifest" (JSON: for each file its path, mode, owner, times, attributes), "I.old"
 * and "I.new" (the bytes of file I before and after), and an empty "done" or "undone". The manifest
 * is there before the first file is changed, "done" after the last: whatever moment a program is
 * killed at, each file is whole, old or new, and it is known which change was under way. */
#ifndef GRUB_TOOL_STORE_H
#define GRUB_TOOL_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "core/base/root.h"
#include "grub-tool/plan.h"

#define STORE_FOLDER     "/var/lib/tdx-gate/grub"
#define STORE_ATTRIBUTES 16
#define STORE_VALUE_SIZE 4096

struct store_attribute {
    char name[256];
    uint8_t value[STORE_VALUE_SIZE];
    size_t size;
};

struct store_file {
    enum plan_what what;
    char *path;
    bool existed;
    uint32_t mode, uid, gid;
    int64_t access_seconds, change_seconds; /* atime, mtime */
    uint32_t access_nanoseconds, change_nanoseconds;
    struct store_attribute *attributes;
    size_t attribute_count;
};

/* One change. Initialise with STORE_CHANGE_NONE; release with store_change_free(). */
struct store_change {
    int folder; /* NNNN */
    unsigned number;
    bool done, undone;
    struct store_file *files;
    size_t count;
    /* The files of all loader entries that there were, changed or not: others came later. Changes
     * of earlier versions do not know (entries_known is false). */
    bool entries_known;
    char **entries;
    size_t entry_count;
};

#define STORE_CHANGE_NONE                                                                          \
    {                                                                                              \
        .folder = -1                                                                               \
    }

void store_change_free(struct store_change *change); /* it is STORE_CHANGE_NONE again */

/* Opens the store, making it where create is true. FILE_MISSING if there is none. The caller closes
 * *ret_fd. */
enum tdx_status store_open(const struct root *root, bool create, int *ret_fd, struct tdx_error *err)
    TDX_MUST_CHECK;

/* Reads the newest change that was not taken back. BOOT_NO_BACKUP if there is none. */
enum tdx_status store_newest(int store, struct store_change *ret, struct tdx_error *err)
    TDX_MUST_CHECK;

/* Begins a change: backs up the plan's files and writes the manifest. */
enum tdx_status store_begin(const struct root *root, int store, const struct boot_layout *layout,
                            const struct plan *plan, struct store_change *ret,
                            struct tdx_error *err) TDX_MUST_CHECK;

/* Keeps what is about to be written to file index. */
enum tdx_status store_keep_new(const struct store_change *change, size_t index, struct span bytes,
                               struct tdx_error *err) TDX_MUST_CHECK;

/* Marks the change: "done" or "undone". */
enum tdx_status store_mark(struct store_change *change, bool undone, struct tdx_error *err)
    TDX_MUST_CHECK;

/* Throws away all but the newest STORE_KEPT changes. Call it when the newest is marked done. */
#define STORE_KEPT 20
void store_prune(int store);

/* Reads "I.old" or "I.new". FILE_MISSING if it was never written. */
enum tdx_status store_read(const struct store_change *change, size_t index, bool new_bytes,
                           struct file_content *ret, struct tdx_error *err) TDX_MUST_CHECK;

/* Puts files back, the last first. Before anything is written each file is compared with what the
 * change wrote: if others have changed one since, nothing is written, the difference goes to
 * differences, and the status is BOOT_CHANGED_SINCE; with force it is overwritten. Of grubenv only
 * kernelopts is put back if others have changed the rest. notes gets what was left alone. dry_run:
 * differences gets what would change, and nothing is written. */
struct store_undo {
    bool force, dry_run;
    struct text *differences, *notes; /* borrowed */
};
enum tdx_status store_undo(const struct root *root, struct store_change *change,
                           const struct store_undo *how, struct tdx_error *err) TDX_MUST_CHECK;

/* Rollback's second part: entries that a kernel installed since the change got hold the word that
 * the change wrote, copied from /etc/kernel/cmdline. They get the word from before, too. done gets
 * "FILE\n" for each; with dry_run nothing is written and differences gets what would change. Call
 * it before store_undo(), while the change is still the newest. */
enum tdx_status store_undo_later_entries(const struct root *root, const struct store_change *change,
                                         const struct store_undo *how, struct text *done,
                                         struct tdx_error *err) TDX_MUST_CHECK;

/* Splits a resolved path and opens its folder. The name is borrowed from path. */
enum tdx_status store_open_parent(const struct root *root, const char *path, int *ret_fd,
                                  const char **ret_name, struct tdx_error *err) TDX_MUST_CHECK;

#endif
