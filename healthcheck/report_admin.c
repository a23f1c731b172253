/* SPDX-License-Identifier: Apache-2.0 */
/* What the administrator skips in healthcheck.conf. A skip silences a check; it must not silence
 * what rests on it. So a check that fails is skipped only together with everything that could not
 * be judged for it: otherwise one line in a file would make a broken machine look well. */
#include <string.h>

#include "healthcheck/report.h"
#include "healthcheck/settings.h"

static enum tdx_status mark(struct report *report, const struct settings *settings,
                            const struct settings_skip *skip, struct tdx_error *err)
{
    bool found = false;

    for (size_t i = 0; i < report->count; i++)
        if (report_pattern_names(skip->pattern, &report->entries[i])) {
            report->entries[i].admin = skip;
            found = true;
        }
    if (found)
        return TDX_OK;
    return status_fail(err, TDX_CONF_BAD_VALUE, "%s, line %u: no check is called \"%s\"",
                       settings->file, skip->line, skip->pattern);
}

static bool any_rests_on(const struct report *report, const char *const *ids, size_t most,
                         const char *id);

/* True if the entry rests on the check id, or is blamed on it, directly or not. Those come earlier
 * in the table, so this ends. */
static bool rests_on(const struct report *report, const struct report_entry *entry, const char *id)
{
    return any_rests_on(report, entry->check->requires, CHECK_REQUIRES_MAX, id) ||
           any_rests_on(report, entry->check->symptom_of, CHECK_SYMPTOM_MAX, id);
}

static bool any_rests_on(const struct report *report, const char *const *ids, size_t most,
                         const char *id)
{
    for (size_t i = 0; i < most && ids[i] != NULL; i++) {
        const struct report_entry *needed = report_entry_of(report, ids[i]);

        if (strcmp(ids[i], id) == 0 || (needed != NULL && rests_on(report, needed, id)))
            return true;
    }
    return false;
}

/* A check that rests on this one and is not skipped; NULL if there is none. */
static const struct report_entry *first_that_needs(const struct report *report,
                                                   const struct report_entry *entry)
{
    for (size_t i = 0; i < report->count; i++)
        if (report->entries[i].admin == NULL &&
            rests_on(report, &report->entries[i], entry->check->id))
            return &report->entries[i];
    return NULL;
}

static void keep(struct report_entry *entry, const struct settings *settings, const char *needed_by)
{
    const char *own = text_string(&entry->finding.remedy);
    struct text remedy = { 0 };

    text_addf(&remedy,
              "%s\n%s, line %u, asks to skip this check. That does not count while %s rests on it: "
              "mend it, or skip what rests on it, too.",
              own[0] != '\0' ? own : entry->check->remedy, settings->file, entry->admin->line,
              needed_by);
    if (text_ok(&remedy))
        finding_remedy(&entry->finding, "%s", text_string(&remedy));
    text_free(&remedy);
}

enum tdx_status report_skip_by_admin(struct report *report, const struct settings *settings,
                                     struct tdx_error *err)
{
    enum tdx_status status = TDX_OK;

    for (size_t i = 0; status == TDX_OK && i < settings->skip_count; i++)
        status = mark(report, settings, &settings->skips[i], err);
    if (status != TDX_OK)
        return status;
    for (size_t i = 0; i < report->count; i++) {
        struct report_entry *entry = &report->entries[i];
        const struct report_entry *needed_by = NULL;

        if (entry->admin == NULL)
            continue;
        if (entry->finding.status == CHECK_FAIL || entry->finding.status == CHECK_ERROR)
            needed_by = first_that_needs(report, entry);
        if (needed_by != NULL) {
            keep(entry, settings, needed_by->check->id);
            continue;
        }
        finding_free(&entry->finding);
        entry->finding = (struct finding){ 0 };
        finding_skip(&entry->finding, "admin", "admin: %s", entry->admin->reason);
    }
    return TDX_OK;
}
