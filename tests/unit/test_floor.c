/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/files.h"
#include "core/base/lock.h"
#include "core/base/span_text.h"
#include "core/collateral/floor.h"
#include "tests/unit/cmocka_all.h"

#define DAY 86400

static const struct trust_anchor intel = { .public_key = { 4, 1, 2, 3 }, .is_intel = true };
static const struct trust_anchor other = { .public_key = { 4, 0xaa, 0xbb, 0xcc },
                                           .is_intel = false };

/* What was seen, in days. */
static struct floor_mark seen_mark(void)
{
    return (struct floor_mark){
        .fmspc = { 0x90, 0xc0, 0x6f, 0, 0, 0 },
        .ca = PCK_CA_PLATFORM,
        .tcb_info = { 18, 100 * DAY },
        .qe_identity = { 17, 101 * DAY },
        .root_crl = 50 * DAY,
        .pck_crl = 102 * DAY,
    };
}

static struct floor seen_floor(void)
{
    struct floor floor = { 0 };
    struct floor_mark mark = seen_mark();
    bool changed = false;

    assert_status(floor_raise(&floor, &mark, &changed, NULL), "OK");
    assert_true(changed);
    return floor;
}

/* By their text, which has every part: the bytes of a struct have padding between them. */
static void assert_same_floor(const struct floor *a, const struct floor *b)
{
    struct text left = { 0 }, right = { 0 };

    floor_print(a, &left);
    floor_print(b, &right);
    assert_true(text_ok(&left) && text_ok(&right));
    assert_string_equal(left.data, right.data);
    text_free(&left);
    text_free(&right);
}

enum part { TCB_EVALUATION, TCB_ISSUE, QE_EVALUATION, QE_ISSUE, ROOT_CRL, PCK_CRL };

static void move(struct floor_mark *mark, enum part part, int by)
{
    switch (part) {
    case TCB_EVALUATION:
        mark->tcb_info.evaluation += (uint32_t)by;
        break;
    case TCB_ISSUE:
        mark->tcb_info.issue += by;
        break;
    case QE_EVALUATION:
        mark->qe_identity.evaluation += (uint32_t)by;
        break;
    case QE_ISSUE:
        mark->qe_identity.issue += by;
        break;
    case ROOT_CRL:
        mark->root_crl += by;
        break;
    case PCK_CRL:
        mark->pck_crl += by;
        break;
    }
}

static void what_is_older_in_any_part_is_refused_by_name(void **state)
{
    static const struct {
        enum part part;
        const char *expected;
    } cases[] = {
        { TCB_EVALUATION, "COLLATERAL_TCB_OLDER" },     { TCB_ISSUE, "COLLATERAL_TCB_OLDER" },
        { QE_EVALUATION, "COLLATERAL_IDENTITY_OLDER" }, { QE_ISSUE, "COLLATERAL_IDENTITY_OLDER" },
        { ROOT_CRL, "COLLATERAL_CRL_OLDER" },           { PCK_CRL, "COLLATERAL_CRL_OLDER" },
    };
    const struct floor floor = seen_floor();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct floor_mark mark = seen_mark();
        struct tdx_error err = { 0 };

        assert_status(floor_check(&floor, &mark, 200 * DAY, NULL), "OK");
        move(&mark, cases[i].part, 1);
        assert_status(floor_check(&floor, &mark, 200 * DAY, NULL), "OK");
        move(&mark, cases[i].part, -2);
        assert_status(floor_check(&floor, &mark, 200 * DAY, &err), cases[i].expected);
        assert_string_not_equal(err.detail, "");
    }
}

static void a_clock_behind_any_issue_date_is_refused(void **state)
{
    const struct floor floor = seen_floor(), nothing = { 0 };
    struct floor_mark mark = seen_mark(), older = seen_mark();
    struct tdx_error err = { 0 };

    (void)state;
    /* the newest of the floor is the PCK CRL, day 102 */
    assert_status(floor_check(&floor, &mark, 102 * DAY, NULL), "OK");
    assert_status(floor_check(&floor, &mark, 102 * DAY - 1, &err), "CLOCK_BEHIND");
    assert_string_equal(err.detail, "it says 1970-04-12T23:59:59Z, but collateral was issued at "
                                    "1970-04-13T00:00:00Z");
    assert_status(floor_check(&floor, &mark, 0, NULL), "CLOCK_BEHIND");
    /* the clock is judged first: old collateral under a clock turned back is a matter of the clock
     */
    move(&older, PCK_CRL, -DAY);
    assert_status(floor_check(&floor, &older, 102 * DAY - 1, NULL), "CLOCK_BEHIND");
    /* and by the collateral itself, even if nothing was seen before */
    assert_status(floor_check(&nothing, &mark, 102 * DAY, NULL), "OK");
    for (int part = TCB_ISSUE; part <= PCK_CRL; part++) {
        struct floor_mark newer = seen_mark();

        if (part == QE_EVALUATION)
            continue;
        move(&newer, (enum part)part, 100 * DAY);
        assert_status(floor_check(&nothing, &newer, 102 * DAY, NULL), "CLOCK_BEHIND");
    }
}

/* update=early and update=standard: a higher number may come with an earlier date. */
static void a_higher_evaluation_number_is_newer_whatever_its_date(void **state)
{
    struct floor floor = seen_floor();
    struct floor_mark mark = seen_mark(), before = seen_mark();

    (void)state;
    mark.tcb_info = (struct floor_issue){ 19, 90 * DAY };
    mark.qe_identity = (struct floor_issue){ 18, 90 * DAY };
    assert_status(floor_check(&floor, &mark, 200 * DAY, NULL), "OK");
    assert_status(floor_raise(&floor, &mark, NULL, NULL), "OK");
    assert_status(floor_check(&floor, &before, 200 * DAY, NULL), "COLLATERAL_TCB_OLDER");
    assert_int_equal(floor.newest_issue, 102 * DAY); /* it never falls */
}

static void each_platform_and_each_ca_has_its_own_floor(void **state)
{
    struct floor floor = seen_floor();
    struct floor_mark mark = seen_mark();

    (void)state;
    mark.fmspc[5] = 1;
    mark.tcb_info = (struct floor_issue){ 1, 1 };
    mark.ca = PCK_CA_PROCESSOR;
    mark.pck_crl = 1;
    assert_status(floor_check(&floor, &mark, 200 * DAY, NULL), "OK");
    /* what is not the platform's own is shared */
    mark.root_crl = 1;
    assert_status(floor_check(&floor, &mark, 200 * DAY, NULL), "COLLATERAL_CRL_OLDER");
}

static void a_floor_only_rises(void **state)
{
    struct floor floor = seen_floor(), before = seen_floor();
    struct floor_mark mark = seen_mark();
    bool changed = true;

    (void)state;
    assert_status(floor_raise(&floor, &mark, &changed, NULL), "OK");
    assert_false(changed);
    for (int part = TCB_EVALUATION; part <= PCK_CRL; part++)
        move(&mark, (enum part)part, -10);
    assert_status(floor_raise(&floor, &mark, &changed, NULL), "OK");
    assert_false(changed);
    assert_same_floor(&floor, &before);
    for (int part = TCB_EVALUATION; part <= PCK_CRL; part++) {
        mark = seen_mark();
        floor = seen_floor();
        move(&mark, (enum part)part, 1);
        assert_status(floor_raise(&floor, &mark, &changed, NULL), "OK");
        assert_true(changed);
        assert_status(floor_raise(&floor, &mark, &changed, NULL), "OK");
        assert_false(changed);
    }
}

static void a_full_floor_refuses_another_platform(void **state)
{
    struct floor floor = { 0 };
    struct floor_mark mark = seen_mark();

    (void)state;
    for (unsigned i = 0; i < FLOOR_PLATFORMS_MAX; i++) {
        mark.fmspc[0] = (uint8_t)i;
        assert_status(floor_raise(&floor, &mark, NULL, NULL), "OK");
    }
    mark.fmspc[1]++;
    assert_status(floor_raise(&floor, &mark, NULL, NULL), "FLOOR_BAD");
    mark.fmspc[1]--;
    assert_status(floor_raise(&floor, &mark, NULL, NULL), "OK");
}

static void reading_what_was_printed_gives_the_same_floor(void **state)
{
    struct floor floor = seen_floor(), again = { 0 }, nothing = { 0 };
    struct floor_mark mark = seen_mark();
    struct text text = { 0 };

    (void)state;
    floor_print(&nothing, &text);
    assert_status(floor_parse("f", text_span(&text), &again, NULL), "OK");
    assert_same_floor(&again, &nothing);
    text_clear(&text);
    for (unsigned i = 0; i < 5; i++) {
        mark.fmspc[0] = (uint8_t)i;
        mark.tcb_info.evaluation = UINT32_MAX - i;
        mark.ca = i % 2 == 0 ? PCK_CA_PLATFORM : PCK_CA_PROCESSOR;
        assert_status(floor_raise(&floor, &mark, NULL, NULL), "OK");
    }
    floor_print(&floor, &text);
    assert_true(text_ok(&text));
    assert_status(floor_parse("f", text_span(&text), &again, NULL), "OK");
    assert_same_floor(&again, &floor);
    text_free(&text);
}

static void refuses_a_floor_file_that_it_would_not_write(void **state)
{
    static const char *const cases[] = {
        "newest_issue = tomorrow\n",
        "newest_issue = 2026-02-30T00:00:00Z\n",
        "newest_issue =\n",
        "root_crl = 1\n",
        "pck_crl_platform = \n",
        "pck_crl = 2026-01-01T00:00:00Z\n",
        "qe_identity = 2026-01-01T00:00:00Z\n",
        "qe_identity = 17\n",
        "qe_identity = x 2026-01-01T00:00:00Z\n",
        "qe_identity = 4294967296 2026-01-01T00:00:00Z\n",
        "qe_identity = 17 2026-01-01T00:00:00Z x\n",
        "tcb_info = 17 2026-01-01T00:00:00Z\n",
        "tcb_info = 90C06F0000 17 2026-01-01T00:00:00Z\n",
        "tcb_info = 90C06F00000G 17 2026-01-01T00:00:00Z\n",
        "tcb_info = 90C06F000000\n",
        ("tcb_info = 90C06F000000 17 2026-01-01T00:00:00Z\n"
         "tcb_info = 90c06f000000 18 2026-01-01T00:00:00Z\n"),
        "nonsense\n",
        "a = b\n",
        "newest_issue = 2026-01-01T00:00:00Z\n\x01\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct floor floor, before;
        struct tdx_error err = { 0 };

        memset(&floor, 0xa5, sizeof(floor));
        memset(&before, 0xa5, sizeof(before));
        print_message("#  %zu\n", i);
        assert_status(floor_parse("f", span_of(cases[i]), &floor, &err), "FLOOR_BAD");
        assert_memory_equal(err.detail, "f, line", 7);
        assert_memory_equal(&floor, &before, sizeof(floor));
    }
}

struct place {
    char folder[64], path[128];
};

/* Below the build folder's owner: FILE_READ_SAFE looks at every folder up to the root, and /tmp is
 * sticky, which it accepts. */
static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof(*place));

    assert_non_null(place);
    (void)snprintf(place->folder, sizeof(place->folder), "/tmp/test_floor_XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    (void)snprintf(place->path, sizeof(place->path), "%s/lib", place->folder);
    *state = place;
    return 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;
    static const char *const names[] = { "floor", "floor-aabbcc0000000000", ".lock" };
    char path[256];

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", place->path, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(place->path);
    (void)rmdir(place->folder);
    free(place);
    return 0;
}

static void the_stored_floor_is_kept_per_anchor(void **state)
{
    struct place *place = *state;
    struct floor floor = seen_floor(), loaded = { 0 };
    const struct floor nothing = { 0 };
    struct floor_mark mark = seen_mark();
    char name[FLOOR_NAME_SIZE];

    memset(&loaded, 0xa5, sizeof(loaded));
    assert_status(floor_load(place->path, &intel, &loaded, NULL), "OK");
    assert_same_floor(&loaded, &nothing); /* nothing seen */
    assert_status(floor_store(place->path, &intel, &mark, NULL), "OK");
    assert_status(floor_load(place->path, &intel, &loaded, NULL), "OK");
    assert_same_floor(&loaded, &floor);
    assert_status(floor_load(place->path, &other, &loaded, NULL), "OK");
    assert_same_floor(&loaded, &nothing);
    assert_status(floor_store(place->path, &other, &mark, NULL), "OK");
    floor_name(&other, name);
    assert_string_equal(name, "floor-aabbcc0000000000");
    /* older marks leave it alone */
    move(&mark, TCB_EVALUATION, -1);
    assert_status(floor_store(place->path, &intel, &mark, NULL), "OK");
    assert_status(floor_load(place->path, &intel, &loaded, NULL), "OK");
    assert_same_floor(&loaded, &floor);
}

static void a_damaged_or_unsafe_floor_file_is_refused_and_kept(void **state)
{
    struct place *place = *state;
    struct floor loaded;
    struct floor_mark mark = seen_mark();
    char path[256];
    int fd;

    (void)snprintf(path, sizeof(path), "%s/floor", place->path);
    assert_status(floor_store(place->path, &intel, &mark, NULL), "OK");
    assert_int_equal(chmod(path, 0666), 0);
    assert_status(floor_load(place->path, &intel, &loaded, NULL), "FILE_UNSAFE");
    assert_status(floor_store(place->path, &intel, &mark, NULL), "FILE_UNSAFE");
    assert_int_equal(chmod(path, 0644), 0);
    fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "newest_issue = ", 15), 15);
    assert_int_equal(close(fd), 0);
    assert_status(floor_load(place->path, &intel, &loaded, NULL), "FLOOR_BAD");
    assert_status(floor_store(place->path, &intel, &mark, NULL), "FLOOR_BAD");
    /* a link that leads nowhere is not "no file" */
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/nonexistent", path), 0);
    assert_status(floor_load(place->path, &intel, &loaded, NULL), "FILE_UNSAFE");
}

static void a_held_lock_is_waited_for_and_then_named(void **state)
{
    struct place *place = *state;
    struct tdx_error err = { 0 };
    char path[256];
    int first = -1, second = -1;

    (void)snprintf(path, sizeof(path), "%s/lock", place->folder);
    assert_status(lock_take_at(AT_FDCWD, path, 0, &first, NULL), "OK");
    assert_status(lock_take_at(AT_FDCWD, path, 60, &second, &err), "LOCKED");
    assert_non_null(strstr(err.detail, "waited 60 ms"));
    assert_int_equal(second, -1);
    lock_release(first);
    lock_release(-1);
    assert_status(lock_take_at(AT_FDCWD, path, 0, &second, NULL), "OK");
    lock_release(second);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_status(lock_take_at(AT_FDCWD, path, 0, &second, NULL), "FILE_UNREADABLE");
    assert_int_equal(unlink(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_older_in_any_part_is_refused_by_name),
        cmocka_unit_test(a_clock_behind_any_issue_date_is_refused),
        cmocka_unit_test(a_higher_evaluation_number_is_newer_whatever_its_date),
        cmocka_unit_test(each_platform_and_each_ca_has_its_own_floor),
        cmocka_unit_test(a_floor_only_rises),
        cmocka_unit_test(a_full_floor_refuses_another_platform),
        cmocka_unit_test(reading_what_was_printed_gives_the_same_floor),
        cmocka_unit_test(refuses_a_floor_file_that_it_would_not_write),
        cmocka_unit_test_setup_teardown(the_stored_floor_is_kept_per_anchor, make_place,
                                        remove_place),
        cmocka_unit_test_setup_teardown(a_damaged_or_unsafe_floor_file_is_refused_and_kept,
                                        make_place, remove_place),
        cmocka_unit_test_setup_teardown(a_held_lock_is_waited_for_and_then_named, make_place,
                                        remove_place),
    };

    return cmocka_run_group_tests_name("floor", tests, NULL, NULL);
}
