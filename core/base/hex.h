/* SPDX-License-Identifier: Apache-2.0 */
/* Hexadecimal text, independent of the locale. */
#ifndef CORE_BASE_HEX_H
#define CORE_BASE_HEX_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"

/* Characters that size bytes take as hex, with the final NUL. */
#define HEX_TEXT_SIZE(size) (2 * (size) + 1)

/* Writes 2 * size lower-case digits and a NUL to out. */
void hex_encode(const void *data, size_t size, char *out);

/* The value of one digit of either case, or -1. */
int hex_digit(char digit) TDX_MUST_CHECK;

/* Reads the length characters at text, digits of either case, two for each byte, at most limit
 * bytes. Returns TDX_OK, writes the bytes to out and their number to *ret_size (may be NULL);
 * otherwise TDX_HEX_BAD with the reason (odd length, which digit, too long), and out is
 * unspecified. */
enum tdx_status hex_decode(const char *text, size_t length, void *out, size_t limit,
                           size_t *ret_size, struct tdx_error *err) TDX_MUST_CHECK;

/* As hex_decode(), and it must be exactly size bytes. */
enum tdx_status hex_decode_exact(const char *text, size_t length, void *out, size_t size,
                                 struct tdx_error *err) TDX_MUST_CHECK;

#endif
