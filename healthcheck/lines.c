/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/lines.h"

#include <stdio.h>
#include <string.h>

bool line_next(struct span *text, struct span *ret)
{
    const uint8_t *end;

    if (text->size == 0)
        return false;
    end = memchr(text->data, '\n', text->size);
    ret->data = text->data;
    ret->size = end != NULL ? (size_t)(end - text->data) : text->size;
    text->data += ret->size + (end != NULL ? 1 : 0);
    text->size -= ret->size + (end != NULL ? 1 : 0);
    if (ret->size > 0 && ret->data[ret->size - 1] == '\r')
        ret->size--;
    return true;
}

static bool is_white(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

bool word_next(struct span *text, struct span *ret)
{
    size_t at = 0, end;

    while (at < text->size && is_white(text->data[at]))
        at++;
    for (end = at; end < text->size && !is_white(text->data[end]);)
        end++;
    *ret = (struct span){ text->data + at, end - at };
    text->data += end;
    text->size -= end;
    return ret->size > 0;
}

struct span lines_value(struct span text, const char *key)
{
    size_t length = strlen(key);
    struct span line;

    while (line_next(&text, &line))
        if (line.size > length && memcmp(line.data, key, length) == 0 && line.data[length] == '=')
            return (struct span){ line.data + length + 1, line.size - length - 1 };
    return (struct span){ NULL, 0 };
}

struct maybe_u64 lines_number(struct span text, const char *key)
{
    return number_in_file(lines_value(text, key));
}

const char *lines_string(struct span text, const char *key, char *out, size_t size)
{
    return span_string(lines_value(text, key), out, size);
}

bool span_is(struct span span, const char *string)
{
    return span.size == strlen(string) &&
           (span.size == 0 || memcmp(span.data, string, span.size) == 0);
}

bool span_begins(struct span span, const char *string)
{
    size_t length = strlen(string);

    return span.size >= length && (length == 0 || memcmp(span.data, string, length) == 0);
}

bool span_contains(struct span span, const char *string)
{
    return span.size > 0 && memmem(span.data, span.size, string, strlen(string)) != NULL;
}

struct span span_trim(struct span span)
{
    while (span.size > 0 && is_white(span.data[0])) {
        span.data++;
        span.size--;
    }
    while (span.size > 0 && is_white(span.data[span.size - 1]))
        span.size--;
    return span;
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
    struct span value = span_trim(lines_value(text, name));

    if (value.size >= 2 && (value.data[0] == '"' || value.data[0] == '\'') &&
        value.data[value.size - 1] == value.data[0]) {
        value.data++;
        value.size -= 2;
    }
    return span_string(value, out, size);
}
