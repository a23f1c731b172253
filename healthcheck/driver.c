/* SPDX-License-Identifier: Apache-2.0 */
/* The guest driver: can user space ask for reports and quotes? */
#include <stdio.h>
#include <string.h>

#include "healthcheck/families.h"

static void collect(const struct collector *collector)
{
    collect_stat(collector, "/dev/tdx_guest");
    collect_stat(collector, "/dev/tdx-guest");
    collect_list(collector, "/sys/kernel/config/tsm/report");
}

static void evaluate_device(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *device = facts_find(evaluation->facts, "stat:/dev/tdx_guest");
    const struct fact *old_name = facts_find(evaluation->facts, "stat:/dev/tdx-guest");

    if (device->state == FACT_ABSENT && old_name->state == FACT_KNOWN) {
        finding_source(ret, "/dev/tdx-guest");
        finding_set(ret, CHECK_WARN, "old_name", "only the old name /dev/tdx-guest is there");
        return;
    }
    if (!finding_needs(ret, device, CHECK_FAIL, "device_missing", "/dev/tdx_guest is not there"))
        return;
    if (strncmp((const char *)device->value.data, "char ", 5) == 0)
        finding_set(ret, CHECK_PASS, NULL, "%s", (const char *)device->value.data);
    else
        finding_set(ret, CHECK_FAIL, "not_a_device", "it is no character device: %s",
                    (const char *)device->value.data);
}

static const struct check checks[] = {
    {
        .id = "driver.device",
        .title = "the guest device is there",
        .severity = SEVERITY_HIGH,
        .expected = "a character device /dev/tdx_guest",
        .remedy =
            "Load the driver, and see that it comes back at boot:\n"
            "  modprobe tdx_guest\n"
            "Where there is no such module: Ubuntu has it in linux-modules-extra-$(uname -r), "
            "RHEL-like systems in kernel-modules; older kernels have to be updated.",
        .reads = "the file type of /dev/tdx_guest (older: /dev/tdx-guest)",
        .why = "TD reports come from it; without it nothing can be proven.",
        .requires = { "cpu.tdx_guest" },
        .live_only = true,
        .evaluate = evaluate_device,
    },
};

const struct family driver_family = {
    .name = "driver",
    .title = "Guest driver",
    .collect = collect,
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
