/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_der.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/base64.h"
#include "core/base/rfc3339.h"

void sim_add(struct text *out, const void *data, size_t size)
{
    text_add_n(out, data, size);
}

void sim_add_text(struct text *out, const struct text *from)
{
    if (!text_ok(from))
        out->failed = true;
    else
        text_add_n(out, text_string(from), from->length);
}

static void add_byte(struct text *out, unsigned byte)
{
    text_add_char(out, (char)(uint8_t)byte);
}

size_t der_begin(struct text *out, unsigned tag)
{
    add_byte(out, tag);
    return out->length;
}

void der_end(struct text *out, size_t begun)
{
    size_t size = out->length - begun;
    uint8_t head[1 + sizeof(size_t)];
    size_t count = 0;

    if (size < 0x80) {
        head[count++] = (uint8_t)size;
    } else {
        size_t bytes = 1;

        while (size >> (8 * bytes) != 0)
            bytes++;
        head[count++] = (uint8_t)(0x80 | bytes);
        while (bytes-- > 0)
            head[count++] = (uint8_t)(size >> (8 * bytes));
    }
    sim_add(out, head, count); /* makes room; its place is further ahead */
    if (!text_ok(out))
        return;
    memmove(out->data + begun + count, out->data + begun, size);
    memcpy(out->data + begun, head, count);
}

void der_element(struct text *out, unsigned tag, const void *data, size_t size)
{
    size_t begun = der_begin(out, tag);

    sim_add(out, data, size);
    der_end(out, begun);
}

void der_unsigned(struct text *out, unsigned tag, const uint8_t *data, size_t size)
{
    size_t begun = der_begin(out, tag);

    while (size > 1 && data[0] == 0) {
        data++;
        size--;
    }
    if (size == 0 || (data[0] & 0x80) != 0)
        add_byte(out, 0);
    sim_add(out, data, size);
    der_end(out, begun);
}

void der_number(struct text *out, unsigned tag, uint64_t number)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(number >> (56 - 8 * i));
    der_unsigned(out, tag, bytes, sizeof(bytes));
}

void der_boolean(struct text *out, bool value)
{
    uint8_t byte = value ? 0xff : 0;

    der_element(out, DER_BOOLEAN, &byte, 1);
}

void der_bits(struct text *out, const uint8_t *data, size_t size)
{
    size_t begun = der_begin(out, DER_BIT_STRING);

    add_byte(out, 0);
    sim_add(out, data, size);
    der_end(out, begun);
}

static void add_base128(struct text *out, unsigned long value)
{
    unsigned shift = 0;

    while (value >> (shift + 7) != 0)
        shift += 7;
    for (; shift > 0; shift -= 7)
        add_byte(out, 0x80 | (unsigned)((value >> shift) & 0x7f));
    add_byte(out, (unsigned)(value & 0x7f));
}

void der_oid(struct text *out, const char *dotted)
{
    size_t begun = der_begin(out, DER_OID);
    char *next;
    unsigned long first = strtoul(dotted, &next, 10);
    bool second = true;

    while (*next == '.') {
        unsigned long value = strtoul(next + 1, &next, 10);

        add_base128(out, second ? first * 40 + value : value);
        second = false;
    }
    der_end(out, begun);
}

void der_string(struct text *out, unsigned tag, const char *string)
{
    der_element(out, tag, string, strlen(string));
}

void der_time(struct text *out, int64_t seconds)
{
    char text[RFC3339_TEXT_SIZE];
    bool generalized = seconds >= rfc3339_seconds(2050, 1, 1, 0, 0, 0);
    size_t begun = der_begin(out, generalized ? DER_GENERALIZED_TIME : DER_UTC_TIME);

    rfc3339_format(seconds, text);
    for (size_t i = generalized ? 0 : 2; text[i] != '\0'; i++)
        if (text[i] != '-' && text[i] != ':' && text[i] != 'T')
            text_add_char(out, text[i]);
    der_end(out, begun);
}

void sim_pem(struct text *out, const char *label, const struct text *der)
{
    struct text encoded = { 0 };

    base64_encode(&encoded, BASE64_STANDARD, text_string(der), der->length);
    text_addf(out, "-----BEGIN %s-----\n", label);
    for (size_t at = 0; at < encoded.length; at += 64) {
        size_t left = encoded.length - at;

        text_add_n(out, encoded.data + at, left < 64 ? left : 64);
        text_add_char(out, '\n');
    }
    text_addf(out, "-----END %s-----\n", label);
    if (!text_ok(&encoded) || !text_ok(der))
        out->failed = true;
    text_free(&encoded);
}
