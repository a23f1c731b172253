/* SPDX-License-Identifier: Apache-2.0 */
/* The report for Prometheus' textfile collector. Labels are bounded: ids, families and severities
 * of the table, never a value that was read. */
#include <inttypes.h>

#include "config.h"
#include "healthcheck/report.h"
#include "healthcheck/report_values.h"

static void head(struct text *out, const char *name, const char *help)
{
    text_addf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

/* 0 well, 1 WARN, 2 FAIL, 3 ERROR. */
static int code_of(enum check_status status)
{
    switch (status) {
    case CHECK_WARN:
        return 1;
    case CHECK_FAIL:
        return 2;
    case CHECK_ERROR:
        return 3;
    case CHECK_PASS:
    case CHECK_INFO:
    case CHECK_SKIP:
    case CHECK_STATUS_COUNT:
        break;
    }
    return 0;
}

/* What healthcheck.conf skips would otherwise be gone from a fleet's sight. */
static void print_skips(const struct report *report, struct text *out)
{
    bool any = false;

    for (size_t i = 0; i < report->count; i++) {
        const struct report_entry *entry = &report->entries[i];

        if (!entry->selected || entry->admin == NULL)
            continue;
        if (!any)
            head(out, "tdx_healthcheck_admin_skip", "1 for a check that healthcheck.conf skips.");
        any = true;
        text_addf(out, "tdx_healthcheck_admin_skip{check=\"%s\"} 1\n", entry->check->id);
    }
}

void report_print_prometheus(const struct report *report, const struct facts *facts,
                             struct text *out)
{
    static const char *const names[] = { "pass", "info", "warn", "fail", "error", "skip" };

    head(out, "tdx_healthcheck_build_info", "What wrote these metrics, and how it ran.");
    text_addf(out, "tdx_healthcheck_build_info{version=\"%s\",mode=\"%s\",privileged=\"%s\"} 1\n",
              PACKAGE_VERSION, report->mode, report->privileged ? "true" : "false");
    head(out, "tdx_healthcheck_last_run_timestamp_seconds", "When the checks were run.");
    text_addf(out, "tdx_healthcheck_last_run_timestamp_seconds %" PRId64 "\n", report->now);
    head(out, "tdx_healthcheck_checks", "Number of checks by status.");
    for (size_t i = 0; i < CHECK_STATUS_COUNT; i++)
        text_addf(out, "tdx_healthcheck_checks{status=\"%s\"} %zu\n", names[i],
                  report->by_status[i]);
    head(
        out, "tdx_healthcheck_check_status",
        "One check: 0 well, 1 warning, 2 failure, 3 could not be determined; absent when skipped.");
    for (size_t i = 0; i < report->count; i++) {
        const struct report_entry *entry = &report->entries[i];

        if (entry->selected && entry->finding.status != CHECK_SKIP)
            text_addf(out,
                      "tdx_healthcheck_check_status{check=\"%s\",family=\"%s\",severity=\"%s\"} "
                      "%d\n",
                      entry->check->id, entry->family->name,
                      check_severity_word(entry->check->severity), code_of(entry->finding.status));
    }
    print_skips(report, out);
    report_print_values(&(struct evaluation){ .facts = facts,
                                              .now = report->now,
                                              .evidence = report->evidence },
                        out);
}
