/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 in its canonical form only (RFC 4648 sections 4 and 5): one text for one sequence of
 * bytes, so that two texts that differ never mean the same token. */
#ifndef CORE_BASE_BASE64_H
#define CORE_BASE_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"
#include "core/base/text.h"

enum base64_form {
    BASE64_STANDARD, /* "+/", padded with '=' */
    BASE64_URL,      /* "-_", not padded, as JWS has it (RFC 7515 section 2) */
};

/* Appends the encoding of size bytes to out. */
void base64_encode(struct text *out, enum base64_form form, const void *data, size_t size);

/* An upper bound of the bytes that length characters can stand for. */
#define BASE64_BYTES(length) (((length) / 4 + 1) * 3)

/* Decodes exactly length characters into out, which has limit bytes. Refuses foreign characters,
 * white space, wrong or missing padding and non-zero spare bits.
 * Returns TDX_OK and the number of bytes in *ret_size, otherwise TDX_BASE64_BAD. */
enum tdx_status base64_decode(const char *text, size_t length, enum base64_form form, void *out,
                              size_t limit, size_t *ret_size, struct tdx_error *err) TDX_MUST_CHECK;

#endif
