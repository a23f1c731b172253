/* SPDX-License-Identifier: Apache-2.0 */
/* Quotes: whether one can be had, by which way, how fast, and several at once. What a quote says of
 * the platform: tcb.c. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/number.h"
#include "healthcheck/evidence.h"
#include "healthcheck/families.h"
#include "healthcheck/lines.h"
#include "healthcheck/settings.h"

#define LOGIN_GRACE_DEFAULT 120 /* sshd's, seconds */
#define LOGIN_GRACE_MOST    86400
#define TIMINGS_MAX         16

static const struct fact *path_fact(const struct facts *facts, struct span word)
{
    char key[64];

    (void)snprintf(key, sizeof(key), "probe:quote_path/%.*s", (int)word.size,
                   (const char *)word.data);
    return facts_find(facts, key);
}

/* A way that this kernel does not have is no fault, as long as another one works. */
static bool is_missing(const struct fact *path)
{
    enum tdx_status status = evidence_failure(path);

    return path->state != FACT_KNOWN && (status == TDX_TSM_MISSING || status == TDX_TSM_PROVIDER ||
                                         status == TDX_DEVICE_MISSING);
}

static void describe_path(const struct fact *path, struct span word, struct text *out)
{
    struct maybe_u64 taken = lines_number(path->value, "milliseconds");

    text_addf(out, "%s%.*s: ", out->length > 0 ? "; " : "", (int)word.size,
              (const char *)word.data);
    if (path->state != FACT_KNOWN)
        text_addf(out, "%.160s", path->why != NULL ? path->why : fact_state_word(path->state));
    else
        text_addf(out, "%" PRIu64 " bytes", lines_number(path->value, "size").value);
    if (path->state == FACT_KNOWN && taken.known)
        text_addf(out, " in %" PRIu64 " ms", taken.value);
}

struct paths {
    const struct fact *first;   /* the first way that is there; NULL: none is */
    const struct fact *working; /* the first that gave a quote */
    struct span working_word;
    bool is_empty; /* one answered with an empty quote */
    struct text told;
};

static void look_at_paths(const struct facts *facts, struct span words, struct paths *ret)
{
    struct span word;

    while (word_next(&words, &word)) {
        const struct fact *path = path_fact(facts, word);

        describe_path(path, word, &ret->told);
        ret->is_empty = ret->is_empty ||
                        (path->state != FACT_KNOWN && evidence_failure(path) == TDX_QUOTE_EMPTY);
        if (ret->first == NULL && !is_missing(path))
            ret->first = path;
        if (ret->working == NULL && path->state == FACT_KNOWN) {
            ret->working = path;
            ret->working_word = word;
        }
    }
}

static void set_empty_remedy(struct finding *ret)
{
    finding_remedy(ret, "The guest's side is well: the host answers with an empty quote. On "
                        "Alibaba Cloud's 5.10 kernels try the driver's older way, then stop and "
                        "start the instance from the console:\n"
                        "  echo options tdx_guest tsm_api=0 > /etc/modprobe.d/tdx_guest.conf\n"
                        "Elsewhere, or if that does not help, contact the provider and name the "
                        "time of day.");
}

static void evaluate_path(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *order = facts_find(evaluation->facts, "probe:quote_paths");
    struct paths paths = { 0 };

    if (!finding_needs(ret, order, CHECK_ERROR, "unreadable", "it was not tried"))
        return;
    look_at_paths(evaluation->facts, order->value, &paths);
    finding_source(ret, "%s", (const char *)order->value.data);
    if (paths.working != NULL && paths.working == paths.first)
        finding_set(ret, CHECK_PASS, NULL, "%s", text_string(&paths.told));
    else if (paths.working != NULL)
        finding_set(ret, CHECK_WARN, paths.is_empty ? "outblob_empty" : "second_choice",
                    "only %.*s works: %s", (int)paths.working_word.size,
                    (const char *)paths.working_word.data, text_string(&paths.told));
    else if (paths.first != NULL && paths.first->state == FACT_DENIED)
        (void)finding_needs(ret, paths.first, CHECK_ERROR, "permission", "");
    else if (paths.first != NULL && evidence_failure(paths.first) == TDX_QUOTE_TIMEOUT)
        evidence_set_failure(ret, CHECK_ERROR, paths.first);
    else
        finding_set(ret, CHECK_FAIL, paths.is_empty ? "outblob_empty" : "no_quote", "%s",
                    text_string(&paths.told));
    if (paths.is_empty)
        set_empty_remedy(ret);
    text_free(&paths.told);
}

static void evaluate_generate(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *fact = facts_find(evaluation->facts, "probe:quote");
    const struct fact *source = facts_find(evaluation->facts, "probe:quote_source");
    struct tdx_error err = { 0 };
    struct quote quote;
    char word[32];

    if (fact->state == FACT_FAILED) {
        finding_source(ret, "configfs-tsm, the guest device, the QGS");
        finding_set(ret, CHECK_FAIL, "no_quote", "%s", fact->why != NULL ? fact->why : "");
        return;
    }
    if (!finding_needs(ret, fact, CHECK_FAIL, "no_quote", "there is no quote"))
        return;
    finding_source(ret, "%s", span_string(span_trim(source->value), word, sizeof(word)));
    if (quote_parse(fact->value.data, fact->value.size, &quote, &err) != TDX_OK)
        finding_set(ret, CHECK_FAIL, status_id(err.status), "%s", err.detail);
    else if (quote.tee != QUOTE_TEE_TDX)
        finding_set(ret, CHECK_FAIL, "not_a_td", "it is not the quote of a TD");
    else
        finding_set(ret, CHECK_PASS, NULL, "version %u, %zu bytes", (unsigned)quote.version,
                    quote.length);
}

static void evaluate_reportdata(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *asked = facts_find(evaluation->facts, "probe:report_data");
    const struct fact *fact = facts_find(evaluation->facts, "probe:quote");
    const struct fact *report_fact = facts_find(evaluation->facts, "probe:td_report");
    struct tdx_error err = { 0 };
    struct td_report report;
    struct quote quote;

    if (!finding_needs(ret, asked, CHECK_ERROR, "unreadable", "what was asked is not known") ||
        !finding_needs(ret, fact, CHECK_ERROR, "unreadable", "there is no quote"))
        return;
    finding_source(ret, "the quote, the TD report");
    if (quote_parse(fact->value.data, fact->value.size, &quote, &err) != TDX_OK) {
        finding_set(ret, CHECK_ERROR, status_id(err.status), "%s", err.detail);
        return;
    }
    if (!span_equal(asked->value,
                    (struct span){ quote.td.report_data, sizeof(quote.td.report_data) })) {
        finding_set(ret, CHECK_FAIL, "echo", "the quote carries other data than was asked for");
        return;
    }
    if (report_fact->state == FACT_KNOWN &&
        td_report_parse(report_fact->value.data, report_fact->value.size, &report, &err) ==
            TDX_OK &&
        td_identity_check_same(&report.td, &quote.td, &err) != TDX_OK) {
        finding_set(ret, CHECK_FAIL, "other_td", "the quote is of another TD: %s", err.detail);
        return;
    }
    finding_set(ret, CHECK_PASS, NULL, "the quote is of this TD and of now");
}

static int by_size(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return left < right ? -1 : left > right ? 1 : 0;
}

/* The median of the numbers in text; of an even count the lower one. */
static struct maybe_u64 median(struct span text, size_t *ret_count)
{
    uint64_t values[TIMINGS_MAX];
    struct span word;
    size_t count = 0;

    while (count < TIMINGS_MAX && word_next(&text, &word))
        if (number_take(&word, &values[count]) && word.size == 0)
            count++;
    *ret_count = count;
    if (count == 0)
        return (struct maybe_u64){ 0 };
    qsort(values, count, sizeof(values[0]), by_size);
    return maybe_u64(values[(count - 1) / 2]);
}

/* How long sshd waits for a login, in seconds; its default where that is not known. "0" is no
 * limit, which no login should rest on. */
static uint64_t login_grace(const struct facts *facts)
{
    const struct fact *said = facts_find(facts, "probe:sshd_T");
    struct span text = said->value, line;
    uint64_t seconds = 0;

    while (said->state == FACT_KNOWN && line_next(&text, &line))
        if (span_take(&line, "logingracetime ") && number_take(&line, &seconds))
            break;
    return seconds > 0 && seconds < LOGIN_GRACE_MOST ? seconds : LOGIN_GRACE_DEFAULT;
}

static void evaluate_latency(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *fact = facts_find(evaluation->facts, "probe:quote_milliseconds");
    uint64_t grace = login_grace(evaluation->facts);
    struct maybe_u64 taken;
    size_t count;

    if (!finding_needs(ret, fact, CHECK_ERROR, "unreadable", "it was not timed"))
        return;
    taken = median(fact->value, &count);
    finding_source(ret, "quotes, timed, and sshd's LoginGraceTime");
    if (!taken.known)
        finding_set(ret, CHECK_ERROR, "unreadable", "it was not timed");
    else if (taken.value >= evaluation->settings->quote_fail_ms)
        finding_set(ret, CHECK_FAIL, "too_slow", "%" PRIu64 " ms", taken.value);
    else if (taken.value > grace * 1000 / 4)
        finding_set(ret, CHECK_FAIL, "too_slow",
                    "%" PRIu64 " ms, more than a quarter of LoginGraceTime (%" PRIu64 " s)",
                    taken.value, grace);
    else if (taken.value >= evaluation->settings->quote_warn_ms)
        finding_set(ret, CHECK_WARN, "slow", "%" PRIu64 " ms", taken.value);
    else
        finding_set(ret, CHECK_PASS, NULL, "%" PRIu64 " ms (median of %zu)", taken.value, count);
}

static void evaluate_concurrent(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *fact = facts_find(evaluation->facts, "probe:quote_parallel");
    struct maybe_u64 asked, given;
    char failed[256];

    if (!finding_needs(ret, fact, CHECK_SKIP, "not_tried",
                       "it was not tried: the host is too slow to be asked more often"))
        return;
    finding_source(ret, "requests at the same time");
    asked = lines_number(fact->value, "asked");
    given = lines_number(fact->value, "given");
    lines_string(fact->value, "failed", failed, sizeof(failed));
    if (!asked.known || !given.known)
        finding_set(ret, CHECK_ERROR, "unreadable", "how many were answered is not known");
    else if (given.value < asked.value)
        finding_set(ret, CHECK_WARN, "conflict", "%" PRIu64 " of %" PRIu64 " were answered: %s",
                    given.value, asked.value, failed);
    else
        finding_set(ret, CHECK_PASS, NULL, "all %" PRIu64 " were answered", asked.value);
}

static const struct check checks[] = {
    {
        .id = "quote.path",
        .title = "the way to quotes that the gate tries first works",
        .severity = SEVERITY_CRITICAL, /* the gate denies where none works */
        .expected = "a quote by the first of the ways that are there",
        .remedy = "See which step fails, and why:\n"
                  "  tdx-attest quote --out /dev/null\n"
                  "Quotes are made by the host: where the guest's side is well, contact the "
                  "provider. To ask by one way only: evidence in gate.conf(5).",
        .reads = "a quote by each way: the QGS over vsock if /etc/tdx-attest.conf names a port, "
                 "configfs-tsm, the guest device",
        .why = "Which ways work differs from kernel to kernel and from host to host; some answer "
               "with nothing and call it success. A login tries them one after the other.",
        .requires = { "td.report" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_path,
    },
    {
        .id = "quote.generate",
        .title = "a quote can be made",
        .severity = SEVERITY_CRITICAL,
        .expected = "a quote of this TD, version 4 or 5",
        .remedy = "See which provider fails at which step:\n"
                  "  tdx-attest quote --out /dev/null\n"
                  "A quote is made by the host: where the guest's side is well, contact the "
                  "provider. On Alibaba Cloud's 5.10 kernels an empty answer of configfs can be "
                  "mended with the module option tdx_guest tsm_api=0.",
        .reads = "configfs-tsm, the guest device, the QGS, in the order the gate asks them",
        .why = "That the device is there does not mean that quotes work; a login needs one.",
        .requires = { "quote.path" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_generate,
    },
    {
        .id = "quote.reportdata",
        .title = "the quote is of this TD and of now",
        .severity = SEVERITY_CRITICAL,
        .expected = "the random data that was asked for, and the TD of the report",
        .remedy = "Something answers with quotes of another time or TD. Contact the provider; "
                  "trust nothing on this machine until it is cleared.",
        .reads = "the quote's body and the TD report",
        .why = "A quote that was made before, or elsewhere, proves nothing about this machine.",
        .requires = { "quote.generate" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_reportdata,
    },
    {
        .id = "quote.latency",
        .title = "quotes come fast enough for logins",
        .severity = SEVERITY_MEDIUM,
        .expected =
            "less than 2 seconds (quote_warn_ms in healthcheck.conf), in the median of three",
        .remedy = "The host's quoting service is slow. Until it is mended, freshness= in gate.conf "
                  "lets logins share a quote for some seconds; see gate.conf(5).",
        .reads = "the time that quotes took; sshd's LoginGraceTime",
        .why = "A slow gate holds sshd's MaxStartups slots, and other logins are dropped; beyond "
               "a quarter of LoginGraceTime the login itself is.",
        .requires = { "quote.generate" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_latency,
    },
    {
        .id = "quote.concurrent",
        .title = "several quotes can be had at once",
        .severity = SEVERITY_LOW,
        .expected = "each of four requests at the same time is answered",
        .remedy = "Logins at the same time share a quote, so the gate copes with this. Another "
                  "program that asks for quotes should take a lock on inblob, as Intel's library "
                  "does.",
        .reads = "four requests at the same time, by the way that works",
        .why = "The kernel has one place for a request in flight; whoever does not wait for it "
               "fails.",
        .requires = { "quote.generate" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(ERROR) | GIVES(SKIP),
        .evaluate = evaluate_concurrent,
    },
};

const struct family evidence_family = {
    .name = "evidence",
    .title = "Quote and platform TCB",
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
