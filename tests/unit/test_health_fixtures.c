/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-healthcheck on recordings of whole machines (tests/fixtures/health): the JSON of each, byte
 * for byte; a fault changes just the checks that it names; every status that a check declares is
 * given by some fixture.
 *
 * With TDX_UPDATE_FIXTURES in the environment the expected files are written, not compared ("make
 * update-fixtures"): read the diff. With TDX_KEEP_FIXTURES=DIR the recordings are left in DIR,
 * which must be there and empty, for tdx-healthcheck --replay. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/number.h"
#include "core/base/root.h"
#include "core/base/span_text.h"
#include "healthcheck/collect.h"
#include "healthcheck/evidence.h"
#include "healthcheck/families.h"
#include "healthcheck/report.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/health_expected.h"
#include "tests/unit/health_fixture.h"
#include "tests/unit/health_fixture_files.h"

#define ROOTS_MAX  12
#define CHECKS_MAX 256

/* A fixture that was made and judged. */
struct run {
    struct fixture fixture;
    char folder[FIXTURE_PATH_SIZE];
    struct facts *facts;
    struct report report;
};

static char own_scratch[] = "/tmp/tdx-fixtures.XXXXXX";
static const char *scratch = own_scratch;
static struct run roots[ROOTS_MAX];
static size_t root_count;
static struct text descriptions[ROOTS_MAX + 20]; /* the fixtures borrow from them */
static size_t description_count;
/* For each check of the report: the statuses that evaluate() gave, and those that it was skipped
 * with, as GIVES() sets. */
static unsigned given[CHECKS_MAX], skipped_by_engine[CHECKS_MAX];
static unsigned faults;

static void complain(const struct run *run, const char *check, const char *what)
{
    print_message("# %s: %s: %s\n", run->fixture.name, check, what);
    faults++;
}

static bool is_reason(const struct report_entry *entry, const char *reason)
{
    return entry->finding.reason != NULL && strcmp(entry->finding.reason, reason) == 0;
}

/* True if report_make() skipped it without asking. */
static bool is_skipped_by_engine(const struct report_entry *entry, bool is_image)
{
    return entry->finding.status == CHECK_SKIP &&
           (is_reason(entry, "prerequisite") || is_reason(entry, "symptom") ||
            (is_image && entry->check->live_only && is_reason(entry, "offline")));
}

static void note_given(const struct run *run)
{
    assert_true(run->report.count <= CHECKS_MAX);
    for (size_t i = 0; i < run->report.count; i++) {
        const struct report_entry *entry = &run->report.entries[i];
        unsigned status = 1U << entry->finding.status;

        if (is_skipped_by_engine(entry, run->fixture.is_image)) {
            skipped_by_engine[i] |= is_reason(entry, "offline") ? 2 : 1;
            continue;
        }
        given[i] |= status;
        if ((entry->check->gives & status) == 0)
            complain(run, entry->check->id, "gave a status that it does not declare (gives)");
    }
}

static void judge(struct run *run)
{
    struct root root = ROOT_CLOSED;
    struct tdx_error err = { 0 };
    const struct fact *now;

    run->facts = facts_new();
    assert_non_null(run->facts);
    assert_status(root_open(run->folder, &root, &err), "OK");
    collect_all(&(struct collector){
        .root = &root,
        .facts = run->facts,
        .live = !run->fixture.is_image,
        .recording = !run->fixture.is_image,
    });
    root_close(&root);
    assert_true(facts_ok(run->facts));
    now = facts_find(run->facts, run->fixture.is_image ? "" : "probe:now");
    assert_status(report_make(
                      &(struct evaluation){
                          .facts = run->facts,
                          .now = now->state == FACT_KNOWN
                                     ? (int64_t)number_in_file(now->value).value
                                     : INT64_C(1781524800),
                          .live = !run->fixture.is_image,
                          .accepted_tcb = evidence_accepted(run->facts),
                      },
                      &(struct report_selection){ 0 }, &run->report, &err),
                  "OK");
    run->report.mode = run->fixture.is_image ? "root" : "replay";
    run->report.privileged = true;
    note_given(run);
}

static void run_free(struct run *run)
{
    report_free(&run->report);
    facts_free(run->facts);
    if (scratch == own_scratch)
        fixture_remove(run->folder);
}

static const struct {
    const char *suffix;
    struct report_style style;
} screens[] = {
    { "80", { .columns = 80 } },
    { "80-color", { .columns = 80, .color = true } },
    { "200", { .columns = 200 } },
    { "80-verbose", { .columns = 80, .verbose = true } },
    { "80-quiet", { .columns = 80, .quiet = true } },
};

static void compare_screens(const struct run *run)
{
    for (size_t i = 0; i < COUNT_OF(screens); i++) {
        struct text screen = { 0 };
        char name[FIXTURE_NAME_SIZE * 2];

        if (run->fixture.is_fault && !screens[i].style.quiet)
            continue; /* the rest is as the root's */
        report_print_text(&run->report, &screens[i].style, &screen);
        (void)snprintf(name, sizeof(name), "screen-%s-%s.txt", run->fixture.name,
                       screens[i].suffix);
        faults += expected_compare(name, &screen) ? 0 : 1;
        text_free(&screen);
    }
}

static void start(const struct fixture *fixture, const struct run *parent, struct run *run)
{
    *run = (struct run){ .fixture = *fixture };
    assert_true(snprintf(run->folder, sizeof(run->folder), "%s/%s", scratch, fixture->name) <
                (int)sizeof(run->folder));
    fixture_make(fixture, parent != NULL ? &parent->fixture : NULL,
                 parent != NULL ? parent->folder : NULL, run->folder);
    judge(run);
    if (fixture->has_screen)
        compare_screens(run);
}

static const struct run *root_named(const char *name)
{
    for (size_t i = 0; i < root_count; i++)
        if (strcmp(roots[i].fixture.name, name) == 0)
            return &roots[i];
    fail_msg("there is no fixture %s", name);
    return NULL;
}

static bool same_text(const struct text *a, const struct text *b)
{
    return strcmp(text_string(a), text_string(b)) == 0;
}

static bool same_finding(const struct finding *a, const struct finding *b)
{
    bool same_reason = a->reason == b->reason || (a->reason != NULL && b->reason != NULL &&
                                                  strcmp(a->reason, b->reason) == 0);

    return a->status == b->status && same_reason && same_text(&a->observed, &b->observed) &&
           same_text(&a->source, &b->source) && same_text(&a->remedy, &b->remedy) &&
           same_text(&a->skip_reason, &b->skip_reason);
}

static const struct fixture_expects *expected_of(const struct fixture *fixture, const char *id)
{
    for (size_t i = 0; i < fixture->expects_count; i++)
        if (strcmp(fixture->expects[i].id, id) == 0)
            return &fixture->expects[i];
    return NULL;
}

/* True if it is skipped because of a check that the fault names. */
static bool hangs_below(const struct report_entry *entry, const struct fixture *fixture)
{
    char cause[FIXTURE_NAME_SIZE];
    struct span words = span_of(text_string(&entry->finding.skip_reason)), word;

    return entry->finding.status == CHECK_SKIP &&
           (is_reason(entry, "prerequisite") || is_reason(entry, "symptom")) &&
           word_next(&words, &word) &&
           expected_of(fixture, span_string(word, cause, sizeof(cause))) != NULL;
}

static void check_entry(const struct run *run, struct report_entry *entry, bool changed)
{
    const struct fixture_expects *expects = expected_of(&run->fixture, entry->check->id);
    const struct finding *finding = &entry->finding;

    entry->selected = changed;
    if (expects == NULL) {
        if (changed && !hangs_below(entry, &run->fixture))
            complain(run, entry->check->id, "changed, and the fault does not name it");
        return;
    }
    if (!changed)
        complain(run, entry->check->id, "did not change");
    if (finding->status != expects->status)
        complain(run, entry->check->id, check_status_word(finding->status));
    if (strcmp(finding->reason != NULL ? finding->reason : "", expects->reason) != 0)
        complain(run, entry->check->id, finding->reason != NULL ? finding->reason : "no reason");
}

/* The fault against the fixture that it changes: just what it names, at most one FAIL. */
static void check_fault(struct run *run, const struct run *parent)
{
    unsigned failures = 0;

    for (size_t i = 0; i < run->report.count; i++)
        check_entry(run, &run->report.entries[i],
                    run->fixture.is_image != parent->fixture.is_image ||
                        !same_finding(&run->report.entries[i].finding,
                                      &parent->report.entries[i].finding));
    for (size_t i = 0; i < run->fixture.expects_count; i++) {
        const struct fixture_expects *expects = &run->fixture.expects[i];
        bool found = false;

        failures += expects->status == CHECK_FAIL ? 1 : 0;
        for (size_t k = 0; k < run->report.count; k++)
            found = found || strcmp(run->report.entries[k].check->id, expects->id) == 0;
        if (!found)
            complain(run, expects->id, "there is no such check");
    }
    if (run->fixture.expects_count == 0)
        complain(run, "-", "a fault names no check");
    if (failures > 1)
        complain(run, "-", "one cause, more than one FAIL");
}

static void do_root(const struct fixture *fixture)
{
    struct run *run = &roots[root_count++];
    struct text json = { 0 };
    char name[FIXTURE_NAME_SIZE + 8];

    assert_true(root_count <= ROOTS_MAX);
    start(fixture, fixture->from[0] != '\0' ? root_named(fixture->from) : NULL, run);
    report_print_json(&run->report, &json);
    (void)snprintf(name, sizeof(name), "%s.json", fixture->name);
    faults += expected_compare(name, &json) ? 0 : 1;
    text_free(&json);
}

static void do_fault(const struct fixture *fixture, struct text *found)
{
    const struct run *parent = root_named(fixture->from);
    struct run run;

    start(fixture, parent, &run);
    check_fault(&run, parent);
    text_addf(found, "%s\"%s\": ", found->length > 0 ? ",\n" : "{\n", fixture->name);
    report_print_json(&run.report, found);
    if (found->length > 0 && found->data[found->length - 1] == '\n')
        found->data[--found->length] = '\0';
    run_free(&run);
}

/* Opens the description at path, kept for as long as the test runs. */
static struct span description(const char *path)
{
    struct text *text = &descriptions[description_count++];

    assert_true(description_count <= COUNT_OF(descriptions));
    fixture_read("", path, text);
    return (struct span){ (const uint8_t *)text_string(text), text->length };
}

static void test_roots(void **state)
{
    char path[FIXTURE_PATH_SIZE];
    struct span text = description(expected_source("roots.fixtures", path));
    struct fixture fixture;

    (void)state;
    faults = 0;
    while (fixture_next(&text, &fixture))
        do_root(&fixture);
    assert_int_equal(faults, 0);
}

static void test_faults(void **state)
{
    char pattern[FIXTURE_PATH_SIZE];
    glob_t files;

    (void)state;
    faults = 0;
    assert_int_equal(glob(expected_source("*.faults", pattern), 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        struct span text = description(files.gl_pathv[i]);
        const char *name = strrchr(files.gl_pathv[i], '/') + 1;
        struct text found = { 0 };
        struct fixture fixture;
        char expected[FIXTURE_NAME_SIZE * 2];

        while (fixture_next(&text, &fixture))
            do_fault(&fixture, &found);
        text_add(&found, "\n}\n");
        (void)snprintf(expected, sizeof(expected), "%s.json", name);
        faults += expected_compare(expected, &found) ? 0 : 1;
        text_free(&found);
    }
    globfree(&files);
    assert_int_equal(faults, 0);
}

static void complain_of_status(const struct check *check, const char *word, const char *why)
{
    print_message("# %s: no fixture gives %s%s\n", check->id, word, why);
    faults++;
}

static void test_coverage(void **state)
{
    const struct report *report = &roots[0].report;

    (void)state;
    faults = 0;
    assert_true(root_count > 0);
    for (size_t i = 0; i < report->count; i++) {
        const struct check *check = report->entries[i].check;

        if (check->gives == 0)
            complain_of_status(check, "what it declares:", " it declares nothing");
        for (int status = 0; status < CHECK_STATUS_COUNT; status++)
            if ((check->gives & ~given[i] & (1U << status)) != 0)
                complain_of_status(check, check_status_word((enum check_status)status), "");
        if (check->requires[0] != NULL && (skipped_by_engine[i] & 1) == 0)
            complain_of_status(check, "SKIP", " for a prerequisite");
        if (check->live_only && (skipped_by_engine[i] & 2) == 0)
            complain_of_status(check, "SKIP", " for an image");
    }
    assert_int_equal(faults, 0);
}

static int set_up(void **state)
{
    static const char *const asked[] = { "AZDCAP_CACHE", "XDG_CACHE_HOME", "HOME", "TMPDIR",
                                         "QCNL_CONF_PATH" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(asked); i++)
        (void)unsetenv(asked[i]);
    if (getenv("TDX_KEEP_FIXTURES") != NULL)
        scratch = getenv("TDX_KEEP_FIXTURES");
    else if (mkdtemp(own_scratch) == NULL)
        return -1;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < root_count; i++)
        run_free(&roots[i]);
    for (size_t i = 0; i < description_count; i++)
        text_free(&descriptions[i]);
    if (scratch == own_scratch)
        fixture_remove(scratch);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_roots),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_coverage),
    };

    return cmocka_run_group_tests_name("tdx-healthcheck on whole machines", tests, set_up,
                                       tear_down);
}
