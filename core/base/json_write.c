/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/json_write.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/rfc3339.h"
#include "core/base/span_text.h"

/* The length of the UTF-8 sequence at data (RFC 3629: shortest form, no surrogates), 0 if none. */
static size_t utf8_length(const uint8_t *data, size_t size)
{
    static const struct {
        uint8_t mask, lead;
        uint32_t smallest;
    } forms[] = {
        { 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 }
    };

    for (size_t length = 1; length <= sizeof(forms) / sizeof(forms[0]) && length <= size;
         length++) {
        uint32_t code = data[0] & (uint8_t)~forms[length - 1].mask;

        if ((data[0] & forms[length - 1].mask) != forms[length - 1].lead)
            continue;
        for (size_t i = 1; i < length; i++) {
            if ((data[i] & 0xc0) != 0x80)
                return 0;
            code = code << 6 | (data[i] & 0x3f);
        }
        if (code < forms[length - 1].smallest || code > 0x10ffff || (code & 0x1ff800) == 0xd800)
            return 0;
        return length;
    }
    return 0;
}

/* json-c copies bytes as they are: what is not UTF-8 is mended before it gets there. */
static struct json_object *new_string(struct span string)
{
    struct text mended = { 0 };
    struct json_object *value = NULL;

    for (size_t i = 0; i < string.size;) {
        size_t length = utf8_length(string.data + i, string.size - i);

        if (length == 0)
            text_add(&mended, "\xef\xbf\xbd");
        else
            text_add_n(&mended, (const char *)string.data + i, length);
        i += length > 0 ? length : 1;
    }
    if (text_ok(&mended) && mended.length <= INT_MAX)
        value = json_object_new_string_len(text_string(&mended), (int)mended.length);
    text_free(&mended);
    return value;
}

static void print(struct text *text, struct json_object *value, int flags)
{
    size_t length = 0;
    const char *printed =
        json_object_to_json_string_length(value, flags | JSON_C_TO_STRING_NOSLASHESCAPE, &length);

    if (printed == NULL)
        text->failed = true;
    else
        text_add_n(text, printed, length);
}

static void print_outermost(struct json_writer *out, struct json_object *value)
{
    print(out->text, value,
          out->indent ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED : JSON_C_TO_STRING_PLAIN);
    (void)json_object_put(value);
}

/* Puts value, which may be NULL for null, into the innermost open bracket, which then owns it. */
static void attach(struct json_writer *out, const char *name, struct json_object *value)
{
    struct json_object *into = out->depth > 0 ? out->open[out->depth - 1] : NULL;

    if (out->depth == 0) {
        print_outermost(out, value);
    } else if ((json_object_is_type(into, json_type_array)
                    ? json_object_array_add(into, value)
                    : json_object_object_add(into, name != NULL ? name : "", value)) != 0) {
        out->text->failed = true;
        (void)json_object_put(value);
    }
}

/* As attach(), for a value that cannot be null: NULL means that memory ran out. */
static void attach_value(struct json_writer *out, const char *name, struct json_object *value)
{
    if (value == NULL)
        out->text->failed = true;
    else
        attach(out, name, value);
}

void json_open(struct json_writer *out, const char *name, char bracket)
{
    struct json_object *value = bracket == '{' ? json_object_new_object() : json_object_new_array();

    if (value == NULL || out->depth == JSON_WRITE_DEPTH) {
        (void)json_object_put(value);
        out->text->failed = true;
        return;
    }
    if (out->depth > 0)
        attach(out, name, value);
    out->open[out->depth++] = value;
}

void json_close(struct json_writer *out, char bracket)
{
    (void)bracket; /* for the reader of the calling code */
    if (out->depth > 0 && --out->depth == 0)
        print_outermost(out, out->open[0]);
}

void json_put_bytes(struct json_writer *out, const char *name, struct span string)
{
    attach_value(out, name, new_string(string));
}

void json_put_string(struct json_writer *out, const char *name, const char *string)
{
    if (string == NULL)
        json_put_null(out, name);
    else
        json_put_bytes(out, name, span_of(string));
}

void json_put_hex(struct json_writer *out, const char *name, const void *data, size_t size)
{
    struct text hex = { 0 };

    text_add_hex(&hex, data, size);
    attach_value(out, name, text_ok(&hex) ? json_object_new_string(text_string(&hex)) : NULL);
    text_free(&hex);
}

void json_put_uint(struct json_writer *out, const char *name, uint64_t value)
{
    char digits[24];

    if (value <= INT64_MAX) {
        json_put_int(out, name, (int64_t)value);
        return;
    }
    /* json-c 0.13 has no unsigned integers: the digits are given with a value that holds them. */
    (void)snprintf(digits, sizeof(digits), "%" PRIu64, value);
    json_put_raw(out, name, span_of(digits));
}

void json_put_int(struct json_writer *out, const char *name, int64_t value)
{
    attach_value(out, name, json_object_new_int64(value));
}

void json_put_bool(struct json_writer *out, const char *name, bool value)
{
    attach_value(out, name, json_object_new_boolean(value));
}

void json_put_null(struct json_writer *out, const char *name)
{
    attach(out, name, NULL);
}

void json_put_time(struct json_writer *out, const char *name, int64_t seconds)
{
    char time[RFC3339_TEXT_SIZE];

    json_put_string(out, name, rfc3339_format(seconds, time));
}

/* A value that prints as the text it was given, byte for byte. */
void json_put_raw(struct json_writer *out, const char *name, struct span raw)
{
    struct json_object *value = json_object_new_double(0);
    char *copy = strndup((const char *)raw.data, raw.size);

    if (value == NULL || copy == NULL) {
        (void)json_object_put(value);
        free(copy);
        out->text->failed = true;
        return;
    }
    json_object_set_serializer(value, json_object_userdata_to_json_string, copy,
                               json_object_free_userdata);
    attach(out, name, value);
}

void json_quote(struct text *text, struct span string)
{
    struct json_object *value = new_string(string);

    if (value == NULL)
        text->failed = true;
    else
        print(text, value, JSON_C_TO_STRING_PLAIN);
    (void)json_object_put(value);
}

static void new_line(struct text *out, unsigned depth)
{
    text_add_char(out, '\n');
    for (unsigned i = 0; i < depth; i++)
        text_add(out, "  ");
}

/* The string that starts at json.data[at], as it stands. Returns its length. */
static size_t copy_string(struct span json, size_t at, struct text *out)
{
    size_t end = at + 1;

    while (end < json.size && json.data[end] != '"')
        end += json.data[end] == '\\' ? 2 : 1;
    end = end < json.size ? end + 1 : json.size;
    text_add_n(out, (const char *)json.data + at, end - at);
    return end - at;
}

void json_indent(struct span json, struct text *out)
{
    unsigned depth = 0;
    char last = '\0'; /* outside strings and white space */

    for (size_t i = 0; i < json.size; i++) {
        char byte = (char)json.data[i];
        bool opens = byte == '{' || byte == '[', closes = byte == '}' || byte == ']';

        if (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r')
            continue;
        depth -= closes && depth > 0;
        if (last == ',' || (closes ? last != '{' && last != '[' : last == '{' || last == '['))
            new_line(out, depth);
        last = byte;
        depth += opens;
        if (byte == '"')
            i += copy_string(json, i, out) - 1;
        else
            text_add_char(out, byte);
        if (byte == ':')
            text_add_char(out, ' ');
    }
}
