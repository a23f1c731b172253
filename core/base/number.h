/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers in text that is not ours: no sign, no white space, no locale, no overflow, and a caller
 * who always learns whether there was one. */
#ifndef CORE_BASE_NUMBER_H
#define CORE_BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/status.h"

/* A number that may be unknown. "Not known" is never zero. */
struct maybe_u64 {
    bool known;
    uint64_t value; /* 0 unless known */
};

struct maybe_u64 maybe_u64(uint64_t value);

/* Takes the digits that in begins with. Returns true and the value in *ret; false, and in is as it
 * was, if there is no digit or the value needs more than 64 bits. */
bool number_take(struct span *in, uint64_t *ret) TDX_MUST_CHECK;
/* The same for hexadecimal digits of either case, without "0x". */
bool number_take_hex(struct span *in, uint64_t *ret) TDX_MUST_CHECK;

/* The decimal number that text is, from its first character to its last, at most max. Returns
 * false and leaves *ret alone for anything else. */
bool number_parse(const char *text, uint64_t max, uint64_t *ret) TDX_MUST_CHECK;

/* As number_parse(), for the content of a file such as those in /sys: one number, then nothing but
 * white space. */
struct maybe_u64 number_in_file(struct span content) TDX_MUST_CHECK;

/* Never wrap: the largest number stands for everything above it. */
uint64_t number_add(uint64_t a, uint64_t b);
uint64_t number_multiply(uint64_t a, uint64_t b);

/* The least power of two that is not below value; 2^63 for anything above that. */
uint64_t number_power_of_two(uint64_t value);

#endif
