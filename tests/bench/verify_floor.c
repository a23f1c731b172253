/* SPDX-License-Identifier: Apache-2.0 */
/* verify_floor N: the bare signatures and key imports of a verification, as verify_bench prints its
 * modes: name, median, 10th and 90th percentile in microseconds, result. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/status.h"
#include "tests/bench/clock.h"
#include "tests/bench/floor.h"

#define RUNS_LARGEST 1000000

int main(int argc, char **argv)
{
    struct floor_work work;
    size_t runs = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
    double *samples = runs > 0 && runs <= RUNS_LARGEST ? calloc(runs, sizeof(*samples)) : NULL;

    if (samples == NULL) {
        fprintf(stderr, "usage: %s N\n", argv[0]);
        return TDX_EXIT_USAGE;
    }
    if (!floor_init(&work)) {
        fprintf(stderr, "%s: OpenSSL fails\n", argv[0]);
        return TDX_EXIT_UNDECIDED;
    }
    for (unsigned mode = 0; mode < FLOOR_MODES; mode++) {
        bool right = true;

        for (size_t i = 0; i < runs; i++) {
            double start = clock_microseconds();

            right &= floor_run(&work, (enum floor_mode)mode);
            samples[i] = clock_microseconds() - start;
        }
        clock_sort(samples, runs);
        printf("%s\t%.1f\t%.1f\t%.1f\t%s\n", floor_name((enum floor_mode)mode), samples[runs / 2],
               samples[runs / 10], samples[runs * 9 / 10], right ? "right" : "wrong");
    }
    floor_clear(&work);
    free(samples);
    return TDX_EXIT_YES;
}
