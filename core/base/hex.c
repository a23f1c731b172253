/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/hex.h"

void hex_encode(const void *data, size_t size, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *in = data;

    for (size_t i = 0; i < size; i++) {
        out[2 * i] = digits[in[i] >> 4];
        out[2 * i + 1] = digits[in[i] & 15];
    }
    out[2 * size] = '\0';
}

/* One more than the digit's value; 0 for what is no digit. */
static const uint8_t values[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

int hex_digit(char digit)
{
    return values[(uint8_t)digit] - 1;
}

enum tdx_status hex_decode(const char *text, size_t length, void *out, size_t limit,
                           size_t *ret_size, struct tdx_error *err)
{
    uint8_t *bytes = out;

    for (size_t i = 0; i < length; i++)
        if (hex_digit(text[i]) < 0)
            return status_fail(err, TDX_HEX_BAD, "character %zu is not a hexadecimal digit", i + 1);
    if (length % 2 != 0)
        return status_fail(err, TDX_HEX_BAD, "%zu digits: a byte has two, so it must be even",
                           length);
    if (length / 2 > limit)
        return status_fail(err, TDX_HEX_BAD, "%zu bytes, at most %zu fit", length / 2, limit);
    for (size_t i = 0; i < length / 2; i++)
        bytes[i] = (uint8_t)(hex_digit(text[2 * i]) << 4 | hex_digit(text[2 * i + 1]));
    if (ret_size != NULL)
        *ret_size = length / 2;
    return TDX_OK;
}

enum tdx_status hex_decode_exact(const char *text, size_t length, void *out, size_t size,
                                 struct tdx_error *err)
{
    if (length != 2 * size)
        return status_fail(err, TDX_HEX_BAD, "%zu characters, %zu are expected", length, 2 * size);
    return hex_decode(text, length, out, size, NULL, err);
}
