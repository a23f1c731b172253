/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/json_scan.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/json_scan_internal.h"
#include "core/base/text.h"

enum tdx_status scan_bad(const struct scan *scan, const char *what)
{
    return status_fail(scan->err, TDX_JSON_BAD, "%s, at byte %zu", what, scan->at);
}

enum tdx_status scan_add_node(struct scan *scan, enum json_type type, uint32_t *ret)
{
    struct json *json = scan->json;
    struct json_node *grown;
    uint32_t capacity;

    if (json->node_count == JSON_NODES_LIMIT)
        return scan_bad(scan, "too many values");
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

void scan_end_node(struct scan *scan, uint32_t index)
{
    struct json_node *node = &scan->json->node[index];

    node->size = (uint32_t)scan->at - node->start;
    node->next = scan->json->node_count;
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
        status = scan_add_node(scan, words[i].type, &index);
        if (status != TDX_OK)
            return status;
        scan->at += length;
        scan_end_node(scan, index);
        return TDX_OK;
    }
    return scan_bad(scan, "this is no value");
}

/* FNV-1a. Collisions cost a comparison, no more. */
static uint32_t hash_of(struct span bytes)
{
    uint32_t hash = UINT32_C(2166136261);

    for (size_t i = 0; i < bytes.size; i++)
        hash = (hash ^ bytes.data[i]) * UINT32_C(16777619);
    return hash;
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
    if (scan_peek(scan) != '"')
        return scan_bad(scan, "a member's name is missing");
    if (scan->json->node[object].count == JSON_MEMBERS_LIMIT)
        return scan_bad(scan, "an object has too many members");
    status = scan_string(scan, &index);
    if (status == TDX_OK)
        status = check_name(scan, object, index);
    if (status != TDX_OK)
        return status;
    skip_white(scan);
    if (!scan_accept(scan, ':'))
        return scan_bad(scan, "a colon is missing after a member's name");
    scan->json->node[object].count++;
    return TDX_OK;
}

/* An opening bracket. Sets *empty if the closing one follows at once. */
static enum tdx_status scan_open(struct scan *scan, enum json_type type, bool *empty)
{
    enum tdx_status status;
    uint32_t index;

    if (scan->depth == scan->depth_limit)
        return scan_bad(scan, "objects and arrays are nested too deeply");
    status = scan_add_node(scan, type, &index);
    if (status != TDX_OK)
        return status;
    scan->at++;
    scan->open[scan->depth++] = index;
    skip_white(scan);
    *empty = scan_peek(scan) == (type == JSON_OBJECT ? '}' : ']');
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
        if (scan_accept(scan, ',')) {
            *more = true;
            if (object)
                return scan_name(scan);
            scan->json->node[index].count++;
            return TDX_OK;
        }
        if (!scan_accept(scan, object ? '}' : ']'))
            return scan_bad(scan, object ? "a comma or } is missing" : "a comma or ] is missing");
        scan->depth--;
        scan_end_node(scan, index);
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
    switch (scan_peek(scan)) {
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
        return scan_bad(&scan, "something follows the value");
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
