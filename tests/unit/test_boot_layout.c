/* SPDX-License-Identifier: Apache-2.0 */
/* What boots, read back: GRUB's words, environment blocks, scripts, entries, and the corpus of
 * layouts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/span_text.h"
#include "grub-tool/bls.h"
#include "grub-tool/boot_layout.h"
#include "grub-tool/boot_words.h"
#include "grub-tool/grub_env.h"
#include "grub-tool/grub_expand.h"
#include "grub-tool/grub_script.h"
#include "grub-tool/token.h"
#include "tests/unit/cmocka_all.h"

static void words_reach_the_kernel_as_grub_and_next_arg_make_them(void **state)
{
    static const struct {
        const char *text, *kernel; /* the kernel's command line */
        const char *last;          /* the last word that the kernel looks at */
        enum boot_problem problem;
    } cases[] = {
        { "a b=c", "a b=c", "b=c", BOOT_TEXT_FINE },
        { "a 'b c'", "a \"b c\"", "b c", BOOT_TEXT_FINE },
        { "x=\"y z\" a", "\"x=y z\" a", "a", BOOT_TEXT_FINE },
        { "a x=\"y z\"", "a \"x=y z\"", "x=y z", BOOT_TEXT_FINE },
        { "a\\ b", "\"a b\"", "a b", BOOT_TEXT_FINE },
        { "a -- b", "a -- b", "a", BOOT_TEXT_FINE },
        { "a #b c", "a", "a", BOOT_TEXT_FINE },
        { "a#b c", "a#b c", "c", BOOT_TEXT_FINE },
        { "a \"swiotlb=9\"", "a swiotlb=9", "swiotlb=9", BOOT_TEXT_FINE },
        { "a\tb", "a b", "b", BOOT_TEXT_FINE },
        { "a;b", "a", "a", BOOT_TEXT_SPECIAL },
        { "a {b", "a", "a", BOOT_TEXT_SPECIAL },
        { "a 'b", "a b", "b", BOOT_TEXT_UNCLOSED },
        { "a\\", "a", "a", BOOT_TEXT_BACKSLASH },
        { "a $/", "a", "a", BOOT_TEXT_DOLLAR },
        { "", "", NULL, BOOT_TEXT_FINE },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct boot_words words;
        const char *last = NULL;

        assert_status(boot_words_split(span_of(cases[i].text), NULL, BOOT_TEXT_GRUB, &words, NULL),
                      "OK");
        for (size_t j = 0; j < words.count; j++)
            if (boot_word_live(&words.words[j]))
                last = boot_word_text(&words, &words.words[j]);
        print_message("  %s\n", cases[i].text);
        assert_int_equal(words.problem, cases[i].problem);
        if (cases[i].problem == BOOT_TEXT_FINE)
            assert_string_equal(words.kernel, cases[i].kernel);
        if (cases[i].last == NULL)
            assert_null(last);
        else if (cases[i].problem == BOOT_TEXT_FINE)
            assert_string_equal(last, cases[i].last);
        boot_words_free(&words);
    }
}

static void a_token_is_set_and_taken_out_of_options(void **state)
{
    static const struct {
        const char *before, *set, *unset;
    } cases[] = {
        { "root=x ro quiet ", "root=x ro quiet swiotlb=4096", "root=x ro quiet " },
        { "root=x swiotlb=1,force q", "root=x swiotlb=4096,force q", "root=x q" },
        { "$kernelopts $tuned_params", "$kernelopts $tuned_params swiotlb=4096",
          "$kernelopts $tuned_params" },
        { "a -- swiotlb=1", "swiotlb=4096 a --", "a --" },
        { "", "swiotlb=4096", "" },
        { "swiotlb", "swiotlb=4096", "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct token_wish wish = { true, 4096 }, none = { false, 0 };
        struct text set = { 0 }, again = { 0 }, unset = { 0 };

        assert_null(token_edit(span_of(cases[i].before), BOOT_TEXT_GRUB, &wish, &set));
        assert_string_equal(text_string(&set), cases[i].set);
        assert_null(token_edit(span_of(text_string(&set)), BOOT_TEXT_GRUB, &wish, &again));
        assert_string_equal(text_string(&again), cases[i].set);
        assert_null(token_edit(span_of(cases[i].before), BOOT_TEXT_GRUB, &none, &unset));
        assert_string_equal(text_string(&unset), cases[i].unset);
        text_free(&set);
        text_free(&again);
        text_free(&unset);
    }
    assert_non_null(token_edit(span_of("swiotlb=noforce"), BOOT_TEXT_GRUB,
                               &(struct token_wish){ true, 1 }, &(struct text){ 0 }));
}

/* A block of 1024 bytes. */
static void make_block(const char *lines, char block[1025])
{
    int size = snprintf(block, 1025, "# GRUB Environment Block\n%s", lines);

    assert_in_range(size, 1, 1024);
    memset(block + size, '#', 1024 - (size_t)size);
    block[1024] = '\0';
}

static void an_environment_block_is_read_and_written_as_grub_editenv_does(void **state)
{
    char block[1025], expected[1025], big[1000];
    struct grub_env env = { 0 };
    struct text out = { 0 };
    struct tdx_error err = { 0 };

    (void)state;
    make_block("a=1\n# a comment=2\nb=x\\\\y\\\nz\na=3\n", block);
    assert_status(grubenv_load((struct span){ (uint8_t *)block, 1024 }, "e", &env, NULL), "OK");
    assert_string_equal(grub_env_get(&env, "a"), "3"); /* the last one wins */
    assert_string_equal(grub_env_get(&env, "b"), "x\\y\nz");
    assert_int_equal(env.count, 2);
    grub_env_free(&env);

    assert_status(grubenv_edit((struct span){ (uint8_t *)block, 1024 }, "e", "b", "q\\", &out,
                               NULL),
                  "OK");
    make_block("a=1\n# a comment=2\nb=q\\\\\na=3\n", expected);
    assert_int_equal(out.length, 1024);
    assert_string_equal(text_string(&out), expected);
    text_clear(&out);
    assert_status(grubenv_edit((struct span){ (uint8_t *)block, 1024 }, "e", "c", "new", &out,
                               NULL),
                  "OK");
    make_block("a=1\n# a comment=2\nb=x\\\\y\\\nz\na=3\nc=new\n", expected);
    assert_string_equal(text_string(&out), expected);
    text_clear(&out);

    memset(big, 'k', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    assert_status(grubenv_edit((struct span){ (uint8_t *)block, 1024 }, "e", "c", big, &out, &err),
                  "GRUBENV_FULL");
    assert_status(grubenv_load(span_of("a=1\n"), "e", &env, NULL), "GRUBENV_BAD");
    text_free(&out);
}

/* With the signature alone a lone kernelopts may have 987 bytes, not 988 (reference grub.md 3). */
static void the_room_in_a_block_is_grub_editenvs(void **state)
{
    char block[1025], value[989];
    struct text out = { 0 };

    (void)state;
    make_block("", block);
    for (size_t size = 987; size <= 988; size++) {
        memset(value, 'v', size);
        value[size] = '\0';
        text_clear(&out);
        assert_status(grubenv_edit((struct span){ (uint8_t *)block, 1024 }, "e", "kernelopts",
                                   value, &out, NULL),
                      size == 987 ? "OK" : "GRUBENV_FULL");
    }
    text_free(&out);
}

static void versions_sort_as_rpm_sorts_them(void **state)
{
    static const struct {
        const char *older, *newer;
    } pairs[] = {
        { "m-5.10.134-16.1.al8", "m-5.10.134-19.1.al8" },
        { "m-0-rescue", "m-5.14.0-362.el9" },
        { "m-5.9.1", "m-5.10.1" },
        { "m-5.10~rc1", "m-5.10" },
        { "m-5.14.0-362.8.1.el9_3", "m-5.14.0-427.13.1.el9_4" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        assert_true(bls_compare(pairs[i].older, pairs[i].newer) < 0);
        assert_true(bls_compare(pairs[i].newer, pairs[i].older) > 0);
        assert_int_equal(bls_compare(pairs[i].older, pairs[i].older), 0);
    }
}

static void entries_are_read_as_each_loader_reads_them(void **state)
{
    static const char file[] = "title T\n  # no\nlinux /k\noptions a b\noptions c\nblank\n"
                               "version 9\n";
    struct bls_entry grub = { 0 }, systemd = { 0 }, tab = { 0 };
    size_t size;

    (void)state;
    assert_true(bls_read(span_of(file), BLS_FOR_GRUB, &grub));
    assert_true(bls_read(span_of(file), BLS_FOR_SYSTEMD, &systemd));
    assert_string_equal(grub.options, "a b"); /* the first only */
    assert_string_equal(systemd.options, "a b c");
    assert_null(grub.version); /* behind a key without value */
    assert_string_equal(systemd.version, "9");
    assert_memory_equal(file + grub.options_start, "a b\n", 4);
    assert_int_equal(grub.options_end - grub.options_start, 3);
    /* A tab separates only where the line has no blank at all. */
    assert_true(bls_read(span_of("linux /k\noptions\tq=1 ro\n"), BLS_FOR_GRUB, &tab));
    assert_null(tab.options);
    assert_true(bls_is_entry("a+3-0.conf", BLS_FOR_SYSTEMD, &size));
    assert_int_equal(size, 1);
    assert_true(bls_is_entry("a+3-0.conf", BLS_FOR_GRUB, &size));
    assert_int_equal(size, 5);
    assert_false(bls_is_entry(".a.conf", BLS_FOR_GRUB, &size));
    bls_entry_free(&grub);
    bls_entry_free(&systemd);
    bls_entry_free(&tab);
}

static void the_default_entry_is_found_by_id_title_number_and_path(void **state)
{
    static const struct grub_choice menu[] = {
        { "id0", "Title 0", GRUB_NONE, false },
        { "sub", "More", GRUB_NONE, true },
        { "id2", "Inner 0", 1, false },
        { "5.10-x", "Inner 1", 1, false },
        { "7-last", "Last > one", GRUB_NONE, false },
    };
    static const struct {
        const char *wanted;
        size_t index;
        bool by_title;
    } cases[] = {
        { "", 0, false },       { "0", 0, false },          { "Title 0", 0, true },
        { "id0", 0, false },    { "2", 4, false },          { "7-last", 4, false },
        { "1>1", 3, false },    { "sub>5.10-x", 3, false }, { "More>Inner 0", 2, true },
        { "sub", 2, false },    { "Last >> one", 4, true }, { "gone", 0, false },
        { "9", 0, false },      { "1>9", 2, false },        { "1>", 2, false },
        { "1>gone", 2, false }, { "-1", 0, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool by_title;

        print_message("  <%s>\n", cases[i].wanted);
        assert_int_equal(grub_default_entry(menu, COUNT_OF(menu), cases[i].wanted, &by_title),
                         cases[i].index);
        assert_int_equal(by_title, cases[i].by_title);
    }
}

/* --- roots made for the test -------------------------------------------------------------------
 */

static char folder[64];

static void put(const char *path, const char *content)
{
    char full[512];

    (void)snprintf(full, sizeof(full), "%s%s", folder, path);
    for (char *slash = strchr(full + strlen(folder) + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(full, 0700); /* it may be there */
        *slash = '/';
    }
    assert_status(file_replace(full, span_of(content), 0600, NULL), "OK");
}

static int make_root(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof(folder), "/tmp/boot-layout-XXXXXX");
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_root(void **state)
{
    char command[128];

    (void)state;
    (void)snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command); /* NOLINT: a name of our own making */
}

static void read_layout(struct boot_layout *ret)
{
    struct root root = ROOT_CLOSED;
    struct tdx_error err = { 0 };

    *ret = (struct boot_layout){ 0 };
    assert_status(root_open(folder, &root, NULL), "OK");
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
    put("/boot/efi/EFI/debian/grub.cfg", "search.fs_uuid 1 root\nset prefix=($root)'/grub'\n"
                                         "configfile $prefix/grub.cfg\n");
    make_block("saved_entry=sub>two\nextra=swiotlb=8192\\ \n", block);
    put("/boot/grub/grubenv", block);
    put("/boot/grub/custom.cfg", "menuentry 'Custom' { linux /vmlinuz-6.1 custom ; }\n");
    put("/boot/grub/grub.cfg",
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
    make_block("kernelopts=root=x swiotlb=1024 \ntuned_params=swiotlb=2048\n", block);
    put("/boot/grub2/grubenv", block);
    put("/boot/grub2/grub.cfg",
        "load_env\nset default=\"${saved_entry}\"\n"
        "if [ -z \"${kernelopts}\" ]; then set kernelopts=\"q\"; fi\nblscfg\n");
    put("/boot/loader/entries/m-5.10.1.conf",
        "title A\nlinux /vmlinuz-5.10.1\noptions $kernelopts $tuned_params\n");
    put("/boot/loader/entries/m-5.9.1.conf",
        "title B\nlinux /vmlinuz-5.9.1\noptions $kernelopts swiotlb=4096\n");
    put("/boot/loader/entries/m-5.8.1.conf", "title C\nlinux /vmlinuz-5.8.1\noptions\troot=x y\n");
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
    put("/boot/grub2/grub.cfg", "set default=1\nblscfg\n");
    put("/boot/loader/entries/m-2.conf", "title two\nlinux /vmlinuz-2\noptions root=a\n");
    put("/boot/loader/entries/m-1.conf", "title one\nlinux /vmlinuz-1\noptions root=a\n");
    put("/boot/loader/entries/m-3.conf.rpmsave", "title no\nlinux /vmlinuz-3\noptions x\n");
    (void)snprintf(name, sizeof(name), "%s/boot/loader/entries/m-4.conf", folder);
    assert_int_equal(symlink("gone", name), 0);
    (void)snprintf(name, sizeof(name), "%s/boot/loader/entries/m-5.conf", folder);
    assert_int_equal(mkdir(name, 0700), 0);
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
    put("/boot/grub/custom.cfg", "menuentry 'Custom' { linux /vmlinuz-6.1 custom ; }\n");
    put("/boot/grub/grub.cfg",
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
    put("/boot/grub/grub.cfg", "menuentry 'Menu' { linux /vmlinuz-1 root=a ; }\nblscfg\n");
    put("/boot/loader/entries/m-1.conf", "title one\nlinux /vmlinuz-1\noptions root=a\n");
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
    put("/boot/grub/grub.cfg", "menuentry 'One' { linux /vmlinuz-6.1 root=a ; }\n");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct boot_layout layout;

        put("/etc/fstab", cases[i].fstab);
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
    put("/boot/efi/EFI/redhat/grub.cfg", "configfile /grub2/grub.cfg\n");
    assert_status(root_open(folder, &root, NULL), "OK");
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
        cmocka_unit_test(words_reach_the_kernel_as_grub_and_next_arg_make_them),
        cmocka_unit_test(a_token_is_set_and_taken_out_of_options),
        cmocka_unit_test(an_environment_block_is_read_and_written_as_grub_editenv_does),
        cmocka_unit_test(the_room_in_a_block_is_grub_editenvs),
        cmocka_unit_test(versions_sort_as_rpm_sorts_them),
        cmocka_unit_test(entries_are_read_as_each_loader_reads_them),
        cmocka_unit_test(the_default_entry_is_found_by_id_title_number_and_path),
        cmocka_unit_test_setup_teardown(a_script_is_run_with_its_conditions_and_variables,
                                        make_root, remove_root),
        cmocka_unit_test_setup_teardown(tuned_params_and_entry_options_beat_kernelopts, make_root,
                                        remove_root),
        cmocka_unit_test_setup_teardown(odd_names_among_the_entries_are_left_out, make_root,
                                        remove_root),
        cmocka_unit_test_setup_teardown(entries_of_others_are_known, make_root, remove_root),
        cmocka_unit_test_setup_teardown(what_fstab_names_must_be_there, make_root, remove_root),
        cmocka_unit_test_setup_teardown(a_stub_that_leads_nowhere_is_unclear, make_root,
                                        remove_root),
        cmocka_unit_test(every_layout_of_the_corpus_is_read_as_it_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
