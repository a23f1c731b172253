/* SPDX-License-Identifier: Apache-2.0 */
/* core/base without files and processes: statuses, bytes, hex, base64, times, texts, conf. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/base64.h"
#include "core/base/bytes.h"
#include "core/base/conf.h"
#include "core/base/hex.h"
#include "core/base/rfc3339.h"
#include "core/base/span_text.h"
#include "core/base/status.h"
#include "core/base/text.h"
#include "tests/unit/cmocka_all.h"

/* Walks the table: ids unique, texts there, exit codes 0 to 3. */
static void every_status_has_id_text_and_exit_code(void **state)
{
    (void)state;
    for (int i = 0; i < TDX_STATUS_COUNT; i++) {
        enum tdx_status status = (enum tdx_status)i;

        assert_string_not_equal(status_id(status), "");
        assert_string_not_equal(status_message(status), "");
        assert_in_range(status_exit_code(status), 0, 3);
        if (status != TDX_OK) {
            assert_int_not_equal(status_exit_code(status), 0);
            assert_string_not_equal(status_remedy(status), "");
        }
        for (int k = 0; k < i; k++)
            assert_string_not_equal(status_id(status), status_id((enum tdx_status)k));
    }
    assert_string_equal(status_id((enum tdx_status)TDX_STATUS_COUNT), "INTERNAL");
}

static void the_first_failure_wins_and_details_are_one_line(void **state)
{
    struct tdx_error err = { 0 };

    (void)state;
    assert_status(status_fail(&err, TDX_HEX_BAD, "a\nb\x1b[31m"), "HEX_BAD");
    assert_status(status_fail(&err, TDX_TIME_BAD, "later"), "TIME_BAD");
    assert_int_equal(err.status, TDX_HEX_BAD);
    assert_string_equal(err.detail, "a?b?[31m");
    status_prefix(&err, "file %d", 7);
    assert_string_equal(err.detail, "file 7: a?b?[31m");
    assert_status(status_fail(NULL, TDX_HEX_BAD, "nobody listens"), "HEX_BAD");
}

static void a_detail_that_is_too_long_is_cut_not_overrun(void **state)
{
    char longest[2 * TDX_DETAIL_SIZE];
    struct tdx_error err = { 0 };

    (void)state;
    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    assert_status(status_fail(&err, TDX_HEX_BAD, "%s", longest), "HEX_BAD");
    assert_int_equal(strlen(err.detail), TDX_DETAIL_SIZE - 1);
    status_prefix(&err, "%s", longest);
    assert_int_equal(strlen(err.detail), TDX_DETAIL_SIZE - 1);
}

static void the_reader_reads_in_order_and_knows_its_end(void **state)
{
    static const uint8_t raw[] = { 1,  2,  3,  4,  5, 6, 7, 8, 9, 10, 11,
                                   12, 13, 14, 15, 0, 0, 1, 2, 3, 4 };
    struct bytes in = bytes_over(raw, sizeof(raw));
    uint8_t copy[2];

    (void)state;
    assert_int_equal(bytes_u8(&in), 0x01);
    assert_int_equal(bytes_u16(&in), 0x0302);
    assert_int_equal(bytes_u32(&in), 0x07060504);
    assert_true(bytes_u64(&in) == UINT64_C(0x0f0e0d0c0b0a0908));
    assert_true(bytes_skip_zero(&in, 2));
    assert_false(bytes_complete(&in));
    bytes_copy(&in, copy, 2);
    assert_memory_equal(copy, raw + 17, 2);
    bytes_skip(&in, 2);
    assert_true(bytes_complete(&in));
    in = bytes_over(raw, 4);
    assert_int_equal(bytes_u32_be(&in), 0x01020304);
}

/* A shortage is sticky: zeros from then on, and the position no longer moves. */
static void a_shortage_is_sticky(void **state)
{
    static const uint8_t raw[] = { 1, 2, 3 };
    uint8_t copy[3] = { 7, 7, 7 };
    struct bytes in = bytes_over(raw, sizeof(raw)), sub;

    (void)state;
    assert_int_equal(bytes_u32(&in), 0);
    assert_false(bytes_ok(&in));
    assert_int_equal(bytes_u8(&in), 0);
    bytes_copy(&in, copy, 1);
    assert_int_equal(copy[0], 0);
    assert_int_equal(copy[1], 7);
    assert_false(bytes_skip_zero(&in, 0));
    sub = bytes_sub(&in, 1);
    assert_false(bytes_ok(&sub));
    assert_int_equal(in.left, 3);

    in = bytes_over(raw, sizeof(raw));
    sub = bytes_sub(&in, SIZE_MAX);
    assert_false(bytes_ok(&sub) || bytes_ok(&in));
    in = bytes_over(NULL, 0);
    assert_true(bytes_complete(&in));
    assert_true(bytes_skip_zero(&in, 0));
}

static void hex_refuses_what_is_not_pairs_of_digits(void **state)
{
    static const struct {
        const char *text, *expected, *detail;
        size_t limit;
    } cases[] = {
        { "", "OK", "", 4 },
        { "00ffAa1b", "OK", "", 4 },
        { "00ffAa1b00", "HEX_BAD", "5 bytes, at most 4 fit", 4 },
        { "0", "HEX_BAD", "1 digits: a byte has two, so it must be even", 4 },
        { "0g", "HEX_BAD", "character 2 is not a hexadecimal digit", 4 },
        { "00 11", "HEX_BAD", "character 3 is not a hexadecimal digit", 4 },
        { "0x11", "HEX_BAD", "character 2 is not a hexadecimal digit", 4 },
    };
    uint8_t out[4];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tdx_error err = { 0 };
        size_t size = 99;

        assert_status(hex_decode(cases[i].text, strlen(cases[i].text), out, cases[i].limit, &size,
                                 &err),
                      cases[i].expected);
        assert_string_equal(err.detail, cases[i].detail);
    }
    assert_status(hex_decode_exact("00ff", 4, out, 3, NULL), "HEX_BAD");
    assert_status(hex_decode_exact("00ffaa", 6, out, 3, NULL), "OK");
    assert_memory_equal(out, "\x00\xff\xaa", 3);
}

/* RFC 4648 section 10, and one text only for each sequence of bytes. */
static void base64_is_canonical_or_refused(void **state)
{
    static const struct {
        const char *text, *bytes;
        enum base64_form form;
    } good[] = {
        { "", "", BASE64_STANDARD },
        { "Zg==", "f", BASE64_STANDARD },
        { "Zm8=", "fo", BASE64_STANDARD },
        { "Zm9vYmFy", "foobar", BASE64_STANDARD },
        { "Zm9vYg", "foob", BASE64_URL },
        { "-_-_", "\xfb\xff\xbf", BASE64_URL },
        { "+/+/", "\xfb\xff\xbf", BASE64_STANDARD },
    };
    static const struct {
        const char *text;
        enum base64_form form;
    } bad[] = {
        { "Zh==", BASE64_STANDARD }, { "Zm9=", BASE64_STANDARD }, { "Zg=", BASE64_STANDARD },
        { "Zg", BASE64_STANDARD },   { "Zg==", BASE64_URL },      { "Zh", BASE64_URL },
        { "Z", BASE64_URL },         { "Zm9v\n", BASE64_URL },    { "+/+/", BASE64_URL },
        { "-_-_", BASE64_STANDARD }, { "====", BASE64_STANDARD }, { "Zg==Zg==", BASE64_STANDARD },
    };
    uint8_t out[16];
    size_t size;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct text encoded = { 0 };

        base64_encode(&encoded, good[i].form, good[i].bytes, strlen(good[i].bytes));
        assert_string_equal(text_string(&encoded), good[i].text);
        text_free(&encoded);
        assert_status(base64_decode(good[i].text, strlen(good[i].text), good[i].form, out,
                                    sizeof(out), &size, NULL),
                      "OK");
        assert_int_equal(size, strlen(good[i].bytes));
        assert_memory_equal(out, good[i].bytes, size);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_status(base64_decode(bad[i].text, strlen(bad[i].text), bad[i].form, out, sizeof(out),
                                    &size, NULL),
                      "BASE64_BAD");
    assert_status(base64_decode("Zm9vYmFy", 8, BASE64_URL, out, 5, &size, NULL), "BASE64_BAD");
}

static void times_have_one_form(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } good[] = {
        { "1970-01-01T00:00:00Z", 0 },
        { "2000-02-29T23:59:59Z", 951868799 },
        { "2026-03-05T10:50:03Z", 1772707803 },
        { "2049-12-31T23:59:59Z", INT64_C(2524607999) },
        { "1969-12-31T23:59:59Z", -1 },
        { "9999-12-31T23:59:59Z", INT64_C(253402300799) },
        { "0000-01-01T00:00:00Z", INT64_C(-62167219200) },
    };
    static const char *const bad[] = {
        "",
        "2026-03-05T10:50:03",
        "2026-03-05T10:50:03z",
        "2026-03-05t10:50:03Z",
        "2026-03-05 10:50:03Z",
        "2026-03-05T10:50:03.000Z",
        "2026-03-05T10:50:03+00:00",
        "2026-02-30T00:00:00Z",
        "2025-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:60Z",
        "+026-01-01T00:00:00Z",
    };
    char text[RFC3339_TEXT_SIZE];
    int64_t seconds;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        assert_status(rfc3339_parse(good[i].text, strlen(good[i].text), &seconds, NULL), "OK");
        assert_true(seconds == good[i].seconds);
        assert_string_equal(rfc3339_format(seconds, text), good[i].text);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        seconds = 42;
        assert_status(rfc3339_parse(bad[i], strlen(bad[i]), &seconds, NULL), "TIME_BAD");
        assert_int_equal(seconds, 42);
    }
    assert_string_equal(rfc3339_format(INT64_MAX, text), "9999-12-31T23:59:59Z");
    assert_string_equal(rfc3339_format(INT64_MIN, text), "0000-01-01T00:00:00Z");
}

/* Every day of four centuries, there and back. */
static void times_round_trip_over_the_whole_calendar(void **state)
{
    char text[RFC3339_TEXT_SIZE];
    int64_t back;

    (void)state;
    for (int64_t day = -146097; day <= 146097; day++) {
        int64_t seconds = day * 86400 + 3661;

        assert_status(rfc3339_parse(rfc3339_format(seconds, text), 20, &back, NULL), "OK");
        assert_true(back == seconds);
    }
}

static void a_text_grows_to_its_limit_and_no_further(void **state)
{
    struct text text = { .limit = 5 };
    char *taken;

    (void)state;
    text_add(&text, "abc");
    text_addf(&text, "%d", 45);
    assert_true(text_ok(&text));
    text_add_char(&text, '!');
    assert_false(text_ok(&text));
    assert_string_equal(text_string(&text), "abc45");
    assert_null(text_take(&text));
    text_clear(&text);
    text_add_hex(&text, "\x0f", 1);
    taken = text_take(&text);
    assert_string_equal(taken, "0f");
    assert_string_equal(text_string(&text), "");
    free(taken);
    text_free(&text);
    text_free(NULL);
}

static void a_paragraph_is_broken_at_its_blanks(void **state)
{
    static const struct {
        const char *paragraph, *expected;
        size_t at, indent, columns;
    } cases[] = {
        { "aa bb cc", "aa bb cc\n", 0, 2, 8 },
        { "aa bb cc", "aa bb\n  cc\n", 0, 2, 7 },
        { "aa bb cc", "aa\n  bb\n  cc\n", 3, 2, 5 },
        { "aaaaaaaa b", "aaaaaaaa\nb\n", 0, 0, 4 },
        { "a   b ", "a b\n", 0, 0, 80 },
        { "", "\n", 0, 0, 80 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct text text = { 0 };

        text_add_wrapped(&text, cases[i].paragraph, strlen(cases[i].paragraph), cases[i].at,
                         cases[i].indent, cases[i].columns);
        assert_string_equal(text_string(&text), cases[i].expected);
        text_free(&text);
    }
}

static void foreign_text_is_quoted_and_cut(void **state)
{
    char out[12];

    (void)state;
    assert_string_equal(text_quote("a\x1b[1m\\", 6, out, sizeof(out)), "a\\x1b[1m...");
    assert_string_equal(text_quote("plain", 5, out, sizeof(out)), "plain");
    assert_string_equal(text_quote("", 0, out, sizeof(out)), "");
    assert_string_equal(text_quote("x", 1, out, 0), "");
}

struct seen {
    char text[512];
    enum tdx_status answer;
};

static enum tdx_status remember(const struct conf_line *line, void *context, struct tdx_error *err)
{
    struct seen *seen = context;
    size_t used = strlen(seen->text);

    (void)snprintf(seen->text + used, sizeof(seen->text) - used, "%u:%s=[%s];", line->line,
                   line->key, line->value);
    return seen->answer == TDX_OK ? TDX_OK : conf_bad_value(line, "something else", err);
}

static void conf_reads_keys_values_quotes_and_comments(void **state)
{
    static const char text[] = "# a comment\n"
                               "\n"
                               "mode = enforce   # for real\r\n"
                               "\tpolicy=/etc/a#b\n"
                               "quoted = \"a # \\\"b\\\" \\\\ \"  # why not\n"
                               "empty =\n"
                               "last = = x";
    struct seen seen = { .answer = TDX_OK };

    (void)state;
    assert_status(conf_parse("gate.conf", (struct span){ (const uint8_t *)text, sizeof(text) - 1 },
                             remember, &seen, NULL),
                  "OK");
    assert_string_equal(seen.text, "3:mode=[enforce];4:policy=[/etc/a#b];5:quoted=[a # \"b\" \\ ];"
                                   "6:empty=[];7:last=[= x];");
}

static void conf_refuses_with_file_line_and_reason(void **state)
{
    static const struct {
        const char *text, *expected, *detail;
    } cases[] = {
        { "mode\n", "CONF_SYNTAX", "g, line 1: there is no '='" },
        { "\n = x\n", "CONF_SYNTAX", "g, line 2: the name before '=' is missing" },
        { "a = \"b", "CONF_SYNTAX", "g, line 1: the closing quote is missing" },
        { "a = \"b\" c", "CONF_SYNTAX", "g, line 1: text follows the closing quote" },
        { "a = \"\\n\"", "CONF_SYNTAX",
          "g, line 1: only \\\" and \\\\ may follow a backslash in a quoted value" },
        { "a = b\x01", "CONF_SYNTAX", "g, line 1: it contains a control character" },
        { "a = b\n", "CONF_BAD_VALUE", "g, line 1: a = \"b\"; expected something else" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct seen seen = { .answer = TDX_CONF_BAD_VALUE };
        struct tdx_error err = { 0 };
        struct span text = span_of(cases[i].text);

        assert_status(conf_parse("g", text, remember, &seen, &err), cases[i].expected);
        assert_string_equal(err.detail, cases[i].detail);
    }
}

static void conf_refuses_a_line_that_is_too_long(void **state)
{
    size_t size = CONF_LINE_LIMIT + 10;
    uint8_t *line = malloc(size);
    struct seen seen = { .answer = TDX_OK };

    (void)state;
    assert_non_null(line);
    memset(line, 'a', size);
    line[1] = '=';
    assert_status(conf_parse("g", (struct span){ line, size }, remember, &seen, NULL),
                  "CONF_SYNTAX");
    assert_status(conf_parse("g", (struct span){ line, 400 }, remember, &seen, NULL), "OK");
    free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_id_text_and_exit_code),
        cmocka_unit_test(a_paragraph_is_broken_at_its_blanks),
        cmocka_unit_test(the_first_failure_wins_and_details_are_one_line),
        cmocka_unit_test(a_detail_that_is_too_long_is_cut_not_overrun),
        cmocka_unit_test(the_reader_reads_in_order_and_knows_its_end),
        cmocka_unit_test(a_shortage_is_sticky),
        cmocka_unit_test(hex_refuses_what_is_not_pairs_of_digits),
        cmocka_unit_test(base64_is_canonical_or_refused),
        cmocka_unit_test(times_have_one_form),
        cmocka_unit_test(times_round_trip_over_the_whole_calendar),
        cmocka_unit_test(a_text_grows_to_its_limit_and_no_further),
        cmocka_unit_test(foreign_text_is_quoted_and_cut),
        cmocka_unit_test(conf_reads_keys_values_quotes_and_comments),
        cmocka_unit_test(conf_refuses_with_file_line_and_reason),
        cmocka_unit_test(conf_refuses_a_line_that_is_too_long),
    };

    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
