/* SPDX-License-Identifier: Apache-2.0 */
/* The three ways to verify that are timed; verify_bench.c tells what they are. */
#ifndef TESTS_BENCH_MODES_H
#define TESTS_BENCH_MODES_H

#include <stdint.h>

#include "core/base/bytes.h"
#include "core/collateral/bundle.h"
#include "core/verify/verify.h"
#include "tests/bench/floor.h"

/* Everything in memory. Initialise with { 0 } and set quote, bundle, anchor, now (borrowed). */
struct bench_subject {
    struct span quote, bundle; /* raw quote, text of the bundle */
    struct trust_anchor anchor;
    int64_t now;
    struct bundle parsed;
    struct verify_context *context; /* NULL where the bundle does not verify */
};

/* Prepares the warm modes. Returns what the bundle's parsing or the context said. */
enum tdx_status bench_prepare(struct bench_subject *subject, struct tdx_error *err) TDX_MUST_CHECK;
void bench_clear(struct bench_subject *subject);

/* One verification. */
enum tdx_status bench_run(struct bench_subject *subject, enum floor_mode mode,
                          struct verification *ret, struct tdx_error *err) TDX_MUST_CHECK;

#endif
