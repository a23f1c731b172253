/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/metadata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/monotonic.h"
#include "core/base/text.h"
#include "healthcheck/lines.h"
#include "healthcheck/metadata_http.h"

#define IMDS         "probe:imds"
#define TOKEN_HEADER "X-aliyun-ecs-metadata-token"
#define TOKEN_SIZE   1024 /* with the NUL; those of today have less than 100 characters */
#define VALUE_LIMIT  255  /* of an item that is one line */
#define HEADER_SIZE  (TOKEN_SIZE + 64)

/* The first one decides about the service. Below "probe:imds/". */
static const char *const items[] = {
    "meta-data/region-id",
    "meta-data/zone-id",
    "meta-data/image-id",
    "meta-data/instance/instance-type",
    "dynamic/instance-identity/document",
};
#define ITEMS (sizeof(items) / sizeof(items[0]))

static const char *const words[METADATA_VERDICT_COUNT] = {
    [METADATA_BY_TOKEN] = "token",          [METADATA_INSECURE] = "insecure",
    [METADATA_NO_PLATFORM] = "no_platform", [METADATA_NOBODY] = "unreachable",
    [METADATA_DISABLED] = "disabled",       [METADATA_SLOW] = "timeout",
    [METADATA_BROKEN_OFF] = "cut_off",      [METADATA_OVERSIZE] = "too_large",
    [METADATA_REDIRECT] = "redirect",       [METADATA_SERVER_ERROR] = "server_error",
    [METADATA_GARBAGE] = "garbage",
};

const char *metadata_verdict_word(enum metadata_verdict verdict)
{
    return words[verdict < METADATA_VERDICT_COUNT ? verdict : METADATA_GARBAGE];
}

/* The verdict with this word; METADATA_GARBAGE if there is none. */
static enum metadata_verdict verdict_named(struct span word)
{
    size_t verdict = 0;

    while (verdict < METADATA_VERDICT_COUNT && !span_is(word, words[verdict]))
        verdict++;
    return verdict < METADATA_VERDICT_COUNT ? (enum metadata_verdict)verdict : METADATA_GARBAGE;
}

enum metadata_verdict metadata_verdict_of(const struct fact *imds)
{
    return verdict_named(lines_value(imds->value, "verdict"));
}

static bool answered(enum metadata_verdict verdict)
{
    return verdict == METADATA_BY_TOKEN || verdict == METADATA_INSECURE;
}

const char *metadata_url(const struct facts *facts, char out[static PLATFORM_LINE_SIZE])
{
    const struct fact *imds = facts_find(facts, IMDS);

    out[0] = '\0';
    if (imds->state == FACT_KNOWN && answered(metadata_verdict_of(imds)))
        (void)lines_string(imds->value, "url", out, PLATFORM_LINE_SIZE);
    return out;
}

const char *metadata_item(const struct facts *facts, const char *key, char *out, size_t size)
{
    const struct fact *item = facts_find(facts, key);

    return span_string(item->state == FACT_KNOWN ? item->value : (struct span){ NULL, 0 }, out,
                       size);
}

const char *metadata_family(const struct facts *facts, char *out, size_t size)
{
    char *dot;

    (void)metadata_item(facts, METADATA_TYPE, out, size);
    dot = strrchr(out, '.');
    if (dot == NULL)
        return "";
    *dot = '\0';
    return dot + 1;
}

/* --- what is asked ---------------------------------------------------------------------------- */

/* An item's value without the white space around it, or { NULL, 0 } if it cannot be one: not
 * printable ASCII, more than one line, empty or too long. */
static struct span sound_value(const char *item, struct span raw)
{
    bool may_have_lines = strncmp(item, "dynamic/", 8) == 0;
    struct span value = span_trim(raw);

    if (value.size == 0 || (!may_have_lines && value.size > VALUE_LIMIT))
        return (struct span){ NULL, 0 };
    for (size_t i = 0; i < value.size; i++)
        if ((value.data[i] < 0x20 || value.data[i] > 0x7e) &&
            !(may_have_lines && byte_is_white(value.data[i])))
            return (struct span){ NULL, 0 };
    return value;
}

/* A session with one service. */
struct session {
    const struct collector *collector;
    struct metadata_server server;
    int64_t deadline;
    char header[HEADER_SIZE]; /* the token; "" for none */
    char detail[METADATA_DETAIL_SIZE];
    struct metadata_answer answer;
};

static enum metadata_verdict verdict_of_fault(enum metadata_fault fault)
{
    switch (fault) {
    case METADATA_UNREACHABLE:
        return METADATA_NOBODY;
    case METADATA_TIMEOUT:
        return METADATA_SLOW;
    case METADATA_CUT_OFF:
        return METADATA_BROKEN_OFF;
    case METADATA_TOO_LARGE:
        return METADATA_OVERSIZE;
    case METADATA_ANSWERED:
    case METADATA_UNFINISHED:
    case METADATA_NOT_HTTP:
        break;
    }
    return METADATA_GARBAGE;
}

static enum metadata_verdict verdict_of_code(unsigned code)
{
    if (code >= 500)
        return METADATA_SERVER_ERROR;
    return code >= 400 ? METADATA_DISABLED : code >= 300 ? METADATA_REDIRECT : METADATA_GARBAGE;
}

/* Asks, and notes how it went. METADATA_BY_TOKEN stands for an answer with status 200. */
static enum metadata_verdict ask(struct session *session, const char *method, const char *item,
                                 const char *header)
{
    enum metadata_fault fault = metadata_ask(&session->server, session->deadline, method, item,
                                             header[0] != '\0' ? header : NULL, &session->answer);
    enum metadata_verdict verdict = METADATA_BY_TOKEN;

    if (fault != METADATA_ANSWERED) {
        verdict = verdict_of_fault(fault);
        (void)snprintf(session->detail, sizeof(session->detail), "%s %s: %s", method, item,
                       metadata_verdict_word(verdict));
    } else if (session->answer.code != 200) {
        verdict = verdict_of_code(session->answer.code);
        (void)snprintf(session->detail, sizeof(session->detail), "%s %s: status %u", method, item,
                       session->answer.code);
    }
    return verdict;
}

static struct span body_of(const struct session *session)
{
    return (struct span){ (const uint8_t *)session->answer.body, session->answer.size };
}

/* A token goes into a header of ours: visible characters only. METADATA_INSECURE: it gives none. */
static enum metadata_verdict take_token(struct session *session)
{
    enum metadata_verdict verdict =
        ask(session, "PUT", "api/token", TOKEN_HEADER "-ttl-seconds: 60");
    struct span token = span_trim(body_of(session));

    if (verdict == METADATA_DISABLED)
        return METADATA_INSECURE;
    if (verdict != METADATA_BY_TOKEN)
        return verdict;
    for (size_t i = 0; i < token.size; i++)
        if (token.data[i] <= 0x20 || token.data[i] > 0x7e)
            verdict = METADATA_GARBAGE;
    if (token.size == 0 || token.size >= TOKEN_SIZE)
        verdict = METADATA_GARBAGE;
    if (verdict == METADATA_GARBAGE)
        (void)snprintf(session->detail, sizeof(session->detail), "the token is none");
    else
        (void)snprintf(session->header, sizeof(session->header), TOKEN_HEADER ": %.*s",
                       (int)token.size, (const char *)token.data);
    return verdict;
}

static const char *item_key(const char *item, char *out, size_t size)
{
    (void)snprintf(out, size, IMDS "/%s", item);
    return out;
}

/* Sets the item's fact. Anything but METADATA_BY_TOKEN says why it has no value. */
static enum metadata_verdict take_item(struct session *session, const char *item)
{
    struct facts *facts = session->collector->facts;
    enum metadata_verdict verdict = ask(session, "GET", item, session->header);
    struct span value = { NULL, 0 };
    char key[128];

    item_key(item, key, sizeof(key));
    if (verdict == METADATA_BY_TOKEN) {
        value = sound_value(item, body_of(session));
        if (value.data == NULL) {
            verdict = METADATA_GARBAGE;
            (void)snprintf(session->detail, sizeof(session->detail), "GET %s: no such value", item);
        }
    }
    if (value.data != NULL)
        facts_set(facts, key, value);
    else if (verdict == METADATA_DISABLED || verdict == METADATA_NOBODY)
        facts_set_state(facts, key, FACT_ABSENT, NULL);
    else
        facts_set_state(facts, key, FACT_FAILED, session->detail);
    return verdict;
}

static void set_items(const struct collector *collector, size_t first, enum fact_state state,
                      const char *why)
{
    char key[128];

    for (size_t i = first; i < ITEMS; i++)
        facts_set_state(collector->facts, item_key(items[i], key, sizeof(key)), state, why);
}

static enum metadata_verdict converse(struct session *session)
{
    enum metadata_verdict mode = take_token(session), verdict = mode;

    if (answered(mode))
        verdict = take_item(session, items[0]);
    if (!answered(mode) || verdict != METADATA_BY_TOKEN) {
        bool nobody = verdict == METADATA_NOBODY || verdict == METADATA_DISABLED;

        set_items(session->collector, 0, nobody ? FACT_ABSENT : FACT_FAILED,
                  nobody ? NULL : session->detail);
        return verdict;
    }
    for (size_t i = 1; i < ITEMS; i++)
        if (take_item(session, items[i]) == METADATA_SLOW) {
            set_items(session->collector, i, FACT_FAILED, session->detail);
            break;
        }
    session->detail[0] = '\0'; /* the items have their own */
    return mode;
}

/* --- collecting ------------------------------------------------------------------------------- */

static void set_verdict(const struct collector *collector, enum metadata_verdict verdict,
                        const char *url, const char *detail)
{
    struct text lines = { 0 };

    text_addf(&lines, "verdict=%s\nurl=%s\ndetail=%s\n", metadata_verdict_word(verdict), url,
              detail);
    if (text_ok(&lines))
        facts_set(collector->facts, IMDS, span_of(text_string(&lines)));
    else
        facts_set_state(collector->facts, IMDS, FACT_FAILED, "no memory");
    text_free(&lines);
}

/* The address to ask, "" for none: of the file that is about this machine; where the firmware names
 * no vendor, of the first file that has one. */
static const char *choose_url(const struct facts *facts, char out[static PLATFORM_LINE_SIZE])
{
    char vendor[PLATFORM_LINE_SIZE], profile[PLATFORM_NAME_SIZE];
    const struct fact *file;
    unsigned at = 0;
    bool found;

    if (platform_vendor(facts, vendor)[0] == '\0') {
        found = platform_next(facts, "metadata_url", &at, out, NULL);
    } else {
        file = platform_here(facts, profile);
        found = file != NULL && platform_value_next(file, "metadata_url", &at, out);
    }
    if (!found)
        out[0] = '\0';
    return out;
}

/* An item of a recording, held to the same form as a service's. */
static void take_recorded(const struct collector *collector, const char *item)
{
    char key[128], file[128], *copy;
    const struct fact *fact;

    (void)snprintf(file, sizeof(file), "imds/latest/%s", item);
    item_key(item, key, sizeof(key));
    if (!collect_probe_file(collector, key + strlen("probe:"), file))
        return;
    fact = facts_find(collector->facts, key);
    if (fact->state != FACT_KNOWN)
        return;
    if (sound_value(item, fact->value).data == NULL) {
        facts_set_state(collector->facts, key, FACT_FAILED, "garbage: no such value");
        return;
    }
    copy = strndup((const char *)fact->value.data, fact->value.size);
    if (copy != NULL)
        facts_set(collector->facts, key, sound_value(item, span_of(copy)));
    free(copy);
}

/* What a recording has. */
static void collect_recorded(const struct collector *collector, const char *url)
{
    static const char *const marks[] = { "imds/_token_required", "imds/latest/_token_required",
                                         "imds/latest/api/token" };
    enum metadata_verdict verdict = METADATA_INSECURE;
    char key[128];
    const struct fact *fact;
    const char *detail = "";

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        (void)snprintf(key, sizeof(key), "probe:%s", marks[i]);
        if (collect_probe_file(collector, marks[i], marks[i]) &&
            facts_find(collector->facts, key)->state == FACT_KNOWN)
            verdict = METADATA_BY_TOKEN;
    }
    for (size_t i = 0; i < ITEMS; i++)
        take_recorded(collector, items[i]);
    fact = facts_find(collector->facts, METADATA_REGION);
    if (fact->state == FACT_ABSENT) {
        verdict = METADATA_NOBODY;
    } else if (fact->state != FACT_KNOWN) {
        detail = fact->why != NULL ? fact->why : "";
        verdict = verdict_named((struct span){ (const uint8_t *)detail, strcspn(detail, ": \n") });
    }
    set_verdict(collector, verdict, url, detail);
}

static void collect_live(const struct collector *collector, const char *url)
{
    struct session *session = calloc(1, sizeof(*session));
    enum metadata_verdict verdict = METADATA_GARBAGE;

    if (session == NULL) {
        facts_set_state(collector->facts, IMDS, FACT_FAILED, "no memory");
        set_items(collector, 0, FACT_FAILED, "no memory");
        return;
    }
    if (collector->progress != NULL)
        collector->progress("asking the metadata service");
    session->collector = collector;
    session->deadline = monotonic_ms() + METADATA_TOTAL_MS;
    if (metadata_server_parse(url, &session->server))
        verdict = converse(session);
    set_verdict(collector, verdict, url, session->detail);
    free(session);
}

void metadata_collect(const struct collector *collector)
{
    char url[PLATFORM_LINE_SIZE];

    collect_file(collector, "/sys/class/dmi/id/sys_vendor");
    choose_url(collector->facts, url);
    if (collector->recording) {
        collect_recorded(collector, url);
    } else if (!collector->live || !collector->network) {
        enum fact_state state = collector->live ? FACT_NO_NETWORK : FACT_OFFLINE;

        facts_set_state(collector->facts, IMDS, state, NULL);
        set_items(collector, 0, state, NULL);
    } else if (url[0] == '\0') {
        set_items(collector, 0, FACT_ABSENT, NULL);
        set_verdict(collector, METADATA_NO_PLATFORM, "", "");
    } else {
        collect_live(collector, url);
    }
}
