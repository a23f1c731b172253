/* SPDX-License-Identifier: Apache-2.0 */
#include "swiotlb/cause.h"

#include <string.h>

/* A leak shows when use stays at the top for long after the boot, by one driver that maps small
 * pieces. The rings of virtio and NVMe are bounded, so there a constantly full buffer is too small.
 */
#define LEAK_UPTIME_US     (UINT64_C(3600) * 1000000)
#define LEAK_SPAN_US       (UINT64_C(600) * 1000000)
#define LEAK_LINES         3
#define LEAK_REQUEST_BYTES 65536
/* Of the live system: use this near the top, and devices that explain less than half of it. */
#define TOP_PERCENT 95

static bool bounded_driver(const char *driver)
{
    return strncmp(driver, "virtio", 6) == 0 || strcmp(driver, "nvme") == 0;
}

static bool leaks_by_log(const struct kernel_log_full *full)
{
    return full->lines >= LEAK_LINES && full->device_count == 1 && !full->more_devices &&
           full->devices[0].device[0] != '\0' && !bounded_driver(full->devices[0].driver) &&
           full->largest_bytes.known && full->largest_bytes.value < LEAK_REQUEST_BYTES &&
           full->capacity == full->lines && full->first_us.known &&
           full->first_us.value >= LEAK_UPTIME_US &&
           full->last_us.value - full->first_us.value >= LEAK_SPAN_US;
}

/* The counters are there, every slot is taken, and idle rings plus all disks do not explain it. */
static bool leaks_by_use(const struct swiotlb_facts *facts)
{
    uint64_t total = facts->slabs.value;

    return facts->devices_known && facts->slabs.known && total > 0 && facts->used.known &&
           facts->used.value >= number_multiply(total, TOP_PERCENT) / 100 &&
           facts->demand.slabs < total / 2;
}

static bool no_buffer(const struct swiotlb_facts *facts)
{
    return facts->log.no_buffer_lines > 0 || (facts->guest.confidential == ANSWER_YES &&
                                              facts->slabs.known && facts->slabs.value == 0);
}

enum swiotlb_cause swiotlb_cause(const struct swiotlb_facts *facts)
{
    const struct kernel_log_full *full = &facts->log.full;

    if (no_buffer(facts))
        return SWIOTLB_NO_BUFFER;
    if (full->lines == 0 && full->old_lines == 0) {
        /* Some drivers ask for no warning; the high-water mark knows. */
        if (facts->slabs.known && facts->slabs.value > 0 && facts->hiwater.known &&
            facts->hiwater.value >= facts->slabs.value)
            return SWIOTLB_CAPACITY;
        return full->suppressed > 0 ? SWIOTLB_UNCLEAR : SWIOTLB_NEVER_FULL;
    }
    if (full->oversize > 0 && full->oversize >= full->capacity + full->fragmented)
        return SWIOTLB_OVERSIZE;
    if (leaks_by_log(full) || leaks_by_use(facts))
        return SWIOTLB_LEAK;
    if (full->capacity == 0 && full->fragmented == 0)
        return SWIOTLB_UNCLEAR;
    return full->capacity >= full->fragmented ? SWIOTLB_CAPACITY : SWIOTLB_FRAGMENTATION;
}

static const struct {
    const char *id, *text;
} causes[] = {
    [SWIOTLB_NEVER_FULL] = { NULL, "" },
    [SWIOTLB_CAPACITY] = { "capacity", "the slots were all in use; a larger buffer helps, or fewer "
                                       "queues and smaller rings" },
    [SWIOTLB_FRAGMENTATION] = { "fragmentation",
                                "slots were free, but not enough of them in a row; a larger buffer "
                                "helps, or smaller requests (max_sectors_kb = 64)" },
    [SWIOTLB_OVERSIZE] = { "oversize", "a driver asked for more than 256 KiB at once, which no "
                                       "buffer of any size can give: the driver has to be mended" },
    [SWIOTLB_LEAK] = { "leak", "use stays at the top whatever the load: a driver does not give "
                               "slots back, and a larger buffer only delays it" },
    [SWIOTLB_NO_BUFFER] = { "no_buffer", "there is no buffer: \"swiotlb=\" is wrong, or asks for "
                                         "more than could be had below 4 GiB" },
    [SWIOTLB_UNCLEAR] = { "unknown", "the lines do not say enough to tell why" },
};

const char *swiotlb_cause_id(enum swiotlb_cause cause)
{
    return causes[cause].id;
}

const char *swiotlb_cause_text(enum swiotlb_cause cause)
{
    return causes[cause].text;
}
