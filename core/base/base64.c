/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/base64.h"

static const char *alphabet(enum base64_form form)
{
    return form == BASE64_URL ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
                              : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
}

void base64_encode(struct text *out, enum base64_form form, const void *data, size_t size)
{
    const char *letters = alphabet(form);
    const uint8_t *in = data;

    for (size_t i = 0; i < size; i += 3) {
        size_t have = size - i < 3 ? size - i : 3;
        uint32_t group = (uint32_t)in[i] << 16;

        if (have > 1)
            group |= (uint32_t)in[i + 1] << 8;
        if (have > 2)
            group |= in[i + 2];
        for (size_t k = 0; k < 4; k++) {
            if (k <= have)
                text_add_char(out, letters[group >> (18 - 6 * k) & 63]);
            else if (form == BASE64_STANDARD)
                text_add_char(out, '=');
        }
    }
}

static int value_of(char character, enum base64_form form)
{
    if (character >= 'A' && character <= 'Z')
        return character - 'A';
    if (character >= 'a' && character <= 'z')
        return character - 'a' + 26;
    if (character >= '0' && character <= '9')
        return character - '0' + 52;
    if (character == (form == BASE64_URL ? '-' : '+'))
        return 62;
    if (character == (form == BASE64_URL ? '_' : '/'))
        return 63;
    return -1;
}

enum tdx_status base64_decode(const char *text, size_t length, enum base64_form form, void *out,
                              size_t limit, size_t *ret_size, struct tdx_error *err)
{
    uint8_t *bytes = out;
    size_t written = 0, letters = length;
    uint32_t group = 0;
    unsigned bits = 0;

    if (form == BASE64_STANDARD) {
        if (length % 4 != 0)
            return status_fail(err, TDX_BASE64_BAD, "%zu characters are no multiple of four",
                               length);
        for (int pad = 0; pad < 2 && letters > 0 && text[letters - 1] == '='; pad++)
            letters--;
    }
    if (letters % 4 == 1)
        return status_fail(err, TDX_BASE64_BAD, "%zu characters cannot be whole bytes", letters);
    for (size_t i = 0; i < letters; i++) {
        int value = value_of(text[i], form);

        if (value < 0)
            return status_fail(err, TDX_BASE64_BAD, "character %zu is not of the alphabet", i + 1);
        group = group << 6 | (uint32_t)value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            if (written == limit)
                return status_fail(err, TDX_BASE64_BAD, "more than %zu bytes", limit);
            bytes[written++] = (uint8_t)(group >> bits);
            group &= (1U << bits) - 1;
        }
    }
    if (group != 0)
        return status_fail(err, TDX_BASE64_BAD, "the spare bits at its end are not zero");
    *ret_size = written;
    return TDX_OK;
}
