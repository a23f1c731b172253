/* SPDX-License-Identifier: Apache-2.0 */
/* The bounded reader: the only code that turns untrusted bytes into numbers.
 *
 * A shortage is sticky. Once a read asks for more than is left, the reader has failed: this read
 * and all later ones yield zeros and the position no longer moves. So a parser can be written as
 * the list of its fields and ask once, with bytes_complete() or bytes_ok(), before it acts on any
 * of them. A length that was read goes only into bytes_sub() or a comparison with a cap. */
#ifndef CORE_BASE_BYTES_H
#define CORE_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"

/* Borrowed bytes: whoever hands out a span says how long they stay valid. */
struct span {
    const uint8_t *data; /* may be NULL when size is 0 */
    size_t size;
};

struct bytes {
    const uint8_t *next; /* borrowed: valid as long as the buffer given to bytes_over() */
    size_t left;
    bool failed;
};

struct bytes bytes_over(const void *data, size_t size);
struct bytes bytes_over_span(struct span span);

/* Little-endian integers, as TDX and SGX structures store them. */
uint8_t bytes_u8(struct bytes *in);
uint16_t bytes_u16(struct bytes *in);
uint32_t bytes_u32(struct bytes *in);
uint64_t bytes_u64(struct bytes *in);
/* Big-endian, as the QGS frame has it. */
uint32_t bytes_u32_be(struct bytes *in);

/* Copies size bytes into out (zeros on shortage). */
void bytes_copy(struct bytes *in, void *out, size_t size);

/* Skips size bytes. bytes_skip_zero() returns whether all of them were zero (false on shortage). */
void bytes_skip(struct bytes *in, size_t size);
bool bytes_skip_zero(struct bytes *in, size_t size);

/* The next size bytes (borrowed), which in skips: as a span, or as a reader of their own for
 * length-prefixed fields. On shortage: an empty span, a reader that has failed. */
struct span bytes_span(struct bytes *in, size_t size);
struct bytes bytes_sub(struct bytes *in, size_t size);

/* True if nothing ran short so far; bytes_complete(): and nothing is left over. */
bool bytes_ok(const struct bytes *in) TDX_MUST_CHECK;
bool bytes_complete(const struct bytes *in) TDX_MUST_CHECK;

/* True if both have the same size and content. Not constant-time: not for secrets. */
bool span_equal(struct span a, struct span b) TDX_MUST_CHECK;
bool span_is_zero(struct span span) TDX_MUST_CHECK;

#endif
