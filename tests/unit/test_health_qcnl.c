/* SPDX-License-Identifier: Apache-2.0 */
/* The checks on the qcnl file and on the cache of Intel's library, each verdict they can give. */
#include <string.h>

#include "core/collateral/qcnl_conf.h"
#include "healthcheck/metadata.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/health_rows.h"

#define CONF   "file:" QCNL_CONF_PATH
#define VENDOR "file:/sys/class/dmi/id/sys_vendor"
#define HOST   "https://sgx-dcap-server.cn-beijing.aliyuncs.com"
#define VPC    "https://sgx-dcap-server-vpc.cn-beijing.aliyuncs.com"
#define V4     "/sgx/certification/v4/"
#define ROOT   "/root/.dcap-qcnl"
#define SHARED "/tmp/.dcap-qcnl"

static const struct health_fact base[] = {
    { "file:/proc/cpuinfo", "flags\t\t: fpu tdx_guest\n" },
    { "probe:qcnl_path", QCNL_CONF_PATH },
    { CONF, "PCCS_URL=" HOST V4 "\nUSE_SECURE_CERT=TRUE\n" },
    { VENDOR, "Alibaba Cloud\n" },
    { METADATA_REGION, "cn-beijing" },
    { "file:" TDX_CONFDIR "/platforms.d/x.conf",
      "profile = aliyun\nvendor = Alibaba Cloud\n"
      "pccs_host = sgx-dcap-server.{region}.aliyuncs.com\n"
      "pccs_vpc_host = sgx-dcap-server-vpc.{region}.aliyuncs.com\n" },
    { "probe:qcnl_caches", ROOT "\n" SHARED "\n" },
    { "stat:" ROOT, "!absent" },
    { "stat:" SHARED, "!absent" },
};

#define JSON(url) "{\"pccs_url\": \"" url "\"}"

/* clang-format off */
static const struct health_row rows[] = {
    { "lines", "qcnl.format", CHECK_PASS, NULL, "KEY=VALUE", { { 0 } } },
    { "JSON", "qcnl.format", CHECK_PASS, NULL, "JSON", { { CONF, JSON(HOST V4) } } },
    { "no file", "qcnl.format", CHECK_INFO, NULL, "no such file", { { CONF, "!absent" } } },
    { "both forms", "qcnl.format", CHECK_WARN, "mixed", "in force is " HOST V4,
      { { CONF, JSON("https://localhost:8081" V4) "\nPCCS_URL=" HOST V4 "\n" } } },
    { "a comma too many", "qcnl.format", CHECK_FAIL, "QCNL_JSON_BAD", "in force is https://localhost:8081",
      { { CONF, "{\"pccs_url\": \"" HOST V4 "\",}" } } },
    { "a bad value", "qcnl.format", CHECK_FAIL, "QCNL_BAD_VALUE", "RETRY_TIMES",
      { { CONF, "RETRY_TIMES=often\n" } } },
    { "root's file", "qcnl.format", CHECK_ERROR, "permission", NULL, { { CONF, "!denied" } } },
    { "no TD", "qcnl.format", CHECK_SKIP, "prerequisite", NULL,
      { { "file:/proc/cpuinfo", "flags : fpu\n" } } },
    { "a server of a region", "qcnl.url", CHECK_PASS, NULL, HOST, { { 0 } } },
    { "the collateral service counts", "qcnl.url", CHECK_PASS, NULL, "api.trustedservices",
      { { CONF, "PCCS_URL=http://x/\nCOLLATERAL_SERVICE=https://api.trustedservices.intel.com" V4 } } },
    { "no file", "qcnl.url", CHECK_INFO, NULL, NULL, { { CONF, "!absent" } } },
    { "no encryption", "qcnl.url", CHECK_FAIL, "plain_http", NULL,
      { { CONF, "PCCS_URL=http://pccs.example" V4 } } },
    { "the default of the package, on a cloud", "qcnl.url", CHECK_FAIL, "localhost", NULL,
      { { CONF, JSON("https://localhost:8081" V4) } } },
    { "no address, on a cloud", "qcnl.url", CHECK_FAIL, "localhost", NULL, { { CONF, "# none\n" } } },
    { "IPv6, on a cloud", "qcnl.url", CHECK_FAIL, "localhost", NULL,
      { { CONF, "PCCS_URL=https://[::1]:8081" V4 } } },
    { "one's own PCCS elsewhere", "qcnl.url", CHECK_PASS, NULL, NULL,
      { { CONF, JSON("https://localhost:8081" V4) }, { VENDOR, "QEMU\n" },
        { "file:" TDX_CONFDIR "/platforms.d/x.conf", "!absent" } } },
    { "version 3", "qcnl.url", CHECK_FAIL, "version_3", NULL,
      { { CONF, "PCCS_URL=" HOST "/sgx/certification/v3/\n" } } },
    { "no slash at the end", "qcnl.url", CHECK_WARN, "no_slash", NULL,
      { { CONF, "PCCS_URL=" HOST "/sgx/certification/v4\n" } } },
    { "another path", "qcnl.url", CHECK_FAIL, "path", NULL, { { CONF, "PCCS_URL=" HOST "/sgx/\n" } } },
    { "no path", "qcnl.url", CHECK_FAIL, "path", NULL, { { CONF, "PCCS_URL=" HOST "\n" } } },
    { "no address at all", "qcnl.url", CHECK_FAIL, "PCS_URL_BAD", NULL, { { CONF, "PCCS_URL=pccs\n" } } },
    { "a broken file is named once", "qcnl.url", CHECK_SKIP, "prerequisite", "qcnl.format is FAIL",
      { { CONF, "{" } } },
    { "this region", "qcnl.region", CHECK_PASS, NULL, "cn-beijing", { { 0 } } },
    { "this region, inside the VPC", "qcnl.region", CHECK_PASS, NULL, "VPC",
      { { CONF, "PCCS_URL=" VPC V4 "\n" } } },
    { "another region", "qcnl.region", CHECK_WARN, "other_region", "cn-hongkong",
      { { METADATA_REGION, "cn-hongkong" } } },
    { "Intel's server", "qcnl.region", CHECK_SKIP, "other_server", NULL,
      { { CONF, "PCCS_URL=https://api.trustedservices.intel.com" V4 } } },
    { "no metadata", "qcnl.region", CHECK_SKIP, "region_unknown", NULL, { { METADATA_REGION, "!failed" } } },
    { "no file", "qcnl.region", CHECK_SKIP, "no_file", NULL, { { CONF, "!absent" } } },
    { "checked", "qcnl.securecert", CHECK_PASS, NULL, NULL, { { 0 } } },
    { "checked by default", "qcnl.securecert", CHECK_PASS, NULL, NULL, { { CONF, JSON(HOST V4) } } },
    { "switched off", "qcnl.securecert", CHECK_FAIL, "switched_off", "USE_SECURE_CERT",
      { { CONF, "USE_SECURE_CERT=false\n" } } },
    { "switched off in JSON", "qcnl.securecert", CHECK_FAIL, "switched_off", "use_secure_cert",
      { { CONF, "{\"use_secure_cert\": false}" } } },
    { "no file", "qcnl.securecert", CHECK_SKIP, "no_file", NULL, { { CONF, "!absent" } } },
    { "nothing was kept", "qcnl.cache", CHECK_INFO, NULL, NULL, { { 0 } } },
    { "root's", "qcnl.cache", CHECK_PASS, NULL, "2 entries, kept for 168 hours",
      { { "stat:" ROOT, "dir 0700 0 0" }, { "list:" ROOT, "a\nb" },
        { CONF, "VERIFY_COLLATERAL_CACHE_EXPIRE_HOURS=168\n" } } },
    { "anybody's", "qcnl.cache", CHECK_WARN, "not_private", "mode 0777",
      { { "stat:" ROOT, "dir 0777 0 0" } } },
    { "somebody's", "qcnl.cache", CHECK_WARN, "not_private", "uid 1000",
      { { "stat:" ROOT, "dir 0700 1000 0" } } },
    { "no folder", "qcnl.cache", CHECK_WARN, "not_private", "no folder",
      { { "stat:" ROOT, "fifo 0700 0 0" } } },
    { "the shared one", "qcnl.cache", CHECK_WARN, "in_tmp", SHARED, { { "stat:" SHARED, "dir 0700 0 0" } } },
    { "the shared one beside root's", "qcnl.cache", CHECK_WARN, "in_tmp", SHARED,
      { { "stat:" ROOT, "dir 0700 0 0" }, { "stat:" SHARED, "dir 0700 0 0" } } },
    { "root's folder, for another user", "qcnl.cache", CHECK_ERROR, "permission", NULL,
      { { "stat:" ROOT, "!denied" } } },
};
/* clang-format on */

static void every_verdict_on_the_qcnl_file(void **state)
{
    (void)state;
    health_check_rows(base, COUNT_OF(base), rows, COUNT_OF(rows), true, 1);
}

static void the_remedy_has_one_right_line_in_the_form_of_the_file(void **state)
{
    static const struct {
        const char *text, *line, *other;
    } cases[] = {
        { "{\"pccs_url\": \"" HOST V4 "\",}", "\n  \"pccs_url\": \"ADDRESS\"\n", "PCCS_URL=" },
        { "PCCS_URL=" HOST V4 "\nRETRY_TIMES=often\n", "\n  PCCS_URL=ADDRESS\n", "pccs_url" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct facts *facts = facts_new();
        struct report report;
        const char *remedy;

        health_apply(facts, base, COUNT_OF(base));
        health_apply(facts, &(struct health_fact){ CONF, cases[i].text }, 1);
        report = health_report(facts, "qcnl.format", true, 1);
        remedy = text_string(&health_finding(&report, "qcnl.format")->remedy);
        assert_non_null(strstr(remedy, cases[i].line));
        assert_null(strstr(remedy, cases[i].other));
        report_free(&report);
        facts_free(facts);
    }
}

static void another_region_s_remedy_names_both_hosts_of_the_right_one(void **state)
{
    struct facts *facts = facts_new();
    struct report report;
    const char *remedy;

    (void)state;
    health_apply(facts, base, COUNT_OF(base));
    health_apply(facts, &(struct health_fact){ METADATA_REGION, "cn-hongkong" }, 1);
    report = health_report(facts, "qcnl.region", true, 1);
    remedy = text_string(&health_finding(&report, "qcnl.region")->remedy);
    assert_non_null(strstr(remedy, "https://sgx-dcap-server-vpc.cn-hongkong.aliyuncs.com" V4));
    assert_non_null(strstr(remedy, "https://sgx-dcap-server.cn-hongkong.aliyuncs.com" V4));
    report_free(&report);
    health_apply(facts, &(struct health_fact){ METADATA_REGION, "x/../evil.example" }, 1);
    report = health_report(facts, "qcnl.region", true, 1);
    remedy = text_string(&health_finding(&report, "qcnl.region")->remedy);
    assert_null(strstr(remedy, "evil"));
    report_free(&report);
    facts_free(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verdict_on_the_qcnl_file),
        cmocka_unit_test(the_remedy_has_one_right_line_in_the_form_of_the_file),
        cmocka_unit_test(another_region_s_remedy_names_both_hosts_of_the_right_one),
    };

    return cmocka_run_group_tests_name("health_qcnl", tests, NULL, NULL);
}
