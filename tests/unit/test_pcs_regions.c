/* SPDX-License-Identifier: Apache-2.0 */
/* Where a region of a cloud has its PCCS, and the files that say so. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/platform_conf.h"
#include "core/base/span_text.h"
#include "core/collateral/pcs_regions.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/scratch.h"

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

/* The address for cn-east from the folders etc and usr. */
static enum tdx_status region_of(char url[static PCS_URL_SIZE], bool *listed, struct tdx_error *err)
{
    char conf[SCRATCH_PATH_SIZE], data[SCRATCH_PATH_SIZE];

    return pcs_region_url_load(scratch_path("/etc", conf), scratch_path("/usr", data), "cn-east",
                               false, url, listed, err);
}

static void a_file_of_the_site_replaces_the_shipped_one(void **state)
{
    char url[PCS_URL_SIZE];
    struct tdx_error err = { 0 };
    bool listed = true;

    (void)state;
    scratch_put("/usr/platforms.d/a.conf", "pccs_host = a.{region}\n");
    scratch_put("/usr/platforms.d/b.conf", "pccs_host = b.{region}\npccs_region = cn-north\n");
    scratch_put("/usr/platforms.d/c.conf~", "this is no platform file\n");
    assert_status(region_of(url, &listed, NULL), "OK");
    assert_string_equal(url, "https://a.cn-east/sgx/certification/v4/");
    assert_false(listed);
    scratch_put("/etc/platforms.d/b.conf", "pccs_region = cn-east\npccs_host = site.{region}\n");
    assert_status(region_of(url, &listed, NULL), "OK");
    assert_string_equal(url, "https://site.cn-east/sgx/certification/v4/");
    assert_true(listed);
    scratch_put("/etc/platforms.d/a.conf", "vendor = A\npcs_host = a\n");
    assert_status(region_of(url, &listed, &err), "CONF_UNKNOWN_KEY");
    assert_non_null(strstr(err.detail, "/etc/platforms.d/a.conf"));
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
        cmocka_unit_test(knows_public_and_vpc_addresses_of_a_region),
        cmocka_unit_test(refuses_what_is_no_region),
        cmocka_unit_test(refuses_a_platform_file_with_mistakes),
        cmocka_unit_test(the_shipped_regions_are_those_of_alibaba_cloud),
        cmocka_unit_test_setup_teardown(a_file_of_the_site_replaces_the_shipped_one, scratch_make,
                                        scratch_remove),
        cmocka_unit_test(knows_the_region_of_a_host),
        cmocka_unit_test(each_key_has_its_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
