/* SPDX-License-Identifier: Apache-2.0 */
#include "swiotlb/low_memory.h"

#include <string.h>

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
    line.data += blanks;
    line.size -= blanks;
    *ret_level = (unsigned)(blanks / 2);
    if (!number_take_hex(&line, ret_start) || line.size == 0 || line.data[0] != '-')
        return false;
    line.data++;
    line.size--;
    if (!number_take_hex(&line, ret_end) || line.size < 3 || memcmp(line.data, " : ", 3) != 0)
        return false;
    *ret_name = (struct span){ line.data + 3, line.size - 3 };
    return *ret_start <= *ret_end && *ret_end < PHYSICAL_ADDRESS_LIMIT;
}

static bool is_named(struct span name, const char *words)
{
    return span_equal(name, (struct span){ (const uint8_t *)words, strlen(words) });
}

struct maybe_u64 iomem_parse(struct span text, struct low_memory *ret_low)
{
    struct low_memory low = { 0 };
    uint64_t sum = 0;

    while (text.size > 0) {
        const uint8_t *newline = memchr(text.data, '\n', text.size);
        struct span line = { text.data,
                             newline != NULL ? (size_t)(newline - text.data) : text.size };
        size_t whole = line.size + (newline != NULL ? 1 : 0);
        uint64_t start, end;
        unsigned level;
        struct span name;

        text.data += whole;
        text.size -= whole;
        if (!iomem_line(line, &level, &start, &end, &name) || end == 0)
            continue;
        if (level == 0 && is_named(name, "System RAM")) {
            low_memory_add(&low, start, end + 1);
            sum = number_add(sum, end + 1 - start);
        } else if (is_named(name, "Crash kernel")) {
            low_memory_cut(&low, start, end + 1);
        }
    }
    if (sum == 0)
        return (struct maybe_u64){ 0 };
    *ret_low = low;
    return maybe_u64(sum);
}
