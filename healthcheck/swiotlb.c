/* SPDX-License-Identifier: Apache-2.0 */
/* The bounce buffer: what is in force, whether it was full, whether it is large enough. The reading
 * and the arithmetic are those of tdx-swiotlb. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "healthcheck/families.h"
#include "healthcheck/lines.h"
#include "swiotlb/advice.h"
#include "swiotlb/cause.h"
#include "swiotlb/facts.h"
#include "swiotlb/live_log.h"

#define PROBE            "probe:swiotlb"
#define USE_WARN_PERCENT 60
#define USE_FAIL_PERCENT 85
#define RECENT_SECONDS   3600

static void put(struct text *out, const char *name, struct maybe_u64 value)
{
    if (value.known)
        text_addf(out, "%s=%" PRIu64 "\n", name, value.value);
}

static struct maybe_u64 when(bool known, uint64_t value)
{
    return known ? maybe_u64(value) : (struct maybe_u64){ 0 };
}

static void print_facts(const struct swiotlb_facts *facts, const struct swiotlb_advice *advice,
                        struct text *out)
{
    const struct swiotlb_param *param = &facts->param;
    const struct kernel_log_full *full = &facts->log.full;
    const char *cause = swiotlb_cause_id(advice->cause);

    put(out, "slabs", facts->slabs);
    put(out, "memory", facts->guest.memory);
    put(out, "default", advice->kernel_default);
    put(out, "used", facts->used);
    put(out, "hiwater", facts->hiwater);
    put(out, "limit", maybe_u64(advice->limit.slabs));
    put(out, "recommended", advice->slabs);
    text_addf(out, "verdict=%d\n", (int)advice->verdict);
    if (facts->command_line_known) {
        put(out, "param_count", maybe_u64(param->count));
        put(out, "param_bare", maybe_u64(param->bare));
        put(out, "param_noforce", maybe_u64(param->noforce));
        put(out, "param_asked", when(param->sized, param->asked));
        put(out, "param_slabs", when(param->sized, param->slabs));
        text_addf(out, "param_ignored=%s\n", param->ignored);
    }
    if (facts->log_known) {
        put(out, "log_boot", maybe_u64(facts->log.boot_seen));
        put(out, "log_tdx", maybe_u64(facts->log.tdx));
        put(out, "log_full", maybe_u64(full->lines + full->suppressed + full->old_lines));
        put(out, "log_first_us", full->first_us);
        put(out, "log_last_us", full->last_us);
        put(out, "log_largest", full->largest_bytes);
        put(out, "log_smallest", full->smallest_bytes);
        put(out, "log_total", full->total);
        put(out, "log_max_used", full->max_used);
    }
    if (cause != NULL)
        text_addf(out, "cause=%s\ncause_text=%s\n", cause, swiotlb_cause_text(advice->cause));
    if (facts->devices_known) {
        put(out, "nics", maybe_u64(facts->demand.nics));
        put(out, "queues", maybe_u64(facts->demand.queues));
        put(out, "idle_slabs", maybe_u64(facts->demand.idle_slabs));
        put(out, "demand_slabs", maybe_u64(facts->demand.slabs));
    }
}

/* A recording's own log stands in .probe/dmesg.txt; the machine's is asked for. */
static void collect_log(const struct collector *collector, struct kernel_log *log,
                        struct swiotlb_facts *facts)
{
    struct tdx_error err = { 0 };
    enum tdx_status status;

    if (collect_probe_file(collector, "kernel_log", "dmesg.txt")) {
        const struct fact *recorded = facts_find(collector->facts, "probe:kernel_log");

        if (recorded->state != FACT_KNOWN)
            return;
        kernel_log_parse(recorded->value, log);
        /* The whole log is a fact already: that of its file. */
        facts_set(collector->facts, "probe:kernel_log", (struct span){ NULL, 0 });
    } else {
        status = live_log_read(log, &err);
        collect_probe(collector, "kernel_log", status, &err, (struct span){ NULL, 0 });
        if (status != TDX_OK)
            return;
    }
    swiotlb_facts_from_log(log, facts);
}

static void collect(const struct collector *collector)
{
    struct kernel_log *log = calloc(1, sizeof(*log));
    struct swiotlb_facts *facts = calloc(1, sizeof(*facts));
    struct swiotlb_advice advice = { 0 };
    struct text lines = { 0 };

    if (!collector->live) {
        facts_set_state(collector->facts, PROBE, FACT_OFFLINE, NULL);
        facts_set_state(collector->facts, "probe:kernel_log", FACT_OFFLINE, NULL);
    } else if (log != NULL && facts != NULL) {
        collect_log(collector, log, facts);
        swiotlb_facts_read(collector->root, facts);
        swiotlb_advise(facts, &advice);
        print_facts(facts, &advice, &lines);
        facts_set(collector->facts, PROBE, text_span(&lines));
    }
    text_free(&lines);
    free(log);
    free(facts);
}

/* The probe's lines, or false with the finding set. */
static bool lines_of(const struct evaluation *evaluation, struct finding *ret, struct span *lines)
{
    const struct fact *fact = facts_find(evaluation->facts, PROBE);

    if (!finding_needs(ret, fact, CHECK_ERROR, "unreadable", "nothing could be read"))
        return false;
    *lines = fact->value;
    return true;
}

static uint64_t mib_of(uint64_t slabs)
{
    return slabs * SWIOTLB_SLAB_SIZE >> 20;
}

static void evaluate_size(const struct evaluation *evaluation, struct finding *ret)
{
    struct maybe_u64 slabs, usual;
    struct span lines;

    if (!lines_of(evaluation, ret, &lines))
        return;
    finding_source(ret, "the kernel log, debugfs");
    slabs = lines_number(lines, "slabs");
    usual = lines_number(lines, "default");
    if (!slabs.known)
        finding_set(ret, CHECK_ERROR, "unknown",
                    "neither the kernel log nor debugfs tells the size");
    else if (slabs.value == 0)
        finding_set(ret, CHECK_FAIL, "no_buffer", "there is no buffer");
    else if (usual.known)
        finding_set(ret, CHECK_INFO, NULL,
                    "%" PRIu64 " MiB (%" PRIu64 " slabs); the kernel's own "
                    "choice here is %" PRIu64 " MiB",
                    mib_of(slabs.value), slabs.value, mib_of(usual.value));
    else
        finding_set(ret, CHECK_INFO, NULL, "%" PRIu64 " MiB (%" PRIu64 " slabs)",
                    mib_of(slabs.value), slabs.value);
}

static void evaluate_config(const struct evaluation *evaluation, struct finding *ret)
{
    struct maybe_u64 count, asked, memory, usual;
    char ignored[64];
    struct span lines;

    if (!lines_of(evaluation, ret, &lines))
        return;
    finding_source(ret, "/proc/cmdline");
    count = lines_number(lines, "param_count");
    asked = lines_number(lines, "param_slabs");
    memory = lines_number(lines, "memory");
    usual = lines_number(lines, "default");
    lines_string(lines, "param_ignored", ignored, sizeof(ignored));
    if (!count.known)
        finding_set(ret, CHECK_ERROR, "unknown", "the command line could not be read");
    else if (lines_number(lines, "param_bare").value != 0)
        finding_set(ret, CHECK_FAIL, "bare",
                    "a word \"swiotlb\" without \"=\": a kernel dies on it");
    else if (lines_number(lines, "param_noforce").value != 0)
        finding_set(ret, CHECK_FAIL, "noforce",
                    "\"noforce\": a TD's devices cannot work without it");
    else if (count.value > 1)
        finding_set(ret, CHECK_FAIL, "duplicate", "swiotlb= stands there %" PRIu64 " times",
                    count.value);
    else if (ignored[0] != '\0')
        finding_set(ret, CHECK_WARN, "ignored", "the kernel ignores \"%s\"", ignored);
    else if (count.value == 0)
        finding_set(ret, CHECK_PASS, NULL, "not given: the kernel chooses");
    else if (!asked.known)
        finding_set(ret, CHECK_FAIL, "not_a_number", "swiotlb= has no number");
    else if (memory.known && asked.value > memory.value / 2 / SWIOTLB_SLAB_SIZE)
        finding_set(ret, CHECK_FAIL, "too_large", "%" PRIu64 " MiB is more than half the memory",
                    mib_of(asked.value));
    else if (memory.known && asked.value > memory.value / 4 / SWIOTLB_SLAB_SIZE)
        finding_set(ret, CHECK_WARN, "large",
                    "%" PRIu64 " MiB is more than a quarter of the memory", mib_of(asked.value));
    else if (usual.known && asked.value <= usual.value)
        finding_set(ret, CHECK_WARN, "no_effect",
                    "%" PRIu64 " MiB is not more than the kernel takes by itself (%" PRIu64 " MiB)",
                    mib_of(asked.value), mib_of(usual.value));
    else
        finding_set(ret, CHECK_PASS, NULL, "%" PRIu64 " slabs, %" PRIu64 " MiB", asked.value,
                    mib_of(asked.value));
}

static void evaluate_effective(const struct evaluation *evaluation, struct finding *ret)
{
    struct maybe_u64 asked, slabs;
    struct span lines;

    if (!lines_of(evaluation, ret, &lines))
        return;
    finding_source(ret, "/proc/cmdline, the kernel log, debugfs");
    asked = lines_number(lines, "param_slabs");
    slabs = lines_number(lines, "slabs");
    if (!asked.known)
        finding_skip(ret, "not_asked", "no size was asked for");
    else if (!slabs.known)
        finding_set(ret, CHECK_ERROR, "unknown",
                    "neither the kernel log nor debugfs tells the size in force");
    else if (slabs.value < asked.value)
        finding_set(ret, CHECK_FAIL, "smaller", "asked for %" PRIu64 " MiB, got %" PRIu64 " MiB",
                    mib_of(asked.value), mib_of(slabs.value));
    else
        finding_set(ret, CHECK_PASS, NULL, "asked for %" PRIu64 " MiB, %" PRIu64 " MiB in force",
                    mib_of(asked.value), mib_of(slabs.value));
}

/* Seconds since the machine started, for how long ago something in the log was. */
static struct maybe_u64 uptime_seconds(const struct evaluation *evaluation)
{
    const struct fact *fact = facts_find(evaluation->facts, "file:/proc/uptime");
    struct span text = fact->value;
    uint64_t seconds;

    if (fact->state != FACT_KNOWN || !number_take(&text, &seconds))
        return (struct maybe_u64){ 0 };
    return maybe_u64(seconds);
}

static void evaluate_full(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *log = facts_find(evaluation->facts, "probe:kernel_log");
    struct maybe_u64 events, last, uptime = uptime_seconds(evaluation);
    struct span lines;
    char cause[256];
    bool old;

    if (!finding_needs(ret, log, CHECK_ERROR, "unreadable", "there is no kernel log") ||
        !lines_of(evaluation, ret, &lines))
        return;
    finding_source(ret, "the kernel log of this boot");
    events = lines_number(lines, "log_full");
    last = lines_number(lines, "log_last_us");
    if (!events.known) {
        finding_set(ret, CHECK_ERROR, "unknown", "the kernel log could not be understood");
        return;
    }
    if (events.value == 0) {
        finding_set(ret, CHECK_PASS, NULL, "never full in this boot");
        return;
    }
    old = last.known && uptime.known && last.value / 1000000 + RECENT_SECONDS < uptime.value;
    lines_string(lines, "cause_text", cause, sizeof(cause));
    finding_set(ret, old ? CHECK_WARN : CHECK_FAIL, "buffer_full",
                "full %" PRIu64 " times, first at %" PRIu64 " s, last at %" PRIu64
                " s after the start; requests of %" PRIu64 " to %" PRIu64 " bytes%s%s",
                events.value, lines_number(lines, "log_first_us").value / 1000000,
                last.value / 1000000, lines_number(lines, "log_smallest").value,
                lines_number(lines, "log_largest").value, cause[0] != '\0' ? ". " : "", cause);
}

static void evaluate_usage(const struct evaluation *evaluation, struct finding *ret)
{
    struct maybe_u64 slabs, most;
    struct span lines;
    uint64_t percent;

    if (!lines_of(evaluation, ret, &lines))
        return;
    finding_source(ret, "/sys/kernel/debug/swiotlb");
    slabs = lines_number(lines, "slabs");
    most = lines_number(lines, "hiwater");
    if (!most.known)
        most = lines_number(lines, "used");
    if (!most.known) {
        finding_skip(ret, "no_debugfs",
                     "debugfs shows no use (not root, not mounted, or locked down)");
        return;
    }
    if (!slabs.known || slabs.value == 0) {
        finding_set(ret, CHECK_ERROR, "unknown", "the size in force is not known");
        return;
    }
    percent = most.value > slabs.value ? 100 : most.value * 100 / slabs.value;
    finding_set(ret,
                percent >= USE_FAIL_PERCENT   ? CHECK_FAIL
                : percent >= USE_WARN_PERCENT ? CHECK_WARN
                                              : CHECK_PASS,
                percent >= USE_WARN_PERCENT ? "nearly_full" : NULL,
                "at most %" PRIu64 " %% was in use (%" PRIu64 " of %" PRIu64 " slabs)", percent,
                most.value, slabs.value);
}

static void evaluate_eni(const struct evaluation *evaluation, struct finding *ret)
{
    struct maybe_u64 slabs, idle, nics;
    struct span lines;
    uint64_t percent;

    if (!lines_of(evaluation, ret, &lines))
        return;
    finding_source(ret, "/sys/class/net, the size in force");
    nics = lines_number(lines, "nics");
    idle = lines_number(lines, "idle_slabs");
    slabs = lines_number(lines, "slabs");
    if (!nics.known || nics.value == 0) {
        finding_skip(ret, "no_nic", "there is no physical network card");
        return;
    }
    if (!slabs.known || slabs.value == 0) {
        finding_set(ret, CHECK_ERROR, "unknown", "the size in force is not known");
        return;
    }
    percent = idle.value * 100 / slabs.value;
    finding_set(ret,
                percent >= 80   ? CHECK_FAIL
                : percent >= 40 ? CHECK_WARN
                                : CHECK_PASS,
                percent >= 40 ? "rings_fill_it" : NULL,
                "%" PRIu64 " cards with %" PRIu64 " queues hold %" PRIu64 " %% of it when idle",
                nics.value, lines_number(lines, "queues").value, percent);
}

static const struct check checks[] = {
    {
        .id = "swiotlb.config",
        .title = "swiotlb= on the command line makes sense",
        .severity = SEVERITY_MEDIUM,
        .expected = "no swiotlb=, or one number above the kernel's own choice and not above a "
                    "quarter of the memory",
        .remedy = "See what would help, take a disk snapshot, then write it:\n"
                  "  tdx-swiotlb recommend\n"
                  "  tdx-grub set-swiotlb --recommended --dry-run",
        .reads = "/proc/cmdline, read as the kernel reads it",
        .why = "A wrong value can keep the instance from starting, and there is no VNC console.",
        .requires = { "cpu.tdx_guest" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_config,
    },
    {
        .id = "swiotlb.size",
        .title = "the size of the bounce buffer",
        .severity = SEVERITY_INFO,
        .expected = "a buffer; by default 6 % of memory, 64 MiB to 1 GiB",
        .remedy = "Take a wrong swiotlb= out of the boot configuration:\n"
                  "  tdx-grub unset-swiotlb --dry-run",
        .reads = "the kernel log's \"software IO TLB\" lines, debugfs io_tlb_nslabs",
        .why = "All I/O of a TD goes through this buffer; it is taken from the memory in sight.",
        .requires = { "cpu.tdx_guest", "swiotlb.config" },
        .live_only = true,
        .gives = GIVES(INFO) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_size,
    },
    {
        .id = "swiotlb.effective",
        .title = "the size that was asked for is in force",
        .severity = SEVERITY_HIGH,
        .expected = "at least what swiotlb= asks for",
        .remedy = "The buffer must lie in one piece below 4 GiB; what does not fit is cut or not "
                  "had at all. Ask for less:\n"
                  "  tdx-swiotlb recommend",
        .reads = "/proc/cmdline, the kernel log, debugfs",
        .why = "A size that was silently cut looks like a mended system until the next load.",
        .requires = { "swiotlb.config", "swiotlb.size" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(FAIL) | GIVES(SKIP),
        .evaluate = evaluate_effective,
    },
    {
        .id = "swiotlb.full",
        .title = "the bounce buffer was not full",
        .severity = SEVERITY_HIGH,
        .expected = "no \"swiotlb buffer is full\" in the kernel log",
        .remedy = "More memory does not mend every cause. See which it is and what helps:\n"
                  "  tdx-swiotlb\n"
                  "  tdx-grub set-swiotlb --recommended --dry-run",
        .reads = "the kernel's ring buffer; where it no longer reaches back to the start, the "
                 "journal of this boot",
        .why = "When it is full, I/O fails or stalls, and nothing else names the cause.",
        .requires = { "cpu.tdx_guest" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_full,
    },
    {
        .id = "swiotlb.usage",
        .title = "the bounce buffer has room left",
        .severity = SEVERITY_MEDIUM,
        .expected = "less than 60 % in use at the highest",
        .remedy = "See what it would need before it is full:\n"
                  "  tdx-swiotlb recommend",
        .reads = "debugfs io_tlb_used_hiwater (kernels from 6.4), else io_tlb_used",
        .why = "The next burst of I/O decides whether it is full.",
        .requires = { "cpu.tdx_guest", "swiotlb.size" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL) | GIVES(SKIP),
        .evaluate = evaluate_usage,
    },
    {
        .id = "swiotlb.eni",
        .title = "the network cards leave room in the bounce buffer",
        .severity = SEVERITY_MEDIUM,
        .expected = "less than 40 % held by idle receive rings",
        .remedy = "Fewer queues, or smaller rings, or fewer cards; a larger buffer first:\n"
                  "  ethtool -L DEVICE combined 2\n"
                  "  tdx-swiotlb recommend\n"
                  "An instance that hangs at its start: stop it in the console and detach cards.",
        .reads = "queues and rings below /sys/class/net",
        .why = "Many multi-queue cards can use the buffer up before the system has started.",
        .requires = { "cpu.tdx_guest", "swiotlb.size" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL) | GIVES(SKIP),
        .evaluate = evaluate_eni,
    },
};

const struct family swiotlb_family = {
    .name = "swiotlb",
    .title = "SWIOTLB bounce buffer",
    .collect = collect,
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
