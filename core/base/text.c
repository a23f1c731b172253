/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hex.h"

/* Makes room for more characters and the NUL. */
static bool reserve(struct text *text, size_t more)
{
    size_t limit = text->limit > 0 ? text->limit : TEXT_LIMIT;
    size_t wanted, capacity;
    char *grown;

    if (text->failed || more > limit || text->length > limit - more) {
        text->failed = true;
        return false;
    }
    wanted = text->length + more + 1;
    if (wanted <= text->capacity)
        return true;
    capacity = text->capacity > 0 ? text->capacity : 128;
    while (capacity < wanted)
        capacity *= 2; /* cannot wrap: wanted is at most limit + 1 */
    grown = realloc(text->data, capacity);
    if (grown == NULL) {
        text->failed = true;
        return false;
    }
    text->data = grown;
    text->capacity = capacity;
    return true;
}

void text_add_n(struct text *text, const char *data, size_t size)
{
    if (!reserve(text, size))
        return;
    if (size > 0)
        memcpy(text->data + text->length, data, size);
    text->length += size;
    text->data[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
    text_add_n(text, string, strlen(string));
}

void text_add_char(struct text *text, char character)
{
    text_add_n(text, &character, 1);
}

void text_addf(struct text *text, const char *format, ...)
{
    va_list arguments, again;
    int needed;

    va_start(arguments, format);
    va_copy(again, arguments);
    needed = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (needed < 0) {
        text->failed = true;
    } else if (reserve(text, (size_t)needed)) {
        (void)vsnprintf(text->data + text->length, (size_t)needed + 1, format, again);
        text->length += (size_t)needed;
    }
    va_end(again);
}

void text_add_hex(struct text *text, const void *data, size_t size)
{
    if (size > TEXT_LIMIT / 2 || !reserve(text, 2 * size)) {
        text->failed = true;
        return;
    }
    hex_encode(data, size, text->data + text->length);
    text->length += 2 * size;
}

static bool is_plain(uint8_t byte)
{
    return byte >= 0x20 && byte < 0x7f && byte != '\\';
}

void text_add_quoted(struct text *text, const void *data, size_t size, size_t shown_limit)
{
    const uint8_t *in = data;
    size_t shown = 0;

    for (size_t i = 0; i < size; i++) {
        size_t width = is_plain(in[i]) ? 1 : 4;

        if (width > shown_limit - shown) {
            text_add(text, "...");
            return;
        }
        if (width == 1)
            text_add_char(text, (char)in[i]);
        else
            text_addf(text, "\\x%02x", in[i]);
        shown += width;
    }
}

void text_add_wrapped(struct text *text, const char *paragraph, size_t length, size_t at,
                      size_t indent, size_t columns)
{
    bool first = true;

    while (length > 0) {
        size_t word = 0;

        while (word < length && paragraph[word] != ' ')
            word++;
        if (!first && at + 1 + word > columns) {
            text_addf(text, "\n%*s", (int)indent, "");
            at = indent;
        } else if (!first) {
            text_add_char(text, ' ');
            at++;
        }
        text_add_n(text, paragraph, word);
        at += word;
        first = false;
        while (word < length && paragraph[word] == ' ')
            word++;
        paragraph += word;
        length -= word;
    }
    text_add_char(text, '\n');
}

bool text_ok(const struct text *text)
{
    return !text->failed;
}

const char *text_string(const struct text *text)
{
    return text->data != NULL ? text->data : "";
}

struct span text_span(const struct text *text)
{
    return (struct span){ (const uint8_t *)text_string(text), text->length };
}

char *text_take(struct text *text)
{
    char *taken = NULL;

    if (!text->failed && reserve(text, 0)) {
        text->data[text->length] = '\0';
        taken = text->data;
        *text = (struct text){ .limit = text->limit };
    }
    return taken;
}

void text_clear(struct text *text)
{
    text->length = 0;
    text->failed = false;
    if (text->data != NULL)
        text->data[0] = '\0';
}

void text_free(struct text *text)
{
    if (text == NULL)
        return;
    free(text->data);
    *text = (struct text){ .limit = text->limit };
}

const char *text_quote(const void *data, size_t size, char *out, size_t out_size)
{
    struct text quoted = { 0 };

    if (out_size == 0)
        return "";
    text_add_quoted(&quoted, data, size, out_size > 4 ? out_size - 4 : 0);
    (void)snprintf(out, out_size, "%s", text_ok(&quoted) ? text_string(&quoted) : "?");
    text_free(&quoted);
    return out;
}
