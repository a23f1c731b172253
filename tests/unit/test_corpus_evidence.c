/* SPDX-License-Identifier: Apache-2.0 */
/* The parsers against real evidence. */
#include <stdlib.h>
#include <string.h>

#include "core/evidence/quote.h"
#include "core/evidence/td_attributes.h"
#include "core/evidence/td_report.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/corpus.h"

static void check_rtmr(const struct corpus_case *each, const struct td_identity *td)
{
    struct json_object *list = NULL;

    if (!json_object_object_get_ex(each->expected, "rtmr", &list))
        return;
    for (size_t i = 0; i < TD_RTMR_COUNT; i++) {
        struct json_object *wrap = json_object_new_object();

        json_object_object_add(wrap, "rtmr", json_object_get(json_object_array_get_idx(list, i)));
        corpus_check_hex(each, wrap, "rtmr", td->rtmr[i], TD_MEASUREMENT_SIZE);
        json_object_put(wrap);
    }
}

static void little_endian(uint64_t value, uint8_t out[static 8])
{
    for (unsigned i = 0; i < 8; i++)
        out[i] = (uint8_t)(value >> (8 * i));
}

static void check_td(const struct corpus_case *each, const struct td_identity *td)
{
    struct json_object *expected = each->expected;
    struct json_object *debug = NULL;
    uint8_t number[8];

    little_endian(td->attributes, number);
    corpus_check_hex(each, expected, "td_attributes", number, 8);
    little_endian(td->xfam, number);
    corpus_check_hex(each, expected, "xfam", number, 8);
    little_endian(td->seam_attributes, number);
    corpus_check_hex(each, expected, "seam_attributes", number, 8);
    corpus_check_hex(each, expected, "tee_tcb_svn", td->tee_tcb_svn, 16);
    corpus_check_hex(each, expected, "tee_tcb_svn2", td->tee_tcb_svn_2, 16);
    corpus_check_hex(each, expected, "mrseam", td->mr_seam, 48);
    corpus_check_hex(each, expected, "mrsignerseam", td->mr_signer_seam, 48);
    corpus_check_hex(each, expected, "mrtd", td->mr_td, 48);
    corpus_check_hex(each, expected, "mrconfigid", td->mr_config_id, 48);
    corpus_check_hex(each, expected, "mrowner", td->mr_owner, 48);
    corpus_check_hex(each, expected, "mrownerconfig", td->mr_owner_config, 48);
    corpus_check_hex(each, expected, "report_data", td->report_data, 64);
    corpus_check_hex(each, expected, "mrservicetd", td->service_td_hash, 48);
    corpus_check_hex(each, expected, "servtd_hash", td->service_td_hash, 48);
    check_rtmr(each, td);
    if (json_object_object_get_ex(expected, "td_debug", &debug))
        assert_int_equal(td_attributes_debuggable(td->attributes), json_object_get_boolean(debug));
}

static void check_report(const struct corpus_case *each)
{
    struct file_content raw = corpus_file(each, "tdreport.bin");
    struct json_object *valid = NULL;
    struct td_report report;
    struct tdx_error err = { 0 };
    enum tdx_status status = td_report_parse(raw.data, raw.size, &report, &err);

    print_message("  %s: %s\n", each->name, status_id(status));
    assert_true(json_object_object_get_ex(each->expected, "valid", &valid));
    assert_int_equal(status == TDX_OK, json_object_get_boolean(valid));
    if (status == TDX_OK) {
        uint8_t type[4] = { 0x81, report.subtype, report.version, 0 };
        uint8_t number[8];

        corpus_check_hex(each, each->expected, "report_type", type, 4);
        corpus_check_hex(each, each->expected, "cpusvn", report.cpu_svn, 16);
        corpus_check_hex(each, each->expected, "mac", report.mac, 32);
        little_endian(report.tcb_info_valid, number);
        corpus_check_hex(each, each->expected, "tcb_info_valid", number, 8);
        check_td(each, &report.td);
    }
    file_content_free(&raw);
}

static void every_td_report_of_the_corpus_reads_as_expected(void **state)
{
    (void)state;
    if (corpus_each("tdreport", check_report) == 0)
        skip();
}

static void check_types(const struct corpus_case *each, const struct quote *quote)
{
    struct json_object *types = NULL;
    size_t count;

    if (!json_object_object_get_ex(each->expected, "certification_data_types", &types))
        return;
    count = json_object_array_length(types);
    assert_in_range(count, 1, 2);
    assert_int_equal(json_object_get_int(json_object_array_get_idx(types, 0)),
                     quote->outer_certification_type);
    assert_int_equal(json_object_get_int(json_object_array_get_idx(types, count - 1)),
                     quote->certification_type);
}

static void check_quote(const struct corpus_case *each)
{
    struct file_content raw = corpus_file(each, "quote.bin");
    struct json_object *tee = NULL;
    struct quote quote;
    struct tdx_error err = { 0 };

    if (quote_parse(raw.data, raw.size, &quote, &err) != TDX_OK)
        fail_msg("%s: %s (%s)", each->name, status_id(err.status), err.detail);
    corpus_check_int(each, each->expected, "quote_version", quote.version);
    corpus_check_int(each, each->expected, "att_key_type", quote.attestation_key_type);
    corpus_check_int(each, each->expected, "body_type", quote.body_type);
    corpus_check_int(each, each->expected, "quote_length", (int64_t)quote.length);
    corpus_check_int(each, each->expected, "trailing_bytes", (int64_t)(raw.size - quote.length));
    check_types(each, &quote);
    assert_true(json_object_object_get_ex(each->expected, "tee", &tee));
    if (strcmp(json_object_get_string(tee), "TDX") == 0) {
        assert_int_equal(quote.tee, QUOTE_TEE_TDX);
        check_td(each, &quote.td);
    } else {
        assert_int_equal(quote.tee, QUOTE_TEE_SGX);
        corpus_check_hex(each, each->expected, "mrenclave", quote.enclave.mr_enclave, 32);
        corpus_check_hex(each, each->expected, "mrsigner", quote.enclave.mr_signer, 32);
        corpus_check_hex(each, each->expected, "report_data", quote.enclave.report_data, 64);
        corpus_check_int(each, each->expected, "isvsvn", quote.enclave.isv_svn);
    }
    file_content_free(&raw);
}

static void every_quote_of_the_corpus_reads_as_expected(void **state)
{
    (void)state;
    if (corpus_each("quotes", check_quote) == 0)
        skip();
}

/* Each prefix in a block of its own size, so that ASan sees the first byte read too far. */
static void check_prefixes(const struct corpus_case *each)
{
    struct file_content raw = corpus_file(each, "quote.bin");
    struct quote quote;
    size_t length;

    assert_status(quote_parse(raw.data, raw.size, &quote, NULL), "OK");
    length = quote.length;
    for (size_t cut = 0; cut < length; cut++) {
        uint8_t *copy = malloc(cut > 0 ? cut : 1);
        enum tdx_status status;

        assert_non_null(copy);
        memcpy(copy, raw.data, cut);
        status = quote_parse(copy, cut, &quote, NULL);
        free(copy);
        if (status != (cut < QUOTE_SIZE_MIN ? TDX_QUOTE_TOO_SHORT : TDX_QUOTE_TRUNCATED))
            fail_msg("%s cut at %zu: %s", each->name, cut, status_id(status));
    }
    assert_status(quote_parse(raw.data, length, &quote, NULL), "OK");
    file_content_free(&raw);
}

static void every_prefix_of_every_real_quote_is_refused(void **state)
{
    (void)state;
    if (corpus_each("quotes", check_prefixes) == 0)
        skip();
}

/* Whatever one bit does, the parser answers from its set and its spans stay within the input. */
static void check_flips(const struct corpus_case *each)
{
    struct file_content raw = corpus_file(each, "quote.bin");
    struct quote quote;
    size_t certificates, length;

    assert_status(quote_parse(raw.data, raw.size, &quote, NULL), "OK");
    length = quote.length;
    certificates = (size_t)(quote.certification_data.data - raw.data);
    for (size_t bit = 0; bit < 8 * certificates; bit++) {
        struct quote flipped;
        enum tdx_status status;

        raw.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        status = quote_parse(raw.data, length, &flipped, NULL);
        raw.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        if (status != TDX_OK && status != TDX_QUOTE_UNSUPPORTED && status != TDX_QUOTE_TRUNCATED)
            fail_msg("%s, bit %zu: %s", each->name, bit, status_id(status));
        if (status == TDX_OK &&
            (flipped.length > length || flipped.certification_data.data < raw.data ||
             flipped.certification_data.size >
                 length - (size_t)(flipped.certification_data.data - raw.data)))
            fail_msg("%s, bit %zu: a span leaves the quote", each->name, bit);
    }
    file_content_free(&raw);
}

static void a_flipped_bit_never_leads_the_parser_out_of_the_quote(void **state)
{
    (void)state;
    if (corpus_each("quotes", check_flips) == 0)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_td_report_of_the_corpus_reads_as_expected),
        cmocka_unit_test(every_quote_of_the_corpus_reads_as_expected),
        cmocka_unit_test(every_prefix_of_every_real_quote_is_refused),
        cmocka_unit_test(a_flipped_bit_never_leads_the_parser_out_of_the_quote),
    };

    return cmocka_run_group_tests_name("corpus_evidence", tests, NULL, NULL);
}
