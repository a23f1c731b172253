/* SPDX-License-Identifier: Apache-2.0 */
/* What the JSON scanner takes and what it refuses. */
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/json_scan.h"
#include "core/base/span_text.h"
#include "core/base/text.h"
#include "tests/unit/cmocka_all.h"

/* From an allocation of its exact size, so that ASan sees the first byte read too far. */
static enum tdx_status parse_exact(struct span text, unsigned depth, struct tdx_error *err)
{
    uint8_t *copy = malloc(text.size > 0 ? text.size : 1);
    struct json *json = NULL;
    enum tdx_status status;

    assert_non_null(copy);
    if (text.size > 0)
        memcpy(copy, text.data, text.size);
    status = json_parse((struct span){ copy, text.size }, depth, &json, err);
    json_free(json);
    free(copy);
    return status;
}

static void accepts_what_rfc_8259_has(void **state)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        "0",
        "-0",
        "\"\"",
        "true",
        " \t\r\n[ 1 , 2 ]\n",
        "1.5",
        "1e2",
        "1E-7",
        "-1.5e+10",
        "1.7976931348623157e308",
        "0.00000000000000000000000000000001",
        "\"\\u0041\\ud83d\\ude00\"",
        "{\"\":{\"\":null}}",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u001f\"",
        "[[],{},[{}]]",
        "18446744073709551616",
        "\"\x7f\xff\xc3\xa9\"",
        "{\"a\":1,\"A\":2,\"a \":3}",
        "{\"a\":{\"x\":1},\"b\":{\"x\":1}}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        print_message("#  %s\n", texts[i]);
        assert_status(parse_exact(span_of(texts[i]), 8, NULL), "OK");
    }
}

static const char *const refused_texts[] = {
    "",
    " ",
    "{",
    "[",
    "}",
    "{]",
    "[}",
    "[1,]",
    "{\"a\":1,}",
    "{a:1}",
    "{'a':1}",
    "[1 2]",
    "[,]",
    "01",
    "-",
    "-01",
    "1.",
    ".5",
    "1e",
    "1e+",
    "+1",
    "0x10",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e309",
    "-1e999999999999",
    "tru",
    "TRUE",
    "nul",
    "truee",
    "\"",
    "\"\\\"",
    "\"\\x\"",
    "\"\\u12\"",
    "\"\\u12g4\"",
    "\"\\ud800\"",
    "\"\\udc00\"",
    "\"\\ud800\\u0041\"",
    "\"\\ud800x\"",
    "\"a\nb\"",
    "\"a\tb\"",
    "// x\n1",
    "/* x */1",
    "1 // x",
    "{} {}",
    "{}x",
    "[1]]",
    "\xef\xbb\xbf{}",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\" 1}",
    "{\"a\":1 \"b\":2}",
    "{1:2}",
    "\"\\\n\"",
};

static void refuses_everything_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused_texts); i++) {
        struct tdx_error err = { 0 };

        print_message("#  %s\n", i > 1 && strchr(refused_texts[i], '\n') == NULL ? refused_texts[i]
                                                                                 : "(white)");
        assert_status(parse_exact(span_of(refused_texts[i]), 8, &err), "JSON_BAD");
        assert_string_not_equal(err.detail, "");
    }
}

static void refuses_a_nul_anywhere_outside_an_escape(void **state)
{
    static const char text[] = "{\"a\":\"b\"}";
    char copy[sizeof(text)];

    (void)state;
    for (size_t at = 0; at < sizeof(text); at++) {
        memcpy(copy, text, sizeof(text));
        copy[at] = '\0';
        assert_status(parse_exact((struct span){ (const uint8_t *)copy, sizeof(copy) }, 8, NULL),
                      "JSON_BAD");
    }
    assert_status(parse_exact(span_of("{\"a\\u0000x\":1,\"a\":2}"), 8, NULL), "OK");
    assert_status(parse_exact(span_of("{\"a\\u0000x\":1,\"a\\u0000x\":2}"), 8, NULL),
                  "JSON_DUPLICATE");
}

static void refuses_a_repeated_name_by_a_status_of_its_own(void **state)
{
    static const char *const texts[] = {
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"\\u0061\":2}",
        "[{\"b\":[{\"\\u00e9\":1,\"\xc3\xa9\":2}]}]",
        "{\"x\":{\"a\":1},\"y\":0,\"x\":{}}",
        "{\"#a\":1,\"#a\":1}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct tdx_error err = { 0 };

        assert_status(parse_exact(span_of(texts[i]), 8, &err), "JSON_DUPLICATE");
        assert_string_not_equal(err.detail, "");
    }
}

static void reads_comments_and_repeated_notes_where_people_write(void **state)
{
    static const struct {
        const char *text, *commented, *strict;
    } cases[] = {
        { "/* a */{\"a\":1}", "OK", "JSON_BAD" },
        { "{\"a\" // b\n : 1 /**/ , /* c \n */ \"b\":[ /*d*/ ] }// e", "OK", "JSON_BAD" },
        { "{\"a\":1}//", "OK", "JSON_BAD" },
        { "{\"#a\":1,\"#a\":2,\"b\":3}", "OK", "JSON_DUPLICATE" },
        { "{\"#a\":1,\"b\":2,\"b\":3}", "JSON_DUPLICATE", "JSON_DUPLICATE" },
        { "{\"a\":\"//b/*\"}", "OK", "OK" },
        { "{\"a\":1}/*", "JSON_BAD", "JSON_BAD" },
        { "{\"a\":1}/*/", "JSON_BAD", "JSON_BAD" },
        { "{\"a\":1}/", "JSON_BAD", "JSON_BAD" },
        { "{\"a\":1/2}", "JSON_BAD", "JSON_BAD" },
        { "{\"a\":1,}", "JSON_BAD", "JSON_BAD" },
        { "# a\n{\"a\":1}", "JSON_BAD", "JSON_BAD" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct json *json = NULL;

        print_message("#  %zu\n", i);
        assert_status(json_parse_commented(span_of(cases[i].text), 8, &json, NULL),
                      cases[i].commented);
        json_free(json);
        assert_status(parse_exact(span_of(cases[i].text), 8, NULL), cases[i].strict);
    }
}

static void every_prefix_is_refused(void **state)
{
    static const char text[] =
        "{\"tcbInfo\":{\"version\":3,\"levels\":[{\"svn\":1.5e3},true,null,\"\\ud83d\\ude00\"]}}";

    (void)state;
    for (size_t size = 0; size + 1 < sizeof(text); size++)
        assert_status(parse_exact((struct span){ (const uint8_t *)text, size }, 8, NULL),
                      "JSON_BAD");
    assert_status(parse_exact(span_of(text), 8, NULL), "OK");
}

static void depth_and_sizes_are_bounded(void **state)
{
    struct text deep = { 0 }, many = { 0 }, digits = { 0 };

    (void)state;
    assert_status(parse_exact(span_of("[[[]]]"), 3, NULL), "OK");
    assert_status(parse_exact(span_of("[[[[]]]]"), 3, NULL), "JSON_BAD");
    assert_status(parse_exact(span_of("[[[{\"a\":1}]]]"), 3, NULL), "JSON_BAD");
    assert_status(parse_exact(span_of("1"), 0, NULL), "OK");
    assert_status(parse_exact(span_of("[]"), 0, NULL), "JSON_BAD");
    for (int i = 0; i < 100000; i++)
        text_add_char(&deep, '[');
    assert_status(parse_exact(span_of(text_string(&deep)), 1000000, NULL), "JSON_BAD");
    text_add_char(&many, '{');
    for (int i = 0; i < JSON_MEMBERS_LIMIT; i++)
        text_addf(&many, "%s\"%d\":%d", i > 0 ? "," : "", i, i);
    text_add_char(&many, '}');
    assert_status(parse_exact(span_of(text_string(&many)), 8, NULL), "OK");
    many.data[many.length - 1] = ',';
    text_add(&many, "\"one more\":1}");
    assert_status(parse_exact(span_of(text_string(&many)), 8, NULL), "JSON_BAD");
    for (int i = 0; i < JSON_NUMBER_LIMIT; i++)
        text_add_char(&digits, i == 1 ? '.' : '1');
    assert_status(parse_exact(span_of(text_string(&digits)), 8, NULL), "OK");
    text_add_char(&digits, '1');
    assert_status(parse_exact(span_of(text_string(&digits)), 8, NULL), "JSON_BAD");
    text_free(&deep);
    text_free(&many);
    text_free(&digits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_what_rfc_8259_has),
        cmocka_unit_test(refuses_everything_else),
        cmocka_unit_test(refuses_a_nul_anywhere_outside_an_escape),
        cmocka_unit_test(refuses_a_repeated_name_by_a_status_of_its_own),
        cmocka_unit_test(reads_comments_and_repeated_notes_where_people_write),
        cmocka_unit_test(every_prefix_is_refused),
        cmocka_unit_test(depth_and_sizes_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
