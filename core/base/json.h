/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON: a strict parser (the grammar and limits stand in json_scan.h) and typed getters.
 *
 * Getters are sticky, as the bounded reader is: once a member is missing or not as expected, the
 * reading has failed, and this getter and all later ones yield zero, "" or nothing. So a document
 * is read as the list of its members, and asked about once, with reader.status. The failure names
 * the way to the member: "tcbLevels[3].tcb.pcesvn: expected a whole number from 0 to 65535".
 *
 *     struct json *json = NULL;
 *     status = json_parse(text, 16, &json, err);
 *     struct json_reader reader = { .json = json, .bad = TDX_POLICY_BAD, .err = err };
 *     struct json_place root = json_root(&reader);
 *     struct json_place list = json_array(&root, "policies", JSON_REQUIRED);
 *     for (struct json_place item = { 0 }; json_next(&list, &item);)
 *         count += json_uint(&item, "count", UINT32_MAX);
 *     status = reader.status;
 *     json_free(json);
 *
 * Why not json-c: it keeps the last of two members of one name, has no span of the text a value
 * came from, and builds a hash table for each of the 500 small objects of a TCB info (five times
 * the time of this parser). What was scanned here is what is read: there is no second opinion. */
#ifndef CORE_BASE_JSON_H
#define CORE_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/json_scan.h"

enum json_need { JSON_REQUIRED, JSON_OPTIONAL };

/* Parses text, exactly one JSON value nested at most depth deep (a value in one object: depth 1).
 * Returns TDX_OK and *ret (free with json_free(); it borrows text, which must outlive it), or
 * JSON_BAD, JSON_DUPLICATE (two members of one name) or NO_MEMORY. */
enum tdx_status json_parse(struct span text, unsigned depth, struct json **ret,
                           struct tdx_error *err) TDX_MUST_CHECK;
/* The same for a text that people write (JSON_COMMENTED in json_scan.h). */
enum tdx_status json_parse_commented(struct span text, unsigned depth, struct json **ret,
                                     struct tdx_error *err) TDX_MUST_CHECK;
void json_free(struct json *json); /* NULL is fine */

/* One reading of a document. Set json, bad and err; status starts as TDX_OK (0). */
struct json_reader {
    const struct json *json;
    enum tdx_status bad; /* what a member that is not as expected gives */
    enum tdx_status status;
    struct tdx_error *err;
};

/* A value in the document and the way to it. It points to the place it was reached from, which must
 * outlive it. Treat it as opaque; { 0 } is nowhere. */
struct json_place {
    struct json_reader *reader;
    const struct json_place *parent;
    const char *name; /* of the member, if it was asked for by name */
    uint32_t index;   /* of the element or member, if it was reached by json_next() */
    uint32_t node;
    bool present;
};

struct json_place json_root(struct json_reader *reader);

/* The member of an object. An absent one fails the reading if it is required. json_object() and
 * json_array() also demand that type. in itself must be an object. */
struct json_place json_member(const struct json_place *in, const char *name, enum json_need need);
struct json_place json_object(const struct json_place *in, const char *name, enum json_need need);
struct json_place json_array(const struct json_place *in, const char *name, enum json_need need);

/* False for an optional member that is absent, and for everything once the reading has failed. */
bool json_present(const struct json_place *place) TDX_MUST_CHECK;
enum json_type json_type_of(const struct json_place *place); /* JSON_NULL where not present */

/* Elements of an array, or members of an object, of a place that is present. */
size_t json_count(const struct json_place *place);
/* Steps item, { 0 } at first, through the elements of an array or the members of an object (their
 * values; json_name() gives the name). False at the end, and where place is not present. */
bool json_next(const struct json_place *place, struct json_place *item) TDX_MUST_CHECK;
struct span json_name(const struct json_place *item);

/* The exact text of the value (with quotes, with brackets): for what was signed as it stands. */
struct span json_raw(const struct json_place *place);

/* The value at a place, of exactly this type; of a place that is not present: nothing, no failure.
 * Numbers must be written as whole ones: 1.0 and 1e0 are refused, -0 is 0. */
struct span json_as_string(const struct json_place *place); /* may hold any byte, NUL included */
uint64_t json_as_uint(const struct json_place *place, uint64_t largest);
int64_t json_as_int(const struct json_place *place, int64_t smallest, int64_t largest);
double json_as_number(const struct json_place *place); /* any number, rounded to a double */
bool json_as_bool(const struct json_place *place);
int64_t json_as_time(const struct json_place *place); /* a string as rfc3339.h has it */
void json_as_hex(const struct json_place *place, void *out, size_t size); /* exactly size bytes */
/* A string of at most size - 1 printable ASCII characters, into out with a NUL. */
void json_as_text(const struct json_place *place, char *out, size_t size);

/* The same for a required member. */
struct span json_string(const struct json_place *in, const char *name);
uint64_t json_uint(const struct json_place *in, const char *name, uint64_t largest);
bool json_bool(const struct json_place *in, const char *name);
int64_t json_time(const struct json_place *in, const char *name);
void json_hex(const struct json_place *in, const char *name, void *out, size_t size);
void json_text(const struct json_place *in, const char *name, char *out, size_t size);

/* True if the string at place is exactly this. */
bool json_is(const struct json_place *place, const char *string) TDX_MUST_CHECK;

/* Fails the reading at this place for a reason of the caller's: "way.to.it: why". */
void json_refuse(const struct json_place *place, const char *format, ...) TDX_PRINTF(2, 3);

#endif
