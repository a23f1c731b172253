/* SPDX-License-Identifier: Apache-2.0 */
/* The collateral server: whether it answers, and whether its certificate can be trusted. */
#include "healthcheck/pccs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/rfc3339.h"
#include "core/collateral/qcnl_conf.h"
#include "core/collateral/source.h"
#include "healthcheck/evidence.h"
#include "healthcheck/families.h"
#include "healthcheck/lines.h"
#include "healthcheck/settings.h"

#define CONNECT_MS   2000U
#define REQUEST_MS   3000U
#define BODY_LIMIT   ((size_t)256 << 10)
#define OPTIONS_FILE TDX_CONFDIR "/collateral.env"
#define OPTIONS_NAME "TDX_COLLATERAL_OPTIONS"
#define DAY          INT64_C(86400)
#define HOST_SIZE    256
#define KEY_SIZE     512

/* --- collecting ------------------------------------------------------------------------------- */

/* What the timer gives "tdx-attest collateral refresh": --pccs-url URL, --region ID, --vpc. */
struct refresh_options {
    char text[1024]; /* cut into words */
    struct source_request request;
};

static void read_options(const struct facts *facts, struct refresh_options *ret)
{
    const struct fact *file = facts_find(facts, "file:" OPTIONS_FILE);
    char *rest = NULL;

    ret->request = (struct source_request){ 0 };
    if (file->state != FACT_KNOWN)
        return;
    (void)os_release_value(file->value, OPTIONS_NAME, ret->text, sizeof(ret->text));
    for (char *word = strtok_r(ret->text, " \t", &rest); word != NULL;
         word = strtok_r(NULL, " \t", &rest)) {
        const char **into = strcmp(word, "--pccs-url") == 0 ? &ret->request.pccs_url
                            : strcmp(word, "--region") == 0 ? &ret->request.region
                                                            : NULL;

        if (into != NULL)
            *into = strtok_r(NULL, " \t", &rest);
        else if (strcmp(word, "--vpc") == 0)
            ret->request.vpc = true;
    }
}

/* As source_service(), from a recording's qcnl file. */
static enum tdx_status service_of_tree(const struct facts *facts,
                                       const struct source_request *request,
                                       struct source_service *ret, struct tdx_error *err)
{
    const struct fact *qcnl = facts_find(facts, "file:" QCNL_CONF_PATH);
    struct qcnl_reading reading = { 0 };
    const char *url = PCS_INTEL_BASE, *origin = "the default, Intel's service";

    if (qcnl->state == FACT_KNOWN)
        qcnl_conf_read(QCNL_CONF_PATH, qcnl->value, &reading, NULL);
    if (request->pccs_url != NULL) {
        url = request->pccs_url;
        origin = "--pccs-url";
    } else if (qcnl_conf_collateral_url(&reading.conf)[0] != '\0') {
        url = qcnl_conf_collateral_url(&reading.conf);
        origin = QCNL_CONF_PATH;
    }
    ret->update = reading.conf.update;
    (void)snprintf(ret->origin, sizeof(ret->origin), "%s", origin);
    return pcs_base_normalize(url, ret->base, &ret->plain_http, err);
}

static enum tdx_status find_service(const struct collector *collector, struct source_service *ret,
                                    struct tdx_error *err)
{
    const struct fact *gate = facts_find(collector->facts, "probe:gate_pccs_url");
    struct refresh_options options;

    read_options(collector->facts, &options);
    if (options.request.pccs_url == NULL && options.request.region == NULL &&
        gate->state == FACT_KNOWN)
        options.request.pccs_url = (const char *)gate->value.data;
    if (collector->live && !collector->recording)
        return source_service(&options.request, ret, err);
    return service_of_tree(collector->facts, &options.request, ret, err);
}

/* "HOST[:PORT]" and "/PATH" of an address, without its query. */
static void split_url(const char *url, char host[static HOST_SIZE], char path[static HOST_SIZE])
{
    const char *start = strstr(url, "://");
    size_t length;

    start = start != NULL ? start + 3 : url;
    length = strcspn(start, "/?");
    (void)snprintf(host, HOST_SIZE, "%.*s", (int)length, start);
    start += length;
    (void)snprintf(path, HOST_SIZE, "%.*s", (int)strcspn(start, "?"), start);
}

struct asked {
    struct source_service service;
    struct text url;
    char host[HOST_SIZE], path[HOST_SIZE];
};

static enum tdx_status get(const struct asked *asked, bool insecure, struct pcs_http_answer *ret,
                           struct tdx_error *err)
{
    const struct pcs_http_options options = {
        .insecure = insecure,
        .connect_timeout_ms = CONNECT_MS,
        .timeout_ms = REQUEST_MS,
        .body_limit = BODY_LIMIT,
        .keep_head = true,
    };
    struct pcs_http *http = pcs_http_new();
    enum tdx_status status = http != NULL
                                 ? pcs_http_get(http, text_string(&asked->url), &options, ret, err)
                                 : status_fail(err, TDX_NO_MEMORY, "a request");

    pcs_http_free(http);
    return status;
}

static bool is_about_trust(enum tdx_status status)
{
    return status == TDX_PCS_TLS_UNTRUSTED || status == TDX_PCS_TLS_NAME;
}

/* A server that answers but cannot be trusted has one fault, not two: it is asked once more without
 * trust, for the same public document. */
static void ask(const struct collector *collector, const struct asked *asked, const char *http_name,
                const char *tls_name)
{
    struct pcs_http_answer answer = { 0 };
    struct tdx_error err = { 0 };
    struct text whole = { 0 };
    char line[48];
    enum tdx_status status = get(asked, false, &answer, &err);

    if (is_about_trust(status)) {
        collect_probe(collector, tls_name, status, &err, (struct span){ NULL, 0 });
        err = (struct tdx_error){ 0 };
        status = get(asked, true, &answer, &err);
    } else if (status == TDX_OK && !asked->service.plain_http) {
        (void)snprintf(line, sizeof(line), "not_after=%" PRId64 "\n", answer.certificate_end);
        collect_probe(collector, tls_name, TDX_OK, &err, span_of(line));
    }
    if (status == TDX_OK) {
        text_add_n(&whole, answer.head.data, answer.head.length);
        text_add_n(&whole, answer.body.data, answer.body.length);
    }
    collect_probe(collector, http_name, status, &err, text_span(&whole));
    text_free(&whole);
    if (status == TDX_OK)
        pcs_http_answer_free(&answer);
}

static void set_answers(const struct collector *collector, const char *http_name,
                        const char *tls_name, enum fact_state state)
{
    char key[KEY_SIZE];

    (void)snprintf(key, sizeof(key), "probe:%s", http_name);
    facts_set_state(collector->facts, key, state, NULL);
    (void)snprintf(key, sizeof(key), "probe:%s", tls_name);
    facts_set_state(collector->facts, key, state, NULL);
}

/* Nobody else needs the server: no other machine waits for it. */
static bool is_guest(const struct facts *facts)
{
    const struct fact *cpuinfo = facts_find(facts, "file:/proc/cpuinfo");

    return cpuinfo->state == FACT_KNOWN && span_contains(cpuinfo->value, "tdx_guest");
}

static void collect_answer(const struct collector *collector, struct asked *asked)
{
    char http_name[KEY_SIZE], tls_name[KEY_SIZE];
    struct pcs_target target = { .base = asked->service.base, .update = asked->service.update };
    struct text lines = { 0 };

    pcs_url(&target, PCS_QE_IDENTITY, &asked->url);
    split_url(text_string(&asked->url), asked->host, asked->path);
    text_addf(&lines, "base=%s\norigin=%s\nhost=%s\npath=%s\n", asked->service.base,
              asked->service.origin, asked->host, asked->path);
    facts_set(collector->facts, "probe:pccs", text_span(&lines));
    text_free(&lines);
    (void)snprintf(http_name, sizeof(http_name), "http/%.250s%.250s", asked->host, asked->path);
    (void)snprintf(tls_name, sizeof(tls_name), "tls/%.250s", asked->host);
    if (collect_probe_file(collector, http_name, http_name) &&
        collect_probe_file(collector, tls_name, tls_name))
        return;
    set_answers(collector, http_name, tls_name,
                !collector->live      ? FACT_OFFLINE
                : !collector->network ? FACT_NO_NETWORK
                                      : FACT_ABSENT);
    if (!collector->live || !collector->network || !is_guest(collector->facts))
        return;
    if (collector->progress != NULL)
        collector->progress("asking the collateral server");
    if (pcs_http_start(NULL) == TDX_OK)
        ask(collector, asked, http_name, tls_name);
    pcs_http_stop();
}

static void collect(const struct collector *collector)
{
    struct asked asked = { .service.retries = 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status;

    collect_file(collector, OPTIONS_FILE);
    collect_file(collector, QCNL_CONF_PATH);
    status = find_service(collector, &asked.service, &err);
    if (status == TDX_OK)
        collect_answer(collector, &asked);
    else
        collect_probe(collector, "pccs", status, &err, (struct span){ NULL, 0 });
    text_free(&asked.url);
}

/* --- judging ---------------------------------------------------------------------------------- */

/* The fact of the answer, of kind "http" or "tls". Its host stands as the source. */
static const struct fact *answer_of(const struct facts *facts, const char *kind,
                                    struct finding *finding)
{
    const struct fact *pccs = facts_find(facts, "probe:pccs");
    char host[HOST_SIZE], path[HOST_SIZE], key[2 * HOST_SIZE + 32];

    lines_string(pccs->value, "host", host, sizeof(host));
    lines_string(pccs->value, "path", path, sizeof(path));
    (void)snprintf(key, sizeof(key), "probe:%s/%s%s", kind, host,
                   strcmp(kind, "http") == 0 ? path : "");
    finding_source(finding, "%s", host);
    return facts_find(facts, key);
}

/* "HTTP/1.1 200 OK": 200; 0 for anything else. */
static unsigned status_code(struct span answer)
{
    struct span line, word;
    uint64_t code = 0;

    if (line_next(&answer, &line) && word_next(&line, &word) && span_begins(word, "HTTP/") &&
        word_next(&line, &word) && number_take(&word, &code) && code < 1000)
        return (unsigned)code;
    return 0;
}

static void evaluate_reach(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *pccs = facts_find(evaluation->facts, "probe:pccs");
    const struct fact *fact;
    char base[PCS_URL_SIZE];
    unsigned code;

    if (pccs->state == FACT_FAILED) {
        finding_source(ret, "the configuration of the server");
        evidence_set_failure(ret, CHECK_FAIL, pccs);
        return;
    }
    if (!finding_needs(ret, pccs, CHECK_ERROR, "unreadable", "which server is meant is not known"))
        return;
    fact = answer_of(evaluation->facts, "http", ret);
    if (fact->state == FACT_FAILED) {
        evidence_set_failure(ret, CHECK_FAIL, fact);
        return;
    }
    if (!finding_needs(ret, fact, CHECK_SKIP, "not_asked", "it was not asked"))
        return;
    lines_string(pccs->value, "base", base, sizeof(base));
    finding_source(ret, "%s", base);
    code = status_code(fact->value);
    if (code == 0)
        finding_set(ret, CHECK_FAIL, "content", "its answer is not HTTP");
    else if (code != 200)
        finding_set(ret, CHECK_FAIL, "http_status", "it answers with status %u", code);
    else if (!span_contains(fact->value, "enclaveIdentity"))
        finding_set(ret, CHECK_FAIL, "content",
                    "it answers with something else than a QE identity");
    else
        finding_set(ret, CHECK_PASS, NULL, "it answers");
}

static void evaluate_tls(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *fact = answer_of(evaluation->facts, "tls", ret);
    struct maybe_u64 end;
    char date[RFC3339_TEXT_SIZE];
    int64_t left;

    if (fact->state == FACT_FAILED) {
        evidence_set_failure(ret, CHECK_FAIL, fact);
        return;
    }
    if (!finding_needs(ret, fact, CHECK_SKIP, "no_tls", "it was not asked over TLS"))
        return;
    finding_source(ret, "%s", strrchr(fact->key, '/') + 1);
    end = lines_number(fact->value, "not_after");
    left = (int64_t)(end.value & INT64_MAX) - evaluation->now;
    (void)rfc3339_format((int64_t)(end.value & INT64_MAX), date);
    if (!end.known || end.value == 0)
        finding_set(ret, CHECK_PASS, NULL, "trusted; until when is not known");
    else if (left < 0)
        finding_set(ret, CHECK_FAIL, "expired", "its certificate expired at %s", date);
    else if (left < evaluation->settings->tls_days * DAY)
        finding_set(ret, CHECK_WARN, "expires", "its certificate expires in %" PRId64 " days",
                    left / DAY);
    else
        finding_set(ret, CHECK_PASS, NULL, "trusted, until %.10s", date);
}

/* "Tue, 24 Nov 2026 18:23:57 GMT" (RFC 7231 section 7.1.1.1). */
static bool parse_date(struct span text, int64_t *ret)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char line[64], month[4], date[RFC3339_TEXT_SIZE + 16];
    const char *at;
    int day, year, hour, minute, second;

    span_string(span_trim(text), line, sizeof(line));
    if (sscanf(line, "%*3s, %2d %3s %4d %2d:%2d:%2d GMT", &day, month, &year, &hour, &minute,
               &second) != 6 ||
        strlen(month) != 3)
        return false;
    at = strstr(months, month);
    if (at == NULL || (at - months) % 3 != 0)
        return false;
    (void)snprintf(date, sizeof(date), "%04d-%02d-%02dT%02d:%02d:%02dZ", year,
                   (int)(at - months) / 3 + 1, day, hour, minute, second);
    return rfc3339_parse(date, strlen(date), ret, NULL) == TDX_OK;
}

bool pccs_date(const struct evaluation *evaluation, struct finding *finding, int64_t *ret)
{
    const struct fact *fact = answer_of(evaluation->facts, "http", finding);
    struct span text = fact->value, line;

    if (fact->state == FACT_NO_NETWORK)
        return finding_needs(finding, fact, CHECK_SKIP, "", "");
    if (fact->state != FACT_KNOWN) {
        finding_skip(finding, "no_answer", "there is no answer of a server to compare with");
        return false;
    }
    while (line_next(&text, &line) && span_trim(line).size > 0)
        if (line.size > 5 && strncasecmp((const char *)line.data, "Date:", 5) == 0) {
            span_skip(&line, 5);
            if (parse_date(line, ret))
                return true;
            finding_set(finding, CHECK_ERROR, "unreadable", "its Date cannot be read");
            return false;
        }
    finding_skip(finding, "no_date", "its answer has no Date");
    return false;
}

static const struct check checks[] = {
    {
        .id = "pccs.reach",
        .title = "the collateral server answers",
        .severity = SEVERITY_HIGH,
        .expected = "a QE identity within 3 seconds",
        .remedy = "Look at route, security group, DNS and proxy. An instance without a public "
                  "address needs the provider's host inside the VPC:\n"
                  "  tdx-attest collateral fetch --region cn-beijing --vpc --out /dev/null",
        .reads =
            "one GET of the QE identity from the server that a refresh would ask: of " OPTIONS_FILE
            ", gate.conf, " QCNL_CONF_PATH ", else Intel's",
        .why = "While it does not answer nothing is refreshed, and logins end when the collateral "
               "expires.",
        .requires = { "qcnl.url" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(FAIL) | GIVES(SKIP) | GIVES(ERROR),
        .evaluate = evaluate_reach,
    },
    {
        .id = "pccs.tls",
        .title = "the collateral server's certificate is trusted",
        .severity = SEVERITY_MEDIUM,
        .expected =
            "a chain to a root of the system, the right name, 14 days or more left (tls_days in "
            "healthcheck.conf)",
        .remedy = "Where the server is your own, make its CA known to the system instead of "
                  "switching the check off:\n"
                  "  trust anchor ca.pem       (Debian: update-ca-certificates)",
        .reads = "the server's certificate",
        .why = "Collateral is signed and needs no trust in the server, but its freshness does: "
               "whoever stands in between can serve last month's.",
        .requires = { "pccs.reach" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL) | GIVES(SKIP),
        .evaluate = evaluate_tls,
    },
};

const struct family pccs_family = {
    .part_of = &collateral_family,
    .collect = collect,
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
