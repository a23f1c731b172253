/* SPDX-License-Identifier: Apache-2.0 */
/* verify_bench QUOTE BUNDLE UNIX_SECONDS N [TRUST_ANCHOR.pem]: how long a verification takes, in
 * one process, on bytes in memory. Prints a line for each mode, separated by tabs: its name, the
 * median, the 10th and the 90th percentile in microseconds, and the result.
 *   cold        raw quote and bundle text to verdict
 *   warm+leaf   the bundle was verified before, the PCK certificate was not seen yet
 *   warm        both are known */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/files.h"
#include "core/collateral/bundle.h"
#include "core/verify/verify.h"
#include "core/verify/verify_context.h"
#include "tests/bench/clock.h"

#define RUNS_LARGEST 1000000

struct subject {
    struct file_content quote, bundle;
    struct bundle parsed;
    struct trust_anchor anchor;
    struct verify_context *context;
    int64_t now;
};

static enum tdx_status cold(struct subject *subject, struct verification *ret,
                            struct tdx_error *err)
{
    struct bundle bundle = { 0 };
    enum tdx_status status = bundle_parse(file_content_span(&subject->bundle), &bundle, err);

    if (status == TDX_OK)
        status = verify_once(subject->quote.data, subject->quote.size, &bundle.parts, subject->now,
                             &subject->anchor, ret, err);
    bundle_free(&bundle);
    return status;
}

static enum tdx_status warm(struct subject *subject, struct verification *ret,
                            struct tdx_error *err)
{
    return verify_quote(subject->context, subject->quote.data, subject->quote.size, subject->now,
                        ret, err);
}

/* Forgets what the context knows from earlier quotes. */
static enum tdx_status warm_leaf(struct subject *subject, struct verification *ret,
                                 struct tdx_error *err)
{
    verify_context_forget(subject->context);
    return warm(subject, ret, err);
}

static const struct mode {
    const char *name;
    enum tdx_status (*run)(struct subject *, struct verification *, struct tdx_error *);
    bool needs_context;
} modes[] = {
    { "cold", cold, false },
    { "warm+leaf", warm_leaf, true },
    { "warm", warm, true },
};

static void measure(const struct mode *mode, struct subject *subject, double *samples, size_t runs)
{
    static struct verification result; /* large */
    struct tdx_error err = { 0 };
    enum tdx_status status = TDX_OK;

    for (size_t i = 0; i < runs; i++) {
        double start = clock_microseconds();

        status = mode->run(subject, &result, &err);
        samples[i] = clock_microseconds() - start;
    }
    clock_sort(samples, runs);
    printf("%s\t%.1f\t%.1f\t%.1f\t%s\n", mode->name, samples[runs / 2], samples[runs / 10],
           samples[runs * 9 / 10],
           status == TDX_OK ? tcb_status_word(result.tcb_status) : status_id(status));
}

static enum tdx_status load(struct subject *subject, char **argv, struct tdx_error *err)
{
    enum tdx_status status =
        file_read(argv[1], QUOTE_SIZE_LIMIT, FILE_READ_ANY, &subject->quote, err);

    if (status == TDX_OK)
        status = file_read(argv[2], BUNDLE_SIZE_LIMIT, FILE_READ_ANY, &subject->bundle, err);
    if (status == TDX_OK)
        status = bundle_parse(file_content_span(&subject->bundle), &subject->parsed, err);
    if (status == TDX_OK && argv[5] != NULL) {
        struct file_content pem = { 0 };

        status = file_read(argv[5], COLLATERAL_CHAIN_LIMIT, FILE_READ_ANY, &pem, err);
        if (status == TDX_OK)
            status = trust_anchor_parse(file_content_span(&pem), &subject->anchor, err);
        file_content_free(&pem);
    }
    return status;
}

int main(int argc, char **argv)
{
    struct subject subject = { .anchor = *trust_anchor_intel() };
    struct tdx_error err = { 0 };
    double *samples = NULL;
    enum tdx_status status, no_context;
    size_t runs;
    int code = TDX_EXIT_USAGE;

    if (argc != 5 && argc != 6) {
        fprintf(stderr, "usage: %s QUOTE BUNDLE UNIX_SECONDS N [TRUST_ANCHOR.pem]\n", argv[0]);
        return code;
    }
    subject.now = strtoll(argv[3], NULL, 10);
    runs = strtoul(argv[4], NULL, 10);
    samples = runs > 0 && runs <= RUNS_LARGEST ? calloc(runs, sizeof(*samples)) : NULL;
    status = samples != NULL ? load(&subject, argv, &err) : TDX_USAGE;
    if (status != TDX_OK) {
        fprintf(stderr, "%s: %s: %s\n", argv[0], status_message(status), err.detail);
        code = status_exit_code(status);
        goto done;
    }
    no_context =
        verify_context_new(&subject.parsed.parts, &subject.anchor, NULL, &subject.context, NULL);
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (modes[i].needs_context && subject.context == NULL)
            printf("%s\t-\t-\t-\t%s\n", modes[i].name, status_id(no_context));
        else
            measure(&modes[i], &subject, samples, runs);
    }
    code = 0;
done:
    verify_context_free(subject.context);
    bundle_free(&subject.parsed);
    file_content_free(&subject.quote);
    file_content_free(&subject.bundle);
    free(samples);
    return code;
}
