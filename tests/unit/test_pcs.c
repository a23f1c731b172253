/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the PCS client that need no network: addresses, answers, regions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/files.h"
#include "core/base/platform_conf.h"
#include "core/base/span_text.h"
#include "core/base/text.h"
#include "core/collateral/pcs_answer.h"
#include "core/collateral/pcs_regions.h"
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

/* --- regions -----------------------------------------------------------------------------------
 */

static const char regions[] = "pccs_host = p.{region}.example\n"
                              "pccs_vpc_host = v.{region}.example\n"
                              "pccs_region = cn-beijing\n";

static void knows_public_and_vpc_addresses_of_a_region(void **state)
{
    char url[PCS_URL_SIZE];
    bool listed = false;

    (void)state;
    assert_status(pcs_region_url("f", span_of(regions), "cn-beijing", false, url, &listed, NULL),
                  "OK");
    assert_string_equal(url, "https://p.cn-beijing.example/sgx/certification/v4/");
    assert_true(listed);
    assert_status(pcs_region_url("f", span_of(regions), "ap-southeast-5", true, url, &listed, NULL),
                  "OK");
    assert_string_equal(url, "https://v.ap-southeast-5.example/sgx/certification/v4/");
    assert_false(listed);
}

static void refuses_what_is_no_region(void **state)
{
    static const char *const cases[] = {
        "",
        "cn",
        "cn-",
        "c-beijing",
        "cnx-a",
        "cn-beijing-",
        "cn--x",
        "CN-beijing",
        "cn-bei1",
        "cn-a.evil/",
        "cn-a@evil",
        "cn-a b",
        "cn-a\nb",
        "../x",
        "cn-\xc3\xa9",
        "cn-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char url[PCS_URL_SIZE];

        print_message("#  %zu\n", i);
        assert_status(pcs_region_url("f", span_of(regions), cases[i], false, url, NULL, NULL),
                      "PCS_REGION_BAD");
    }
}

static void refuses_a_platform_file_with_mistakes(void **state)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        { "", "PCS_REGION_BAD" },
        { "pccs_vpc_host = v.{region}\n", "PCS_REGION_BAD" },
        { "pccs_host = https://p.{region}/\n", "CONF_BAD_VALUE" },
        { "pccs_host = \n", "CONF_BAD_VALUE" },
        { "pccs_host = p.{region\n", "CONF_BAD_VALUE" },
        { "pccs_region = Beijing\n", "CONF_BAD_VALUE" },
        { "public = https://p.{region}/\n", "CONF_UNKNOWN_KEY" },
        { "pccs_host\n", "CONF_SYNTAX" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char url[PCS_URL_SIZE];

        print_message("#  %zu\n", i);
        assert_status(pcs_region_url("f", span_of(cases[i].text), "cn-beijing", false, url, NULL,
                                     NULL),
                      cases[i].expected);
    }
}

/* The file that is installed, as the manual of the first cloud has the addresses. */
static void the_shipped_regions_are_those_of_alibaba_cloud(void **state)
{
    const char *top = getenv("top_srcdir");
    char url[PCS_URL_SIZE], given[1024], *folder;
    bool listed = false;

    (void)state;
    (void)snprintf(given, sizeof(given), "%s/contrib", top != NULL ? top : ".");
    folder = realpath(given, NULL);
    assert_non_null(folder);
    assert_status(pcs_region_url_load("/nonexistent", folder, "cn-beijing", false, url, &listed,
                                      NULL),
                  "OK");
    assert_true(listed);
    assert_string_equal(url,
                        "https://sgx-dcap-server.cn-beijing.aliyuncs.com/sgx/certification/v4/");
    assert_status(pcs_region_url_load(folder, "/nonexistent", "cn-nanjing", true, url, &listed,
                                      NULL),
                  "OK");
    assert_false(listed);
    assert_string_equal(
        url, "https://sgx-dcap-server-vpc.cn-nanjing.aliyuncs.com/sgx/certification/v4/");
    assert_status(pcs_region_url_load("/nonexistent", "/nonexistent", "cn-beijing", true, url,
                                      &listed, NULL),
                  "FILE_MISSING");
    free(folder);
}

static void write_platform(const char *top, const char *folder, const char *name, const char *text)
{
    struct text path = { 0 };

    text_addf(&path, "%s/%s/platforms.d", top, folder);
    assert_int_equal(file_make_folders(text_string(&path)), 0);
    text_addf(&path, "/%s", name);
    assert_status(file_replace(text_string(&path), span_of(text), 0644, NULL), "OK");
    text_free(&path);
}

/* The address for cn-east from the folders etc and usr below top. */
static enum tdx_status region_of(const char *top, char url[static PCS_URL_SIZE], bool *listed,
                                 struct tdx_error *err)
{
    char conf[64], data[64];

    (void)snprintf(conf, sizeof(conf), "%s/etc", top);
    (void)snprintf(data, sizeof(data), "%s/usr", top);
    return pcs_region_url_load(conf, data, "cn-east", false, url, listed, err);
}

static void a_file_of_the_site_replaces_the_shipped_one(void **state)
{
    char top[] = "/tmp/test_pcs.XXXXXX", url[PCS_URL_SIZE];
    struct text command = { 0 };
    struct tdx_error err = { 0 };
    bool listed = true;

    (void)state;
    assert_non_null(mkdtemp(top));
    write_platform(top, "usr", "a.conf", "pccs_host = a.{region}\n");
    write_platform(top, "usr", "b.conf", "pccs_host = b.{region}\npccs_region = cn-north\n");
    write_platform(top, "usr", "c.conf~", "this is no platform file\n");
    assert_status(region_of(top, url, &listed, NULL), "OK");
    assert_string_equal(url, "https://a.cn-east/sgx/certification/v4/");
    assert_false(listed);
    write_platform(top, "etc", "b.conf", "pccs_region = cn-east\npccs_host = site.{region}\n");
    assert_status(region_of(top, url, &listed, NULL), "OK");
    assert_string_equal(url, "https://site.cn-east/sgx/certification/v4/");
    assert_true(listed);
    write_platform(top, "etc", "a.conf", "vendor = A\npcs_host = a\n");
    assert_status(region_of(top, url, &listed, &err), "CONF_UNKNOWN_KEY");
    assert_non_null(strstr(err.detail, "/etc/platforms.d/a.conf"));
    text_addf(&command, "rm -r %s", top);
    assert_int_equal(system(text_string(&command)), 0);
    text_free(&command);
}

static void knows_the_region_of_a_host(void **state)
{
    static const struct {
        const char *pattern, *host, *region; /* NULL: it is not of that form */
    } cases[] = {
        { "p.{region}.x", "p.cn-beijing.x", "cn-beijing" },
        { "p.{region}.x", "P.CN-Beijing.X", "cn-beijing" },
        { "e-{region}.o-{region}-i.x", "e-ap-southeast-5.o-ap-southeast-5-i.x", "ap-southeast-5" },
        { "e-{region}.o-{region}.x", "e-cn-beijing.o-cn-hangzhou.x", NULL },
        { "p.{region}.x", "p.cn-beijing.y", NULL },
        { "p.{region}.x", "p.cn-beijing.x.evil", NULL },
        { "p.{region}.x", "p..x", NULL },
        { "p.{region}.x", "p.beijing.x", NULL },
        { "p.{region}.x", "q", NULL },
        { "{region}", "cn-beijing", "cn-beijing" },
        { "p.x", "p.x", "" },
        { "p.x", "p.xy", NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char region[PLATFORM_REGION_SIZE];
        bool matches = platform_host_region(cases[i].pattern, cases[i].host, region);

        print_message("#  %s\n", cases[i].host);
        assert_int_equal(matches, cases[i].region != NULL);
        if (matches)
            assert_string_equal(region, cases[i].region);
    }
}

static void each_key_has_its_form(void **state)
{
    static const struct {
        const char *key, *value;
        bool sound;
    } cases[] = {
        { "profile", "aliyun", true },
        { "profile", "two words", false },
        { "vendor", "Alibaba Cloud", true },
        { "vendor", "", false },
        { "metadata_url", "http://100.100.100.200/latest/", true },
        { "metadata_url", "http://127.0.0.1:8080/", true },
        { "metadata_url", "https://100.100.100.200/latest/", false },
        { "metadata_url", "http://metadata.example/latest/", false },
        { "metadata_url", "http://100.100.100.200", false },
        { "metadata_url", "http://100.100.100.200/latest", false },
        { "metadata_url", "http://100.100.100.200:0/", false },
        { "metadata_url", "http://100.100.100.200:65536/", false },
        { "metadata_url", "http://100.100.100.200:/", false },
        { "metadata_url", "http://100.100.100.200.1/", false },
        { "metadata_url", "http://1.2.3.4@evil/", false },
        { "metadata_url", "http://1.2.3.4/a?b/", false },
        { "metadata_url", "http://1.2.3.4/a b/", false },
        { "kernel_minimum", "al8 5.10.134-16.al8", true },
        { "kernel_minimum", "al8", false },
        { "kernel_minimum", "al8 1 2", false },
        { "instance_family", "ecs.g8i any", true },
        { "instance_family", "ecs.g8i", false },
        { "instance_unsupported", "ecs.g7", true },
        { "instance_unsupported", "ecs.g7 xlarge", false },
        { "accelerator_family", "ecs.gn8v", true },
        { "accelerator_family", "", false },
        { "region", "us-central1", true },
        { "region", "a b", false },
        { "pccs_region", "cn-beijing", true },
        { "pccs_region", "us-central1", false },
        { "pccs_host", "p.{region}.x", true },
        { "pccs_host", ".x", false },
        { "pccs_vpc_host", "p", true },
        { "pccs_vpc_host", "p/", false },
        { "repository_host", "e-{region}.o-{region}.x", true },
        { "repository_host", "p x", false },
        { "unsupported_device", "1ded:107f an eRDMA device", true },
        { "unsupported_device", "1ded:107f", false },
        { "unsupported_device", "1DED:107f words", false },
        { "unsupported_device", "1ded107f words", false },
    };
    char longest[PLATFORM_VALUE_SIZE + 1];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct conf_line line = { "f", 7, cases[i].key, cases[i].value };
        struct tdx_error err = { 0 };

        print_message("#  %s = %s\n", cases[i].key, cases[i].value);
        assert_status(platform_line_check(&line, &err), cases[i].sound ? "OK" : "CONF_BAD_VALUE");
        if (!cases[i].sound)
            assert_non_null(strstr(err.detail, "7"));
    }
    memset(longest, 'a', sizeof(longest));
    longest[PLATFORM_VALUE_SIZE] = '\0';
    assert_status(platform_line_check(&(struct conf_line){ "f", 7, "vendor", longest }, NULL),
                  "CONF_BAD_VALUE");
    assert_status(platform_line_check(&(struct conf_line){ "f", 7, "Vendor", "x" }, NULL),
                  "CONF_UNKNOWN_KEY");
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
        cmocka_unit_test(knows_public_and_vpc_addresses_of_a_region),
        cmocka_unit_test(refuses_what_is_no_region),
        cmocka_unit_test(refuses_a_platform_file_with_mistakes),
        cmocka_unit_test(the_shipped_regions_are_those_of_alibaba_cloud),
        cmocka_unit_test(a_file_of_the_site_replaces_the_shipped_one),
        cmocka_unit_test(knows_the_region_of_a_host),
        cmocka_unit_test(each_key_has_its_form),
    };

    return cmocka_run_group_tests_name("pcs", tests, NULL, NULL);
}
