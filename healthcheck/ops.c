/* SPDX-License-Identifier: Apache-2.0 */
/* How the machine is operated: a TD cannot be restarted from inside, and has no screen. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "healthcheck/families.h"
#include "healthcheck/gate_setup.h"
#include "healthcheck/lines.h"
#include "healthcheck/rpm_version.h"
#include "pam_tdx/gate_conf.h"

#define WANTS        "/etc/systemd/system/multi-user.target.wants/"
#define TIMERS       "/etc/systemd/system/timers.target.wants/"
#define SSHD_SERVICE "/etc/pam.d/sshd"
#define DNF          "/etc/dnf/automatic.conf"
#define PANIC        "/proc/sys/kernel/panic"
#define SYSTEM_CONF  "/etc/systemd/system.conf"
#define RELEASE      "/proc/sys/kernel/osrelease"
#define RELEASE_SIZE 192
#define VALUE_SIZE   64

static const char *const sysctl_folders[] = { "/usr/lib/sysctl.d", "/etc/sysctl.d" };

static void collect(const struct collector *collector)
{
    static const char *const files[] = { "/proc/cmdline", GATE_CONF_DEFAULT,
                                         SSHD_SERVICE,    DNF,
                                         PANIC,           SYSTEM_CONF,
                                         RELEASE,         "/etc/sysctl.conf" };
    static const char *const links[] = {
        WANTS "aliyun.service",        WANTS "kdump.service",          WANTS "kdump-tools.service",
        TIMERS "tdx-collateral.timer", TIMERS "tdx-healthcheck.timer",
    };

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        collect_file(collector, files[i]);
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
        collect_link(collector, links[i]);
    for (size_t i = 0; i < sizeof(sysctl_folders) / sizeof(sysctl_folders[0]); i++)
        collect_files_in(collector, sysctl_folders[i], ".conf");
    collect_files_in(collector, SYSTEM_CONF ".d", ".conf");
    collect_files_in(collector, "/etc/apt/apt.conf.d", NULL);
    collect_list(collector, "/lib/modules");
    collect_stat(collector, "/run/reboot-required");
}

static bool is_known(const struct facts *facts, const char *key)
{
    return facts_find(facts, key)->state == FACT_KNOWN;
}

/* The value of the last "key = value" or "key=value" line; "" if there is none. */
static const char *setting(const struct fact *fact, const char *key, char *out, size_t size)
{
    struct span text = fact->value, line;
    size_t length = strlen(key);

    out[0] = '\0';
    while (fact->state == FACT_KNOWN && line_next(&text, &line)) {
        line = span_trim(line);
        if (!span_begins(line, key))
            continue;
        line = span_trim((struct span){ line.data + length, line.size - length });
        if (span_begins(line, "="))
            span_string(span_trim((struct span){ line.data + 1, line.size - 1 }), out, size);
    }
    return out;
}

/* The serial console that the kernel was told to use, "ttyS0"; "" for none. */
static const char *serial_console(const struct facts *facts, char *out, size_t size)
{
    const struct fact *fact = facts_find(facts, "file:/proc/cmdline");
    struct span text = fact->value, word;

    out[0] = '\0';
    while (fact->state == FACT_KNOWN && word_next(&text, &word))
        if (span_begins(word, "console=ttyS"))
            span_string((struct span){ word.data + 8, word.size - 8 }, out, size);
    return out;
}

static void evaluate_breakglass(const struct evaluation *evaluation, struct finding *ret)
{
    const struct facts *facts = evaluation->facts;
    const struct fact *conf = facts_find(facts, "file:" GATE_CONF_DEFAULT);
    const struct fact *service = facts_find(facts, "file:" SSHD_SERVICE);
    char group[GATE_GROUP_SIZE], console[VALUE_SIZE];

    if (!finding_needs(ret, service, CHECK_SKIP, "no_sshd", "sshd has no file in pam.d") ||
        (conf->state != FACT_ABSENT && !finding_needs(ret, conf, CHECK_SKIP, "no_conf", "")))
        return;
    finding_source(ret, "%s, the units, /proc/cmdline", GATE_CONF_DEFAULT);
    if (!gate_setup_enforces(facts, group))
        finding_set(ret, CHECK_INFO, NULL, "the gate refuses nobody yet");
    else if (group[0] != '\0')
        finding_set(ret, CHECK_PASS, NULL, "the group %s is exempt", group);
    else if (is_known(facts, "link:" WANTS "aliyun.service"))
        finding_set(ret, CHECK_PASS, NULL, "Cloud Assistant (aliyun.service) is enabled");
    else if (serial_console(facts, console, sizeof(console))[0] != '\0')
        finding_set(ret, CHECK_PASS, NULL, "a serial console, %s", console);
    else
        finding_set(ret, CHECK_WARN, "no_way_back", "none was found, and the gate refuses logins");
}

static void evaluate_console(const struct evaluation *evaluation, struct finding *ret)
{
    char console[VALUE_SIZE];

    if (!finding_needs(ret, facts_find(evaluation->facts, "file:/proc/cmdline"), CHECK_ERROR,
                       "unreadable", "there is no command line"))
        return;
    if (serial_console(evaluation->facts, console, sizeof(console))[0] != '\0')
        finding_set(ret, CHECK_PASS, NULL, "%s", console);
    else
        finding_set(ret, CHECK_WARN, "no_serial", "no console=ttyS... on the command line");
}

/* The newest kernel installed, if it is newer than the one that runs and that one is installed too.
 */
static const char *newer_kernel(const struct facts *facts, char *out, size_t size)
{
    const struct fact *running = facts_find(facts, "file:" RELEASE);
    const struct fact *installed = facts_find(facts, "list:/lib/modules");
    char release[RELEASE_SIZE], candidate[RELEASE_SIZE];
    struct span names = installed->value, name;
    bool is_installed = false;

    out[0] = '\0';
    if (running->state != FACT_KNOWN || installed->state != FACT_KNOWN)
        return out;
    span_string(span_trim(running->value), release, sizeof(release));
    while (line_next(&names, &name)) {
        span_string(name, candidate, sizeof(candidate));
        if (strcmp(candidate, release) == 0)
            is_installed = true;
        else if (kernel_release_compare(candidate, out[0] != '\0' ? out : release) > 0)
            (void)snprintf(out, size, "%s", candidate);
    }
    if (!is_installed)
        out[0] = '\0';
    return out;
}

static void evaluate_pending(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *asked = facts_find(evaluation->facts, "stat:/run/reboot-required");
    const struct fact *running = facts_find(evaluation->facts, "file:" RELEASE);
    char kernel[RELEASE_SIZE];

    if ((asked->state != FACT_ABSENT &&
         !finding_needs(ret, asked, CHECK_ERROR, "unreadable", "")) ||
        !finding_needs(ret, running, CHECK_ERROR, "unreadable", "the kernel's release is unknown"))
        return;
    finding_source(ret, "/run/reboot-required, /lib/modules");
    if (newer_kernel(evaluation->facts, kernel, sizeof(kernel))[0] != '\0')
        finding_set(ret, CHECK_WARN, "newer_kernel", "%s is installed, an older kernel runs",
                    kernel);
    else if (asked->state == FACT_KNOWN)
        finding_set(ret, CHECK_WARN, "required", "a package asks for a restart");
    else
        finding_set(ret, CHECK_PASS, NULL, "none");
}

static void add_trigger(struct text *out, const char *what, const char *where)
{
    text_addf(out, "%s%s (%s)", out->length > 0 ? "; " : "", what, where);
}

/* Unattended-Upgrade::Automatic-Reboot "true"; in a file of apt. */
static void find_apt(const struct facts *facts, struct text *out)
{
    static const char prefix[] = "file:/etc/apt/apt.conf.d/";

    for (const struct fact *file = facts_next(facts, prefix, NULL); file != NULL;
         file = facts_next(facts, prefix, file)) {
        struct span text = file->value, line, word;

        while (file->state == FACT_KNOWN && line_next(&text, &line))
            if (word_next(&line, &word) && span_is(word, "Unattended-Upgrade::Automatic-Reboot") &&
                (span_contains(line, "\"true\"") || span_contains(line, "\"1\"")))
                add_trigger(out, "unattended-upgrades restarts", file->key + 5);
    }
}

/* kernel.panic: what runs; for an image, the last that the files say. */
static void find_panic(const struct facts *facts, struct text *out)
{
    const struct fact *running = facts_find(facts, "file:" PANIC);
    const char *where = PANIC;
    char value[VALUE_SIZE] = "", prefix[64], one[VALUE_SIZE];

    if (running->state == FACT_KNOWN) {
        span_string(span_trim(running->value), value, sizeof(value));
    } else {
        for (size_t i = 0; i < sizeof(sysctl_folders) / sizeof(sysctl_folders[0]); i++) {
            (void)snprintf(prefix, sizeof(prefix), "file:%s/", sysctl_folders[i]);
            for (const struct fact *file = facts_next(facts, prefix, NULL); file != NULL;
                 file = facts_next(facts, prefix, file))
                if (setting(file, "kernel.panic", one, sizeof(one))[0] != '\0') {
                    memcpy(value, one, sizeof(value));
                    where = file->key + 5;
                }
        }
        if (setting(facts_find(facts, "file:/etc/sysctl.conf"), "kernel.panic", one,
                    sizeof(one))[0] != '\0') {
            memcpy(value, one, sizeof(value));
            where = "/etc/sysctl.conf";
        }
    }
    if (value[0] != '\0' && strcmp(value, "0") != 0)
        add_trigger(out, "a kernel panic restarts", where);
}

static void find_watchdog(const struct facts *facts, struct text *out)
{
    char value[VALUE_SIZE];

    for (const struct fact *file = facts_next(facts, "file:" SYSTEM_CONF, NULL); file != NULL;
         file = facts_next(facts, "file:" SYSTEM_CONF, file))
        if (setting(file, "RuntimeWatchdogSec", value, sizeof(value))[0] != '\0' &&
            strcmp(value, "0") != 0 && strcmp(value, "off") != 0)
            add_trigger(out, "the watchdog restarts", file->key + 5);
}

/* The first file that could trigger a restart and could not be read; NULL if there is none. */
static const struct fact *unread(const struct facts *facts)
{
    static const char *const prefixes[] = {
        "file:/etc/apt/apt.conf.d/", "list:/etc/apt/apt.conf.d", "file:" DNF, "file:" PANIC,
        "file:" SYSTEM_CONF,         "list:" SYSTEM_CONF ".d"
    };

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        for (const struct fact *fact = facts_next(facts, prefixes[i], NULL); fact != NULL;
             fact = facts_next(facts, prefixes[i], fact))
            if (fact->state == FACT_DENIED || fact->state == FACT_FAILED)
                return fact;
    return NULL;
}

static void evaluate_autoreboot(const struct evaluation *evaluation, struct finding *ret)
{
    const struct facts *facts = evaluation->facts;
    const struct fact *missing = unread(facts);
    struct text triggers = { 0 };
    char value[VALUE_SIZE];

    find_apt(facts, &triggers);
    setting(facts_find(facts, "file:" DNF), "reboot", value, sizeof(value));
    if (value[0] != '\0' && strcasecmp(value, "never") != 0)
        add_trigger(&triggers, "dnf-automatic restarts", DNF);
    find_panic(facts, &triggers);
    find_watchdog(facts, &triggers);
    finding_source(ret, "apt.conf.d, dnf-automatic, kernel.panic, systemd's watchdog");
    if (!text_ok(&triggers))
        finding_set(ret, CHECK_ERROR, "memory", "out of memory");
    else if (triggers.length > 0)
        finding_set(ret, CHECK_WARN, "triggers", "%s", text_string(&triggers));
    else if (missing != NULL)
        (void)finding_needs(ret, missing, CHECK_ERROR, "unreadable", "");
    else
        finding_set(ret, CHECK_PASS, NULL, "nothing was found");
    text_free(&triggers);
}

static void evaluate_kdump(const struct evaluation *evaluation, struct finding *ret)
{
    static const char *const units[] = { "link:" WANTS "kdump.service",
                                         "link:" WANTS "kdump-tools.service" };

    finding_source(ret, "the units");
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        const struct fact *unit = facts_find(evaluation->facts, units[i]);

        if (unit->state == FACT_KNOWN) {
            finding_set(ret, CHECK_WARN, "enabled", "%s is enabled", strrchr(units[i], '/') + 1);
            return;
        }
        if (unit->state != FACT_ABSENT && !finding_needs(ret, unit, CHECK_ERROR, "unreadable", ""))
            return;
    }
    finding_set(ret, CHECK_PASS, NULL, "not enabled");
}

static void evaluate_timers(const struct evaluation *evaluation, struct finding *ret)
{
    static const char *const timers[] = { "link:" TIMERS "tdx-collateral.timer",
                                          "link:" TIMERS "tdx-healthcheck.timer" };

    finding_source(ret, "%s", TIMERS);
    for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++) {
        const struct fact *timer = facts_find(evaluation->facts, timers[i]);

        if (timer->state != FACT_KNOWN) {
            (void)finding_needs(ret, timer, CHECK_WARN, "not_enabled", "");
            if (timer->state == FACT_ABSENT)
                finding_set(ret, CHECK_WARN, "not_enabled", "%s is not enabled",
                            strrchr(timers[i], '/') + 1);
            return;
        }
    }
    finding_set(ret, CHECK_PASS, NULL, "both are enabled");
}

static void evaluate_snapshot(const struct evaluation *evaluation, struct finding *ret)
{
    (void)evaluation;
    finding_source(ret, "nothing: a guest cannot see its snapshots");
    finding_set(ret, CHECK_INFO, NULL,
                "take one of the system disk before you change the kernel's command line");
}

static const struct check checks[] = {
    {
        .id = "ops.breakglass",
        .title = "there is a way in that does not rest on the gate",
        .severity = SEVERITY_HIGH,
        .expected = "an exempt group, Cloud Assistant, or a serial console",
        .remedy = "Set one up before the gate refuses you: exempt_group in gate.conf(5), or the "
                  "provider's agent:\n"
                  "  systemctl enable --now aliyun.service",
        .reads = "gate.conf, " SSHD_SERVICE ", the enabled units, /proc/cmdline",
        .why = "These instances have no screen: if the gate refuses, only such a way leads in.",
        .requires = { "cpu.tdx_guest" },
        .gives = GIVES(PASS) | GIVES(INFO) | GIVES(WARN) | GIVES(ERROR) | GIVES(SKIP),
        .evaluate = evaluate_breakglass,
    },
    {
        .id = "ops.console",
        .title = "the kernel writes to a serial console",
        .severity = SEVERITY_LOW,
        .expected = "console=ttyS0 on the command line",
        .remedy = "Add console=ttyS0 to GRUB_CMDLINE_LINUX and regenerate the configuration. Where "
                  "RTMR2 is pinned, let the policy accept the new value first.",
        .reads = "/proc/cmdline",
        .why = "There is no VNC: the serial log is all that shows why a start failed.",
        .requires = { "cpu.tdx_guest" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(ERROR),
        .evaluate = evaluate_console,
    },
    {
        .id = "ops.reboot_pending",
        .title = "no restart is pending",
        .severity = SEVERITY_MEDIUM,
        .expected = "the newest kernel runs, and no package asks for a restart",
        .remedy = "Stop and start the instance in the provider's console. A restart from inside is "
                  "not supported in a TD: it may end it.",
        .reads = "/run/reboot-required, /lib/modules, " RELEASE,
        .why = "Whoever sees the message will type reboot.",
        .requires = { "cpu.tdx_guest" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(ERROR),
        .evaluate = evaluate_pending,
    },
    {
        .id = "ops.autoreboot",
        .title = "nothing restarts the machine by itself",
        .severity = SEVERITY_MEDIUM,
        .expected = "no unattended restart after updates, panics or by a watchdog",
        .remedy = "Switch off what is named: Unattended-Upgrade::Automatic-Reboot \"false\"; "
                  "reboot = never (dnf-automatic); kernel.panic = 0 (sysctl.d); "
                  "RuntimeWatchdogSec=0 (system.conf).",
        .reads = "/etc/apt/apt.conf.d, " DNF ", kernel.panic, RuntimeWatchdogSec=",
        .why = "A restart from inside is not supported in a TD: the instance may not come back.",
        .requires = { "cpu.tdx_guest" },
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(ERROR),
        .evaluate = evaluate_autoreboot,
    },
    {
        .id = "ops.kdump",
        .title = "kdump is not enabled",
        .severity = SEVERITY_LOW,
        .expected = "neither kdump.service nor kdump-tools.service is enabled",
        .remedy = "Switch it off; a panic then ends in the serial log:\n"
                  "  systemctl disable --now kdump",
        .reads = "the enabled units",
        .why = "It starts a second kernel by kexec, which a TD generally does not support.",
        .requires = { "cpu.tdx_guest" },
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(ERROR),
        .evaluate = evaluate_kdump,
    },
    {
        .id = "ops.timers",
        .title = "the timers are enabled",
        .severity = SEVERITY_LOW,
        .expected = "tdx-collateral.timer and tdx-healthcheck.timer",
        .remedy =
            "Enable them:\n  systemctl enable --now tdx-collateral.timer tdx-healthcheck.timer",
        .reads = TIMERS,
        .why = "Collateral that nobody refreshes expires, and logins are refused then.",
        .requires = { "cpu.tdx_guest" },
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(ERROR),
        .evaluate = evaluate_timers,
    },
    {
        .id = "ops.disk_snapshot",
        .title = "a snapshot before the command line changes",
        .severity = SEVERITY_INFO,
        .expected = "one, taken before",
        .remedy = "Nothing to mend now.",
        .reads = "nothing: a guest cannot see its snapshots",
        .why = "A guest that does not start has no screen, and no way in but its disk.",
        .requires = { "cpu.tdx_guest" },
        .live_only = true,
        .gives = GIVES(INFO),
        .evaluate = evaluate_snapshot,
    },
};

const struct family ops_family = {
    .name = "ops",
    .title = "Operation",
    .collect = collect,
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
