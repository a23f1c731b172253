/* SPDX-License-Identifier: Apache-2.0 */
/* The clock of deadlines. It tells no date: what is judged by date gets the time as an argument. */
#ifndef CORE_BASE_MONOTONIC_H
#define CORE_BASE_MONOTONIC_H

#include <stdint.h>

/* Milliseconds since some moment before the program began. Async-signal-safe. */
int64_t monotonic_ms(void);

/* Waits until fd can do what events (poll(2)) say, or has an error, which shows in the call that
 * follows. Returns 0, or an errno value: ETIMEDOUT once monotonic_ms() reaches deadline. */
int monotonic_wait(int fd, short events, int64_t deadline);

#endif
