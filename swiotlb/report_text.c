/* SPDX-License-Identifier: Apache-2.0 */
#include "swiotlb/report.h"

#include <string.h>

#include "swiotlb/remarks.h"

#define BAR_WIDTH   24
#define LABEL_WIDTH 13 /* "Recommended  " */

static unsigned long long wide(uint64_t value)
{
    return (unsigned long long)value;
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

void report_size(struct text *out, uint64_t slabs)
{
    uint64_t rest = slabs % SWIOTLB_SLABS_PER_MIB;

    if (slabs >= 10 * 1024 * SWIOTLB_SLABS_PER_MIB)
        text_addf(out, "%llu GiB", wide(swiotlb_mib(slabs) / 1024));
    else if (rest == 0 || swiotlb_mib(slabs) >= 100)
        text_addf(out, "%llu MiB", wide(swiotlb_mib(slabs)));
    else /* hundredths, rounded down */
        text_addf(out, "%llu.%02llu MiB", wide(swiotlb_mib(slabs)),
                  wide(rest * 100 / SWIOTLB_SLABS_PER_MIB));
}

static uint64_t part(uint64_t value, uint64_t total, unsigned width)
{
    return total == 0 ? 0 : value >= total ? width : number_multiply(value, width) / total;
}

void report_bar(struct text *out, uint64_t used, struct maybe_u64 hiwater, uint64_t total,
                unsigned width)
{
    uint64_t filled = part(used, total, width);
    uint64_t reached = hiwater.known ? part(hiwater.value, total, width) : filled;

    text_add_char(out, '[');
    for (unsigned i = 0; i < width; i++)
        text_add_char(out, i < filled ? '#' : i < reached ? '-' : '.');
    text_add_char(out, ']');
}

static void in_force(struct text *out, const struct swiotlb_facts *facts)
{
    static const char *const sources[] = {
        [SWIOTLB_FROM_NOTHING] = "",
        [SWIOTLB_FROM_DEBUGFS] = "debugfs",
        [SWIOTLB_FROM_MAPPED] = "the kernel log",
        [SWIOTLB_FROM_HALVED] = "the kernel log",
        [SWIOTLB_FROM_FULL_LINE] = "the kernel log",
        [SWIOTLB_FROM_RULE] = "the command line, as the kernel reads it",
        [SWIOTLB_FROM_NO_LOW_MEM] = "the kernel log",
    };

    text_add(out, "In force     ");
    if (!facts->slabs.known) {
        text_add(out, "not known (debugfs and the kernel log are for root)\n");
        return;
    }
    if (facts->slabs.value == 0) {
        text_addf(out, "no buffer, by %s\n", sources[facts->slabs_from]);
        return;
    }
    report_size(out, facts->slabs.value);
    text_addf(out, " (%llu slabs", wide(facts->slabs.value));
    if (facts->areas.known)
        text_addf(out, ", %llu area%s", wide(facts->areas.value), plural(facts->areas.value));
    text_addf(out, "), by %s%s\n", sources[facts->slabs_from],
              facts->dynamic == ANSWER_YES ? "; it grows (CONFIG_SWIOTLB_DYNAMIC)" : "");
}

static void in_use(struct text *out, const struct swiotlb_facts *facts)
{
    uint64_t total = facts->slabs.value;

    if (!facts->used.known || total == 0)
        return;
    text_add(out, "In use       ");
    report_bar(out, facts->used.value, facts->hiwater, total, BAR_WIDTH);
    text_addf(out, " %llu %%, ", wide(part(facts->used.value, total, 100)));
    report_size(out, facts->used.value);
    if (facts->hiwater.known) {
        text_addf(out, "; at most %llu %%, ", wide(part(facts->hiwater.value, total, 100)));
        report_size(out, facts->hiwater.value);
    }
    text_add_char(out, '\n');
}

static void seconds(struct text *out, uint64_t micros)
{
    text_addf(out, "%llu.%01llu s", wide(micros / 1000000), wide(micros % 1000000 / 100000));
}

static void devices(struct text *out, const struct kernel_log_full *full)
{
    for (unsigned i = 0; i < full->device_count; i++) {
        const struct kernel_log_device *device = &full->devices[i];

        if (device->device[0] != '\0')
            text_addf(out, "             %s%s%s: %llu time%s, up to %llu bytes at once\n",
                      device->driver, device->driver[0] != '\0' ? " " : "", device->device,
                      wide(device->lines), plural(device->lines), wide(device->largest_bytes));
    }
    if (full->more_devices)
        text_add(out, "             and more devices\n");
}

static void was_full(struct text *out, const struct swiotlb_facts *facts,
                     const struct swiotlb_advice *advice, const char *log_missing)
{
    const struct kernel_log_full *full = &facts->log.full;

    text_add(out, "Full         ");
    if (full->lines > 0) {
        text_addf(out, "%llu time%s", wide(full->lines), plural(full->lines));
        if (full->suppressed > 0)
            text_addf(out, " and %llu more that the kernel did not print", wide(full->suppressed));
        if (full->first_us.known) {
            text_add(out, ", from ");
            seconds(out, full->first_us.value);
            text_add(out, " to ");
            seconds(out, full->last_us.value);
            text_add(out, " after boot");
        }
        text_add_char(out, '\n');
        devices(out, full);
    } else if (full->old_lines > 0) {
        text_addf(out, "%llu time%s\n", wide(full->old_lines), plural(full->old_lines));
    } else if (full->suppressed > 0) {
        text_addf(out, "%llu times that the kernel did not print\n", wide(full->suppressed));
    } else if (facts->log.no_buffer_lines > 0) {
        text_add(out, "every time: there is no buffer\n");
    } else if (!facts->log_known) {
        text_addf(out, "not known: %s\n", log_missing != NULL ? log_missing : "no kernel log");
    } else {
        text_add(out, "never, says the kernel log\n");
    }
    if (swiotlb_cause_id(advice->cause) != NULL)
        text_addf(out, "Cause        %s: %s\n", swiotlb_cause_id(advice->cause),
                  swiotlb_cause_text(advice->cause));
}

static void less_demand(struct text *out, const struct swiotlb_facts *facts,
                        const struct swiotlb_advice *advice)
{
    if (advice->queues_that_fit > 0)
        text_addf(out,
                  "             It serves %llu queues for each card: ethtool -L IF combined %llu\n",
                  wide(advice->queues_that_fit), wide(advice->queues_that_fit));
    else
        text_add(out,
                 "             Use fewer queues (ethtool -L IF combined N), smaller rings "
                 "(ethtool -G IF rx 256),\n"
                 "             fewer network cards, or a kernel with CONFIG_SWIOTLB_DYNAMIC\n");
    if (facts->guest.kernel.anolis && facts->guest.kernel.areas == ANSWER_YES)
        text_add(out, "             This kernel takes \"swiotlb=N,any\": then the buffer may lie "
                      "above 4 GiB\n");
}

static const char *limit_text(enum swiotlb_limit_why why)
{
    switch (why) {
    case SWIOTLB_LIMIT_LOW:
        return "what can lie below 4 GiB in one piece";
    case SWIOTLB_LIMIT_QUARTER:
        return "a quarter of the memory";
    case SWIOTLB_LIMIT_BLIND:
        break;
    }
    return "1 GiB, the most that is safe without having seen the memory map";
}

static void recommended(struct text *out, const struct swiotlb_facts *facts,
                        const struct swiotlb_advice *advice)
{
    text_add(out, "Recommended  ");
    switch (advice->verdict) {
    case SWIOTLB_ASK:
        report_size(out, advice->slabs.value);
        text_addf(out, ": tdx-grub set-swiotlb --slabs %llu (after a disk snapshot)\n",
                  wide(advice->slabs.value));
        if (advice->cut) {
            text_addf(out, "             More would be better, but the limit is %s.\n",
                      limit_text(advice->limit.why));
            less_demand(out, facts, advice);
        } else if (advice->kernel_default.value == advice->wanted && facts->param.sized &&
                   (facts->guest.confidential == ANSWER_NO ||
                    swiotlb_rule(&facts->guest) == ANSWER_YES)) {
            text_add(out, "             Without \"swiotlb=\" the kernel takes ");
            report_size(out, advice->kernel_default.value);
            text_add(out, " by itself, which does too: tdx-grub unset-swiotlb\n");
        }
        break;
    case SWIOTLB_ENOUGH:
        text_addf(out, "nothing: what is in force is enough%s\n",
                  facts->slabs.value >= SWIOTLB_BLIND_LIMIT_SLABS
                      ? " (the 1 GiB of many manuals is there already)"
                      : "");
        break;
    case SWIOTLB_AT_LIMIT:
        text_addf(out, "no other size: more is needed, but the limit is %s\n",
                  limit_text(advice->limit.why));
        less_demand(out, facts, advice);
        break;
    case SWIOTLB_SIZE_IS_NOT:
        text_add(out, "no other size: it is not the size that is wrong\n");
        break;
    case SWIOTLB_NOT_NEEDED:
        text_add(out, "nothing: in this machine hardly anything passes through the buffer\n");
        break;
    case SWIOTLB_NOT_KNOWN:
        text_add(out, "not known: too little could be read (run it as root)\n");
        break;
    }
}

static void remarks(struct text *out, const struct swiotlb_facts *facts)
{
    for (int i = 0; i < SWIOTLB_REMARK_COUNT; i++) {
        enum swiotlb_remark remark = (enum swiotlb_remark)i;

        if (!swiotlb_remark_holds(facts, remark))
            continue;
        text_addf(out, "Note         %s", swiotlb_remark_text(remark));
        if (remark == SWIOTLB_REMARK_IGNORED)
            text_addf(out, ": %s", facts->param.ignored);
        if (remark == SWIOTLB_REMARK_ROUNDED)
            text_addf(out, ": %llu became %llu", wide(facts->param.asked),
                      wide(facts->slabs.value));
        if (remark == SWIOTLB_REMARK_HALVED && facts->log.halved_from.known)
            text_addf(out, ": %llu became %llu", wide(facts->log.halved_from.value),
                      wide(facts->log.halved_to.value));
        text_add_char(out, '\n');
    }
}

void report_text(struct text *out, const struct swiotlb_facts *facts,
                 const struct swiotlb_advice *advice, const char *log_missing)
{
    in_force(out, facts);
    in_use(out, facts);
    was_full(out, facts, advice, log_missing);
    recommended(out, facts, advice);
    remarks(out, facts);
}

/* --- a narrow terminal --------------------------------------------------------------------------
 */

void report_fit(const struct text *report, unsigned columns, struct text *out)
{
    for (const char *at = text_string(report); *at != '\0';) {
        size_t size = strcspn(at, "\n"), blanks = strspn(at, " "), indent = 4, text = blanks;

        /* A label of LABEL_WIDTH and the text behind it, or a line that is indented. */
        if (size > LABEL_WIDTH && at[LABEL_WIDTH] != ' ' &&
            (blanks == LABEL_WIDTH || (blanks == 0 && at[LABEL_WIDTH - 1] == ' ')))
            indent = text = LABEL_WIDTH;
        if (columns == 0 || size <= columns || columns < 2 * LABEL_WIDTH) {
            text_add_n(out, at, size);
            text_add_char(out, '\n');
        } else {
            text_add_n(out, at, text);
            text_add_wrapped(out, at + text, size - text, text, indent, columns);
        }
        at += size + (at[size] == '\n');
    }
    out->failed |= report->failed;
}

/* --- recommend ------------------------------------------------------------------------------- */

static void term(struct text *out, const char *what, struct maybe_u64 slabs)
{
    if (!slabs.known)
        return;
    text_addf(out, "  %-47s %9llu slabs  ", what, wide(slabs.value));
    report_size(out, slabs.value);
    text_add_char(out, '\n');
}

static void demand_terms(struct text *out, const struct swiotlb_facts *facts)
{
    const struct swiotlb_demand *demand = &facts->demand;
    struct text what = { 0 };

    text_addf(&what, "%llu network card%s, %llu queue%s, rings of %llu", wide(demand->nics),
              plural(demand->nics), wide(demand->queues), plural(demand->queues),
              wide(facts->largest_ring));
    term(out, text_string(&what), maybe_u64(demand->nic_slabs));
    text_clear(&what);
    text_addf(&what, "%llu disk%s", wide(demand->disks), plural(demand->disks));
    term(out, text_string(&what), maybe_u64(demand->disk_slabs));
    term(out, "anything else", maybe_u64(demand->base_slabs));
    text_free(&what);
}

void report_arithmetic(struct text *out, const struct swiotlb_facts *facts,
                       const struct swiotlb_advice *advice)
{
    if (facts->devices_known)
        demand_terms(out, facts);
    term(out, "= need of the devices, and a quarter more", advice->from_devices);
    term(out, "8 x the largest request", advice->from_request);
    term(out, "1.5 x the high-water mark", advice->from_hiwater);
    term(out, "2 x what was full", advice->from_events);
    term(out,
         facts->guest.confidential == ANSWER_NO || swiotlb_rule(&facts->guest) == ANSWER_NO
             ? "what the kernel takes by itself"
             : "what the kernel takes by itself (6 %)",
         advice->kernel_default);
    term(out, "= wanted: the largest, as the kernel rounds it", maybe_u64(advice->wanted));
    term(out, "limit", maybe_u64(advice->limit.slabs));
    text_addf(out, "  (the limit is %s%s)\n", limit_text(advice->limit.why),
              facts->memory_estimated ? "; the memory is an estimate from MemTotal" : "");
    term(out, "in force", facts->slabs);
    recommended(out, facts, advice);
}
