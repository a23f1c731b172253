/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/facts.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/span_text.h"

/* Sorted by key: a report needs some hundred facts, each looked for a few times. */
struct facts {
    struct fact *items;
    size_t count, capacity;
    bool failed;
};

static const struct fact not_asked = { .state = FACT_NOT_ASKED };

struct facts *facts_new(void)
{
    return calloc(1, sizeof(struct facts));
}

static void empty(struct fact *fact)
{
    union {
        const uint8_t *borrowed;
        uint8_t *owned;
    } value = { .borrowed = fact->value.data };

    free(value.owned);
    free(fact->why);
    fact->value = (struct span){ NULL, 0 };
    fact->why = NULL;
}

void facts_free(struct facts *facts)
{
    if (facts == NULL)
        return;
    for (size_t i = 0; i < facts->count; i++) {
        empty(&facts->items[i]);
        free(facts->items[i].key);
    }
    free(facts->items);
    free(facts);
}

/* The index of key, or of the first fact after it. */
static size_t position(const struct facts *facts, const char *key)
{
    size_t low = 0, high = facts->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(facts->items[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool grow(struct facts *facts)
{
    size_t capacity = facts->capacity > 0 ? 2 * facts->capacity : 64;
    struct fact *items;

    if (facts->count < facts->capacity)
        return true;
    if (facts->count >= FACTS_LIMIT)
        return false;
    items = realloc(facts->items, capacity * sizeof(*items));
    if (items == NULL)
        return false;
    facts->items = items;
    facts->capacity = capacity;
    return true;
}

/* The fact with that key, emptied, made if need be; NULL when there is no room. */
static struct fact *place(struct facts *facts, const char *key)
{
    size_t at = position(facts, key);
    char *copy;

    if (at < facts->count && strcmp(facts->items[at].key, key) == 0) {
        empty(&facts->items[at]);
        return &facts->items[at];
    }
    copy = strdup(key);
    if (copy == NULL || !grow(facts)) {
        free(copy);
        facts->failed = true;
        return NULL;
    }
    memmove(&facts->items[at + 1], &facts->items[at], (facts->count - at) * sizeof(struct fact));
    facts->items[at] = (struct fact){ .key = copy };
    facts->count++;
    return &facts->items[at];
}

void facts_set(struct facts *facts, const char *key, struct span value)
{
    struct fact *fact;
    uint8_t *copy;

    if (value.size > FACT_VALUE_LIMIT) {
        facts_set_state(facts, key, FACT_FAILED, "it is too large");
        return;
    }
    copy = malloc(value.size + 1);
    fact = copy != NULL ? place(facts, key) : NULL;
    if (fact == NULL) {
        free(copy);
        facts->failed = true;
        return;
    }
    if (value.size > 0)
        memcpy(copy, value.data, value.size);
    copy[value.size] = '\0';
    fact->state = FACT_KNOWN;
    fact->value.data = copy;
    fact->value.size = value.size;
}

void facts_set_state(struct facts *facts, const char *key, enum fact_state state, const char *why)
{
    struct fact *fact = place(facts, key);
    struct span words = span_trim(span_of(why != NULL ? why : ""));

    if (fact == NULL)
        return;
    fact->state = state;
    fact->why = why != NULL ? strndup((const char *)words.data, words.size) : NULL;
    if (why != NULL && fact->why == NULL)
        facts->failed = true;
}

bool facts_ok(const struct facts *facts)
{
    return !facts->failed;
}

const struct fact *facts_find(const struct facts *facts, const char *key)
{
    size_t at = position(facts, key);

    if (at < facts->count && strcmp(facts->items[at].key, key) == 0)
        return &facts->items[at];
    return &not_asked;
}

const struct fact *facts_next(const struct facts *facts, const char *prefix,
                              const struct fact *before)
{
    size_t at = before != NULL ? (size_t)(before - facts->items) + 1 : position(facts, prefix);

    if (at < facts->count && strncmp(facts->items[at].key, prefix, strlen(prefix)) == 0)
        return &facts->items[at];
    return NULL;
}
