/* SPDX-License-Identifier: Apache-2.0 */
/* What a fuzz target and its two mains share; how to add a target: tests/fuzz/local.mk. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"

/* The target: feeds one input to the code under test and aborts (fuzz_require()) on a broken
 * invariant. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Seeds, made by code: writes the seed of that number to out and returns its size; 0 when there
 * are no more. Called with 0, 1, 2, ... */
size_t fuzz_seed(unsigned number, uint8_t *out, size_t limit);
#define FUZZ_SEED_LIMIT ((size_t)256 << 10)

/* A copy in a heap block of exactly that size, so that ASan sees the first byte read too far. The
 * caller frees it. */
uint8_t *fuzz_copy(const uint8_t *data, size_t size);

/* For fuzz_seed(): the bytes of data, or of a string without its NUL, to out. Returns their number;
 * aborts if they do not fit. */
size_t fuzz_put(const void *data, size_t size, uint8_t *out, size_t limit);
size_t fuzz_put_string(const char *string, uint8_t *out, size_t limit);

/* Aborts, and says what broke. */
void fuzz_require(bool condition, const char *what);

/* The invariants of every parser: status and err agree, err has a detail. */
void fuzz_require_status(enum tdx_status status, const struct tdx_error *err);

#endif
