/* SPDX-License-Identifier: Apache-2.0 */
/* What boots, read back from whole roots: made for the test, and the corpus of layouts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/files.h"
#include "core/base/json.h"
#include "grub-tool/boot_layout.h"
#include "grub-tool/grub_env.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/grub_block.h"
#include "tests/unit/scratch.h"

static void read_layout(struct boot_layout *ret)
{
    struct root root = ROOT_CLOSED;
    struct tdx_error err = { 0 };

    *ret = (struct boot_layout){ 0 };
    assert_status(root_open(scratch_folder(), &root, NULL), "OK");
    if (boot_layout_read(&root, ret, &err) != TDX_OK)
        fail_msg("%s", err.detail);
    root_close(&root);
}

static void a_script_is_run_with_its_conditions_and_variables(void **state)
{
    struct boot_layout layout;
    uint64_t slabs;
    char block[1025];

    (void)state;
    scratch_put("/boot/efi/EFI/debian/grub.cfg",
                "search.fs_uuid 1 root\nset prefix=($root)'/grub'\n"
                "configfile $prefix/grub.cfg\n");
    grub_block_make("saved_entry=sub>two\nextra=swiotlb=8192\\ \n", block);
    scratch_put("/boot/grub/grubenv", block);
    scratch_put("/boot/grub/custom.cfg", "menuentry 'Custom' { linux /vmlinuz-6.1 custom ; }\n");
    scratch_put(
        "/boot/grub/grub.cfg",
        "# menuentry in a comment { \n"
        "function savedefault {\n  if [ -z x ]; then foo; fi\n}\n"
        "if [ -s $prefix/grubenv ]; then load_env; fi\n"
        "if [ x\"$next_entry\" = x -a -n \"${saved_entry}\" ]; then set "
        "default=\"${saved_entry}\"\n"
        "else set default=0; fi\n"
        "menuentry 'One' --class os $menuentry_id_option 'one' {\n"
        "\tlinux /vmlinuz-6.1 root=a ${extra} quiet\n}\n"
        "submenu 'Sub' $menuentry_id_option 'sub' {\n"
        "  menuentry 'Two' $menuentry_id_option 'two' {\n"
        "    if [ \"$broken\" = 1 ]; then\n      linux /vmlinuz-6.1 root=b swiotlb=1\n    else\n"
        "      linux /vmlinuz-6.1 root=b 'swiotlb=2048' x # swiotlb=9\n    fi\n  }\n}\n"
        "if [ -f ${config_directory}/custom.cfg ]; then source ${config_directory}/custom.cfg; "
        "fi\n");
    read_layout(&layout);
    assert_string_equal(boot_style_word(layout.style), "menuentry");
    assert_string_equal(layout.boot_config, "/boot/grub/grub.cfg");
    assert_string_equal(layout.grubenv, "/boot/grub/grubenv");
    assert_int_equal(layout.stub_count, 1);
    assert_int_equal(layout.entry_count, 3);
    assert_string_equal(layout.entries[layout.default_entry].id, "two");
    assert_true(boot_entry_slabs(&layout.entries[layout.default_entry], &slabs));
    assert_int_equal(slabs, 2048);
    assert_int_equal(layout.entries[1].line_count, 2);
    assert_false(layout.entries[1].lines[0].runs);
    assert_true(boot_entry_slabs(&layout.entries[0], &slabs)); /* from the environment */
    assert_int_equal(slabs, 8192);
    assert_string_equal(layout.entries[2].id, "Custom");
    assert_string_equal(layout.entries[2].lines[0].path, "/boot/grub/custom.cfg");
    boot_layout_free(&layout);
}

static void tuned_params_and_entry_options_beat_kernelopts(void **state)
{
    struct boot_layout layout;
    char block[1025];
    uint64_t slabs;

    (void)state;
    grub_block_make("kernelopts=root=x swiotlb=1024 \ntuned_params=swiotlb=2048\n", block);
    scratch_put("/boot/grub2/grubenv", block);
    scratch_put("/boot/grub2/grub.cfg",
                "load_env\nset default=\"${saved_entry}\"\n"
                "if [ -z \"${kernelopts}\" ]; then set kernelopts=\"q\"; fi\nblscfg\n");
    scratch_put("/boot/loader/entries/m-5.10.1.conf",
                "title A\nlinux /vmlinuz-5.10.1\noptions $kernelopts $tuned_params\n");
    scratch_put("/boot/loader/entries/m-5.9.1.conf",
                "title B\nlinux /vmlinuz-5.9.1\noptions $kernelopts swiotlb=4096\n");
    scratch_put("/boot/loader/entries/m-5.8.1.conf",
                "title C\nlinux /vmlinuz-5.8.1\noptions\troot=x y\n");
    read_layout(&layout);
    assert_string_equal(boot_style_word(layout.style), "bls-kernelopts");
    assert_int_equal(layout.entry_count, 3);
    assert_string_equal(layout.entries[0].id, "m-5.10.1");
    assert_int_equal(layout.default_entry, 0);
    assert_true(boot_entry_slabs(&layout.entries[0], &slabs));
    assert_int_equal(slabs, 2048);
    assert_true(boot_entry_slabs(&layout.entries[1], &slabs));
    assert_int_equal(slabs, 4096);
    assert_false(boot_entry_slabs(&layout.entries[2], &slabs));
    assert_int_equal(layout.kernelopts_end, 0); /* the fallback was not reached */
    boot_layout_free(&layout);
}

/* blscfg leaves out what it cannot read; it does not give up the menu. */
static void odd_names_among_the_entries_are_left_out(void **state)
{
    struct boot_layout layout;
    char name[512];

    (void)state;
    scratch_put("/boot/grub2/grub.cfg", "set default=1\nblscfg\n");
    scratch_put("/boot/loader/entries/m-2.conf", "title two\nlinux /vmlinuz-2\noptions root=a\n");
    scratch_put("/boot/loader/entries/m-1.conf", "title one\nlinux /vmlinuz-1\noptions root=a\n");
    scratch_put("/boot/loader/entries/m-3.conf.rpmsave", "title no\nlinux /vmlinuz-3\noptions x\n");
    assert_int_equal(symlink("gone", scratch_path("/boot/loader/entries/m-4.conf", name)), 0);
    assert_int_equal(mkdir(scratch_path("/boot/loader/entries/m-5.conf", name), 0700), 0);
    read_layout(&layout);
    assert_int_equal(layout.entry_count, 2);
    assert_string_equal(layout.entries[layout.default_entry].id, "m-1");
    boot_layout_free(&layout);
}

/* What somebody wrote by hand, or os-prober found on another disk, no generator of ours changes. */
static void entries_of_others_are_known(void **state)
{
    static const char *const foreign[] = { "Mine", "Other system", "Custom" };
    struct boot_layout layout;

    (void)state;
    scratch_put("/boot/grub/custom.cfg", "menuentry 'Custom' { linux /vmlinuz-6.1 custom ; }\n");
    scratch_put(
        "/boot/grub/grub.cfg",
        "### BEGIN /etc/grub.d/10_linux ###\nmenuentry 'One' { linux /vmlinuz-6.1 root=a ; }\n"
        "### END /etc/grub.d/10_linux ###\n"
        "### BEGIN /etc/grub.d/30_os-prober ###\n"
        "menuentry 'Other system' { linux /vmlinuz-5.4 root=b ; }\n"
        "### END /etc/grub.d/30_os-prober ###\n"
        "### BEGIN /etc/grub.d/40_custom ###\nmenuentry 'Mine' { linux /vmlinuz-6.1 root=c ; }\n"
        "### END /etc/grub.d/40_custom ###\n"
        "### BEGIN /etc/grub.d/41_custom ###\nsource $prefix/custom.cfg\n"
        "### END /etc/grub.d/41_custom ###\n"
        "menuentry 'By hand' { linux /vmlinuz-6.1 root=d ; }\n");
    read_layout(&layout);
    assert_int_equal(layout.entry_count, 5);
    for (size_t i = 0; i < layout.entry_count; i++) {
        bool expected = false;

        for (size_t j = 0; j < COUNT_OF(foreign); j++)
            expected |= strcmp(layout.entries[i].id, foreign[j]) == 0;
        print_message("  %s\n", layout.entries[i].id);
        assert_int_equal(layout.entries[i].foreign, expected);
    }
    boot_layout_free(&layout);
    scratch_put("/boot/grub/grub.cfg", "menuentry 'Menu' { linux /vmlinuz-1 root=a ; }\nblscfg\n");
    scratch_put("/boot/loader/entries/m-1.conf", "title one\nlinux /vmlinuz-1\noptions root=a\n");
    read_layout(&layout);
    assert_int_equal(layout.entry_count, 2);
    assert_true(layout.entries[0].foreign);
    assert_false(layout.entries[1].foreign);
    boot_layout_free(&layout);
}

/* An image whose system partition was forgotten looks like one that has none. */
static void what_fstab_names_must_be_there(void **state)
{
    static const struct {
        const char *fstab, *not_mounted;
    } cases[] = {
        { "UUID=1 / ext4 defaults 0 1\nUUID=2 /boot/efi vfat umask=0077 0 2\n", "/boot/efi" },
        { "UUID=1 /\text4\n  UUID=2\t/efi/\tvfat\tnoauto\n", "/efi" },
        { "#UUID=2 /boot/efi vfat defaults 0 2\n# /boot/efi\n/boot/efi\n", NULL },
        { "UUID=2 /boot ext4 defaults 0 2\nUUID=3 /boot/efi2 vfat x 0 0\n", NULL },
        { "", NULL },
    };

    (void)state;
    scratch_put("/boot/grub/grub.cfg", "menuentry 'One' { linux /vmlinuz-6.1 root=a ; }\n");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct boot_layout layout;

        scratch_put("/etc/fstab", cases[i].fstab);
        read_layout(&layout);
        print_message("  fstab %zu\n", i);
        if (cases[i].not_mounted == NULL) {
            assert_null(layout.not_mounted);
        } else {
            assert_string_equal(layout.not_mounted, cases[i].not_mounted);
            assert_non_null(strstr(text_string(&layout.warnings), cases[i].not_mounted));
        }
        boot_layout_free(&layout);
    }
}

static void a_stub_that_leads_nowhere_is_unclear(void **state)
{
    struct boot_layout layout = { 0 };
    struct root root = ROOT_CLOSED;
    struct tdx_error err = { 0 };

    (void)state;
    scratch_put("/boot/efi/EFI/redhat/grub.cfg", "configfile /grub2/grub.cfg\n");
    assert_status(root_open(scratch_folder(), &root, NULL), "OK");
    assert_status(boot_layout_read(&root, &layout, &err), "BOOT_CONFIG_UNCLEAR");
    assert_non_null(strstr(err.detail, "/grub2/grub.cfg"));
    boot_layout_free(&layout);
    root_close(&root);
}

/* --- the corpus ----------------------------------------------------------------------------------
 */

static void check_string(const struct json_place *root, const char *name, const char *got)
{
    struct json_place place = json_member(root, name, JSON_REQUIRED);

    if (json_type_of(&place) == JSON_NULL)
        assert_null(got);
    else if (got == NULL || !json_is(&place, got))
        fail_msg("%s is <%s>", name, got != NULL ? got : "null");
}

static void check_entries(const struct json_place *root, const struct boot_layout *layout)
{
    struct json_place list = json_object(root, "swiotlb", JSON_REQUIRED);

    for (struct json_place item = { 0 }; json_next(&list, &item);) {
        struct span id = json_name(&item);
        uint64_t slabs = 0;
        bool found = false;

        for (size_t i = 0; i < layout->entry_count; i++) {
            const struct boot_entry *entry = &layout->entries[i];
            bool sized;

            if (strlen(entry->id) != id.size || memcmp(entry->id, id.data, id.size) != 0)
                continue;
            found = true;
            sized = boot_entry_slabs(entry, &slabs);
            assert_int_equal(sized, json_type_of(&item) != JSON_NULL);
            if (sized)
                assert_int_equal(slabs, json_as_uint(&item, UINT64_MAX));
        }
        assert_true(found);
    }
}

static void check_layout(const char *name, const char *path)
{
    struct file_content content = { 0 };
    struct json *json = NULL;
    struct json_reader reader = { .bad = TDX_JSON_BAD };
    struct boot_layout layout;
    struct json_place root, stubs;
    size_t count = 0;
    char file[1100];

    print_message("  %s\n", name);
    (void)snprintf(file, sizeof(file), "%s/expected.json", path);
    assert_status(file_read(file, 1U << 20, 0, &content, NULL), "OK");
    assert_status(json_parse(file_content_span(&content), 16, &json, NULL), "OK");
    reader.json = json;
    root = json_root(&reader);
    {
        struct root disk = ROOT_CLOSED;
        struct tdx_error err = { 0 };

        layout = (struct boot_layout){ 0 };
        (void)snprintf(file, sizeof(file), "%s/root", path);
        assert_status(root_open(file, &disk, NULL), "OK");
        if (boot_layout_read(&disk, &layout, &err) != TDX_OK)
            fail_msg("%s: %s", name, err.detail);
        root_close(&disk);
    }
    check_string(&root, "style", boot_style_word(layout.style));
    check_string(&root, "boot_config", layout.boot_config);
    check_string(&root, "grubenv", layout.grubenv);
    check_string(&root, "default_entry",
                 layout.default_entry < layout.entry_count ? layout.entries[layout.default_entry].id
                                                           : NULL);
    stubs = json_array(&root, "stub", JSON_REQUIRED);
    for (struct json_place item = { 0 }; json_next(&stubs, &item); count++)
        assert_true(count < layout.stub_count && json_is(&item, layout.stubs[count]));
    assert_int_equal(count, layout.stub_count);
    check_entries(&root, &layout);
    assert_status(reader.status, "OK");
    boot_layout_free(&layout);
    json_free(json);
    file_content_free(&content);
}

static void every_layout_of_the_corpus_is_read_as_it_says(void **state)
{
    const char *corpus = getenv("TDX_CORPUS");
    struct root root = ROOT_CLOSED;
    struct root_names names = { 0 };
    unsigned count = 0;

    (void)state;
    if (corpus == NULL || root_open(corpus, &root, NULL) != TDX_OK ||
        root_list_folder(&root, "/bootcfg", 1000, &names, NULL) != TDX_OK) {
        root_close(&root);
        print_message("skipped: no corpus\n");
        skip();
    }
    for (size_t i = 0; i < names.count; i++) {
        char path[1024];

        (void)snprintf(path, sizeof(path), "/bootcfg/%s/expected.json", names.names[i]);
        if (!root_exists(&root, path))
            continue;
        (void)snprintf(path, sizeof(path), "%s/bootcfg/%s", corpus, names.names[i]);
        check_layout(names.names[i], path);
        count++;
    }
    assert_true(count >= 10);
    root_names_free(&names);
    root_close(&root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_script_is_run_with_its_conditions_and_variables,
                                        scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(tuned_params_and_entry_options_beat_kernelopts,
                                        scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(odd_names_among_the_entries_are_left_out, scratch_make,
                                        scratch_remove),
        cmocka_unit_test_setup_teardown(entries_of_others_are_known, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(what_fstab_names_must_be_there, scratch_make,
                                        scratch_remove),
        cmocka_unit_test_setup_teardown(a_stub_that_leads_nowhere_is_unclear, scratch_make,
                                        scratch_remove),
        cmocka_unit_test(every_layout_of_the_corpus_is_read_as_it_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
