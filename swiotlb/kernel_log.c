/* SPDX-License-Identifier: Apache-2.0 */
#include "swiotlb/kernel_log.h"

#include <string.h>

#include "core/base/text.h"
#include "swiotlb/kernel_log_full.h"
#include "swiotlb/kernel_log_line.h"

/* The log buffer cuts a record about here; what followed is lost. */
#define COMMAND_LINE_CUT 900

/* What one pass carries from line to line. */
struct reading {
    struct kernel_log *log;
    bool after_command_line; /* the line before was "Command line:" */
    bool encryption_torn;    /* "Memory Encryption Features active:", and its names come next */
    bool command_line_goes_on;
    bool full_torn; /* a "buffer is full" whose slot counts may stand on the next line */
    bool over;      /* newest first: what follows belongs to earlier boots */
    struct full_line full;
};

static struct maybe_u64 number_after(struct span text, const char *words)
{
    struct span at = span_after(text, words);
    uint64_t value;

    if (at.data == NULL || !number_take(&at, &value))
        return (struct maybe_u64){ 0 };
    return maybe_u64(value);
}

/* "[mem 0x00000000bbe83000-0x00000000bfe83000" behind words: start and end as printed. */
static bool range_after(struct span text, const char *words, uint64_t *ret_start, uint64_t *ret_end)
{
    struct span at = span_after(text, words);

    return at.data != NULL && number_take_hex(&at, ret_start) && span_take(&at, "-0x") &&
           number_take_hex(&at, ret_end) && *ret_start < *ret_end &&
           *ret_end <= PHYSICAL_ADDRESS_LIMIT;
}

static void copy_text(struct span from, char *out, size_t out_size)
{
    size_t length = from.size < out_size - 1 ? from.size : out_size - 1;

    for (size_t i = 0; i < length; i++) /* a NUL would end the string early */
        out[i] = from.data[i] != '\0' ? (char)from.data[i] : ' ';
    out[length] = '\0';
}

/* Returns true if the message begins a boot. */
static bool read_version(struct reading *reading, struct span message)
{
    struct kernel_log *log = reading->log;
    const uint8_t *blank;

    if (!span_take(&message, "Linux version "))
        return false;
    /* Newest first, "Command line:" comes before "Linux version" and all of this boot was read. */
    if (reading->after_command_line) {
        reading->over = true;
    } else {
        *log = (struct kernel_log){ 0 };
        reading->full_torn = reading->encryption_torn = false;
    }
    blank = message.size > 0 ? memchr(message.data, ' ', message.size) : NULL;
    if (blank != NULL)
        message.size = (size_t)(blank - message.data);
    (void)text_quote(message.data, message.size, log->release, sizeof(log->release));
    log->boot_seen = true;
    return true;
}

/* From 6.19 on a long line is printed in pieces, each with the prefix, all but the last ending in a
 * backslash. */
static bool read_command_line(struct reading *reading, struct span message)
{
    struct kernel_log *log = reading->log;
    bool kernel_form = span_take(&message, "Kernel command line: ");
    size_t used = 0;

    if (!kernel_form && !span_take(&message, "Command line: "))
        return false;
    if (kernel_form && reading->command_line_goes_on)
        used = strlen(log->command_line);
    reading->command_line_goes_on = false;
    while (message.size > 0 && message.data[message.size - 1] == ' ')
        message.size--;
    log->command_line_whole = message.size < COMMAND_LINE_CUT;
    if (kernel_form && message.size > 1 && message.data[message.size - 1] == '\\') {
        message.size--;
        reading->command_line_goes_on = true;
    }
    copy_text(message, log->command_line + used, sizeof(log->command_line) - used);
    log->command_line_known = true;
    return true;
}

static void read_encryption(struct reading *reading, struct span message)
{
    struct kernel_log *log = reading->log;
    struct span names = span_after(message, "Memory Encryption Features active:");

    if (names.data != NULL) {
        log->confidential = true;
        reading->encryption_torn = true;
    } else if (reading->encryption_torn) {
        names = message;
        reading->encryption_torn = false;
    }
    if ((names.data != NULL && span_contains(names, "Intel TDX")) ||
        span_contains(message, "tdx: Guest detected"))
        log->tdx = log->confidential = true;
    if (span_contains(message,
                      "Memory encryption is active and system is using DMA bounce buffers"))
        log->confidential = true;
}

/* "software IO TLB: mapped [mem 0x..-0x..] (64MB)"; the end is exclusive. Up to 4.18 the words
 * stand in another order. */
static void read_mapped(struct kernel_log *log, struct span message)
{
    uint64_t start, end;

    if (!span_contains(message, "mapped") || !range_after(message, "[mem 0x", &start, &end))
        return;
    log->mapped_bytes = maybe_u64(end - start);
}

static void read_setup(struct kernel_log *log, struct span message)
{
    struct span at = span_after(message, "software IO TLB");
    struct maybe_u64 number;
    struct span slabs;

    if (at.data == NULL)
        return;
    read_mapped(log, at);
    number = number_after(at, "area num ");
    if (number.known)
        log->areas = number;
    number = number_after(at, "bounce buffer size adjusted to ");
    if (number.known)
        log->rule_mib = number;
    slabs = span_after(at, "bounce buffer size adjusted ");
    if (slabs.data != NULL && number_take(&slabs, &number.value) && span_take(&slabs, " -> ")) {
        log->halved_from = maybe_u64(number.value);
        if (number_take(&slabs, &number.value))
            log->halved_to = maybe_u64(number.value);
    }
    number = number_after(at, "Failed to allocate ");
    if (number.known && span_contains(at, "bytes align="))
        log->slots_failed = true;
    else if (number.known && (!log->failed_bytes.known || log->failed_bytes.value < number.value))
        log->failed_bytes = number;
    if (span_contains(at, "failed to allocate tlb structure") ||
        span_contains(at, "Cannot allocate buffer"))
        log->gave_up = true;
    if (span_contains(at, "No low mem"))
        log->no_low_mem = true;
    if (span_contains(at, "Failed to allocate new pool"))
        log->pool_failures++;
}

static void read_memory(struct kernel_log *log, struct span message)
{
    struct span at = message;
    uint64_t start, end, kib, mib;

    if (span_take(&at, "BIOS-e820: ") && span_contains(at, "usable") &&
        range_after(at, "[mem 0x", &start, &end)) {
        low_memory_add(&log->low, start, end + 1); /* inclusive there */
        return;
    }
    at = message;
    if (span_take(&at, "Memory: ") && number_take(&at, &kib) && span_take(&at, "K/") &&
        number_take(&at, &kib) && span_take(&at, "K available"))
        log->memory = maybe_u64(number_multiply(kib, 1024));
    at = span_after(message, "nr_cpu_ids:");
    if (at.data != NULL && number_take(&at, &start) && start > 0)
        log->cpus = maybe_u64(start);
    if (range_after(message, "crashkernel reserved: 0x", &start, &end))
        low_memory_cut(&log->low, start, end);
    at = message;
    if (span_take(&at, "Reserving ") && number_take(&at, &mib) &&
        span_take(&at, "MB of memory at ") && number_take(&at, &start) &&
        span_contains(at, "crashkernel") && mib < 65536 && start < 65536)
        low_memory_cut(&log->low, start << 20, (start + mib) << 20);
}

static void read_trouble(struct kernel_log *log, struct span message)
{
    bool panics = span_contains(message, "Kernel panic - not syncing: ");

    if (span_contains(message, "Can not allocate SWIOTLB buffer earlier")) {
        log->no_buffer_lines++;
        log->panicked |= panics;
    }
    if (panics && (span_contains(message, "nslabs = ") || span_contains(message, "bytes align=")))
        log->panicked = true;
    if (span_contains(message, "swiotlb addr ") && span_contains(message, " overflow "))
        log->overflow_lines++;
    if (span_contains(message, "setup_io_tlb_npages") && span_contains(message, "RIP: "))
        log->bare_crash = true;
}

/* "swiotlb buffer is full", whole or wrapped, "callbacks suppressed", and the old form. */
static void read_full(struct reading *reading, const struct kernel_log_line *line)
{
    struct kernel_log_full *full = &reading->log->full;

    if (reading->full_torn) {
        reading->full_torn = false;
        if (full_line_counts(line->message, &reading->full)) {
            full_add(full, &reading->full);
            return;
        }
        full_add(full, &reading->full);
    }
    if (full_line_read(line, &reading->full)) {
        if (reading->full.total.known)
            full_add(full, &reading->full);
        else
            reading->full_torn = true;
        return;
    }
    full_read_rest(full, line->message);
}

static void read_line(struct reading *reading, const struct kernel_log_line *line)
{
    bool is_command_line;

    if (line->foreign || line->message.size == 0)
        return;
    is_command_line = read_command_line(reading, line->message);
    if (!is_command_line && !read_version(reading, line->message)) {
        read_encryption(reading, line->message);
        read_setup(reading->log, line->message);
        read_memory(reading->log, line->message);
        read_trouble(reading->log, line->message);
        read_full(reading, line);
    }
    reading->after_command_line = is_command_line;
}

void kernel_log_parse(struct span log, struct kernel_log *ret)
{
    struct reading reading = { .log = ret };
    struct kernel_log_line line;

    *ret = (struct kernel_log){ 0 };
    while (!reading.over && kernel_log_next_line(&log, &line))
        read_line(&reading, &line);
    if (reading.full_torn)
        full_add(&ret->full, &reading.full);
}

struct swiotlb_kernel kernel_log_kernel(const struct kernel_log *log)
{
    struct swiotlb_kernel kernel = { 0 };

    if (log->boot_seen)
        kernel = swiotlb_kernel_parse(log->release);
    if (log->areas.known)
        swiotlb_kernel_learn_areas(&kernel, true);
    else if (log->boot_seen && log->mapped_bytes.known)
        swiotlb_kernel_learn_areas(&kernel, false);
    return kernel;
}
