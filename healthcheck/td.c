/* SPDX-License-Identifier: Apache-2.0 */
/* What the TD report says about this TD. */
#include <inttypes.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/evidence/td_attributes.h"
#include "healthcheck/evidence.h"
#include "healthcheck/families.h"

static bool is_zero(const uint8_t *measurement)
{
    return span_is_zero((struct span){ measurement, TD_MEASUREMENT_SIZE });
}

/* The first eight bytes: enough to compare by eye. */
static void set_measurement(struct finding *ret, enum check_status status, const char *reason,
                            const uint8_t *measurement)
{
    struct text hex = { 0 };

    text_add_hex(&hex, measurement, 8);
    finding_set(ret, status, reason, "%s...", text_string(&hex));
    text_free(&hex);
}

static void evaluate_report(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *asked = facts_find(evaluation->facts, "probe:report_data");
    const struct fact *fact = facts_find(evaluation->facts, "probe:td_report");
    struct td_report report;

    if (fact->state == FACT_FAILED) {
        finding_source(ret, "the guest device");
        finding_set(ret, CHECK_FAIL, "report_failed", "%s", fact->why != NULL ? fact->why : "");
        return;
    }
    if (!evidence_report(evaluation, ret, &report))
        return;
    if (asked->state == FACT_KNOWN &&
        !span_equal(asked->value,
                    (struct span){ report.td.report_data, sizeof(report.td.report_data) }))
        finding_set(ret, CHECK_FAIL, "echo", "it does not echo the data it was asked over");
    else
        finding_set(ret, CHECK_PASS, NULL, "version %u", (unsigned)report.version);
}

static void evaluate_debug(const struct evaluation *evaluation, struct finding *ret)
{
    struct td_report report;

    if (!evidence_report(evaluation, ret, &report))
        return;
    if (td_attributes_debuggable(report.td.attributes))
        finding_set(ret, CHECK_FAIL, "debuggable", "attributes 0x%016" PRIx64,
                    report.td.attributes);
    else
        finding_set(ret, CHECK_PASS, NULL, "NO_DEBUG");
}

static void evaluate_attributes(const struct evaluation *evaluation, struct finding *ret)
{
    struct td_report report;
    struct text names = { 0 };
    uint64_t attributes;

    if (!evidence_report(evaluation, ret, &report))
        return;
    attributes = report.td.attributes;
    td_attributes_names(attributes, &names);
    if ((attributes & TD_ATTRIBUTES_SEPT_VE_DISABLE) == 0)
        finding_set(ret, CHECK_WARN, "sept_ve", "SEPT_VE_DISABLE is clear: 0x%016" PRIx64 " (%s)",
                    attributes, text_string(&names));
    else if ((attributes & TD_ATTRIBUTES_PERFMON) != 0)
        finding_set(ret, CHECK_WARN, "perfmon", "PERFMON is set: 0x%016" PRIx64 " (%s)", attributes,
                    text_string(&names));
    else
        finding_set(ret, CHECK_PASS, NULL, "0x%016" PRIx64 " (%s)", attributes,
                    text_string(&names));
    text_free(&names);
}

static void evaluate_mrtd(const struct evaluation *evaluation, struct finding *ret)
{
    struct td_report report;

    if (!evidence_report(evaluation, ret, &report))
        return;
    if (is_zero(report.td.mr_td))
        finding_set(ret, CHECK_FAIL, "zero", "MRTD is zero");
    else
        set_measurement(ret, CHECK_PASS, NULL, report.td.mr_td);
}

static void evaluate_rtmr01(const struct evaluation *evaluation, struct finding *ret)
{
    struct td_report report;

    if (!evidence_report(evaluation, ret, &report))
        return;
    if (is_zero(report.td.rtmr[0]) || is_zero(report.td.rtmr[1]))
        finding_set(ret, CHECK_FAIL, "zero", "RTMR%d is zero: the firmware measures nothing",
                    is_zero(report.td.rtmr[0]) ? 0 : 1);
    else
        finding_set(ret, CHECK_PASS, NULL, "both are extended");
}

static void evaluate_rtmr2(const struct evaluation *evaluation, struct finding *ret)
{
    struct td_report report;

    if (!evidence_report(evaluation, ret, &report))
        return;
    if (is_zero(report.td.rtmr[2]))
        finding_set(ret, CHECK_WARN, "zero",
                    "RTMR2 is zero: neither command line nor initrd are measured");
    else
        set_measurement(ret, CHECK_PASS, NULL, report.td.rtmr[2]);
}

static void evaluate_rtmr3(const struct evaluation *evaluation, struct finding *ret)
{
    struct td_report report;

    if (!evidence_report(evaluation, ret, &report))
        return;
    if (is_zero(report.td.rtmr[3]))
        finding_set(ret, CHECK_INFO, NULL, "zero: nothing was added at run time");
    else
        set_measurement(ret, CHECK_INFO, NULL, report.td.rtmr[3]);
}

static void evaluate_servicetd(const struct evaluation *evaluation, struct finding *ret)
{
    struct td_report report;

    if (!evidence_report(evaluation, ret, &report))
        return;
    if (is_zero(report.td.service_td_hash))
        finding_set(ret, CHECK_INFO, NULL, "none");
    else
        set_measurement(ret, CHECK_WARN, "bound", report.td.service_td_hash);
}

static void evaluate_mrconfig(const struct evaluation *evaluation, struct finding *ret)
{
    struct td_report report;

    if (!evidence_report(evaluation, ret, &report))
        return;
    finding_set(ret, CHECK_INFO, NULL, "MRCONFIGID %s, MROWNER %s, MROWNERCONFIG %s",
                is_zero(report.td.mr_config_id) ? "zero" : "set",
                is_zero(report.td.mr_owner) ? "zero" : "set",
                is_zero(report.td.mr_owner_config) ? "zero" : "set");
}

/* All read the TD report. */
#define TD_CHECK(id_, title_, severity_, gives_, expected_, remedy_, why_, evaluate_, ...)         \
    {                                                                                              \
        .id = (id_), .title = (title_), .severity = (severity_), .expected = (expected_),          \
        .remedy = (remedy_), .reads = "the TD report, from /dev/tdx_guest", .why = (why_),         \
        .requires = { __VA_ARGS__ }, .live_only = true, .gives = (gives_), .evaluate = (evaluate_) \
    }

static const struct check checks[] = {
    TD_CHECK("td.report", "the CPU gives a TD report", SEVERITY_CRITICAL,
             GIVES(PASS) | GIVES(FAIL) | GIVES(ERROR),
             "a well-formed report that echoes the data it was asked over",
             "See which step fails:\n  tdx-attest report\nThe driver or the platform is at fault "
             "where the device is there and refuses.",
             "It is the CPU's own word on what this TD is.", evaluate_report, "driver.device"),
    TD_CHECK("td.debug", "the TD cannot be debugged by its host", SEVERITY_CRITICAL,
             GIVES(PASS) | GIVES(FAIL), "NO_DEBUG: the attributes' low byte is zero",
             "Create the instance again with DEBUG and profiling off. Nothing in the guest can "
             "mend this; whatever was on this machine must count as seen.",
             "With DEBUG set the host reads and writes the TD's memory.", evaluate_debug,
             "td.report"),
    TD_CHECK("td.attributes", "the TD attributes are the usual ones", SEVERITY_MEDIUM,
             GIVES(PASS) | GIVES(WARN), "SEPT_VE_DISABLE set, PERFMON clear",
             "The provider sets them when the TD is created. Pin them in a policy:\n"
             "  tdx-attest policy new --pin attributes",
             "With SEPT_VE_DISABLE clear the host can make pages vanish under the guest; PERFMON "
             "leaks what runs.",
             evaluate_attributes, "td.report"),
    TD_CHECK("td.mrtd", "MRTD is set", SEVERITY_HIGH, GIVES(PASS) | GIVES(FAIL),
             "a measurement that is not zero",
             "Report it to the provider: the TD's first memory was not measured.",
             "MRTD is the virtual firmware: everything else rests on it.", evaluate_mrtd,
             "td.report"),
    TD_CHECK("td.rtmr01", "the firmware measures what it starts", SEVERITY_HIGH,
             GIVES(PASS) | GIVES(FAIL), "RTMR0 and RTMR1 not zero",
             "Use an image with the provider's measuring firmware (UEFI).",
             "RTMR0 is the firmware's configuration, RTMR1 the boot loader and the kernel.",
             evaluate_rtmr01, "td.report"),
    TD_CHECK("td.rtmr2", "the boot loader measures command line and initrd", SEVERITY_MEDIUM,
             GIVES(PASS) | GIVES(WARN), "RTMR2 not zero",
             "Boot through a measuring GRUB or a unified kernel image. Until then no policy can "
             "notice a changed command line.",
             "Whoever can write to the disk can change what is not measured.", evaluate_rtmr2,
             "td.report"),
    TD_CHECK("td.rtmr3", "what was measured at run time", SEVERITY_INFO, GIVES(INFO), "either",
             "Nothing to mend.", "RTMR3 is free for applications; zero is normal.", evaluate_rtmr3,
             "td.report"),
    TD_CHECK("td.servicetd", "whether a service TD is bound", SEVERITY_LOW,
             GIVES(INFO) | GIVES(WARN), "none, or one that a policy pins",
             "A service TD (for migration) can reach into this one. Pin its hash:\n"
             "  tdx-attest policy new --pin mrservicetd",
             "A migration TD can move this TD to another host.", evaluate_servicetd, "td.report"),
    TD_CHECK("td.mrconfig", "what the host bound to the TD", SEVERITY_INFO, GIVES(INFO), "either",
             "Nothing to mend.", "MRCONFIGID, MROWNER and MROWNERCONFIG are set by the host.",
             evaluate_mrconfig, "td.report"),
};

const struct family td_family = {
    .name = "td",
    .title = "Trust domain",
    .collect = evidence_collect,
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
