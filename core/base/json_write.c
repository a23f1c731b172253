/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/json_write.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/rfc3339.h"

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

static void add_character(struct text *text, uint8_t byte)
{
    static const char short_names[] = "btn.fr"; /* 8 to 13; 11 has none */

    if (byte == '"' || byte == '\\')
        text_addf(text, "\\%c", byte);
    else if (byte >= 8 && byte <= 13 && byte != 11)
        text_addf(text, "\\%c", short_names[byte - 8]);
    else if (byte < 0x20 || byte == 0x7f)
        text_addf(text, "\\u%04X", byte);
    else
        text_add_char(text, (char)byte);
}

void json_quote(struct text *text, struct span string)
{
    text_add_char(text, '"');
    for (size_t i = 0; i < string.size;) {
        size_t length = utf8_length(string.data + i, string.size - i);

        if (length == 0)
            text_add(text, "\xef\xbf\xbd");
        else if (length == 1)
            add_character(text, string.data[i]);
        else
            text_add_n(text, (const char *)string.data + i, length);
        i += length > 0 ? length : 1;
    }
    text_add_char(text, '"');
}

static struct span span_of(const char *string)
{
    return (struct span){ (const uint8_t *)string, strlen(string) };
}

static void new_line(struct json_writer *out)
{
    if (!out->indent)
        return;
    text_add_char(out->text, '\n');
    for (unsigned i = 0; i < out->depth; i++)
        text_add_char(out->text, ' ');
}

/* What stands before a value. */
static void begin(struct json_writer *out, const char *name)
{
    if (out->follows)
        text_add_char(out->text, ',');
    if (out->depth > 0)
        new_line(out);
    out->follows = true;
    if (name != NULL) {
        json_quote(out->text, span_of(name));
        text_add(out->text, out->indent ? ": " : ":");
    }
}

void json_open(struct json_writer *out, const char *name, char bracket)
{
    begin(out, name);
    text_add_char(out->text, bracket);
    out->depth++;
    out->follows = false;
}

void json_close(struct json_writer *out, char bracket)
{
    bool empty = !out->follows;

    if (out->depth > 0)
        out->depth--;
    if (!empty)
        new_line(out);
    text_add_char(out->text, bracket);
    out->follows = true;
}

void json_put_bytes(struct json_writer *out, const char *name, struct span string)
{
    begin(out, name);
    json_quote(out->text, string);
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
    begin(out, name);
    text_add_char(out->text, '"');
    text_add_hex(out->text, data, size);
    text_add_char(out->text, '"');
}

void json_put_uint(struct json_writer *out, const char *name, uint64_t value)
{
    begin(out, name);
    text_addf(out->text, "%" PRIu64, value);
}

void json_put_int(struct json_writer *out, const char *name, int64_t value)
{
    begin(out, name);
    text_addf(out->text, "%" PRId64, value);
}

void json_put_bool(struct json_writer *out, const char *name, bool value)
{
    begin(out, name);
    text_add(out->text, value ? "true" : "false");
}

void json_put_null(struct json_writer *out, const char *name)
{
    begin(out, name);
    text_add(out->text, "null");
}

void json_put_time(struct json_writer *out, const char *name, int64_t seconds)
{
    char time[RFC3339_TEXT_SIZE];

    json_put_string(out, name, rfc3339_format(seconds, time));
}

void json_put_raw(struct json_writer *out, const char *name, struct span raw)
{
    begin(out, name);
    text_add_n(out->text, (const char *)raw.data, raw.size);
}
