/* SPDX-License-Identifier: Apache-2.0 */
/* The checks on how the machine is operated, each verdict they can give; and what a report makes of
 * one cause: one FAIL, one line, the exit code. */
#include <string.h>

#include "core/base/span_text.h"
#include "healthcheck/report.h"
#include "pam_tdx/gate_conf.h"
#include "tests/unit/cmocka_all.h"

#define MULTI_USER "link:/etc/systemd/system/multi-user.target.wants/"
#define TIMERS     "link:/etc/systemd/system/timers.target.wants/"
#define GATE       "file:" GATE_CONF_DEFAULT
#define SSHD       "file:/etc/pam.d/sshd"
#define CMDLINE    "file:/proc/cmdline"
#define APT        "file:/etc/apt/apt.conf.d/50unattended-upgrades"
#define SYSTEM     "file:/etc/systemd/system.conf"

/* A fact: a value, or "!" and a state: !absent, !denied. */
struct change {
    const char *key, *value;
};

/* A TD that is operated well. */
static const struct change well[] = {
    { "file:/proc/cpuinfo",
      "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu tdx_guest\n" },
    { "file:/sys/class/dmi/id/sys_vendor", "!absent" },
    { CMDLINE, "root=/dev/vda3 console=tty0 console=ttyS0,115200n8" },
    { SSHD, "account required pam_tdx.so\n" },
    { "file:/etc/pam.d/other", "!absent" },
    { "file:/usr/lib/pam.d/sshd", "!absent" },
    { "file:/usr/lib/pam.d/other", "!absent" },
    { "file:/usr/etc/pam.d/sshd", "!absent" },
    { "file:/usr/etc/pam.d/other", "!absent" },
    { GATE, "mode = enforce\nexempt_group = rescue\n" },
    { MULTI_USER "aliyun.service", "!absent" },
    { MULTI_USER "kdump.service", "!absent" },
    { MULTI_USER "kdump-tools.service", "!absent" },
    { TIMERS "tdx-collateral.timer", "/usr/lib/systemd/system/tdx-collateral.timer" },
    { TIMERS "tdx-healthcheck.timer", "/usr/lib/systemd/system/tdx-healthcheck.timer" },
    { "file:/proc/sys/kernel/osrelease", "5.10.134-19.7.al8.x86_64\n" },
    { "list:/lib/modules", "5.10.134-16.al8.x86_64\n5.10.134-19.7.al8.x86_64" },
    { "stat:/run/reboot-required", "!absent" },
    { "file:/proc/sys/kernel/panic", "0\n" },
    { "file:/etc/dnf/automatic.conf", "[commands]\nreboot = never\n" },
    { SYSTEM, "[Manager]\n#RuntimeWatchdogSec=30\n" },
};

struct row {
    const char *name;
    struct change changes[3];
    const char *id, *reason; /* reason: "" for none */
    enum check_status status;
};

static const struct row rows[] = {
    { "an exempt group", { { 0 } }, "ops.breakglass", "", CHECK_PASS },
    { "Cloud Assistant",
      { { GATE, "" }, { MULTI_USER "aliyun.service", "/x" }, { CMDLINE, "quiet" } },
      "ops.breakglass",
      "",
      CHECK_PASS },
    { "a serial console", { { GATE, "!absent" } }, "ops.breakglass", "", CHECK_PASS },
    { "no way in",
      { { GATE, "!absent" }, { CMDLINE, "console=tty0" } },
      "ops.breakglass",
      "no_way_back",
      CHECK_WARN },
    { "the gate only warns", { { GATE, "mode = warn\n" } }, "ops.breakglass", "", CHECK_INFO },
    { "the gate is commented out",
      { { SSHD, " # account required pam_tdx.so\n" } },
      "ops.breakglass",
      "",
      CHECK_INFO },
    { "the gate's line overrides gate.conf",
      { { SSHD, "account required pam_tdx.so mode=warn\n" } },
      "ops.breakglass",
      "",
      CHECK_INFO },
    { "the gate is asked, but not heard",
      { { SSHD, "account optional pam_tdx.so\naccount required pam_unix.so\n" } },
      "ops.breakglass",
      "",
      CHECK_INFO },
    { "the gate stands in an included file",
      { { SSHD, "account include x\n" },
        { "file:/etc/pam.d/x", "account required pam_tdx.so\n" },
        { CMDLINE, "quiet" } },
      "ops.breakglass",
      "",
      CHECK_PASS },
    { "the gate stands behind a lying comment",
      { { SSHD, "account required pam_unix.so # pam_tdx.so\n" } },
      "ops.breakglass",
      "",
      CHECK_INFO },
    { "the exempt group is an argument",
      { { SSHD, "account required pam_tdx.so exempt_group=rescue\n" },
        { GATE, "!absent" },
        { CMDLINE, "quiet" } },
      "ops.breakglass",
      "",
      CHECK_PASS },
    { "a stack that cannot be read counts as strict",
      { { SSHD, "account include x\n" }, { "file:/etc/pam.d/x", "!denied" }, { CMDLINE, "quiet" } },
      "ops.breakglass",
      "",
      CHECK_PASS },
    { "gate.conf is root's", { { GATE, "!denied" } }, "ops.breakglass", "permission", CHECK_ERROR },
    { "no sshd", { { SSHD, "!absent" } }, "ops.breakglass", "no_sshd", CHECK_SKIP },
    { "a serial console", { { 0 } }, "ops.console", "", CHECK_PASS },
    { "no serial console",
      { { CMDLINE, "console=tty0" } },
      "ops.console",
      "no_serial",
      CHECK_WARN },
    { "no command line", { { CMDLINE, "!absent" } }, "ops.console", "unreadable", CHECK_ERROR },
    { "the newest kernel runs", { { 0 } }, "ops.reboot_pending", "", CHECK_PASS },
    { "a newer kernel is there",
      { { "list:/lib/modules", "5.10.134-19.7.al8.x86_64\n5.10.134-20.al8.x86_64" } },
      "ops.reboot_pending",
      "newer_kernel",
      CHECK_WARN },
    { "a kernel that is not installed runs",
      { { "list:/lib/modules", "6.1.0-9-amd64" } },
      "ops.reboot_pending",
      "",
      CHECK_PASS },
    { "a package asks",
      { { "stat:/run/reboot-required", "file 0644 0 0" } },
      "ops.reboot_pending",
      "required",
      CHECK_WARN },
    { "an unknown kernel",
      { { "file:/proc/sys/kernel/osrelease", "!absent" } },
      "ops.reboot_pending",
      "unreadable",
      CHECK_ERROR },
    { "no trigger", { { 0 } }, "ops.autoreboot", "", CHECK_PASS },
    { "unattended-upgrades",
      { { APT, "Unattended-Upgrade::Automatic-Reboot \"true\";\n" } },
      "ops.autoreboot",
      "triggers",
      CHECK_WARN },
    { "unattended-upgrades, as shipped",
      { { APT, "//Unattended-Upgrade::Automatic-Reboot \"true\";\n"
               "Unattended-Upgrade::Automatic-Reboot-Time \"02:00\";\n" } },
      "ops.autoreboot",
      "",
      CHECK_PASS },
    { "dnf-automatic",
      { { "file:/etc/dnf/automatic.conf", "reboot = when-needed\n" } },
      "ops.autoreboot",
      "triggers",
      CHECK_WARN },
    { "a panic restarts",
      { { "file:/proc/sys/kernel/panic", "10\n" } },
      "ops.autoreboot",
      "triggers",
      CHECK_WARN },
    { "a panic restarts at once",
      { { "file:/proc/sys/kernel/panic", "-1\n" } },
      "ops.autoreboot",
      "triggers",
      CHECK_WARN },
    { "the watchdog",
      { { SYSTEM, "[Manager]\nRuntimeWatchdogSec=30s\n" } },
      "ops.autoreboot",
      "triggers",
      CHECK_WARN },
    { "apt's file is root's", { { APT, "!denied" } }, "ops.autoreboot", "permission", CHECK_ERROR },
    { "no kdump", { { 0 } }, "ops.kdump", "", CHECK_PASS },
    { "kdump", { { MULTI_USER "kdump.service", "/x" } }, "ops.kdump", "enabled", CHECK_WARN },
    { "kdump of Debian",
      { { MULTI_USER "kdump-tools.service", "/x" } },
      "ops.kdump",
      "enabled",
      CHECK_WARN },
    { "units are root's",
      { { MULTI_USER "kdump.service", "!denied" } },
      "ops.kdump",
      "permission",
      CHECK_ERROR },
    { "both timers", { { 0 } }, "ops.timers", "", CHECK_PASS },
    { "one timer",
      { { TIMERS "tdx-healthcheck.timer", "!absent" } },
      "ops.timers",
      "not_enabled",
      CHECK_WARN },
    { "units are root's",
      { { TIMERS "tdx-collateral.timer", "!denied" } },
      "ops.timers",
      "permission",
      CHECK_ERROR },
    { "no TD",
      { { "file:/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu\n" } },
      "ops.timers",
      "prerequisite",
      CHECK_SKIP },
};

static void apply(struct facts *facts, const struct change *changes, size_t count)
{
    for (size_t i = 0; i < count && changes[i].key != NULL; i++) {
        const char *value = changes[i].value;

        if (strcmp(value, "!absent") == 0)
            facts_set_state(facts, changes[i].key, FACT_ABSENT, NULL);
        else if (strcmp(value, "!denied") == 0)
            facts_set_state(facts, changes[i].key, FACT_DENIED, "Permission denied");
        else
            facts_set(facts, changes[i].key, span_of(value));
    }
}

static struct report report_of(const struct facts *facts, const char *only)
{
    struct report report = { 0 };
    struct tdx_error err = { 0 };

    assert_status(report_make(&(struct evaluation){ .facts = facts, .now = 1, .live = true },
                              &(struct report_selection){ .only = only }, &report, &err),
                  "OK");
    return report;
}

static void each_verdict_has_its_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct facts *facts = facts_new();
        struct report report;

        assert_non_null(facts);
        apply(facts, well, sizeof(well) / sizeof(well[0]));
        apply(facts, rows[i].changes, 3);
        report = report_of(facts, rows[i].id);
        print_message("#  %s: %s\n", rows[i].id, rows[i].name);
        for (size_t k = 0; k < report.count; k++) {
            const struct finding *finding = &report.entries[k].finding;

            if (!report.entries[k].selected)
                continue;
            assert_string_equal(check_status_word(finding->status),
                                check_status_word(rows[i].status));
            assert_string_equal(finding->reason != NULL ? finding->reason : "", rows[i].reason);
        }
        report_free(&report);
        facts_free(facts);
    }
}

static void one_cause_is_one_failure_and_one_line(void **state)
{
    struct facts *facts = facts_new();
    struct text out = { 0 };
    struct report report;

    (void)state;
    apply(facts, well, sizeof(well) / sizeof(well[0]));
    facts_set(facts, "file:/proc/cpuinfo", (struct span){ (const uint8_t *)"flags : fpu\n", 12 });
    report = report_of(facts, "cpu,driver,td,evidence,ops");
    assert_int_equal(report.by_status[CHECK_FAIL], 1);
    assert_int_equal(report.by_status[CHECK_ERROR], 0);
    assert_int_equal(report_exit_code(&report, false), 1);
    report_print_text(&report, &(struct report_style){ .columns = 80 }, &out);
    assert_non_null(
        strstr(text_string(&out), "\nOperation: 7 checks skipped: cpu.tdx_guest is FAIL\n"));
    assert_null(strchr(text_string(&out), '\x1b'));
    text_free(&out);
    report_print_json(&report, &out);
    assert_non_null(strstr(text_string(&out), "\"ops.kdump\""));
    text_free(&out);
    report_free(&report);
    facts_free(facts);
}

static void a_warning_counts_with_strict_only(void **state)
{
    struct facts *facts = facts_new();
    struct report report;

    (void)state;
    apply(facts, well, sizeof(well) / sizeof(well[0]));
    facts_set(facts, MULTI_USER "kdump.service", (struct span){ (const uint8_t *)"/x", 2 });
    report = report_of(facts, "ops");
    assert_int_equal(report.by_status[CHECK_WARN], 1);
    assert_int_equal(report_exit_code(&report, false), 0);
    assert_int_equal(report_exit_code(&report, true), 1);
    report_free(&report);
    facts_free(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_verdict_has_its_reason),
        cmocka_unit_test(one_cause_is_one_failure_and_one_line),
        cmocka_unit_test(a_warning_counts_with_strict_only),
    };

    return cmocka_run_group_tests_name("health_ops", tests, NULL, NULL);
}
