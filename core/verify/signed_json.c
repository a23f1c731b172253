/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify/signed_json.h"

#include <string.h>

#define WHOLE_DIGITS_SAFE 18 /* a whole number of so many digits fits 64 bits */

/* An escape at text[at], the backslash. Returns its length if it is the canonical one for what it
 * stands for, else 0. */
static size_t canonical_escape(const uint8_t *text, size_t left)
{
    static const char hex[] = "0123456789ABCDEF";
    const char *high, *low;
    unsigned code;

    if (left < 2)
        return 0;
    if (memchr("\"\\bfnrt", text[1], 7) != NULL)
        return 2;
    if (left < 6 || memcmp(text, "\\u00", 4) != 0)
        return 0;
    high = memchr(hex, text[4], sizeof(hex) - 1);
    low = memchr(hex, text[5], sizeof(hex) - 1);
    if (high == NULL || low == NULL)
        return 0;
    code = (unsigned)(high - hex) * 16 + (unsigned)(low - hex);
    if (code >= 0x20 || (code >= 8 && code <= 13 && code != 11)) /* others have a shorter form */
        return 0;
    return 6;
}

static bool is_number_byte(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || byte == '-';
}

/* The length of the number at text if it is whole, small enough and not -0, else 0. */
static size_t canonical_number(const uint8_t *text, size_t left)
{
    size_t length = 0;

    while (length < left && is_number_byte(text[length]))
        length++;
    if (length > WHOLE_DIGITS_SAFE || (length == 2 && memcmp(text, "-0", 2) == 0) ||
        (length < left && (text[length] == '.' || text[length] == 'e' || text[length] == 'E')))
        return 0;
    return length;
}

/* text has the grammar of JSON. */
bool signed_json_is_canonical(struct span text)
{
    bool in_string = false;

    for (size_t i = 0; i < text.size;) {
        uint8_t byte = text.data[i];
        size_t length = 1;

        if (byte == '"')
            in_string = !in_string;
        else if (in_string && byte == '\\')
            length = canonical_escape(text.data + i, text.size - i);
        else if (!in_string && byte <= ' ')
            length = 0;
        else if (!in_string && is_number_byte(byte))
            length = canonical_number(text.data + i, text.size - i);
        if (length == 0)
            return false;
        i += length;
    }
    return true;
}

static void write_string(struct text *out, struct span string)
{
    static const char short_forms[] = "btn.fr"; /* 8 to 13; 11 has none */

    text_add_char(out, '"');
    for (size_t i = 0; i < string.size; i++) {
        uint8_t byte = string.data[i];

        if (byte == '"' || byte == '\\')
            text_addf(out, "\\%c", byte);
        else if (byte >= 8 && byte <= 13 && byte != 11)
            text_addf(out, "\\%c", short_forms[byte - 8]);
        else if (byte < 0x20)
            text_addf(out, "\\u%04X", byte);
        else
            text_add_char(out, (char)byte);
    }
    text_add_char(out, '"');
}

/* Whole numbers within 64 bits. Others would have to be printed exactly as rapidjson prints its
 * doubles; Intel's documents have none. */
static void write_number(struct text *out, const struct json_place *place)
{
    struct span raw = json_raw(place);

    if (raw.data[0] == '-')
        text_addf(out, "%lld", (long long)json_as_int(place, INT64_MIN, INT64_MAX));
    else
        text_addf(out, "%llu", (unsigned long long)json_as_uint(place, UINT64_MAX));
}

/* Recursion is bounded by the depth that the parser allowed. */
static void write_value(struct text *out, const struct json_place *place)
{
    enum json_type type = json_type_of(place);
    struct json_place item = { 0 };
    struct span raw = json_raw(place);

    switch (type) {
    case JSON_STRING:
        write_string(out, json_as_string(place));
        break;
    case JSON_NUMBER:
        write_number(out, place);
        break;
    case JSON_ARRAY:
    case JSON_OBJECT:
        text_add_char(out, type == JSON_OBJECT ? '{' : '[');
        for (bool follows = false; json_next(place, &item); follows = true) {
            if (follows)
                text_add_char(out, ',');
            if (type == JSON_OBJECT) {
                write_string(out, json_name(&item));
                text_add_char(out, ':');
            }
            write_value(out, &item);
        }
        text_add_char(out, type == JSON_OBJECT ? '}' : ']');
        break;
    default:
        text_add_n(out, (const char *)raw.data, raw.size);
        break;
    }
}

enum tdx_status signed_json_parse(struct span text, enum tdx_status bad, struct signed_json *ret,
                                  struct tdx_error *err)
{
    struct signed_json document = { 0 };
    struct json_reader reader = { .bad = bad, .err = err };
    struct tdx_error why = { 0 };
    struct json_place root;
    enum tdx_status status = json_parse(text, SIGNED_JSON_DEPTH, &document.json, &why);

    if (status != TDX_OK)
        return status_fail(err, status == TDX_NO_MEMORY ? status : bad, "%s", why.detail);
    reader.json = document.json;
    root = json_root(&reader);
    document.canonical = text;
    if (json_type_of(&root) != JSON_OBJECT) {
        status = status_fail(err, bad, "it is no JSON object");
    } else if (!signed_json_is_canonical(text)) {
        write_value(&document.rewritten, &root);
        status = reader.status;
        if (status == TDX_OK && !text_ok(&document.rewritten))
            status = status_fail(err, TDX_NO_MEMORY, "a signed JSON text");
        document.canonical =
            (struct span){ (const uint8_t *)document.rewritten.data, document.rewritten.length };
    }
    if (status == TDX_OK)
        *ret = document;
    else
        signed_json_clear(&document);
    return status;
}

void signed_json_clear(struct signed_json *document)
{
    json_free(document->json);
    text_free(&document->rewritten);
    *document = (struct signed_json){ 0 };
}
