/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting evidence: a TD report, a quote, the collateral for it. What it says is judged in td.c
 * and quote.c; the settings are those of the gate, so that what is judged is what a login meets. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "core/base/files.h"
#include "core/base/span_text.h"
#include "core/base/text.h"
#include "core/collateral/bundle.h"
#include "core/collateral/cache.h"
#include "core/collateral/source.h"
#include "core/evidence/provider.h"
#include "healthcheck/evidence.h"
#include "healthcheck/quote_collect.h"
#include "pam_tdx/gate_conf.h"

static void collect_report(const struct collector *collector, const struct evidence_paths *paths,
                           const uint8_t *report_data)
{
    uint8_t raw[TD_REPORT_SIZE];
    struct tdx_error err = { 0 };
    enum tdx_status status = evidence_td_report(paths, report_data, raw, &err);

    collect_probe(collector, "td_report", status, &err, (struct span){ raw, sizeof(raw) });
}

/* For which platform collateral is needed: the quote's; without a quote the one that was fetched
 * for last. False, with the probe set, if there is none. */
static bool find_key(const struct collector *collector, const char *folder, struct cache_key *ret)
{
    const struct fact *fact = facts_find(collector->facts, "probe:quote");
    struct cache_entry entries[CACHE_ENTRIES_MAX];
    struct pcs_target target;
    struct quote quote;
    struct tdx_error err = { 0 };
    enum tdx_status status = TDX_OK;
    size_t count = 0;

    if (fact->state == FACT_KNOWN) {
        status = quote_parse(fact->value.data, fact->value.size, &quote, &err);
        if (status == TDX_OK)
            status = source_target(&quote, &target, &err);
        if (status == TDX_OK) {
            memcpy(ret->fmspc, target.fmspc, sizeof(ret->fmspc));
            ret->ca = target.ca;
            return true;
        }
    } else {
        status = cache_list(folder, entries, &count, &err);
        if (status == TDX_OK && count > 0) {
            *ret = entries[0].key;
            return true;
        }
        if (status == TDX_OK)
            status = status_fail(&err, TDX_CACHE_MISSING, "%s is empty", folder);
    }
    collect_probe(collector, "collateral", status, &err, (struct span){ NULL, 0 });
    return false;
}

static void set_collateral(const struct collector *collector, const struct bundle *bundle,
                           int64_t stored)
{
    struct text printed = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status = bundle_print(&bundle->parts, &printed, &err);
    char seconds[32];

    collect_probe(collector, "collateral", status, &err, text_span(&printed));
    (void)snprintf(seconds, sizeof(seconds), "%" PRId64, stored);
    facts_set(collector->facts, "probe:collateral_stored", span_of(seconds));
    text_free(&printed);
}

/* The bundle that a login would use: the file that gate.conf names, else the cache's for this
 * quote's platform. */
static void collect_collateral(const struct collector *collector, const struct gate_conf *conf)
{
    const char *folder = conf->collateral != NULL ? conf->collateral : CACHE_FOLDER;
    struct cache_key key = { .ca = PCK_CA_PROCESSOR };
    struct cached cached = { 0 };
    struct tdx_error err = { 0 };
    struct stat st = { 0 };
    enum tdx_status status;

    facts_set_state(collector->facts, "probe:collateral_stored", FACT_ABSENT, NULL);
    if (conf->collateral != NULL && stat(conf->collateral, &st) == 0 && !S_ISDIR(st.st_mode)) {
        status = bundle_load(conf->collateral, FILE_READ_SAFE, &cached.bundle, &err);
        cached.stored = st.st_mtime;
    } else if (find_key(collector, folder, &key)) {
        status = cache_find(folder, &key, &cached, &err);
    } else {
        return;
    }
    if (status == TDX_OK)
        set_collateral(collector, &cached.bundle, cached.stored);
    else
        collect_probe(collector, "collateral", status, &err, (struct span){ NULL, 0 });
    cached_free(&cached);
}

/* The same in a tree of files: of an image, or of a recording that has no probe:collateral. The
 * first bundle in it; a guest has one. */
static void collect_tree_collateral(const struct collector *collector)
{
    const struct fact *names;
    char path[512], name[CACHE_NAME_SIZE];
    struct span text, line;

    collect_list(collector, CACHE_FOLDER);
    names = facts_find(collector->facts, "list:" CACHE_FOLDER);
    facts_set_state(collector->facts, "probe:collateral", names->state, names->why);
    names = facts_find(collector->facts, "list:" CACHE_FOLDER);
    if (names->state != FACT_KNOWN)
        return;
    facts_set_state(collector->facts, "probe:collateral", FACT_ABSENT, NULL);
    text = facts_find(collector->facts, "list:" CACHE_FOLDER)->value;
    while (line_next(&text, &line)) {
        struct cache_key key;
        const struct fact *file;

        if (line.size >= sizeof(name) ||
            !cache_key_parse(span_string(line, name, sizeof(name)), &key))
            continue;
        (void)snprintf(path, sizeof(path), "file:%s/%s", CACHE_FOLDER, name);
        collect_file(collector, path + strlen("file:"));
        file = facts_find(collector->facts, path);
        if (file->state == FACT_KNOWN)
            facts_set(collector->facts, "probe:collateral", file->value);
        else
            facts_set_state(collector->facts, "probe:collateral", file->state, file->why);
        return;
    }
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

/* An image's own: the file that its gate.conf names, below its root. */
static void collect_anchor_of_image(const struct collector *collector, const struct gate_conf *conf)
{
    const struct fact *file;
    char key[512];

    if (conf->trust_anchor == NULL) {
        facts_set_state(collector->facts, "probe:trust_anchor", FACT_ABSENT, NULL);
        return;
    }
    collect_file(collector, conf->trust_anchor);
    (void)snprintf(key, sizeof(key), "file:%s", conf->trust_anchor);
    file = facts_find(collector->facts, key);
    if (file->state == FACT_KNOWN)
        facts_set(collector->facts, "probe:trust_anchor", file->value);
    else
        facts_set_state(collector->facts, "probe:trust_anchor", file->state, file->why);
}

/* What is asked for on a live system, or recorded in .probe under these names. */
static const struct {
    const char *probe, *file; /* file NULL: quote_collect_recorded() knows it */
} probes[] = {
    { "td_report", "tdreport.bin" },
    { "report_data", "report_data" },
    { "collateral", "collateral" },
    { "collateral_stored", "collateral_stored" },
    { "trust_anchor", "trust_anchor" },
    { "quote", NULL },
    { "quote_source", NULL },
    { "quote_milliseconds", NULL },
    { "quote_paths", NULL },
    { "quote_parallel", NULL },
};
#define PROBES (sizeof(probes) / sizeof(probes[0]))

static void set_all(const struct collector *collector, enum fact_state state, const char *why)
{
    for (size_t i = 0; i < PROBES; i++) {
        char key[64];

        (void)snprintf(key, sizeof(key), "probe:%s", probes[i].probe);
        facts_set_state(collector->facts, key, state, why);
    }
}

static void collect_recorded(const struct collector *collector)
{
    for (size_t i = 0; i < PROBES; i++)
        if (probes[i].file != NULL &&
            !collect_probe_file(collector, probes[i].probe, probes[i].file))
            return;
    quote_collect_recorded(collector);
    if (facts_find(collector->facts, "probe:collateral")->state == FACT_ABSENT)
        collect_tree_collateral(collector);
}

static void set_number(const struct collector *collector, const char *key, unsigned value)
{
    char number[16];

    (void)snprintf(number, sizeof(number), "%u", value);
    facts_set(collector->facts, key, span_of(number));
}

/* gate.conf, and from it what the checks go by. Where it is missing or wrong (gate.config says so)
 * the defaults are as good. */
static void read_conf(const struct collector *collector, struct gate_conf *ret)
{
    const char *path = collector->gate_conf != NULL ? collector->gate_conf : GATE_CONF_DEFAULT;
    struct gate_source source = { .file = path };
    struct text policies = { 0 };
    enum tdx_status status = TDX_FILE_MISSING;
    char key[512];

    if (collector->live && !collector->recording) {
        status = gate_conf_load(&source, ret, NULL);
    } else {
        const struct fact *file;

        collect_file(collector, path);
        (void)snprintf(key, sizeof(key), "file:%s", path);
        file = facts_find(collector->facts, key);
        if (file->state == FACT_KNOWN)
            status = gate_conf_parse(path, file->value, ret, NULL);
    }
    if (status != TDX_OK) {
        gate_conf_free(ret);
        *ret = (struct gate_conf){ .accepted_tcb = TCB_ACCEPTED_DEFAULT,
                                   .settings.timeout_ms = GATE_TIMEOUT_DEFAULT_MS };
    }
    set_number(collector, "probe:accepted_tcb", ret->accepted_tcb);
    set_number(collector, "probe:collateral_grace", ret->collateral_grace_s);
    if (ret->pccs_url != NULL)
        facts_set(collector->facts, "probe:gate_pccs_url", span_of(ret->pccs_url));
    for (size_t i = 0; i < ret->policy_count; i++) {
        collect_file(collector, ret->policy[i]);
        text_addf(&policies, "%s\n", ret->policy[i]);
    }
    facts_set(collector->facts, "probe:policies", text_span(&policies));
    text_free(&policies);
}

static void collect_live(const struct collector *collector, const struct gate_conf *conf)
{
    struct evidence_paths paths = {
        .source = conf->evidence,
        .device = conf->device,
        .tsm = conf->tsm,
        .attest_conf = conf->attest_conf,
        .qgs_socket = conf->qgs_socket,
    };
    uint8_t report_data[TD_REPORT_DATA_SIZE];

    if (getrandom(report_data, sizeof(report_data), 0) != (ssize_t)sizeof(report_data)) {
        set_all(collector, FACT_FAILED, "the kernel gives no random bytes");
        return;
    }
    facts_set(collector->facts, "probe:report_data",
              (struct span){ report_data, sizeof(report_data) });
    collect_report(collector, &paths, report_data);
    collect_anchor(collector, conf);
    quote_collect(collector, &paths, report_data, conf->settings.timeout_ms);
    collect_collateral(collector, conf);
}

void evidence_collect(const struct collector *collector)
{
    struct gate_conf conf = { 0 };

    read_conf(collector, &conf);
    if (collector->recording) {
        collect_recorded(collector);
    } else if (collector->live) {
        collect_live(collector, &conf);
    } else {
        set_all(collector, FACT_OFFLINE, NULL);
        collect_anchor_of_image(collector, &conf);
        collect_tree_collateral(collector);
    }
    gate_conf_free(&conf);
}
