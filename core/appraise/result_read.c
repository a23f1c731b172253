/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "core/appraise/result.h"

#define CLAIMS_DEPTH 8
#define RESULT_DEPTH 32
#define NANOSECONDS  INT64_C(1000000000)

void result_free(struct result *result)
{
    if (result == NULL)
        return;
    json_free(result->json);
    json_free(result->claims);
    jws_free(&result->token);
    free(result);
}

/* The claim's text into result->text. */
static enum tdx_status read_claims(struct result *result, int64_t now, struct tdx_error *err)
{
    struct json_reader reader = { .bad = TDX_TOKEN_PAYLOAD_BAD, .err = err };
    struct json_place root;
    enum tdx_status status =
        json_parse((struct span){ result->token.payload, result->token.payload_size }, CLAIMS_DEPTH,
                   &result->claims, err);

    if (status != TDX_OK)
        return status;
    reader.json = result->claims;
    root = json_root(&reader);
    if (json_type_of(&root) != JSON_OBJECT)
        return status_fail(err, TDX_TOKEN_PAYLOAD_BAD, "the payload is not an object");
    result->text = json_string(&root, "appraisal_result");
    if (reader.status != TDX_OK)
        return reader.status;
    return jws_check_times(&root, now, err);
}

static enum policy_class class_of(const struct json_place *in)
{
    struct json_place environment = json_object(in, "environment", JSON_REQUIRED);
    struct json_place id = json_member(&environment, "class_id", JSON_REQUIRED);
    enum policy_class class = POLICY_CLASS_COUNT;

    if (!policy_class_parse(json_as_string(&id), &class))
        json_refuse(&id, "no such class");
    return class;
}

/* A place that outlives the places it was reached through; it only loses its way in messages. */
static struct json_place detached(struct json_place place)
{
    place.parent = NULL;
    place.name = NULL;
    return place;
}

static void read_entry(struct result *result, const struct json_place *place)
{
    struct result_entry *entry = &result->entry[result->entry_count];
    struct json_place key, signature,
        member = json_member(place, "appraisal_result", JSON_REQUIRED);

    entry->result = (int)json_as_int(&member, -1, 1);
    entry->policy = json_object(place, "policy", JSON_REQUIRED);
    entry->report = json_object(place, "report", JSON_REQUIRED);
    entry->measurement = json_object(&entry->report, "measurement", JSON_REQUIRED);
    entry->class = class_of(&entry->report);
    if (json_present(&entry->policy) && class_of(&entry->policy) != entry->class)
        json_refuse(&entry->policy, "its class is not that of the report");
    key = json_object(&entry->policy, "signing_key", JSON_OPTIONAL);
    signature = json_member(&entry->policy, "signature", JSON_OPTIONAL);
    entry->signature = json_as_string(&signature);
    entry->has_key = json_present(&key);
    if (entry->has_key && jwk_read(&key, &entry->key, NULL) != TDX_OK)
        json_refuse(&key, "it is no P-384 key");
    entry->details = detached(json_array(place, "detailed_result", JSON_REQUIRED));
    entry->policy = detached(entry->policy);
    entry->report = detached(entry->report);
    result->entry_count++;
}

/* "result" is an object (1.20) or an array of one object (1.22). */
static void find_body(struct result *result)
{
    struct json_place first = { 0 }, inner = { 0 }, member;

    if (json_count(&result->root) != 1 || json_type_of(&result->root) != JSON_ARRAY ||
        !json_next(&result->root, &first)) {
        json_refuse(&result->root, "expected an array of one element");
        return;
    }
    member = json_member(&first, "result", JSON_REQUIRED);
    result->schema = RESULT_SCHEMA_120;
    if (json_type_of(&member) == JSON_ARRAY) {
        result->schema = RESULT_SCHEMA_122;
        if (json_count(&member) != 1 || !json_next(&member, &inner))
            json_refuse(&member, "expected an array of one element");
        member = inner;
    }
    if (json_type_of(&member) != JSON_OBJECT)
        json_refuse(&result->root, "result is not an object");
    result->body = detached(member);
}

static enum tdx_status read_result(struct result *result, struct tdx_error *err)
{
    struct json_place list, member;
    enum tdx_status status = json_parse(result->text, RESULT_DEPTH, &result->json, err);

    if (status != TDX_OK)
        return status;
    result->reader =
        (struct json_reader){ .json = result->json, .bad = TDX_RESULT_BAD, .err = err };
    result->root = json_root(&result->reader);
    find_body(result);
    member = json_member(&result->body, "overall_appraisal_result", JSON_REQUIRED);
    result->overall = (int)json_as_int(&member, -1, 1);
    member = json_member(&result->body, "appraisal_check_date", JSON_REQUIRED);
    result->check_date = json_as_int(&member, 0, INT64_MAX) / NANOSECONDS;
    list = json_array(&result->body, "appraised_reports", JSON_REQUIRED);
    if (json_count(&list) > RESULT_ENTRIES_MAX)
        json_refuse(&list, "there are more than %d", RESULT_ENTRIES_MAX);
    for (struct json_place item = { 0 }; json_next(&list, &item);)
        read_entry(result, &item);
    result->reader.err = NULL; /* the caller's, and gone before the places are */
    return result->reader.status;
}

enum tdx_status result_read(struct span token, int64_t now, struct result **ret,
                            struct tdx_error *err)
{
    struct result *result = calloc(1, sizeof(*result));
    enum tdx_status status;

    if (result == NULL)
        return status_fail(err, TDX_NO_MEMORY, "an appraisal result");
    status = jws_read(token, JWS_RESULT_LIMIT, JWS_UNSIGNED_ALLOWED, &result->token, err);
    if (status == TDX_OK)
        status = read_claims(result, now, err);
    if (status == TDX_OK)
        status = read_result(result, err);
    if (status != TDX_OK) {
        result_free(result);
        return status;
    }
    *ret = result;
    return TDX_OK;
}
