/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/health_rows.h"

#include <string.h>

#include "core/base/span_text.h"
#include "tests/unit/cmocka_all.h"

void health_apply(struct facts *facts, const struct health_fact *changes, size_t count)
{
    static const struct {
        const char *word;
        enum fact_state state;
    } states[] = {
        { "!absent", FACT_ABSENT },       { "!denied", FACT_DENIED },
        { "!offline", FACT_OFFLINE },     { "!failed", FACT_FAILED },
        { "!not_asked", FACT_NOT_ASKED }, { "!no_network", FACT_NO_NETWORK },
    };

    for (size_t i = 0; i < count && changes[i].key != NULL; i++) {
        const char *value = changes[i].value;
        bool is_state = false;

        for (size_t k = 0; k < COUNT_OF(states); k++) {
            size_t length = strlen(states[k].word);

            if (strncmp(value, states[k].word, length) != 0)
                continue;
            facts_set_state(facts, changes[i].key, states[k].state,
                            value[length] == ' ' ? value + length + 1 : "a reason");
            is_state = true;
        }
        if (!is_state)
            facts_set(facts, changes[i].key, span_of(value));
    }
    assert_true(facts_ok(facts));
}

struct report health_report(const struct facts *facts, const char *only, bool live, int64_t now)
{
    struct report report = { 0 };
    struct tdx_error err = { 0 };

    assert_status(report_make(&(struct evaluation){ .facts = facts, .now = now, .live = live },
                              &(struct report_selection){ .only = only }, &report, &err),
                  "OK");
    return report;
}

static const struct report_entry *find(const struct report *report, const char *id)
{
    for (size_t i = 0; i < report->count; i++)
        if (strcmp(report->entries[i].check->id, id) == 0)
            return &report->entries[i];
    fail_msg("no check is called %s", id);
    return NULL;
}

const struct finding *health_finding(const struct report *report, const char *id)
{
    return &find(report, id)->finding;
}

void health_check_row(const struct report *report, const struct health_row *row)
{
    const struct report_entry *entry = find(report, row->id);
    const struct finding *finding = &entry->finding;
    const char *observed = finding->status == CHECK_SKIP ? text_string(&finding->skip_reason)
                                                         : text_string(&finding->observed);
    bool by_report =
        finding->status == CHECK_SKIP && finding->reason != NULL &&
        (strcmp(finding->reason, "prerequisite") == 0 || strcmp(finding->reason, "symptom") == 0 ||
         strcmp(finding->reason, "offline") == 0);

    if (finding->status != row->status ||
        strcmp(finding->reason != NULL ? finding->reason : "",
               row->reason != NULL ? row->reason : "") != 0 ||
        (row->observed != NULL && strstr(observed, row->observed) == NULL))
        fail_msg("%s, \"%s\": %s %s \"%s\"", row->id, row->name, check_status_word(finding->status),
                 finding->reason != NULL ? finding->reason : "-", observed);
    if (!by_report && (entry->check->gives & (1U << finding->status)) == 0)
        fail_msg("%s does not say that it can give %s", row->id,
                 check_status_word(finding->status));
    if (finding->status != CHECK_SKIP && text_string(&finding->source)[0] == '\0')
        fail_msg("%s, \"%s\": no source", row->id, row->name);
    if (observed[0] == '\0')
        fail_msg("%s, \"%s\": nothing observed", row->id, row->name);
    assert_true(entry->check->expected != NULL && entry->check->expected[0] != '\0');
    if (finding->status == CHECK_WARN || finding->status == CHECK_FAIL)
        assert_true(entry->check->remedy != NULL && entry->check->remedy[0] != '\0');
}

void health_check_rows(const struct health_fact *base, size_t base_count,
                       const struct health_row *rows, size_t count, bool live, int64_t now)
{
    for (size_t i = 0; i < count; i++) {
        struct facts *facts = facts_new();
        struct report report;

        assert_non_null(facts);
        health_apply(facts, base, base_count);
        health_apply(facts, rows[i].changes, HEALTH_CHANGES);
        report = health_report(facts, rows[i].id, live, now);
        health_check_row(&report, &rows[i]);
        report_free(&report);
        facts_free(facts);
    }
}
