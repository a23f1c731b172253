/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_TRIES 10 /* while others replace the file */

void file_content_free(struct file_content *content)
{
    if (content == NULL)
        return;
    free(content->data);
    *content = (struct file_content){ 0 };
}

struct span file_content_span(const struct file_content *content)
{
    return (struct span){ content->data, content->size };
}

/* Owner and mode of one file or folder. A sticky folder (/tmp) keeps others from replacing what is
 * not theirs, but only below it: the file itself must not be writable. */
static const char *unsafe_because(const struct stat *st)
{
    if (st->st_uid != 0 && st->st_uid != geteuid())
        return "is not owned by root";
    if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0 &&
        !(S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0))
        return "can be written by group or others";
    return NULL;
}

/* The folders above the last part of path, up to the root; links among them were followed by
 * realpath() before. */
static enum tdx_status check_folders(const char *path, struct tdx_error *err)
{
    enum tdx_status status = TDX_OK;
    char *folder = strdup(path);
    struct stat st;

    if (folder == NULL)
        return status_fail(err, TDX_NO_MEMORY, "%s", path);
    while (status == TDX_OK && folder[0] == '/' && folder[1] != '\0') {
        char *slash = strrchr(folder, '/');
        const char *why;

        slash[slash == folder ? 1 : 0] = '\0';
        if (stat(folder, &st) != 0) {
            status = status_fail_errno(err, TDX_FILE_UNREADABLE, errno, "%s", folder);
            break;
        }
        why = unsafe_because(&st);
        if (why != NULL)
            status =
                status_fail(err, TDX_FILE_UNSAFE, "%s: the folder %s %s (mode %04o, uid %u)", path,
                            folder, why, (unsigned)st.st_mode & 07777U, (unsigned)st.st_uid);
    }
    free(folder);
    return status;
}

/* *replaced (may be NULL): path leads to another file by now, as after a rename(). */
static enum tdx_status check_safe_fd(int fd, const char *path, bool *replaced,
                                     struct tdx_error *err)
{
    enum tdx_status status = TDX_FILE_UNREADABLE;
    char *real = NULL;
    struct stat opened, named;
    const char *why;

    if (fstat(fd, &opened) != 0 || (real = realpath(path, NULL)) == NULL) {
        status = status_fail_errno(err, TDX_FILE_UNREADABLE, errno, "%s", path);
        goto done;
    }
    why = unsafe_because(&opened);
    if (why != NULL) {
        status = status_fail(err, TDX_FILE_UNSAFE, "%s %s (mode %04o, uid %u)", path, why,
                             (unsigned)opened.st_mode & 07777U, (unsigned)opened.st_uid);
        goto done;
    }
    /* The folders that were checked must be those that led to this descriptor. */
    if (stat(real, &named) != 0 || named.st_dev != opened.st_dev || named.st_ino != opened.st_ino) {
        if (replaced != NULL)
            *replaced = true;
        status = status_fail(err, TDX_FILE_UNSAFE, "%s was replaced while it was opened", path);
        goto done;
    }
    status = check_folders(real, err);
done:
    free(real);
    return status;
}

enum tdx_status file_check_safe(const char *path, struct tdx_error *err)
{
    enum tdx_status status;
    int fd = open(path, O_PATH | O_CLOEXEC);

    if (fd < 0)
        return status_fail_errno(err, TDX_FILE_UNREADABLE, errno, "%s", path);
    status = check_safe_fd(fd, path, NULL, err);
    (void)close(fd); /* O_PATH: nothing can be lost */
    return status;
}

enum tdx_status file_read_fd(int fd, const char *name, size_t limit, struct file_content *ret,
                             struct tdx_error *err)
{
    enum tdx_status status = TDX_NO_MEMORY;
    size_t size = 0, capacity = 4096;
    uint8_t *data = malloc(capacity + 1);

    while (data != NULL) {
        ssize_t got;

        if (size == capacity) {
            uint8_t *grown = realloc(data, 2 * capacity + 1);

            if (grown == NULL)
                break;
            data = grown;
            capacity *= 2;
        }
        got = read(fd, data + size, capacity - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            status = status_fail_errno(err, TDX_FILE_UNREADABLE, errno, "%s", name);
            goto done;
        }
        if (got == 0) {
            data[size] = '\0';
            *ret = (struct file_content){ data, size };
            return TDX_OK;
        }
        size += (size_t)got;
        if (size > limit) {
            status = status_fail(err, TDX_FILE_TOO_LARGE, "%s: more than %zu bytes", name, limit);
            goto done;
        }
    }
    (void)status_fail(err, TDX_NO_MEMORY, "%s", name);
done:
    free(data);
    return status;
}

static enum tdx_status read_once(int folder_fd, const char *name, size_t limit, unsigned flags,
                                 struct file_content *ret, bool *replaced, struct tdx_error *err)
{
    /* O_NONBLOCK: opening a FIFO must not wait for a writer before it can be refused. */
    int open_flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    enum tdx_status status = TDX_OK;
    struct stat st;
    int fd;

    if ((flags & FILE_READ_SAFE) != 0)
        open_flags |= O_NOFOLLOW;
    if ((flags & FILE_READ_ANY) != 0)
        open_flags &= ~O_NONBLOCK;
    fd = openat(folder_fd, name, open_flags);
    if (fd < 0 && errno == ELOOP && (flags & FILE_READ_SAFE) != 0)
        return status_fail(err, TDX_FILE_UNSAFE, "%s is a symbolic link", name);
    if (fd < 0)
        return status_fail_errno(err, TDX_FILE_UNREADABLE, errno, "%s", name);
    if (fstat(fd, &st) != 0)
        status = status_fail_errno(err, TDX_FILE_UNREADABLE, errno, "%s", name);
    else if (S_ISDIR(st.st_mode) || ((flags & FILE_READ_ANY) == 0 && !S_ISREG(st.st_mode)))
        status = status_fail(err, TDX_FILE_UNREADABLE, "%s is not a regular file", name);
    else if ((flags & FILE_READ_SAFE) != 0)
        status = check_safe_fd(fd, name, replaced, err);
    if (status == TDX_OK)
        status = file_read_fd(fd, name, limit, ret, err);
    (void)close(fd); /* read only: nothing can be lost */
    return status;
}

enum tdx_status file_read_at(int folder_fd, const char *name, size_t limit, unsigned flags,
                             struct file_content *ret, struct tdx_error *err)
{
    enum tdx_status status = TDX_OK;
    struct tdx_error why = { 0 };
    bool replaced = true;

    /* Somebody who replaces the file at this moment, as a refresh does, is no reason to refuse a
     * login: look again, with every check. */
    for (int i = 0; i < READ_TRIES && replaced; i++) {
        why = (struct tdx_error){ 0 };
        replaced = false;
        status = read_once(folder_fd, name, limit, flags, ret, &replaced, &why);
    }
    if (status != TDX_OK && err != NULL)
        *err = why;
    return status;
}

enum tdx_status file_read(const char *path, size_t limit, unsigned flags, struct file_content *ret,
                          struct tdx_error *err)
{
    if ((flags & FILE_READ_ANY) != 0 && strcmp(path, "-") == 0)
        return file_read_fd(STDIN_FILENO, "standard input", limit, ret, err);
    return file_read_at(AT_FDCWD, path, limit, flags, ret, err);
}
