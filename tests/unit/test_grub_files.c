/* SPDX-License-Identifier: Apache-2.0 */
/* /etc/default/grub and its neighbours on a disk: what is no drop-in, links, odd files, owners and
 * modes, and a file that others change under our hands. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grub-tool/commit.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/scratch.h"

#define MAIN "/etc/default/grub"
#define V    "GRUB_CMDLINE_LINUX"
#define S    "swiotlb=524288"

static const struct token_wish wish = { true, 524288 };

/* A system of that ID with a generated configuration. */
static void make_system(const char *id)
{
    char text[64];

    (void)snprintf(text, sizeof(text), "ID=%s\n", id);
    scratch_put("/etc/os-release", text);
    scratch_put("/boot/grub/grub.cfg", "set default=0\nmenuentry 'L' $menuentry_id_option 'l' {\n"
                                       "  linux /boot/vmlinuz-6.1 ro a\n}\n");
    scratch_put(MAIN, V "=\"a\"\n");
}

/* Plans, calls meanwhile (NULL: nothing), and writes; notes gets the warnings and remarks. */
static enum tdx_status set_value(void (*meanwhile)(void), struct text *notes)
{
    struct root root = ROOT_CLOSED;
    struct boot_layout layout = { 0 };
    struct plan plan = { 0 };
    struct commit_lock lock = COMMIT_UNLOCKED;
    struct text differences = { 0 };
    struct tdx_error err = { 0 };
    unsigned number = 0;
    enum tdx_status status = root_open(scratch_folder(), &root, &err);

    if (status == TDX_OK)
        status = boot_layout_read(&root, &layout, &err);
    if (status == TDX_OK)
        status = plan_make(&root, &layout, &wish, PLAN_DIRECT, &plan, &err);
    text_add(notes, text_string(&layout.warnings));
    text_add(notes, text_string(&plan.notes));
    if (status == TDX_OK)
        status = commit_lock_take(&root, &lock, &err);
    if (status == TDX_OK && meanwhile != NULL)
        meanwhile();
    if (status == TDX_OK) {
        struct commit commit = { .lock = &lock,
                                 .root = &root,
                                 .root_path = scratch_folder(),
                                 .layout = &layout,
                                 .wish = &wish,
                                 .plan = &plan,
                                 .prove = true,
                                 .differences = &differences,
                                 .notes = notes };

        status = commit_run(&commit, &number, &err);
    }
    commit_unlock(&lock);
    text_free(&differences);
    plan_free(&plan);
    boot_layout_free(&layout);
    root_close(&root);
    return status;
}

static void sets(const char *id)
{
    struct text notes = { 0 };

    assert_status(set_value(NULL, &notes), id);
    text_free(&notes);
}

static void what_is_no_drop_in_is_not_read(void **state)
{
    static const char *const names[] = { "x.cfg~", "x.cfg.dpkg-old", "x.conf", ".x.cfg", ".cfg" };
    char path[128], name[512];

    (void)state;
    make_system("debian");
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        (void)snprintf(path, sizeof(path), MAIN ".d/%s", names[i]);
        scratch_put(path, V "=\"dead swiotlb=7\"\n");
    }
    assert_int_equal(symlink("nowhere", scratch_path(MAIN ".d/99.cfg", name)), 0);
    sets("OK");
    scratch_holds(MAIN, V "=\"a " S "\"\n");
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        (void)snprintf(path, sizeof(path), MAIN ".d/%s", names[i]);
        scratch_holds(path, V "=\"dead swiotlb=7\"\n");
    }
}

static void a_drop_in_counts_where_the_generator_reads_it(void **state)
{
    static const struct {
        const char *id, *main_after, *drop_in_after, *remark;
    } cases[] = {
        { "debian", V "=\"a\"\n", V "=\"c " S "\"\n", "" },
        { "rhel", V "=\"a " S "\"\n", V "=\"c swiotlb=7\"\n",
          "/etc/default/grub.d is not read by this system's generator" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct text notes = { 0 };

        make_system(cases[i].id);
        scratch_put(MAIN ".d/50-x.cfg", V "=\"c swiotlb=7\"\n");
        assert_status(set_value(NULL, &notes), "OK");
        assert_non_null(strstr(text_string(&notes), cases[i].remark));
        scratch_holds(MAIN, cases[i].main_after);
        scratch_holds(MAIN ".d/50-x.cfg", cases[i].drop_in_after);
        text_free(&notes);
    }
}

static void a_missing_file_is_made_only_for_a_generator(void **state)
{
    char name[512];
    struct stat st;

    (void)state;
    make_system("debian");
    assert_int_equal(unlink(scratch_path(MAIN, name)), 0);
    sets("GRUB_DEFAULT_REFUSED");
    assert_int_equal(access(name, F_OK), -1);
    scratch_put("/usr/sbin/grub-mkconfig", "# reads /etc/default/grub.d\n");
    sets("OK");
    scratch_holds(MAIN, V "=\"" S "\"\n");
    assert_int_equal(stat(name, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
}

static void what_is_no_file_is_refused_without_waiting(void **state)
{
    char name[512];
    struct text large = { 0 };

    (void)state;
    make_system("debian");
    assert_int_equal(unlink(scratch_path(MAIN, name)), 0);
    assert_int_equal(mkfifo(name, 0644), 0);
    sets("FILE_UNREADABLE");
    assert_int_equal(unlink(name), 0);
    assert_int_equal(mkdir(name, 0755), 0);
    sets("FILE_UNREADABLE");
    assert_int_equal(rmdir(name), 0);
    text_add(&large, V "=\"a\"\n");
    while (large.length <= 1U << 20)
        text_add(&large, "# a comment of no use, only to fill the file with something\n");
    scratch_put(MAIN, text_string(&large));
    sets("FILE_TOO_LARGE");
    text_free(&large);
}

/* Absolute and climbing links are followed as the system itself would: inside the root. */
static void links_stay_links_and_lead_nowhere_else(void **state)
{
    static const char *const targets[] = { "/usr/share/grub/default",
                                           "../../../../../../../../usr/share/grub/default" };
    char name[512];
    struct stat st;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(targets); i++) {
        make_system("debian");
        scratch_put("/usr/share/grub/default", V "=\"b\"\n");
        assert_int_equal(unlink(scratch_path(MAIN, name)), 0);
        assert_int_equal(symlink(targets[i], name), 0);
        sets("OK");
        scratch_holds("/usr/share/grub/default", V "=\"b " S "\"\n");
        assert_int_equal(lstat(name, &st), 0);
        assert_true(S_ISLNK(st.st_mode));
        assert_int_equal(unlink(name), 0);
    }
}

static void modes_stay_and_a_file_for_everybody_is_remarked_on(void **state)
{
    static const struct {
        mode_t mode;
        bool remarked;
    } cases[] = { { 0400, false }, { 0640, false }, { 0646, true } };
    char name[512];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct text notes = { 0 };
        struct stat st;

        make_system("debian");
        assert_int_equal(chmod(scratch_path(MAIN, name), cases[i].mode), 0);
        assert_status(set_value(NULL, &notes), "OK");
        assert_int_equal(stat(name, &st), 0);
        assert_int_equal(st.st_mode & 07777, cases[i].mode);
        assert_int_equal(strstr(text_string(&notes), "written by everybody") != NULL,
                         cases[i].remarked);
        text_free(&notes);
    }
}

static void the_line_that_tuned_adds_is_left(void **state)
{
    static const char tuned[] = V "_DEFAULT=\"${" V "_DEFAULT:+$" V "_DEFAULT }\\$tuned_params\"\n";
    char before[256], after[256];

    (void)state;
    make_system("rhel");
    (void)snprintf(before, sizeof(before), V "=\"a\"\n%s", tuned);
    (void)snprintf(after, sizeof(after), V "=\"a " S "\"\n%s", tuned);
    scratch_put(MAIN, before);
    sets("OK");
    scratch_holds(MAIN, after);
}

static void others_write(void)
{
    scratch_put(MAIN, V "=\"b\"\n");
}

static void what_others_write_meanwhile_is_not_lost(void **state)
{
    struct text notes = { 0 };

    (void)state;
    make_system("debian");
    assert_status(set_value(others_write, &notes), "BOOT_CHANGED_SINCE");
    scratch_holds(MAIN, V "=\"b\"\n");
    scratch_holds("/boot/grub/grub.cfg", "set default=0\nmenuentry 'L' $menuentry_id_option 'l' {\n"
                                         "  linux /boot/vmlinuz-6.1 ro a\n}\n");
    sets("OK"); /* as the second attempt of set-swiotlb does */
    scratch_holds(MAIN, V "=\"b " S "\"\n");
    text_free(&notes);
}

#define IN_ROOT(test) cmocka_unit_test_setup_teardown(test, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOT(what_is_no_drop_in_is_not_read),
        IN_ROOT(a_drop_in_counts_where_the_generator_reads_it),
        IN_ROOT(a_missing_file_is_made_only_for_a_generator),
        IN_ROOT(what_is_no_file_is_refused_without_waiting),
        IN_ROOT(links_stay_links_and_lead_nowhere_else),
        IN_ROOT(modes_stay_and_a_file_for_everybody_is_remarked_on),
        IN_ROOT(the_line_that_tuned_adds_is_left),
        IN_ROOT(what_others_write_meanwhile_is_not_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
