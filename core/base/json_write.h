/* SPDX-License-Identifier: Apache-2.0 */
/* Writing JSON into a text (text.h), compact or indented, with json-c. Failure is the text's:
 * text_ok(). The text grows when the outermost bracket is closed.
 *
 *     struct json_writer out = { .text = &text, .indent = true };
 *     json_open(&out, NULL, '{');
 *     json_put_string(&out, "tcb_status", "UpToDate");
 *     json_open(&out, "rtmr", '[');
 *     json_put_hex(&out, NULL, rtmr, 48);
 *     json_close(&out, ']');
 *     json_close(&out, '}');
 *
 * name is the member's, NULL within an array and for the outermost value. Slashes are not escaped;
 * bytes that are not UTF-8 become U+FFFD, so that the output is always JSON. */
#ifndef CORE_BASE_JSON_WRITE_H
#define CORE_BASE_JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/text.h"

#define JSON_WRITE_DEPTH 16

struct json_object;

struct json_writer {
    struct text *text; /* borrowed */
    bool indent;       /* one member to a line, two spaces for each level */
    unsigned depth;    /* internal: how many of those below are open */
    struct json_object *open[JSON_WRITE_DEPTH]; /* internal: the first owns the others */
};

void json_open(struct json_writer *out, const char *name, char bracket);
void json_close(struct json_writer *out, char bracket);

void json_put_string(struct json_writer *out, const char *name,
                     const char *string); /* NULL: null */
void json_put_bytes(struct json_writer *out, const char *name, struct span string);
void json_put_hex(struct json_writer *out, const char *name, const void *data, size_t size);
void json_put_uint(struct json_writer *out, const char *name, uint64_t value);
void json_put_int(struct json_writer *out, const char *name, int64_t value);
void json_put_bool(struct json_writer *out, const char *name, bool value);
void json_put_null(struct json_writer *out, const char *name);
void json_put_time(struct json_writer *out, const char *name, int64_t seconds); /* RFC 3339 */
/* raw is JSON already. */
void json_put_raw(struct json_writer *out, const char *name, struct span raw);

/* Appends JSON that was checked to be JSON with line ends and two spaces for each level; numbers
 * and strings stay as they are written. For a person to read. */
void json_indent(struct span json, struct text *out);

/* Just the string, quoted and escaped. */
void json_quote(struct text *text, struct span string);

#endif
