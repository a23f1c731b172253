/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/clock.h"

#include <stdlib.h>
#include <time.h>

double clock_microseconds(void)
{
    struct timespec now = { 0 };

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail with this clock */
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

void clock_sort(double *samples, size_t count)
{
    qsort(samples, count, sizeof(*samples), compare);
}
