/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "core/evidence/quote.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/evidence_builder.h"

#define ROOM ((size_t)80 << 10)

static const struct {
    const char *name;
    struct quote_plan plan;
} kinds[] = {
    { "v3 SGX", { .version = 3, .tee = QUOTE_TEE_SGX, .body_type = QUOTE_BODY_ENCLAVE } },
    { "v4 SGX", { .version = 4, .tee = QUOTE_TEE_SGX, .body_type = QUOTE_BODY_ENCLAVE } },
    { "v4 TDX", { .version = 4, .tee = QUOTE_TEE_TDX, .body_type = QUOTE_BODY_TD10 } },
    { "v5 SGX", { .version = 5, .tee = QUOTE_TEE_SGX, .body_type = QUOTE_BODY_ENCLAVE } },
    { "v5 TD 1.0", { .version = 5, .tee = QUOTE_TEE_TDX, .body_type = QUOTE_BODY_TD10 } },
    { "v5 TD 1.5", { .version = 5, .tee = QUOTE_TEE_TDX, .body_type = QUOTE_BODY_TD15 } },
    { "v5 TD 1.5 extended",
      { .version = 5, .tee = QUOTE_TEE_TDX, .body_type = QUOTE_BODY_TD15EX } },
};

static struct quote_plan plan_of(size_t kind)
{
    struct quote_plan plan = kinds[kind].plan;

    plan.certification_type = QUOTE_CERTIFICATION_PCK_CHAIN;
    plan.auth_data_size = 32;
    return plan;
}

/* A parse of a copy that is exactly size bytes long, so that ASan sees a read past its end. */
static enum tdx_status parse_exact(const uint8_t *raw, size_t size, struct quote *quote,
                                   struct tdx_error *err)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    enum tdx_status status;

    assert_non_null(copy);
    memcpy(copy, raw, size);
    status = quote_parse(copy, size, quote, err);
    free(copy);
    return status;
}

static void check_td(const struct quote *quote)
{
    assert_true(quote->td.attributes == UINT64_C(0x10000000));
    assert_true(quote->td.xfam == 0x642e7);
    assert_int_equal(quote->td.tee_tcb_svn[0], 5);
    assert_int_equal(quote->td.mr_seam[47], 0x21);
    assert_int_equal(quote->td.mr_td[0], 0x31);
    assert_int_equal(quote->td.rtmr[3][47], 0x38);
    assert_int_equal(quote->td.report_data[63], 0x12);
    assert_int_equal(quote->td.tee_tcb_svn_2[15], quote->body_type == QUOTE_BODY_TD10 ? 0 : 0x22);
    assert_int_equal(quote->td.service_td_hash[47], quote->body_type == QUOTE_BODY_TD10 ? 0 : 0x39);
    if (quote->body_type == QUOTE_BODY_TD15EX) {
        assert_int_equal(quote->extended.vm_id, 7);
        assert_int_equal(quote->extended.td_id[31], 0x3a);
        assert_int_equal(quote->extended.initial_tee_fmspc[11], 0x51);
        assert_int_equal(quote->extended.current_service_td_attributes[7], 0x53);
    }
}

static void check_enclave(const struct enclave_report *report)
{
    assert_int_equal(report->cpu_svn[15], 0x41);
    assert_int_equal(report->misc_select, 0x01020304);
    assert_int_equal(report->attributes[0], 0x42);
    assert_int_equal(report->mr_enclave[31], 0x43);
    assert_int_equal(report->mr_signer[0], 0x44);
    assert_int_equal(report->isv_prod_id, 0x0506);
    assert_int_equal(report->isv_svn, 0x0708);
    assert_int_equal(report->report_data[63], 0x45);
}

static void reads_every_field_of_each_kind(void **state)
{
    uint8_t *raw = malloc(ROOM);

    (void)state;
    assert_non_null(raw);
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct quote_plan plan = plan_of(i);
        struct quote quote;
        size_t size;

        plan.padding = 100;
        size = quote_build(&plan, raw, ROOM);
        print_message("  %s\n", kinds[i].name);
        assert_status(quote_parse(raw, size, &quote, NULL), "OK");
        assert_int_equal(quote.version, plan.version);
        assert_int_equal(quote.tee, plan.tee);
        assert_int_equal(quote.body_type, plan.body_type);
        assert_int_equal(quote.length, size - 100);
        assert_int_equal(quote.user_data[19], 0x60);
        assert_int_equal(quote.signature[63], 0x61);
        assert_int_equal(quote.attestation_key[0], 0x62);
        assert_int_equal(quote.qe_report_signature[63], 0x63);
        assert_int_equal(quote.qe_auth_data.size, 32);
        assert_int_equal(quote.qe_auth_data.data[31], 0x64);
        assert_int_equal(quote.outer_certification_type, plan.version == 3 ? 5 : 6);
        assert_int_equal(quote.certification_type, 5);
        assert_int_equal(quote.certification_data.size, 64);
        assert_int_equal(quote.certification_data.data[63], 0x65);
        assert_ptr_equal(quote.signed_bytes.data, raw);
        /* The signed bytes end where the size of the signature data stands. */
        assert_ptr_equal(quote.signed_bytes.data + quote.signed_bytes.size + 4, quote.signature);
        check_enclave(&quote.qe_report);
        if (plan.tee == QUOTE_TEE_TDX)
            check_td(&quote);
        else
            check_enclave(&quote.enclave);
    }
    free(raw);
}

static void every_prefix_is_refused(void **state)
{
    uint8_t *raw = malloc(ROOM);

    (void)state;
    assert_non_null(raw);
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct quote_plan plan = plan_of(i);
        size_t size = quote_build(&plan, raw, ROOM);
        struct quote quote, before;

        memset(&quote, 0xa5, sizeof(quote));
        memset(&before, 0xa5, sizeof(before));
        for (size_t cut = 0; cut < size; cut++)
            assert_status(parse_exact(raw, cut, &quote, NULL),
                          cut < QUOTE_SIZE_MIN ? "QUOTE_TOO_SHORT" : "QUOTE_TRUNCATED");
        assert_memory_equal(&quote, &before, sizeof(quote));
    }
    free(raw);
}

enum { V3, V4S, V4, V5S, V5_10, V5_15, V5_EX };

static void refuses_what_is_not_a_quote(void **state)
{
    static const struct {
        const char *what, *expected;
        size_t kind, offset;
        uint8_t value[2];
    } cases[] = {
        { "version 2", "QUOTE_UNSUPPORTED", V4, 0, { 2, 0 } },
        { "version 6", "QUOTE_UNSUPPORTED", V5_15, 0, { 6, 0 } },
        { "version 0x0104", "QUOTE_UNSUPPORTED", V4, 0, { 4, 1 } },
        { "version 3 of a TD", "QUOTE_UNSUPPORTED", V4, 0, { 3, 0 } },
        { "key type 0", "QUOTE_UNSUPPORTED", V4, 2, { 0, 0 } },
        { "key type 3, P-384", "QUOTE_UNSUPPORTED", V4, 2, { 3, 0 } },
        { "TEE type 0x82", "QUOTE_UNSUPPORTED", V4, 4, { 0x82, 0 } },
        { "vendor, one bit", "QUOTE_UNSUPPORTED", V4, 12, { 0x92, 0x9a } },
        { "vendor, last byte", "QUOTE_UNSUPPORTED", V5_15, 26, { 0x06, 0x06 } },
        { "v5 body type 0", "QUOTE_UNSUPPORTED", V5_10, 48, { 0, 0 } },
        { "v5 body type 1 of a TD", "QUOTE_UNSUPPORTED", V5_10, 48, { 1, 0 } },
        { "v5 enclave body of a TD", "QUOTE_UNSUPPORTED", V5S, 4, { 0x81, 0 } },
        { "v5 TD body of an enclave", "QUOTE_UNSUPPORTED", V5_10, 4, { 0, 0 } },
        { "v5 body type 5", "QUOTE_UNSUPPORTED", V5_10, 48, { 5, 0 } },
        { "v5 body type 2 with 648 bytes", "QUOTE_UNSUPPORTED", V5_15, 48, { 2, 0 } },
        { "v5 body type 3 with 584 bytes", "QUOTE_UNSUPPORTED", V5_10, 48, { 3, 0 } },
        { "v5 size 585", "QUOTE_UNSUPPORTED", V5_10, 50, { 0x49, 0x02 } },
        { "v5 size 0xff48", "QUOTE_UNSUPPORTED", V5_10, 50, { 0x48, 0xff } },
        { "v4 outer certification type 5", "QUOTE_UNSUPPORTED", V4, 764, { 5, 0 } },
        { "v4 outer certification type 7", "QUOTE_UNSUPPORTED", V4, 764, { 7, 0 } },
        { "v4 inner certification type 0", "QUOTE_UNSUPPORTED", V4, 1252, { 0, 0 } },
        { "v4 inner certification type 6", "QUOTE_UNSUPPORTED", V4, 1252, { 6, 0 } },
        { "v4 inner certification type 7", "QUOTE_UNSUPPORTED", V4, 1252, { 7, 0 } },
        { "v3 certification type 6", "QUOTE_UNSUPPORTED", V3, 1046, { 6, 0 } },
        { "v4 signature data one byte short", "QUOTE_TRUNCATED", V4, 632, { 0xad, 0x02 } },
        { "v4 signature data one byte long", "QUOTE_TRUNCATED", V4, 632, { 0xaf, 0x02 } },
        { "v4 signature data 64 KiB long", "QUOTE_TRUNCATED", V4, 634, { 1, 0 } },
        { "v4 signature data 4 GiB long", "QUOTE_TRUNCATED", V4, 634, { 0xff, 0xff } },
        { "v4 type 6 data one byte short", "QUOTE_TRUNCATED", V4, 766, { 0x27, 0x02 } },
        { "v4 QE authentication data too long", "QUOTE_TRUNCATED", V4, 1218, { 0xff, 0xff } },
        { "v4 QE authentication data one less", "QUOTE_TRUNCATED", V4, 1218, { 0x1f, 0 } },
        { "v4 chain one byte short", "QUOTE_TRUNCATED", V4, 1254, { 0x3f, 0 } },
        { "v4 chain one byte long", "QUOTE_TRUNCATED", V4, 1254, { 0x41, 0 } },
        { "v3 chain one byte long", "QUOTE_TRUNCATED", V3, 1048, { 0x41, 0 } },
    };
    uint8_t *raw = malloc(ROOM);

    (void)state;
    assert_non_null(raw);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct quote_plan plan = plan_of(cases[i].kind);
        size_t size = quote_build(&plan, raw, ROOM);
        struct quote quote;
        struct tdx_error err = { 0 };

        print_message("  %s\n", cases[i].what);
        assert_memory_not_equal(raw + cases[i].offset, cases[i].value, 2);
        memcpy(raw + cases[i].offset, cases[i].value, 2);
        assert_status(parse_exact(raw, size, &quote, &err), cases[i].expected);
        assert_string_not_equal(err.detail, "");
    }
    free(raw);
}

static void padding_and_slack_are_allowed_where_intel_allows_them(void **state)
{
    static const struct {
        size_t auth_data_size, slack, padding;
    } cases[] = { { 0, 0, 0 }, { 32, 0, 1 }, { 64, 2, 0 }, { 32, 1, 100 }, { 65535, 0, 0 } };
    uint8_t *raw = malloc(ROOM);

    (void)state;
    assert_non_null(raw);
    for (size_t k = 0; k < COUNT_OF(kinds); k++)
        for (size_t i = 0; i < COUNT_OF(cases); i++) {
            struct quote_plan plan = plan_of(k);
            struct quote quote;
            size_t size;

            plan.auth_data_size = cases[i].auth_data_size;
            plan.slack = cases[i].slack;
            plan.padding = cases[i].padding;
            size = quote_build(&plan, raw, ROOM);
            assert_int_not_equal(size, 0);
            assert_status(parse_exact(raw, size, &quote, NULL), "OK");
            assert_int_equal(quote.length, size - cases[i].padding);
            assert_int_equal(quote.qe_auth_data.size, cases[i].auth_data_size);
            assert_int_equal(quote.certification_data.size, 64);
        }
    free(raw);
}

static void a_quote_has_a_smallest_and_a_largest_size(void **state)
{
    struct quote_plan plan = plan_of(V4);
    uint8_t *raw = calloc(1, QUOTE_SIZE_LIMIT + 1);
    struct quote quote;

    (void)state;
    assert_non_null(raw);
    (void)quote_build(&plan, raw, QUOTE_SIZE_LIMIT);
    assert_status(quote_parse(NULL, 0, &quote, NULL), "QUOTE_TOO_SHORT");
    assert_status(quote_parse(raw, 1019, &quote, NULL), "QUOTE_TOO_SHORT");
    assert_status(quote_parse(raw, QUOTE_SIZE_LIMIT, &quote, NULL), "OK");
    assert_status(quote_parse(raw, QUOTE_SIZE_LIMIT + 1, &quote, NULL), "QUOTE_TOO_LARGE");
    free(raw);
}

static void a_ppid_is_read_from_certification_data_of_types_1_to_3(void **state)
{
    static const struct {
        uint16_t type;
        size_t ppid_size, size; /* 0: as the type has it */
        const char *expected;
    } cases[] = {
        { 1, 16, 0, "OK" },
        { 2, 256, 0, "OK" },
        { 3, 384, 0, "OK" },
        { 1, 0, 35, "QUOTE_TRUNCATED" },
        { 1, 0, 37, "QUOTE_TRUNCATED" },
        { 3, 0, 403, "QUOTE_TRUNCATED" },
        { 4, 0, 0, "QUOTE_UNSUPPORTED" },
        { 5, 0, 0, "QUOTE_UNSUPPORTED" },
    };
    static const uint8_t filler[512];
    uint8_t *raw = malloc(ROOM);

    (void)state;
    assert_non_null(raw);
    for (size_t k = 0; k < COUNT_OF(kinds); k++)
        for (size_t i = 0; i < COUNT_OF(cases); i++) {
            struct quote_plan plan = plan_of(k);
            struct quote quote;
            struct quote_ppid ppid;

            plan.certification_type = cases[i].type;
            plan.certification_data = (struct span){ filler, cases[i].size };
            assert_status(quote_parse(raw, quote_build(&plan, raw, ROOM), &quote, NULL), "OK");
            assert_int_equal(quote.certification_type, cases[i].type);
            assert_status(quote_ppid_parse(&quote, &ppid, NULL), cases[i].expected);
            if (cases[i].ppid_size == 0)
                continue;
            assert_int_equal(ppid.ppid.size, cases[i].ppid_size);
            assert_int_equal(ppid.pce_svn, 0x6565);
            assert_int_equal(ppid.pce_id, 0x6565);
        }
    free(raw);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_field_of_each_kind),
        cmocka_unit_test(every_prefix_is_refused),
        cmocka_unit_test(refuses_what_is_not_a_quote),
        cmocka_unit_test(padding_and_slack_are_allowed_where_intel_allows_them),
        cmocka_unit_test(a_quote_has_a_smallest_and_a_largest_size),
        cmocka_unit_test(a_ppid_is_read_from_certification_data_of_types_1_to_3),
    };

    return cmocka_run_group_tests_name("quote", tests, NULL, NULL);
}
