/* SPDX-License-Identifier: Apache-2.0 */
/* What a recording's .probe holds of a TD: made by the simulator, whose bytes are the same each
 * time. The measurements are those that the event log leads to. */
#include <stdio.h>
#include <string.h>

#include "core/base/span_text.h"
#include "core/evidence/event_log.h"
#include "tests/sim/sim_world.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/event_log_builder.h"
#include "tests/unit/health_fixture.h"
#include "tests/unit/health_fixture_files.h"

#define SEED            "tdx-healthcheck's fixtures"
#define KNOB_SIZE       160
#define EV_SEPARATOR    4U
#define EV_EFI_VARIABLE 0x80000001U
#define EV_EFI_BOOT     0x80000003U
#define EV_IPL          13U

/* Records for RTMR0 (MR index 1) to RTMR2 (3), as firmware, boot loader and kernel make them. */
static void make_event_log(struct text *out)
{
    static const struct {
        const char *digested;
        uint32_t mr_index, type;
    } records[] = {
        { "SecureBoot", 1, EV_EFI_VARIABLE },   { "separator", 1, EV_SEPARATOR },
        { "shimx64.efi", 2, EV_EFI_BOOT },      { "grubx64.efi", 2, EV_EFI_BOOT },
        { "separator", 2, EV_SEPARATOR },       { "grub_cmd: linux", 3, EV_IPL },
        { "kernel_cmdline: quiet", 3, EV_IPL },
    };

    event_log_begin(out, 1, 0);
    for (size_t i = 0; i < COUNT_OF(records); i++)
        event_log_add(out, records[i].mr_index, records[i].type, records[i].digested,
                      records[i].digested, strlen(records[i].digested));
}

static void set_knob(struct sim_world *world, const char *assignment)
{
    struct tdx_error err = { 0 };

    if (world_set(world, assignment, &err) != TDX_OK)
        fail_msg("sim %s: %s", assignment, err.detail);
}

static void set_measurements(struct sim_world *world, const struct text *log)
{
    struct event_log_replay replay;
    struct tdx_error err = { 0 };

    assert_status(event_log_replay((struct span){ (const uint8_t *)log->data, log->length },
                                   &replay, &err),
                  "OK");
    for (unsigned i = 0; i < 3; i++) {
        struct text knob = { 0 };

        text_addf(&knob, "rtmr%u=", i);
        text_add_hex(&knob, replay.rtmr[i], sizeof(replay.rtmr[i]));
        set_knob(world, text_string(&knob));
        text_free(&knob);
    }
}

static void put(const char *folder, const char *path, const struct text *content)
{
    assert_true(text_ok(content));
    fixture_write(folder, path, text_string(content), content->length);
}

static void put_string(const char *folder, const char *path, const char *string)
{
    fixture_write(folder, path, string, strlen(string));
}

void fixture_evidence_make(const struct span *knobs, size_t count, const char *folder)
{
    struct sim_world *world = world_new(SEED, SIM_NOW);
    struct text log = { 0 }, quote = { 0 }, collateral = { 0 };
    uint8_t report_data[SIM_REPORT_DATA_SIZE], report[SIM_REPORT_SIZE];

    assert_non_null(world);
    for (size_t i = 0; i < sizeof(report_data); i++)
        report_data[i] = (uint8_t)(i + 1);
    make_event_log(&log);
    set_measurements(world, &log);
    for (size_t i = 0; i < count; i++) {
        char knob[KNOB_SIZE];

        assert_true(knobs[i].size < sizeof(knob));
        set_knob(world, span_string(knobs[i], knob, sizeof(knob)));
    }
    sim_platform_report(world->platform, report_data, report);
    sim_quote_make(world->platform, report_data, &quote);
    sim_bundle_json_make(world->platform, &collateral);
    put(folder, EVENT_LOG_PATH, &log);
    put_string(folder, EVENT_LOG_TABLE_PATH, "CCEL");
    fixture_write(folder, "/.probe/report_data", report_data, sizeof(report_data));
    fixture_write(folder, "/.probe/tdreport.bin", report, sizeof(report));
    put(folder, "/.probe/quote.bin", &quote);
    put_string(folder, "/.probe/quote_source", "tsm");
    put_string(folder, "/.probe/quote_parallel", "asked=4\ngiven=4\nfailed=\n");
    put_string(folder, "/.probe/timing.json", "{\"quote_milliseconds\": [180, 176, 191]}\n");
    put_string(folder, "/.probe/collateral_stored", "1781514000\n"); /* three hours before */
    put(folder, "/.probe/collateral", &collateral);
    put(folder, "/.probe/trust_anchor", &world->anchor);
    text_free(&log);
    text_free(&quote);
    text_free(&collateral);
    world_free(world);
}
