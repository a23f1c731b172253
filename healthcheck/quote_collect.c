/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/quote_collect.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/number.h"
#include "core/base/span_text.h"
#include "core/base/text.h"
#include "healthcheck/quote_ask.h"

#define SLOW_MS     2000U /* a host that takes longer is not asked more often than need be */
#define REPEATS     2
#define PARALLEL    4
#define GRACE_MS    1000U /* beyond what a login waits */
#define TIMINGS_MAX 16

static void set_text(const struct collector *collector, const char *key, const char *text)
{
    facts_set(collector->facts, key, span_of(text));
}

/* Why there is no quote. What an ordinary user may not do is no fault of the guest's. */
static void set_failure(const struct collector *collector, const char *key,
                        const struct quote_answer *answer)
{
    bool is_denied =
        geteuid() != 0 && (answer->status == TDX_DEVICE_DENIED || answer->status == TDX_TSM_DENIED);
    char why[TDX_DETAIL_SIZE + 160];

    (void)snprintf(why, sizeof(why), "%s: %s: %s", status_id(answer->status),
                   status_message(answer->status), answer->err.detail);
    facts_set_state(collector->facts, key, is_denied ? FACT_DENIED : FACT_FAILED, why);
}

static void set_path(const struct collector *collector, enum evidence_source source,
                     const struct quote_answer *answer)
{
    char key[64], lines[96];

    (void)snprintf(key, sizeof(key), "probe:quote_path/%s", evidence_source_word(source));
    if (answer->status != TDX_OK) {
        set_failure(collector, key, answer);
        return;
    }
    (void)snprintf(lines, sizeof(lines), "milliseconds=%" PRIu64 "\nsize=%zu\n",
                   answer->milliseconds, answer->quote.size);
    set_text(collector, key, lines);
}

/* probe:quote and its source: from the first way that gave one; else why the first that is there at
 * all did not. */
static void set_quote(const struct collector *collector, const enum evidence_source *order,
                      const struct quote_answer *answers, size_t count, size_t served)
{
    size_t told = 0;

    if (served < count) {
        facts_set(collector->facts, "probe:quote", file_content_span(&answers[served].quote));
        set_text(collector, "probe:quote_source", evidence_source_word(order[served]));
        return;
    }
    while (told + 1 < count &&
           (answers[told].status == TDX_TSM_MISSING || answers[told].status == TDX_TSM_PROVIDER ||
            answers[told].status == TDX_DEVICE_MISSING))
        told++;
    set_failure(collector, "probe:quote", &answers[told]);
    facts_set_state(collector->facts, "probe:quote_source", FACT_ABSENT, NULL);
}

/* Two more, unless the host is slow. */
static void time_more(const struct collector *collector, const struct evidence_paths *paths,
                      const uint8_t *report_data, unsigned timeout_ms, uint64_t first)
{
    char timings[96];
    size_t length = (size_t)snprintf(timings, sizeof(timings), "%" PRIu64, first);

    for (int i = 0; i < REPEATS && first < SLOW_MS; i++) {
        struct quote_answer answer;

        quote_ask(paths, report_data, timeout_ms, &answer, 1);
        if (answer.status == TDX_OK)
            length += (size_t)snprintf(timings + length, sizeof(timings) - length, " %" PRIu64,
                                       answer.milliseconds);
        quote_answers_free(&answer, 1);
    }
    set_text(collector, "probe:quote_milliseconds", timings);
}

static void ask_at_once(const struct collector *collector, const struct evidence_paths *paths,
                        const uint8_t *report_data, unsigned timeout_ms)
{
    struct quote_answer answers[PARALLEL];
    const struct quote_answer *failed = NULL;
    struct text lines = { 0 };
    unsigned given = 0;

    quote_ask(paths, report_data, timeout_ms, answers, PARALLEL);
    for (size_t i = 0; i < PARALLEL; i++)
        if (answers[i].status == TDX_OK)
            given++;
        else
            failed = &answers[i];
    text_addf(&lines, "asked=%d\ngiven=%u\n", PARALLEL, given);
    if (failed != NULL)
        text_addf(&lines, "failed=%s: %s\n", status_id(failed->status), failed->err.detail);
    facts_set(collector->facts, "probe:quote_parallel", text_span(&lines));
    text_free(&lines);
    quote_answers_free(answers, PARALLEL);
}

void quote_collect(const struct collector *collector, const struct evidence_paths *paths,
                   const uint8_t report_data[static TD_REPORT_DATA_SIZE], unsigned timeout_ms)
{
    enum evidence_source order[EVIDENCE_ORDER_MAX];
    struct quote_answer answers[EVIDENCE_ORDER_MAX];
    struct evidence_paths one = *paths;
    struct text words = { 0 };
    size_t count = evidence_order(paths, order), served = count;
    unsigned limit = timeout_ms + GRACE_MS;

    if (collector->progress != NULL)
        collector->progress("asking for quotes");
    for (size_t i = 0; i < count; i++) {
        one.source = order[i];
        quote_ask(&one, report_data, limit, &answers[i], 1);
        set_path(collector, order[i], &answers[i]);
        text_addf(&words, "%s%s", i > 0 ? " " : "", evidence_source_word(order[i]));
        if (answers[i].status == TDX_OK && served == count)
            served = i;
    }
    set_text(collector, "probe:quote_paths", text_string(&words));
    set_quote(collector, order, answers, count, served);
    if (served < count) {
        one.source = order[served];
        time_more(collector, &one, report_data, limit, answers[served].milliseconds);
    } else {
        facts_set_state(collector->facts, "probe:quote_milliseconds", FACT_ABSENT, NULL);
    }
    if (served < count && answers[served].milliseconds < SLOW_MS)
        ask_at_once(collector, &one, report_data, limit);
    else
        facts_set_state(collector->facts, "probe:quote_parallel", FACT_ABSENT, NULL);
    text_free(&words);
    quote_answers_free(answers, count);
}

/* --- recordings ------------------------------------------------------------------------------- */

/* timing.json: {"quote_milliseconds": [120, 118]} */
static void set_timings(const struct collector *collector, struct span document)
{
    struct tdx_error err = { 0 };
    struct json_reader reader = { .bad = TDX_JSON_BAD, .err = &err };
    struct text timings = { 0 };
    struct json *json = NULL;

    if (json_parse(document, 4, &json, &err) == TDX_OK) {
        struct json_place root, list, item = { 0 };

        reader.json = json;
        root = json_root(&reader);
        list = json_array(&root, "quote_milliseconds", JSON_REQUIRED);
        while (json_next(&list, &item) && item.index < TIMINGS_MAX)
            text_addf(&timings, "%s%" PRIu64, timings.length > 0 ? " " : "",
                      json_as_uint(&item, UINT32_MAX));
        json_free(json);
    }
    if (err.status == TDX_OK && timings.length > 0)
        facts_set(collector->facts, "probe:quote_milliseconds", text_span(&timings));
    else
        facts_set_state(collector->facts, "probe:quote_milliseconds", FACT_FAILED,
                        err.detail[0] != '\0' ? err.detail : "it holds no time");
    text_free(&timings);
}

/* probe:NAME from NAME.bin (or another fact for it), or why not from NAME.errno: an errno value, or
 * the id of a status and words. */
static void take_recorded(const struct collector *collector, const char *probe, const char *name)
{
    char file[64], key[64];
    const struct fact *failed;
    struct maybe_u64 number;

    (void)snprintf(file, sizeof(file), "%s.bin", name);
    if (!collect_probe_file(collector, probe, file))
        return;
    (void)snprintf(file, sizeof(file), "/.probe/%s.errno", name);
    collect_file(collector, file);
    (void)snprintf(key, sizeof(key), "file:%s", file);
    failed = facts_find(collector->facts, key);
    if (failed->state != FACT_KNOWN)
        return;
    number = number_in_file(failed->value);
    (void)snprintf(key, sizeof(key), "probe:%s", probe);
    facts_set_state(collector->facts, key, FACT_FAILED,
                    number.known && number.value <= INT32_MAX ? strerror((int)number.value)
                                                              : (const char *)failed->value.data);
}

/* The fact of one way, of which a quote or a reason is recorded. */
static void set_recorded_path(const struct collector *collector, const char *word,
                              const struct fact *recorded)
{
    char key[64], lines[64];

    (void)snprintf(key, sizeof(key), "probe:quote_path/%s", word);
    (void)snprintf(lines, sizeof(lines), "size=%zu\n", recorded->value.size);
    if (recorded->state == FACT_KNOWN)
        set_text(collector, key, lines);
    else
        facts_set_state(collector->facts, key, recorded->state, recorded->why);
}

void quote_collect_recorded(const struct collector *collector)
{
    static const char *const words[] = { "qgs", "tsm", "ioctl" };
    const struct fact *fact;
    struct text order = { 0 };
    char source[16] = "tsm";

    take_recorded(collector, "quote", "quote");
    if (!collect_probe_file(collector, "quote_source", "quote_source") ||
        !collect_probe_file(collector, "quote_parallel", "quote_parallel") ||
        !collect_probe_file(collector, "quote_milliseconds", "timing.json"))
        return;
    fact = facts_find(collector->facts, "probe:quote_milliseconds");
    if (fact->state == FACT_KNOWN)
        set_timings(collector, fact->value);
    fact = facts_find(collector->facts, "probe:quote_source");
    if (fact->state == FACT_KNOWN)
        span_string(span_trim(fact->value), source, sizeof(source));
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        char name[32], key[64];

        (void)snprintf(name, sizeof(name), "quote-%s", words[i]);
        (void)snprintf(key, sizeof(key), "probe:%s", name);
        take_recorded(collector, name, name);
        fact = facts_find(collector->facts, key);
        if (fact->state == FACT_ABSENT && strcmp(words[i], source) == 0)
            fact = facts_find(collector->facts, "probe:quote");
        if (fact->state == FACT_ABSENT)
            continue;
        text_addf(&order, "%s%s", order.length > 0 ? " " : "", words[i]);
        set_recorded_path(collector, words[i], fact);
    }
    if (order.length > 0)
        facts_set(collector->facts, "probe:quote_paths", text_span(&order));
    else
        facts_set_state(collector->facts, "probe:quote_paths", FACT_ABSENT, NULL);
    text_free(&order);
}
