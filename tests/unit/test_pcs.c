/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the PCS client that need no network: addresses, answers. */
#include <stdlib.h>
#include <string.h>

#include "core/base/span_text.h"
#include "core/base/text.h"
#include "core/collateral/pcs_answer.h"
#include "core/collateral/pcs_url.h"
#include "tests/unit/cmocka_all.h"

#define CERTIFICATE(body)                                                                          \
    "-----BEGIN%20CERTIFICATE-----%0A" body "%0A-----END%20CERTIFICATE-----%0A"

/* --- addresses ---------------------------------------------------------------------------------
 */

static void completes_the_address_of_a_service(void **state)
{
    static const struct {
        const char *base, *expected;
        bool plain;
    } cases[] = {
        { "https://h/sgx/certification/v4/", "https://h/sgx/certification/v4/", false },
        { "https://h/sgx/certification/v4", "https://h/sgx/certification/v4/", false },
        { "https://h", "https://h/sgx/certification/v4/", false },
        { "https://h:8081/", "https://h:8081/sgx/certification/v4/", false },
        { "HTTPS://h/x/sgx/y/", "HTTPS://h/x/sgx/y/", false },
        { "https://[::1]:8081/sgx/certification/v4/", "https://[::1]:8081/sgx/certification/v4/",
          false },
        { "http://h:80/sgx/certification/v4/", "http://h:80/sgx/certification/v4/", true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char out[PCS_URL_SIZE];
        bool plain = !cases[i].plain;

        assert_status(pcs_base_normalize(cases[i].base, out, &plain, NULL), "OK");
        assert_string_equal(out, cases[i].expected);
        assert_int_equal(plain, cases[i].plain);
    }
}

static void refuses_what_is_no_address_of_a_service(void **state)
{
    static const char *const cases[] = {
        "",
        "h/sgx/certification/v4/",
        "ftp://h/sgx/certification/v4/",
        "file:///sgx/certification/v4/",
        "https:///sgx/certification/v4/",
        "https://:8081/sgx/certification/v4/",
        "https://h/sgx/certification/v3/",
        "https://h/sgx/certification/v3",
        "https://h/certification/v4/",
        "https://sgx/certification/v4/",
        "https://u:p@h/sgx/certification/v4/",
        "https://h/sgx/certification/v4/?a=b",
        "https://h/sgx/certification/v4/#x",
        "https://h/sgx/certification/v4/ ",
        "https://h/sgx/\ncertification/v4/",
        "https://h/sgx/\xc3\xa9/v4/",
        "https://h/sgx/\"/v4/",
    };
    char *longest = malloc(PCS_URL_SIZE + 1);
    char out[PCS_URL_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tdx_error err = { 0 };

        print_message("#  %zu\n", i);
        assert_status(pcs_base_normalize(cases[i], out, NULL, &err), "PCS_URL_BAD");
        assert_string_not_equal(err.detail, "");
    }
    assert_non_null(longest);
    memset(longest, 'a', PCS_URL_SIZE);
    memcpy(longest, "https://", 8);
    longest[PCS_URL_SIZE] = '\0';
    assert_status(pcs_base_normalize(longest, out, NULL, NULL), "PCS_URL_BAD");
    free(longest);
}

static void makes_the_addresses_that_servers_know(void **state)
{
    static const struct {
        const char *base;
        bool sgx;
        enum pck_ca ca;
        enum pcs_update update;
        enum pcs_document document;
        const char *expected;
    } cases[] = {
        { "https://h/sgx/certification/v4/", false, PCK_CA_PLATFORM, PCS_UPDATE_STANDARD,
          PCS_TCB_INFO, "https://h/tdx/certification/v4/tcb?fmspc=90C06F00AB00&update=standard" },
        { "https://h/sgx/certification/v4/", false, PCK_CA_PLATFORM, PCS_UPDATE_EARLY,
          PCS_QE_IDENTITY, "https://h/tdx/certification/v4/qe/identity?update=early" },
        { "https://h/sgx/certification/v4/", true, PCK_CA_PLATFORM, PCS_UPDATE_STANDARD,
          PCS_TCB_INFO, "https://h/sgx/certification/v4/tcb?fmspc=90C06F00AB00&update=standard" },
        { "https://h/sgx/certification/v4/", true, PCK_CA_PLATFORM, PCS_UPDATE_STANDARD,
          PCS_QE_IDENTITY, "https://h/sgx/certification/v4/qe/identity?update=standard" },
        { "https://h/sgx/certification/v4/", false, PCK_CA_PLATFORM, PCS_UPDATE_EARLY, PCS_PCK_CRL,
          "https://h/sgx/certification/v4/pckcrl?ca=platform&encoding=der" },
        { "https://h/sgx/certification/v4/", false, PCK_CA_PROCESSOR, PCS_UPDATE_EARLY, PCS_PCK_CRL,
          "https://h/sgx/certification/v4/pckcrl?ca=processor&encoding=der" },
        { "https://h/sgx/certification/v4/", false, PCK_CA_PLATFORM, PCS_UPDATE_STANDARD,
          PCS_ROOT_CRL, "https://h/sgx/certification/v4/rootcacrl" },
        { PCS_INTEL_BASE, false, PCK_CA_PLATFORM, PCS_UPDATE_STANDARD, PCS_ROOT_CRL,
          PCS_INTEL_ROOT_CRL_URL },
        { PCS_INTEL_BASE, false, PCK_CA_PLATFORM, PCS_UPDATE_STANDARD, PCS_QE_IDENTITY,
          "https://api.trustedservices.intel.com/tdx/certification/v4/qe/"
          "identity?update=standard" },
        { "https://sgx/sgx/a/sgx/", false, PCK_CA_PLATFORM, PCS_UPDATE_STANDARD, PCS_QE_IDENTITY,
          "https://sgx/tdx/a/sgx/qe/identity?update=standard" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct pcs_target target = { .base = cases[i].base,
                                     .sgx = cases[i].sgx,
                                     .fmspc = { 0x90, 0xc0, 0x6f, 0, 0xab, 0 },
                                     .ca = cases[i].ca,
                                     .update = cases[i].update };
        struct text out = { 0 };

        pcs_url(&target, cases[i].document, &out);
        assert_string_equal(text_string(&out), cases[i].expected);
        text_free(&out);
    }
}

static void asks_a_pccs_for_the_root_crl_by_its_distribution_point(void **state)
{
    struct pcs_target target = { .base = "https://h/sgx/certification/v4/" };
    struct text out = { 0 };

    (void)state;
    pcs_url_root_crl_by_uri(&target, &out);
    assert_string_equal(text_string(&out),
                        "https://h/sgx/certification/v4/crl?uri=https%3A%2F%2Fcertificates."
                        "trustedservices.intel.com%2FIntelSGXRootCA.der");
    text_free(&out);
}

static void only_hosts_below_intels_domain_are_intels(void **state)
{
    (void)state;
    assert_true(pcs_base_is_intel(PCS_INTEL_BASE));
    assert_true(pcs_base_is_intel("https://validation.api.trustedservices.intel.com:443/sgx/"));
    assert_true(pcs_base_is_intel("https://API.TrustedServices.Intel.com/sgx/"));
    assert_false(pcs_base_is_intel("https://eviltrustedservices.intel.com/sgx/"));
    assert_false(pcs_base_is_intel("https://trustedservices.intel.com.evil/sgx/"));
    assert_false(pcs_base_is_intel("https://evil/trustedservices.intel.com/sgx/"));
    assert_false(pcs_base_is_intel("trustedservices.intel.com"));
}

static void reads_update_types_in_either_case(void **state)
{
    enum pcs_update update = PCS_UPDATE_STANDARD;

    (void)state;
    assert_true(pcs_update_parse("EARLY", &update));
    assert_int_equal(update, PCS_UPDATE_EARLY);
    assert_true(pcs_update_parse("standard", &update));
    assert_int_equal(update, PCS_UPDATE_STANDARD);
    assert_false(pcs_update_parse("", &update));
    assert_false(pcs_update_parse("late", &update));
}

/* --- answers -----------------------------------------------------------------------------------
 */

static void decodes_an_issuer_chain_and_leaves_plus_alone(void **state)
{
    const char *value = CERTIFICATE("MI+/=") CERTIFICATE("AB%2b%2F");
    struct text out = { 0 };

    (void)state;
    assert_status(pcs_chain_decode(value, strlen(value), &out, NULL), "OK");
    assert_string_equal(text_string(&out),
                        "-----BEGIN CERTIFICATE-----\nMI+/=\n-----END CERTIFICATE-----\n"
                        "-----BEGIN CERTIFICATE-----\nAB+/\n-----END CERTIFICATE-----\n");
    text_free(&out);
}

static void refuses_chains_that_are_none(void **state)
{
    static const struct {
        const char *value, *detail;
    } cases[] = {
        { "", "0 certificates" },
        { "hello", "0 certificates" },
        { CERTIFICATE("A"), "1 certificates" },
        { CERTIFICATE("A") CERTIFICATE("B") CERTIFICATE("C"), "3 certificates" },
        { CERTIFICATE("A") CERTIFICATE("B") "%", "without two" },
        { CERTIFICATE("A") CERTIFICATE("B") "%4", "without two" },
        { CERTIFICATE("A") CERTIFICATE("B") "%0G", "without two" },
        { CERTIFICATE("A") CERTIFICATE("B") "%00", "not text" },
        { CERTIFICATE("A") CERTIFICATE("B") "%C3%A9", "not text" },
        { CERTIFICATE("A") CERTIFICATE("B") "\t", "not text" },
        { CERTIFICATE("A") CERTIFICATE("B") "%1B[2J", "not text" },
    };
    struct text out = { 0 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tdx_error err = { 0 };
        size_t length = strlen(cases[i].value);
        char *copy = malloc(length + 1);

        assert_non_null(copy);
        memcpy(copy, cases[i].value, length);
        assert_status(pcs_chain_decode(copy, length, &out, &err), "PCS_CHAIN_BAD");
        assert_non_null(strstr(err.detail, cases[i].detail));
        assert_int_equal(out.length, 0);
        free(copy);
    }
}

static void refuses_a_chain_without_end(void **state)
{
    struct text value = { 0 }, out = { 0 };

    (void)state;
    text_add(&value, CERTIFICATE("A") CERTIFICATE("B"));
    while (value.length <= (size_t)65 << 10)
        text_add(&value, "AAAAAAAAAAAAAAAA");
    assert_status(pcs_chain_decode(value.data, value.length, &out, NULL), "PCS_CHAIN_BAD");
    text_free(&value);
    text_free(&out);
}

static void reads_a_crl_in_each_of_its_forms(void **state)
{
    static const struct {
        const char *body;
        size_t size;
    } cases[] = {
        { "\x30\x03\x02\x01\x07", 5 },
        { "3003020107", 10 },
        { "3003020107\n", 11 },
        { "3003020107 \r\n", 13 },
        { "-----BEGIN X509 CRL-----\nMAMC\nAQc=\n-----END X509 CRL-----\n", 58 },
        { "-----BEGIN X509 CRL-----\r\nMAMCAQc=\r\n-----END X509 CRL-----", 57 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct text out = { 0 };
        struct span body = span_of(cases[i].body);

        print_message("#  %zu\n", i);
        assert_status(pcs_crl_decode(body, &out, NULL), "OK");
        assert_int_equal(out.length, 5);
        assert_memory_equal(out.data, "\x30\x03\x02\x01\x07", 5);
        text_free(&out);
    }
}

static void refuses_what_is_no_crl(void **state)
{
    static const char *const cases[] = {
        "",
        "\n",
        "0",
        "<html>busy</html>",
        "300",
        "0x3003020107",
        "02020107",
        "-----BEGIN X509 CRL-----\n",
        "-----BEGIN X509 CRL-----\nMAMCAQc\n-----END X509 CRL-----\n",
        "-----BEGIN X509 CRL-----\nMAM!AQc=\n-----END X509 CRL-----\n",
        "-----BEGIN X509 CRL-----\nMAMCAQc=\n-----END X509 CRL-----\nmore",
        "-----BEGIN X509 CRL-----\nAgEH\n-----END X509 CRL-----\n",
        "{\"error\":\"none\"}",
    };
    struct text out = { 0 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tdx_error err = { 0 };

        print_message("#  %zu\n", i);
        assert_status(pcs_crl_decode(span_of(cases[i]), &out, &err), "PCS_CONTENT_BAD");
        assert_string_not_equal(err.detail, "");
        assert_int_equal(out.length, 0);
    }
}

#define HEX64 "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

static void splits_an_envelope_without_touching_what_was_signed(void **state)
{
    const char *body = " {\"signature\":\"" HEX64 HEX64 "\",\"extra\":1,"
                       "\"tcbInfo\": {\"id\" : \"T\\u0044X\"} }\n";
    struct span object = { 0 };
    uint8_t signature[64];

    (void)state;
    assert_status(pcs_envelope_split(span_of(body), "tcbInfo", &object, signature, NULL), "OK");
    assert_int_equal(object.size, strlen("{\"id\" : \"T\\u0044X\"}"));
    assert_ptr_equal(object.data, strstr(body, "{\"id\""));
    assert_int_equal(signature[1], 0x11);
    assert_int_equal(signature[63], 0xff);
}

static void refuses_envelopes_that_are_none(void **state)
{
    static const char *const cases[] = {
        "",
        "<html>",
        "{}",
        "[]",
        "{\"tcbInfo\":{}}",
        "{\"signature\":\"" HEX64 HEX64 "\"}",
        "{\"tcbInfo\":\"{}\",\"signature\":\"" HEX64 HEX64 "\"}",
        "{\"tcbInfo\":[],\"signature\":\"" HEX64 HEX64 "\"}",
        "{\"tcbInfo\":{},\"signature\":\"" HEX64 "\"}",
        "{\"tcbInfo\":{},\"signature\":\"" HEX64 HEX64 "00\"}",
        "{\"tcbInfo\":{},\"signature\":\"zz" HEX64 HEX64 "\"}",
        "{\"tcbInfo\":{},\"signature\":7}",
        "{\"enclaveIdentity\":{},\"signature\":\"" HEX64 HEX64 "\"}",
        "{\"tcbInfo\":{},\"signature\":\"" HEX64 HEX64 "\"}x",
        "{\"tcbInfo\":{},\"tcbInfo\":{\"a\":1},\"signature\":\"" HEX64 HEX64 "\"}",
        "{\"tcbInfo\":{\"a\":1,\"a\":2},\"signature\":\"" HEX64 HEX64 "\"}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct span object = { NULL, 99 };
        uint8_t signature[64];
        struct tdx_error err = { 0 };

        print_message("#  %zu\n", i);
        assert_status(pcs_envelope_split(span_of(cases[i]), "tcbInfo", &object, signature, &err),
                      "PCS_CONTENT_BAD");
        assert_string_not_equal(err.detail, "");
        assert_int_equal(object.size, 99);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(completes_the_address_of_a_service),
        cmocka_unit_test(refuses_what_is_no_address_of_a_service),
        cmocka_unit_test(makes_the_addresses_that_servers_know),
        cmocka_unit_test(asks_a_pccs_for_the_root_crl_by_its_distribution_point),
        cmocka_unit_test(only_hosts_below_intels_domain_are_intels),
        cmocka_unit_test(reads_update_types_in_either_case),
        cmocka_unit_test(decodes_an_issuer_chain_and_leaves_plus_alone),
        cmocka_unit_test(refuses_chains_that_are_none),
        cmocka_unit_test(refuses_a_chain_without_end),
        cmocka_unit_test(reads_a_crl_in_each_of_its_forms),
        cmocka_unit_test(refuses_what_is_no_crl),
        cmocka_unit_test(splits_an_envelope_without_touching_what_was_signed),
        cmocka_unit_test(refuses_envelopes_that_are_none),
    };

    return cmocka_run_group_tests_name("pcs", tests, NULL, NULL);
}
