/* SPDX-License-Identifier: Apache-2.0 */
/* Facts as a document. See facts.h. */
#include <stdlib.h>
#include <string.h>

#include "core/base/hex.h"
#include "core/base/json.h"
#include "core/base/json_write.h"
#include "healthcheck/facts.h"

#define DOCUMENT_DEPTH 4

static const char *const state_words[] = {
    [FACT_KNOWN] = "known",         [FACT_ABSENT] = "absent",   [FACT_DENIED] = "denied",
    [FACT_FAILED] = "failed",       [FACT_OFFLINE] = "offline", [FACT_NO_NETWORK] = "no-network",
    [FACT_NOT_ASKED] = "not-asked",
};

const char *fact_state_word(enum fact_state state)
{
    return (size_t)state < sizeof(state_words) / sizeof(state_words[0]) ? state_words[state] : "?";
}

/* ASCII text, so that a person can read and edit the file; anything else goes as hex. */
static bool is_text(struct span value)
{
    for (size_t i = 0; i < value.size; i++)
        if (value.data[i] >= 0x7f ||
            (value.data[i] < 0x20 && value.data[i] != '\n' && value.data[i] != '\t'))
            return false;
    return true;
}

void facts_print(const struct facts *facts, struct text *out)
{
    struct json_writer json = { .text = out, .indent = true };

    json_open(&json, NULL, '{');
    json_put_uint(&json, "tdx_facts", 1);
    json_open(&json, "facts", '{');
    for (const struct fact *fact = facts_next(facts, "", NULL); fact != NULL;
         fact = facts_next(facts, "", fact)) {
        json_open(&json, fact->key, '{');
        json_put_string(&json, "state", fact_state_word(fact->state));
        if (fact->state == FACT_KNOWN && is_text(fact->value))
            json_put_bytes(&json, "value", fact->value);
        else if (fact->state == FACT_KNOWN)
            json_put_hex(&json, "hex", fact->value.data, fact->value.size);
        if (fact->why != NULL)
            json_put_string(&json, "why", fact->why);
        json_close(&json, '}');
    }
    json_close(&json, '}');
    json_close(&json, '}');
    text_add_char(out, '\n');
}

/* The value of a known fact, as text or as hex. */
static enum tdx_status parse_value(struct facts *facts, const char *key,
                                   const struct json_place *item, struct tdx_error *err)
{
    struct json_place text = json_member(item, "value", JSON_OPTIONAL);
    struct json_place hex = json_member(item, "hex", JSON_OPTIONAL);
    enum tdx_status status = TDX_OK;
    struct span digits;
    uint8_t *bytes;
    size_t size = 0;

    if (json_present(&text)) {
        facts_set(facts, key, json_as_string(&text));
        return TDX_OK;
    }
    digits = json_as_string(&hex);
    bytes = malloc(digits.size / 2 + 1);
    if (bytes == NULL)
        return status_fail(err, TDX_NO_MEMORY, "facts");
    status = hex_decode((const char *)digits.data, digits.size, bytes, digits.size / 2, &size, err);
    if (status == TDX_OK)
        facts_set(facts, key, (struct span){ bytes, size });
    free(bytes);
    return status;
}

static enum tdx_status parse_fact(struct facts *facts, const struct json_place *item,
                                  struct tdx_error *err)
{
    struct json_place state = json_member(item, "state", JSON_REQUIRED);
    struct json_place why = json_member(item, "why", JSON_OPTIONAL);
    struct span name = json_name(item), reason = json_as_string(&why);
    enum tdx_status status = TDX_OK;
    char *key = strndup((const char *)name.data, name.size);
    char *words = strndup(reason.data != NULL ? (const char *)reason.data : "", reason.size);
    size_t i = 0;

    if (key == NULL || words == NULL) {
        status = status_fail(err, TDX_NO_MEMORY, "facts");
        goto done;
    }
    while (i < FACT_NOT_ASKED && !json_is(&state, state_words[i]))
        i++;
    if (i == FACT_NOT_ASKED)
        json_refuse(&state, "it is none of the states a fact can have");
    else if (i == FACT_KNOWN)
        status = parse_value(facts, key, item, err);
    else
        facts_set_state(facts, key, (enum fact_state)i, json_present(&why) ? words : NULL);
done:
    free(key);
    free(words);
    return status;
}

enum tdx_status facts_parse(struct span document, struct facts **ret, struct tdx_error *err)
{
    struct json_reader reader = { .bad = TDX_JSON_BAD, .err = err };
    struct json *json = NULL;
    struct facts *facts = facts_new();
    struct json_place root, list, item = { 0 };
    enum tdx_status status = TDX_NO_MEMORY;

    if (facts == NULL) {
        (void)status_fail(err, status, "facts");
        goto done;
    }
    status = json_parse(document, DOCUMENT_DEPTH, &json, err);
    if (status != TDX_OK)
        goto done;
    reader.json = json;
    root = json_root(&reader);
    if (json_uint(&root, "tdx_facts", UINT32_MAX) != 1)
        json_refuse(&root, "not a document of facts of version 1 (see --export-facts)");
    list = json_object(&root, "facts", JSON_REQUIRED);
    while (status == TDX_OK && json_next(&list, &item))
        status = parse_fact(facts, &item, err);
    if (status == TDX_OK)
        status = reader.status;
    if (status == TDX_OK && !facts_ok(facts))
        status = status_fail(err, TDX_NO_MEMORY, "facts");
    if (status == TDX_OK) {
        *ret = facts;
        facts = NULL;
    }
done:
    json_free(json);
    facts_free(facts);
    return status;
}
