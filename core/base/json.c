/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/json.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hex.h"
#include "core/base/rfc3339.h"
#include "core/base/text.h"

#define PATH_PARTS 16 /* of a way shown in an error; deeper ones lose their beginning */

static enum tdx_status parse(struct span text, enum json_flavour flavour, unsigned depth,
                             struct json **ret, struct tdx_error *err)
{
    struct json *json = calloc(1, sizeof(*json));
    enum tdx_status status;

    if (json == NULL)
        return status_fail(err, TDX_NO_MEMORY, "a JSON document");
    status = json_scan(text, flavour, depth, json, err);
    if (status != TDX_OK) {
        json_free(json);
        return status;
    }
    *ret = json;
    return TDX_OK;
}

enum tdx_status json_parse(struct span text, unsigned depth, struct json **ret,
                           struct tdx_error *err)
{
    return parse(text, JSON_STRICT, depth, ret, err);
}

enum tdx_status json_parse_commented(struct span text, unsigned depth, struct json **ret,
                                     struct tdx_error *err)
{
    return parse(text, JSON_COMMENTED, depth, ret, err);
}

void json_free(struct json *json)
{
    json_clear(json);
    free(json);
}

static const struct json_node *node_of(const struct json_place *place)
{
    return &place->reader->json->node[place->node];
}

bool json_present(const struct json_place *place)
{
    return place->present && place->reader->status == TDX_OK;
}

struct json_place json_root(struct json_reader *reader)
{
    return (struct json_place){ .reader = reader,
                                .present = reader->json != NULL && reader->json->node_count > 0 };
}

/* The way to place, as "a.b[2].c". */
static void add_path(const struct json_place *place, struct text *out)
{
    const struct json_place *part[PATH_PARTS];
    size_t count = 0;

    for (; place != NULL && place->parent != NULL && count < PATH_PARTS; place = place->parent)
        part[count++] = place;
    for (size_t i = count; i > 0; i--) {
        if (part[i - 1]->name != NULL)
            text_addf(out, "%s%s", i < count ? "." : "", part[i - 1]->name);
        else
            text_addf(out, "[%" PRIu32 "]", part[i - 1]->index);
    }
}

void json_refuse(const struct json_place *place, const char *format, ...)
{
    struct json_reader *reader = place->reader;
    struct text path = { 0 };
    char why[200];
    va_list arguments;

    if (reader == NULL || reader->status != TDX_OK)
        return;
    va_start(arguments, format);
    (void)vsnprintf(why, sizeof(why), format, arguments); /* cut is good enough */
    va_end(arguments);
    add_path(place, &path);
    reader->status = status_fail(reader->err, reader->bad, "%s%s%s", text_string(&path),
                                 path.length > 0 ? ": " : "", why);
    text_free(&path);
}

struct json_place json_member(const struct json_place *in, const char *name, enum json_need need)
{
    struct json_place member = { .reader = in->reader, .parent = in, .name = name };
    size_t length = strlen(name);
    const struct json *json;

    if (in->reader == NULL || !json_present(in))
        return member;
    if (node_of(in)->type != JSON_OBJECT) {
        json_refuse(in, "expected an object");
        return member;
    }
    json = in->reader->json;
    for (uint32_t at = in->node + 1; at < node_of(in)->next; at = json->node[at + 1].next) {
        struct span found = json_node_string(json, &json->node[at]);

        if (found.size == length && memcmp(found.data, name, length) == 0) {
            member.node = at + 1;
            member.present = true;
            return member;
        }
    }
    if (need == JSON_REQUIRED)
        json_refuse(&member, "it is missing");
    return member;
}

static struct json_place member_of_type(const struct json_place *in, const char *name,
                                        enum json_need need, enum json_type type, const char *words)
{
    struct json_place member = json_member(in, name, need);

    if (json_present(&member) && node_of(&member)->type != type)
        json_refuse(&member, "expected %s", words);
    return member;
}

struct json_place json_object(const struct json_place *in, const char *name, enum json_need need)
{
    return member_of_type(in, name, need, JSON_OBJECT, "an object");
}

struct json_place json_array(const struct json_place *in, const char *name, enum json_need need)
{
    return member_of_type(in, name, need, JSON_ARRAY, "an array");
}

enum json_type json_type_of(const struct json_place *place)
{
    return json_present(place) ? (enum json_type)node_of(place)->type : JSON_NULL;
}

static bool is_container(const struct json_place *place)
{
    return json_type_of(place) == JSON_ARRAY || json_type_of(place) == JSON_OBJECT;
}

size_t json_count(const struct json_place *place)
{
    return is_container(place) ? node_of(place)->count : 0;
}

bool json_next(const struct json_place *place, struct json_place *item)
{
    uint32_t at, named;

    if (!is_container(place))
        return false;
    named = json_type_of(place) == JSON_OBJECT; /* a name's node stands before the value's */
    if (item->present)
        at = node_of(item)->next + named;
    else
        at = place->node + 1 + named;
    if (at >= node_of(place)->next)
        return false;
    *item = (struct json_place){ .reader = place->reader,
                                 .parent = place,
                                 .index = item->present ? item->index + 1 : 0,
                                 .node = at,
                                 .present = true };
    return true;
}

struct span json_name(const struct json_place *item)
{
    if (!json_present(item) || item->parent == NULL || json_type_of(item->parent) != JSON_OBJECT)
        return (struct span){ NULL, 0 };
    return json_node_string(item->reader->json, node_of(item) - 1);
}

struct span json_raw(const struct json_place *place)
{
    if (!json_present(place))
        return (struct span){ NULL, 0 };
    return (struct span){ place->reader->json->text.data + node_of(place)->start,
                          node_of(place)->size };
}

/* Whether there is a value to read; fails the reading if it is of another type. */
static bool expect(const struct json_place *place, enum json_type type, const char *words)
{
    if (place->reader == NULL || !json_present(place))
        return false;
    if (node_of(place)->type == type)
        return true;
    json_refuse(place, "expected %s", words);
    return false;
}

struct span json_as_string(const struct json_place *place)
{
    if (!expect(place, JSON_STRING, "a string"))
        return (struct span){ NULL, 0 };
    return json_node_string(place->reader->json, node_of(place));
}

/* Reads digits with an optional sign; false for a fraction, an exponent, or 2^64 and beyond. */
static bool whole_number(struct span raw, bool *negative, uint64_t *ret)
{
    uint64_t value = 0;
    size_t i = 0;

    *negative = raw.data[0] == '-';
    for (i = *negative; i < raw.size; i++) {
        unsigned digit = (unsigned)raw.data[i] - '0';

        if (digit > 9 || value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (value == 0)
        *negative = false;
    *ret = value;
    return true;
}

uint64_t json_as_uint(const struct json_place *place, uint64_t largest)
{
    uint64_t value;
    bool negative;

    if (!expect(place, JSON_NUMBER, "a whole number"))
        return 0;
    if (whole_number(json_raw(place), &negative, &value) && !negative && value <= largest)
        return value;
    json_refuse(place, "expected a whole number from 0 to %" PRIu64, largest);
    return 0;
}

int64_t json_as_int(const struct json_place *place, int64_t smallest, int64_t largest)
{
    uint64_t value;
    int64_t number;
    bool negative;

    if (!expect(place, JSON_NUMBER, "a whole number"))
        return 0;
    if (whole_number(json_raw(place), &negative, &value) &&
        value <= (uint64_t)INT64_MAX + negative) {
        /* -2^63 has no positive counterpart */
        number = negative ? -(int64_t)(value - 1) - 1 : (int64_t)value;
        if (number >= smallest && number <= largest)
            return number;
    }
    json_refuse(place, "expected a whole number from %" PRId64 " to %" PRId64, smallest, largest);
    return 0;
}

double json_as_number(const struct json_place *place)
{
    struct span raw;

    if (!expect(place, JSON_NUMBER, "a number"))
        return 0;
    raw = json_raw(place);
    return json_number_value(raw.data, raw.size);
}

bool json_as_bool(const struct json_place *place)
{
    return expect(place, JSON_BOOL, "true or false") && json_raw(place).data[0] == 't';
}

int64_t json_as_time(const struct json_place *place)
{
    struct span string = json_as_string(place);
    int64_t seconds = 0;

    if (json_present(place) &&
        rfc3339_parse((const char *)string.data, string.size, &seconds, NULL) != TDX_OK)
        json_refuse(place, "expected a time as 2026-01-31T23:59:59Z");
    return seconds;
}

void json_as_hex(const struct json_place *place, void *out, size_t size)
{
    struct span string = json_as_string(place);

    if (json_present(place)) {
        if (hex_decode_exact((const char *)string.data, string.size, out, size, NULL) == TDX_OK)
            return;
        json_refuse(place, "expected %zu bytes as %zu hexadecimal digits", size, 2 * size);
    }
    memset(out, 0, size);
}

void json_as_text(const struct json_place *place, char *out, size_t size)
{
    struct span string = json_as_string(place);

    out[0] = '\0';
    if (!json_present(place))
        return;
    for (size_t i = 0; i < string.size; i++)
        if (string.data[i] < 0x20 || string.data[i] > 0x7e) {
            json_refuse(place, "expected printable ASCII characters only");
            return;
        }
    if (string.size >= size) {
        json_refuse(place, "expected at most %zu characters", size - 1);
        return;
    }
    if (string.size > 0)
        memcpy(out, string.data, string.size);
    out[string.size] = '\0';
}

struct span json_string(const struct json_place *in, const char *name)
{
    struct json_place member = json_member(in, name, JSON_REQUIRED);

    return json_as_string(&member);
}

uint64_t json_uint(const struct json_place *in, const char *name, uint64_t largest)
{
    struct json_place member = json_member(in, name, JSON_REQUIRED);

    return json_as_uint(&member, largest);
}

bool json_bool(const struct json_place *in, const char *name)
{
    struct json_place member = json_member(in, name, JSON_REQUIRED);

    return json_as_bool(&member);
}

int64_t json_time(const struct json_place *in, const char *name)
{
    struct json_place member = json_member(in, name, JSON_REQUIRED);

    return json_as_time(&member);
}

void json_hex(const struct json_place *in, const char *name, void *out, size_t size)
{
    struct json_place member = json_member(in, name, JSON_REQUIRED);

    json_as_hex(&member, out, size);
}

void json_text(const struct json_place *in, const char *name, char *out, size_t size)
{
    struct json_place member = json_member(in, name, JSON_REQUIRED);

    json_as_text(&member, out, size);
}

bool json_is(const struct json_place *place, const char *string)
{
    struct span found = json_as_string(place);

    return json_present(place) && found.size == strlen(string) &&
           memcmp(found.data, string, found.size) == 0;
}
