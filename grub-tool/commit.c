/* SPDX-License-Identifier: Apache-2.0 */
#include "grub-tool/commit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "core/base/files.h"
#include "core/base/lock.h"
#include "grub-tool/generator.h"
#include "grub-tool/show.h"
#include "grub-tool/store.h"

#define LOCK_WAIT_MS 2000
#define SPARE_BYTES  ((uint64_t)64 << 10)
#define NEWER_TRIES  100

/* --- before anything is written ----------------------------------------------------------------
 */

/* The folder can be written, and has room for the new file beside the old. */
static enum tdx_status check_folder(int folder, const char *path, size_t size,
                                    struct tdx_error *err)
{
    struct statvfs fs;
    uint64_t room;

    if (fstatvfs(folder, &fs) != 0)
        return status_fail_errno(err, TDX_FILE_UNREADABLE, errno, "%s", path);
    if ((fs.f_flag & ST_RDONLY) != 0)
        return status_fail_errno(err, TDX_FILE_WRITE_FAILED, EROFS, "%s", path);
    if (faccessat(folder, ".", W_OK, AT_EACCESS) != 0)
        return status_fail_errno(err, TDX_FILE_WRITE_FAILED, errno, "%s", path);
    room = (uint64_t)fs.f_bavail * fs.f_frsize;
    if (room < size + SPARE_BYTES)
        return status_fail(err, TDX_BOOT_NO_ROOM,
                           "%s: %llu bytes are free where it lies, %llu are needed", path,
                           (unsigned long long)room, (unsigned long long)(size + SPARE_BYTES));
    return TDX_OK;
}

/* A Debian image without a grub package has a generator but no /etc/default/grub, perhaps not even
 * the folder. */
static enum tdx_status make_default_folder(const struct commit *c, struct tdx_error *err)
{
    int etc;
    enum tdx_status status;

    if (root_exists(c->root, "/etc/default"))
        return TDX_OK;
    status = root_open_folder(c->root, "/etc", &etc, err);
    if (status != TDX_OK)
        return status;
    if (mkdirat(etc, "default", 0755) != 0 && errno != EEXIST)
        status = status_fail_errno(err, TDX_FILE_WRITE_FAILED, errno, "/etc/default");
    (void)close(etc);
    return status;
}

static enum tdx_status check_room(const struct commit *c, struct tdx_error *err)
{
    enum tdx_status status = make_default_folder(c, err);

    for (size_t i = 0; i < c->plan->count && status == TDX_OK; i++) {
        const struct plan_file *file = &c->plan->files[i];
        const char *name;
        int folder;

        status = store_open_parent(c->root, file->path, &folder, &name, err);
        if (status != TDX_OK)
            break;
        status =
            check_folder(folder, file->path,
                         file->after.length > 0 ? file->after.length : file->before.size * 2, err);
        (void)close(folder);
    }
    return status;
}

/* What the generator makes, and what it must not touch. */
static enum tdx_status add_generated(struct commit *c, struct tdx_error *err)
{
    static const char *const guarded[] = { "/boot/grub2/grubenv", "/boot/grub/grubenv",
                                           "/etc/kernel/cmdline" };

    if (plan_add(c->root, PLAN_GRUB_CFG, c->layout->boot_config, c->plan, err) == NULL)
        return err->status != TDX_OK ? err->status : TDX_NO_MEMORY;
    for (size_t i = 0; i < sizeof(guarded) / sizeof(guarded[0]); i++)
        if (root_exists(c->root, guarded[i]) &&
            plan_add(c->root, PLAN_GUARD, guarded[i], c->plan, err) == NULL)
            return err->status != TDX_OK ? err->status : TDX_NO_MEMORY;
    return TDX_OK;
}

/* --- writing
 * ----------------------------------------------------------------------------------------- */

/* Nobody may have changed the file since it was read. */
static enum tdx_status check_unchanged(const struct commit *c, const struct plan_file *file,
                                       struct tdx_error *err)
{
    struct file_content now = { 0 };
    bool exists = root_exists(c->root, file->path);
    enum tdx_status status = TDX_OK;

    if (exists)
        status = root_read_file(c->root, file->path, (size_t)8 << 20, &now, err);
    if (status == TDX_OK &&
        (exists != file->existed ||
         (exists && !span_equal(file_content_span(&now), file_content_span(&file->before)))))
        status = status_fail(err, TDX_BOOT_CHANGED_SINCE, "%s", file->path);
    file_content_free(&now);
    return status;
}

/* RHEL 9 gives a new kernel the options of /etc/kernel/cmdline only if that file is not older than
 * /etc/default/grub; else it makes it anew from the options in force. */
static enum tdx_status make_newer(const struct commit *c, int folder, const char *name,
                                  struct tdx_error *err)
{
    static const struct timespec now[2] = { { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_NOW } };
    struct stat cmdline, own;

    if (root_stat(c->root, "/etc/kernel/cmdline", &cmdline, NULL) != TDX_OK)
        return TDX_OK;
    for (int i = 0; i < NEWER_TRIES; i++) {
        struct timespec pause = { .tv_nsec = 5000000 };

        if (fstatat(folder, name, &own, AT_SYMLINK_NOFOLLOW) != 0)
            return status_fail_errno(err, TDX_FILE_UNREADABLE, errno, "%s", name);
        if (own.st_mtim.tv_sec > cmdline.st_mtim.tv_sec ||
            (own.st_mtim.tv_sec == cmdline.st_mtim.tv_sec &&
             own.st_mtim.tv_nsec > cmdline.st_mtim.tv_nsec))
            return TDX_OK;
        (void)nanosleep(&pause, NULL);
        if (utimensat(folder, name, now, AT_SYMLINK_NOFOLLOW) != 0)
            return status_fail_errno(err, TDX_FILE_WRITE_FAILED, errno, "%s", name);
    }
    text_addf(c->notes, "/etc/kernel/cmdline has a time in the future; set its date right\n");
    return TDX_OK;
}

static enum tdx_status write_file(const struct commit *c, const struct store_change *change,
                                  size_t index, struct tdx_error *err)
{
    const struct plan_file *file = &c->plan->files[index];
    struct span bytes = { (const uint8_t *)text_string(&file->after), file->after.length };
    const char *name;
    int folder;
    enum tdx_status status = check_unchanged(c, file, err);

    if (status == TDX_OK)
        status = store_keep_new(change, index, bytes, err);
    if (status != TDX_OK)
        return status;
    status = store_open_parent(c->root, file->path, &folder, &name, err);
    if (status != TDX_OK)
        return status;
    status = file_replace_at(folder, name, bytes, 0644, err);
    if (status == TDX_OK && file->what == PLAN_DEFAULT_GRUB)
        status = make_newer(c, folder, name, err);
    /* On FAT a rename alone is not on the disk; and only this tells of a disk that lost the bytes.
     */
    if (status == TDX_OK && syncfs(folder) != 0)
        status = status_fail_errno(err, TDX_FILE_WRITE_FAILED, errno, "%s: sync", file->path);
    (void)close(folder);
    return status;
}

static enum tdx_status write_generated(const struct commit *c, const struct store_change *change,
                                       size_t index, struct tdx_error *err)
{
    struct generator generator = {
        .root = c->root, .root_path = c->root_path, .layout = c->layout, .timeout_ms = c->timeout_ms
    };
    enum tdx_status status =
        generator_run(&generator, &c->plan->files[index].after, c->differences, c->notes, err);

    /* What it must not have touched is as it was, or is put back right now. */
    for (size_t i = index + 1; i < c->plan->count && status == TDX_OK; i++) {
        struct plan_file *guard = &c->plan->files[i];
        const char *name;
        int folder;

        if (check_unchanged(c, guard, NULL) == TDX_OK)
            continue;
        status = store_open_parent(c->root, guard->path, &folder, &name, err);
        if (status != TDX_OK)
            break;
        status = file_replace_at(folder, name, file_content_span(&guard->before), 0644, err);
        (void)close(folder);
        text_addf(c->notes, "the generator changed %s; it was put back\n", guard->path);
    }
    return status == TDX_OK ? write_file(c, change, index, err) : status;
}

static enum tdx_status prove(const struct commit *c, struct tdx_error *err)
{
    struct boot_layout after = { 0 };
    struct text proof = { 0 };
    enum tdx_status status = boot_layout_read(c->root, &after, err);

    if (status == TDX_OK && c->prove && !show_proof(&after, c->wish, &proof)) {
        text_add(c->differences, text_string(&proof));
        status = status_fail(err, TDX_BOOT_PROOF_FAILED, "%s", c->layout->boot_config);
    }
    text_free(&proof);
    boot_layout_free(&after);
    return status;
}

static enum tdx_status write_all(const struct commit *c, const struct store_change *change,
                                 size_t generated, struct tdx_error *err)
{
    enum tdx_status status = TDX_OK;

    for (size_t i = 0; i < c->plan->count && status == TDX_OK; i++) {
        if (c->plan->files[i].what == PLAN_GUARD)
            continue;
        status =
            i == generated ? write_generated(c, change, i, err) : write_file(c, change, i, err);
    }
    return status == TDX_OK ? prove(c, err) : status;
}

/* --- the whole
 * --------------------------------------------------------------------------------------- */

static enum tdx_status check_finished(int store, struct tdx_error *err)
{
    struct store_change newest = STORE_CHANGE_NONE;
    enum tdx_status status = store_newest(store, &newest, NULL);

    if (status == TDX_BOOT_NO_BACKUP)
        status = TDX_OK;
    else if (status != TDX_OK)
        (void)status_fail(err, status, STORE_FOLDER "/%04u", newest.number);
    else if (!newest.done)
        status = status_fail(err, TDX_BOOT_UNFINISHED, STORE_FOLDER "/%04u", newest.number);
    store_change_free(&newest);
    return status;
}

static void take_back(const struct commit *c, struct store_change *change, struct tdx_error *err)
{
    struct store_undo how = { .differences = c->differences, .notes = c->notes };
    struct tdx_error why = { 0 };

    if (store_undo(c->root, change, &how, &why) != TDX_OK)
        status_prefix(err, "NOT taken back (%s), run tdx-grub rollback", why.detail);
}

enum tdx_status commit_lock_take(const struct root *root, struct commit_lock *ret,
                                 struct tdx_error *err)
{
    enum tdx_status status = store_open(root, true, &ret->store, err);

    if (status == TDX_OK)
        status = check_folder(ret->store, STORE_FOLDER, 0, err);
    if (status == TDX_OK)
        status = lock_take_at(ret->store, "lock", LOCK_WAIT_MS, &ret->lock, err);
    return status;
}

void commit_unlock(struct commit_lock *lock)
{
    lock_release(lock->lock);
    if (lock->store >= 0)
        (void)close(lock->store); /* a folder: nothing can be lost */
    *lock = (struct commit_lock)COMMIT_UNLOCKED;
}

enum tdx_status commit_run(struct commit *c, unsigned *ret_number, struct tdx_error *err)
{
    struct store_change change = STORE_CHANGE_NONE;
    size_t generated = SIZE_MAX;
    enum tdx_status status = check_finished(c->lock->store, err);

    if (status == TDX_OK && c->plan->generate) {
        generated = c->plan->count;
        status = add_generated(c, err);
    }
    if (status == TDX_OK)
        status = check_room(c, err);
    if (status == TDX_OK)
        status = store_begin(c->root, c->lock->store, c->layout, c->plan, &change, err);
    if (status == TDX_OK) {
        *ret_number = change.number;
        status = write_all(c, &change, generated, err);
        if (status == TDX_OK)
            status = store_mark(&change, false, err);
        if (status != TDX_OK)
            take_back(c, &change, err);
        else
            store_prune(c->lock->store);
    }
    store_change_free(&change);
    return status;
}
