/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hex.h"
#include "core/base/text.h"
#include "core/evidence/event_log.h"
#include "core/evidence/quote.h"
#include "core/evidence/td_report.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/corpus.h"
#include "tests/unit/event_log_builder.h"
#include "tests/unit/fault.h"

static struct span span_of(const struct text *text)
{
    return (struct span){ (const uint8_t *)text->data, text->length };
}

/* A log with one record in each RTMR, an informing record, and the given end. */
static void build(struct text *out, const char *end, size_t end_size)
{
    event_log_begin(out, 1, 0);
    event_log_add(out, 0, EVENT_NO_ACTION, NULL, "SP800-155 Event3", 16);
    event_log_add(out, 1, EVENT_SEPARATOR, "\0\0\0\0", "\0\0\0\0", 4);
    event_log_add(out, 2, EVENT_EFI_ACTION, "Calling", "Calling", 7);
    event_log_add(out, 3, EVENT_IPL, "set x", "grub_cmd: set x\0", 16);
    event_log_add(out, 4, EVENT_TAG, "something", "name", 4);
    text_add_n(out, end, end_size);
}

static void every_way_a_log_ends_is_known(void **state)
{
    static const struct {
        const char *what, *end;
        size_t size;
        enum event_log_end expected;
    } cases[] = {
        { "trimmed", "", 0, EVENT_LOG_ENDS_DATA },
        { "0xff to the end of the area", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 13,
          EVENT_LOG_ENDS_FF },
        { "one 0xff", "\xff", 1, EVENT_LOG_ENDS_FF },
        { "type 0xffffffff", "\1\0\0\0\xff\xff\xff\xff", 8, EVENT_LOG_ENDS_FF },
        { "zeros", "\0\0\0\0\0\0\0\0\0\0\0\0\0", 13, EVENT_LOG_ENDS_ZERO },
        { "three zeros", "\0\0\0", 3, EVENT_LOG_ENDS_ZERO },
    };
    struct event_log_replay first = { 0 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct text log = { 0 };
        struct event_log_replay replay;

        build(&log, cases[i].end, cases[i].size);
        print_message("  %s\n", cases[i].what);
        assert_status(event_log_replay(span_of(&log), &replay, NULL), "OK");
        assert_int_equal(replay.end, cases[i].expected);
        assert_int_equal(replay.used, log.length - cases[i].size);
        assert_int_equal(replay.count, 5);
        for (int k = 0; k < TD_RTMR_COUNT; k++)
            assert_int_equal(replay.extended[k], 1);
        if (i == 0)
            first = replay;
        assert_memory_equal(replay.rtmr, first.rtmr, sizeof(first.rtmr));
        text_free(&log);
    }
}

static void replay_is_the_chain_of_sha384(void **state)
{
    uint8_t both[96] = { 0 }, expected[48];
    struct text log = { 0 };
    struct event_log_replay replay;

    (void)state;
    event_log_begin(&log, 1, 0);
    event_log_add(&log, 1, EVENT_SEPARATOR, "a", "x", 1);
    event_log_add(&log, 1, EVENT_NO_ACTION, "z", "x", 1);
    event_log_add(&log, 1, EVENT_SEPARATOR, "b", "x", 1);
    (void)EVP_Digest("a", 1, both + 48, NULL, EVP_sha384(), NULL);
    (void)EVP_Digest(both, 96, both, NULL, EVP_sha384(), NULL);
    (void)EVP_Digest("b", 1, both + 48, NULL, EVP_sha384(), NULL);
    (void)EVP_Digest(both, 96, expected, NULL, EVP_sha384(), NULL);
    assert_status(event_log_replay(span_of(&log), &replay, NULL), "OK");
    assert_memory_equal(replay.rtmr[0], expected, 48);
    assert_int_equal(replay.extended[0], 2);
    assert_int_equal(replay.extended[1], 0);
    text_free(&log);
}

static void refuses_what_is_no_cc_log(void **state)
{
    static const struct {
        const char *what, *expected;
        size_t at; /* in the log of build() */
        uint8_t value;
    } cases[] = {
        { "first record of another type", "EVENT_LOG_BAD", 4, 4 },
        { "another signature", "EVENT_LOG_BAD", 32, 'T' },
        { "no hash announced", "EVENT_LOG_BAD", 56, 0 },
        { "17 hashes announced", "EVENT_LOG_BAD", 56, 17 },
        { "SHA-256 announced", "EVENT_LOG_NOT_CC", 60, 0x0b },
        { "SHA-384 of 32 bytes", "EVENT_LOG_NOT_CC", 62, 32 },
        { "vendor information past the record", "EVENT_LOG_BAD", 64, 1 },
        { "first record past the end", "EVENT_LOG_BAD", 30, 1 },
        { "two digests", "EVENT_LOG_BAD", 147 + 8, 2 },
        { "no digest", "EVENT_LOG_BAD", 147 + 8, 0 },
        { "a hash not announced", "EVENT_LOG_BAD", 147 + 12, 0x0b },
        { "register 0", "EVENT_LOG_NOT_CC", 147, 0 },
        { "register 5", "EVENT_LOG_NOT_CC", 147, 5 },
        { "data past the end", "EVENT_LOG_BAD", 147 + 65, 1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct text log = { 0 };
        struct event_log_replay replay, before;
        struct tdx_error err = { 0 };

        memset(&replay, 0xa5, sizeof(replay));
        memset(&before, 0xa5, sizeof(before));
        build(&log, "", 0);
        print_message("  %s\n", cases[i].what);
        assert_int_not_equal((uint8_t)log.data[cases[i].at], cases[i].value);
        log.data[cases[i].at] = (char)cases[i].value;
        assert_status(event_log_replay(span_of(&log), &replay, &err), cases[i].expected);
        assert_string_not_equal(err.detail, "");
        assert_memory_equal(&replay, &before, sizeof(replay));
        text_free(&log);
    }
}

static void refuses_two_hashes_and_records_without_one(void **state)
{
    struct text log = { 0 };
    struct event_log_replay replay;

    (void)state;
    /* Four bytes of vendor information become a second entry: SHA-384 again. */
    event_log_begin(&log, 1, 4);
    log.data[56] = 2;
    memcpy(log.data + 64, "\x0c\0\x30\0\0", 5);
    assert_status(event_log_replay(span_of(&log), &replay, NULL), "EVENT_LOG_NOT_CC");
    text_free(&log);
    event_log_begin(&log, 1, 0);
    text_add_n(&log, "\1\0\0\0\4\0\0\0\0\0\0\0\0\0\0\0", 16);
    assert_status(event_log_replay(span_of(&log), &replay, NULL), "EVENT_LOG_BAD");
    log.data[65 + 4] = EVENT_NO_ACTION; /* which needs none */
    assert_status(event_log_replay(span_of(&log), &replay, NULL), "OK");
    text_free(&log);
}

/* A prefix is a log only where a record ends. */
static void every_prefix_reads_whole_records_or_is_refused(void **state)
{
    struct text log = { 0 };
    unsigned accepted = 0;

    (void)state;
    build(&log, "", 0);
    for (size_t size = 0; size < log.length; size++) {
        uint8_t *copy = malloc(size > 0 ? size : 1);
        struct event_log_replay replay;

        assert_non_null(copy);
        memcpy(copy, log.data, size);
        if (event_log_replay((struct span){ copy, size }, &replay, NULL) == TDX_OK)
            accepted += replay.end == EVENT_LOG_ENDS_DATA ? 1 : 0;
        free(copy);
    }
    assert_int_equal(accepted, 5); /* after the head and after all records but the last */
    text_free(&log);
}

static void every_failing_crypto_call_is_a_failure(void **state)
{
    struct text log = { 0 };
    unsigned nth = 0;

    (void)state;
    build(&log, "", 0);
    do {
        struct event_log_replay replay;
        enum tdx_status status;

        fault_arm(++nth);
        status = event_log_replay(span_of(&log), &replay, NULL);
        fault_disarm();
        assert_status(status, fault_fired() ? "CRYPTO_FAILED" : "OK");
    } while (fault_fired());
    assert_int_equal(nth, 4 + 1);
    text_free(&log);
}

static void the_rule_of_a_digest_is_found_by_computing(void **state)
{
    static const struct {
        const char *digest_over, *data;
        uint32_t type;
        size_t digest_size, data_size;
        enum event_rule expected;
        const char *tag, *text;
        bool command_line;
    } cases[] = {
        { "\0\0\0\0", "\0\0\0\0", EVENT_SEPARATOR, 4, 4, EVENT_RULE_DATA, NULL, "", false },
        { "set x", "grub_cmd: set x\0", EVENT_IPL, 5, 16, EVENT_RULE_TEXT, "grub_cmd", "set x",
          false },
        { "set x\0", "grub_cmd set x\0Z", EVENT_IPL, 6, 16, EVENT_RULE_TEXT_NUL, "grub_cmd",
          "set x", false },
        { "/vmlinuz ro", "grub_kernel_cmdline /vmlinuz ro\0l", EVENT_IPL, 11, 33, EVENT_RULE_TEXT,
          "grub_kernel_cmdline", "/vmlinuz ro", true },
        { "/vmlinuz ro", "kernel_cmdline: /vmlinuz ro\0", EVENT_IPL, 11, 28, EVENT_RULE_TEXT,
          "kernel_cmdline", "/vmlinuz ro", true },
        { "other", "kernel_cmdline: /vmlinuz ro\0", EVENT_IPL, 5, 28, EVENT_RULE_UNKNOWN,
          "kernel_cmdline", "/vmlinuz ro", true },
        { "a file", "/boot/vmlinuz\0", EVENT_IPL, 6, 14, EVENT_RULE_UNKNOWN, NULL, "", false },
        { "options", "\xed\x22\x3b\x8f\4\0\0\0abcd", EVENT_TAG, 7, 12, EVENT_RULE_UNKNOWN,
          "load_options", "", true },
        { "vv", "0123456789abcdef\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0B\0vv", EVENT_EFI_VARIABLE_BOOT, 2,
          36, EVENT_RULE_VARIABLE, NULL, "", false },
        { "vv", "0123456789abcdef\xff\xff\xff\xff\xff\xff\xff\xff\2\0\0\0\0\0\0\0B\0vv",
          EVENT_EFI_VARIABLE_BOOT, 2, 36, EVENT_RULE_UNKNOWN, NULL, "", false },
        { "", "grub_cmd: ", EVENT_IPL, 0, 10, EVENT_RULE_TEXT, "grub_cmd", "", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t digest[48], again[48];
        struct event event = { .extends = true, .type = cases[i].type, .digest = digest };
        struct event_meaning meaning;

        event.data = (struct span){ (const uint8_t *)cases[i].data, cases[i].data_size };
        (void)EVP_Digest(cases[i].digest_over, cases[i].digest_size, digest, NULL, EVP_sha384(),
                         NULL);
        assert_status(event_explain(&event, &meaning, NULL), "OK");
        print_message("  case %zu\n", i);
        assert_int_equal(meaning.rule, cases[i].expected);
        assert_int_equal(meaning.is_command_line, cases[i].command_line);
        assert_int_equal(meaning.tag != NULL, cases[i].tag != NULL);
        if (meaning.tag != NULL)
            assert_string_equal(meaning.tag, cases[i].tag);
        assert_int_equal(meaning.text.size, strlen(cases[i].text));
        if (meaning.text.size > 0)
            assert_memory_equal(meaning.text.data, cases[i].text, meaning.text.size);
        if (meaning.rule == EVENT_RULE_TEXT || meaning.rule == EVENT_RULE_TEXT_NUL) {
            assert_status(event_digest_of_text(meaning.rule, meaning.text, again, NULL), "OK");
            assert_memory_equal(again, digest, 48);
        }
    }
}

static void check_table(const struct corpus_case *each, struct json_object *expected)
{
    struct file_content raw = corpus_file(each, "ccel_table.bin");
    struct event_log_table table;
    char address[32];
    struct json_object *member = NULL;

    assert_status(event_log_table_parse(file_content_span(&raw), &table, NULL), "OK");
    corpus_check_int(each, expected, "cc_type", table.cc_type);
    corpus_check_int(each, expected, "cc_subtype", table.cc_subtype);
    corpus_check_int(each, expected, "log_area_minimum_length", (int64_t)table.minimum_length);
    assert_true(json_object_object_get_ex(expected, "log_area_start_address", &member));
    (void)snprintf(address, sizeof(address), "0x%llx", (unsigned long long)table.address);
    assert_string_equal(address, json_object_get_string(member));
    for (size_t i = 0; i < raw.size; i++) {
        raw.data[i] ^= 1;
        assert_status(event_log_table_parse(file_content_span(&raw), &table, NULL),
                      "EVENT_LOG_BAD");
        raw.data[i] ^= 1;
        assert_status(event_log_table_parse((struct span){ raw.data, i }, &table, NULL),
                      "EVENT_LOG_BAD");
    }
    file_content_free(&raw);
}

/* The four RTMRs of the evidence of the same boot, and which of them the log explains. */
static void check_matches(const struct corpus_case *each, const struct event_log_replay *replay)
{
    bool has_quote = corpus_has(each, "quote.bin"), has_report = corpus_has(each, "tdreport.bin");
    struct json_object *matches = NULL, *rtmr = NULL;
    struct file_content raw;
    struct td_identity td;

    if (!json_object_object_get_ex(each->expected, "rtmr_matches", &matches) || matches == NULL) {
        assert_false(has_quote || has_report);
        return;
    }
    assert_true(has_quote || has_report);
    raw = corpus_file(each, has_quote ? "quote.bin" : "tdreport.bin");
    if (has_quote) {
        struct quote quote;

        assert_status(quote_parse(raw.data, raw.size, &quote, NULL), "OK");
        td = quote.td;
    } else {
        struct td_report report;

        assert_status(td_report_parse(raw.data, raw.size, &report, NULL), "OK");
        td = report.td;
    }
    assert_true(json_object_object_get_ex(each->expected, "evidence_rtmr", &rtmr));
    for (size_t i = 0; i < TD_RTMR_COUNT; i++) {
        char text[HEX_TEXT_SIZE(TD_MEASUREMENT_SIZE)];

        hex_encode(td.rtmr[i], TD_MEASUREMENT_SIZE, text);
        assert_string_equal(text, json_object_get_string(json_object_array_get_idx(rtmr, i)));
        if (json_object_get_boolean(json_object_array_get_idx(matches, i)) !=
            (memcmp(td.rtmr[i], replay->rtmr[i], TD_MEASUREMENT_SIZE) == 0))
            fail_msg("%s: RTMR%zu", each->name, i);
    }
    file_content_free(&raw);
}

static void check_log(const struct corpus_case *each)
{
    struct file_content raw = corpus_file(each, "ccel.bin");
    struct json_object *expected = NULL, *rtmr = NULL, *ended = NULL, *table = NULL;
    struct event_log_replay replay;
    struct tdx_error err = { 0 };
    enum tdx_status status = event_log_replay(file_content_span(&raw), &replay, &err);

    print_message("  %s: %s\n", each->name, status_id(status));
    assert_true(json_object_object_get_ex(each->expected, "replay", &expected));
    if (!json_object_object_get_ex(expected, "rtmr", &rtmr)) {
        assert_status(status, "EVENT_LOG_NOT_CC");
    } else {
        assert_status(status, "OK");
        corpus_check_int(each, expected, "events_after_the_first", (int64_t)replay.count);
        corpus_check_int(each, expected, "bytes_used", (int64_t)replay.used);
        assert_true(json_object_object_get_ex(expected, "ended_by", &ended));
        assert_int_equal(strcmp(json_object_get_string(ended), "0xffffffff") == 0,
                         replay.end == EVENT_LOG_ENDS_FF);
        for (size_t i = 0; i < TD_RTMR_COUNT; i++) {
            char text[HEX_TEXT_SIZE(TD_MEASUREMENT_SIZE)];

            hex_encode(replay.rtmr[i], TD_MEASUREMENT_SIZE, text);
            assert_string_equal(text, json_object_get_string(json_object_array_get_idx(rtmr, i)));
        }
        check_matches(each, &replay);
    }
    if (json_object_object_get_ex(each->expected, "table", &table))
        check_table(each, table);
    file_content_free(&raw);
}

static void every_event_log_of_the_corpus_replays_as_expected(void **state)
{
    (void)state;
    if (corpus_each("ccel", check_log) == 0)
        skip();
}

/* The published vector: "swiotlb=1048576" added to the arguments of a real Alibaba boot, in the
 * three records that hold them, under their two rules. */
static void check_prediction(const struct corpus_case *each)
{
    static const struct {
        size_t number;
        const char *before; /* the new argument goes in front of it */
        const char *digest;
    } changes[] = {
        { 59, "  ]",
          "914cbcfed1ff6e30541cf6492f2529495730efed2aa202bc6d559d121940a832c63d626eeaa51ce4526e07d9"
          "e944"
          "a9aa" },
        { 78, "",
          "daa4c6f6285f055ab02bfad595f3c27729185becf20931eb79a9f7b6f37557ad0ee08d02e6df34e8a47bb071"
          "d73c"
          "c528" },
        { 80, "",
          "650ef480a3e22e2462f5559d972228a56d77918f5412db2db4049c6b6e76e27e4b1277630e132d36051b068d"
          "4fa5"
          "bcd1" },
    };
    uint8_t rtmr[TD_MEASUREMENT_SIZE] = { 0 };
    char text[HEX_TEXT_SIZE(TD_MEASUREMENT_SIZE)];
    struct file_content raw;
    struct event_log log;
    struct event event;
    bool end = false;

    if (strcmp(each->name, "ccel/alibaba-aael") != 0)
        return;
    raw = corpus_file(each, "ccel.bin");
    assert_status(event_log_open(file_content_span(&raw), &log, NULL), "OK");
    while (event_log_next(&log, &event, &end, NULL) == TDX_OK && !end) {
        uint8_t digest[TD_MEASUREMENT_SIZE];

        if (!event.extends || event.rtmr != 2)
            continue;
        memcpy(digest, event.digest, sizeof(digest));
        for (size_t i = 0; i < COUNT_OF(changes); i++) {
            struct text changed = { 0 };
            struct event_meaning meaning;

            if (changes[i].number != event.number)
                continue;
            assert_status(event_explain(&event, &meaning, NULL), "OK");
            text_add_n(&changed, (const char *)meaning.text.data,
                       meaning.text.size - strlen(changes[i].before));
            text_add(&changed, " swiotlb=1048576");
            text_add(&changed, changes[i].before);
            assert_status(event_digest_of_text(meaning.rule, span_of(&changed), digest, NULL),
                          "OK");
            hex_encode(digest, sizeof(digest), text);
            assert_string_equal(text, changes[i].digest);
            text_free(&changed);
        }
        assert_status(event_log_extend(rtmr, digest, NULL), "OK");
    }
    assert_true(end);
    hex_encode(rtmr, sizeof(rtmr), text);
    assert_string_equal(text, "b6a97fa76e4f83f6ab6326c9c5905785b1bce53fa849bdce6a6692aa82341b65ca98"
                              "64eb362253e67ecff4998196e97a");
    file_content_free(&raw);
}

static void a_changed_command_line_leads_to_the_published_rtmr2(void **state)
{
    (void)state;
    if (corpus_each("ccel", check_prediction) == 0)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_a_log_ends_is_known),
        cmocka_unit_test(replay_is_the_chain_of_sha384),
        cmocka_unit_test(refuses_what_is_no_cc_log),
        cmocka_unit_test(refuses_two_hashes_and_records_without_one),
        cmocka_unit_test(every_prefix_reads_whole_records_or_is_refused),
        cmocka_unit_test(every_failing_crypto_call_is_a_failure),
        cmocka_unit_test(the_rule_of_a_digest_is_found_by_computing),
        cmocka_unit_test(every_event_log_of_the_corpus_replays_as_expected),
        cmocka_unit_test(a_changed_command_line_leads_to_the_published_rtmr2),
    };

    return cmocka_run_group_tests_name("event_log", tests, NULL, NULL);
}
