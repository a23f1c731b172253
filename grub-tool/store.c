/* SPDX-License-Identifier: Apache-2.0 */
#include "grub-tool/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/base/files.h"
#include "core/base/number.h"
#include "grub-tool/store_manifest.h"

#define STORED_LIMIT ((size_t)8 << 20)
#define CHANGES      9999

void store_change_free(struct store_change *change)
{
    for (size_t i = 0; i < change->count; i++) {
        free(change->files[i].path);
        free(change->files[i].attributes);
    }
    free(change->files);
    for (size_t i = 0; i < change->entry_count; i++)
        free(change->entries[i]);
    free(change->entries);
    if (change->folder >= 0)
        (void)close(change->folder); /* a folder: nothing can be lost */
    *change = (struct store_change)STORE_CHANGE_NONE;
}

enum tdx_status store_open(const struct root *root, bool create, int *ret_fd, struct tdx_error *err)
{
    static const struct {
        const char *parent, *name;
        mode_t mode;
    } steps[] = { { "/", "var", 0755 },
                  { "/var", "lib", 0755 },
                  { "/var/lib", "tdx-gate", 0755 },
                  { "/var/lib/tdx-gate", "grub", 0700 } };

    for (size_t i = 0; create && i < sizeof(steps) / sizeof(steps[0]); i++) {
        int parent;
        enum tdx_status status = root_open_folder(root, steps[i].parent, &parent, err);

        if (status != TDX_OK)
            return status;
        /* A folder whose own name is lost in a power cut would take the way back with it. */
        if (mkdirat(parent, steps[i].name, steps[i].mode) == 0
                ? fsync(parent) != 0 && errno != EINVAL
                : errno != EEXIST)
            status = status_fail_errno(err, TDX_FILE_WRITE_FAILED, errno, "%s/%s",
                                       i > 0 ? steps[i].parent : "", steps[i].name);
        (void)close(parent);
        if (status != TDX_OK)
            return status;
    }
    return root_open_folder(root, STORE_FOLDER, ret_fd, err);
}

/* Opens the folder of that number; -1 if there is none. */
static int open_number(int store, unsigned number)
{
    char name[16];

    (void)snprintf(name, sizeof(name), "%04u", number);
    return openat(store, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static bool has(int folder, const char *name)
{
    return faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The number that a folder's name is; 0 for other names. */
static unsigned number_of(const char *name)
{
    uint64_t number;

    return strlen(name) == 4 && number_parse(name, CHANGES, &number) ? (unsigned)number : 0;
}

/* The highest number in use; 0: none. Below it some are missing: old changes are thrown away. */
static unsigned highest(int store)
{
    int fd = openat(store, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    unsigned most = 0;

    if (folder == NULL) {
        if (fd >= 0)
            (void)close(fd); /* a folder: nothing can be lost */
        return 0;
    }
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (number_of(entry->d_name) > most)
            most = number_of(entry->d_name);
    (void)closedir(folder); /* a folder: nothing can be lost */
    return most;
}

enum tdx_status store_newest(int store, struct store_change *ret, struct tdx_error *err)
{
    for (unsigned number = highest(store); number > 0; number--) {
        int folder = open_number(store, number);

        if (folder < 0 && errno == ENOENT)
            continue;
        if (folder < 0)
            return status_fail_errno(err, TDX_FILE_UNREADABLE, errno, STORE_FOLDER "/%04u", number);
        /* Without a manifest nothing had been changed yet. */
        if (!has(folder, "manifest") || has(folder, "undone")) {
            (void)close(folder);
            continue;
        }
        *ret = (struct store_change){ .folder = folder,
                                      .number = number,
                                      .done = has(folder, "done") };
        return store_manifest_read(folder, ret, err);
    }
    return status_fail(err, TDX_BOOT_NO_BACKUP, "%s is empty", STORE_FOLDER);
}

enum tdx_status store_open_parent(const struct root *root, const char *path, int *ret_fd,
                                  const char **ret_name, struct tdx_error *err)
{
    const char *slash = strrchr(path, '/');
    char *folder;
    enum tdx_status status;

    if (slash == NULL || slash[1] == '\0')
        return status_fail(err, TDX_INTERNAL, "%s is no file", path);
    folder = strndup(path, slash == path ? 1 : (size_t)(slash - path));
    if (folder == NULL)
        return status_fail(err, TDX_NO_MEMORY, "%s", path);
    status = root_open_folder(root, folder, ret_fd, err);
    *ret_name = slash + 1;
    free(folder);
    return status;
}

static int read_attributes(int fd, struct store_file *file)
{
    char names[4096];
    ssize_t size = flistxattr(fd, names, sizeof(names));

    if (size <= 0)
        return size == 0 || errno == ENOTSUP ? 0 : errno;
    file->attributes = calloc(STORE_ATTRIBUTES, sizeof(*file->attributes));
    if (file->attributes == NULL)
        return ENOMEM;
    for (const char *name = names; name < names + size; name += strlen(name) + 1) {
        struct store_attribute *attribute = &file->attributes[file->attribute_count];
        ssize_t got;

        if (file->attribute_count == STORE_ATTRIBUTES || strlen(name) >= sizeof(attribute->name))
            return E2BIG;
        got = fgetxattr(fd, name, attribute->value, sizeof(attribute->value));
        if (got < 0)
            return errno;
        memcpy(attribute->name, name, strlen(name) + 1);
        attribute->size = (size_t)got;
        file->attribute_count++;
    }
    return 0;
}

/* How the file looks now: owner, mode, times, attributes. */
static enum tdx_status read_looks(const struct root *root, struct store_file *file,
                                  struct tdx_error *err)
{
    const char *name;
    int folder, fd, error = 0;
    struct stat st;
    enum tdx_status status;

    if (!file->existed)
        return TDX_OK;
    status = store_open_parent(root, file->path, &folder, &name, err);
    if (status != TDX_OK)
        return status;
    fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        error = errno;
    } else {
        file->mode = st.st_mode & 07777U;
        file->uid = st.st_uid;
        file->gid = st.st_gid;
        file->access_seconds = st.st_atim.tv_sec;
        file->access_nanoseconds = (uint32_t)st.st_atim.tv_nsec;
        file->change_seconds = st.st_mtim.tv_sec;
        file->change_nanoseconds = (uint32_t)st.st_mtim.tv_nsec;
        error = read_attributes(fd, file);
    }
    if (fd >= 0)
        (void)close(fd);
    (void)close(folder);
    return error == 0 ? TDX_OK
                      : status_fail_errno(err, TDX_FILE_UNREADABLE, error, "%s", file->path);
}

static enum tdx_status put(const struct store_change *change, size_t index, const char *end,
                           struct span bytes, struct tdx_error *err)
{
    char name[32];

    (void)snprintf(name, sizeof(name), "%zu.%s", index, end);
    return file_replace_at(change->folder, name, bytes, 0600, err);
}

enum tdx_status store_keep_new(const struct store_change *change, size_t index, struct span bytes,
                               struct tdx_error *err)
{
    return put(change, index, "new", bytes, err);
}

enum tdx_status store_read(const struct store_change *change, size_t index, bool new_bytes,
                           struct file_content *ret, struct tdx_error *err)
{
    char name[32];

    (void)snprintf(name, sizeof(name), "%zu.%s", index, new_bytes ? "new" : "old");
    if (!has(change->folder, name))
        return status_fail(err, TDX_FILE_MISSING, STORE_FOLDER "/%04u/%s", change->number, name);
    return file_read_at(change->folder, name, STORED_LIMIT, 0, ret, err);
}

enum tdx_status store_mark(struct store_change *change, bool undone, struct tdx_error *err)
{
    enum tdx_status status = file_replace_at(change->folder, undone ? "undone" : "done",
                                             (struct span){ NULL, 0 }, 0600, err);

    change->undone |= undone;
    change->done |= !undone;
    return status;
}

static enum tdx_status make_number(int store, struct store_change *ret, struct tdx_error *err)
{
    char name[16];

    ret->number = highest(store) + 1;
    if (ret->number > CHANGES)
        return status_fail(err, TDX_FILE_WRITE_FAILED,
                           STORE_FOLDER ": all numbers are used up; move its folders away");
    (void)snprintf(name, sizeof(name), "%04u", ret->number);
    if (mkdirat(store, name, 0700) != 0)
        return status_fail_errno(err, TDX_FILE_WRITE_FAILED, errno, STORE_FOLDER "/%s", name);
    ret->folder = open_number(store, ret->number);
    if (ret->folder < 0)
        return status_fail_errno(err, TDX_FILE_WRITE_FAILED, errno, STORE_FOLDER "/%s", name);
    return TDX_OK;
}

static bool note_entries(const struct boot_layout *layout, struct store_change *ret)
{
    ret->entries = calloc(layout->entry_count + 1, sizeof(*ret->entries));
    ret->entries_known = ret->entries != NULL;
    for (size_t i = 0; i < layout->entry_count && ret->entries != NULL; i++) {
        if (layout->entries[i].file == NULL)
            continue;
        ret->entries[ret->entry_count] = strdup(layout->entries[i].file);
        if (ret->entries[ret->entry_count] == NULL)
            return false;
        ret->entry_count++;
    }
    return ret->entries_known;
}

enum tdx_status store_begin(const struct root *root, int store, const struct boot_layout *layout,
                            const struct plan *plan, struct store_change *ret,
                            struct tdx_error *err)
{
    enum tdx_status status = make_number(store, ret, err);

    if (status == TDX_OK) {
        ret->files = calloc(plan->count > 0 ? plan->count : 1, sizeof(*ret->files));
        if (ret->files == NULL || !note_entries(layout, ret))
            status = status_fail(err, TDX_NO_MEMORY, "the backup");
    }
    for (size_t i = 0; i < plan->count && status == TDX_OK; i++) {
        struct store_file *file = &ret->files[ret->count++];

        *file = (struct store_file){ .what = plan->files[i].what,
                                     .path = strdup(plan->files[i].path),
                                     .existed = plan->files[i].existed };
        if (file->path == NULL)
            status = status_fail(err, TDX_NO_MEMORY, "the backup");
        if (status == TDX_OK)
            status = read_looks(root, file, err);
        if (status == TDX_OK && file->existed)
            status = put(ret, i, "old", file_content_span(&plan->files[i].before), err);
    }
    if (status == TDX_OK)
        status = store_manifest_write(ret, err);
    if (status == TDX_OK && fsync(store) != 0 && errno != EINVAL)
        status = status_fail_errno(err, TDX_FILE_WRITE_FAILED, errno, "%s", STORE_FOLDER);
    return status;
}

/* --- old changes ------------------------------------------------------------------------------ */

/* The manifest goes first: without it a folder is no change, wherever this is interrupted. */
static void throw_away(int store, unsigned number)
{
    int fd = open_number(store, number), list = -1;
    DIR *folder = NULL;
    char name[16];

    if (fd < 0)
        return;
    (void)unlinkat(fd, "manifest", 0); /* best effort, like all of it: it does no harm */
    (void)fsync(fd);
    list = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    folder = list >= 0 ? fdopendir(list) : NULL;
    if (folder == NULL && list >= 0)
        (void)close(list);
    for (const struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.' || strlen(entry->d_name) > 2)
            (void)unlinkat(fd, entry->d_name, 0);
    if (folder != NULL)
        (void)closedir(folder);
    (void)close(fd);
    (void)snprintf(name, sizeof(name), "%04u", number);
    (void)unlinkat(store, name, AT_REMOVEDIR);
}

void store_prune(int store)
{
    int fd = openat(store, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    unsigned newest = highest(store);

    if (folder == NULL && fd >= 0)
        (void)close(fd);
    for (const struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        unsigned number = number_of(entry->d_name);

        if (number > 0 && number + STORE_KEPT <= newest)
            throw_away(store, number);
    }
    if (folder != NULL)
        (void)closedir(folder);
}
