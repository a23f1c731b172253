/* SPDX-License-Identifier: Apache-2.0 */
/* What boots, piece by piece: GRUB's words, tokens, environment blocks, versions, entries. */
#include <string.h>

#include "core/base/span_text.h"
#include "grub-tool/bls.h"
#include "grub-tool/boot_words.h"
#include "grub-tool/grub_env.h"
#include "grub-tool/grub_script.h"
#include "grub-tool/token.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/grub_block.h"

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

static void an_environment_block_is_read_and_written_as_grub_editenv_does(void **state)
{
    char block[1025], expected[1025], big[1000];
    struct grub_env env = { 0 };
    struct text out = { 0 };
    struct tdx_error err = { 0 };

    (void)state;
    grub_block_make("a=1\n# a comment=2\nb=x\\\\y\\\nz\na=3\n", block);
    assert_status(grubenv_load((struct span){ (uint8_t *)block, 1024 }, "e", &env, NULL), "OK");
    assert_string_equal(grub_env_get(&env, "a"), "3"); /* the last one wins */
    assert_string_equal(grub_env_get(&env, "b"), "x\\y\nz");
    assert_int_equal(env.count, 2);
    grub_env_free(&env);

    assert_status(grubenv_edit((struct span){ (uint8_t *)block, 1024 }, "e", "b", "q\\", &out,
                               NULL),
                  "OK");
    grub_block_make("a=1\n# a comment=2\nb=q\\\\\na=3\n", expected);
    assert_int_equal(out.length, 1024);
    assert_string_equal(text_string(&out), expected);
    text_clear(&out);
    assert_status(grubenv_edit((struct span){ (uint8_t *)block, 1024 }, "e", "c", "new", &out,
                               NULL),
                  "OK");
    grub_block_make("a=1\n# a comment=2\nb=x\\\\y\\\nz\na=3\nc=new\n", expected);
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
    grub_block_make("", block);
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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
