/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Where a walk stands: the folders it came through, each held open, so that ".." is the folder we
 * came from and not whatever the file system says it is by now. */
struct walk {
    int folders[ROOT_DEPTH_LIMIT + 1]; /* [0] is the root's own descriptor, not ours to close */
    char names[ROOT_DEPTH_LIMIT + 1][NAME_MAX + 1];
    unsigned depth; /* the current folder is folders[depth] */
    unsigned links;
    char rest[PATH_MAX];     /* what is still to be walked */
    char last[NAME_MAX + 1]; /* the name of target in the current folder, "" for itself */
    int target;              /* O_PATH of what the path leads to, or -1 */
};

static enum tdx_status fail(const char *path, int error_number, struct tdx_error *err)
{
    char quoted[200];
    enum tdx_status status =
        error_number == ENOENT || error_number == ENOTDIR ? TDX_FILE_MISSING : TDX_FILE_UNREADABLE;

    return status_fail_errno(err, status, error_number, "%s",
                             text_quote(path, strlen(path), quoted, sizeof(quoted)));
}

static void walk_close(struct walk *walk)
{
    for (unsigned i = walk->depth; i > 0; i--)
        (void)close(walk->folders[i]); /* O_PATH: nothing can be lost */
    if (walk->target >= 0)
        (void)close(walk->target);
    walk->depth = 0;
    walk->target = -1;
}

static void walk_up(struct walk *walk, unsigned depth)
{
    for (; walk->depth > depth; walk->depth--)
        (void)close(walk->folders[walk->depth]);
}

/* Takes the next name from rest; "" at the end. Returns 0 or an errno value. */
static int next_name(struct walk *walk, char name[static NAME_MAX + 1])
{
    size_t start = strspn(walk->rest, "/");
    size_t length = strcspn(walk->rest + start, "/");

    if (length > NAME_MAX)
        return ENAMETOOLONG;
    memcpy(name, walk->rest + start, length);
    name[length] = '\0';
    /* A '/' behind the last name stays: it says that the name must be a folder. */
    memmove(walk->rest, walk->rest + start + length, strlen(walk->rest + start + length) + 1);
    return 0;
}

/* In /proc a link to an open file says something like "/etc/shadow" or "pipe:[1]" and leads to the
 * file whatever it says. Those that are plain links say "self/mounts", "17" or "17/task/17". */
static bool plain_proc_link(const char *content)
{
    return strncmp(content, "self/", 5) == 0 || content[strspn(content, "0123456789/task")] == '\0';
}

/* Puts the link's content in front of rest. Returns 0 or an errno value. */
static int follow(struct walk *walk, int link)
{
    char content[PATH_MAX];
    struct statfs fs;
    ssize_t length = readlinkat(link, "", content, sizeof(content) - 1);
    size_t rest = strlen(walk->rest);

    if (length < 0)
        return errno;
    if (++walk->links > ROOT_LINK_LIMIT)
        return ELOOP;
    if (length == 0)
        return ENOENT;
    content[length] = '\0';
    if (fstatfs(link, &fs) != 0)
        return errno;
    if (fs.f_type == PROC_SUPER_MAGIC && (content[0] == '/' || !plain_proc_link(content)))
        return ELOOP;
    if ((size_t)length + rest + 1 > sizeof(walk->rest))
        return ENAMETOOLONG;
    memmove(walk->rest + length, walk->rest, rest + 1);
    memcpy(walk->rest, content, (size_t)length);
    if (content[0] == '/')
        walk_up(walk, 0);
    return 0;
}

/* O_PATH does not make an automounter mount (systemd puts one on /boot or /efi); reading does. */
static int mounted_folder(int parent, const char *name, int folder)
{
    struct statfs fs;
    int opened;

    if (fstatfs(folder, &fs) != 0 || fs.f_type != AUTOFS_SUPER_MAGIC)
        return folder;
    opened = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (opened < 0)
        return folder;
    (void)close(folder);
    return opened;
}

/* Goes one name further. Returns 0 or an errno value. */
static int step(struct walk *walk, const char *name, bool follow_last)
{
    int parent = walk->folders[walk->depth];
    bool last = walk->rest[strspn(walk->rest, "/")] == '\0';
    struct stat st;
    int fd, error_number = 0;

    fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno;
    if (fstat(fd, &st) != 0) {
        error_number = errno;
    } else if (S_ISLNK(st.st_mode) && (follow_last || !last || walk->rest[0] == '/')) {
        error_number = follow(walk, fd);
    } else if (S_ISDIR(st.st_mode)) {
        if (walk->depth == ROOT_DEPTH_LIMIT) {
            error_number = ENAMETOOLONG;
        } else {
            walk->depth++;
            walk->folders[walk->depth] = mounted_folder(parent, name, fd);
            memcpy(walk->names[walk->depth], name, strlen(name) + 1);
            fd = -1;
        }
    } else if (!last || walk->rest[0] == '/') {
        error_number = ENOTDIR;
    } else {
        memcpy(walk->last, name, strlen(name) + 1);
        walk->target = fd;
        fd = -1;
    }
    if (fd >= 0)
        (void)close(fd);
    return error_number;
}

/* Walks path. On success either target is open, or the path led to the current folder. The caller
 * calls walk_close() in every case. */
static enum tdx_status walk_path(struct walk *walk, const struct root *root, const char *path,
                                 bool follow_last, struct tdx_error *err)
{
    int error_number = 0;

    walk->folders[0] = root->fd;
    walk->names[0][0] = '\0';
    walk->depth = 0;
    walk->links = 0;
    walk->last[0] = '\0';
    walk->target = -1;
    if (path[0] == '\0')
        return fail(path, ENOENT, err);
    if (strlen(path) >= sizeof(walk->rest))
        return fail(path, ENAMETOOLONG, err);
    memcpy(walk->rest, path, strlen(path) + 1);
    while (error_number == 0 && walk->target < 0) {
        char name[NAME_MAX + 1];

        error_number = next_name(walk, name);
        if (error_number != 0 || name[0] == '\0')
            break;
        if (strcmp(name, "..") == 0)
            walk_up(walk, walk->depth > 0 ? walk->depth - 1 : 0);
        else if (strcmp(name, ".") != 0)
            error_number = step(walk, name, follow_last);
    }
    return error_number == 0 ? TDX_OK : fail(path, error_number, err);
}

enum tdx_status root_open(const char *folder, struct root *ret, struct tdx_error *err)
{
    const char *path = folder == NULL || folder[0] == '\0' ? "/" : folder;
    struct root root = ROOT_CLOSED;
    struct stat given, live;

    root.fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root.fd < 0)
        return fail(path, errno, err);
    if (fstat(root.fd, &given) != 0 || stat("/", &live) != 0) {
        int error_number = errno;

        root_close(&root);
        return fail(path, error_number, err);
    }
    root.live = given.st_dev == live.st_dev && given.st_ino == live.st_ino;
    *ret = root;
    return TDX_OK;
}

void root_close(struct root *root)
{
    if (root == NULL || root->fd < 0)
        return;
    (void)close(root->fd); /* O_PATH: nothing can be lost */
    root->fd = -1;
}

enum tdx_status root_read_file(const struct root *root, const char *path, size_t limit,
                               struct file_content *ret, struct tdx_error *err)
{
    struct walk walk;
    struct stat st;
    char quoted[200];
    int fd = -1;
    enum tdx_status status = walk_path(&walk, root, path, true, err);

    (void)text_quote(path, strlen(path), quoted, sizeof(quoted));
    if (status != TDX_OK)
        goto done;
    status = TDX_FILE_UNREADABLE;
    if (walk.target < 0 || fstat(walk.target, &st) != 0 || !S_ISREG(st.st_mode)) {
        (void)status_fail(err, status, "%s is not a regular file", quoted);
        goto done;
    }
    /* Asked again once it is open: the name may have changed its meaning in between. */
    fd = openat(walk.folders[walk.depth], walk.last,
                O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0)
        status = fail(path, errno, err);
    else if (!S_ISREG(st.st_mode))
        (void)status_fail(err, status, "%s is not a regular file", quoted);
    else
        status = file_read_fd(fd, quoted, limit, ret, err);
done:
    if (fd >= 0)
        (void)close(fd);
    walk_close(&walk);
    return status;
}

enum tdx_status root_open_folder(const struct root *root, const char *path, int *ret_fd,
                                 struct tdx_error *err)
{
    struct walk walk;
    int fd;
    enum tdx_status status = walk_path(&walk, root, path, true, err);

    if (status == TDX_OK && walk.target >= 0)
        status = fail(path, ENOTDIR, err);
    if (status == TDX_OK) {
        fd = openat(walk.folders[walk.depth], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
            status = fail(path, errno, err);
        else
            *ret_fd = fd;
    }
    walk_close(&walk);
    return status;
}

void root_names_free(struct root_names *names)
{
    if (names == NULL)
        return;
    for (size_t i = 0; i < names->count; i++)
        free(names->names[i]);
    free(names->names);
    *names = (struct root_names){ 0 };
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Appends a copy of name; room grows by doubling. */
static bool add_name(struct root_names *names, const char *name)
{
    char *copy = strdup(name);

    if (copy != NULL && (names->count & (names->count - 1)) == 0) {
        size_t room = names->count > 0 ? 2 * names->count : 1;
        char **grown = realloc(names->names, room * sizeof(*grown));

        if (grown == NULL) {
            free(copy);
            return false;
        }
        names->names = grown;
    }
    if (copy == NULL)
        return false;
    names->names[names->count++] = copy;
    return true;
}

enum tdx_status root_list_folder(const struct root *root, const char *path, size_t limit,
                                 struct root_names *ret, struct tdx_error *err)
{
    struct root_names names = { 0 };
    const struct dirent *entry;
    DIR *folder = NULL;
    int fd = -1;
    enum tdx_status status = root_open_folder(root, path, &fd, err);

    if (status != TDX_OK)
        return status;
    folder = fdopendir(fd);
    if (folder == NULL) {
        status = fail(path, errno, err);
        (void)close(fd);
        return status;
    }
    while (errno = 0, (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (names.count == limit)
            status = status_fail(err, TDX_FILE_TOO_LARGE, "%s: more than %zu names", path, limit);
        else if (!add_name(&names, entry->d_name))
            status = status_fail(err, TDX_NO_MEMORY, "%s", path);
        if (status != TDX_OK)
            goto done;
    }
    if (errno != 0) {
        status = fail(path, errno, err);
        goto done;
    }
    if (names.count > 1)
        qsort(names.names, names.count, sizeof(names.names[0]), compare_names);
    *ret = names;
    names = (struct root_names){ 0 };
done:
    root_names_free(&names);
    (void)closedir(folder);
    return status;
}

enum tdx_status root_resolve(const struct root *root, const char *path, struct text *ret,
                             struct tdx_error *err)
{
    struct walk walk;
    enum tdx_status status = walk_path(&walk, root, path, true, err);

    if (status == TDX_OK) {
        for (unsigned i = 1; i <= walk.depth; i++)
            text_addf(ret, "/%s", walk.names[i]);
        if (walk.target >= 0)
            text_addf(ret, "/%s", walk.last);
        else if (walk.depth == 0)
            text_add(ret, "/");
        if (!text_ok(ret))
            status = status_fail(err, TDX_NO_MEMORY, "%s", path);
    }
    walk_close(&walk);
    return status;
}

static enum tdx_status stat_at(const struct root *root, const char *path, bool follow_last,
                               struct stat *ret, struct tdx_error *err)
{
    struct walk walk;
    struct stat st;
    enum tdx_status status = walk_path(&walk, root, path, follow_last, err);

    if (status == TDX_OK) {
        if (fstat(walk.target >= 0 ? walk.target : walk.folders[walk.depth], &st) != 0)
            status = fail(path, errno, err);
        else
            *ret = st;
    }
    walk_close(&walk);
    return status;
}

enum tdx_status root_stat(const struct root *root, const char *path, struct stat *ret,
                          struct tdx_error *err)
{
    return stat_at(root, path, true, ret, err);
}

enum tdx_status root_lstat(const struct root *root, const char *path, struct stat *ret,
                           struct tdx_error *err)
{
    return stat_at(root, path, false, ret, err);
}

enum tdx_status root_read_link(const struct root *root, const char *path, struct text *ret,
                               struct tdx_error *err)
{
    char content[PATH_MAX];
    struct walk walk;
    ssize_t length = -1;
    enum tdx_status status = walk_path(&walk, root, path, false, err);

    if (status == TDX_OK) {
        errno = EINVAL;
        if (walk.target >= 0)
            length = readlinkat(walk.target, "", content, sizeof(content));
        if (length < 0)
            status = fail(path, errno == ENOENT ? EINVAL : errno, err);
        else
            text_add_n(ret, content, (size_t)length);
        if (status == TDX_OK && !text_ok(ret))
            status = status_fail(err, TDX_NO_MEMORY, "%s", path);
    }
    walk_close(&walk);
    return status;
}

enum tdx_status root_read_attribute(const struct root *root, const char *path, const char *name,
                                    struct text *ret, struct tdx_error *err)
{
    char link[64], content[1024];
    struct walk walk;
    ssize_t length = 0;
    enum tdx_status status = walk_path(&walk, root, path, true, err);

    if (status == TDX_OK) {
        /* fgetxattr() takes no O_PATH descriptor; its link in /proc leads to the same file. */
        (void)snprintf(link, sizeof(link), "/proc/self/fd/%d",
                       walk.target >= 0 ? walk.target : walk.folders[walk.depth]);
        length = getxattr(link, name, content, sizeof(content));
        if (length < 0)
            status = fail(path, errno == ENODATA || errno == ENOTSUP ? ENOENT : errno, err);
    }
    if (status == TDX_OK) {
        while (length > 0 && content[length - 1] == '\0')
            length--;
        text_add_n(ret, content, (size_t)length);
        if (!text_ok(ret))
            status = status_fail(err, TDX_NO_MEMORY, "%s", path);
    }
    walk_close(&walk);
    return status;
}

bool root_exists(const struct root *root, const char *path)
{
    struct stat st;

    return root_stat(root, path, &st, NULL) == TDX_OK;
}
