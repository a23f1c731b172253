/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/health_sim.h"

#include <stdio.h>
#include <string.h>

#include "core/base/span_text.h"
#include "core/collateral/floor.h"
#include "healthcheck/evidence.h"
#include "tests/unit/cmocka_all.h"

#define REPORT_DATA "what a test asks for"

static const struct health_fact well[] = {
    { "file:/proc/cpuinfo", "flags\t\t: fpu tdx_guest\n" },
    { "file:/proc/modules", "tdx_guest 16384 0 - Live 0x0\n" },
    { "stat:/dev/tdx_guest", "char 0600 0 0" },
    { "probe:quote_source", "tsm" },
    { "probe:quote_milliseconds", "120 100 110" },
    { "probe:quote_paths", "tsm ioctl" },
    { "probe:quote_path/tsm", "milliseconds=120\nsize=5010\n" },
    { "probe:quote_path/ioctl", "milliseconds=90\nsize=5010\n" },
    { "probe:quote_parallel", "asked=4\ngiven=4\n" },
    { "probe:policies", "" },
};

static void set_text(struct facts *facts, const char *key, struct text *text)
{
    assert_true(text_ok(text));
    facts_set(facts, key, text_span(text));
    text_free(text);
}

/* The rollback floor of the simulator's root: nothing was seen yet. */
static void set_floor(struct facts *facts)
{
    struct trust_anchor anchor;
    char name[FLOOR_NAME_SIZE], key[256];

    assert_status(evidence_anchor(facts, &anchor, NULL), "OK");
    floor_name(&anchor, name);
    (void)snprintf(key, sizeof(key), "file:%s/%s", FLOOR_FOLDER, name);
    facts_set_state(facts, key, FACT_ABSENT, NULL);
}

struct facts *health_sim_facts(const struct sim_platform *p)
{
    struct facts *facts = facts_new();
    uint8_t asked[SIM_REPORT_DATA_SIZE] = REPORT_DATA, report[SIM_REPORT_SIZE];
    struct text quote = { 0 }, bundle = { 0 }, pem = { 0 };
    char seconds[32];

    assert_non_null(facts);
    health_apply(facts, well, COUNT_OF(well));
    sim_platform_report(p, asked, report);
    sim_quote_make(p, asked, &quote);
    sim_bundle_json_make(p, &bundle);
    sim_anchor_pem(p, &pem);
    facts_set(facts, "probe:report_data", (struct span){ asked, sizeof(asked) });
    facts_set(facts, "probe:td_report", (struct span){ report, sizeof(report) });
    set_text(facts, "probe:quote", &quote);
    set_text(facts, "probe:collateral", &bundle);
    set_text(facts, "probe:trust_anchor", &pem);
    (void)snprintf(seconds, sizeof(seconds), "%lld", (long long)p->now - 3600);
    facts_set(facts, "probe:collateral_stored", span_of(seconds));
    set_floor(facts);
    return facts;
}

void health_sim_check_rows(const struct health_sim_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct sim_platform *p = sim_platform_new();
        struct report report = { 0 };
        struct facts *facts;

        assert_non_null(p);
        if (rows[i].turn != NULL)
            rows[i].turn(p);
        facts = health_sim_facts(p);
        health_apply(facts, rows[i].row.changes, HEALTH_CHANGES);
        assert_status(report_make(
                          &(struct evaluation){
                              .facts = facts,
                              .now = p->now,
                              .live = true,
                              .accepted_tcb = evidence_accepted(facts),
                          },
                          &(struct report_selection){ .only = rows[i].row.id }, &report, NULL),
                      "OK");
        health_check_row(&report, &rows[i].row);
        report_free(&report);
        facts_free(facts);
        sim_platform_free(p);
    }
}
