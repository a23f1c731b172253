/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/json_scan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hex.h"
#include "core/base/text.h"

struct scan {
    struct json *json;
    enum json_flavour flavour;
    const uint8_t *text;
    size_t size, at;
    unsigned depth, depth_limit;
    uint32_t open[JSON_DEPTH_LIMIT]; /* nodes of the objects and arrays around this place */
    struct tdx_error *err;
};

static enum tdx_status bad(const struct scan *scan, const char *what)
{
    return status_fail(scan->err, TDX_JSON_BAD, "%s, at byte %zu", what, scan->at);
}

/* The byte here, or -1 at the end. */
static int peek(const struct scan *scan)
{
    return scan->at < scan->size ? scan->text[scan->at] : -1;
}

static bool accept(struct scan *scan, char wanted)
{
    if (peek(scan) != wanted)
        return false;
    scan->at++;
    return true;
}

/* The comment that starts here. One without an end is left where it is, and refused as no value. */
static bool skip_comment(struct scan *scan)
{
    size_t left = scan->size - scan->at;
    const uint8_t *from, *end;

    if (scan->flavour != JSON_COMMENTED || left < 2)
        return false;
    from = scan->text + scan->at; /* the text of an empty span may be NULL */
    if (from[0] != '/')
        return false;
    if (from[1] == '/') {
        end = memchr(from, '\n', left);
        scan->at += end != NULL ? (size_t)(end - from) + 1 : left;
        return true;
    }
    end = from[1] == '*' ? memmem(from + 2, left - 2, "*/", 2) : NULL;
    if (end == NULL)
        return false;
    scan->at += (size_t)(end - from) + 2;
    return true;
}

static void skip_white(struct scan *scan)
{
    do {
        while (scan->at < scan->size &&
               (scan->text[scan->at] == ' ' || scan->text[scan->at] == '\n' ||
                scan->text[scan->at] == '\r' || scan->text[scan->at] == '\t'))
            scan->at++;
    } while (skip_comment(scan));
}

static enum tdx_status add_node(struct scan *scan, enum json_type type, uint32_t *ret)
{
    struct json *json = scan->json;
    struct json_node *grown;
    uint32_t capacity;

    if (json->node_count == JSON_NODES_LIMIT)
        return bad(scan, "too many values");
    if (json->node_count == json->node_capacity) {
        capacity = json->node_capacity > 0 ? 2 * json->node_capacity : 64;
        grown = realloc(json->node, capacity * sizeof(*grown));
        if (grown == NULL)
            return status_fail(scan->err, TDX_NO_MEMORY, "values of a JSON document");
        json->node = grown;
        json->node_capacity = capacity;
    }
    *ret = json->node_count++;
    json->node[*ret] = (struct json_node){ .start = (uint32_t)scan->at,
                                           .next = json->node_count,
                                           .type = (uint8_t)type };
    return TDX_OK;
}

static void end_node(struct scan *scan, uint32_t index)
{
    struct json_node *node = &scan->json->node[index];

    node->size = (uint32_t)scan->at - node->start;
    node->next = scan->json->node_count;
}

/* Four hex digits into *ret. */
static bool scan_hex4(struct scan *scan, uint32_t *ret)
{
    uint32_t value = 0;

    for (int i = 0; i < 4; i++, scan->at++) {
        int digit = peek(scan) < 0 ? -1 : hex_digit((char)peek(scan));

        if (digit < 0)
            return false;
        value = value << 4 | (uint32_t)digit;
    }
    *ret = value;
    return true;
}

static size_t put_utf8(uint8_t *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (uint8_t)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (uint8_t)(0xc0 | code >> 6);
        out[1] = (uint8_t)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (uint8_t)(0xe0 | code >> 12);
        out[1] = (uint8_t)(0x80 | (code >> 6 & 0x3f));
        out[2] = (uint8_t)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (uint8_t)(0xf0 | code >> 18);
    out[1] = (uint8_t)(0x80 | (code >> 12 & 0x3f));
    out[2] = (uint8_t)(0x80 | (code >> 6 & 0x3f));
    out[3] = (uint8_t)(0x80 | (code & 0x3f));
    return 4;
}

/* What follows a backslash, as UTF-8 into out (up to 4 bytes). Returns their number, 0 if bad. */
static size_t scan_escape(struct scan *scan, uint8_t *out)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    const char *found;
    uint32_t code, low;

    if (peek(scan) <= 0)
        return 0;
    found = strchr(names, peek(scan));
    if (found != NULL) {
        scan->at++;
        out[0] = (uint8_t)values[found - names];
        return 1;
    }
    if (!accept(scan, 'u') || !scan_hex4(scan, &code))
        return 0;
    if (code >= 0xdc00 && code <= 0xdfff)
        return 0;
    if (code >= 0xd800 && code <= 0xdbff) {
        if (!accept(scan, '\\') || !accept(scan, 'u') || !scan_hex4(scan, &low) || low < 0xdc00 ||
            low > 0xdfff)
            return 0;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    return put_utf8(out, code);
}

/* Why a string does not end here. */
static const char *no_end(const struct scan *scan)
{
    return peek(scan) < 0 ? "a string has no end" : "a control character in a string";
}

/* How many bytes from here on stand for themselves within a string. */
static size_t plain_run(const struct scan *scan)
{
    const uint8_t *text = scan->text + scan->at;
    size_t left = scan->size - scan->at, length = 0;

    while (length < left && text[length] >= 0x20 && text[length] != '"' && text[length] != '\\')
        length++;
    return length;
}

/* The rest of a string from its first escape on, resolved. */
static enum tdx_status scan_escaped(struct scan *scan, uint32_t index)
{
    struct json *json = scan->json;
    struct json_node *node = &json->node[index];
    size_t plain = scan->at - node->start - 1, length = plain;
    uint8_t *out;

    if (json->unescaped == NULL) {
        json->unescaped = malloc(scan->size);
        if (json->unescaped == NULL)
            return status_fail(scan->err, TDX_NO_MEMORY, "strings of a JSON document");
    }
    /* Resolved bytes are never more than the text they stand for. */
    out = (uint8_t *)json->unescaped + node->start;
    memcpy(out, scan->text + node->start + 1, plain);
    node->escaped = true;
    while (accept(scan, '\\')) {
        size_t run, added = scan_escape(scan, out + length);

        if (added == 0)
            return bad(scan, "a wrong escape in a string");
        length += added;
        run = plain_run(scan);
        memcpy(out + length, scan->text + scan->at, run);
        length += run;
        scan->at += run;
    }
    if (!accept(scan, '"'))
        return bad(scan, no_end(scan));
    node->count = (uint32_t)length;
    return TDX_OK;
}

struct span json_node_string(const struct json *json, const struct json_node *node)
{
    const uint8_t *data = node->escaped ? (const uint8_t *)json->unescaped + node->start
                                        : json->text.data + node->start + 1;

    return (struct span){ data, node->count };
}

/* FNV-1a. Collisions cost a comparison, no more. */
static uint32_t hash_of(struct span bytes)
{
    uint32_t hash = UINT32_C(2166136261);

    for (size_t i = 0; i < bytes.size; i++)
        hash = (hash ^ bytes.data[i]) * UINT32_C(16777619);
    return hash;
}

static enum tdx_status scan_string(struct scan *scan, uint32_t *ret)
{
    enum tdx_status status = add_node(scan, JSON_STRING, ret);
    struct json_node *node;

    if (status != TDX_OK)
        return status;
    scan->at++;
    scan->at += plain_run(scan);
    if (peek(scan) == '\\') {
        status = scan_escaped(scan, *ret);
        if (status != TDX_OK)
            return status;
    } else if (!accept(scan, '"')) {
        return bad(scan, no_end(scan));
    } else {
        node = &scan->json->node[*ret];
        node->count = (uint32_t)scan->at - node->start - 2;
    }
    end_node(scan, *ret);
    return TDX_OK;
}

static bool scan_digits(struct scan *scan)
{
    size_t first = scan->at;

    while (peek(scan) >= '0' && peek(scan) <= '9')
        scan->at++;
    return scan->at > first;
}

/* The point is left out and the exponent mended instead, because what strtod() takes for a point
 * depends on the locale. */
double json_number_value(const uint8_t *text, size_t size)
{
    char digits[JSON_NUMBER_LIMIT + 32];
    size_t length = 0, i = 0;
    long fraction = 0, exponent = 0;
    bool negative = false, in_fraction = false;

    for (; i < size && text[i] != 'e' && text[i] != 'E'; i++) {
        if (text[i] == '.') {
            in_fraction = true;
            continue;
        }
        digits[length++] = (char)text[i];
        fraction += in_fraction;
    }
    for (i++; i < size; i++) {
        if (text[i] == '-')
            negative = true;
        else if (text[i] != '+' && exponent < 100000)
            exponent = exponent * 10 + (text[i] - '0');
    }
    (void)snprintf(digits + length, sizeof(digits) - length, "e%ld",
                   (negative ? -exponent : exponent) - fraction);
    return strtod(digits, NULL);
}

static enum tdx_status scan_number(struct scan *scan)
{
    size_t first = scan->at;
    uint32_t index;
    enum tdx_status status = add_node(scan, JSON_NUMBER, &index);

    if (status != TDX_OK)
        return status;
    (void)accept(scan, '-'); /* optional */
    if (!accept(scan, '0') && !scan_digits(scan))
        return bad(scan, "this is no value");
    if (accept(scan, '.') && !scan_digits(scan))
        return bad(scan, "a digit is missing after the point of a number");
    if (accept(scan, 'e') || accept(scan, 'E')) {
        if (!accept(scan, '-'))
            (void)accept(scan, '+'); /* optional */
        if (!scan_digits(scan))
            return bad(scan, "a number has an empty exponent");
    }
    if (peek(scan) >= '0' && peek(scan) <= '9')
        return bad(scan, "a number starts with a needless zero");
    if (scan->at - first > JSON_NUMBER_LIMIT)
        return bad(scan, "a number is too long");
    if (scan->at - first > 19 || memchr(scan->text + first, 'e', scan->at - first) != NULL ||
        memchr(scan->text + first, 'E', scan->at - first) != NULL) {
        if (isinf(json_number_value(scan->text + first, scan->at - first)))
            return bad(scan, "a number is too large");
    }
    end_node(scan, index);
    return TDX_OK;
}

static enum tdx_status scan_word(struct scan *scan)
{
    static const struct {
        const char *word;
        enum json_type type;
    } words[] = { { "true", JSON_BOOL }, { "false", JSON_BOOL }, { "null", JSON_NULL } };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t length = strlen(words[i].word);
        enum tdx_status status;
        uint32_t index;

        if (scan->size - scan->at < length ||
            memcmp(scan->text + scan->at, words[i].word, length) != 0)
            continue;
        status = add_node(scan, words[i].type, &index);
        if (status != TDX_OK)
            return status;
        scan->at += length;
        end_node(scan, index);
        return TDX_OK;
    }
    return bad(scan, "this is no value");
}

/* The name at index, which belongs to object and was just read, is the first of its kind. */
static enum tdx_status check_name(struct scan *scan, uint32_t object, uint32_t index)
{
    struct json *json = scan->json;
    struct json_node *name = &json->node[index];
    struct span bytes = json_node_string(json, name);
    char quoted[64];

    name->hash = hash_of(bytes);
    if (scan->flavour == JSON_COMMENTED && bytes.size > 0 && bytes.data[0] == '#')
        return TDX_OK;
    for (uint32_t other = object + 1; other < index; other = json->node[other + 1].next) {
        const struct json_node *earlier = &json->node[other];

        if (earlier->hash == name->hash && span_equal(json_node_string(json, earlier), bytes))
            return status_fail(scan->err, TDX_JSON_DUPLICATE, "\"%s\", at byte %zu",
                               text_quote(bytes.data, bytes.size, quoted, sizeof(quoted)),
                               scan->at);
    }
    return TDX_OK;
}

/* A member's name and the colon; the value is next. */
static enum tdx_status scan_name(struct scan *scan)
{
    uint32_t object = scan->open[scan->depth - 1], index;
    enum tdx_status status;

    skip_white(scan);
    if (peek(scan) != '"')
        return bad(scan, "a member's name is missing");
    if (scan->json->node[object].count == JSON_MEMBERS_LIMIT)
        return bad(scan, "an object has too many members");
    status = scan_string(scan, &index);
    if (status == TDX_OK)
        status = check_name(scan, object, index);
    if (status != TDX_OK)
        return status;
    skip_white(scan);
    if (!accept(scan, ':'))
        return bad(scan, "a colon is missing after a member's name");
    scan->json->node[object].count++;
    return TDX_OK;
}

/* An opening bracket. Sets *empty if the closing one follows at once. */
static enum tdx_status scan_open(struct scan *scan, enum json_type type, bool *empty)
{
    enum tdx_status status;
    uint32_t index;

    if (scan->depth == scan->depth_limit)
        return bad(scan, "objects and arrays are nested too deeply");
    status = add_node(scan, type, &index);
    if (status != TDX_OK)
        return status;
    scan->at++;
    scan->open[scan->depth++] = index;
    skip_white(scan);
    *empty = peek(scan) == (type == JSON_OBJECT ? '}' : ']');
    if (*empty)
        return TDX_OK;
    if (type == JSON_OBJECT)
        return scan_name(scan);
    scan->json->node[index].count++;
    return TDX_OK;
}

/* After a value: closes what ends here, up to a comma that announces the next value (*more). */
static enum tdx_status scan_after_value(struct scan *scan, bool *more)
{
    *more = false;
    while (scan->depth > 0) {
        uint32_t index = scan->open[scan->depth - 1];
        bool object = scan->json->node[index].type == JSON_OBJECT;

        skip_white(scan);
        if (accept(scan, ',')) {
            *more = true;
            if (object)
                return scan_name(scan);
            scan->json->node[index].count++;
            return TDX_OK;
        }
        if (!accept(scan, object ? '}' : ']'))
            return bad(scan, object ? "a comma or } is missing" : "a comma or ] is missing");
        scan->depth--;
        end_node(scan, index);
    }
    return TDX_OK;
}

static enum tdx_status scan_value(struct scan *scan, bool *opened)
{
    bool empty = false;
    uint32_t index;
    enum tdx_status status;

    *opened = false;
    skip_white(scan);
    switch (peek(scan)) {
    case '{':
        status = scan_open(scan, JSON_OBJECT, &empty);
        *opened = !empty;
        return status;
    case '[':
        status = scan_open(scan, JSON_ARRAY, &empty);
        *opened = !empty;
        return status;
    case '"':
        return scan_string(scan, &index);
    case 't':
    case 'f':
    case 'n':
        return scan_word(scan);
    default:
        return scan_number(scan);
    }
}

enum tdx_status json_scan(struct span text, enum json_flavour flavour, unsigned depth,
                          struct json *json, struct tdx_error *err)
{
    struct scan scan = {
        .json = json, .flavour = flavour, .text = text.data, .size = text.size, .err = err
    };
    bool more = true, opened;

    scan.depth_limit = depth < JSON_DEPTH_LIMIT ? depth : JSON_DEPTH_LIMIT;
    json->text = text;
    if (text.size > JSON_SIZE_LIMIT)
        return status_fail(err, TDX_JSON_BAD, "it has %zu bytes, the limit is %zu", text.size,
                           JSON_SIZE_LIMIT);
    while (more) {
        enum tdx_status status = scan_value(&scan, &opened);

        if (status == TDX_OK && !opened)
            status = scan_after_value(&scan, &more);
        if (status != TDX_OK)
            return status;
    }
    skip_white(&scan);
    if (scan.at != scan.size)
        return bad(&scan, "something follows the value");
    return TDX_OK;
}

void json_clear(struct json *json)
{
    if (json == NULL)
        return;
    free(json->node);
    free(json->unescaped);
    *json = (struct json){ 0 };
}
