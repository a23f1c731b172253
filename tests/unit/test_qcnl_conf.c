/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/collateral/qcnl_conf.h"
#include "tests/unit/cmocka_all.h"

#define URL "https://sgx-dcap-server.cn-beijing.aliyuncs.com/sgx/certification/v4/"

static enum tdx_status parse(const char *text, struct qcnl_conf *ret, struct tdx_error *err)
{
    size_t size = strlen(text);
    uint8_t *copy = malloc(size > 0 ? size : 1); /* exactly as long: ASan sees the byte after it */
    enum tdx_status status;

    assert_non_null(copy);
    memcpy(copy, text, size);
    status = qcnl_conf_parse("qcnl", (struct span){ copy, size }, ret, err);
    free(copy);
    return status;
}

static void reads_both_forms(void **state)
{
    static const struct {
        const char *text;
        enum qcnl_form form;
        const char *pccs, *service; /* as written */
        bool secure;
        enum pcs_update update;
        int times, delay; /* -1: not set */
    } cases[] = {
        { "{\n  \"pccs_url\": \"" URL "\",\n  \"use_secure_cert\": true,\n"
          "  \"tcb_update_type\": \"standard\",\n  \"retry_times\": 3\n}\n",
          QCNL_JSON, URL, "", true, PCS_UPDATE_STANDARD, 3, -1 },
        { "PCCS_URL=" URL "\nUSE_SECURE_CERT=TRUE\n", QCNL_KEY_VALUE, URL, "", true,
          PCS_UPDATE_STANDARD, -1, -1 },
        { "// head\n{ // a\n \"pccs_url\": \"" URL "\" // after a value\n /* and */ }", QCNL_JSON,
          URL, "", true, PCS_UPDATE_STANDARD, -1, -1 },
        { "{\"pccs_url\":\"https://h//x/sgx/\",\"collateral_service\":\"https://c/*/sgx/\"}",
          QCNL_JSON, "https://h//x/sgx/", "https://c/*/sgx/", true, PCS_UPDATE_STANDARD, -1, -1 },
        { "{\"use_secure_cert\":false,\"tcb_update_type\":\"EARLY\",\"retry_delay\":10}", QCNL_JSON,
          "", "", false, PCS_UPDATE_EARLY, -1, 10 },
        { "{\"retry_times\":4000000000,\"retry_delay\":4000000000}", QCNL_JSON, "", "", true,
          PCS_UPDATE_STANDARD, QCNL_RETRIES_MAX, QCNL_DELAY_MAX },
        { "{\"unknown\":[1],\"custom_request_options\":{\"get_cert\":{\"headers\":{},"
          "\"params\":{}}},\"local_cache_only\":true}",
          QCNL_JSON, "", "", true, PCS_UPDATE_STANDARD, -1, -1 },
        { "{}", QCNL_JSON, "", "", true, PCS_UPDATE_STANDARD, -1, -1 },
        { "", QCNL_KEY_VALUE, "", "", true, PCS_UPDATE_STANDARD, -1, -1 },
        { "# only a comment\n\n", QCNL_KEY_VALUE, "", "", true, PCS_UPDATE_STANDARD, -1, -1 },
        { " PCCS_URL = https://h/ sgx/ \r\nUSE_SECURE_CERT = false\r\n", QCNL_KEY_VALUE,
          "https://h/sgx/", "", false, PCS_UPDATE_STANDARD, -1, -1 },
        { "PCCS_URL=https://h/sgx/?a=b\n", QCNL_KEY_VALUE, "https://h/sgx/?a=b", "", true,
          PCS_UPDATE_STANDARD, -1, -1 },
        { "PCCS_URL=https://h/sgx/ # mine\n", QCNL_KEY_VALUE, "https://h/sgx/#mine", "", true,
          PCS_UPDATE_STANDARD, -1, -1 },
        { "PCCS_URL=https://old/sgx/\nPCCS_URL=https://new/sgx/\n", QCNL_KEY_VALUE,
          "https://new/sgx/", "", true, PCS_UPDATE_STANDARD, -1, -1 },
        { "#PCCS_URL=https://no/sgx/\npccs_url=https://lower/\nNONSENSE\n=x\n", QCNL_KEY_VALUE, "",
          "", true, PCS_UPDATE_STANDARD, -1, -1 },
        { "USE_SECURE_CERT=False\nCOLLATERAL_SERVICE=https://c/sgx/\nRETRY_TIMES=6\n"
          "RETRY_DELAY=0",
          QCNL_KEY_VALUE, "", "https://c/sgx/", true, PCS_UPDATE_STANDARD, 6, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct qcnl_conf conf;
        struct tdx_error err = { 0 };

        print_message("#  %zu\n", i);
        assert_status(parse(cases[i].text, &conf, &err), "OK");
        assert_int_equal(conf.form, cases[i].form);
        assert_string_equal(conf.pccs_url, cases[i].pccs);
        assert_string_equal(conf.collateral_service, cases[i].service);
        assert_string_equal(qcnl_conf_collateral_url(&conf),
                            cases[i].service[0] != '\0' ? cases[i].service : cases[i].pccs);
        assert_int_equal(conf.use_secure_cert, cases[i].secure);
        assert_int_equal(conf.update, cases[i].update);
        assert_int_equal(conf.has_retry_times, cases[i].times >= 0);
        assert_int_equal(conf.retry_times, cases[i].times >= 0 ? cases[i].times : 0);
        assert_int_equal(conf.has_retry_delay, cases[i].delay >= 0);
        assert_int_equal(conf.retry_delay, cases[i].delay >= 0 ? cases[i].delay : 0);
    }
}

static void refuses_what_intels_library_would_silently_misread(void **state)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        { "{\"pccs_url\":\"" URL "\",}", "QCNL_JSON_BAD" },
        { "{\"pccs_url\":\"" URL "\"\n\"use_secure_cert\":true}", "QCNL_JSON_BAD" },
        { "{\"pccs_url\":\"" URL "\"}\nPCCS_URL=" URL "\n", "QCNL_JSON_BAD" },
        { "# mine\n{\"pccs_url\":\"" URL "\"}", "QCNL_JSON_BAD" },
        { "\xef\xbb\xbf{\"pccs_url\":\"" URL "\"}", "QCNL_JSON_BAD" },
        { "\xef\xbb\xbfPCCS_URL=" URL "\n", "QCNL_BAD_VALUE" },
        { "{\"pccs_url\":\"" URL "\",\"pccs_url\":\"https://other/sgx/\"}", "QCNL_JSON_BAD" },
        { "{\"pccs_url\":\"" URL "\" /* open }", "QCNL_JSON_BAD" },
        { "{'pccs_url':'" URL "'}", "QCNL_JSON_BAD" },
        { "{", "QCNL_JSON_BAD" },
        { "{\"pccs_url\":7}", "QCNL_BAD_VALUE" },
        { "{\"pccs_url\":\"https://h/\\u0000\"}", "QCNL_BAD_VALUE" },
        { "{\"use_secure_cert\":\"false\"}", "QCNL_BAD_VALUE" },
        { "{\"use_secure_cert\":0}", "QCNL_BAD_VALUE" },
        { "{\"tcb_update_type\":\"latest\"}", "QCNL_BAD_VALUE" },
        { "{\"tcb_update_type\":null}", "QCNL_BAD_VALUE" },
        { "{\"tcb_update_type\":\"\"}", "QCNL_BAD_VALUE" },
        { "{\"retry_times\":-1}", "QCNL_BAD_VALUE" },
        { "{\"retry_delay\":\"10\"}", "QCNL_BAD_VALUE" },
        { "RETRY_TIMES=\n", "QCNL_BAD_VALUE" },
        { "RETRY_TIMES=six\n", "QCNL_BAD_VALUE" },
        { "RETRY_DELAY=-1\n", "QCNL_BAD_VALUE" },
        { "RETRY_DELAY=99999999999999999999\n", "QCNL_BAD_VALUE" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct qcnl_conf conf, before;
        struct tdx_error err = { 0 };

        memset(&conf, 0xa5, sizeof(conf));
        memset(&before, 0xa5, sizeof(before));
        print_message("#  %zu\n", i);
        assert_status(parse(cases[i].text, &conf, &err), cases[i].expected);
        assert_memory_equal(err.detail, "qcnl: ", 6);
        assert_memory_equal(&conf, &before, sizeof(conf));
    }
}

static void tells_what_intels_library_makes_of_it(void **state)
{
    static const struct {
        const char *text, *status;
        bool fell_back, mixed;
        enum qcnl_form form;
        const char *url; /* that the library then asks; "": its default */
        unsigned hours;
    } cases[] = {
        { "{\"pccs_url\":\"" URL "\",\"verify_collateral_cache_expire_hours\":168}", "OK", false,
          false, QCNL_JSON, URL, 168 },
        { "PCCS_URL=" URL "\nVERIFY_COLLATERAL_CACHE_EXPIRE_HOURS=9000\n", "OK", false, false,
          QCNL_KEY_VALUE, URL, QCNL_CACHE_HOURS_MAX },
        { "{\"pccs_url\":\"" URL "\",}", "QCNL_JSON_BAD", true, false, QCNL_JSON, "", 0 },
        { "{\n  \"pccs_url\": \"https://old/sgx/\"\n}\nPCCS_URL=" URL "\n", "QCNL_JSON_BAD", true,
          true, QCNL_JSON, URL, 0 },
        { "PCCS_URL=" URL "\n{\n\"pccs_url\":\"https://old/sgx/\"\n}\n", "OK", false, true,
          QCNL_KEY_VALUE, URL, 0 },
        { "PCCS_URL=" URL "\n# \"pccs_url\": \"https://old/sgx/\"\n", "OK", false, false,
          QCNL_KEY_VALUE, URL, 0 },
        { "{\"pccs_url\":\"" URL "\"/*\nPCCS_URL=https://no/sgx/\n*/}", "OK", false, false,
          QCNL_JSON, URL, 0 },
        { "\"pccs_url\": \"" URL "\"\n", "QCNL_JSON_BAD", true, false, QCNL_JSON, "", 0 },
        { "\xef\xbb\xbf{\"pccs_url\":\"" URL "\"}", "QCNL_JSON_BAD", true, false, QCNL_JSON, "",
          0 },
        { "PCCS_URL=" URL "\nRETRY_TIMES=six\n", "QCNL_BAD_VALUE", false, false, QCNL_KEY_VALUE,
          URL, 0 },
        { "{\"tcb_update_type\":\"latest\"}", "QCNL_BAD_VALUE", false, false, QCNL_JSON, "", 0 },
        { "", "OK", false, false, QCNL_KEY_VALUE, "", 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct span text = { (const uint8_t *)cases[i].text, strlen(cases[i].text) };
        struct qcnl_reading reading;
        struct tdx_error err = { 0 };

        print_message("#  %zu\n", i);
        qcnl_conf_read("qcnl", text, &reading, &err);
        assert_status(reading.status, cases[i].status);
        assert_string_equal(status_id(err.status), cases[i].status);
        assert_int_equal(reading.fell_back, cases[i].fell_back);
        assert_int_equal(reading.mixed, cases[i].mixed);
        assert_int_equal(reading.conf.form, cases[i].form);
        assert_string_equal(qcnl_conf_collateral_url(&reading.conf), cases[i].url);
        assert_int_equal(reading.conf.cache_hours, cases[i].hours);
    }
}

static void refuses_addresses_and_lines_that_are_too_long(void **state)
{
    static const struct {
        const char *head, *tail;
        size_t fill;
    } cases[] = {
        { "PCCS_URL=", "\n", PCS_URL_SIZE },
        { "COLLATERAL_SERVICE=", "\n", PCS_URL_SIZE },
        { "X=", "\n", 5000 },
        { "{\"pccs_url\":\"", "\"}", PCS_URL_SIZE },
        { "{\"collateral_service\":\"", "\"}", PCS_URL_SIZE },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct text text = { 0 };
        struct qcnl_conf conf;

        text_add(&text, cases[i].head);
        for (size_t k = 0; k < cases[i].fill; k++)
            text_add_char(&text, 'a');
        text_add(&text, cases[i].tail);
        assert_status(parse(text_string(&text), &conf, NULL), "QCNL_BAD_VALUE");
        text_free(&text);
    }
}

static void a_file_that_is_not_there_sets_nothing(void **state)
{
    char path[] = "/tmp/test_qcnl_XXXXXX";
    int fd = mkstemp(path);
    struct qcnl_conf conf;
    bool exists = true;

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "PCCS_URL=https://h/sgx/\n", 24), 24);
    assert_int_equal(close(fd), 0);
    assert_status(qcnl_conf_load(path, 0, &conf, &exists, NULL), "OK");
    assert_true(exists);
    assert_string_equal(conf.pccs_url, "https://h/sgx/");
    assert_int_equal(unlink(path), 0);
    assert_status(qcnl_conf_load(path, 0, &conf, &exists, NULL), "OK");
    assert_false(exists);
    assert_string_equal(conf.pccs_url, "");
    assert_true(conf.use_secure_cert);
    assert_status(qcnl_conf_load("/dev/null/x", 0, &conf, &exists, NULL), "FILE_UNREADABLE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_both_forms),
        cmocka_unit_test(refuses_what_intels_library_would_silently_misread),
        cmocka_unit_test(tells_what_intels_library_makes_of_it),
        cmocka_unit_test(refuses_addresses_and_lines_that_are_too_long),
        cmocka_unit_test(a_file_that_is_not_there_sets_nothing),
    };

    return cmocka_run_group_tests_name("qcnl_conf", tests, NULL, NULL);
}
