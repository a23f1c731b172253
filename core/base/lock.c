/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define RETRY_MS 20

enum tdx_status lock_take_at(int folder_fd, const char *name, unsigned timeout_ms, int *ret,
                             struct tdx_error *err)
{
    const struct timespec pause = { .tv_nsec = RETRY_MS * 1000000L };
    enum tdx_status status;
    unsigned waited = 0;
    int fd = openat(folder_fd, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

    if (fd < 0)
        return status_fail_errno(err, TDX_FILE_UNREADABLE, errno, "lock file %s", name);
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            status = status_fail_errno(err, TDX_FILE_UNREADABLE, errno, "lock file %s", name);
            goto done;
        }
        if (waited >= timeout_ms) {
            status = status_fail(err, TDX_LOCKED, "%s, waited %u ms", name, waited);
            goto done;
        }
        (void)nanosleep(&pause, NULL); /* cut short by a signal: it only asks sooner */
        waited += RETRY_MS;
    }
    *ret = fd;
    return TDX_OK;
done:
    (void)close(fd); /* nothing was written */
    return status;
}

void lock_release(int lock)
{
    if (lock >= 0)
        (void)close(lock); /* nothing was written; closing drops the lock */
}
