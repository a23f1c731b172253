/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/report.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/status.h"
#include "healthcheck/evidence.h"
#include "healthcheck/families.h"
#include "healthcheck/settings.h"

#define PATTERN_LIMIT 256

bool report_pattern_names(const char *pattern, const struct report_entry *entry)
{
    return strcmp(pattern, entry->family->name) == 0 || fnmatch(pattern, entry->check->id, 0) == 0;
}

/* Marks the entries that the comma-separated patterns name. A pattern that names none is a
 * misspelling, which must not look like "all is well". */
static enum tdx_status mark(struct report *report, const char *patterns, bool selected,
                            struct tdx_error *err)
{
    while (*patterns != '\0') {
        size_t length = strcspn(patterns, ",");
        char pattern[PATTERN_LIMIT];
        bool found = false;

        if (length >= sizeof(pattern))
            return status_fail(err, TDX_USAGE, "a pattern is too long");
        memcpy(pattern, patterns, length);
        pattern[length] = '\0';
        for (size_t i = 0; i < report->count; i++)
            if (report_pattern_names(pattern, &report->entries[i])) {
                report->entries[i].selected = selected;
                found = true;
            }
        if (!found)
            return status_fail(err, TDX_USAGE, "no check is called \"%s\" (see --list)", pattern);
        patterns += length + (patterns[length] == ',' ? 1 : 0);
    }
    return TDX_OK;
}

/* "All is well" about nothing at all is what a misspelling looks like. */
static bool anything_selected(const struct report *report)
{
    for (size_t i = 0; i < report->count; i++)
        if (report->entries[i].selected)
            return true;
    return false;
}

static enum tdx_status fill(struct report *report, const struct report_selection *selection,
                            struct tdx_error *err)
{
    enum tdx_status status = TDX_OK;
    size_t at = 0;

    for (size_t i = 0; i < family_count; i++)
        report->count += families[i]->check_count;
    report->entries = calloc(report->count, sizeof(*report->entries));
    if (report->entries == NULL) {
        report->count = 0;
        return status_fail(err, TDX_NO_MEMORY, "the report");
    }
    for (size_t i = 0; i < family_count; i++)
        for (size_t k = 0; k < families[i]->check_count; k++)
            report->entries[at++] = (struct report_entry){
                .family = family_whole(families[i]),
                .check = &families[i]->checks[k],
                .selected = selection->only == NULL,
            };
    if (selection->only != NULL)
        status = mark(report, selection->only, true, err);
    if (status == TDX_OK && selection->skip != NULL)
        status = mark(report, selection->skip, false, err);
    if (status == TDX_OK && !anything_selected(report))
        status = status_fail(err, TDX_USAGE, "--only and --skip leave nothing to check");
    return status;
}

const struct report_entry *report_entry_of(const struct report *report, const char *id)
{
    for (size_t i = 0; i < report->count; i++)
        if (strcmp(report->entries[i].check->id, id) == 0)
            return &report->entries[i];
    return NULL;
}

/* What an image cannot show, or was not asked for, is no reason against the checks that can. */
static bool holds(const struct report_entry *needed)
{
    const struct finding *finding = &needed->finding;

    return finding->status < CHECK_FAIL ||
           (finding->status == CHECK_SKIP && finding->reason != NULL &&
            (strcmp(finding->reason, "offline") == 0 ||
             strcmp(finding->reason, "no_network") == 0));
}

/* The first thing the check needs that does not hold; NULL if it can be judged. */
static const struct report_entry *missing_prerequisite(const struct report *report,
                                                       const struct check *check)
{
    for (size_t i = 0; i < CHECK_REQUIRES_MAX && check->requires[i] != NULL; i++) {
        const struct report_entry *needed = report_entry_of(report, check->requires[i]);

        if (needed == NULL || !holds(needed))
            return needed;
    }
    return NULL;
}

/* One cause, one FAIL, also where the check could be judged by itself. */
static void blame_cause(const struct report *report, struct report_entry *entry)
{
    const struct check *check = entry->check;

    for (size_t i = 0; i < CHECK_SYMPTOM_MAX && check->symptom_of[i] != NULL; i++) {
        const struct report_entry *cause = report_entry_of(report, check->symptom_of[i]);

        if (entry->finding.status == CHECK_FAIL && cause != NULL &&
            cause->finding.status == CHECK_FAIL)
            finding_skip(&entry->finding, "symptom", "%s is FAIL", cause->check->id);
    }
}

static bool is_skipped_for_another(const struct report_entry *entry)
{
    return entry->finding.status == CHECK_SKIP && entry->finding.reason != NULL &&
           (strcmp(entry->finding.reason, "prerequisite") == 0 ||
            strcmp(entry->finding.reason, "symptom") == 0);
}

static void evaluate(const struct evaluation *evaluation, const struct report *report,
                     struct report_entry *entry)
{
    const struct report_entry *missing = missing_prerequisite(report, entry->check);

    if (entry->check->live_only && !evaluation->live)
        finding_skip(&entry->finding, "offline", "it needs a running guest");
    else if (missing != NULL && is_skipped_for_another(missing))
        /* the cause, not the way to it */
        finding_skip(&entry->finding, "prerequisite", "%s",
                     text_string(&missing->finding.skip_reason));
    else if (missing != NULL)
        finding_skip(&entry->finding, "prerequisite", "%s is %s", missing->check->id,
                     check_status_word(missing->finding.status));
    else {
        /* What a check forgets to set must not look like a PASS. */
        entry->finding.status = CHECK_ERROR;
        entry->check->evaluate(evaluation, &entry->finding);
        blame_cause(report, entry);
    }
}

enum tdx_status report_make(const struct evaluation *evaluation,
                            const struct report_selection *selection, struct report *ret,
                            struct tdx_error *err)
{
    struct report report = { .now = evaluation->now };
    struct evaluation whole = *evaluation;
    struct settings defaults;
    enum tdx_status status = fill(&report, selection, err);

    if (whole.settings == NULL) {
        settings_defaults(&defaults);
        whole.settings = &defaults;
    }
    if (status == TDX_OK) {
        whole.evidence = report.evidence = evidence_judge(evaluation->facts, evaluation->now);
        if (whole.evidence == NULL)
            status = status_fail(err, TDX_NO_MEMORY, "the report");
    }
    for (size_t i = 0; status == TDX_OK && i < report.count; i++)
        evaluate(&whole, &report, &report.entries[i]);
    if (status == TDX_OK)
        status = report_skip_by_admin(&report, whole.settings, err);
    if (status != TDX_OK) {
        report_free(&report);
        return status;
    }
    for (size_t i = 0; i < report.count; i++)
        if (report.entries[i].selected)
            report.by_status[report.entries[i].finding.status]++;
    *ret = report;
    return TDX_OK;
}

void report_free(struct report *report)
{
    for (size_t i = 0; i < report->count; i++)
        finding_free(&report->entries[i].finding);
    free(report->entries);
    evidence_outcome_free(report->evidence);
    *report = (struct report){ 0 };
}

int report_exit_code(const struct report *report, bool strict)
{
    if (report->by_status[CHECK_FAIL] > 0 || (strict && report->by_status[CHECK_WARN] > 0))
        return TDX_EXIT_NO;
    return report->by_status[CHECK_ERROR] > 0 ? TDX_EXIT_UNDECIDED : TDX_EXIT_YES;
}
