/* SPDX-License-Identifier: Apache-2.0 */
/* What the benchmarks share: a clock, and percentiles of what it said. */
#ifndef TESTS_BENCH_CLOCK_H
#define TESTS_BENCH_CLOCK_H

#include <stddef.h>

/* A monotonic clock, in microseconds. */
double clock_microseconds(void);

/* Sorts samples, so that samples[count / 2] is the median. */
void clock_sort(double *samples, size_t count);

#endif
