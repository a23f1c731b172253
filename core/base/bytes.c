/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/bytes.h"

#include <string.h>

struct bytes bytes_over(const void *data, size_t size)
{
    return (struct bytes){ .next = data, .left = size };
}

struct bytes bytes_over_span(struct span span)
{
    return bytes_over(span.data, span.size);
}

/* The one bounds check; every other function is built on it. */
static const uint8_t *take(struct bytes *in, size_t size)
{
    const uint8_t *start = in->next;

    if (in->failed || size > in->left) {
        in->failed = true;
        return NULL;
    }
    if (size > 0) /* NULL + 0 is undefined in C */
        in->next += size;
    in->left -= size;
    return start;
}

static uint64_t little_endian(struct bytes *in, size_t size)
{
    const uint8_t *raw = take(in, size);
    uint64_t value = 0;

    if (raw == NULL)
        return 0;
    for (size_t i = size; i > 0; i--)
        value = value << 8 | raw[i - 1];
    return value;
}

uint8_t bytes_u8(struct bytes *in)
{
    return (uint8_t)little_endian(in, 1);
}

uint16_t bytes_u16(struct bytes *in)
{
    return (uint16_t)little_endian(in, 2);
}

uint32_t bytes_u32(struct bytes *in)
{
    return (uint32_t)little_endian(in, 4);
}

uint64_t bytes_u64(struct bytes *in)
{
    return little_endian(in, 8);
}

uint32_t bytes_u32_be(struct bytes *in)
{
    const uint8_t *raw = take(in, 4);

    if (raw == NULL)
        return 0;
    return (uint32_t)raw[0] << 24 | (uint32_t)raw[1] << 16 | (uint32_t)raw[2] << 8 | raw[3];
}

void bytes_copy(struct bytes *in, void *out, size_t size)
{
    const uint8_t *raw = take(in, size);

    if (size == 0)
        return;
    if (raw == NULL)
        memset(out, 0, size);
    else
        memcpy(out, raw, size);
}

void bytes_skip(struct bytes *in, size_t size)
{
    (void)take(in, size); /* a shortage shows in in->failed */
}

bool bytes_skip_zero(struct bytes *in, size_t size)
{
    const uint8_t *raw = take(in, size);

    if (in->failed)
        return false;
    return span_is_zero((struct span){ raw, size });
}

struct span bytes_span(struct bytes *in, size_t size)
{
    const uint8_t *raw = take(in, size);

    if (in->failed)
        return (struct span){ NULL, 0 };
    return (struct span){ raw, size };
}

struct bytes bytes_sub(struct bytes *in, size_t size)
{
    struct span part = bytes_span(in, size);
    struct bytes sub = bytes_over_span(part);

    sub.failed = in->failed;
    return sub;
}

bool bytes_ok(const struct bytes *in)
{
    return !in->failed;
}

bool bytes_complete(const struct bytes *in)
{
    return !in->failed && in->left == 0;
}

bool span_equal(struct span a, struct span b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool span_is_zero(struct span span)
{
    uint8_t any = 0;

    for (size_t i = 0; i < span.size; i++)
        any |= span.data[i];
    return any == 0;
}
