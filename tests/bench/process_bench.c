/* SPDX-License-Identifier: Apache-2.0 */
/* process_bench NAME RUNS LIMIT PEAK_KIB PROGRAM [ARGUMENT]... -- FLOOR [ARGUMENT]...
 * Runs the two programs in turn and prints, separated by tabs: NAME, the median of PROGRAM in
 * microseconds, that of FLOOR, their ratio, LIMIT, "ok" or "beyond"; then NAME with " peak", the
 * largest resident set of PROGRAM and its children in KiB, PEAK_KIB, "ok" or "beyond".
 * Exit code 1: beyond a limit; 3: one of them failed. */
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/clock.h"

#define RUNS_LARGEST 100000

struct subject {
    char **argv;
    double *samples;
    long peak_kib;
};

static bool run(struct subject *subject, size_t at)
{
    char *const environment[] = { NULL };
    posix_spawn_file_actions_t quiet;
    double start;
    struct rusage usage;
    pid_t child;
    int status;
    bool started;

    if (posix_spawn_file_actions_init(&quiet) != 0 ||
        posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) != 0)
        return false;
    start = clock_microseconds();
    started = posix_spawn(&child, subject->argv[0], &quiet, NULL, subject->argv, environment) == 0;
    (void)posix_spawn_file_actions_destroy(&quiet);
    if (!started || wait4(child, &status, 0, &usage) != child || status != 0)
        return false;
    subject->samples[at] = clock_microseconds() - start;
    if (usage.ru_maxrss > subject->peak_kib)
        subject->peak_kib = usage.ru_maxrss;
    return true;
}

static int report(const char *name, size_t runs, double limit, long peak_limit,
                  struct subject *program, struct subject *bare)
{
    double ratio;
    bool fast, small;

    clock_sort(program->samples, runs);
    clock_sort(bare->samples, runs);
    ratio = program->samples[runs / 2] / bare->samples[runs / 2];
    fast = ratio <= limit;
    small = program->peak_kib <= peak_limit;
    printf("%s\t%.0f\t%.0f\t%.2f\t%.2f\t%s\n", name, program->samples[runs / 2],
           bare->samples[runs / 2], ratio, limit, fast ? "ok" : "beyond");
    printf("%s peak\t%ld\t%ld\t%s\n", name, program->peak_kib, peak_limit, small ? "ok" : "beyond");
    return fast && small ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct subject program = { .argv = argv + 5 }, bare = { 0 };
    size_t runs = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    int code = 3;

    for (int i = 5; i < argc && bare.argv == NULL; i++)
        if (strcmp(argv[i], "--") == 0) {
            argv[i] = NULL;
            bare.argv = argv + i + 1;
        }
    if (runs == 0 || runs > RUNS_LARGEST || bare.argv == NULL || bare.argv[0] == NULL) {
        fprintf(stderr, "usage: %s NAME RUNS LIMIT PEAK_KIB PROGRAM... -- FLOOR...\n", argv[0]);
        return 2;
    }
    program.samples = calloc(runs, sizeof(*program.samples));
    bare.samples = calloc(runs, sizeof(*bare.samples));
    if (program.samples == NULL || bare.samples == NULL)
        goto done;
    for (size_t i = 0; i < runs; i++)
        if (!run(&program, i) || !run(&bare, i)) {
            fprintf(stderr, "%s: %s or %s fails\n", argv[0], program.argv[0], bare.argv[0]);
            goto done;
        }
    code = report(argv[1], runs, strtod(argv[3], NULL), strtol(argv[4], NULL, 10), &program, &bare);
done:
    free(program.samples);
    free(bare.samples);
    return code;
}
