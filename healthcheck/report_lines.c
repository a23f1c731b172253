/* SPDX-License-Identifier: Apache-2.0 */
/* The report for programs that read lines: Nagios plugins' output, and TAP. */
#include <inttypes.h>

#include "healthcheck/evidence.h"
#include "healthcheck/report.h"

static bool is_bad(enum check_status status)
{
    return status == CHECK_WARN || status == CHECK_FAIL || status == CHECK_ERROR;
}

int report_nagios_code(const struct report *report, bool strict)
{
    if (report->by_status[CHECK_FAIL] > 0)
        return 2;
    if (report->by_status[CHECK_ERROR] > 0)
        return 3;
    if (report->by_status[CHECK_WARN] > 0)
        return strict ? 2 : 1;
    return 0;
}

/* A '|' begins performance data, wherever it stands. */
static void add_plain(const char *line, struct text *out)
{
    for (; *line != '\0'; line++)
        text_add_char(out, *line == '|' ? '/' : *line);
}

/* How long the collateral lasts: critical below zero, a warning below seven days. */
static void add_collateral(const struct report *report, const struct facts *facts, struct text *out)
{
    const struct evaluation evaluation = { .facts = facts,
                                           .now = report->now,
                                           .evidence = report->evidence };
    struct finding unused = { 0 };
    const struct collateral_facts *collateral = evidence_collateral(&evaluation, &unused);

    if (collateral != NULL && collateral->dates.earliest_expiration >= 0)
        text_addf(out, " collateral=%" PRId64 "s;604800:;0:",
                  collateral->dates.earliest_expiration - report->now);
    finding_free(&unused);
}

static int rank(enum check_status status)
{
    return status == CHECK_FAIL ? 3 : status == CHECK_ERROR ? 2 : status == CHECK_WARN ? 1 : 0;
}

/* The first of the worst; NULL if all is well. */
static const struct report_entry *worst_of(const struct report *report)
{
    const struct report_entry *worst = NULL;

    for (size_t i = 0; i < report->count; i++) {
        const struct report_entry *entry = &report->entries[i];

        if (entry->selected &&
            rank(entry->finding.status) > (worst != NULL ? rank(worst->finding.status) : 0))
            worst = entry;
    }
    return worst;
}

void report_print_nagios(const struct report *report, const struct facts *facts, struct text *out)
{
    static const char *const words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };
    const size_t *count = report->by_status;
    const struct report_entry *worst = worst_of(report);

    text_addf(out, "TDX %s - ", words[report_nagios_code(report, false)]);
    if (worst == NULL)
        text_addf(out, "%zu checks passed", count[CHECK_PASS] + count[CHECK_INFO]);
    else
        text_addf(out, "%zu failed, %zu undetermined, %zu warnings; first %s", count[CHECK_FAIL],
                  count[CHECK_ERROR], count[CHECK_WARN], worst->check->id);
    text_addf(out, " | fail=%zu;;0 error=%zu;;0 warn=%zu;0 skip=%zu", count[CHECK_FAIL],
              count[CHECK_ERROR], count[CHECK_WARN], count[CHECK_SKIP]);
    add_collateral(report, facts, out);
    text_add_char(out, '\n');
    for (size_t i = 0; i < report->count; i++) {
        const struct report_entry *entry = &report->entries[i];

        if (!entry->selected || !is_bad(entry->finding.status))
            continue;
        text_addf(out, "%s %s: ", check_status_word(entry->finding.status), entry->check->id);
        add_plain(text_string(&entry->finding.observed), out);
        text_add_char(out, '\n');
    }
}

/* '#' begins a directive. */
static void add_described(const char *line, struct text *out)
{
    for (; *line != '\0'; line++) {
        if (*line == '#' || *line == '\\')
            text_add_char(out, '\\');
        text_add_char(out, *line);
    }
}

void report_print_tap(const struct report *report, struct text *out)
{
    size_t total = 0, number = 0;

    for (size_t i = 0; i < CHECK_STATUS_COUNT; i++)
        total += report->by_status[i];
    text_addf(out, "TAP version 13\n1..%zu\n", total);
    for (size_t i = 0; i < report->count; i++) {
        const struct report_entry *entry = &report->entries[i];
        enum check_status status = entry->finding.status;

        if (!entry->selected)
            continue;
        text_addf(out,
                  "%s %zu - %s: ", status == CHECK_FAIL || status == CHECK_ERROR ? "not ok" : "ok",
                  ++number, entry->check->id);
        add_described(entry->check->title, out);
        if (status == CHECK_SKIP) {
            text_add(out, " # SKIP ");
            add_described(text_string(&entry->finding.skip_reason), out);
        }
        text_add_char(out, '\n');
        if (is_bad(status))
            text_addf(out, "# %s: %s\n", check_status_word(status),
                      text_string(&entry->finding.observed));
    }
}
