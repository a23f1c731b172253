/* SPDX-License-Identifier: Apache-2.0 */
#include "swiotlb/low_memory.h"

#include "core/base/span_text.h"

#define FOUR_GIB (UINT64_C(1) << 32)

void low_memory_add(struct low_memory *low, uint64_t start, uint64_t end)
{
    if (end > FOUR_GIB)
        end = FOUR_GIB;
    if (start >= end || low->count == LOW_MEMORY_RANGES)
        return;
    low->ranges[low->count].start = start;
    low->ranges[low->count].end = end;
    low->count++;
}

void low_memory_cut(struct low_memory *low, uint64_t start, uint64_t end)
{
    unsigned count = start < end ? low->count : 0;

    for (unsigned i = 0; i < count; i++) {
        uint64_t range_start = low->ranges[i].start, range_end = low->ranges[i].end;

        if (end <= range_start || start >= range_end)
            continue;
        low->ranges[i].end = start > range_start ? start : range_start;
        low_memory_add(low, end, range_end);
    }
}

struct maybe_u64 low_memory_largest(const struct low_memory *low)
{
    struct maybe_u64 largest = { 0 };

    for (unsigned i = 0; i < low->count; i++) {
        uint64_t size = low->ranges[i].end - low->ranges[i].start;

        if (!largest.known || size > largest.value)
            largest = maybe_u64(size);
    }
    return largest;
}

/* "  00100000-7ffdffff : System RAM", two blanks for each level. */
static bool iomem_line(struct span line, unsigned *ret_level, uint64_t *ret_start,
                       uint64_t *ret_end, struct span *ret_name)
{
    size_t blanks = 0;

    while (blanks < line.size && line.data[blanks] == ' ')
        blanks++;
    span_skip(&line, blanks);
    *ret_level = (unsigned)(blanks / 2);
    if (!number_take_hex(&line, ret_start) || !span_take(&line, "-") ||
        !number_take_hex(&line, ret_end) || !span_take(&line, " : "))
        return false;
    *ret_name = line;
    return *ret_start <= *ret_end && *ret_end < PHYSICAL_ADDRESS_LIMIT;
}

struct maybe_u64 iomem_parse(struct span text, struct low_memory *ret_low)
{
    struct low_memory low = { 0 };
    struct span line;
    uint64_t sum = 0;

    while (line_next(&text, &line)) {
        uint64_t start, end;
        unsigned level;
        struct span name;

        if (!iomem_line(line, &level, &start, &end, &name) || end == 0)
            continue;
        if (level == 0 && span_is(name, "System RAM")) {
            low_memory_add(&low, start, end + 1);
            sum = number_add(sum, end + 1 - start);
        } else if (span_is(name, "Crash kernel")) {
            low_memory_cut(&low, start, end + 1);
        }
    }
    if (sum == 0)
        return (struct maybe_u64){ 0 };
    *ret_low = low;
    return maybe_u64(sum);
}
