/* SPDX-License-Identifier: Apache-2.0 */
/* The checks on the cloud, and those that the cloud's data decide: each verdict they can give. */
#include <stdio.h>
#include <string.h>

#include "core/base/span_text.h"
#include "healthcheck/metadata.h"
#include "healthcheck/platform.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/health_rows.h"

#define SITE    "file:" TDX_CONFDIR "/platforms.d/"
#define SHIPPED "file:" TDX_DATADIR "/platforms.d/"
#define CPUINFO "file:/proc/cpuinfo"
#define CMDLINE "file:/proc/cmdline"
#define VENDOR  "file:/sys/class/dmi/id/sys_vendor"
#define PRODUCT "file:/sys/class/dmi/id/product_name"
#define PCI     "/sys/bus/pci/devices"
#define GPU     "file:" PCI "/0000:00:07.0/"
#define SWIOTLB "probe:swiotlb"
#define LOG     "probe:kernel_log"
#define CONFIG  "file:/boot/config-5.10.134-19.al8.x86_64"

static const char alibaba[] = "profile = aliyun\n"
                              "vendor = Alibaba Cloud\n"
                              "metadata_url = http://100.100.100.200/latest/\n"
                              "instance_family = ecs.g8i xlarge\n"
                              "instance_family = ecs.ebmg8i any\n"
                              "instance_family = ecs.odd huge\n"
                              "instance_unsupported = ecs.g7\n"
                              "accelerator_family = ecs.gn8v\n"
                              "region = cn-beijing\n"
                              "unsupported_device = 1ded:107f an eRDMA interface\n";

/* A TD on Alibaba Cloud, with a service that wants a token. */
static const struct health_fact well[] = {
    { CPUINFO, "flags\t\t: fpu tdx_guest\n" },
    { SHIPPED "alibaba-cloud.conf", alibaba },
    { SHIPPED "google.conf", "profile = gcp\nvendor = Google\n" },
    { VENDOR, "Alibaba Cloud\n" },
    { PRODUCT, "Alibaba Cloud ECS\n" },
    { "probe:imds", "verdict=token\nurl=http://100.100.100.200/latest/\ndetail=\n" },
    { METADATA_REGION, "cn-beijing" },
    { METADATA_ZONE, "cn-beijing-i" },
    { METADATA_TYPE, "ecs.g8i.xlarge" },
    { METADATA_IDENTITY, "{\"zone-id\":\"cn-beijing-i\"}" },
    { CMDLINE, "root=/dev/vda3 quiet" },
    { "file:/proc/sys/kernel/osrelease", "5.10.134-19.al8.x86_64\n" },
    { CONFIG, "CONFIG_INTEL_TDX_GUEST=y\n" },
    { LOG, "" },
    { SWIOTLB, "log_boot=1\nlog_tdx=1\nnics=2\nqueues=8\n" },
    { "list:" PCI, "0000:00:07.0" },
    { "list:/sys/class/infiniband", "!absent" },
    { "file:/proc/modules", "tdx_guest 16384 0 - Live 0x0\n" },
    { GPU "vendor", "0x1af4\n" },
    { GPU "device", "0x1000\n" },
    { GPU "class", "0x020000\n" },
};

#define VERDICT(word, detail)                                                                      \
    "verdict=" word "\nurl=http://100.100.100.200/latest/\ndetail=" detail "\n"

#define NO_TD                                                                                      \
    {                                                                                              \
        CPUINFO, "flags : fpu\n"                                                                   \
    }

/* clang-format off */
static const struct health_row rows[] = {
    /* cloud.platforms */
    { "every line is understood", "cloud.platforms", CHECK_PASS, NULL, "2 files", { { 0 } } },
    { "an unknown key", "cloud.platforms", CHECK_FAIL, "CONF_UNKNOWN_KEY", "site.conf, line 2: \"vendr\"", { { SITE "site.conf", "profile = x\nvendr = y\n" } } },
    { "a value that cannot be one", "cloud.platforms", CHECK_FAIL, "CONF_BAD_VALUE", "line 1: metadata_url", { { SITE "site.conf", "metadata_url = http://example.com/\n" } } },
    { "no key at all", "cloud.platforms", CHECK_FAIL, "CONF_SYNTAX", "line 1", { { SITE "site.conf", "hello\n" } } },
    { "a broken file that the site has replaced", "cloud.platforms", CHECK_PASS, NULL, "3 files", { { SHIPPED "x.conf", "hello\n" }, { SITE "x.conf", "vendor = X\n" } } },
    { "a file for root only", "cloud.platforms", CHECK_ERROR, "permission", NULL, { { SITE "site.conf", "!denied" } } },
    { "a file that cannot be read", "cloud.platforms", CHECK_ERROR, "unreadable", NULL, { { SITE "site.conf", "!failed it is a folder" } } },
    { "no files", "cloud.platforms", CHECK_ERROR, "no_data", NULL, { { SHIPPED "alibaba-cloud.conf", "!absent" }, { SHIPPED "google.conf", "!absent" } } },
    /* cloud.imds */
    { "a token", "cloud.imds", CHECK_PASS, NULL, "with a token", { { 0 } } },
    { "no token", "cloud.imds", CHECK_WARN, "insecure", NULL, { { "probe:imds", VERDICT("insecure", "") } } },
    { "not a known cloud", "cloud.imds", CHECK_SKIP, "no_platform", NULL, { { "probe:imds", VERDICT("no_platform", "") } } },
    { "nobody answers", "cloud.imds", CHECK_SKIP, "unreachable", NULL, { { "probe:imds", VERDICT("unreachable", "") } } },
    { "it refuses", "cloud.imds", CHECK_SKIP, "disabled", "(status 403)", { { "probe:imds", VERDICT("disabled", "status 403") } } },
    { "slow", "cloud.imds", CHECK_ERROR, "timeout", NULL, { { "probe:imds", VERDICT("timeout", "") } } },
    { "broken off", "cloud.imds", CHECK_ERROR, "cut_off", NULL, { { "probe:imds", VERDICT("cut_off", "") } } },
    { "endless", "cloud.imds", CHECK_ERROR, "too_large", NULL, { { "probe:imds", VERDICT("too_large", "") } } },
    { "a redirect", "cloud.imds", CHECK_ERROR, "redirect", "(status 302)", { { "probe:imds", VERDICT("redirect", "status 302") } } },
    { "failed inside", "cloud.imds", CHECK_ERROR, "server_error", NULL, { { "probe:imds", VERDICT("server_error", "") } } },
    { "no HTTP", "cloud.imds", CHECK_ERROR, "garbage", NULL, { { "probe:imds", VERDICT("garbage", "") } } },
    { "a word of another version", "cloud.imds", CHECK_ERROR, "garbage", NULL, { { "probe:imds", VERDICT("new", "") } } },
    { "--no-network", "cloud.imds", CHECK_SKIP, "no_network", NULL, { { "probe:imds", "!no_network" } } },
    /* the items */
    { "a region with TDX", "cloud.region", CHECK_PASS, NULL, "cn-beijing", { { 0 } } },
    { "a region that is not listed", "cloud.region", CHECK_WARN, "unknown_region", "cn-nanjing", { { METADATA_REGION, "cn-nanjing" } } },
    { "a region, but nobody answers", "cloud.region", CHECK_SKIP, "prerequisite", "cloud.imds is SKIP", { { "probe:imds", VERDICT("unreachable", "") } } },
    { "a region over the insecure service", "cloud.region", CHECK_PASS, NULL, NULL, { { "probe:imds", VERDICT("insecure", "") } } },
    { "a zone", "cloud.zone", CHECK_INFO, NULL, "cn-beijing-i", { { 0 } } },
    { "no zone", "cloud.zone", CHECK_SKIP, "no_item", NULL, { { METADATA_ZONE, "!absent" } } },
    { "a zone that was garbage", "cloud.zone", CHECK_ERROR, "unreadable", NULL, { { METADATA_ZONE, "!failed garbage" } } },
    { "an identity document", "cloud.identity", CHECK_INFO, NULL, "available, 26 bytes", { { 0 } } },
    { "no identity document", "cloud.identity", CHECK_INFO, NULL, "no identity document", { { METADATA_IDENTITY, "!absent" } } },
    { "an identity document that was garbage", "cloud.identity", CHECK_ERROR, "unreadable", NULL, { { METADATA_IDENTITY, "!failed garbage" } } },
    /* cloud.instance_type */
    { "the smallest size", "cloud.instance_type", CHECK_PASS, NULL, "ecs.g8i.xlarge", { { 0 } } },
    { "a larger size", "cloud.instance_type", CHECK_PASS, NULL, NULL, { { METADATA_TYPE, "ecs.g8i.2xlarge" } } },
    { "a size of two digits", "cloud.instance_type", CHECK_PASS, NULL, NULL, { { METADATA_TYPE, "ecs.g8i.48xlarge" } } },
    { "any size", "cloud.instance_type", CHECK_PASS, NULL, NULL, { { METADATA_TYPE, "ecs.ebmg8i.nothing" } } },
    { "a size too small", "cloud.instance_type", CHECK_FAIL, "too_small", "smaller than ecs.g8i.xlarge", { { METADATA_TYPE, "ecs.g8i.large" } } },
    { "a family without TDX", "cloud.instance_type", CHECK_FAIL, "unsupported", NULL, { { METADATA_TYPE, "ecs.g7.xlarge" } } },
    { "an unknown family", "cloud.instance_type", CHECK_WARN, "unknown_family", NULL, { { METADATA_TYPE, "ecs.g99.xlarge" } } },
    { "a family that only begins alike", "cloud.instance_type", CHECK_WARN, "unknown_family", NULL, { { METADATA_TYPE, "ecs.g8ise.xlarge" } } },
    { "no family", "cloud.instance_type", CHECK_WARN, "unknown_family", NULL, { { METADATA_TYPE, "g8i" } } },
    { "an unknown size", "cloud.instance_type", CHECK_WARN, "unknown_size", NULL, { { METADATA_TYPE, "ecs.g8i.0xlarge" } } },
    { "a size without end", "cloud.instance_type", CHECK_WARN, "unknown_size", NULL, { { METADATA_TYPE, "ecs.g8i.99999999999999999999xlarge" } } },
    { "a smallest size that is none", "cloud.instance_type", CHECK_WARN, "unknown_size", NULL, { { METADATA_TYPE, "ecs.odd.xlarge" } } },
    { "an unknown family, and no TD", "cloud.instance_type", CHECK_INFO, NULL, "does not list the family", { { METADATA_TYPE, "ecs.c6.xlarge" }, NO_TD } },
    { "a family without TDX, and no TD", "cloud.instance_type", CHECK_INFO, NULL, NULL, { { METADATA_TYPE, "ecs.g7.xlarge" }, NO_TD } },
    { "a family with TDX, and no TD", "cloud.instance_type", CHECK_PASS, NULL, NULL, { NO_TD } },
    { "no type", "cloud.instance_type", CHECK_SKIP, "no_item", NULL, { { METADATA_TYPE, "!absent" } } },
    { "a type that was garbage", "cloud.instance_type", CHECK_ERROR, "unreadable", NULL, { { METADATA_TYPE, "!failed garbage" } } },
    /* cpu.vendor_profile */
    { "Alibaba Cloud", "cpu.vendor_profile", CHECK_INFO, NULL, "aliyun (Alibaba Cloud, Alibaba Cloud ECS)", { { 0 } } },
    { "another cloud", "cpu.vendor_profile", CHECK_INFO, NULL, "gcp (Google)", { { VENDOR, "Google\n" }, { PRODUCT, "!absent" } } },
    { "no cloud", "cpu.vendor_profile", CHECK_INFO, NULL, "generic (QEMU, PC)", { { VENDOR, "QEMU\n" }, { PRODUCT, "PC\n" } } },
    { "a silent firmware", "cpu.vendor_profile", CHECK_INFO, NULL, "aliyun (the firmware names no vendor)", { { VENDOR, "!absent" } } },
    { "a silent firmware, a silent cloud", "cpu.vendor_profile", CHECK_INFO, NULL, "generic (the firmware", { { VENDOR, "!absent" }, { "probe:imds", VERDICT("unreachable", "") } } },
    { "a firmware for root only", "cpu.vendor_profile", CHECK_ERROR, "permission", NULL, { { VENDOR, "!denied" } } },
    { "a vendor that is no text", "cpu.vendor_profile", CHECK_INFO, NULL, "generic (\\x1b[2J)", { { VENDOR, "\x1b[2J" }, { PRODUCT, "!absent" } } },
    /* kernel.log */
    { "the log names TDX", "kernel.log", CHECK_PASS, NULL, NULL, { { 0 } } },
    { "the log does not name TDX", "kernel.log", CHECK_INFO, NULL, "does not name TDX", { { SWIOTLB, "log_boot=1\nlog_tdx=0\n" } } },
    { "the log has lost its beginning", "kernel.log", CHECK_INFO, NULL, "no longer reaches back", { { SWIOTLB, "log_boot=0\nlog_tdx=0\n" } } },
    { "the log is root's", "kernel.log", CHECK_ERROR, "permission", NULL, { { LOG, "!denied" } } },
    { "no log", "kernel.log", CHECK_ERROR, "unreadable", NULL, { { LOG, "!absent" } } },
    /* mem.init_on_free */
    { "not wiped", "mem.init_on_free", CHECK_INFO, NULL, "no", { { 0 } } },
    { "wiped", "mem.init_on_free", CHECK_INFO, NULL, "yes", { { CMDLINE, "init_on_free=1" } } },
    { "wiped on Google Cloud", "mem.init_on_free", CHECK_WARN, "boot_loop", NULL, { { VENDOR, "Google" }, { CMDLINE, "quiet init_on_free=on" } } },
    { "wiped as built, on Google Cloud", "mem.init_on_free", CHECK_WARN, "boot_loop", NULL, { { VENDOR, "Google" }, { CONFIG, "CONFIG_INIT_ON_FREE_DEFAULT_ON=y\n" } } },
    { "wiped as built, switched off", "mem.init_on_free", CHECK_INFO, NULL, "no", { { VENDOR, "Google" }, { CONFIG, "CONFIG_INIT_ON_FREE_DEFAULT_ON=y\n" }, { CMDLINE, "init_on_free=0" } } },
    { "the last word counts", "mem.init_on_free", CHECK_INFO, NULL, "yes", { { CMDLINE, "init_on_free=0 init_on_free=1 init_on_free=maybe" } } },
    { "no command line", "mem.init_on_free", CHECK_ERROR, "unreadable", NULL, { { CMDLINE, "!absent" } } },
    /* hw.* */
    { "two cards", "hw.nics", CHECK_INFO, NULL, "network cards: 2, queues: 8", { { 0 } } },
    { "cards that cannot be seen", "hw.nics", CHECK_SKIP, "no_net", NULL, { { SWIOTLB, "log_boot=1\n" } } },
    { "no eRDMA", "hw.erdma", CHECK_PASS, NULL, NULL, { { 0 } } },
    { "an eRDMA card", "hw.erdma", CHECK_WARN, "unsupported_device", "an eRDMA interface", { { GPU "vendor", "0x1ded\n" }, { GPU "device", "0x107f\n" } } },
    { "an eRDMA device by its driver", "hw.erdma", CHECK_WARN, "unsupported_device", "/sys/class/infiniband", { { "list:/sys/class/infiniband", "erdma_0" } } },
    { "the module erdma", "hw.erdma", CHECK_WARN, "unsupported_device", "module", { { "file:/proc/modules", "erdma 16384 0 - Live 0x0\n" } } },
    { "a module that only begins alike", "hw.erdma", CHECK_PASS, NULL, NULL, { { "file:/proc/modules", "erdma_not 16384 0 - Live 0x0\n" } } },
    { "no PCI bus", "hw.erdma", CHECK_SKIP, "no_pci", NULL, { { "list:" PCI, "!absent" } } },
    { "a PCI bus for root only", "hw.erdma", CHECK_ERROR, "permission", NULL, { { "list:" PCI, "!denied" } } },
    { "no accelerator", "hw.accelerator", CHECK_PASS, NULL, NULL, { { 0 } } },
    { "an accelerator", "hw.accelerator", CHECK_WARN, "accelerator", "vendor 10de", { { GPU "vendor", "0x10de" }, { GPU "class", "0x030200" } } },
    { "a display of the usual maker", "hw.accelerator", CHECK_WARN, "accelerator", NULL, { { GPU "vendor", "0x10de" }, { GPU "class", "0x030000" } } },
    { "the display of every virtual machine", "hw.accelerator", CHECK_PASS, NULL, NULL, { { GPU "vendor", "0x1234" }, { GPU "class", "0x030000" } } },
    { "an accelerator in its family", "hw.accelerator", CHECK_INFO, NULL, "ecs.gn8v offers", { { GPU "vendor", "0x10de" }, { GPU "class", "0x030200" }, { METADATA_TYPE, "ecs.gn8v.4xlarge" } } },
    { "an accelerator in a family that begins alike", "hw.accelerator", CHECK_WARN, "accelerator", NULL, { { GPU "vendor", "0x10de" }, { GPU "class", "0x030200" }, { METADATA_TYPE, "ecs.gn8vx.4xlarge" } } },
    { "an accelerator, and nobody says where", "hw.accelerator", CHECK_WARN, "accelerator", NULL, { { GPU "vendor", "0x10de" }, { GPU "class", "0x120000" }, { METADATA_TYPE, "!absent" } } },
    { "no PCI bus for accelerators", "hw.accelerator", CHECK_SKIP, "no_pci", NULL, { { "list:" PCI, "!absent" } } },
    { "accelerators for root only", "hw.accelerator", CHECK_ERROR, "permission", NULL, { { "list:" PCI, "!denied" } } },
    /* ops.disk_snapshot */
    { "a reminder", "ops.disk_snapshot", CHECK_INFO, NULL, "system disk", { { 0 } } },
    { "no reminder without a TD", "ops.disk_snapshot", CHECK_SKIP, "prerequisite", NULL, { NO_TD } },
};
/* clang-format on */

static void each_verdict_has_its_reason(void **state)
{
    (void)state;
    health_check_rows(well, COUNT_OF(well), rows, COUNT_OF(rows), true, 1);
}

static void an_image_has_no_cloud(void **state)
{
    struct facts *facts = facts_new();
    struct report report;

    (void)state;
    assert_non_null(facts);
    health_apply(facts, well, COUNT_OF(well));
    report = health_report(facts, "cloud", false, 1);
    assert_int_equal(health_finding(&report, "cloud.platforms")->status, CHECK_PASS);
    assert_string_equal(health_finding(&report, "cloud.imds")->reason, "offline");
    assert_string_equal(health_finding(&report, "cloud.instance_type")->reason, "offline");
    report_free(&report);
    facts_free(facts);
}

/* No word of the metadata service makes another check's FAIL a PASS. */
static void a_hint_mends_nothing(void **state)
{
    static const struct health_fact broken[] = {
        { CPUINFO, "flags : fpu\n" },
        { "file:/proc/sys/kernel/osrelease", "5.10.134-1.al8.x86_64\n" },
        { SHIPPED "alibaba-cloud.conf", "kernel_minimum = al8 5.10.134-16.al8\n" },
        { VENDOR, "Alibaba Cloud\n" },
    };
    static const struct health_fact hints[] = {
        { "probe:imds", VERDICT("token", "") },
        { METADATA_REGION, "cn-beijing" },
        { METADATA_TYPE, "ecs.g8i.48xlarge" },
        { METADATA_IMAGE, "aliyun_3_x64_20G_alibase_20250117.vhd" },
        { METADATA_IDENTITY, "{}" },
    };
    struct facts *facts = facts_new();
    struct report without, with;

    (void)state;
    assert_non_null(facts);
    health_apply(facts, broken, COUNT_OF(broken));
    without = health_report(facts, NULL, true, 1);
    health_apply(facts, hints, COUNT_OF(hints));
    with = health_report(facts, NULL, true, 1);
    assert_int_equal(health_finding(&with, "cpu.tdx_guest")->status, CHECK_FAIL);
    assert_int_equal(health_finding(&with, "kernel.version")->status, CHECK_FAIL);
    assert_int_equal(with.count, without.count);
    for (size_t i = 0; i < with.count; i++)
        if (without.entries[i].finding.status == CHECK_FAIL)
            assert_int_equal(with.entries[i].finding.status, CHECK_FAIL);
    report_free(&without);
    report_free(&with);
    facts_free(facts);
}

static void a_file_of_the_site_replaces_the_shipped_one(void **state)
{
    static const struct health_fact files[] = {
        { "probe:platform_folder", "/srv/data" },
        { "file:/srv/data/a.conf", "vendor = shipped a\n" },
        { "file:/srv/data/b.conf", "vendor = shipped b\nnonsense = 1\nvendor = behind it\n" },
        { "file:/srv/data/c.conf", "vendor = shipped c\n" },
        { SITE "a.conf", "vendor = site a\n" },
        { SITE "c.conf", "!denied" },
        { SHIPPED "d.conf", "vendor = of another folder\n" },
    };
    static const char *const expected[] = { "site a", "shipped b", "behind it" };
    struct facts *facts = facts_new();
    char value[PLATFORM_LINE_SIZE];
    const char *file = NULL;
    unsigned at = 0;

    (void)state;
    assert_non_null(facts);
    health_apply(facts, files, COUNT_OF(files));
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        assert_true(platform_next(facts, "vendor", &at, value, &file));
        assert_string_equal(value, expected[i]);
    }
    assert_string_equal(file, "/srv/data/b.conf");
    assert_false(platform_next(facts, "vendor", &at, value, &file));
    assert_true(platform_lists(facts, "vendor", "shipped b"));
    assert_false(platform_lists(facts, "vendor", "shipped c"));
    facts_free(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_verdict_has_its_reason),
        cmocka_unit_test(an_image_has_no_cloud),
        cmocka_unit_test(a_hint_mends_nothing),
        cmocka_unit_test(a_file_of_the_site_replaces_the_shipped_one),
    };

    return cmocka_run_group_tests_name("health_cloud", tests, NULL, NULL);
}
