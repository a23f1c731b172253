/* SPDX-License-Identifier: Apache-2.0 */
/* What a kernel log says about SWIOTLB: the buffer that was set up, and every time it was full.
 *
 * Reads any form in which such a log is met: dmesg (also -T, -x, -r, printk.time=0, PRINTK_CALLER),
 * /dev/kmsg records, journalctl (newest first too), syslog files, a serial console with CR LF and
 * escape sequences, a line that a report wrapped in two. Lines of other programs in a journal do
 * not count. When the log covers several boots, the last one counts. The text is untrusted: every
 * length is bounded, nothing in it makes the reader fail. */
#ifndef SWIOTLB_KERNEL_LOG_H
#define SWIOTLB_KERNEL_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/number.h"
#include "swiotlb/kernel.h"
#include "swiotlb/low_memory.h"
#include "swiotlb/param.h"

#define KERNEL_LOG_LIMIT     ((size_t)64 << 20) /* most bytes of a log that are read from a file */
#define KERNEL_LOG_DEVICES   16
#define KERNEL_LOG_NAME_SIZE 48

/* A device that could not get a bounce buffer: "virtio-pci 0000:00:05.0". Names are quoted. */
struct kernel_log_device {
    char driver[KERNEL_LOG_NAME_SIZE]; /* "" where the line names none */
    char device[KERNEL_LOG_NAME_SIZE];
    uint64_t lines, largest_bytes;
};

/* The lines "swiotlb buffer is full". The kernel prints at most 10 in 5 seconds for all devices
 * together and counts the rest, so lines + suppressed is a lower bound. */
struct kernel_log_full {
    uint64_t lines;
    uint64_t suppressed;
    uint64_t old_lines;                 /* "Out of SW-IOMMU space", as kernels up to 4.18 have it */
    struct maybe_u64 first_us, last_us; /* microseconds since boot, where the log has that */
    struct maybe_u64 largest_bytes, smallest_bytes;
    struct maybe_u64 total;              /* slots of the buffer, from the latest line */
    struct maybe_u64 min_used, max_used; /* slots in use when it was full */
    /* What each line by itself says; they add up to lines. */
    uint64_t oversize;   /* more than 256 KiB at once: no buffer serves that */
    uint64_t capacity;   /* the free slots were too few */
    uint64_t fragmented; /* enough slots, but no run of them within a segment */
    uint64_t unclear;    /* no slot counts, or counts that were read too late */
    struct kernel_log_device devices[KERNEL_LOG_DEVICES];
    unsigned device_count;
    bool more_devices;
};

struct kernel_log {
    bool boot_seen; /* the log reaches back to "Linux version" */
    char release[128];
    bool command_line_known, command_line_whole;
    char command_line[SWIOTLB_COMMAND_LINE_LIMIT];
    bool tdx;          /* "Memory Encryption Features active: Intel TDX" or "tdx: Guest detected" */
    bool confidential; /* any memory encryption that makes every mapping bounce */
    struct maybe_u64 memory; /* bytes given to the kernel */
    struct maybe_u64 cpus;   /* possible CPUs */
    struct low_memory low;
    /* set-up */
    struct maybe_u64 mapped_bytes; /* from the addresses */
    struct maybe_u64 areas;
    struct maybe_u64 rule_mib;               /* the 6 % rule's "adjusted to" */
    struct maybe_u64 halved_from, halved_to; /* slabs */
    struct maybe_u64 failed_bytes;           /* the largest allocation that failed */
    bool no_low_mem;                         /* wanted, and not there */
    bool gave_up;      /* tried once, could not, and went on without (up to 6.1) */
    bool slots_failed; /* the table that describes the slots could not be had */
    bool bare_crash;   /* died on "swiotlb" without "=" */
    /* running */
    uint64_t no_buffer_lines; /* "Can not allocate SWIOTLB buffer earlier" */
    bool panicked;            /* the kernel stopped over one of these */
    uint64_t overflow_lines;  /* an address that the device cannot reach */
    uint64_t pool_failures;   /* SWIOTLB_DYNAMIC could not grow */
    struct kernel_log_full full;
};

/* Reads size bytes of log into *ret. Keeps no pointer. */
void kernel_log_parse(struct span log, struct kernel_log *ret);

/* The kernel that wrote the log, with what the log itself shows about areas; unknown if the log
 * does not reach back to the boot. */
struct swiotlb_kernel kernel_log_kernel(const struct kernel_log *log);

#endif
