/* SPDX-License-Identifier: Apache-2.0 */
/* The clock: revocation and expiry are judged by it, and it is the host's to set. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>

#include "config.h"
#include "core/base/json.h"
#include "core/base/number.h"
#include "core/base/rfc3339.h"
#include "core/base/span_text.h"
#include "core/collateral/floor.h"
#include "healthcheck/evidence.h"
#include "healthcheck/families.h"
#include "healthcheck/pccs.h"
#include "healthcheck/settings.h"

#define WANTS            "/etc/systemd/system/multi-user.target.wants/"
#define SYSINIT          "/etc/systemd/system/sysinit.target.wants/"
#define TIMESYNC_SYNCED  "/run/systemd/timesync/synchronized"
#define UNSYNCHRONISED   0x40U
#define STATUS_MOST      0xffffU
#define MICROSECONDS_MAX INT64_C(1000000000000)

static const char *const daemons[] = { WANTS "chronyd.service", WANTS "chrony.service",
                                       WANTS "ntpd.service", SYSINIT "systemd-timesyncd.service" };

/* probe:adjtimex: {"status": N, "maxerror": N}, the kernel's STA_ bits and microseconds. */
static void collect_adjtimex(const struct collector *collector)
{
    struct timex state = { .modes = 0 };
    struct tdx_error err = { 0 };
    char json[96] = "";
    enum tdx_status status = TDX_OK;

    if (collect_probe_file(collector, "adjtimex", "adjtimex.json"))
        return;
    if (!collector->live) {
        facts_set_state(collector->facts, "probe:adjtimex", FACT_OFFLINE, NULL);
        return;
    }
    if (adjtimex(&state) < 0)
        status = status_fail_errno(&err, errno == EPERM ? TDX_PERMISSION : TDX_INTERNAL, errno,
                                   "adjtimex");
    (void)snprintf(json, sizeof(json), "{\"status\": %d, \"maxerror\": %ld}", state.status,
                   (long)state.maxerror);
    collect_probe(collector, "adjtimex", status, &err, span_of(json));
}

/* The floor has a file for each root, so the root must be among the facts before. */
static void collect_floor(const struct collector *collector)
{
    struct trust_anchor anchor;
    char name[FLOOR_NAME_SIZE], path[512];

    if (evidence_anchor(collector->facts, &anchor, NULL) != TDX_OK)
        return; /* the checks on collateral name it */
    floor_name(&anchor, name);
    (void)snprintf(path, sizeof(path), "%s/%s", FLOOR_FOLDER, name);
    collect_file(collector, path);
}

static void collect(const struct collector *collector)
{
    char seconds[32];

    collect_adjtimex(collector);
    for (size_t i = 0; i < sizeof(daemons) / sizeof(daemons[0]); i++)
        collect_link(collector, daemons[i]);
    collect_stat(collector, TIMESYNC_SYNCED);
    collect_floor(collector);
    if (collect_probe_file(collector, "build_time", "build_time"))
        return;
    (void)snprintf(seconds, sizeof(seconds), "%" PRId64, TDX_BUILD_TIME);
    facts_set(collector->facts, "probe:build_time", span_of(seconds));
}

struct adjtimex {
    unsigned status;
    int64_t max_error; /* microseconds */
};

static enum tdx_status read_adjtimex(struct span text, struct adjtimex *ret, struct tdx_error *err)
{
    struct json_reader reader = { .bad = TDX_JSON_BAD, .err = err };
    struct json *json = NULL;
    enum tdx_status status = json_parse(text, 2, &json, err);

    if (status == TDX_OK) {
        struct json_place root, error;

        reader.json = json;
        root = json_root(&reader);
        ret->status = (unsigned)json_uint(&root, "status", STATUS_MOST);
        error = json_member(&root, "maxerror", JSON_OPTIONAL);
        ret->max_error = json_as_int(&error, 0, MICROSECONDS_MAX);
        status = reader.status;
    }
    json_free(json);
    return status;
}

/* The service that should set the clock, or "no time service is enabled". */
static const char *daemon_words(const struct facts *facts)
{
    char key[160];

    for (size_t i = 0; i < sizeof(daemons) / sizeof(daemons[0]); i++) {
        (void)snprintf(key, sizeof(key), "link:%s", daemons[i]);
        if (facts_find(facts, key)->state == FACT_KNOWN)
            return strrchr(daemons[i], '/') + 1;
    }
    return NULL;
}

static void evaluate_sync(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *fact = facts_find(evaluation->facts, "probe:adjtimex");
    const char *service = daemon_words(evaluation->facts);
    struct tdx_error err = { 0 };
    struct adjtimex kernel = { 0 };

    if (!finding_needs(ret, fact, CHECK_ERROR, "unreadable", "the kernel was not asked"))
        return;
    finding_source(ret, "adjtimex(2), the units");
    if (read_adjtimex(fact->value, &kernel, &err) != TDX_OK)
        finding_set(ret, CHECK_ERROR, "unreadable", "%s", err.detail);
    else if ((kernel.status & UNSYNCHRONISED) == 0)
        finding_set(ret, CHECK_PASS, NULL, "synchronised to within %" PRId64 " ms",
                    kernel.max_error / 1000);
    else if (service != NULL)
        finding_set(ret, CHECK_WARN, "unsynchronised",
                    "the kernel's clock is not synchronised, though %s is enabled", service);
    else if (facts_find(evaluation->facts, "stat:" TIMESYNC_SYNCED)->state == FACT_KNOWN)
        finding_set(ret, CHECK_WARN, "unsynchronised",
                    "it was synchronised by systemd-timesyncd once, but no longer is");
    else
        finding_set(ret, CHECK_WARN, "no_service",
                    "the kernel's clock is not synchronised, and no time service is enabled");
}

static const struct fact *floor_fact(const struct facts *facts, const struct trust_anchor *anchor)
{
    char name[FLOOR_NAME_SIZE], key[512];

    floor_name(anchor, name);
    (void)snprintf(key, sizeof(key), "file:%s/%s", FLOOR_FOLDER, name);
    return facts_find(facts, key);
}

/* The latest moment that must be past. False with the finding set. */
static bool find_floor(const struct evaluation *evaluation, const struct trust_anchor *anchor,
                       struct finding *ret, int64_t *ret_floor)
{
    const struct fact *fact = floor_fact(evaluation->facts, anchor);
    struct tdx_error err = { 0 };
    struct floor *floor;

    *ret_floor = 0;
    if (fact->state == FACT_ABSENT)
        return true;
    if (!finding_needs(ret, fact, CHECK_ERROR, "unreadable", ""))
        return false;
    floor = calloc(1, sizeof(*floor));
    if (floor == NULL)
        (void)status_fail(&err, TDX_NO_MEMORY, "the floor");
    else if (floor_parse(strchr(fact->key, ':') + 1, fact->value, floor, &err) == TDX_OK)
        *ret_floor = floor->newest_issue;
    free(floor);
    if (err.status == TDX_OK)
        return true;
    finding_set(ret, CHECK_ERROR, status_id(err.status), "%s: %s", status_message(err.status),
                err.detail);
    finding_remedy(ret, "%s", status_remedy(err.status));
    return false;
}

static void evaluate_sane(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *built = facts_find(evaluation->facts, "probe:build_time");
    char now[RFC3339_TEXT_SIZE], bound[RFC3339_TEXT_SIZE];
    struct maybe_u64 build = { 0 };
    struct trust_anchor anchor;
    int64_t floor;

    /* A root that cannot be read is for the checks on collateral to name. */
    if (evidence_anchor(evaluation->facts, &anchor, NULL) != TDX_OK)
        anchor = *trust_anchor_intel();
    (void)rfc3339_format(evaluation->now, now);
    if (built->state == FACT_KNOWN)
        build = number_in_file(built->value);
    finding_source(ret, "the clock, %s, this program's build", FLOOR_FOLDER);
    if (build.known && evaluation->now < (int64_t)(build.value & INT64_MAX)) {
        finding_set(ret, CHECK_FAIL, "before_build",
                    "it is %s, but this program was built on %.10s", now,
                    rfc3339_format((int64_t)(build.value & INT64_MAX), bound));
        return;
    }
    if (evaluation->now > anchor.not_after) {
        finding_set(ret, CHECK_FAIL, "after_root", "it is %s, but the trusted root ended at %s",
                    now, rfc3339_format(anchor.not_after, bound));
        return;
    }
    if (!find_floor(evaluation, &anchor, ret, &floor))
        return;
    if (evaluation->now < floor)
        finding_set(ret, CHECK_FAIL, "before_floor",
                    "it is %s, but collateral issued at %s was seen here", now,
                    rfc3339_format(floor, bound));
    else if (floor != 0)
        finding_set(ret, CHECK_PASS, NULL, "%s, after the newest collateral seen (%s)", now,
                    rfc3339_format(floor, bound));
    else
        finding_set(ret, CHECK_PASS, NULL, "%s", now);
}

static void evaluate_reference(const struct evaluation *evaluation, struct finding *ret)
{
    int64_t tolerance = evaluation->settings->clock_seconds, server, difference;

    if (!pccs_date(evaluation, ret, &server))
        return;
    difference = evaluation->now - server;
    if (difference > tolerance || difference < -tolerance)
        finding_set(ret, CHECK_WARN, "differs", "this clock is %" PRId64 " seconds %s the server's",
                    difference > 0 ? difference : -difference,
                    difference > 0 ? "ahead of" : "behind");
    else
        finding_set(ret, CHECK_PASS, NULL, "%" PRId64 " seconds apart",
                    difference > 0 ? difference : -difference);
}

static const struct check checks[] = {
    {
        .id = "time.sync",
        .title = "the clock is synchronised",
        .severity = SEVERITY_HIGH,
        .expected = "a kernel clock that a time service keeps right",
        .remedy =
            "Let chronyd keep it (with \"rtcsync\" in chrony.conf, so that the kernel knows); "
            "Alibaba Cloud's servers are ntp.cloud.aliyuncs.com:\n"
            "  systemctl enable --now chronyd\n"
            "  chronyc tracking",
        .reads = "adjtimex(2): STA_UNSYNC and the greatest error; which time service is enabled",
        .why = "Whether collateral has expired, and whether a quote's chain is valid, is judged by "
               "this clock.",
        .requires = { "cpu.tdx_guest" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(ERROR),
        .evaluate = evaluate_sync,
    },
    {
        .id = "time.sane",
        .title = "the clock has not gone back",
        .severity = SEVERITY_CRITICAL,
        .expected = "a time after this program's build, after all collateral ever seen, and before "
                    "the trusted root's end",
        .remedy =
            "Set the clock right before you trust any other result here, and find out who set "
            "it back: the host can.\n"
            "  chronyc makestep\n"
            "  tdx-healthcheck --only time",
        .reads = "the clock; the newest collateral seen, in " FLOOR_FOLDER
                 "; the day of the build; the trusted root's end",
        .why =
            "A clock that is turned back revives collateral that has expired, and with it what was "
            "revoked since.",
        .requires = { "cpu.tdx_guest" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_sane,
    },
    {
        .id = "time.reference",
        .title = "the collateral server's clock agrees",
        .severity = SEVERITY_LOW,
        .expected =
            "less than two minutes (clock_seconds in healthcheck.conf) between this clock and the "
            "server's",
        .remedy = "One of the two is wrong. Compare with a third:\n"
                  "  chronyc sources",
        .reads = "the Date of the PCCS' answer",
        .why = "It is a second opinion, from outside this host.",
        .requires = { "time.sane" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(SKIP) | GIVES(ERROR),
        .evaluate = evaluate_reference,
    },
};

const struct family time_family = {
    .name = "time",
    .title = "Clock",
    .collect = collect,
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
