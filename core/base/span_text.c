/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/span_text.h"

#include <string.h>

struct span span_of(const char *string)
{
    return (struct span){ (const uint8_t *)string, strlen(string) };
}

bool span_is(struct span span, const char *string)
{
    return span_equal(span, span_of(string));
}

bool span_begins(struct span span, const char *string)
{
    return span_take(&span, string);
}

bool span_contains(struct span span, const char *string)
{
    return span_after(span, string).data != NULL;
}

struct span span_after(struct span text, const char *string)
{
    size_t length = strlen(string);
    const uint8_t *found = text.size > 0 ? memmem(text.data, text.size, string, length) : NULL;

    if (found == NULL)
        return (struct span){ NULL, 0 };
    span_skip(&text, (size_t)(found - text.data) + length);
    return text;
}

bool byte_is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

bool byte_is_white(uint8_t byte)
{
    return byte_is_blank(byte) || byte == '\n' || byte == '\r';
}

static struct span trim(struct span span, bool (*unwanted)(uint8_t byte))
{
    while (span.size > 0 && unwanted(span.data[0]))
        span_skip(&span, 1);
    while (span.size > 0 && unwanted(span.data[span.size - 1]))
        span.size--;
    return span;
}

struct span span_trim(struct span span)
{
    return trim(span, byte_is_white);
}

struct span span_trim_blanks(struct span span)
{
    return trim(span, byte_is_blank);
}

void span_skip(struct span *text, size_t size)
{
    if (size > 0) /* NULL + 0 is undefined in C */
        text->data += size;
    text->size -= size;
}

void span_skip_blanks(struct span *text)
{
    while (text->size > 0 && byte_is_blank(text->data[0]))
        span_skip(text, 1);
}

bool span_take(struct span *text, const char *string)
{
    size_t length = strlen(string);

    if (text->size < length || (length > 0 && memcmp(text->data, string, length) != 0))
        return false;
    span_skip(text, length);
    return true;
}

size_t span_line_end(struct span text, size_t at)
{
    const uint8_t *end = at < text.size ? memchr(text.data + at, '\n', text.size - at) : NULL;

    return end != NULL ? (size_t)(end - text.data) : text.size;
}

bool line_next(struct span *text, struct span *ret)
{
    size_t end = span_line_end(*text, 0);

    if (text->size == 0)
        return false;
    *ret = (struct span){ text->data, end };
    span_skip(text, end < text->size ? end + 1 : end);
    if (ret->size > 0 && ret->data[ret->size - 1] == '\r')
        ret->size--;
    return true;
}

bool word_next(struct span *text, struct span *ret)
{
    size_t end = 0;

    while (text->size > 0 && byte_is_white(text->data[0]))
        span_skip(text, 1);
    while (end < text->size && !byte_is_white(text->data[end]))
        end++;
    *ret = (struct span){ text->data, end };
    span_skip(text, end);
    return end > 0;
}

const char *span_string(struct span span, char *out, size_t size)
{
    size_t length = span.size < size - 1 ? span.size : size - 1;

    if (length > 0)
        memcpy(out, span.data, length);
    out[length] = '\0';
    return out;
}

const char *os_release_value(struct span text, const char *name, char *out, size_t size)
{
    struct span line, value = { NULL, 0 };

    while (line_next(&text, &line))
        if (span_take(&line, name) && span_take(&line, "="))
            value = span_trim(line);
    if (value.size >= 2 && (value.data[0] == '"' || value.data[0] == '\'') &&
        value.data[value.size - 1] == value.data[0])
        value = (struct span){ value.data + 1, value.size - 2 };
    return span_string(value, out, size);
}
