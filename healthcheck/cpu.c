/* SPDX-License-Identifier: Apache-2.0 */
/* CPU and platform: is this a TD at all? */
#include <stdio.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/span_text.h"
#include "healthcheck/cpu.h"
#include "healthcheck/families.h"
#include "healthcheck/platform.h"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#define CPUID_TDX_LEAF 0x21U

/* A recording has it as {"0x21": "IntelTDX    "}, or {} where there is no such leaf. */
static void take_recorded(const struct collector *collector, const char *key)
{
    const struct fact *recorded = facts_find(collector->facts, "file:/.probe/cpuid.json");
    struct json *json = NULL;
    struct tdx_error err = { 0 };
    enum tdx_status status;
    struct span value = { NULL, 0 };

    if (facts_find(collector->facts, key)->state != FACT_KNOWN)
        return;
    status = json_parse(recorded->value, 2, &json, &err);
    if (status == TDX_OK) {
        struct json_reader reader = { .json = json, .bad = TDX_JSON_BAD, .err = &err };
        struct json_place root = json_root(&reader);
        struct json_place leaf = json_member(&root, "0x21", JSON_OPTIONAL);

        if (json_present(&leaf))
            value = json_as_string(&leaf);
        status = reader.status;
    }
    if (status != TDX_OK)
        facts_set_state(collector->facts, key, FACT_FAILED, err.detail);
    else if (value.data == NULL)
        facts_set_state(collector->facts, key, FACT_ABSENT, NULL);
    else
        facts_set(collector->facts, key, value);
    json_free(json);
}

/* probe:cpuid.0x21: the twelve characters that CPUID leaf 0x21, sub-leaf 0 spells (EBX, EDX, ECX).
 * Source: Intel TDX Module ABI, "CPUID leaf 21H"; "IntelTDX    " inside a TD. */
static void collect_cpuid(const struct collector *collector)
{
    const char *key = "probe:cpuid.0x21";

    if (collect_probe_file(collector, key + strlen("probe:"), "cpuid.json")) {
        take_recorded(collector, key);
        return;
    }
    if (!collector->live) {
        facts_set_state(collector->facts, key, FACT_OFFLINE, NULL);
        return;
    }
#if defined(__x86_64__) || defined(__i386__)
    unsigned registers[4] = { 0 };

    /* The highest leaf is asked first: beyond it the answer is that of another leaf. */
    if ((unsigned)__get_cpuid_max(0, NULL) >= CPUID_TDX_LEAF) {
        __cpuid_count(CPUID_TDX_LEAF, 0, registers[0], registers[1], registers[3], registers[2]);
        facts_set(collector->facts, key,
                  (struct span){ (const uint8_t *)&registers[1], 3 * sizeof(registers[0]) });
        return;
    }
#endif
    facts_set_state(collector->facts, key, FACT_ABSENT, NULL);
}

static void collect(const struct collector *collector)
{
    collect_file(collector, "/proc/cpuinfo");
    collect_file(collector, "/proc/uptime");
    collect_cpuid(collector);
    collect_file(collector, "/sys/class/dmi/id/sys_vendor");
    collect_file(collector, "/sys/class/dmi/id/product_name");
}

/* True if word stands among the blank-separated words of a line that begins with head. Whole words
 * only: tdx_host_platform is the host's flag, not ours. */
static bool line_has_word(struct span text, const char *head, const char *word)
{
    struct span line, each;

    while (line_next(&text, &line)) {
        if (!span_begins(line, head))
            continue;
        line = span_after(line, ":");
        while (word_next(&line, &each))
            if (span_is(each, word))
                return true;
    }
    return false;
}

bool cpu_is_tdx_guest(const struct facts *facts)
{
    const struct fact *cpuinfo = facts_find(facts, "file:/proc/cpuinfo");

    return cpuinfo->state == FACT_KNOWN && line_has_word(cpuinfo->value, "flags", "tdx_guest");
}

static void evaluate_flag(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *cpuinfo = facts_find(evaluation->facts, "file:/proc/cpuinfo");

    if (!finding_needs(ret, cpuinfo, CHECK_ERROR, "unreadable", "/proc/cpuinfo is not there"))
        return;
    if (cpu_is_tdx_guest(evaluation->facts))
        finding_set(ret, CHECK_PASS, NULL, "tdx_guest");
    else
        finding_set(ret, CHECK_FAIL, "flag_missing", "the flags do not have tdx_guest");
}

static void evaluate_leaf(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *leaf = facts_find(evaluation->facts, "probe:cpuid.0x21");

    if (!finding_needs(ret, leaf, CHECK_FAIL, "leaf_missing", "the CPU has no leaf 0x21"))
        return;
    if (leaf->value.size == 12 && memcmp(leaf->value.data, "IntelTDX    ", 12) == 0)
        finding_set(ret, CHECK_PASS, NULL, "IntelTDX");
    else
        finding_set(ret, CHECK_FAIL, "leaf_differs", "leaf 0x21 says \"%.12s\"",
                    (const char *)leaf->value.data);
}

static void evaluate_profile(const struct evaluation *evaluation, struct finding *ret)
{
    const struct facts *facts = evaluation->facts;
    const struct fact *vendor = facts_find(facts, "file:/sys/class/dmi/id/sys_vendor");
    const struct fact *product = facts_find(facts, "file:/sys/class/dmi/id/product_name");
    char name[PLATFORM_NAME_SIZE], maker[PLATFORM_LINE_SIZE], model[PLATFORM_LINE_SIZE] = "";

    /* A firmware that names no vendor is no fault; one that may not be asked is. */
    if (vendor->state != FACT_ABSENT && !finding_needs(ret, vendor, CHECK_INFO, NULL, ""))
        return;
    finding_source(ret, "/sys/class/dmi/id, platforms.d");
    (void)platform_here(facts, name);
    platform_vendor(facts, maker);
    if (product->state == FACT_KNOWN)
        span_string(span_trim(product->value), model, sizeof(model));
    if (maker[0] != '\0')
        finding_set(ret, CHECK_INFO, NULL, "%s (%s%s%s)", name, maker, model[0] != '\0' ? ", " : "",
                    model);
    else
        finding_set(ret, CHECK_INFO, NULL, "%s (the firmware names no vendor)", name);
}

static const struct check checks[] = {
    {
        .id = "cpu.tdx_guest",
        .title = "the CPU says that this is a TDX guest",
        .severity = SEVERITY_CRITICAL,
        .expected = "tdx_guest among the CPU's flags",
        .remedy = "This machine is no TD, and cannot become one. Create a new instance with "
                  "confidential computing mode TDX (Alibaba Cloud: "
                  "SecurityOptions.ConfidentialComputingMode=TDX, on ecs.g8i.xlarge or larger).",
        .reads = "the flags lines of /proc/cpuinfo",
        .why = "Without it nothing else here means anything: the memory is open to the host.",
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_flag,
    },
    {
        .id = "cpu.cpuid_leaf",
        .title = "CPUID leaf 0x21 agrees",
        .severity = SEVERITY_HIGH,
        .expected = "\"IntelTDX    \" in leaf 0x21",
        .remedy = "The kernel and the CPU contradict each other. Report it to the provider with "
                  "the output of this program.",
        .reads = "CPUID leaf 0x21, sub-leaf 0",
        .why = "The flag is the kernel's word, the leaf the TDX module's: both must say the same.",
        .requires = { "cpu.tdx_guest" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_leaf,
    },
    {
        .id = "cpu.vendor_profile",
        .title = "whose platform this is",
        .severity = SEVERITY_INFO,
        .expected = "a profile of platforms.d, or generic",
        .remedy = "Nothing to mend.",
        .reads = "system vendor and product of the firmware (DMI); where it names none, which "
                 "metadata service answers",
        .why = "It chooses which file of platforms.d is about this machine. The host says it, so "
               "it is a hint.",
        .live_only = true,
        .gives = GIVES(INFO) | GIVES(ERROR),
        .evaluate = evaluate_profile,
    },
};

const struct family cpu_family = {
    .name = "cpu",
    .title = "CPU and platform",
    .collect = collect,
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
