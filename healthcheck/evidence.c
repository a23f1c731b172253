/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting evidence: a TD report, a quote, the collateral for it. What it says is judged in td.c
 * and quote.c; the settings are those of the gate, so that what is judged is what a login meets. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/collateral/bundle.h"
#include "core/collateral/cache.h"
#include "core/collateral/source.h"
#include "core/evidence/provider.h"
#include "healthcheck/evidence.h"
#include "pam_tdx/gate_conf.h"

static void set_bytes(const struct collector *collector, const char *key, const void *data,
                      size_t size)
{
    facts_set(collector->facts, key, (struct span){ data, size });
}

static int64_t milliseconds(void)
{
    struct timespec now = { 0 };

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void collect_report(const struct collector *collector, const struct evidence_paths *paths,
                           const uint8_t *report_data)
{
    uint8_t raw[TD_REPORT_SIZE];
    struct tdx_error err = { 0 };
    enum tdx_status status = evidence_td_report(paths, report_data, raw, &err);

    collect_probe(collector, "td_report", status, &err, (struct span){ raw, sizeof(raw) });
}

/* Returns true and the quote in *ret. */
static bool collect_quote(const struct collector *collector, const struct evidence_paths *paths,
                          const uint8_t *report_data, struct file_content *ret)
{
    struct tdx_error err = { 0 };
    enum evidence_source source = EVIDENCE_AUTO;
    int64_t started = milliseconds();
    enum tdx_status status;
    char taken[32];

    if (collector->progress != NULL)
        collector->progress("asking for a quote");
    status = evidence_quote(paths, report_data, ret, &source, &err);
    (void)snprintf(taken, sizeof(taken), "%" PRId64, milliseconds() - started);
    collect_probe(collector, "quote", status, &err, file_content_span(ret));
    set_bytes(collector, "probe:quote_milliseconds", taken, strlen(taken));
    set_bytes(collector, "probe:quote_source", evidence_source_word(source),
              strlen(evidence_source_word(source)));
    return status == TDX_OK;
}

/* The bundle that a login would use: the file that gate.conf names, else the cache's for this
 * quote's platform. */
static void collect_collateral(const struct collector *collector, const struct gate_conf *conf,
                               struct span quote_bytes)
{
    struct quote quote;
    struct source_found found = { 0 };
    struct source_request request = { .offline = true };
    struct text printed = { 0 };
    struct tdx_error err = { 0 };
    struct stat st;
    bool is_folder =
        conf->collateral == NULL || (stat(conf->collateral, &st) == 0 && S_ISDIR(st.st_mode));
    enum tdx_status status = quote_parse(quote_bytes.data, quote_bytes.size, &quote, &err);

    if (is_folder)
        request.cache = conf->collateral;
    else
        request.bundle = conf->collateral;
    if (status == TDX_OK)
        status = source_collateral(&request, &quote, &found, &err);
    if (status == TDX_OK)
        status = bundle_print(&found.bundle.parts, &printed, &err);
    collect_probe(collector, "collateral", status, &err, text_span(&printed));
    source_found_free(&found);
    text_free(&printed);
}

static void collect_anchor(const struct collector *collector, const struct gate_conf *conf)
{
    struct file_content pem = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status;

    if (conf->trust_anchor == NULL) {
        facts_set_state(collector->facts, "probe:trust_anchor", FACT_ABSENT, NULL);
        return;
    }
    status = file_read(conf->trust_anchor, COLLATERAL_CHAIN_LIMIT, FILE_READ_SAFE, &pem, &err);
    collect_probe(collector, "trust_anchor", status, &err, file_content_span(&pem));
    file_content_free(&pem);
}

static const char *const probes[] = { "td_report",          "quote",        "report_data",
                                      "quote_milliseconds", "quote_source", "collateral",
                                      "trust_anchor" };
#define PROBES (sizeof(probes) / sizeof(probes[0]))

static void set_all(const struct collector *collector, enum fact_state state, const char *why)
{
    for (size_t i = 0; i < PROBES; i++) {
        char key[64];

        (void)snprintf(key, sizeof(key), "probe:%s", probes[i]);
        facts_set_state(collector->facts, key, state, why);
    }
}

/* True if this is a recording, whose evidence lies in .probe under the probes' names. */
static bool collect_recorded(const struct collector *collector)
{
    for (size_t i = 0; i < PROBES; i++)
        if (!collect_probe_file(collector, probes[i], probes[i]))
            return false;
    return true;
}

static void set_accepted(const struct collector *collector, unsigned accepted)
{
    char decimal[16];

    (void)snprintf(decimal, sizeof(decimal), "%u", accepted);
    set_bytes(collector, "probe:accepted_tcb", decimal, strlen(decimal));
}

/* What the recording's own gate.conf accepts. */
static void collect_recorded_accepted(const struct collector *collector)
{
    const struct fact *file;
    struct gate_conf conf = { 0 };

    collect_file(collector, GATE_CONF_DEFAULT);
    file = facts_find(collector->facts, "file:" GATE_CONF_DEFAULT);
    if (file->state == FACT_KNOWN &&
        gate_conf_parse(GATE_CONF_DEFAULT, file->value, &conf, NULL) == TDX_OK)
        set_accepted(collector, conf.accepted_tcb);
    gate_conf_free(&conf);
}

void evidence_collect(const struct collector *collector)
{
    struct gate_conf conf = { 0 };
    struct gate_source source = {
        .file = collector->gate_conf != NULL ? collector->gate_conf : GATE_CONF_DEFAULT,
    };
    struct file_content quote = { 0 };
    uint8_t report_data[TD_REPORT_DATA_SIZE];
    struct evidence_paths paths = { 0 };

    if (collect_recorded(collector)) {
        collect_recorded_accepted(collector);
        return;
    }
    if (!collector->live) {
        set_all(collector, FACT_OFFLINE, NULL);
        return;
    }
    if (getrandom(report_data, sizeof(report_data), 0) != (ssize_t)sizeof(report_data)) {
        set_all(collector, FACT_FAILED, "the kernel gives no random bytes");
        return;
    }
    /* Where gate.conf is missing or wrong (gate.config says so) the defaults are as good. */
    if (gate_conf_load(&source, &conf, NULL) == TDX_OK)
        paths = (struct evidence_paths){
            .source = conf.evidence,
            .device = conf.device,
            .tsm = conf.tsm,
            .attest_conf = conf.attest_conf,
            .qgs_socket = conf.qgs_socket,
        };
    else
        conf.accepted_tcb = TCB_ACCEPTED_DEFAULT;
    set_accepted(collector, conf.accepted_tcb);
    set_bytes(collector, "probe:report_data", report_data, sizeof(report_data));
    collect_report(collector, &paths, report_data);
    collect_anchor(collector, &conf);
    if (collect_quote(collector, &paths, report_data, &quote))
        collect_collateral(collector, &conf, file_content_span(&quote));
    else
        facts_set_state(collector->facts, "probe:collateral", FACT_FAILED, "there is no quote");
    file_content_free(&quote);
    gate_conf_free(&conf);
}
