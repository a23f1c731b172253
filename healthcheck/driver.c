/* SPDX-License-Identifier: Apache-2.0 */
/* The guest driver: can user space ask for reports and quotes? */
#include <stdio.h>
#include <string.h>

#include "healthcheck/evidence.h"
#include "healthcheck/families.h"
#include "healthcheck/lines.h"

#define TSM          "/sys/kernel/config/tsm/report"
#define STALE_LIMIT  16
#define MEASUREMENTS "/sys/devices/virtual/misc/tdx_guest/measurements"
#define TSM_API      "/sys/module/tdx_guest/parameters/tsm_api"

static void collect(const struct collector *collector)
{
    collect_stat(collector, "/dev/tdx_guest");
    collect_stat(collector, "/dev/tdx-guest");
    collect_stat(collector, "/dev/tdx-attest");
    collect_file(collector, "/proc/modules");
    collect_stat(collector, "/sys/module/tdx_guest");
    collect_stat(collector, "/sys/kernel/config");
    collect_list(collector, TSM);
    collect_file(collector, TSM_API);
    collect_files_in(collector, "/etc/modprobe.d", ".conf");
    collect_list(collector, MEASUREMENTS);
}

static void evaluate_module(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *modules = facts_find(evaluation->facts, "file:/proc/modules");
    struct span text = modules->value, line;

    finding_source(ret, "/proc/modules, /sys/module/tdx_guest");
    while (modules->state == FACT_KNOWN && line_next(&text, &line))
        if (span_begins(line, "tdx_guest ") || span_begins(line, "tdx_attest ")) {
            finding_set(ret, CHECK_PASS, NULL, "loaded");
            return;
        }
    if (facts_find(evaluation->facts, "stat:/sys/module/tdx_guest")->state == FACT_KNOWN ||
        facts_find(evaluation->facts, "stat:/dev/tdx_guest")->state == FACT_KNOWN)
        finding_set(ret, CHECK_PASS, NULL, "built in");
    else if (finding_needs(ret, modules, CHECK_FAIL, "not_loaded",
                           "tdx_guest is not built in, and this kernel loads no modules"))
        finding_set(ret, CHECK_FAIL, "not_loaded", "tdx_guest is neither loaded nor built in");
}

static void evaluate_device(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *device = facts_find(evaluation->facts, "stat:/dev/tdx_guest");
    static const char *const old_names[] = { "stat:/dev/tdx-guest", "stat:/dev/tdx-attest" };

    for (size_t i = 0; i < sizeof(old_names) / sizeof(old_names[0]); i++)
        if (device->state == FACT_ABSENT &&
            facts_find(evaluation->facts, old_names[i])->state == FACT_KNOWN) {
            finding_source(ret, "%s", old_names[i] + 5);
            finding_set(ret, CHECK_WARN, "old_name", "only the old name %s is there",
                        old_names[i] + 5);
            return;
        }
    if (!finding_needs(ret, device, CHECK_FAIL, "device_missing", "/dev/tdx_guest is not there"))
        return;
    if (span_begins(device->value, "char "))
        finding_set(ret, CHECK_PASS, NULL, "%s", (const char *)device->value.data);
    else
        finding_set(ret, CHECK_FAIL, "not_a_device", "it is no character device: %s",
                    (const char *)device->value.data);
}

static void evaluate_permission(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *device = facts_find(evaluation->facts, "stat:/dev/tdx_guest");
    unsigned mode, uid, gid;

    if (!finding_needs(ret, device, CHECK_SKIP, "old_name", "it has an old name"))
        return;
    if (sscanf((const char *)device->value.data, "%*15s %o %u %u", &mode, &uid, &gid) != 3)
        finding_set(ret, CHECK_ERROR, "unreadable", "%s", (const char *)device->value.data);
    else if (uid != 0)
        finding_set(ret, CHECK_WARN, "not_root", "it belongs to uid %u", uid);
    else if ((mode & 0066U) != 0)
        finding_set(ret, CHECK_WARN, "open", "mode %04o", mode);
    else
        finding_set(ret, CHECK_PASS, NULL, "root, mode %04o", mode);
}

static void evaluate_tsm(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *report = facts_find(evaluation->facts, "list:" TSM);
    const struct fact *configfs = facts_find(evaluation->facts, "stat:/sys/kernel/config");
    const struct fact *asked = facts_find(evaluation->facts, "probe:quote_path/tsm");

    if (report->state == FACT_ABSENT && configfs->state == FACT_ABSENT) {
        finding_source(ret, "/sys/kernel/config");
        finding_set(ret, CHECK_INFO, NULL, "this kernel has no configfs");
        return;
    }
    if (!finding_needs(ret, report, CHECK_INFO, NULL,
                       "not there: kernels before 6.7 have none, or "
                       "configfs is not mounted"))
        return;
    if (evidence_failure(asked) == TDX_TSM_PROVIDER) {
        finding_set(ret, CHECK_FAIL, "provider", "%s", asked->why);
        finding_remedy(ret, "%s", status_remedy(TDX_TSM_PROVIDER));
    } else {
        finding_set(ret, CHECK_PASS, NULL, "there");
    }
}

static void evaluate_stale(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *report = facts_find(evaluation->facts, "list:" TSM);
    struct span text, line;
    unsigned count = 0;

    if (!finding_needs(ret, report, CHECK_SKIP, "no_tsm", "there is no configfs-tsm"))
        return;
    text = report->value;
    while (line_next(&text, &line))
        count++;
    if (count > STALE_LIMIT)
        finding_set(ret, CHECK_WARN, "left_over", "%u entries", count);
    else
        finding_set(ret, CHECK_PASS, NULL, "%u entries", count);
}

/* "options tdx_guest tsm_api=0" of modprobe.d: its value, or "". */
static void configured_api(const struct facts *facts, char *out, size_t size)
{
    out[0] = '\0';
    for (const struct fact *file = facts_next(facts, "file:/etc/modprobe.d/", NULL); file != NULL;
         file = facts_next(facts, "file:/etc/modprobe.d/", file)) {
        struct span text = file->value, line, word;

        while (file->state == FACT_KNOWN && line_next(&text, &line)) {
            if (!word_next(&line, &word) || !span_is(word, "options") || !word_next(&line, &word) ||
                !span_is(word, "tdx_guest"))
                continue;
            while (word_next(&line, &word))
                if (span_begins(word, "tsm_api="))
                    span_string((struct span){ word.data + 8, word.size - 8 }, out, size);
        }
    }
}

static void evaluate_param(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *running = facts_find(evaluation->facts, "file:" TSM_API);
    char now[16], configured[16];

    if (!finding_needs(ret, running, CHECK_SKIP, "no_parameter", "this driver has no such option"))
        return;
    span_string(span_trim(running->value), now, sizeof(now));
    configured_api(evaluation->facts, configured, sizeof(configured));
    if (configured[0] != '\0' && strcmp(configured, now) != 0)
        finding_set(ret, CHECK_WARN, "differs", "it is %s, configured is %s", now, configured);
    else
        finding_set(ret, CHECK_INFO, NULL, "tsm_api=%s", now);
}

static void evaluate_sysfs(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *list = facts_find(evaluation->facts, "list:" MEASUREMENTS);

    if (finding_needs(ret, list, CHECK_INFO, NULL, "not there: kernels before 6.16 have none"))
        finding_set(ret, CHECK_INFO, NULL, "there");
}

static const struct check checks[] = {
    {
        .id = "driver.module",
        .title = "the guest driver is there",
        .severity = SEVERITY_HIGH,
        .expected = "tdx_guest loaded or built in",
        .remedy =
            "Load the driver, and see that it comes back at boot:\n"
            "  modprobe tdx_guest\n"
            "  echo tdx_guest > /etc/modules-load.d/tdx_guest.conf\n"
            "Where there is no such module: Ubuntu has it in linux-modules-extra-$(uname -r), "
            "RHEL-like systems in kernel-modules; older kernels have to be updated.",
        .reads = "/proc/modules, /sys/module/tdx_guest",
        .why = "It is the only way from user space to the TDX module.",
        .requires = { "cpu.tdx_guest" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_module,
    },
    {
        .id = "driver.device",
        .title = "the guest device is there",
        .severity = SEVERITY_HIGH,
        .expected = "a character device /dev/tdx_guest",
        .remedy = "The driver is there but not its device; look at what the kernel said:\n"
                  "  dmesg | grep -i tdx",
        .reads = "the file type of /dev/tdx_guest (older: /dev/tdx-guest, /dev/tdx-attest)",
        .why = "TD reports come from it; without it nothing can be proven.",
        .requires = { "driver.module" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_device,
    },
    {
        .id = "driver.device_perm",
        .title = "only root may use the guest device",
        .severity = SEVERITY_MEDIUM,
        .expected = "root's, and nobody else may read or write it",
        .remedy = "Take the permission away, and look for the udev rule that gave it:\n"
                  "  chmod 0600 /dev/tdx_guest\n"
                  "  grep -r tdx /etc/udev/rules.d /usr/lib/udev/rules.d",
        .reads = "owner and mode of /dev/tdx_guest",
        .why = "Whoever may use it can ask for quotes in this machine's name.",
        .requires = { "driver.device" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(ERROR) | GIVES(SKIP),
        .evaluate = evaluate_permission,
    },
    {
        .id = "driver.tsm",
        .title = "quotes can be asked for through configfs-tsm",
        .severity = SEVERITY_HIGH,
        .expected = "there on kernels from 6.7 on, and served by tdx_guest",
        .remedy = "Mount configfs:\n"
                  "  mount -t configfs none /sys/kernel/config",
        .reads = TSM ", and the provider of the entry that a quote was asked by",
        .why = "Newer kernels give quotes through it alone.",
        .requires = { "driver.device" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(INFO) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_tsm,
    },
    {
        .id = "driver.tsm_stale",
        .title = "no requests are left over in configfs-tsm",
        .severity = SEVERITY_LOW,
        .expected = "at most 16 entries",
        .remedy = "Some program leaves its requests behind. Remove those that nobody uses:\n"
                  "  rmdir " TSM "/*",
        .reads = "the folders in " TSM,
        .why = "Each holds kernel memory.",
        .requires = { "driver.device" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(ERROR) | GIVES(SKIP),
        .evaluate = evaluate_stale,
    },
    {
        .id = "driver.tsm_param",
        .title = "the driver's tsm_api option",
        .severity = SEVERITY_INFO,
        .expected = "what modprobe.d says, if it says something",
        .remedy = "Load the driver again, or start the instance again:\n"
                  "  modprobe -r tdx_guest && modprobe tdx_guest",
        .reads = TSM_API ", /etc/modprobe.d",
        .why = "It chooses between configfs and the older ioctl on Alibaba Cloud's kernels.",
        .requires = { "driver.device" },
        .live_only = true,
        .gives = GIVES(INFO) | GIVES(WARN) | GIVES(ERROR) | GIVES(SKIP),
        .evaluate = evaluate_param,
    },
    {
        .id = "driver.mr_sysfs",
        .title = "measurements in sysfs",
        .severity = SEVERITY_INFO,
        .expected = "there on kernels from 6.16 on",
        .remedy = "Nothing to mend.",
        .reads = MEASUREMENTS,
        .why = "Through it programs can read and extend RTMRs.",
        .requires = { "driver.device" },
        .live_only = true,
        .gives = GIVES(INFO) | GIVES(ERROR),
        .evaluate = evaluate_sysfs,
    },
};

const struct family driver_family = {
    .name = "driver",
    .title = "Guest driver",
    .collect = collect,
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
