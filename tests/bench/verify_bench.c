/* SPDX-License-Identifier: Apache-2.0 */
/* verify_bench QUOTE BUNDLE UNIX_SECONDS N [TRUST_ANCHOR.pem]: how long a verification takes, in
 * one process, on bytes in memory. Prints a line for each mode, separated by tabs: its name, the
 * median, the 10th and the 90th percentile in microseconds, and the result.
 *   cold        raw quote and bundle text to verdict
 *   warm+leaf   the bundle was verified before, the PCK certificate was not seen yet
 *   warm        both are known
 * With --ratio in front of the arguments the bare signatures and key imports (floor.h) are timed in
 * turn with each call, and a line has: the mode, its median, the floor's median, their ratio, the
 * limit. With --ratio N alone, the quote is a simulated platform's. Exit code 1: beyond a limit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/files.h"
#include "tests/bench/clock.h"
#include "tests/bench/modes.h"
#include "tests/sim/sim_der.h"
#include "tests/sim/sim_platform.h"

#define RUNS_LARGEST  1000000
#define CRL_LIKE_REAL 57 /* revoked certificates on Intel's list of February 2026 */

struct inputs {
    struct bench_subject subject;
    struct file_content quote, bundle;
    struct text made_quote, made_bundle;
    size_t runs;
};

static enum tdx_status read_anchor(const char *path, struct trust_anchor *ret,
                                   struct tdx_error *err)
{
    struct file_content pem = { 0 };
    enum tdx_status status = file_read(path, COLLATERAL_CHAIN_LIMIT, FILE_READ_ANY, &pem, err);

    if (status == TDX_OK)
        status = trust_anchor_parse(file_content_span(&pem), ret, err);
    file_content_free(&pem);
    return status;
}

static enum tdx_status load_files(char **arguments, struct inputs *inputs, struct tdx_error *err)
{
    enum tdx_status status =
        file_read(arguments[0], QUOTE_SIZE_LIMIT, FILE_READ_ANY, &inputs->quote, err);

    if (status == TDX_OK)
        status = file_read(arguments[1], BUNDLE_SIZE_LIMIT, FILE_READ_ANY, &inputs->bundle, err);
    if (status == TDX_OK && arguments[4] != NULL)
        status = read_anchor(arguments[4], &inputs->subject.anchor, err);
    inputs->subject.quote = file_content_span(&inputs->quote);
    inputs->subject.bundle = file_content_span(&inputs->bundle);
    inputs->subject.now = strtoll(arguments[2], NULL, 10);
    return status;
}

static enum tdx_status simulate(struct inputs *inputs, struct tdx_error *err)
{
    static const uint8_t report_data[SIM_REPORT_DATA_SIZE] = "bench";
    struct sim_platform *p = sim_platform_new();
    struct text pem = { 0 };
    enum tdx_status status;

    if (p == NULL)
        return status_fail(err, TDX_CRYPTO_FAILED, "the simulator");
    p->pck_crl.filler = CRL_LIKE_REAL;
    sim_quote_make(p, report_data, &inputs->made_quote);
    sim_bundle_json_make(p, &inputs->made_bundle);
    sim_anchor_pem(p, &pem);
    inputs->subject.quote = text_span(&inputs->made_quote);
    inputs->subject.bundle = text_span(&inputs->made_bundle);
    inputs->subject.now = p->now;
    status = trust_anchor_parse(text_span(&pem), &inputs->subject.anchor, err);
    text_free(&pem);
    sim_platform_free(p);
    return status;
}

static const char *word_of(enum tdx_status status, const struct verification *result)
{
    return status == TDX_OK ? tcb_status_word(result->tcb_status) : status_id(status);
}

/* Times one mode, and where floor is given, its floor in turn with each call. */
static bool measure(struct inputs *inputs, enum floor_mode mode, struct floor_work *floor,
                    double *samples, double *floor_samples)
{
    static struct verification result; /* large */
    struct tdx_error err = { 0 };
    enum tdx_status status = TDX_OK;
    size_t runs = inputs->runs;
    double ratio;

    for (size_t i = 0; i < runs; i++) {
        double start = clock_microseconds();

        status = bench_run(&inputs->subject, mode, &result, &err);
        samples[i] = clock_microseconds() - start;
        if (floor == NULL)
            continue;
        start = clock_microseconds();
        if (!floor_run(floor, mode))
            return false;
        floor_samples[i] = clock_microseconds() - start;
    }
    clock_sort(samples, runs);
    if (floor == NULL) {
        printf("%s\t%.1f\t%.1f\t%.1f\t%s\n", floor_name(mode), samples[runs / 2],
               samples[runs / 10], samples[runs * 9 / 10], word_of(status, &result));
        return true;
    }
    clock_sort(floor_samples, runs);
    ratio = samples[runs / 2] / floor_samples[runs / 2];
    printf("%s\t%.1f\t%.1f\t%.2f\t%.2f\t%s\n", floor_name(mode), samples[runs / 2],
           floor_samples[runs / 2], ratio, floor_limit(mode), word_of(status, &result));
    return ratio <= floor_limit(mode);
}

static int run(struct inputs *inputs, bool ratio, struct tdx_error *err)
{
    double *samples = calloc(2 * inputs->runs, sizeof(*samples));
    struct floor_work floor = { 0 };
    enum tdx_status status;
    int code = TDX_EXIT_UNDECIDED;

    if (samples == NULL || (ratio && !floor_init(&floor)))
        goto done;
    status = bench_prepare(&inputs->subject, err);
    code = TDX_EXIT_YES;
    for (unsigned mode = 0; mode < FLOOR_MODES; mode++) {
        if (mode != FLOOR_COLD && status != TDX_OK)
            printf("%s\t-\t-\t-\t%s\n", floor_name((enum floor_mode)mode), status_id(status));
        else if (!measure(inputs, (enum floor_mode)mode, ratio ? &floor : NULL, samples,
                          samples + inputs->runs))
            code = TDX_EXIT_NO;
    }
done:
    bench_clear(&inputs->subject);
    floor_clear(&floor);
    free(samples);
    return code;
}

int main(int argc, char **argv)
{
    struct inputs inputs = { .subject.anchor = *trust_anchor_intel() };
    struct tdx_error err = { 0 };
    bool ratio = argc > 1 && strcmp(argv[1], "--ratio") == 0;
    char **arguments = argv + 1 + ratio;
    int count = argc - 1 - ratio, code = TDX_EXIT_USAGE;
    enum tdx_status status = TDX_USAGE;

    if (ratio && count == 1) {
        inputs.runs = strtoul(arguments[0], NULL, 10);
        status = simulate(&inputs, &err);
    } else if (count == 4 || count == 5) {
        inputs.runs = strtoul(arguments[3], NULL, 10);
        status = load_files(arguments, &inputs, &err);
    }
    if (status == TDX_OK && inputs.runs > 0 && inputs.runs <= RUNS_LARGEST) {
        code = run(&inputs, ratio, &err);
    } else {
        fprintf(stderr, "usage: %s [--ratio] QUOTE BUNDLE UNIX_SECONDS N [TRUST_ANCHOR.pem]\n%s\n",
                argv[0], err.detail);
    }
    file_content_free(&inputs.quote);
    file_content_free(&inputs.bundle);
    text_free(&inputs.made_quote);
    text_free(&inputs.made_bundle);
    return code;
}
