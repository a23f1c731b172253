/* SPDX-License-Identifier: Apache-2.0 */
/* Putting files back. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "grub-tool/diff.h"
#include "grub-tool/grub_env.h"
#include "grub-tool/store.h"

#define FILE_LIMIT ((size_t)8 << 20)
#define SALT_SIZE  16 /* of the temporary names of files.h */

enum action { KEEP, PUT_BACK, REMOVE, LOOKS_ONLY };

struct step {
    enum action action;
    struct text bytes; /* for PUT_BACK */
};

struct undoer {
    const struct root *root;
    struct store_change *change;
    const struct store_undo *how;
    struct step *steps;
    bool conflict;
    struct tdx_error *err;
};

static bool same(const struct file_content *a, const struct file_content *b)
{
    return a->data != NULL && b->data != NULL &&
           span_equal(file_content_span(a), file_content_span(b));
}

static const char *kernelopts(const struct file_content *block, struct grub_env *env)
{
    if (block->data == NULL ||
        grubenv_load(file_content_span(block), "grubenv", env, NULL) != TDX_OK ||
        !grub_env_has(env, "kernelopts"))
        return NULL;
    return grub_env_get(env, "kernelopts");
}

/* Others write to the block at every boot: only kernelopts is ours. True if that could be done. */
static bool plan_block(struct undoer *u, struct step *step, const struct file_content *now,
                       const struct file_content *old, const struct file_content *new_)
{
    struct grub_env envs[3] = { { 0 } };
    const char *is = kernelopts(now, &envs[0]), *was = kernelopts(old, &envs[1]);
    const char *wrote = kernelopts(new_, &envs[2]);
    bool fine = false;

    if (is != NULL && was != NULL && strcmp(is, was) == 0) {
        fine = true;
    } else if (is != NULL && was != NULL &&
               (u->how->force || !u->change->done || (wrote != NULL && strcmp(is, wrote) == 0))) {
        step->action = PUT_BACK;
        fine = grubenv_edit(file_content_span(now), "grubenv", "kernelopts", was, &step->bytes,
                            NULL) == TDX_OK;
    }
    for (size_t i = 0; i < 3; i++)
        grub_env_free(&envs[i]);
    return fine;
}

static void show_difference(struct undoer *u, const struct store_file *file,
                            const struct file_content *from, const struct file_content *to)
{
    diff_unified(file->path, from->data != NULL, file_content_span(from), to->data != NULL,
                 file_content_span(to), u->how->differences);
}

static void plan_step(struct undoer *u, size_t i, const struct file_content *now,
                      const struct file_content *old, const struct file_content *new_)
{
    const struct store_file *file = &u->change->files[i];
    struct step *step = &u->steps[i];
    bool ours = same(now, new_) || (now->data == NULL && !file->existed);

    if (file->what == PLAN_GUARD && u->change->done)
        return; /* it was only guarded against the generator */
    if (file->what != PLAN_GUARD && new_->data == NULL)
        return; /* the change did not come that far: whatever it is now, it is not ours */
    if (now->data == NULL && (file->what == PLAN_ENTRY || !file->existed)) {
        if (file->existed)
            text_addf(u->how->notes, "%s is gone (its kernel was removed); left so\n", file->path);
        return;
    }
    if (file->existed && same(now, old)) {
        step->action = LOOKS_ONLY;
        return;
    }
    if (!ours && (file->what == PLAN_GRUBENV || file->what == PLAN_GUARD) &&
        plan_block(u, step, now, old, new_))
        return;
    if (!ours && !u->how->force && !(file->what == PLAN_GUARD && !u->change->done)) {
        u->conflict = true;
        show_difference(u, file, new_->data != NULL ? new_ : old, now);
        (void)status_fail(u->err, TDX_BOOT_CHANGED_SINCE, "%s", file->path);
        return;
    }
    step->action = file->existed ? PUT_BACK : REMOVE;
    text_add_n(&step->bytes, (const char *)old->data, old->size);
}

static enum tdx_status plan_all(struct undoer *u)
{
    enum tdx_status status = TDX_OK;

    for (size_t i = 0; i < u->change->count && status == TDX_OK; i++) {
        const struct store_file *file = &u->change->files[i];
        struct file_content now = { 0 }, old = { 0 }, new_ = { 0 };

        if (root_exists(u->root, file->path))
            status = root_read_file(u->root, file->path, FILE_LIMIT, &now, u->err);
        if (status == TDX_OK && file->existed)
            status = store_read(u->change, i, false, &old, u->err);
        if (status == TDX_OK && store_read(u->change, i, true, &new_, NULL) != TDX_OK)
            new_ = (struct file_content){ 0 };
        if (status == TDX_OK) {
            plan_step(u, i, &now, &old, &new_);
            if (u->how->dry_run && u->steps[i].action == PUT_BACK)
                diff_unified(file->path, true, file_content_span(&now), true,
                             text_span(&u->steps[i].bytes), u->how->differences);
            if (!text_ok(&u->steps[i].bytes))
                status = status_fail(u->err, TDX_NO_MEMORY, "%s", file->path);
        }
        file_content_free(&now);
        file_content_free(&old);
        file_content_free(&new_);
    }
    return status;
}

/* What a killed run left beside the file: ".NAME.<16 hexadecimal digits>". */
static void remove_leftovers(struct undoer *u, const char *path)
{
    const char *name = strrchr(path, '/') + 1;
    size_t size = strlen(name);
    char *folder = strndup(path, (size_t)(name - path));
    struct root_names names = { 0 };
    int fd = -1;

    if (folder != NULL && root_list_folder(u->root, folder, 4096, &names, NULL) == TDX_OK &&
        root_open_folder(u->root, folder, &fd, NULL) == TDX_OK)
        for (size_t i = 0; i < names.count; i++) {
            const char *each = names.names[i];

            if (each[0] == '.' && strncmp(each + 1, name, size) == 0 && each[1 + size] == '.' &&
                strlen(each) == size + 2 + SALT_SIZE &&
                strspn(each + size + 2, "0123456789abcdef") == SALT_SIZE)
                (void)unlinkat(fd, each, 0); /* best effort: it does no harm */
        }
    if (fd >= 0)
        (void)close(fd);
    root_names_free(&names);
    free(folder);
}

/* Attributes that were not there before go, those that were come back. */
static int restore_attributes(int fd, const struct store_file *file)
{
    int error = 0;

    for (size_t i = 0; i < file->attribute_count && error == 0; i++) {
        const struct store_attribute *attribute = &file->attributes[i];

        if (fsetxattr(fd, attribute->name, attribute->value, attribute->size, 0) != 0 &&
            errno != ENOTSUP)
            error = errno;
    }
    return error;
}

/* A file that was never changed needs nothing; one that must not be changed would refuse it. */
static bool looks_as_before(const struct stat *st, const struct store_file *file)
{
    return st->st_uid == file->uid && st->st_gid == file->gid &&
           (st->st_mode & 07777U) == file->mode && st->st_mtim.tv_sec == file->change_seconds &&
           st->st_mtim.tv_nsec == (long)file->change_nanoseconds;
}

static int restore_looks(int folder, const char *name, const struct store_file *file)
{
    struct timespec times[2] = {
        { .tv_sec = file->access_seconds, .tv_nsec = (long)file->access_nanoseconds },
        { .tv_sec = file->change_seconds, .tv_nsec = (long)file->change_nanoseconds },
    };
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    int error = 0;
    struct stat st;

    if (fd < 0)
        return errno;
    if (fstat(fd, &st) != 0)
        error = errno;
    if (error == 0 && looks_as_before(&st, file)) {
        (void)close(fd);
        return 0;
    }
    /* A FAT file system has neither owners nor modes; there they are as they were. */
    if (error == 0 && (st.st_uid != file->uid || st.st_gid != file->gid) &&
        fchown(fd, file->uid, file->gid) != 0)
        error = errno;
    if (error == 0 && (st.st_mode & 07777U) != file->mode && fchmod(fd, file->mode) != 0)
        error = errno;
    if (error == 0)
        error = restore_attributes(fd, file);
    if (error == 0 && (futimens(fd, times) != 0 || fsync(fd) != 0))
        error = errno;
    (void)close(fd);
    return error;
}

static enum tdx_status do_step(struct undoer *u, size_t i)
{
    const struct store_file *file = &u->change->files[i];
    const struct step *step = &u->steps[i];
    const char *name;
    int folder = -1, error = 0;
    enum tdx_status status;

    if (step->action == KEEP)
        return TDX_OK;
    status = store_open_parent(u->root, file->path, &folder, &name, u->err);
    if (status != TDX_OK)
        return status;
    if (step->action == PUT_BACK)
        status = file_replace_at(folder, name, text_span(&step->bytes), (mode_t)file->mode, u->err);
    if (status == TDX_OK && step->action == REMOVE)
        error = unlinkat(folder, name, 0) == 0 ? 0 : errno;
    if (status == TDX_OK && step->action != REMOVE)
        error = restore_looks(folder, name, file);
    if (status == TDX_OK && error == 0 && syncfs(folder) != 0) /* as in commit.c */
        error = errno;
    if (error != 0)
        status = status_fail_errno(u->err, TDX_FILE_WRITE_FAILED, error, "%s", file->path);
    (void)close(folder);
    remove_leftovers(u, file->path);
    return status;
}

enum tdx_status store_undo(const struct root *root, struct store_change *change,
                           const struct store_undo *how, struct tdx_error *err)
{
    struct tdx_error own = { 0 };
    struct undoer u = {
        .root = root, .change = change, .how = how, .err = err != NULL ? err : &own
    };
    enum tdx_status status;
    bool planned;

    u.steps = calloc(change->count + 1, sizeof(*u.steps));
    if (u.steps == NULL)
        return status_fail(err, TDX_NO_MEMORY, "the backup");
    status = plan_all(&u);
    if (status == TDX_OK && u.conflict)
        status = TDX_BOOT_CHANGED_SINCE;
    planned = status == TDX_OK;
    /* One that cannot be put back does not keep the others from it. */
    for (size_t i = change->count; i-- > 0 && planned && !how->dry_run;) {
        enum tdx_status one = do_step(&u, i);

        status = status == TDX_OK ? one : status;
    }
    if (status == TDX_OK && !how->dry_run)
        status = store_mark(change, true, err);
    for (size_t i = 0; i < change->count; i++)
        text_free(&u.steps[i].bytes);
    free(u.steps);
    return status;
}
