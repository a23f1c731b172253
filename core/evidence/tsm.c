/* SPDX-License-Identifier: Apache-2.0 */
/* Quotes from configfs-tsm. Source: Linux, drivers/virt/coco/guest/report.c and
 * Documentation/ABI/testing/configfs-tsm-report; guest-interfaces notes section 3.4.
 *
 * What it does not tell: a write is applied when its descriptor is closed, and the error of that is
 * thrown away, so only a generation that moved shows that it was. A read can succeed with no
 * data where the host gave no quote. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/hex.h"
#include "core/base/text.h"
#include "core/evidence/provider_internal.h"

#define ENTRY_PREFIX    "tdxgate."
#define ENTRY_NAME_SIZE 64
#define NAME_TRIES      8
#define RACE_TRIES      3   /* whole requests, when somebody else wrote to our entry */
#define STALE_SECONDS   120 /* no request of ours lives that long */

/* One request: the folder of all entries, and our own. */
struct entry {
    int base_fd, fd;
    char name[ENTRY_NAME_SIZE];
};

static const struct errno_meaning base_meanings[] = {
    { ENOENT, TDX_TSM_MISSING, "configfs is not mounted, or the kernel has no tsm module" },
    { ENOTDIR, TDX_TSM_MISSING, "" },
    { EACCES, TDX_TSM_DENIED, "" },
    { EPERM, TDX_TSM_DENIED, "" },
    { 0, TDX_TSM_FAILED, "" },
};

static const struct errno_meaning mkdir_meanings[] = {
    { ENOENT, TDX_TSM_MISSING, "configfs is not mounted, or the kernel has no tsm module" },
    { ENXIO, TDX_TSM_MISSING,
      "no provider is registered: load the module tdx_guest; Azure has none" },
    { EACCES, TDX_TSM_DENIED, "" },
    { EPERM, TDX_TSM_DENIED, "" },
    { EROFS, TDX_TSM_DENIED, "it is mounted read-only" },
    { EBUSY, TDX_TSM_BUSY, "" },
    { 0, TDX_TSM_FAILED, "" },
};

static const struct errno_meaning file_meanings[] = {
    { EACCES, TDX_TSM_DENIED, "" },
    { EPERM, TDX_TSM_DENIED, "" },
    { ENOENT, TDX_TSM_FAILED, "this is no configfs-tsm entry, or somebody removed it" },
    { 0, TDX_TSM_FAILED, "" },
};

static const struct errno_meaning outblob_meanings[] = {
    { EBUSY, TDX_TSM_BUSY, "an earlier request is still with the host" },
    { ETIMEDOUT, TDX_TSM_FAILED, "the host did not answer within the kernel's 30 s" },
    { EINTR, TDX_TSM_FAILED, "a signal ended the wait; the request may still be with the host" },
    { EIO, TDX_TSM_FAILED, "the host refused, or reported that it cannot quote" },
    { EFBIG, TDX_TSM_FAILED, "the host claims an impossible length" },
    { EINVAL, TDX_TSM_FAILED, "the report data was not taken" },
    { ENXIO, TDX_TSM_FAILED, "the provider went away" },
    { EACCES, TDX_TSM_DENIED, "" },
    { EPERM, TDX_TSM_DENIED, "" },
    { 0, TDX_TSM_FAILED, "" },
};

/* Reads a whole attribute. Unlike file_read_fd() it does not start a wait anew after a signal more
 * than once. Returns 0 or an errno value. */
static int read_attribute(const struct entry *entry, const char *name, size_t limit,
                          struct file_content *ret)
{
    int fd = openat(entry->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    size_t size = 0, capacity = 4096;
    uint8_t *data = NULL;
    int error = fd < 0 ? errno : 0, interrupted = 0;

    while (error == 0) {
        ssize_t got;

        if (data == NULL || size == capacity) {
            uint8_t *grown = realloc(data, (capacity = data == NULL ? capacity : 2 * capacity) + 1);

            if (grown == NULL) {
                error = ENOMEM;
                break;
            }
            data = grown;
        }
        got = read(fd, data + size, capacity - size);
        if (got == 0)
            break;
        if (got > 0)
            size += (size_t)got;
        else if (errno != EINTR || interrupted++ > 0)
            error = errno;
        if (size > limit)
            error = EFBIG;
    }
    if (fd >= 0)
        (void)close(fd); /* read only: nothing can be lost */
    if (error != 0) {
        free(data);
        return error;
    }
    data[size] = '\0';
    *ret = (struct file_content){ data, size };
    return 0;
}

static enum tdx_status read_generation(const struct entry *entry, uint64_t *ret,
                                       struct tdx_error *err)
{
    struct file_content text = { 0 };
    enum tdx_status status = TDX_OK;
    char *end = NULL;
    int error = read_attribute(entry, "generation", 64, &text);

    if (error != 0)
        return errno_fail(err, file_meanings, error, "read generation");
    *ret = strtoull((const char *)text.data, &end, 10);
    if (end == (char *)text.data || strspn(end, "\n") != strlen(end))
        status = status_fail(err, TDX_TSM_FAILED, "generation is not a number");
    file_content_free(&text);
    return status;
}

static enum tdx_status check_provider(const struct entry *entry, struct tdx_error *err)
{
    struct file_content text = { 0 };
    enum tdx_status status = TDX_OK;
    int error = read_attribute(entry, "provider", 256, &text);
    char quoted[64];
    size_t length;

    if (error != 0)
        return errno_fail(err, file_meanings, error, "read provider");
    length = strcspn((const char *)text.data, "\n");
    if (length != strlen("tdx_guest") || memcmp(text.data, "tdx_guest", length) != 0)
        status = status_fail(err, TDX_TSM_PROVIDER, "the provider is \"%s\", not tdx_guest",
                             text_quote(text.data, length, quoted, sizeof(quoted)));
    file_content_free(&text);
    return status;
}

/* Removes entries that killed requests of ours left behind: a folder that stays keeps newer kernels
 * from loading the provider again. The age keeps us from one in another PID namespace. */
static void remove_stale_entries(int base_fd)
{
    int fd = openat(base_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *each;

    if (dir == NULL) {
        if (fd >= 0)
            (void)close(fd);
        return;
    }
    while ((each = readdir(dir)) != NULL) {
        long pid;
        struct stat st;

        if (strncmp(each->d_name, ENTRY_PREFIX, strlen(ENTRY_PREFIX)) != 0)
            continue;
        pid = strtol(each->d_name + strlen(ENTRY_PREFIX), NULL, 10);
        if (pid <= 0 || pid > INT32_MAX || kill((pid_t)pid, 0) == 0 || errno != ESRCH)
            continue;
        if (fstatat(base_fd, each->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            time(NULL) - st.st_mtime > STALE_SECONDS)
            (void)unlinkat(base_fd, each->d_name, AT_REMOVEDIR); /* the next request tries again */
    }
    (void)closedir(dir);
}

static void entry_remove(struct entry *entry)
{
    if (entry->fd >= 0)
        (void)close(entry->fd);
    if (entry->name[0] != '\0')
        (void)unlinkat(entry->base_fd, entry->name, AT_REMOVEDIR); /* stale entries are removed */
    if (entry->base_fd >= 0)
        (void)close(entry->base_fd);
}

/* Makes an entry of our own, with a name that nobody else uses. */
static enum tdx_status entry_make(const char *base, struct entry *entry, struct tdx_error *err)
{
    uint8_t salt[8];
    char salt_text[HEX_TEXT_SIZE(sizeof(salt))];

    entry->base_fd = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (entry->base_fd < 0)
        return errno_fail(err, base_meanings, errno, "open %s", base);
    remove_stale_entries(entry->base_fd);
    for (int i = 0; i < NAME_TRIES; i++) {
        char name[ENTRY_NAME_SIZE];

        if (getrandom(salt, sizeof(salt), 0) != (ssize_t)sizeof(salt))
            return status_fail_errno(err, TDX_TSM_FAILED, errno, "random bytes");
        hex_encode(salt, sizeof(salt), salt_text);
        (void)snprintf(name, sizeof(name), ENTRY_PREFIX "%ld.%s", (long)getpid(), salt_text);
        if (mkdirat(entry->base_fd, name, 0700) == 0) {
            memcpy(entry->name, name, sizeof(name));
            entry->fd = openat(entry->base_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            if (entry->fd < 0)
                return errno_fail(err, file_meanings, errno, "open %s/%s", base, name);
            return TDX_OK;
        }
        if (errno != EEXIST)
            return errno_fail(err, mkdir_meanings, errno, "mkdir in %s", base);
    }
    return status_fail(err, TDX_TSM_FAILED, "mkdir in %s: every name is taken", base);
}

/* The whole of the report data in one write; it takes effect when the descriptor is closed. */
static enum tdx_status write_inblob(const struct entry *entry, const uint8_t *report_data,
                                    struct tdx_error *err)
{
    int fd = openat(entry->fd, "inblob", O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t written;
    int error;

    if (fd < 0)
        return errno_fail(err, file_meanings, errno, "open inblob");
    written = write(fd, report_data, TD_REPORT_DATA_SIZE);
    error = written < 0 ? errno : 0;
    if (close(fd) != 0 && error == 0)
        error = errno;
    if (error != 0)
        return errno_fail(err, file_meanings, error, "write inblob");
    if (written != TD_REPORT_DATA_SIZE)
        return status_fail(err, TDX_TSM_FAILED, "inblob took %zd of %d bytes", written,
                           TD_REPORT_DATA_SIZE);
    return TDX_OK;
}

/* One request in an entry of its own. *ret_raced: another writer came between, so that the answer
 * may be over somebody else's data. */
static enum tdx_status ask_once(const char *base, const uint8_t *report_data,
                                struct file_content *ret, bool *ret_raced, struct tdx_error *err)
{
    struct entry entry = { .base_fd = -1, .fd = -1 };
    struct file_content blob = { 0 };
    uint64_t before = 0, written = 0, after = 0;
    enum tdx_status status = entry_make(base, &entry, err);
    int error;

    *ret_raced = false;
    if (status != TDX_OK || (status = check_provider(&entry, err)) != TDX_OK ||
        (status = read_generation(&entry, &before, err)) != TDX_OK ||
        (status = write_inblob(&entry, report_data, err)) != TDX_OK ||
        (status = read_generation(&entry, &written, err)) != TDX_OK)
        goto done;
    if (written == before) {
        status =
            status_fail(err, TDX_TSM_FAILED,
                        "inblob was written, but the kernel did not take it (generation %" PRIu64
                        ")",
                        before);
        goto done;
    }
    error = read_attribute(&entry, "outblob", QUOTE_SIZE_LIMIT, &blob);
    if (error != 0) {
        status = errno_fail(err, outblob_meanings, error, "read outblob");
        goto done;
    }
    status = read_generation(&entry, &after, err);
    if (status != TDX_OK)
        goto done;
    if (written != before + 1 || after != written) {
        *ret_raced = true;
        status = status_fail(err, TDX_TSM_FAILED,
                             "another program wrote to our entry (generation %" PRIu64
                             ", then %" PRIu64 ", then %" PRIu64 ")",
                             before, written, after);
    } else if (blob.size == 0) {
        status = status_fail(err, TDX_QUOTE_EMPTY, "read outblob: success, but no data");
    }
done:
    entry_remove(&entry);
    if (status == TDX_OK)
        *ret = blob;
    else
        file_content_free(&blob);
    return status;
}

enum tdx_status tsm_quote(const struct evidence_request *request, struct file_content *ret,
                          struct tdx_error *err)
{
    const char *base = request->paths->tsm != NULL ? request->paths->tsm : EVIDENCE_TSM_DEFAULT;
    int busy_wait_ms = 1000;
    int races = 0;

    for (;;) {
        struct tdx_error now = { 0 };
        bool raced = false;
        enum tdx_status status = ask_once(base, request->report_data, ret, &raced, &now);

        if (status == TDX_OK || (raced && ++races < RACE_TRIES)) {
            if (status == TDX_OK)
                return TDX_OK;
            continue;
        }
        /* EBUSY: the kernel serves one request at a time and one that was given up stays with the
         * host. Waiting longer than the caller can is no use. */
        if (status != TDX_TSM_BUSY || !request_wait(request, busy_wait_ms))
            return status_fail(err, status, "%s", now.detail);
        busy_wait_ms *= 2;
    }
}
