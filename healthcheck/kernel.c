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
    collect_file(collector, "/proc/cmdline");
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

    if (release_of(evaluation->facts, release)[0] == '\0') {
        finding_skip(ret, "no_release", "no kernel release could be read");
        return;
    }
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

/* What the log says of TDX, as swiotlb.c has read it. */
static void evaluate_log(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *log = facts_find(evaluation->facts, "probe:kernel_log");
    const struct fact *lines = facts_find(evaluation->facts, "probe:swiotlb");

    if (!finding_needs(ret, log, CHECK_ERROR, "unreadable", "there is no kernel log") ||
        !finding_needs(ret, lines, CHECK_ERROR, "unreadable", "the kernel log was not read"))
        return;
    finding_source(ret, "the kernel log");
    if (lines_number(lines->value, "log_tdx").value == 1)
        finding_set(ret, CHECK_PASS, NULL, "the kernel saw the TDX guest at boot");
    else if (lines_number(lines->value, "log_boot").value == 1)
        finding_set(ret, CHECK_INFO, NULL, "the log of this boot does not name TDX");
    else
        finding_set(ret, CHECK_INFO, NULL, "the log no longer reaches back to the boot");
}

/* "1", "on" and "y", as the kernel reads a switch; -1 for anything else. */
static int switch_of(struct span value)
{
    if (span_is(value, "1") || span_is(value, "on") || span_is(value, "y"))
        return 1;
    return span_is(value, "0") || span_is(value, "off") || span_is(value, "n") ? 0 : -1;
}

static void evaluate_init_on_free(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *line = facts_find(evaluation->facts, "file:/proc/cmdline"), *config;
    char release[RELEASE_SIZE], profile[PLATFORM_NAME_SIZE];
    bool wipes = false;
    struct span text, word;

    if (!finding_needs(ret, line, CHECK_ERROR, "unreadable", "there is no command line"))
        return;
    config = config_of(evaluation->facts, release_of(evaluation->facts, release));
    if (config->state == FACT_KNOWN)
        wipes = option_of(config->value, "CONFIG_INIT_ON_FREE_DEFAULT_ON") == 'y';
    text = line->value;
    while (word_next(&text, &word))
        if (span_take(&word, "init_on_free=") && switch_of(word) >= 0)
            wipes = switch_of(word) == 1;
    (void)platform_here(evaluation->facts, profile);
    if (wipes && strcmp(profile, "gcp") == 0)
        finding_set(ret, CHECK_WARN, "boot_loop", "yes, and on this platform guests did not boot");
    else
        finding_set(ret, CHECK_INFO, NULL, "%s", wipes ? "yes" : "no");
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
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL) | GIVES(SKIP),
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
    {
        .id = "kernel.log",
        .title = "the kernel saw the TDX guest at boot",
        .severity = SEVERITY_LOW,
        .expected = "\"tdx: Guest detected\" or \"Memory Encryption Features active: Intel TDX\"",
        .remedy = "Nothing to mend where the log has lost its beginning; journalctl -k -b may "
                  "have it.",
        .reads = "the kernel's ring buffer, or the journal of this boot",
        .why = "It is the kernel's own account of how it was started.",
        .requires = { "cpu.tdx_guest" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(INFO) | GIVES(ERROR),
        .evaluate = evaluate_log,
    },
    {
        .id = "mem.init_on_free",
        .title = "whether freed memory is wiped",
        .severity = SEVERITY_LOW,
        .expected = "either; on Google Cloud: no",
        .remedy = "Remove init_on_free=1 from GRUB_CMDLINE_LINUX (or add init_on_free=0) and "
                  "regenerate the configuration. Where RTMR2 is pinned, let the policy accept the "
                  "new value first.",
        .reads = "init_on_free= on /proc/cmdline, CONFIG_INIT_ON_FREE_DEFAULT_ON",
        .why = "Guests with it were reported to restart for ever on Google Cloud, when the bounce "
               "buffer is made shared.",
        .requires = { "cpu.tdx_guest" },
        .live_only = true,
        .gives = GIVES(INFO) | GIVES(WARN) | GIVES(ERROR),
        .evaluate = evaluate_init_on_free,
    },
};

const struct family kernel_family = {
    .name = "kernel",
    .title = "Kernel",
    .collect = collect,
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
