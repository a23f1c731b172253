/* SPDX-License-Identifier: Apache-2.0 */
#include "swiotlb/report.h"

#include "core/base/json_write.h"
#include "swiotlb/remarks.h"

static void put_maybe(struct json_writer *out, const char *name, struct maybe_u64 value)
{
    if (value.known)
        json_put_uint(out, name, value.value);
    else
        json_put_null(out, name);
}

static void put_answer(struct json_writer *out, const char *name, enum answer answer)
{
    if (answer == ANSWER_UNKNOWN)
        json_put_null(out, name);
    else
        json_put_bool(out, name, answer == ANSWER_YES);
}

/* Seconds since boot, six digits behind the point, as the kernel prints them. */
static void put_seconds(struct json_writer *out, const char *name, struct maybe_u64 micros)
{
    struct text seconds = { 0 };

    if (!micros.known) {
        json_put_null(out, name);
        return;
    }
    text_addf(&seconds, "%llu.%06llu", (unsigned long long)(micros.value / 1000000),
              (unsigned long long)(micros.value % 1000000));
    json_put_raw(out, name, text_span(&seconds));
    text_free(&seconds);
}

static const char *verdict_id(enum swiotlb_verdict verdict)
{
    static const char *const ids[] = {
        [SWIOTLB_ASK] = "ask",
        [SWIOTLB_ENOUGH] = "enough",
        [SWIOTLB_AT_LIMIT] = "at_limit",
        [SWIOTLB_SIZE_IS_NOT] = "size_is_not_the_cause",
        [SWIOTLB_NOT_NEEDED] = "not_needed",
        [SWIOTLB_NOT_KNOWN] = "not_known",
    };

    return ids[verdict];
}

static void put_arithmetic(struct json_writer *out, const struct swiotlb_facts *facts,
                           const struct swiotlb_advice *advice)
{
    json_open(out, "arithmetic", '{');
    put_maybe(out, "memory_bytes", facts->guest.memory);
    json_put_bool(out, "memory_estimated", facts->memory_estimated);
    put_maybe(out, "low_memory_bytes", facts->guest.low_piece);
    put_maybe(out, "cpus", facts->guest.cpus);
    put_maybe(out, "network_cards",
              facts->devices_known ? maybe_u64(facts->demand.nics) : (struct maybe_u64){ 0 });
    put_maybe(out, "queues",
              facts->devices_known ? maybe_u64(facts->demand.queues) : (struct maybe_u64){ 0 });
    put_maybe(out, "largest_ring",
              facts->largest_ring > 0 ? maybe_u64(facts->largest_ring) : (struct maybe_u64){ 0 });
    put_maybe(out, "disks",
              facts->devices_known ? maybe_u64(facts->demand.disks) : (struct maybe_u64){ 0 });
    put_maybe(out, "from_devices", advice->from_devices);
    put_maybe(out, "from_largest_request", advice->from_request);
    put_maybe(out, "from_hiwater", advice->from_hiwater);
    put_maybe(out, "from_events", advice->from_events);
    put_maybe(out, "kernel_default", advice->kernel_default);
    json_put_uint(out, "wanted", advice->wanted);
    json_put_uint(out, "limit", advice->limit.slabs);
    json_close(out, '}');
}

static void put_devices(struct json_writer *out, const struct kernel_log_full *full)
{
    json_open(out, "devices", '[');
    for (unsigned i = 0; i < full->device_count; i++) {
        const struct kernel_log_device *device = &full->devices[i];

        json_open(out, NULL, '{');
        json_put_string(out, "driver", device->driver[0] != '\0' ? device->driver : NULL);
        json_put_string(out, "device", device->device[0] != '\0' ? device->device : NULL);
        json_put_uint(out, "full_events", device->lines);
        json_put_uint(out, "largest_request_bytes", device->largest_bytes);
        json_close(out, '}');
    }
    json_close(out, ']');
}

void report_json(struct text *out, const struct swiotlb_facts *facts,
                 const struct swiotlb_advice *advice)
{
    struct json_writer json = { .text = out, .indent = true };
    const struct kernel_log_full *full = &facts->log.full;
    struct maybe_u64 slabs = facts->slabs.value > 0 ? facts->slabs : (struct maybe_u64){ 0 };

    json_open(&json, NULL, '{');
    put_maybe(&json, "nslabs", slabs);
    put_maybe(&json, "size_bytes",
              slabs.known ? maybe_u64(swiotlb_bytes(slabs.value)) : (struct maybe_u64){ 0 });
    put_maybe(&json, "areas", facts->areas);
    put_answer(&json, "force", swiotlb_facts_force(facts));
    json_put_uint(&json, "full_events", full->lines);
    json_put_uint(&json, "suppressed", full->suppressed);
    put_seconds(&json, "first_full", full->first_us);
    put_seconds(&json, "last_full", full->last_us);
    put_maybe(&json, "largest_request_bytes", full->largest_bytes);
    put_maybe(&json, "used", facts->used);
    put_maybe(&json, "used_hiwater", facts->hiwater);
    json_put_string(&json, "cause", swiotlb_cause_id(advice->cause));
    put_maybe(&json, "recommended_mib",
              advice->slabs.known ? maybe_u64(swiotlb_mib(advice->slabs.value)) : advice->slabs);
    put_maybe(&json, "recommended_nslabs", advice->slabs);
    json_put_string(&json, "verdict", verdict_id(advice->verdict));
    put_answer(&json, "no_buffer",
               facts->slabs.known ? (facts->slabs.value == 0 ? ANSWER_YES : ANSWER_NO)
                                  : ANSWER_UNKNOWN);
    put_answer(&json, "dynamic", facts->dynamic);
    put_answer(&json, "tdx", facts->tdx);
    json_put_string(&json, "kernel", facts->release[0] != '\0' ? facts->release : NULL);
    put_maybe(&json, "min_used_when_full", full->min_used);
    put_maybe(&json, "max_used_when_full", full->max_used);
    json_put_uint(&json, "old_form_events", full->old_lines);
    json_put_uint(&json, "no_buffer_events", facts->log.no_buffer_lines);
    put_devices(&json, full);
    json_open(&json, "remarks", '[');
    for (int i = 0; i < SWIOTLB_REMARK_COUNT; i++)
        if (swiotlb_remark_holds(facts, (enum swiotlb_remark)i))
            json_put_string(&json, NULL, swiotlb_remark_id((enum swiotlb_remark)i));
    json_close(&json, ']');
    put_arithmetic(&json, facts, advice);
    json_close(&json, '}');
    text_add_char(out, '\n');
}
