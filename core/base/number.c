/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/number.h"

#include <string.h>

#include "core/base/hex.h"
#include "core/base/span_text.h"

struct maybe_u64 maybe_u64(uint64_t value)
{
    return (struct maybe_u64){ .known = true, .value = value };
}

static bool take(struct span *in, unsigned base, uint64_t *ret)
{
    uint64_t value = 0;
    size_t length = 0;

    for (; length < in->size; length++) {
        int digit = hex_digit((char)in->data[length]);

        if (digit < 0 || (unsigned)digit >= base)
            break;
        if (__builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, (unsigned)digit, &value))
            return false;
    }
    if (length == 0)
        return false;
    in->data += length;
    in->size -= length;
    *ret = value;
    return true;
}

bool number_take(struct span *in, uint64_t *ret)
{
    return take(in, 10, ret);
}

bool number_take_hex(struct span *in, uint64_t *ret)
{
    return take(in, 16, ret);
}

bool number_parse(const char *text, uint64_t max, uint64_t *ret)
{
    struct span in = span_of(text);
    uint64_t value;

    if (!number_take(&in, &value) || in.size > 0 || value > max)
        return false;
    *ret = value;
    return true;
}

struct maybe_u64 number_in_file(struct span content)
{
    uint64_t value;

    if (!number_take(&content, &value))
        return (struct maybe_u64){ 0 };
    for (size_t i = 0; i < content.size; i++)
        if (content.data[i] != ' ' && content.data[i] != '\n' && content.data[i] != '\t')
            return (struct maybe_u64){ 0 };
    return maybe_u64(value);
}

uint64_t number_add(uint64_t a, uint64_t b)
{
    uint64_t sum;

    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

uint64_t number_multiply(uint64_t a, uint64_t b)
{
    uint64_t product;

    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

uint64_t number_power_of_two(uint64_t value)
{
    uint64_t power = 1;

    while (power < value && power < UINT64_C(1) << 63)
        power <<= 1;
    return power;
}
