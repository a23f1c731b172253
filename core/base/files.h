/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files: read with a cap, replaced atomically, and the question whether others could have
 * changed one. Every descriptor is O_CLOEXEC. */
#ifndef CORE_BASE_FILES_H
#define CORE_BASE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/bytes.h"
#include "core/base/status.h"

/* The content of a file. Always followed by one NUL that size does not count, so that text can be
 * used as a string. Initialise with { 0 }; release with file_content_free(). */
struct file_content {
    uint8_t *data;
    size_t size;
};

void file_content_free(struct file_content *content); /* NULL and { 0 } are fine */
struct span file_content_span(const struct file_content *content);

enum {
    /* Accept pipes and character devices too, and read them until they end: for a file that a
     * person named on the command line. Without it only regular files are read, so that a FIFO
     * planted in a place we scan cannot hang us. */
    FILE_READ_ANY = 1,
    /* Refuse a file that anybody but root (or the effective user) could have changed: owner, mode,
     * and the same for each folder up to the root; no symbolic link as the last part. */
    FILE_READ_SAFE = 2,
};

/* Reads the file at path, at most limit bytes. path "-" with FILE_READ_ANY is standard input.
 * Returns TDX_OK and fills *ret (the caller frees), or FILE_UNREADABLE, FILE_TOO_LARGE,
 * FILE_UNSAFE, NO_MEMORY. */
enum tdx_status file_read(const char *path, size_t limit, unsigned flags, struct file_content *ret,
                          struct tdx_error *err) TDX_MUST_CHECK;

/* As file_read(), from an open descriptor (which stays open); name is for messages. */
enum tdx_status file_read_fd(int fd, const char *name, size_t limit, struct file_content *ret,
                             struct tdx_error *err) TDX_MUST_CHECK;

/* As file_read(), relative to the folder that folder_fd has open. */
enum tdx_status file_read_at(int folder_fd, const char *name, size_t limit, unsigned flags,
                             struct file_content *ret, struct tdx_error *err) TDX_MUST_CHECK;

/* Puts content in place of the file at path: a new file beside it, written, synced, renamed over
 * it, the folder synced. A reader, or a power cut, meets the whole old or the whole new file.
 * Where the file exists its mode, owner and extended attributes (SELinux context) are kept;
 * otherwise it gets mode. A symbolic link is replaced in its target's place, not turned into a
 * file. Returns TDX_OK or FILE_WRITE_FAILED; then nothing has changed. */
enum tdx_status file_replace(const char *path, struct span content, mode_t mode,
                             struct tdx_error *err) TDX_MUST_CHECK;

/* For a path that a person named on the command line: as file_replace(); but what is there and no
 * regular file (/dev/null, /dev/stdout, a pipe) is written into and not replaced. */
enum tdx_status file_put(const char *path, struct span content, mode_t mode, struct tdx_error *err)
    TDX_MUST_CHECK;

/* As file_replace(), relative to folder_fd; name has no '/'. The last part is not followed. */
enum tdx_status file_replace_at(int folder_fd, const char *name, struct span content, mode_t mode,
                                struct tdx_error *err) TDX_MUST_CHECK;

/* Removes what a file_replace_at() that was killed left in the folder: its half-written files, of
 * those names that mine() claims. The caller holds the lock under which these files are replaced.
 * What cannot be removed is met again next time. */
void file_replace_tidy(int folder_fd, bool (*mine)(const char *name));

/* Makes the folder at path and those above it that are missing, with mode 0755; one that is there
 * stays as it is. Returns 0 or an errno value. */
int file_make_folders(const char *path) TDX_MUST_CHECK;

/* Writes all of content to fd, through short writes and EINTR. Returns 0 or an errno value. */
int file_write_all(int fd, struct span content) TDX_MUST_CHECK;

/* Refuses (FILE_UNSAFE) what FILE_READ_SAFE refuses, for a file or folder. */
enum tdx_status file_check_safe(const char *path, struct tdx_error *err) TDX_MUST_CHECK;

#endif
