/* SPDX-License-Identifier: Apache-2.0 */
/* Replacing a file: the only place that knows how. See files.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/base/files.h"
#include "core/base/hex.h"

#define XATTR_LIST_LIMIT 65536
#define TEMPORARY_TRIES  16
#define TEMPORARY_SALT   8 /* bytes */

int file_write_all(int fd, struct span content)
{
    while (content.size > 0) {
        ssize_t written = write(fd, content.data, content.size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return written < 0 ? errno : EIO;
        content.data += written;
        content.size -= (size_t)written;
    }
    return 0;
}

int file_make_folders(const char *path)
{
    char *copy = strdup(path);
    int error = copy != NULL ? 0 : ENOMEM;

    for (char *at = copy; error == 0 && at != NULL;) {
        at = strchr(at + 1, '/'); /* a '/' in front is the root, which is there */
        if (at != NULL)
            *at = '\0';
        if (mkdir(copy, 0755) != 0 && errno != EEXIST)
            error = errno;
        if (at != NULL)
            *at = '/';
    }
    free(copy);
    return error;
}

/* One attribute from the old file to the new one. What the file system will not take again
 * (ENOTSUP) cannot be kept by anybody. */
static int copy_attribute(int from, int to, const char *name)
{
    char value[XATTR_LIST_LIMIT];
    ssize_t size = fgetxattr(from, name, value, sizeof(value));

    if (size < 0)
        return errno == ENODATA ? 0 : errno;
    if (fsetxattr(to, name, value, (size_t)size, 0) != 0 && errno != ENOTSUP)
        return errno;
    return 0;
}

static int copy_attributes(int from, int to)
{
    char names[XATTR_LIST_LIMIT];
    ssize_t size = flistxattr(from, names, sizeof(names));
    int error = 0;

    if (size < 0)
        return errno == ENOTSUP ? 0 : errno;
    for (const char *name = names; error == 0 && name < names + size; name += strlen(name) + 1)
        error = copy_attribute(from, to, name);
    return error;
}

/* Owner, mode and attributes of the file that is to be replaced. Returns an errno value. */
static int copy_looks(int folder_fd, const char *name, int to, mode_t mode)
{
    struct stat st;
    int error = 0;
    int from = openat(folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    if (from < 0)
        return errno == ENOENT ? (fchmod(to, mode) == 0 ? 0 : errno) : errno;
    if (fstat(from, &st) != 0)
        error = errno;
    else if (!S_ISREG(st.st_mode))
        error = EINVAL;
    else if (fchown(to, st.st_uid, st.st_gid) != 0 && (geteuid() == 0 || errno != EPERM))
        error = errno;
    else if (fchmod(to, st.st_mode & 07777U) != 0)
        error = errno;
    else
        error = copy_attributes(from, to);
    (void)close(from); /* read only: nothing can be lost */
    return error;
}

/* A new file with a name nobody can guess, in the same folder. Returns the descriptor or -1. */
static int create_temporary(int folder_fd, const char *name, char *temporary, size_t size)
{
    uint8_t salt[TEMPORARY_SALT];
    char text[HEX_TEXT_SIZE(sizeof(salt))];

    for (int i = 0; i < TEMPORARY_TRIES; i++) {
        int fd, length;

        if (getrandom(salt, sizeof(salt), 0) != (ssize_t)sizeof(salt))
            return -1;
        hex_encode(salt, sizeof(salt), text);
        length = snprintf(temporary, size, ".%.200s.%s", name, text);
        if (length < 0 || (size_t)length >= size) {
            errno = ENAMETOOLONG;
            return -1;
        }
        fd = openat(folder_fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                    0600);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

/* The name inside ".NAME.<hex of the salt>", as create_temporary() makes it; false for others. */
static bool leftover_of(const char *entry, char *name, size_t size)
{
    size_t length = strlen(entry);
    uint8_t salt[TEMPORARY_SALT];
    const size_t tail = 2 * sizeof(salt) + 1; /* with the dot */

    if (entry[0] != '.' || length <= tail + 1 || length - tail > size ||
        entry[length - tail] != '.' ||
        hex_decode_exact(entry + length - tail + 1, tail - 1, salt, sizeof(salt), NULL) != TDX_OK)
        return false;
    memcpy(name, entry + 1, length - tail - 1);
    name[length - tail - 1] = '\0';
    return true;
}

void file_replace_tidy(int folder_fd, bool (*mine)(const char *name))
{
    int list_fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = list_fd >= 0 ? fdopendir(list_fd) : NULL;
    char name[NAME_MAX + 1];

    if (stream == NULL) {
        if (list_fd >= 0)
            (void)close(list_fd); /* read only: nothing can be lost */
        return;
    }
    for (const struct dirent *each; (each = readdir(stream)) != NULL;)
        if (leftover_of(each->d_name, name, sizeof(name)) && mine(name))
            (void)unlinkat(folder_fd, each->d_name, 0);
    (void)closedir(stream); /* read only: nothing can be lost */
}

enum tdx_status file_replace_at(int folder_fd, const char *name, struct span content, mode_t mode,
                                struct tdx_error *err)
{
    char temporary[NAME_MAX + 1];
    const char *step = "create a file beside it";
    int error = 0;
    int fd = create_temporary(folder_fd, name, temporary, sizeof(temporary));

    if (fd < 0)
        return status_fail_errno(err, TDX_FILE_WRITE_FAILED, errno, "%s: %s", name, step);
    step = "write";
    error = file_write_all(fd, content);
    if (error == 0) {
        step = "keep owner, mode and attributes";
        error = copy_looks(folder_fd, name, fd, mode);
    }
    if (error == 0) {
        step = "sync";
        error = fsync(fd) == 0 ? 0 : errno;
    }
    if (close(fd) != 0 && error == 0)
        error = errno;
    if (error == 0) {
        step = "rename";
        error = renameat(folder_fd, temporary, folder_fd, name) == 0 ? 0 : errno;
    }
    if (error != 0) {
        (void)unlinkat(folder_fd, temporary, 0); /* best effort: the cause is already known */
        return status_fail_errno(err, TDX_FILE_WRITE_FAILED, error, "%s: %s", name, step);
    }
    /* The new file is in place. Some file systems cannot sync a folder: nothing to do about it. */
    (void)fsync(folder_fd);
    return TDX_OK;
}

enum tdx_status file_replace(const char *path, struct span content, mode_t mode,
                             struct tdx_error *err)
{
    enum tdx_status status = TDX_FILE_WRITE_FAILED;
    char *real = realpath(path, NULL);
    char *folder = NULL;
    const char *name;
    char *slash;
    int folder_fd = -1;

    folder = real != NULL ? real : strdup(path); /* it need not exist yet */
    if (folder == NULL)
        return status_fail(err, TDX_NO_MEMORY, "%s", path);
    slash = strrchr(folder, '/');
    name = slash != NULL ? slash + 1 : folder;
    if (name[0] == '\0') {
        (void)status_fail(err, status, "%s is a folder", path);
        goto done;
    }
    if (slash == NULL)
        folder_fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    else if (slash == folder)
        folder_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    else {
        *slash = '\0';
        folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (folder_fd < 0) {
        (void)status_fail_errno(err, status, errno, "the folder of %s", path);
        goto done;
    }
    status = file_replace_at(folder_fd, name, content, mode, err);
done:
    if (folder_fd >= 0)
        (void)close(folder_fd); /* read only: nothing can be lost */
    free(folder);
    return status;
}

/* Writes into what is there and no regular file. */
static int write_into(const char *path, struct span content)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    int error = fd < 0 ? errno : 0;

    /* Nobody at the other end of a pipe is an error; one who is slow is waited for. */
    if (error == 0 && fcntl(fd, F_SETFL, 0) != 0)
        error = errno;
    if (error == 0)
        error = file_write_all(fd, content);
    if (fd >= 0 && close(fd) != 0 && error == 0)
        error = errno;
    return error;
}

enum tdx_status file_put(const char *path, struct span content, mode_t mode, struct tdx_error *err)
{
    struct stat st;
    int error;

    if (stat(path, &st) != 0 || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
        return file_replace(path, content, mode, err);
    error = write_into(path, content);
    return error == 0 ? TDX_OK : status_fail_errno(err, TDX_FILE_WRITE_FAILED, error, "%s", path);
}
