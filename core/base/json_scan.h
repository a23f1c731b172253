/* SPDX-License-Identifier: Apache-2.0 */
/* The scanner below json.h: RFC 8259 text to a flat list of nodes. Readers of documents include
 * json.h; this header is for json.c, the canonical writer of signed JSON and the tests.
 *
 * The grammar is the strict one (that of rapidjson's default): no comments, no trailing commas, no
 * NaN, no leading zeros, no raw control characters, no lone surrogates, no number beyond a double,
 * nothing but white space after the value. Added to it: no object has two members of the same name
 * (escapes resolved), because readers disagree about which of them counts. Bytes outside ASCII are
 * not checked to be UTF-8. */
#ifndef CORE_BASE_JSON_SCAN_H
#define CORE_BASE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/status.h"

#define JSON_SIZE_LIMIT    ((size_t)48 << 20) /* bytes of text */
#define JSON_DEPTH_LIMIT   64                 /* objects and arrays within each other */
#define JSON_NODES_LIMIT   ((uint32_t)1 << 20)
#define JSON_MEMBERS_LIMIT 1024 /* of one object: names are compared pairwise */
#define JSON_NUMBER_LIMIT  400  /* characters of one number */

/* What a text may hold beyond the grammar above. */
enum json_flavour {
    JSON_STRICT,
    /* As people write policies and qcnl.conf: comments of both C kinds count as white space, and
     * names that start with '#' (fields switched off, notes) may stand in an object repeatedly. */
    JSON_COMMENTED,
};

enum json_type {
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
};

/* Values stand in the order of the text. After an object's node come its members, each a string
 * node (the name) and the value's node; after an array's node its elements. */
struct json_node {
    uint32_t start, size; /* of the text, in bytes: with quotes, with brackets */
    uint32_t next;        /* index of the node that follows this value and all within it */
    uint32_t count;       /* members or elements; of a string: bytes once escapes are resolved */
    uint32_t hash;        /* of a string's resolved bytes */
    uint8_t type;
    bool escaped; /* a string with at least one escape: its bytes lie in json.unescaped */
};

struct json {
    struct span text; /* borrowed */
    struct json_node *node;
    uint32_t node_count, node_capacity;
    char *unescaped; /* NULL, or text.size bytes: resolved strings, each where its text starts */
};

/* Scans text into *json, which the caller initialised with { 0 } and frees with json_clear(),
 * whatever the result. Objects and arrays may be nested depth deep (at most JSON_DEPTH_LIMIT).
 * Returns TDX_OK, JSON_BAD (what, and at which byte), JSON_DUPLICATE or NO_MEMORY. */
enum tdx_status json_scan(struct span text, enum json_flavour flavour, unsigned depth,
                          struct json *json, struct tdx_error *err) TDX_MUST_CHECK;
void json_clear(struct json *json);

/* The nearest double of a number's text: digits, point and exponent as the grammar has them, at
 * most JSON_NUMBER_LIMIT characters. HUGE_VAL where it is too large. Independent of the locale. */
double json_number_value(const uint8_t *text, size_t size);

/* The resolved bytes of a string node. Borrowed from json. */
struct span json_node_string(const struct json *json, const struct json_node *node);

#endif
