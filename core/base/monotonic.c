/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/monotonic.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <time.h>

int64_t monotonic_ms(void)
{
    struct timespec now = { 0 };

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int monotonic_wait(int fd, short events, int64_t deadline)
{
    for (;;) {
        struct pollfd polled = { .fd = fd, .events = events };
        int64_t left = deadline - monotonic_ms();
        int ready = poll(&polled, 1, left < 0 ? 0 : left < INT_MAX ? (int)left : INT_MAX);

        if (ready > 0)
            return 0;
        if (ready < 0 && errno != EINTR)
            return errno;
        if (ready == 0 && left <= 0)
            return ETIMEDOUT;
    }
}
