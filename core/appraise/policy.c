/* SPDX-License-Identifier: Apache-2.0 */
#include "core/appraise/policy.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/files.h"
#include "core/base/json_write.h"
#include "core/base/span_text.h"
#include "core/base/text.h"

#define POLICY_DEPTH 16 /* of the JSON: the array is three deep, the rest is the author's */
#define CLAIMS_DEPTH 16

struct policy_source {
    char *name;
    struct jws token;
    struct json *claims; /* of the token; text borrows from it */
    uint8_t *copy;       /* of a plain file */
    struct span text;    /* the policy JSON */
    struct json *json;
    struct json_reader reader;
    struct json_place root, array, item[POLICY_ITEMS_MAX];
    size_t count;
    struct policy policy[POLICY_ITEMS_MAX];
};

static const struct {
    const char *id, *words;
} classes[POLICY_CLASS_COUNT] = {
    [POLICY_SGX_PLATFORM] = { "3123ec35-8d38-4ea5-87a5-d6c48b567570", "SGX platform" },
    [POLICY_ENCLAVE] = { "bef7cb8c-31aa-42c1-854c-10db005d5c41", "application enclave" },
    [POLICY_TDX10_PLATFORM] = { "9eec018b-7481-4b1c-8e1a-9f7c0c8c777f", "TDX 1.0 platform" },
    [POLICY_TDX15_PLATFORM] = { "f708b97f-0fb2-4e6b-8b03-8a5bcd1221d3", "TDX 1.5 platform" },
    [POLICY_TD_QE] = { "3769258c-75e6-4bc7-8d72-d2b0e224cad2", "TD quoting enclave" },
    [POLICY_TD10] = { "a1e4ee9c-a12e-48ac-bed0-e3f89297f687", "TDX 1.0 application TD" },
    [POLICY_TD15] = { "45b734fc-aa4e-4c3d-ad28-e43d08880e68", "TDX 1.5 application TD" },
};

const char *policy_class_id(enum policy_class class)
{
    return classes[class].id;
}

const char *policy_class_words(enum policy_class class)
{
    return classes[class].words;
}

bool policy_class_parse(struct span id, enum policy_class *ret)
{
    for (int i = 0; i < POLICY_CLASS_COUNT; i++)
        if (span_is(id, classes[i].id)) {
            *ret = (enum policy_class)i;
            return true;
        }
    return false;
}

const char *policy_source_name(const struct policy_source *source)
{
    return source->name;
}

const struct jws *policy_source_token(const struct policy_source *source)
{
    return &source->token;
}

static void source_free(struct policy_source *source)
{
    if (source == NULL)
        return;
    json_free(source->json);
    json_free(source->claims);
    jws_free(&source->token);
    free(source->copy);
    free(source->name);
    free(source);
}

void policy_set_clear(struct policy_set *set)
{
    for (size_t i = 0; i < set->source_count; i++)
        source_free(set->source[i]);
    *set = (struct policy_set){ 0 };
}

/* The claim policy_payload of a token, into source->text. */
static enum tdx_status read_token(struct policy_source *source, struct span content, int64_t now,
                                  struct tdx_error *err)
{
    struct json_reader reader = { .bad = TDX_TOKEN_PAYLOAD_BAD, .err = err };
    struct json_place root;
    struct span payload;
    enum tdx_status status =
        jws_read(content, JWS_POLICY_LIMIT, JWS_SIGNED_ONLY, &source->token, err);

    if (status != TDX_OK)
        return status;
    payload = (struct span){ source->token.payload, source->token.payload_size };
    status = json_parse(payload, CLAIMS_DEPTH, &source->claims, err);
    if (status != TDX_OK)
        return status;
    reader.json = source->claims;
    root = json_root(&reader);
    if (json_type_of(&root) != JSON_OBJECT)
        return status_fail(err, TDX_TOKEN_PAYLOAD_BAD, "the payload is not an object");
    source->text = json_string(&root, "policy_payload");
    if (reader.status != TDX_OK)
        return reader.status;
    return jws_check_times(&root, now, err);
}

static enum tdx_status read_file(struct policy_source *source, struct span content,
                                 struct tdx_error *err)
{
    source->copy = malloc(content.size);
    if (source->copy == NULL)
        return status_fail(err, TDX_NO_MEMORY, "a policy");
    memcpy(source->copy, content.data, content.size);
    source->text = (struct span){ source->copy, content.size };
    return TDX_OK;
}

/* One element of policy_array. */
static enum tdx_status read_item(struct policy_source *source, const struct json_place *place,
                                 struct tdx_error *err)
{
    struct policy *policy = &source->policy[source->count];
    struct json_place *item = &source->item[source->count], environment;
    struct span id;
    char quoted[80];

    *item = *place;
    environment = json_object(item, "environment", JSON_REQUIRED);
    id = json_string(&environment, "class_id");
    policy->source = source;
    policy->item = *item;
    policy->reference = json_object(item, "reference", JSON_OPTIONAL);
    if (source->reader.status != TDX_OK)
        return source->reader.status;
    if (!policy_class_parse(id, &policy->class))
        return status_fail(err, TDX_POLICY_CLASS_UNKNOWN, "class_id \"%s\"",
                           text_quote(id.data, id.size, quoted, sizeof(quoted)));
    for (size_t i = 0; i < source->count; i++)
        if (source->policy[i].class == policy->class)
            return status_fail(err, TDX_POLICY_CLASS_TWICE, "%s",
                               policy_class_words(policy->class));
    source->count++;
    return TDX_OK;
}

/* source->text into policies. The places stay valid with the source: they point into it. */
static enum tdx_status read_policies(struct policy_source *source, struct tdx_error *err)
{
    enum tdx_status status;

    if (source->text.size > POLICY_TEXT_LIMIT)
        return status_fail(err, TDX_POLICY_BAD, "it has %zu bytes", source->text.size);
    status = json_parse_commented(source->text, POLICY_DEPTH, &source->json, err);
    if (status != TDX_OK)
        return status;
    source->reader =
        (struct json_reader){ .json = source->json, .bad = TDX_POLICY_BAD, .err = err };
    source->root = json_root(&source->reader);
    source->array = json_array(&source->root, "policy_array", JSON_REQUIRED);
    if (json_present(&source->array) && json_count(&source->array) == 0)
        json_refuse(&source->array, "it is empty");
    if (json_count(&source->array) > POLICY_ITEMS_MAX)
        return status_fail(err, TDX_POLICY_TOO_MANY, "%zu in one file", json_count(&source->array));
    for (struct json_place item = { 0 }; json_next(&source->array, &item);) {
        status = read_item(source, &item, err);
        if (status != TDX_OK)
            return status;
    }
    source->reader.err = NULL; /* the caller's, and gone before the places are */
    return source->reader.status;
}

/* A token starts with a letter, JSON with a brace or a comment. */
static bool is_token(struct span content)
{
    for (size_t i = 0; i < content.size; i++)
        if (!byte_is_white(content.data[i]))
            return content.data[i] != '{' && content.data[i] != '/' && content.data[i] != '[';
    return false;
}

static enum tdx_status adopt(struct policy_set *set, struct policy_source *source,
                             struct tdx_error *err)
{
    for (size_t i = 0; i < source->count; i++)
        if (set->of_class[source->policy[i].class] != NULL)
            return status_fail(err, TDX_POLICY_CLASS_TWICE, "%s, also in %s",
                               policy_class_words(source->policy[i].class),
                               set->of_class[source->policy[i].class]->source->name);
    for (size_t i = 0; i < source->count; i++)
        set->of_class[source->policy[i].class] = &source->policy[i];
    set->source[set->source_count++] = source;
    return TDX_OK;
}

enum tdx_status policy_set_add(struct policy_set *set, const char *name, struct span content,
                               int64_t now, struct tdx_error *err)
{
    struct policy_source *source = calloc(1, sizeof(*source));
    char quoted[200];
    enum tdx_status status;

    if (source != NULL)
        source->name = strdup(name);
    if (source == NULL || source->name == NULL)
        status = status_fail(err, TDX_NO_MEMORY, "a policy");
    else if (set->source_count == POLICY_SOURCES_MAX)
        status = status_fail(err, TDX_POLICY_TOO_MANY, "at most %d files", POLICY_SOURCES_MAX);
    else if (content.size == 0)
        status = status_fail(err, TDX_POLICY_BAD, "it is empty");
    else if (is_token(content))
        status = read_token(source, content, now, err);
    else
        status = read_file(source, content, err);
    if (status == TDX_OK)
        status = read_policies(source, err);
    if (status == TDX_OK)
        status = adopt(set, source, err);
    if (status != TDX_OK) {
        source_free(source);
        status_prefix(err, "%s", text_quote(name, strlen(name), quoted, sizeof(quoted)));
    }
    return status;
}

enum tdx_status policy_set_load(struct policy_set *set, const char *path, unsigned flags,
                                int64_t now, struct tdx_error *err)
{
    struct file_content content = { 0 };
    enum tdx_status status = file_read(path, JWS_POLICY_LIMIT, flags, &content, err);

    if (status == TDX_OK)
        status = policy_set_add(set, path, file_content_span(&content), now, err);
    file_content_free(&content);
    return status;
}

enum tdx_status policy_set_check_signers(const struct policy_set *set, const struct es384_key *key,
                                         size_t count, struct tdx_error *err)
{
    for (size_t i = 0; i < set->source_count; i++) {
        const struct policy_source *source = set->source[i];

        switch (jws_check_signer(&source->token, key, count, NULL)) {
        case TDX_OK:
            break;
        case TDX_TOKEN_UNSIGNED:
            return status_fail(err, TDX_POLICY_UNSIGNED, "%s", source->name);
        default:
            return status_fail(err, TDX_POLICY_SIGNER_UNKNOWN, "%s", source->name);
        }
    }
    return TDX_OK;
}

enum tdx_status policy_signers_load(const char *path, unsigned flags,
                                    struct es384_key key[static POLICY_SIGNERS_MAX], size_t *count,
                                    struct tdx_error *err)
{
    struct file_content content = { 0 };
    size_t added = 0;
    enum tdx_status status = file_read(path, ES384_PEM_LIMIT, flags, &content, err);

    if (status != TDX_OK)
        return status;
    status = jwk_or_pem_read(file_content_span(&content), key + *count, POLICY_SIGNERS_MAX - *count,
                             &added, err);
    if (status == TDX_OK)
        *count += added;
    else
        status_prefix(err, "%s", path);
    file_content_free(&content);
    return status;
}

static bool name_comes_again(const struct json_place *object, const struct json_place *member)
{
    struct json_place later = *member;

    while (json_next(object, &later))
        if (span_equal(json_name(&later), json_name(member)))
            return true;
    return false;
}

static void write_members(const struct json_place *container, const char *const *left_out,
                          struct text *out)
{
    bool object = json_type_of(container) == JSON_OBJECT, follows = false;

    for (struct json_place item = { 0 }; json_next(container, &item);) {
        bool skip = object && name_comes_again(container, &item);

        for (size_t i = 0; left_out != NULL && left_out[i] != NULL; i++)
            skip |= span_is(json_name(&item), left_out[i]);
        if (skip)
            continue;
        if (follows)
            text_add_char(out, ',');
        if (object) {
            json_quote(out, json_name(&item));
            text_add_char(out, ':');
        }
        policy_write_value(&item, out);
        follows = true;
    }
}

/* No deeper than POLICY_DEPTH. */
void policy_write_value(const struct json_place *value, struct text *out)
{
    enum json_type type = json_type_of(value);
    struct span raw = json_raw(value);

    if (type == JSON_STRING) {
        json_quote(out, json_as_string(value));
    } else if (type == JSON_OBJECT || type == JSON_ARRAY) {
        text_add_char(out, type == JSON_OBJECT ? '{' : '[');
        write_members(value, NULL, out);
        text_add_char(out, type == JSON_OBJECT ? '}' : ']');
    } else {
        text_add_n(out, (const char *)raw.data, raw.size);
    }
}

void policy_write_item(const struct policy *policy, struct text *out)
{
    /* What says who signed it comes from the token alone, never from the policy's own text. */
    static const char *const ours[] = { "signature", "signing_key", NULL };
    const struct jws *token = &policy->source->token;

    text_add_char(out, '{');
    write_members(&policy->item, ours, out);
    if (token->is_signed) {
        text_addf(out, ",\"signature\":\"%s\",\"signing_key\":", token->signature);
        jwk_write(&token->key, out);
    }
    text_add_char(out, '}');
}
