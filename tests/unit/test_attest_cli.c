/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-attest as a person or a script meets it: each option, each error, exit code and words. */
#include <json-c/json.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/files.h"
#include "core/evidence/quote.h"
#include "tests/unit/attest_runner.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/evidence_builder.h"
#include "tests/unit/sim_runner.h"

static void the_command_line_is_understood_or_refused(void **state)
{
    static const struct cli_case cases[] = {
        { NULL, "", 2, NULL, "a command is missing" },
        { NULL, "--help", 0, "report", NULL },
        { NULL, "--version", 0, "tdx-attest (tdx-gate)", NULL },
        { NULL, "nothing", 2, NULL, "there is no command 'nothing'" },
        { NULL, "report --help", 0, "Exit codes:", NULL },
        { NULL, "report -h", 0, "Usage: tdx-attest report", NULL },
        { NULL, "report --version", 0, "tdx-attest report (tdx-gate)", NULL },
        { NULL, "report --wrong", 2, NULL, "there is no option '--wrong' here" },
        { NULL, "report --format", 2, NULL, "--format needs a value" },
        { NULL, "report --format xml", 2, NULL, "--format takes text|json, not 'xml'" },
        { NULL, "report --format jwt", 2, NULL, "--format takes text|json, not 'jwt'" },
        { NULL, "report --format tex", 2, NULL, "not 'tex'" },
        { NULL, "report --report x --out y", 2, NULL, "do not go with it" },
        { NULL, "report --report x --device y", 2, NULL, "do not go with it" },
        { NULL, "report extra", 2, NULL, "unexpected argument 'extra'" },
        { NULL, "quote --help", 0, "--report-data-file", NULL },
        { NULL, "quote --source usb", 2, NULL, "--source takes auto, tsm, ioctl or qgs" },
        { NULL, "quote --qgs-port 0", 2, NULL, "--qgs-port takes a port, not '0'" },
        { NULL, "quote --qgs-port 4294967296", 2, NULL, "--qgs-port takes a port" },
        { NULL, "quote --timeout 0", 2, NULL, "--timeout takes 1 to 600 seconds" },
        { NULL, "quote --timeout 601", 2, NULL, "not '601'" },
        { NULL, "quote --timeout 1s", 2, NULL, "not '1s'" },
    };

    (void)state;
    attest_run_cases(cases, COUNT_OF(cases));
}

static void report_data_are_hex_of_up_to_64_bytes(void **state)
{
    static const struct cli_case cases[] = {
        { NULL, "quote -d abc", 2, NULL, "HEX_BAD" },
        { NULL, "quote -d abc", 2, NULL, "xxd -p -c0" },
        { NULL, "quote -d 0g", 2, NULL, "HEX_BAD" },
        { NULL, "quote --report-data 0x00", 2, NULL, "HEX_BAD" },
        { NULL,
          "quote -d "
          "00000000000000000000000000000000000000000000000000000000000000000000000000000000"
          "00000000000000000000000000000000000000000000000000",
          2, NULL, "HEX_BAD" },
        { NULL, "quote -d 00 11", 2, NULL, "unexpected argument '11' (if it comes from xxd" },
        { NULL, "quote -d 00 -d 11", 2, NULL, "given twice" },
        { NULL, "quote -d 00 --report-data-file @data.bin", 2, NULL, "given twice" },
        { NULL, "quote --report-data-file @long.bin", 3, NULL, "FILE_TOO_LARGE" },
        { NULL, "quote --report-data-file @missing", 3, NULL, "FILE_UNREADABLE" },
        { NULL, "report -d xyz", 2, NULL, "HEX_BAD" },
    };

    (void)state;
    attest_write_file("long.bin",
                      "0123456789012345678901234567890123456789012345678901234567890123x", 65);
    attest_write_file("data.bin", "data", 4);
    attest_run_cases(cases, COUNT_OF(cases));
}

static void a_saved_report_is_shown(void **state)
{
    static const struct cli_case cases[] = {
        { NULL, "report --report @report.bin", 0, "NO_DEBUG SEPT_VE_DISABLE", NULL },
        { NULL, "report --report @report.bin", 0, "0x0000000010000000", NULL },
        { NULL, "report --report @report.bin --format json", 0, "\"debug\": false", NULL },
        { NULL, "report --report @report.bin --format json", 0,
          "\"attributes\": \"0000001000000000\"", NULL },
        { NULL, "report --report @debug.bin", 1, "DEBUG - the host can look into", NULL },
        { NULL, "report --report @debug.bin --format json", 1, "\"debug\": true", NULL },
        { NULL, "report --report @bad.bin", 1, NULL, "REPORT_BAD_HASH" },
        { NULL, "report --report @data.bin", 1, NULL, "REPORT_BAD_SIZE" },
        { NULL, "report --report @missing", 3, NULL, "FILE_UNREADABLE" },
    };
    uint8_t raw[TD_REPORT_SIZE];

    (void)state;
    report_build(raw, 1);
    attest_write_file("report.bin", raw, sizeof(raw));
    raw[528] ^= 1;
    attest_write_file("bad.bin", raw, sizeof(raw));
    raw[528] ^= 1;
    raw[512] |= 1;
    report_seal(raw);
    attest_write_file("debug.bin", raw, sizeof(raw));
    attest_run_cases(cases, COUNT_OF(cases));
}

static void the_devices_report_is_shown_and_saved(void **state)
{
    static const struct cli_case cases[] = {
        { "", "report --device @device", 0, "NO_DEBUG", NULL },
        { "", "report --device @device -d 0102", 0, "report_data       0102000000", NULL },
        { "", "report --device @device --out @saved.bin", 0, "mr_td", NULL },
        { "device_missing=on", "report --report @saved.bin", 0, "NO_DEBUG", NULL },
        { "debug=on", "report --device @device", 1, "DEBUG", NULL },
        { "device_missing=on", "report --device @device", 3, NULL, "DEVICE_MISSING" },
        { "device_open_error=EACCES", "report --device @device", 3, NULL, "DEVICE_DENIED" },
        { "report=wrong_hash", "report --device @device", 1, NULL, "REPORT_BAD_HASH" },
        { "report=wrong_type", "report --device @device", 1, NULL, "REPORT_BAD_TYPE" },
        { "report=wrong_reserved", "report --device @device", 1, NULL, "REPORT_BAD_RESERVED" },
        { "echo=wrong", "report --device @device", 1, NULL, "REPORT_DATA_MISMATCH" },
        { "quote_form=5/4", "report --device @device --format json", 0, "\"version\": 3", NULL },
    };

    (void)state;
    if (attest_simulator() == NULL)
        skip();
    attest_run_cases(cases, COUNT_OF(cases));
}

#define PLACES "--device @device --tsm @tsm --attest-conf /nonexistent --out @quote.dat "

static void a_quote_is_written_or_the_reasons_are_told(void **state)
{
    static const struct cli_case cases[] = {
        { "", "quote " PLACES, 0, "from tsm, NO_DEBUG", NULL },
        { "", "quote " PLACES "--source ioctl", 0, "from ioctl", NULL },
        { "", "quote " PLACES "--qgs-socket @qgs", 0, "from qgs", NULL },
        { "", "quote " PLACES "--source qgs --qgs-socket @qgs --timeout 5", 0, "from qgs", NULL },
        { "", "quote " PLACES "-d 0102", 0, "report data: 01020000", NULL },
        { "", "quote " PLACES "--report-data-file @data.bin", 0, "report data: 64617461000", NULL },
        { "", "quote " PLACES "--format json", 0, "\"source\": \"tsm\"", NULL },
        { "", "quote " PLACES "--quiet", 0, NULL, NULL },
        { "quote_form=4", "quote " PLACES, 0, "a version 4 quote", NULL },
        { "outblob=empty tsm=on get_quote=off", "quote " PLACES, 3, NULL, "QUOTE_UNAVAILABLE" },
        { "outblob=empty tsm=on get_quote=off", "quote " PLACES, 3, NULL, "- tsm: read outblob" },
        { "outblob=empty", "quote " PLACES "--source tsm", 3, NULL, "QUOTE_EMPTY" },
        { "tsm=off", "quote " PLACES "--source tsm", 3, NULL, "TSM_MISSING" },
        { "", "quote " PLACES "--source qgs", 3, NULL, "no port is configured" },
        { "", "quote --device @device --tsm @tsm --out /nonexistent/x", 3, NULL,
          "FILE_WRITE_FAILED" },
    };

    (void)state;
    if (attest_simulator() == NULL)
        skip();
    attest_write_file("data.bin", "data", 4);
    attest_run_cases(cases, COUNT_OF(cases));
}

static void a_quote_is_for_its_owners_eyes_and_carries_the_data(void **state)
{
    struct text out = { 0 }, err = { 0 };
    struct file_content raw = { 0 };
    struct quote quote;
    struct stat st;

    (void)state;
    if (attest_simulator() == NULL)
        skip();
    sim_runner_set(attest_simulator(), "");
    (void)unlink(attest_path("quote.dat"));
    assert_int_equal(attest("quote " PLACES "-d 00ff", &out, &err), 0);
    assert_int_equal(stat(attest_path("quote.dat"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_status(file_read(attest_path("quote.dat"), QUOTE_SIZE_LIMIT, 0, &raw, NULL), "OK");
    assert_status(quote_parse(raw.data, raw.size, &quote, NULL), "OK");
    assert_int_equal(quote.td.report_data[1], 0xff);
    for (size_t i = 2; i < TD_REPORT_DATA_SIZE; i++)
        assert_int_equal(quote.td.report_data[i], 0);
    file_content_free(&raw);
    text_free(&out);
    text_free(&err);
}

static void json_output_is_json(void **state)
{
    static const char *const words[] = {
        "report --report @report.bin --format json",
        "report --report @debug.bin --format json",
    };
    struct text out = { 0 }, err = { 0 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        struct json_object *object;

        (void)attest(words[i], &out, &err);
        object = json_tokener_parse(text_string(&out));
        assert_non_null(object);
        assert_int_equal(json_object_get_type(object), json_type_object);
        json_object_put(object);
    }
    text_free(&out);
    text_free(&err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_command_line_is_understood_or_refused),
        cmocka_unit_test(report_data_are_hex_of_up_to_64_bytes),
        cmocka_unit_test(a_saved_report_is_shown),
        cmocka_unit_test(the_devices_report_is_shown_and_saved),
        cmocka_unit_test(a_quote_is_written_or_the_reasons_are_told),
        cmocka_unit_test(a_quote_is_for_its_owners_eyes_and_carries_the_data),
        cmocka_unit_test(json_output_is_json),
    };

    return cmocka_run_group_tests_name("attest_cli", tests, attest_start, attest_stop);
}
