/* SPDX-License-Identifier: Apache-2.0 */
#include "swiotlb/kernel_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/cmocka_all.h"

#define FULL_TEXT "swiotlb buffer is full (sz: 262144 bytes), total 1024 (slots), used 677 (slots)"
#define FULL      "virtio-pci 0000:00:02.0: " FULL_TEXT

static struct kernel_log *parse(const char *text, size_t size)
{
    struct kernel_log *log = calloc(1, sizeof(*log));
    uint8_t *copy = malloc(size > 0 ? size : 1); /* of its exact size, for ASan */

    assert_non_null(log);
    assert_non_null(copy);
    memcpy(copy, text, size);
    kernel_log_parse((struct span){ copy, size }, log);
    free(copy);
    return log;
}

/* The same event in every wrapping: counted once, with the same numbers; and what must not count.
 */
static void every_form_of_a_log_is_read_alike(void **state)
{
    static const struct {
        const char *text;
        uint64_t lines;
        bool stamped; /* with 3.834652 */
    } cases[] = {
        { FULL "\n", 1, false },
        { FULL, 1, false },
        { "[    3.834652] " FULL "\n", 1, true },
        { "[    3.834652] [    T0] " FULL "\n", 1, true },
        { "<4>[    3.834652] " FULL "\n", 1, true },
        { "<12>[    3.834652] " FULL "\n", 0, false },
        { "kern  :warn  : [    3.834652] " FULL "\n", 1, true },
        { "user  :warn  : [    3.834652] " FULL "\n", 0, false },
        { "[Tue Nov 24 15:05:42 2026] " FULL "\n", 1, false },
        { "[    3.834652 <    0.000012>] " FULL "\n", 1, true },
        { "[<    0.000012>] " FULL "\n", 1, false },
        { "2026-11-24T15:05:42,123456+00:00 " FULL "\n", 1, false },
        { "4,1234,3834652,-;" FULL "\n SUBSYSTEM=pci\n", 1, true },
        { "12,1234,3834652,-;" FULL "\n", 0, false },
        { "Dec 06 16:24:53 dom0 kernel: " FULL "\n", 1, false },
        { "Dec  6 16:24:53 dom0 kernel: [    3.834652] " FULL "\n", 1, true },
        { "2026-11-24T15:05:42+0000 host kernel: " FULL "\n", 1, false },
        { "[    3.834652] host kernel: " FULL "\n", 1, true },
        { "[    3.834652] host sshd[17]: " FULL "\n", 0, false },
        { "Dec 06 16:24:53 dom0 sudo: root : COMMAND=grep '" FULL "'\n", 0, false },
        { "Dec 06 16:24:53 dom0 tdx-healthcheck[9]: " FULL "\n", 0, false },
        { "2026-11-24T15:05:42+0000 host tdx-healthcheck[9]: " FULL "\n", 0, false },
        { "> `[    3.834652] " FULL "`\r\n", 1, true },
        { "\x1b[0m[    3.834652] " FULL "\r\n", 1, true },
        { "\x1b[2J\x1b[01;01H[    3.834652] " FULL "\r\n", 1, true },
        { "\x1b[32m[    3.834652] \x1b[0m\x1b[33mvirtio-pci 0000:00:02.0: \x1b[0m" FULL_TEXT
          "\x1b[0m\n",
          1, true },
        { "\x1b]0;root@host\x07[    3.834652] " FULL "\n", 1, true },
        { "\r[    3.834652] " FULL "\r\r\n", 1, true },
        { "[    3.834652] " FULL "\\x0d\n", 1, true },
        { "\xef\xbb\xbf[    3.834652] " FULL "\n", 1, true },
        { "dmesg.txt:117:[    3.834652] " FULL "\n", 1, true },
        { "117-[    3.834652] " FULL "\n", 1, true },
        { "Tue 2026-11-24 15:05:42 UTC host kernel: " FULL "\n", 1, false },
        { "Tue 2026-11-24 15:05:42.123456 +08 host kernel[n/a]: " FULL "\n", 1, false },
        { "Tue 2026-11-24 15:05:42 UTC host tdx-healthcheck[9]: " FULL "\n", 0, false },
        { "Tue 2026-11-24 15:05:42 UTC host sudo: root : COMMAND=grep '" FULL "'\n", 0, false },
        { "1795532742.123456 host kernel: " FULL "\n", 1, false },
        { "1795532742.123456 host sudo: root : COMMAND=grep '" FULL "'\n", 0, false },
        { "11\xe6\x9c\x88 24 15:05:42 host kernel: " FULL "\n", 1, false },
        { "Dez 24 15:05:42 host kernel: [    3.834652] " FULL "\n", 1, true },
        { "Dez 24 15:05:42 host sudo: root : COMMAND=grep '" FULL "'\n", 0, false },
        { "<4>1 2026-11-24T15:05:42.1+08:00 host kernel - - - [    3.834652] " FULL "\n", 1, true },
        { "<4>1 2026-11-24T15:05:42.1+08:00 host sudo 17 - - " FULL "\n", 0, false },
        { "virtio-pci 0000:00:02.0: swiotlb buffer is full (sz: 262144 bytes),\n"
          "  total 1024 (slots), used 677 (slots)\n",
          1, false },
        { "[    3.834652] " FULL "\n[    3.834652] host kernel: nothing\n", 1, true },
        { "swiotlb buffer is empty\n", 0, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct kernel_log *log = parse(cases[i].text, strlen(cases[i].text));
        const struct kernel_log_full *full = &log->full;

        print_message("# case %zu\n", i);
        assert_int_equal(full->lines, cases[i].lines);
        assert_int_equal(full->first_us.known, cases[i].stamped);
        assert_int_equal(full->first_us.value, cases[i].stamped ? 3834652 : 0);
        if (cases[i].lines > 0) {
            assert_int_equal(full->largest_bytes.value, 262144);
            assert_int_equal(full->total.value, 1024);
            assert_int_equal(full->min_used.value, 677);
            assert_int_equal(full->fragmented, 1);
            assert_int_equal(full->device_count, 1);
            assert_string_equal(full->devices[0].driver, "virtio-pci");
            assert_string_equal(full->devices[0].device, "0000:00:02.0");
        }
        free(log);
    }
}

static void each_line_is_judged_by_itself(void **state)
{
    static const struct {
        unsigned bytes, total, used;
        char expected; /* o c f u */
    } cases[] = {
        { 524288, 32768, 4, 'o' },
        { 262145, 512, 512, 'o' },
        { 262144, 512, 176, 'f' },
        { 262144, 2048, 1748, 'f' },
        { 262144, 4096, 3068, 'f' },
        { 262144, 32768, 28249, 'f' },
        { 262144, 524288, 523564, 'c' },
        { 262144, 512, 500, 'c' },
        { 2, 128, 128, 'c' },
        { 0, 128, 128, 'c' },
        { 4096, 1024, 1022, 'c' },
        { 98304, 512, 465, 'c' },
        { 262144, 512, 3, 'u' },
        { 262144, 512, 4, 'f' },
        { 2048, 1024, 500, 'u' },
        { 98304, 512, 0, 'u' },
        { 4096, 0, 0, 'u' },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[200];
        struct kernel_log *log;
        int length = snprintf(text, sizeof(text),
                              "nvme 0000:00:03.0: swiotlb buffer is full (sz: %u bytes), total %u "
                              "(slots), used %u (slots)\n",
                              cases[i].bytes, cases[i].total, cases[i].used);

        print_message("# %s", text);
        log = parse(text, (size_t)length);
        assert_int_equal(log->full.oversize, cases[i].expected == 'o');
        assert_int_equal(log->full.capacity, cases[i].expected == 'c');
        assert_int_equal(log->full.fragmented, cases[i].expected == 'f');
        assert_int_equal(log->full.unclear, cases[i].expected == 'u');
        free(log);
    }
}

static void a_tdx_boot_is_understood(void **state)
{
    static const char text[] =
        "[    0.000000] Linux version 6.8.0-31-generic (builder) (gcc) #1 SMP\n"
        "[    0.000000] Command line: root=/dev/vda1 swiotlb=1048576,force\n"
        "[    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\n"
        "[    0.000000] BIOS-e820: [mem 0x0000000000100000-0x000000007ffdffff] usable\n"
        "[    0.000000] BIOS-e820: [mem 0x000000007ffe0000-0x000000007fffffff] reserved\n"
        "[    0.000000] BIOS-e820: [mem 0x0000000100000000-0x000000087fffffff] usable\n"
        "[    0.000000] tdx: Guest detected\n"
        "[    0.010000] Reserving 256MB of memory at 1536MB for crashkernel (System RAM: 32766MB)\n"
        "[    0.020000] software IO TLB: SWIOTLB bounce buffer size adjusted to 1024MB\n"
        "[    0.020000] setup_percpu: NR_CPUS:8192 nr_cpumask_bits:16 nr_cpu_ids:16 nr_node_ids:1\n"
        "[    0.025000] software IO TLB: area num 16.\n"
        "[    0.025100] software IO TLB: swiotlb_memblock_alloc: Failed to allocate 2147483648 "
        "bytes tlb structure\n"
        "[    0.025200] software IO TLB: SWIOTLB bounce buffer size adjusted 1048576 -> 524288 "
        "slabs\n"
        "[    0.100000] Memory: 32000000K/33553904K available (14343K kernel code)\n"
        "[    0.300000] Memory Encryption Features active:\n"
        "[    0.300000]  Intel TDX\n"
        "[    1.000000] PCI-DMA: Using software bounce buffering for IO (SWIOTLB)\n"
        "[    1.000001] software IO TLB: mapped [mem 0x000000001fe85000-0x000000005fe85000] "
        "(1024MB)\n"
        "[    5.000000] virtio-pci 0000:00:02.0: swiotlb addr 0x1+4096 overflow (mask ffffffff, "
        "bus "
        "limit 0).\n"
        "[   60.000000] swiotlb_tbl_map_single: 565 callbacks suppressed\n"
        "[   61.000000] other_function: 7 callbacks suppressed\n"
        "[   62.000000] swiotlb_tbl_map_single: 5 callbacks suppressed\n";
    struct kernel_log *log = parse(text, sizeof(text) - 1);
    struct swiotlb_kernel kernel = kernel_log_kernel(log);

    (void)state;
    assert_string_equal(log->release, "6.8.0-31-generic");
    assert_int_equal(kernel.minor, 8);
    assert_true(log->boot_seen && log->tdx && log->confidential);
    assert_string_equal(log->command_line, "root=/dev/vda1 swiotlb=1048576,force");
    assert_int_equal(log->memory.value, UINT64_C(33553904) * 1024);
    assert_int_equal(log->cpus.value, 16);
    assert_int_equal(low_memory_largest(&log->low).value, (1536 - 1) << 20);
    assert_int_equal(log->rule_mib.value, 1024);
    assert_int_equal(log->areas.value, 16);
    assert_int_equal(log->failed_bytes.value, UINT64_C(2147483648));
    assert_int_equal(log->halved_from.value, 1048576);
    assert_int_equal(log->halved_to.value, 524288);
    assert_int_equal(log->mapped_bytes.value, UINT64_C(1) << 30);
    assert_int_equal(log->overflow_lines, 1);
    assert_int_equal(log->full.suppressed, 570);
    assert_false(log->no_low_mem || log->slots_failed || log->bare_crash || log->panicked);
    free(log);
}

static void the_largest_failed_allocation_is_kept(void **state)
{
    static const char text[] = "software IO TLB: x: Failed to allocate 1024 bytes tlb structure\n"
                               "software IO TLB: x: Failed to allocate 4096 bytes tlb structure\n"
                               "software IO TLB: x: Failed to allocate 2048 bytes tlb structure\n";
    struct kernel_log *log = parse(text, sizeof(text) - 1);

    (void)state;
    assert_int_equal(log->failed_bytes.value, 4096);
    assert_false(log->gave_up || log->slots_failed);
    free(log);
}

static void confidential_guests_are_known_by_several_lines(void **state)
{
    static const struct {
        const char *text;
        bool confidential, tdx;
    } cases[] = {
        { "Memory Encryption Features active: Intel TDX\n", true, true },
        { "Memory Encryption Features active: AMD SEV SEV-ES SEV-SNP\n", true, false },
        { "Memory Encryption Features active:\nIntel TDX\n", true, true },
        { "Memory Encryption Features active:\nother\nIntel TDX\n", true, false },
        { "Intel TDX\n", false, false },
        { "tdx: Guest detected\n", true, true },
        { "Memory encryption is active and system is using DMA bounce buffers\n", true, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct kernel_log *log = parse(cases[i].text, strlen(cases[i].text));

        print_message("# %s", cases[i].text);
        assert_int_equal(log->confidential, cases[i].confidential);
        assert_int_equal(log->tdx, cases[i].tdx);
        free(log);
    }
}

static void low_memory_is_cut_and_measured(void **state)
{
    static const struct {
        uint64_t start, end, largest;
    } cuts[] = {
        { 0, 0x1000, 0x9000 },      /* the first piece of [0x1000, 0xa000) is not touched */
        { 0xa000, 0xb000, 0x9000 }, /* nor is its end */
        { 0x3000, 0x4000, 0x6000 }, /* split: 0x2000 and 0x6000 */
        { 0x4000, 0x4000, 0x6000 }, /* nothing */
        { 0x9000, 0xc000, 0x5000 }, /* its tail */
        { 0x4000, 0x9000, 0x2000 }, /* all of it */
        { 0, UINT64_C(1) << 40, 0 },
    };
    struct low_memory low = { 0 };

    (void)state;
    assert_false(low_memory_largest(&low).known);
    low_memory_add(&low, 0x1000, 0xa000);
    low_memory_add(&low, 0x20000, 0x20000);
    assert_int_equal(low.count, 1);
    for (size_t i = 0; i < COUNT_OF(cuts); i++) {
        low_memory_cut(&low, cuts[i].start, cuts[i].end);
        assert_int_equal(low_memory_largest(&low).value, cuts[i].largest);
    }
    low = (struct low_memory){ 0 };
    low_memory_add(&low, UINT64_C(0xf0000000), UINT64_C(0x200000000)); /* only up to 4 GiB */
    low_memory_add(&low, UINT64_C(0x100000000), UINT64_C(0x900000000));
    assert_int_equal(low_memory_largest(&low).value, 0x10000000);
    for (unsigned i = 0; i < 2 * LOW_MEMORY_RANGES; i++)
        low_memory_add(&low, i * 16, i * 16 + 1);
    assert_int_equal(low.count, LOW_MEMORY_RANGES);
}

static void a_kernel_that_gave_up_has_no_buffer(void **state)
{
    static const char *const lines[] = {
        "[    0.0] software IO TLB: Cannot allocate buffer",
        "[    0.0] software IO TLB: swiotlb_init_remap: failed to allocate tlb structure\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct kernel_log *log = parse(lines[i], strlen(lines[i]));

        assert_true(log->gave_up);
        free(log);
    }
}

static void no_buffer_and_dead_boots_are_seen(void **state)
{
    static const struct {
        const char *text;
        uint64_t no_buffer;
        bool no_low_mem, slots_failed, bare_crash, panicked;
    } cases[] = {
        { "[    1.0] software IO TLB: No low mem\n", 0, true, false, false, false },
        { "Kernel panic - not syncing: Can not allocate SWIOTLB buffer earlier and can't now "
          "provide "
          "you with the DMA bounce buffer\n",
          1, false, false, false, true },
        { "virtio-pci 0000:00:02.0: Can not allocate SWIOTLB buffer earlier and can't now provide "
          "you "
          "with the DMA bounce buffer\n",
          1, false, false, false, false },
        { "software IO TLB: swiotlb_init_remap: Failed to allocate 786432 bytes align=0x1000\n", 0,
          false, true, false, false },
        { "[    0.000000] RIP: 0010:setup_io_tlb_npages+0x11/0x130\n", 0, false, false, true,
          false },
        { "Kernel panic - not syncing: swiotlb_init_remap: nslabs = 256 too small\n", 0, false,
          false, false, true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct kernel_log *log = parse(cases[i].text, strlen(cases[i].text));

        print_message("# %s", cases[i].text);
        assert_int_equal(log->no_buffer_lines, cases[i].no_buffer);
        assert_int_equal(log->no_low_mem, cases[i].no_low_mem);
        assert_int_equal(log->slots_failed, cases[i].slots_failed);
        assert_int_equal(log->bare_crash, cases[i].bare_crash);
        assert_int_equal(log->panicked, cases[i].panicked);
        free(log);
    }
}

#define BOOT_OLD                                                                                   \
    "Linux version 5.10.0-1 (x)", "Command line: swiotlb=1",                                       \
        "software IO TLB: mapped [mem 0x0000000010000000-0x0000000010040000] (0MB)", FULL
#define BOOT_NEW                                                                                   \
    "Linux version 6.1.0-2 (x)", "Command line: swiotlb=2048",                                     \
        "software IO TLB: mapped [mem 0x0000000010000000-0x0000000010400000] (4MB)"

/* Each form of journalctl -o, dmesg and syslog, for every kind of line that is read. */
static void the_set_up_is_read_in_every_form(void **state)
{
    static const char *const forms[] = {
        "[    0.000000] ",
        "[    0.000000][    T0] ",
        "\x1b[32m[    0.000000] \x1b[0m",
        "Nov 24 15:05:42 host kernel: ",
        "Tue 2026-11-24 15:05:42 UTC host kernel: ",
        "1795532742.123456 host kernel: ",
        "2026-11-24T15:05:42.123456+08:00 host kernel: ",
        "2026-11-24 15:05:42 host kernel: ",
        "11\xe6\x9c\x88 24 15:05:42 host kernel: ",
        "[\xe4\xba\x8c 11\xe6\x9c\x88 24 15:05:42 2026] ",
        "117:[    0.000000] ",
    };
    static const char *const lines[] = {
        "Linux version 6.8.0-31-generic (builder) (gcc) #1 SMP",
        "Command line: root=/dev/vda1 swiotlb=65536,force",
        "tdx: Guest detected",
        "software IO TLB: area num 4.",
        "Memory: 7900000K/8388088K available (14343K kernel code)",
        "software IO TLB: mapped [mem 0x0000000077e85000-0x000000007fe85000] (128MB)",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        struct kernel_log *log;
        char text[2000] = "";

        print_message("# form %zu\n", i);
        for (size_t j = 0; j < COUNT_OF(lines); j++)
            (void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s\n", forms[i],
                           lines[j]);
        log = parse(text, strlen(text));
        assert_string_equal(log->release, "6.8.0-31-generic");
        assert_string_equal(log->command_line, "root=/dev/vda1 swiotlb=65536,force");
        assert_true(log->tdx);
        assert_int_equal(log->areas.value, 4);
        assert_int_equal(log->memory.value, UINT64_C(8388088) * 1024);
        assert_int_equal(log->mapped_bytes.value, 128 << 20);
        free(log);
    }
}

/* Several boots in one journal: the last one counts, whichever end it stands at. */
static void the_last_boot_counts_in_either_order(void **state)
{
    static const char *const lines[] = { BOOT_OLD, BOOT_NEW };

    (void)state;
    for (int reversed = 0; reversed <= 1; reversed++) {
        struct kernel_log *log;
        char text[2000] = "";

        for (size_t i = 0; i < COUNT_OF(lines); i++) {
            size_t at = reversed ? COUNT_OF(lines) - 1 - i : i;

            (void)snprintf(text + strlen(text), sizeof(text) - strlen(text),
                           "Dec 06 16:24:53 host kernel: %s\n", lines[at]);
        }
        log = parse(text, strlen(text));
        assert_string_equal(log->release, "6.1.0-2");
        assert_string_equal(log->command_line, "swiotlb=2048");
        assert_int_equal(log->mapped_bytes.value, 4 << 20);
        assert_int_equal(log->full.lines, 0);
        free(log);
    }
}

static void long_command_lines_come_in_pieces(void **state)
{
    static const char pieces[] = "Kernel command line: quiet \\\n"
                                 "Kernel command line: swiotlb=65536 splash\n";
    struct kernel_log *log = parse(pieces, sizeof(pieces) - 1);
    char text[2000] = "Command line: ";

    (void)state;
    assert_string_equal(log->command_line, "quiet swiotlb=65536 splash");
    assert_true(log->command_line_whole);
    free(log);
    memset(text + strlen(text), 'x', 950);
    log = parse(text, strlen(text));
    assert_true(log->command_line_known);
    assert_false(log->command_line_whole); /* the log buffer cuts here: what follows is not known */
    free(log);
}

static void hostile_logs_are_only_strange_logs(void **state)
{
    static const char *const lines[] = {
        "swiotlb buffer is full (sz: 99999999999999999999 bytes), total 1 (slots), used 1 (slots)",
        "swiotlb buffer is full (sz: 18446744073709551615 bytes), total 18446744073709551615 "
        "(slots), used 18446744073709551615 (slots)",
        "swiotlb buffer is full",
        "swiotlb buffer is full (sz: ",
        "swiotlb buffer is full (sz: 1",
        "swiotlb_tbl_map_single: 18446744073709551615 callbacks suppressed",
        "swiotlb_tbl_map_single: 18446744073709551615 callbacks suppressed",
        "software IO TLB: mapped [mem 0xffffffffffffffff-0x1] (64MB)",
        "software IO TLB: mapped [mem 0x0-0xffffffffffffffff] (64MB)",
        "BIOS-e820: [mem 0x0-0xffffffffffffffff] usable",
        "Memory: 1K/18446744073709551615K available",
        "[99999999999999999999.000000] x",
        "[",
        "<",
        "<>",
        "1,2,3,",
        "Dec",
        "Dec 06",
        "2026-11-24T",
        "Linux version ",
        "Command line: ",
        "Reserving 99999999MB of memory at 9999999999MB for crashkernel",
        "\x1b",
        "\x1b[",
        "\x1b[31",
        "\x1b]0;",
        "\\x0d",
        "\xef\xbb",
        "17:[",
        "17:[    0.000000",
        "Tue 2026-11-24 15:05:42",
        "Tue 2026-11-24 15:05:42 UTC",
        "1795532742.123456",
        "<4>1 2026-11-24T15:05:42 host kernel -",
        "\x1b[31m\x01\x02\xff\xfe: swiotlb buffer is full (sz: 1 bytes), total 1 (slots), used 1 "
        "(slots)",
    };
    char big[70000];
    struct kernel_log *log;
    size_t length = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        memcpy(big + length, lines[i], strlen(lines[i]));
        length += strlen(lines[i]);
        big[length++] = i % 3 == 0 ? '\0' : '\n';
    }
    for (size_t cut = 0; cut <= length; cut++)
        free(parse(big, cut));
    memset(big, 'A', sizeof(big)); /* one line, longer than any record */
    memcpy(big + 20000, FULL, strlen(FULL));
    log = parse(big, sizeof(big));
    assert_int_equal(log->full.lines, 0);
    free(log);
    for (size_t i = 0; i < sizeof(big); i++)
        big[i] = i % 2 == 0 ? '[' : '\n';
    free(parse(big, sizeof(big)));
}

static void names_of_devices_are_quoted_and_capped(void **state)
{
    char text[8000] = "";
    struct kernel_log *log;

    (void)state;
    for (int i = 0; i < KERNEL_LOG_DEVICES + 3; i++)
        (void)snprintf(
            text + strlen(text), sizeof(text) - strlen(text),
            "evil\x01 %02d:\x07: swiotlb buffer is full (sz: 1 bytes), total 9 (slots), used "
            "9 (slots)\n",
            i);
    log = parse(text, strlen(text));
    assert_int_equal(log->full.lines, KERNEL_LOG_DEVICES + 3);
    assert_int_equal(log->full.device_count, KERNEL_LOG_DEVICES);
    assert_true(log->full.more_devices);
    assert_string_equal(log->full.devices[0].driver, "evil\\x01");
    assert_string_equal(log->full.devices[0].device, "00:\\x07");
    free(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_a_log_is_read_alike),
        cmocka_unit_test(each_line_is_judged_by_itself),
        cmocka_unit_test(a_tdx_boot_is_understood),
        cmocka_unit_test(the_largest_failed_allocation_is_kept),
        cmocka_unit_test(confidential_guests_are_known_by_several_lines),
        cmocka_unit_test(low_memory_is_cut_and_measured),
        cmocka_unit_test(a_kernel_that_gave_up_has_no_buffer),
        cmocka_unit_test(no_buffer_and_dead_boots_are_seen),
        cmocka_unit_test(the_set_up_is_read_in_every_form),
        cmocka_unit_test(the_last_boot_counts_in_either_order),
        cmocka_unit_test(long_command_lines_come_in_pieces),
        cmocka_unit_test(hostile_logs_are_only_strange_logs),
        cmocka_unit_test(names_of_devices_are_quoted_and_capped),
    };

    return cmocka_run_group_tests_name("kernel log", tests, NULL, NULL);
}
