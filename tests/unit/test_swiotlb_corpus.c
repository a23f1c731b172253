/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel logs of real boots and public reports, against what is known to be true of them. The logs
 * are not part of the project: $TDX_CORPUS names the folder, without it the test is skipped. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "swiotlb/advice.h"
#include "swiotlb/facts.h"
#include "tests/unit/cmocka_all.h"

#define NAMES_LIMIT 4096
#define FILE_LIMIT  ((size_t)8 << 20)

/* Where the expectation says null it must not be known; where it says nothing, anything goes. */
static void expect_number(const struct json_place *expected, const char *name,
                          struct maybe_u64 value)
{
    struct json_place member = json_member(expected, name, JSON_OPTIONAL);

    if (!member.present)
        return;
    print_message("#   %s\n", name);
    assert_int_equal(value.known, json_type_of(&member) != JSON_NULL);
    if (value.known)
        assert_int_equal(value.value, json_as_uint(&member, UINT64_MAX));
}

static void expect_seconds(const struct json_place *expected, const char *name,
                           struct maybe_u64 micros)
{
    struct json_place member = json_member(expected, name, JSON_OPTIONAL);

    if (!member.present)
        return;
    print_message("#   %s\n", name);
    assert_int_equal(micros.known, json_type_of(&member) != JSON_NULL);
    if (micros.known)
        assert_int_equal(micros.value, (uint64_t)(json_as_number(&member) * 1e6 + 0.5));
}

static void expect_cause(const struct json_place *expected, enum swiotlb_cause cause)
{
    struct json_place member = json_member(expected, "cause", JSON_OPTIONAL);
    char words[100];

    if (!member.present)
        return;
    json_as_text(&member, words, sizeof(words)); /* "leak or capacity": either */
    print_message("#   cause %s\n", words);
    assert_non_null(swiotlb_cause_id(cause));
    assert_non_null(strstr(words, swiotlb_cause_id(cause)));
}

static void expect_force(const struct json_place *expected, const struct swiotlb_facts *facts)
{
    struct json_place member = json_member(expected, "force", JSON_OPTIONAL);

    if (member.present)
        assert_int_equal(swiotlb_facts_force(facts),
                         json_as_bool(&member) ? ANSWER_YES : ANSWER_NO);
}

/* Whatever the log: what we would tell its owner to do is possible and changes something. */
static void expect_sound_advice(const struct swiotlb_facts *facts)
{
    struct swiotlb_advice advice;

    swiotlb_advise(facts, &advice);
    if (!advice.slabs.known)
        return;
    assert_true(advice.slabs.value > facts->slabs.value);
    assert_int_equal(swiotlb_round_up(&facts->guest, advice.slabs.value), advice.slabs.value);
    assert_true(advice.slabs.value <= SWIOTLB_BLIND_LIMIT_SLABS || facts->guest.low_piece.known);
    assert_int_not_equal(advice.slabs.value, 32768);
}

static void check_case(const struct root *root, const char *folder, const char *name)
{
    struct file_content expectation = { 0 }, content = { 0 };
    struct swiotlb_facts *facts = calloc(1, sizeof(*facts));
    struct kernel_log *log = calloc(1, sizeof(*log));
    struct json *json = NULL;
    struct json_reader reader = { .bad = TDX_JSON_BAD };
    struct json_place top, expected;
    struct maybe_u64 slabs;
    char path[400];

    print_message("# %s/%s\n", folder, name);
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    assert_status(root_read_file(root, path, FILE_LIMIT, &expectation, NULL), "OK");
    (void)snprintf(path, sizeof(path), "%s/%.*s.log", folder, (int)strlen(name) - 5, name);
    assert_status(root_read_file(root, path, FILE_LIMIT, &content, NULL), "OK");
    assert_status(json_parse(file_content_span(&expectation), 8, &json, NULL), "OK");
    reader.json = json;
    top = json_root(&reader);
    expected = json_object(&top, "expected", JSON_REQUIRED);
    kernel_log_parse(file_content_span(&content), log);
    swiotlb_facts_from_log(log, facts);

    slabs = facts->slabs.value > 0 ? facts->slabs : (struct maybe_u64){ 0 };
    expect_number(&expected, "nslabs", slabs);
    expect_number(&expected, "total_slots", slabs);
    if (slabs.known)
        expect_number(&expected, "size_bytes", maybe_u64(swiotlb_bytes(slabs.value)));
    expect_number(&expected, "areas_line", facts->areas);
    expect_number(&expected, "full_events", maybe_u64(log->full.lines));
    expect_number(&expected, "suppressed", maybe_u64(log->full.suppressed));
    expect_number(&expected, "old_form_events", maybe_u64(log->full.old_lines));
    expect_number(&expected, "largest_request_bytes", log->full.largest_bytes);
    expect_number(&expected, "min_used_when_full", log->full.min_used);
    expect_number(&expected, "max_used_when_full", log->full.max_used);
    expect_seconds(&expected, "first_full_ts", log->full.first_us);
    expect_seconds(&expected, "last_full_ts", log->full.last_us);
    expect_force(&expected, facts);
    expect_cause(&expected, swiotlb_cause(facts));
    expect_sound_advice(facts);
    assert_status(reader.status, "OK");
    json_free(json);
    free(log);
    free(facts);
    file_content_free(&content);
    file_content_free(&expectation);
}

static size_t check_folder(const struct root *root, const char *folder)
{
    struct root_names names = { 0 };
    size_t cases = 0;

    assert_status(root_list_folder(root, folder, NAMES_LIMIT, &names, NULL), "OK");
    for (size_t i = 0; i < names.count; i++) {
        size_t length = strlen(names.names[i]);

        if (length < 6 || strcmp(names.names[i] + length - 5, ".json") != 0)
            continue;
        check_case(root, folder, names.names[i]);
        cases++;
    }
    root_names_free(&names);
    return cases;
}

static void real_logs_say_what_is_known_of_them(void **state)
{
    const char *corpus = getenv("TDX_CORPUS");
    struct root root = ROOT_CLOSED;

    (void)state;
    if (corpus == NULL || root_open(corpus, &root, NULL) != TDX_OK ||
        !root_exists(&root, "swiotlb")) {
        root_close(&root);
        print_message("# skipped: no corpus\n");
        skip();
    }
    assert_true(check_folder(&root, "swiotlb") > 0);
    assert_true(check_folder(&root, "swiotlb/real") > 0);
    root_close(&root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_logs_say_what_is_known_of_them),
    };

    return cmocka_run_group_tests_name("swiotlb corpus", tests, NULL, NULL);
}
