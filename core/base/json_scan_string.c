/* SPDX-License-Identifier: Apache-2.0 */
/* Strings of a JSON text, escapes resolved. */
#include <stdlib.h>
#include <string.h>

#include "core/base/hex.h"
#include "core/base/json_scan_internal.h"

/* Four hex digits into *ret. */
static bool scan_hex4(struct scan *scan, uint32_t *ret)
{
    uint32_t value = 0;

    for (int i = 0; i < 4; i++, scan->at++) {
        int digit = scan_peek(scan) < 0 ? -1 : hex_digit((char)scan_peek(scan));

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

    if (scan_peek(scan) <= 0)
        return 0;
    found = strchr(names, scan_peek(scan));
    if (found != NULL) {
        scan->at++;
        out[0] = (uint8_t)values[found - names];
        return 1;
    }
    if (!scan_accept(scan, 'u') || !scan_hex4(scan, &code))
        return 0;
    if (code >= 0xdc00 && code <= 0xdfff)
        return 0;
    if (code >= 0xd800 && code <= 0xdbff) {
        if (!scan_accept(scan, '\\') || !scan_accept(scan, 'u') || !scan_hex4(scan, &low) ||
            low < 0xdc00 || low > 0xdfff)
            return 0;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    return put_utf8(out, code);
}

/* Why a string does not end here. */
static const char *no_end(const struct scan *scan)
{
    return scan_peek(scan) < 0 ? "a string has no end" : "a control character in a string";
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
    while (scan_accept(scan, '\\')) {
        size_t run, added = scan_escape(scan, out + length);

        if (added == 0)
            return scan_bad(scan, "a wrong escape in a string");
        length += added;
        run = plain_run(scan);
        memcpy(out + length, scan->text + scan->at, run);
        length += run;
        scan->at += run;
    }
    if (!scan_accept(scan, '"'))
        return scan_bad(scan, no_end(scan));
    node->count = (uint32_t)length;
    return TDX_OK;
}

struct span json_node_string(const struct json *json, const struct json_node *node)
{
    const uint8_t *data = node->escaped ? (const uint8_t *)json->unescaped + node->start
                                        : json->text.data + node->start + 1;

    return (struct span){ data, node->count };
}

enum tdx_status scan_string(struct scan *scan, uint32_t *ret)
{
    enum tdx_status status = scan_add_node(scan, JSON_STRING, ret);
    struct json_node *node;

    if (status != TDX_OK)
        return status;
    scan->at++;
    scan->at += plain_run(scan);
    if (scan_peek(scan) == '\\') {
        status = scan_escaped(scan, *ret);
        if (status != TDX_OK)
            return status;
    } else if (!scan_accept(scan, '"')) {
        return scan_bad(scan, no_end(scan));
    } else {
        node = &scan->json->node[*ret];
        node->count = (uint32_t)scan->at - node->start - 2;
    }
    scan_end_node(scan, *ret);
    return TDX_OK;
}
