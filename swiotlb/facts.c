/* SPDX-License-Identifier: Apache-2.0 */
#include "swiotlb/facts.h"

#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "swiotlb/devices.h"

#define SMALL_FILE_LIMIT 65536
#define PROC_LIMIT       ((size_t)4 << 20)
#define DEBUGFS          "/sys/kernel/debug/swiotlb"

static struct maybe_u64 read_number(const struct root *root, const char *path)
{
    struct file_content content = { 0 };
    struct maybe_u64 number = { 0 };

    if (root_read_file(root, path, SMALL_FILE_LIMIT, &content, NULL) == TDX_OK)
        number = number_in_file(file_content_span(&content));
    file_content_free(&content);
    return number;
}

static void take_command_line(struct swiotlb_facts *facts, const char *line)
{
    facts->param = swiotlb_param_read(line, &facts->guest.kernel, &facts->param_sure);
    facts->command_line_known = true;
}

static void set_slabs(struct swiotlb_facts *facts, uint64_t slabs, enum swiotlb_source source)
{
    facts->slabs = maybe_u64(slabs);
    facts->slabs_from = source;
}

/* The size in force from a log, by the surest line that there is. */
static void slabs_from_log(const struct kernel_log *log, struct swiotlb_facts *facts)
{
    if (log->mapped_bytes.known) {
        set_slabs(facts, log->mapped_bytes.value / SWIOTLB_SLAB_SIZE, SWIOTLB_FROM_MAPPED);
    } else if (log->no_low_mem || log->no_buffer_lines > 0 || log->slots_failed || log->gave_up) {
        set_slabs(facts, 0, SWIOTLB_FROM_NO_LOW_MEM);
    } else if (log->full.total.known) {
        set_slabs(facts, log->full.total.value, SWIOTLB_FROM_FULL_LINE);
    } else if (log->halved_to.known) {
        set_slabs(facts, log->halved_to.value, SWIOTLB_FROM_HALVED);
    } else if (log->areas.known && !log->failed_bytes.known && facts->command_line_known &&
               facts->param_sure) {
        /* With "force" and no memory above 4 GiB there is a buffer but no line that says so. */
        struct maybe_u64 slabs = swiotlb_predict(&facts->guest, &facts->param);

        if (slabs.known)
            set_slabs(facts, slabs.value, SWIOTLB_FROM_RULE);
    }
}

void swiotlb_facts_from_log(const struct kernel_log *log, struct swiotlb_facts *facts)
{
    facts->log = *log;
    facts->log_known = true;
    facts->guest.kernel = kernel_log_kernel(log);
    memcpy(facts->release, log->release, sizeof(facts->release));
    if (log->confidential)
        facts->guest.confidential = ANSWER_YES;
    else if (log->boot_seen && log->memory.known) /* the lines between are there, too */
        facts->guest.confidential = ANSWER_NO;
    facts->tdx = log->tdx                                 ? ANSWER_YES
                 : facts->guest.confidential == ANSWER_NO ? ANSWER_NO
                                                          : ANSWER_UNKNOWN;
    facts->guest.memory = log->memory;
    facts->guest.cpus = log->cpus;
    facts->guest.low_piece = low_memory_largest(&log->low);
    facts->areas = log->areas;
    if (log->command_line_known) {
        take_command_line(facts, log->command_line);
        if (!log->command_line_whole && facts->param.count == 0)
            facts->command_line_known = false;
    }
    slabs_from_log(log, facts);
    if (log->rule_mib.known)
        facts->guest.rule = ANSWER_YES;
    else if (log->boot_seen && facts->command_line_known && facts->param.count == 0 &&
             facts->slabs_from == SWIOTLB_FROM_MAPPED &&
             facts->slabs.value == SWIOTLB_DEFAULT_SLABS)
        facts->guest.rule = ANSWER_NO;
}

static void read_kernel(const struct root *root, struct swiotlb_facts *facts)
{
    struct file_content content = { 0 };
    enum answer areas = facts->guest.kernel.areas;

    if (root_read_file(root, "/proc/sys/kernel/osrelease", SMALL_FILE_LIMIT, &content, NULL) ==
        TDX_OK) {
        size_t length = strcspn((const char *)content.data, "\n");

        (void)text_quote(content.data, length, facts->release, sizeof(facts->release));
        facts->guest.kernel = swiotlb_kernel_parse(facts->release);
        if (areas != ANSWER_UNKNOWN)
            facts->guest.kernel.areas = areas;
    }
    file_content_free(&content);
    if (root_read_file(root, "/proc/cmdline", SMALL_FILE_LIMIT, &content, NULL) == TDX_OK)
        take_command_line(facts, (const char *)content.data);
    file_content_free(&content);
}

/* "flags : ... tdx_guest ..."; the flags of one CPU are those of all. */
static void read_cpus(const struct root *root, struct swiotlb_facts *facts)
{
    struct file_content content = { 0 };

    if (root_read_file(root, "/proc/cpuinfo", PROC_LIMIT, &content, NULL) == TDX_OK &&
        strstr((const char *)content.data, "\nflags") != NULL) {
        bool tdx = strstr((const char *)content.data, " tdx_guest") != NULL;

        facts->tdx = tdx ? ANSWER_YES : ANSWER_NO;
        if (tdx)
            facts->guest.confidential = ANSWER_YES;
    }
    file_content_free(&content);
    if (root_read_file(root, "/sys/devices/system/cpu/possible", SMALL_FILE_LIMIT, &content,
                       NULL) == TDX_OK) {
        struct span text = file_content_span(&content);
        uint64_t last;

        /* "0-7", or "0" */
        if (number_take(&text, &last)) {
            if (text.size > 0 && text.data[0] == '-') {
                text.data++;
                text.size--;
                if (!number_take(&text, &last))
                    last = UINT64_MAX;
            }
            if (last < UINT32_MAX)
                facts->guest.cpus = maybe_u64(last + 1);
        }
    }
    file_content_free(&content);
}

static struct maybe_u64 mem_total(const struct root *root)
{
    struct file_content content = { 0 };
    struct maybe_u64 total = { 0 };

    if (root_read_file(root, "/proc/meminfo", SMALL_FILE_LIMIT, &content, NULL) == TDX_OK) {
        const char *at = strstr((const char *)content.data, "MemTotal:");
        uint64_t kib;

        if (at != NULL) {
            struct span text = { (const uint8_t *)at + 9, strlen(at + 9) };

            while (text.size > 0 && text.data[0] == ' ') {
                text.data++;
                text.size--;
            }
            if (number_take(&text, &kib))
                total = maybe_u64(number_multiply(kib, 1024));
        }
    }
    file_content_free(&content);
    return total;
}

/* The 6 % are of what the kernel was given, MemTotal of what it kept: without the buffer itself,
 * the first of all. So MemTotal is the last resort, and then an estimate. */
static void read_memory(const struct root *root, struct swiotlb_facts *facts)
{
    struct file_content content = { 0 };
    struct low_memory low = { 0 };
    struct maybe_u64 memory = { 0 };

    if (root_read_file(root, "/proc/iomem", PROC_LIMIT, &content, NULL) == TDX_OK)
        memory = iomem_parse(file_content_span(&content), &low);
    file_content_free(&content);
    if (memory.known)
        facts->guest.low_piece = low_memory_largest(&low);
    if (memory.known && !facts->guest.memory.known)
        facts->guest.memory = memory;
    if (!facts->guest.memory.known) {
        memory = mem_total(root);
        if (memory.known) {
            facts->guest.memory =
                maybe_u64(number_add(memory.value, swiotlb_bytes(facts->slabs.value)));
            facts->memory_estimated = true;
        }
    }
}

void swiotlb_facts_read_use(const struct root *root, struct swiotlb_facts *facts)
{
    facts->used = read_number(root, DEBUGFS "/io_tlb_used");
    facts->hiwater = read_number(root, DEBUGFS "/io_tlb_used_hiwater");
    facts->transient = read_number(root, DEBUGFS "/io_tlb_transient_nslabs");
}

/* debugfs is right, but for one thing: 5.10 shows the number that was asked even when the buffer
 * could not be had; then the log says "No low mem". */
static void read_debugfs(const struct root *root, struct swiotlb_facts *facts)
{
    struct maybe_u64 slabs = read_number(root, DEBUGFS "/io_tlb_nslabs");
    struct root_names names = { 0 };

    swiotlb_facts_read_use(root, facts);
    if (slabs.known && facts->slabs_from != SWIOTLB_FROM_NO_LOW_MEM)
        set_slabs(facts, slabs.value, SWIOTLB_FROM_DEBUGFS);
    else if (!facts->slabs.known && root_list_folder(root, DEBUGFS, 100, &names, NULL) == TDX_OK &&
             names.count == 0)
        set_slabs(facts, 0, SWIOTLB_FROM_DEBUGFS); /* the folder of a buffer that is not there */
    root_names_free(&names);
}

static void read_config(const struct root *root, struct swiotlb_facts *facts)
{
    struct file_content content = { 0 };
    char path[200];

    if (facts->release[0] == '\0' || strchr(facts->release, '/') != NULL)
        return;
    (void)snprintf(path, sizeof(path), "/boot/config-%s", facts->release);
    if (root_read_file(root, path, PROC_LIMIT, &content, NULL) == TDX_OK)
        facts->dynamic = strstr((const char *)content.data, "\nCONFIG_SWIOTLB_DYNAMIC=y") != NULL
                             ? ANSWER_YES
                             : ANSWER_NO;
    file_content_free(&content);
}

void swiotlb_facts_read(const struct root *root, struct swiotlb_facts *facts)
{
    read_kernel(root, facts);
    read_cpus(root, facts);
    read_debugfs(root, facts);
    read_memory(root, facts);
    read_config(root, facts);
    swiotlb_devices_read(root, facts);
}

enum answer swiotlb_facts_force(const struct swiotlb_facts *facts)
{
    if (!facts->command_line_known)
        return ANSWER_UNKNOWN;
    if (!facts->param_sure) {
        /* Both readings may agree on this word though not on the size. */
        return facts->param.count == 0 ? ANSWER_NO : ANSWER_UNKNOWN;
    }
    return facts->param.force ? ANSWER_YES : ANSWER_NO;
}
