/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "core/evidence/td_attributes.h"
#include "core/evidence/td_report.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/evidence_builder.h"
#include "tests/unit/fault.h"

static bool filled(const void *data, uint8_t byte, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (((const uint8_t *)data)[i] != byte)
            return false;
    return true;
}

static void reads_every_field_of_each_version(void **state)
{
    static const uint8_t versions[] = { 0, 1, 3 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        uint8_t raw[TD_REPORT_SIZE];
        struct td_report report;
        uint8_t version = versions[i];

        report_build(raw, version);
        assert_status(td_report_parse(raw, sizeof(raw), &report, NULL), "OK");
        assert_int_equal(report.version, version);
        assert_int_equal(report.subtype, 0);
        assert_true(filled(report.cpu_svn, 0x11, 16));
        assert_true(filled(report.td.report_data, 0x12, 64));
        assert_true(filled(report.mac, 0x13, 32));
        assert_int_equal(report.td.tee_tcb_svn[0], 5);
        assert_true(filled(report.td.tee_tcb_svn_2, version == 0 ? 0 : 0x22, 16));
        assert_true(filled(report.td.mr_seam, 0x21, 48));
        assert_true(filled(report.td.mr_signer_seam, 0, 48));
        assert_true(report.td.seam_attributes == 0);
        assert_true(report.td.attributes == UINT64_C(0x10000000));
        assert_true(report.td.xfam == 0x642e7);
        assert_true(filled(report.td.mr_td, 0x31, 48));
        assert_true(filled(report.td.mr_config_id, 0x32, 48));
        assert_true(filled(report.td.mr_owner, 0x33, 48));
        assert_true(filled(report.td.mr_owner_config, 0x34, 48));
        for (int k = 0; k < TD_RTMR_COUNT; k++)
            assert_true(filled(report.td.rtmr[k], (uint8_t)(0x35 + k), 48));
        assert_true(filled(report.td.service_td_hash, version == 0 ? 0 : 0x39, 48));
        assert_int_equal(report.has_td_id, version == 3);
        assert_int_equal(report.has_vm_id, version == 3);
        assert_true(filled(report.td_id, version == 3 ? 0x3a : 0, 32));
        assert_int_equal(report.vm_id, version == 3 ? 7 : 0);
    }
}

static void refuses_what_is_not_a_report(void **state)
{
    static const struct {
        const char *what, *expected;
        uint8_t version;
        size_t offset;
        uint8_t value;
        bool sealed; /* recompute the hashes after breaking it */
    } cases[] = {
        { "SGX report", "REPORT_BAD_TYPE", 1, 0, 0x00, true },
        { "unknown subtype", "REPORT_UNSUPPORTED", 1, 1, 2, true },
        { "version 2", "REPORT_UNSUPPORTED", 1, 2, 2, true },
        { "version 4", "REPORT_UNSUPPORTED", 3, 2, 4, true },
        { "reserved byte 3", "REPORT_BAD_RESERVED", 1, 3, 1, true },
        { "reserved byte 4", "REPORT_BAD_RESERVED", 1, 4, 1, true },
        { "reserved byte 15", "REPORT_BAD_RESERVED", 1, 15, 1, true },
        { "reserved byte 207", "REPORT_BAD_RESERVED", 1, 207, 1, true },
        { "TCB info, reserved byte 494", "REPORT_BAD_RESERVED", 1, 494, 1, true },
        { "1.0: SVN2 without its VALID bits", "REPORT_BAD_RESERVED", 0, 384, 1, true },
        { "1.0: a service TD hash", "REPORT_BAD_RESERVED", 0, 912, 1, true },
        { "1.5: a TD id", "REPORT_BAD_RESERVED", 1, 960, 1, true },
        { "1.5: the last byte", "REPORT_BAD_RESERVED", 1, 1023, 1, true },
        { "extended: unknown critical bit", "REPORT_UNSUPPORTED", 3, 1020, 0x03, true },
        { "extended: critical bit 7", "REPORT_UNSUPPORTED", 3, 1020, 0x81, true },
        { "extended: neither TD id nor VM id", "REPORT_UNSUPPORTED", 3, 1021, 0x00, true },
        { "extended: TD id not announced", "REPORT_BAD_RESERVED", 3, 1021, 0x02, true },
        { "extended: VM id not announced", "REPORT_BAD_RESERVED", 3, 1021, 0x01, true },
        { "extended: service TD not announced", "REPORT_BAD_RESERVED", 3, 1020, 0x00, true },
        { "extended: reserved byte 992", "REPORT_BAD_RESERVED", 3, 992, 1, true },
        { "extended: reserved byte 1019", "REPORT_BAD_RESERVED", 3, 1019, 1, true },
        { "edited MRTD", "REPORT_BAD_HASH", 1, 528, 0xff, false },
        { "edited TCB SVN", "REPORT_BAD_HASH", 1, 264, 0xff, false },
        { "edited hash", "REPORT_BAD_HASH", 1, 80, 0xff, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t raw[TD_REPORT_SIZE];
        struct td_report report, before;
        struct tdx_error err = { 0 };

        memset(&report, 0xa5, sizeof(report));
        memset(&before, 0xa5, sizeof(before));
        report_build(raw, cases[i].version);
        raw[cases[i].offset] = cases[i].value;
        if (cases[i].sealed)
            report_seal(raw);
        print_message("  %s\n", cases[i].what);
        assert_status(td_report_parse(raw, sizeof(raw), &report, &err), cases[i].expected);
        assert_string_not_equal(err.detail, "");
        assert_memory_equal(&report, &before, sizeof(report)); /* untouched on failure */
    }
}

/* MAC, report data, CPUSVN and the padding after TEE_TCB_INFO are all that no hash covers. */
static void a_flipped_bit_is_refused_wherever_a_hash_or_rule_covers_it(void **state)
{
    uint8_t raw[TD_REPORT_SIZE];
    struct td_report report;

    (void)state;
    report_build(raw, 1);
    for (size_t bit = 0; bit < 8 * sizeof(raw); bit++) {
        size_t at = bit / 8;
        bool free_to_change = (at >= 16 && at < 32) || (at >= 128 && at < 192) ||
                              (at >= 224 && at < 256) || (at >= 495 && at < 512) ||
                              bit == 8; /* subtype 1 */
        enum tdx_status status;

        raw[at] ^= (uint8_t)(1U << bit % 8);
        status = td_report_parse(raw, sizeof(raw), &report, NULL);
        if ((status == TDX_OK) != free_to_change)
            fail_msg("bit %zu: %s", bit, status_id(status));
        raw[at] ^= (uint8_t)(1U << bit % 8);
    }
}

/* The copies are exactly as long as claimed, so that ASan sees the first byte read too far. */
static void refuses_every_other_length(void **state)
{
    uint8_t raw[TD_REPORT_SIZE];
    struct td_report report;

    (void)state;
    report_build(raw, 1);
    for (size_t size = 0; size <= TD_REPORT_SIZE + 1; size++) {
        uint8_t *copy = calloc(1, size > 0 ? size : 1);

        assert_non_null(copy);
        memcpy(copy, raw, size < sizeof(raw) ? size : sizeof(raw));
        assert_status(td_report_parse(copy, size, &report, NULL),
                      size == TD_REPORT_SIZE ? "OK" : "REPORT_BAD_SIZE");
        free(copy);
    }
}

static void every_failing_crypto_call_is_a_failure(void **state)
{
    uint8_t raw[TD_REPORT_SIZE];
    struct td_report report;
    unsigned nth = 0;

    (void)state;
    report_build(raw, 1);
    do {
        enum tdx_status status;

        fault_arm(++nth);
        status = td_report_parse(raw, sizeof(raw), &report, NULL);
        fault_disarm();
        assert_status(status, fault_fired() ? "CRYPTO_FAILED" : "OK");
    } while (fault_fired());
    assert_int_equal(nth, 1 + 2 * 3 + 1); /* EVP_MD_CTX_new, 2 x (init, update, final), success */
}

static void a_quote_of_another_td_is_named_by_the_first_field_that_differs(void **state)
{
    static const struct {
        const char *field, *expected;
        size_t at;
    } cases[] = {
#define CASE(name, field) { name, "EVIDENCE_TD_MISMATCH", offsetof(struct td_identity, field) }
        { "report data", "REPORT_DATA_MISMATCH", offsetof(struct td_identity, report_data) + 63 },
        CASE("ATTRIBUTES", attributes),
        CASE("XFAM", xfam),
        CASE("MRTD", mr_td),
        CASE("MRCONFIGID", mr_config_id[47]),
        CASE("MROWNER", mr_owner),
        CASE("MROWNERCONFIG", mr_owner_config),
        CASE("RTMR0", rtmr[0]),
        CASE("RTMR1", rtmr[1]),
        CASE("RTMR2", rtmr[2]),
        CASE("RTMR3", rtmr[3][47]),
        CASE("MRSERVICETD", service_td_hash),
#undef CASE
    };
    uint8_t raw[TD_REPORT_SIZE];
    struct td_report report;

    (void)state;
    report_build(raw, 1);
    assert_status(td_report_parse(raw, sizeof(raw), &report, NULL), "OK");
    assert_status(td_identity_check_same(&report.td, &report.td, NULL), "OK");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct td_identity other = report.td;
        struct tdx_error err = { 0 };

        ((uint8_t *)&other)[cases[i].at] ^= 1;
        print_message("  %s\n", cases[i].field);
        assert_status(td_identity_check_same(&report.td, &other, &err), cases[i].expected);
        assert_non_null(strstr(err.detail, cases[i].field));
    }
}

static void attributes_and_xfam_have_names(void **state)
{
    static const struct {
        uint64_t bits;
        void (*names)(uint64_t bits, struct text *out);
        const char *expected;
    } cases[] = {
        { 0, td_attributes_names, "NO_DEBUG" },
        { UINT64_C(0x10000000), td_attributes_names, "NO_DEBUG SEPT_VE_DISABLE" },
        { UINT64_C(0x10000001), td_attributes_names, "DEBUG SEPT_VE_DISABLE" },
        { 0x20, td_attributes_names, "PERF_PROF" }, /* no DEBUG bit, yet not NO_DEBUG */
        { 0x80, td_attributes_names, "BIT_7" },
        { UINT64_C(0xc000000060000000), td_attributes_names,
          "NO_DEBUG MIGRATABLE PKS TPA PERFMON" },
        { 0x642e7, td_xfam_names,
          "X87 SSE AVX AVX512_OPMASK AVX512_ZMM_HI256 AVX512_HI16_ZMM PKRU UINTR AMX_TILECFG "
          "AMX_TILEDATA" },
        { UINT64_C(0x8000000000000003), td_xfam_names, "X87 SSE BIT_63" },
        { 0, td_xfam_names, "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct text text = { 0 };

        cases[i].names(cases[i].bits, &text);
        assert_string_equal(text_string(&text), cases[i].expected);
        text_free(&text);
    }
    for (unsigned bit = 0; bit < 64; bit++)
        assert_int_equal(td_attributes_debuggable(UINT64_C(1) << bit), bit < 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_field_of_each_version),
        cmocka_unit_test(refuses_what_is_not_a_report),
        cmocka_unit_test(a_flipped_bit_is_refused_wherever_a_hash_or_rule_covers_it),
        cmocka_unit_test(refuses_every_other_length),
        cmocka_unit_test(every_failing_crypto_call_is_a_failure),
        cmocka_unit_test(a_quote_of_another_td_is_named_by_the_first_field_that_differs),
        cmocka_unit_test(attributes_and_xfam_have_names),
    };

    return cmocka_run_group_tests_name("td_report", tests, NULL, NULL);
}
