/* SPDX-License-Identifier: Apache-2.0 */
#include "swiotlb/kernel_log_full.h"

#include <string.h>

#include "core/base/text.h"

#define LARGEST_MAPPING_BYTES (SWIOTLB_SEGMENT_SLABS * SWIOTLB_SLAB_SIZE) /* 256 KiB */

/* "total 512 (slots), used 465 (slots)", of which the end may be lost */
bool full_line_counts(struct span message, struct full_line *line)
{
    uint64_t total, used;

    span_skip_blanks(&message);
    if (!span_take(&message, "total ") || !number_take(&message, &total) ||
        !span_take(&message, " (slots)"))
        return false;
    line->total = maybe_u64(total);
    if (span_take(&message, ", used ") && number_take(&message, &used) &&
        span_take(&message, " (slots)"))
        line->used = maybe_u64(used);
    return true;
}

/* The last word of text, without the colon it ends in; text keeps what stands before it. */
static struct span last_word(struct span *text)
{
    struct span word;
    size_t start;

    while (text->size > 0 &&
           (text->data[text->size - 1] == ' ' || text->data[text->size - 1] == ':'))
        text->size--;
    for (start = text->size; start > 0 && text->data[start - 1] != ' '; start--)
        ;
    word = (struct span){ text->data + start, text->size - start };
    text->size = start;
    return word;
}

bool full_line_read(const struct kernel_log_line *line, struct full_line *ret)
{
    static const char words[] = "swiotlb buffer is full";
    struct span at = span_after(line->message, words), before, name;
    struct full_line full = { .boot_us = line->boot_us };
    uint64_t bytes;

    if (at.data == NULL)
        return false;
    before =
        (struct span){ line->message.data, (size_t)(at.data - line->message.data) - strlen(words) };
    name = last_word(&before);
    if (name.size > 0)
        (void)text_quote(name.data, name.size, full.device, sizeof(full.device));
    name = last_word(&before);
    if (name.size > 0)
        (void)text_quote(name.data, name.size, full.driver, sizeof(full.driver));
    if (span_take(&at, " (sz: ") && number_take(&at, &bytes) && span_take(&at, " bytes)")) {
        full.bytes = maybe_u64(bytes);
        (void)!(span_take(&at, ",") && full_line_counts(at, &full)); /* absent up to 5.0 */
    }
    *ret = full;
    return true;
}

static void lower(struct maybe_u64 *least, struct maybe_u64 value)
{
    if (value.known && (!least->known || value.value < least->value))
        *least = value;
}

static void raise(struct maybe_u64 *most, struct maybe_u64 value)
{
    if (value.known && (!most->known || value.value > most->value))
        *most = value;
}

static void add_device(struct kernel_log_full *full, const struct full_line *line)
{
    uint64_t bytes = line->bytes.value;
    struct kernel_log_device *device;
    unsigned i;

    for (i = 0; i < full->device_count; i++)
        if (strcmp(full->devices[i].device, line->device) == 0 &&
            strcmp(full->devices[i].driver, line->driver) == 0)
            break;
    if (i == KERNEL_LOG_DEVICES) {
        full->more_devices = true;
        return;
    }
    device = &full->devices[i];
    if (i == full->device_count) {
        full->device_count++;
        memcpy(device->driver, line->driver, sizeof(device->driver));
        memcpy(device->device, line->device, sizeof(device->device));
    }
    device->lines++;
    if (bytes > device->largest_bytes)
        device->largest_bytes = bytes;
}

/* What a line by itself proves. A request needs a run of free slots within one segment; it can only
 * have met fragmentation if the used slots are enough to break every such run. "used" is read after
 * the failure, so it may be too low for either; then the line proves nothing. */
static uint64_t *judge(struct kernel_log_full *full, const struct full_line *line)
{
    uint64_t slots, needed_to_break;

    if (line->bytes.known && line->bytes.value > LARGEST_MAPPING_BYTES)
        return &full->oversize;
    if (!line->bytes.known || !line->total.known || line->total.value == 0 || !line->used.known)
        return &full->unclear;
    slots = line->bytes.value == 0 ? 1 : (line->bytes.value - 1) / SWIOTLB_SLAB_SIZE + 1;
    /* In the last twentieth it makes no difference which of the two it was. */
    if (number_add(line->used.value, slots) > line->total.value ||
        line->used.value >= line->total.value - line->total.value / 20)
        return &full->capacity;
    needed_to_break = line->total.value / SWIOTLB_SEGMENT_SLABS * (SWIOTLB_SEGMENT_SLABS / slots);
    return line->used.value >= needed_to_break ? &full->fragmented : &full->unclear;
}

void full_add(struct kernel_log_full *full, const struct full_line *line)
{
    full->lines++;
    ++*judge(full, line);
    lower(&full->first_us, line->boot_us);
    raise(&full->last_us, line->boot_us);
    lower(&full->smallest_bytes, line->bytes);
    raise(&full->largest_bytes, line->bytes);
    if (line->total.known)
        full->total = line->total;
    lower(&full->min_used, line->used);
    raise(&full->max_used, line->used);
    add_device(full, line);
}

void full_read_rest(struct kernel_log_full *full, struct span message)
{
    struct span at = span_after(message, "swiotlb_tbl_map_single: ");
    uint64_t number;

    if (at.data != NULL && number_take(&at, &number) && span_take(&at, " callbacks suppressed"))
        full->suppressed = number_add(full->suppressed, number);
    at = span_after(message, "Out of SW-IOMMU space for ");
    if (at.data != NULL && number_take(&at, &number)) {
        full->old_lines++;
        raise(&full->largest_bytes, maybe_u64(number));
    }
}
