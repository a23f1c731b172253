/* SPDX-License-Identifier: Apache-2.0 */
/* The place in a text that json_scan.c and its parts for strings and numbers share. For these only.
 */
#ifndef CORE_BASE_JSON_SCAN_INTERNAL_H
#define CORE_BASE_JSON_SCAN_INTERNAL_H

#include "core/base/json_scan.h"

struct scan {
    struct json *json;
    enum json_flavour flavour;
    const uint8_t *text;
    size_t size, at;
    unsigned depth, depth_limit;
    uint32_t open[JSON_DEPTH_LIMIT]; /* nodes of the objects and arrays around this place */
    struct tdx_error *err;
};

/* Fails with JSON_BAD: what, and at which byte. */
enum tdx_status scan_bad(const struct scan *scan, const char *what) TDX_MUST_CHECK;

/* The byte here, or -1 at the end. */
static inline int scan_peek(const struct scan *scan)
{
    return scan->at < scan->size ? scan->text[scan->at] : -1;
}

static inline bool scan_accept(struct scan *scan, char wanted)
{
    if (scan_peek(scan) != wanted)
        return false;
    scan->at++;
    return true;
}

/* Appends a node for a value that starts here; its size and next are set at its end. The nodes may
 * move. */
enum tdx_status scan_add_node(struct scan *scan, enum json_type type, uint32_t *ret) TDX_MUST_CHECK;
void scan_end_node(struct scan *scan, uint32_t index);

/* A string, whose opening quote is here; a number, or whatever else starts here and is none. */
enum tdx_status scan_string(struct scan *scan, uint32_t *ret) TDX_MUST_CHECK;
enum tdx_status scan_number(struct scan *scan) TDX_MUST_CHECK;

#endif
