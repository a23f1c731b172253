/* SPDX-License-Identifier: Apache-2.0 */
/* The report for a person: a tree by family, one line for each check, and under what is not well
 * the value, what was expected, and what to do. */
#include <string.h>

#include "healthcheck/families.h"
#include "healthcheck/report.h"

#define INDENT        2
#define STATUS_WIDTH  5
#define TEXT_AT       (INDENT + STATUS_WIDTH + 2) /* where the text of a line begins */
#define COLUMNS_LEAST 40U
#define COLUMNS_MOST  110U /* longer lines are hard to read, whatever the terminal offers */

static const char *color_of(enum check_status status)
{
    switch (status) {
    case CHECK_PASS:
        return "\x1b[32m";
    case CHECK_WARN:
        return "\x1b[33m";
    case CHECK_FAIL:
    case CHECK_ERROR:
        return "\x1b[1;31m";
    case CHECK_INFO:
        return "\x1b[36m";
    case CHECK_SKIP:
    case CHECK_STATUS_COUNT:
        break;
    }
    return "\x1b[2m";
}

static void paint(const struct report_style *style, const char *color, struct text *out)
{
    if (style->color)
        text_add(out, color);
}

static void spaces(size_t count, struct text *out)
{
    for (size_t i = 0; i < count; i++)
        text_add_char(out, ' ');
}

/* A labelled part; a new line in the text begins a line, which is a command if it is indented. */
static void part(const char *label, const char *text, const struct report_style *style,
                 size_t columns, struct text *out)
{
    size_t indent = TEXT_AT + strlen("read from  ");
    bool first = true;

    while (*text != '\0') {
        size_t length = strcspn(text, "\n");

        spaces(TEXT_AT, out);
        paint(style, "\x1b[2m", out);
        text_addf(out, "%-9s", first ? label : "");
        paint(style, "\x1b[0m", out);
        text_add(out, "  ");
        if (text[0] == ' ') { /* a command stays in one piece: it will be copied */
            text_add_n(out, text, length);
            text_add_char(out, '\n');
        } else {
            text_add_wrapped(out, text, length, indent, indent, columns);
        }
        first = false;
        text += length + (text[length] == '\n' ? 1 : 0);
    }
}

static bool is_bad(enum check_status status)
{
    return status == CHECK_WARN || status == CHECK_FAIL || status == CHECK_ERROR;
}

static void print_entry(const struct report_entry *entry, const struct report_style *style,
                        size_t columns, struct text *out)
{
    const struct finding *finding = &entry->finding;
    const char *observed = text_string(&finding->observed);
    const char *remedy = text_string(&finding->remedy);
    struct text line = { 0 };

    spaces(INDENT, out);
    paint(style, color_of(finding->status), out);
    text_addf(out, "%-*s", STATUS_WIDTH, check_status_word(finding->status));
    paint(style, "\x1b[0m", out);
    text_add(out, "  ");
    text_add(&line, entry->check->title);
    if (finding->status == CHECK_SKIP)
        text_addf(&line, ": %s", text_string(&finding->skip_reason));
    else if (!is_bad(finding->status) && observed[0] != '\0')
        text_addf(&line, ": %s", observed);
    else if (is_bad(finding->status))
        text_addf(&line, "  [%s]", entry->check->id);
    text_add_wrapped(out, text_string(&line), line.length, TEXT_AT, TEXT_AT, columns);
    text_free(&line);
    if (!is_bad(finding->status) && !style->verbose)
        return;
    if (is_bad(finding->status)) {
        part("found", observed, style, columns, out);
        part("expected", entry->check->expected, style, columns, out);
    }
    if (finding->source.length > 0)
        part("read from", text_string(&finding->source), style, columns, out);
    if (is_bad(finding->status))
        part("remedy", remedy[0] != '\0' ? remedy : entry->check->remedy, style, columns, out);
}

static bool shown(const struct report_entry *entry, const struct report_style *style)
{
    return entry->selected && (!style->quiet || is_bad(entry->finding.status));
}

/* True if both are skipped for the same cause. */
static bool same_skip(const struct report_entry *a, const struct report_entry *b)
{
    return a->selected && b->selected && a->family == b->family &&
           a->finding.status == CHECK_SKIP && b->finding.status == CHECK_SKIP &&
           strcmp(text_string(&a->finding.skip_reason), text_string(&b->finding.skip_reason)) == 0;
}

/* The skipped checks of one cause in a family are one line, where the first of them stands. Returns
 * how many it stands for: 0 for those that another's line covers, 1 for any other check. */
static size_t fold(const struct report *report, size_t at, const struct report_style *style)
{
    size_t count = 1;

    if (style->verbose || report->entries[at].finding.status != CHECK_SKIP)
        return 1;
    for (size_t i = 0; i < report->count; i++)
        if (i != at && same_skip(&report->entries[at], &report->entries[i])) {
            if (i < at)
                return 0;
            count++;
        }
    return count;
}

static void print_folded(const struct report_entry *entry, size_t count,
                         const struct report_style *style, size_t columns, struct text *out)
{
    struct text line = { 0 };

    spaces(INDENT, out);
    paint(style, color_of(CHECK_SKIP), out);
    text_addf(out, "%-*s", STATUS_WIDTH, check_status_word(CHECK_SKIP));
    paint(style, "\x1b[0m", out);
    text_add(out, "  ");
    text_addf(&line, "%zu checks: %s", count, text_string(&entry->finding.skip_reason));
    text_add_wrapped(out, text_string(&line), line.length, TEXT_AT, TEXT_AT, columns);
    text_free(&line);
}

/* How many checks a family has, if all of them are skipped for the cause of the entry at; else 0.
 */
static size_t skipped_whole(const struct report *report, size_t at)
{
    size_t count = 0;

    for (size_t i = 0; i < report->count; i++) {
        if (!report->entries[i].selected || report->entries[i].family != report->entries[at].family)
            continue;
        if (i != at && !same_skip(&report->entries[at], &report->entries[i]))
            return 0;
        count++;
    }
    return report->entries[at].finding.status == CHECK_SKIP ? count : 0;
}

static void print_title(const struct family *family, const struct report_style *style,
                        struct text *out)
{
    paint(style, "\x1b[1m", out);
    text_add(out, family->title);
    paint(style, "\x1b[0m", out);
}

/* Where nothing of a family could be judged, one line is enough. */
static void print_skipped_family(const struct report_entry *entry, size_t count,
                                 const struct report_style *style, size_t columns, struct text *out)
{
    struct text line = { 0 };

    print_title(entry->family, style, out);
    text_addf(&line, "%zu %s skipped: %s", count, count == 1 ? "check" : "checks",
              text_string(&entry->finding.skip_reason));
    text_add(out, ": ");
    text_add_wrapped(out, text_string(&line), line.length, strlen(entry->family->title) + 2,
                     TEXT_AT, columns);
    text_free(&line);
}

static const char *verdict_words(enum check_status worst)
{
    switch (worst) {
    case CHECK_FAIL:
        return "Not healthy";
    case CHECK_ERROR:
        return "Not determined";
    case CHECK_WARN:
        return "Healthy, with warnings";
    case CHECK_SKIP:
        return "Nothing was checked";
    case CHECK_PASS:
    case CHECK_INFO:
    case CHECK_STATUS_COUNT:
        break;
    }
    return "Healthy";
}

static bool has_failed(const struct report *report, const char *id)
{
    const struct report_entry *entry = report_entry_of(report, id);

    return entry != NULL && entry->finding.status == CHECK_FAIL;
}

/* What the gate's own decision means for the next login; nothing where it was not asked. */
static const char *gate_words(const struct report *report)
{
    const struct report_entry *entry = report_entry_of(report, "gate.dryrun");
    const struct finding *decision;

    if (entry == NULL || !entry->selected)
        return "";
    if (has_failed(report, "ssh.usepam") || has_failed(report, "pam.present"))
        return " sshd does not ask the gate.";
    decision = &entry->finding;
    if (decision->status == CHECK_PASS)
        return " The gate would let a login in now.";
    if (decision->status == CHECK_FAIL ||
        (decision->status == CHECK_SKIP && strcmp(decision->reason, "symptom") == 0))
        return " The gate would refuse a login now.";
    return "";
}

static void print_summary(const struct report *report, const struct report_style *style,
                          size_t columns, struct text *out)
{
    static const char *const nouns[] = { "passed",   "for information", "warnings",
                                         "failures", "undetermined",    "skipped" };
    const char *separator = "";
    enum check_status worst = CHECK_PASS;
    struct text line = { 0 };
    size_t judged = report->by_status[CHECK_PASS] + report->by_status[CHECK_INFO];

    if (report->by_status[CHECK_FAIL] > 0)
        worst = CHECK_FAIL;
    else if (report->by_status[CHECK_ERROR] > 0)
        worst = CHECK_ERROR;
    else if (report->by_status[CHECK_WARN] > 0)
        worst = CHECK_WARN;
    else if (judged == 0)
        worst = CHECK_SKIP;
    paint(style, color_of(worst), out);
    text_add(out, verdict_words(worst));
    paint(style, "\x1b[0m", out);
    text_add(out, ": ");
    for (size_t i = 0; i < CHECK_STATUS_COUNT; i++)
        if (report->by_status[i] > 0) {
            text_addf(&line, "%s%zu %s", separator, report->by_status[i],
                      report->by_status[i] == 1 && i == CHECK_WARN   ? "warning"
                      : report->by_status[i] == 1 && i == CHECK_FAIL ? "failure"
                                                                     : nouns[i]);
            separator = ", ";
        }
    text_addf(&line, ".%s", gate_words(report));
    text_add_wrapped(out, text_string(&line), line.length, strlen(verdict_words(worst)) + 2, 0,
                     columns);
    text_free(&line);
}

void report_print_text(const struct report *report, const struct report_style *style,
                       struct text *out)
{
    const struct family *family = NULL;
    bool was_whole = false;
    size_t columns = style->columns < COLUMNS_LEAST  ? COLUMNS_LEAST
                     : style->columns > COLUMNS_MOST ? COLUMNS_MOST
                                                     : style->columns;

    for (size_t i = 0; i < report->count; i++) {
        const struct report_entry *entry = &report->entries[i];
        size_t folded;

        if (!shown(entry, style))
            continue;
        folded = fold(report, i, style);
        if (folded == 0)
            continue;
        if (entry->family != family) {
            size_t whole = style->verbose ? 0 : skipped_whole(report, i);

            /* Such lines stand together. */
            text_add(out, family != NULL && !(whole > 0 && was_whole) ? "\n" : "");
            family = entry->family;
            was_whole = whole > 0;
            if (was_whole) {
                print_skipped_family(entry, whole, style, columns, out);
                continue;
            }
            print_title(family, style, out);
            text_add_char(out, '\n');
        }
        if (folded > 1)
            print_folded(entry, folded, style, columns, out);
        else
            print_entry(entry, style, columns, out);
    }
    text_add(out, family != NULL ? "\n" : "");
    print_summary(report, style, columns, out);
}

void report_list(struct text *out)
{
    for (size_t i = 0; i < family_count; i++)
        for (size_t k = 0; k < families[i]->check_count; k++) {
            const struct check *check = &families[i]->checks[k];

            text_addf(out, "%-28s %-9s %s\n", check->id, check_severity_word(check->severity),
                      check->title);
        }
}

static void explain(const struct family *family, const struct check *check, size_t columns,
                    struct text *out)
{
    const struct report_style style = { .columns = 0 };

    text_addf(out, "%s: %s\n", check->id, check->title);
    part("family", family->title, &style, columns, out);
    part("severity", check_severity_word(check->severity), &style, columns, out);
    part("reads", check->reads, &style, columns, out);
    part("expected", check->expected, &style, columns, out);
    part("why", check->why, &style, columns, out);
    part("remedy", check->remedy, &style, columns, out);
    for (size_t i = 0; i < CHECK_REQUIRES_MAX && check->requires[i] != NULL; i++)
        part("requires", check->requires[i], &style, columns, out);
    if (check->live_only)
        part("note", "It needs a running guest; for an image (--root) it is skipped.", &style,
             columns, out);
}

bool report_explain(const char *id, unsigned columns, struct text *out)
{
    for (size_t i = 0; i < family_count; i++)
        for (size_t k = 0; k < families[i]->check_count; k++)
            if (strcmp(families[i]->checks[k].id, id) == 0) {
                explain(family_whole(families[i]), &families[i]->checks[k],
                        columns < COLUMNS_LEAST ? COLUMNS_LEAST : columns, out);
                return true;
            }
    return false;
}
