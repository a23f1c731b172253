/* SPDX-License-Identifier: Apache-2.0 */
/* Reading below one folder that is taken for "/": the running system, or a mounted image (--root).
 *
 * A path means what it would mean after chroot(): symbolic links, absolute ones too, are resolved
 * inside the root, and ".." never leads above it. So an image cannot make us read a file of this
 * machine. Every step opens one name, without following it, relative to a folder that is held open:
 * renaming things underneath changes what is found, never where it is looked for. (openat2() with
 * RESOLVE_IN_ROOT does the same, but not on every kernel nor in every sandbox, and does not tell
 * the resolved path; one way that works everywhere is tested everywhere.)
 *
 * What can hang or act when it is opened (FIFO, device, socket) is never opened. The links in /proc
 * that lead to open files (fd/0, exe, root) are not followed.
 *
 * A path may begin with '/' or not; both mean the root. Limits: ROOT_LINK_LIMIT links,
 * ROOT_DEPTH_LIMIT folders, PATH_MAX characters; beyond them the path is FILE_UNREADABLE. */
#ifndef CORE_BASE_ROOT_H
#define CORE_BASE_ROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "core/base/files.h"
#include "core/base/status.h"
#include "core/base/text.h"

#define ROOT_LINK_LIMIT  40
#define ROOT_DEPTH_LIMIT 64

/* Initialise with ROOT_CLOSED; release with root_close(). */
struct root {
    int fd;    /* O_PATH */
    bool live; /* it is "/" of this process */
};

#define ROOT_CLOSED                                                                                \
    {                                                                                              \
        .fd = -1                                                                                   \
    }

/* Names in a folder, without "." and "..", in the order of their bytes. Initialise with { 0 }. */
struct root_names {
    char **names;
    size_t count;
};

/* Opens folder (NULL or "": "/"), which the user named: links in its own path are followed as
 * usual. Returns TDX_OK, FILE_MISSING or FILE_UNREADABLE. */
enum tdx_status root_open(const char *folder, struct root *ret, struct tdx_error *err)
    TDX_MUST_CHECK;
void root_close(struct root *root); /* ROOT_CLOSED is fine */

/* Reads the regular file at path, at most limit bytes. Returns TDX_OK and fills *ret (the caller
 * frees), FILE_MISSING (there is nothing of that name), FILE_UNREADABLE (there is, but it is not a
 * regular file, or permission, loop, I/O), FILE_TOO_LARGE or NO_MEMORY. */
enum tdx_status root_read_file(const struct root *root, const char *path, size_t limit,
                               struct file_content *ret, struct tdx_error *err) TDX_MUST_CHECK;

/* Opens the folder at path for the *at() functions, for example file_replace_at(); the caller
 * closes *ret_fd. Returns as root_read_file(). */
enum tdx_status root_open_folder(const struct root *root, const char *path, int *ret_fd,
                                 struct tdx_error *err) TDX_MUST_CHECK;

/* The names in the folder at path. Returns as root_read_file(); FILE_TOO_LARGE if there are more
 * than limit. The caller frees with root_names_free(). */
enum tdx_status root_list_folder(const struct root *root, const char *path, size_t limit,
                                 struct root_names *ret, struct tdx_error *err) TDX_MUST_CHECK;
void root_names_free(struct root_names *names); /* NULL and { 0 } are fine */

/* Appends to ret the path, as seen inside the root, of what path leads to: absolute, without links,
 * "." and "..". The thing must exist, of whatever kind. Returns as root_read_file(). */
enum tdx_status root_resolve(const struct root *root, const char *path, struct text *ret,
                             struct tdx_error *err) TDX_MUST_CHECK;

/* stat() and lstat() of what path leads to, of whatever kind. Return as root_read_file(). */
enum tdx_status root_stat(const struct root *root, const char *path, struct stat *ret,
                          struct tdx_error *err) TDX_MUST_CHECK;
enum tdx_status root_lstat(const struct root *root, const char *path, struct stat *ret,
                           struct tdx_error *err) TDX_MUST_CHECK;

/* Appends to ret where the symbolic link at path points, as it is written there. FILE_UNREADABLE
 * if it is not a link. */
enum tdx_status root_read_link(const struct root *root, const char *path, struct text *ret,
                               struct tdx_error *err) TDX_MUST_CHECK;

/* Appends to ret the extended attribute of what path leads to, without a NUL at its end. Returns as
 * root_read_file(); FILE_MISSING also where there is no such attribute. */
enum tdx_status root_read_attribute(const struct root *root, const char *path, const char *name,
                                    struct text *ret, struct tdx_error *err) TDX_MUST_CHECK;

/* True if path leads to something. False also when that cannot be found out: where the difference
 * matters, ask root_stat(). */
bool root_exists(const struct root *root, const char *path) TDX_MUST_CHECK;

#endif
