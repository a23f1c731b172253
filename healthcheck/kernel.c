/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel: is it one that works as a TDX guest? Versions are compared only within the line of
 * kernels they belong to; everywhere else the kernel's own configuration is looked at. */
#include <stdio.h>
#include <string.h>

#include "healthcheck/families.h"
#include "healthcheck/lines.h"
#include "healthcheck/platform.h"
#include "healthcheck/rpm_version.h"

#define RELEASE_SIZE 192

/* The release that runs; for an image the newest below /lib/modules. */
static const char *release_of(const struct facts *facts, char *out)
{
    const struct fact *running = facts_find(facts, "file:/proc/sys/kernel/osrelease");
    const struct fact *installed = facts_find(facts, "list:/lib/modules");
    struct span names = installed->value, name;
    char candidate[RELEASE_SIZE];

    out[0] = '\0';
    if (running->state == FACT_KNOWN)
        return span_string(span_trim(running->value), out, RELEASE_SIZE);
    while (installed->state == FACT_KNOWN && line_next(&names, &name))
        if (out[0] == '\0' ||
            kernel_release_compare(span_string(name, candidate, sizeof(candidate)), out) > 0)
            span_string(name, out, RELEASE_SIZE);
    return out;
}

static void collect(const struct collector *collector)
{
    char release[RELEASE_SIZE], path[RELEASE_SIZE + 32];

    collect_file(collector, "/proc/sys/kernel/osrelease");
    collect_file(collector, "/etc/os-release");
    collect_list(collector, "/lib/modules");
    collect_file(collector, "/sys/devices/system/clocksource/clocksource0/current_clocksource");
    if (release_of(collector->facts, release)[0] == '\0')
        return;
    (void)snprintf(path, sizeof(path), "/boot/config-%s", release);
    collect_file(collector, path);
    (void)snprintf(path, sizeof(path), "/lib/modules/%s/config", release);
    collect_file(collector, path);
}

/* The configuration of the kernel of that release, wherever the distribution keeps it. */
static const struct fact *config_of(const struct facts *facts, const char *release)
{
    char key[RELEASE_SIZE + 32];
    const struct fact *config;

    (void)snprintf(key, sizeof(key), "file:/boot/config-%s", release);
    config = facts_find(facts, key);
    if (config->state == FACT_KNOWN)
        return config;
    (void)snprintf(key, sizeof(key), "file:/lib/modules/%s/config", release);
    return facts_find(facts, key);
}

static void evaluate_version(const struct evaluation *evaluation, struct finding *ret)
{
    struct platform_kernel minimum;
    char release[RELEASE_SIZE];

    release_of(evaluation->facts, release);
    finding_source(ret, evaluation->live ? "/proc/sys/kernel/osrelease" : "/lib/modules");
    if (release[0] == '\0') {
        finding_set(ret, CHECK_ERROR, "unknown", "no kernel release could be read");
        return;
    }
    if (!platform_kernel_minimum(evaluation->facts, release, &minimum)) {
        finding_set(ret, CHECK_INFO, NULL, "%s (no minimum is known for this line of kernels)",
                    release);
        return;
    }
    if (kernel_release_compare(release, minimum.release) >= 0) {
        finding_set(ret, CHECK_PASS, NULL, "%s", release);
        return;
    }
    finding_set(ret, CHECK_FAIL, "too_old", "%s is older than %s", release, minimum.release);
    finding_remedy(ret,
                   "Update the kernel, then stop and start the instance from the console:\n"
                   "  yum update kernel\n"
                   "The minimum stands in %s.",
                   minimum.file);
}

/* "y", "m" or "" for an option of the configuration. */
static char option_of(struct span config, const char *option)
{
    struct span value = span_trim(lines_value(config, option));

    return value.size == 1 ? (char)value.data[0] : '\0';
}

static void evaluate_config(const struct evaluation *evaluation, struct finding *ret)
{
    char release[RELEASE_SIZE];
    const struct fact *config;
    char guest, driver;

    release_of(evaluation->facts, release);
    config = config_of(evaluation->facts, release);
    finding_source(ret, "/boot/config-%s", release);
    if (config->state != FACT_KNOWN) {
        finding_set(ret, CHECK_WARN, "unreadable", "the kernel's configuration is not there");
        finding_remedy(ret, "Install the distribution's kernel, which brings its configuration. "
                            "Whether the guest works shows in the evidence checks.");
        return;
    }
    finding_source(ret, "%s", strchr(config->key, ':') + 1);
    guest = option_of(config->value, "CONFIG_INTEL_TDX_GUEST");
    driver = option_of(config->value, "CONFIG_TDX_GUEST_DRIVER");
    if (guest != 'y')
        finding_set(ret, CHECK_FAIL, "no_guest_support", "CONFIG_INTEL_TDX_GUEST is not set");
    else if (driver != 'y' && driver != 'm')
        finding_set(ret, CHECK_WARN, "no_driver",
                    "CONFIG_TDX_GUEST_DRIVER is not set (vendors name it differently)");
    else
        finding_set(ret, CHECK_PASS, NULL, "guest support y, driver %c", driver);
}

static void evaluate_dynamic(const struct evaluation *evaluation, struct finding *ret)
{
    char release[RELEASE_SIZE];
    const struct fact *config;

    release_of(evaluation->facts, release);
    config = config_of(evaluation->facts, release);
    if (config->state != FACT_KNOWN) {
        finding_skip(ret, "no_config", "the kernel's configuration is not there");
        return;
    }
    finding_source(ret, "%s", strchr(config->key, ':') + 1);
    finding_set(ret, CHECK_INFO, NULL, "%s",
                option_of(config->value, "CONFIG_SWIOTLB_DYNAMIC") == 'y'
                    ? "yes: the buffer grows when it is full"
                    : "no: the buffer keeps its size");
}

static void evaluate_clocksource(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *source =
        facts_find(evaluation->facts,
                   "file:/sys/devices/system/clocksource/clocksource0/current_clocksource");
    char name[64];

    if (!finding_needs(ret, source, CHECK_ERROR, "unreadable", "the kernel names no clock source"))
        return;
    span_string(span_trim(source->value), name, sizeof(name));
    if (strcmp(name, "tsc") == 0)
        finding_set(ret, CHECK_PASS, NULL, "tsc");
    else
        finding_set(ret, CHECK_WARN, "host_clock", "%s", name);
}

static const struct check checks[] = {
    {
        .id = "kernel.version",
        .title = "the kernel is recent enough for a TDX guest",
        .severity = SEVERITY_CRITICAL,
        .expected = "at least the minimum of its line (Alibaba Cloud Linux 3: 5.10.134-16.al8)",
        .remedy = "Update the kernel, then stop and start the instance from the console:\n"
                  "  yum update kernel",
        .reads = "the kernel release, compared as rpm compares versions with the minimum that "
                 "platforms.d names for this line; for other lines nothing is compared",
        .why = "Older kernels of that line have no TDX guest support, or a broken one.",
        .gives = GIVES(PASS) | GIVES(INFO) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_version,
    },
    {
        .id = "kernel.config",
        .title = "the kernel is built for TDX guests",
        .severity = SEVERITY_HIGH,
        .expected = "CONFIG_INTEL_TDX_GUEST=y and CONFIG_TDX_GUEST_DRIVER=y or m",
        .remedy = "Install the distribution's kernel for TDX guests.",
        .reads = "/boot/config-RELEASE or /lib/modules/RELEASE/config",
        .why = "Without these options there is neither protection nor a device to prove it with.",
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL),
        .evaluate = evaluate_config,
    },
    {
        .id = "kernel.swiotlb_dynamic",
        .title = "whether the bounce buffer can grow",
        .severity = SEVERITY_INFO,
        .expected = "either",
        .remedy = "Nothing to mend.",
        .reads = "CONFIG_SWIOTLB_DYNAMIC",
        .why = "From kernel 6.7 on it is the better cure for a buffer that is too small.",
        .gives = GIVES(INFO) | GIVES(SKIP),
        .evaluate = evaluate_dynamic,
    },
    {
        .id = "kernel.clocksource",
        .title = "the clock is the CPU's own",
        .severity = SEVERITY_MEDIUM,
        .expected = "tsc",
        .remedy = "The host steers the other clocks. Ask the provider, then boot with "
                  "clocksource=tsc.",
        .reads = "/sys/devices/system/clocksource/clocksource0/current_clocksource",
        .why = "A host that turns the clock back could revive revoked collateral.",
        .requires = { "cpu.tdx_guest" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(ERROR),
        .evaluate = evaluate_clocksource,
    },
};

const struct family kernel_family = {
    .name = "kernel",
    .title = "Kernel",
    .collect = collect,
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
