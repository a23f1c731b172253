/* SPDX-License-Identifier: Apache-2.0 */
/* Lines, words and comparisons within borrowed bytes (core/base/span_text.h). */
#include <stdlib.h>
#include <string.h>

#include "core/base/span_text.h"
#include "core/base/text.h"
#include "tests/unit/cmocka_all.h"

/* A copy that is exactly as long as claimed, so that ASan sees the first byte read too far. */
static struct span exact(const char *string)
{
    size_t size = strlen(string);
    uint8_t *copy = malloc(size > 0 ? size : 1);

    assert_non_null(copy);
    memcpy(copy, string, size);
    return (struct span){ copy, size };
}

static void release(struct span copy)
{
    free((void *)(uintptr_t)copy.data);
}

static void assert_span(struct span span, const char *expected)
{
    assert_int_equal(span.size, strlen(expected));
    if (span.size > 0)
        assert_memory_equal(span.data, expected, span.size);
}

static void comparisons_see_the_whole_the_start_and_the_inside(void **state)
{
    static const struct {
        const char *text, *string;
        bool is, begins, contains;
    } cases[] = {
        { "tdx_guest", "tdx_guest", true, true, true },
        { "tdx_guest", "tdx", false, true, true },
        { "tdx_guest", "guest", false, false, true },
        { "tdx", "tdx_guest", false, false, false },
        { "TDX", "tdx", false, false, false },
        { "tdx", "", false, true, true },
        { "", "tdx", false, false, false },
        { "", "", true, true, false }, /* nowhere is no place for anything */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct span text = exact(cases[i].text);

        print_message("  '%s' in '%s'\n", cases[i].string, cases[i].text);
        assert_int_equal(span_is(text, cases[i].string), cases[i].is);
        assert_int_equal(span_begins(text, cases[i].string), cases[i].begins);
        assert_int_equal(span_contains(text, cases[i].string), cases[i].contains);
        release(text);
    }
}

static void an_empty_span_may_point_nowhere(void **state)
{
    struct span nowhere = { NULL, 0 }, part = span_of("untouched"), text = nowhere;
    char out[4] = "abc";

    (void)state;
    assert_true(span_is(nowhere, ""));
    assert_true(span_begins(nowhere, ""));
    assert_false(span_begins(nowhere, "a"));
    assert_false(span_contains(nowhere, "a"));
    assert_null(span_after(nowhere, "a").data);
    assert_int_equal(span_trim(nowhere).size, 0);
    assert_int_equal(span_line_end(nowhere, 0), 0);
    span_skip(&text, 0);
    span_skip_blanks(&text);
    assert_false(line_next(&text, &part));
    assert_span(part, "untouched");
    assert_false(word_next(&text, &part));
    assert_span(part, "");
    assert_string_equal(span_string(nowhere, out, sizeof(out)), "");
    assert_string_equal(os_release_value(nowhere, "ID", out, sizeof(out)), "");
}

static void what_follows_is_what_stands_behind_the_first_match(void **state)
{
    struct span text = exact("a: b: c");

    (void)state;
    assert_span(span_after(text, ": "), "b: c");
    assert_span(span_after(text, " c"), "");
    assert_non_null(span_after(text, " c").data);
    assert_null(span_after(text, ";").data);
    release(text);
}

static void trimming_takes_both_ends_and_no_more(void **state)
{
    static const struct {
        const char *text, *trimmed, *without_blanks;
    } cases[] = {
        { " \t a b \r\n", "a b", "a b \r\n" },
        { "\n\t", "", "\n" },
        { "a", "a", "a" },
        { " \v ", "\v", "\v" },
        { "", "", "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct span text = exact(cases[i].text);

        assert_span(span_trim(text), cases[i].trimmed);
        assert_span(span_trim_blanks(text), cases[i].without_blanks);
        release(text);
    }
}

static void taking_moves_only_behind_what_is_there(void **state)
{
    struct span text = exact("total 512"), rest = text;

    (void)state;
    assert_false(span_take(&rest, "totals"));
    assert_span(rest, "total 512");
    assert_true(span_take(&rest, "total"));
    span_skip_blanks(&rest);
    assert_span(rest, "512");
    span_skip(&rest, 3);
    assert_span(rest, "");
    assert_false(span_take(&rest, "5"));
    release(text);
}

/* Each text as its lines, and as its words, joined with '|'. */
static void a_text_falls_into_lines_and_words(void **state)
{
    static const struct {
        const char *text, *lines, *words;
    } cases[] = {
        { "one\ntwo\n", "one|two|", "one|two|" },
        { "one\r\n\ntwo three", "one||two three|", "one|two|three|" },
        { "\n", "|", "" },
        { "\r\r\n", "\r|", "" },
        { "  a\t\tb  ", "  a\t\tb  |", "a|b|" },
        { "", "", "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct span text = exact(cases[i].text), rest = text, part;
        struct text lines = { 0 }, words = { 0 };

        while (line_next(&rest, &part)) {
            text_add_n(&lines, (const char *)part.data, part.size);
            text_add(&lines, "|");
        }
        assert_int_equal(rest.size, 0);
        for (rest = text; word_next(&rest, &part);) {
            text_add_n(&words, (const char *)part.data, part.size);
            text_add(&words, "|");
        }
        assert_string_equal(text_string(&lines), cases[i].lines);
        assert_string_equal(text_string(&words), cases[i].words);
        text_free(&lines);
        text_free(&words);
        release(text);
    }
}

static void a_line_ends_at_its_line_feed_or_with_the_text(void **state)
{
    struct span text = exact("ab\n\nc");

    (void)state;
    assert_int_equal(span_line_end(text, 0), 2);
    assert_int_equal(span_line_end(text, 2), 2);
    assert_int_equal(span_line_end(text, 3), 3);
    assert_int_equal(span_line_end(text, 4), 5);
    assert_int_equal(span_line_end(text, 5), 5);
    release(text);
}

static void a_string_is_cut_to_its_buffer(void **state)
{
    struct span text = exact("12345");
    char whole[6], cut[5], none[1];

    (void)state;
    assert_string_equal(span_string(text, whole, sizeof(whole)), "12345");
    assert_string_equal(span_string(text, cut, sizeof(cut)), "1234");
    assert_string_equal(span_string(text, none, sizeof(none)), "");
    release(text);
}

static void os_release_is_read_as_a_shell_would(void **state)
{
    static const char text[] = "NAME=\"Alibaba Cloud Linux\"\n#ID=no\nID='alinux'\r\n"
                               "ID_LIKE=\"rhel fedora\nVERSION=1\nVERSION=2 \nEMPTY=\nQUOTE=\"\n";
    static const struct {
        const char *name, *value;
    } cases[] = {
        { "NAME", "Alibaba Cloud Linux" },
        { "ID", "alinux" },
        { "ID_LIKE", "\"rhel fedora" }, /* a quote that does not close is left to be seen */
        { "VERSION", "2" },
        { "EMPTY", "" },
        { "QUOTE", "\"" },
        { "MISSING", "" },
        { "AME", "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char out[64];

        assert_string_equal(os_release_value(span_of(text), cases[i].name, out, sizeof(out)),
                            cases[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comparisons_see_the_whole_the_start_and_the_inside),
        cmocka_unit_test(an_empty_span_may_point_nowhere),
        cmocka_unit_test(what_follows_is_what_stands_behind_the_first_match),
        cmocka_unit_test(trimming_takes_both_ends_and_no_more),
        cmocka_unit_test(taking_moves_only_behind_what_is_there),
        cmocka_unit_test(a_text_falls_into_lines_and_words),
        cmocka_unit_test(a_line_ends_at_its_line_feed_or_with_the_text),
        cmocka_unit_test(a_string_is_cut_to_its_buffer),
        cmocka_unit_test(os_release_is_read_as_a_shell_would),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
