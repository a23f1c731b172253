/* SPDX-License-Identifier: Apache-2.0 */
/* What a kernel log says about a boot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/cmocka_all.h"
#include "tests/unit/kernel_log_case.h"

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
    struct kernel_log *log = kernel_log_of(text, sizeof(text) - 1);
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
    struct kernel_log *log = kernel_log_of(text, sizeof(text) - 1);

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
        struct kernel_log *log = kernel_log_of(cases[i].text, strlen(cases[i].text));

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
        struct kernel_log *log = kernel_log_of(lines[i], strlen(lines[i]));

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
        struct kernel_log *log = kernel_log_of(cases[i].text, strlen(cases[i].text));

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
        log = kernel_log_of(text, strlen(text));
        assert_string_equal(log->release, "6.1.0-2");
        assert_string_equal(log->command_line, "swiotlb=2048");
        assert_int_equal(log->mapped_bytes.value, 4 << 20);
        assert_int_equal(log->full.lines, 0);
        free(log);
    }
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tdx_boot_is_understood),
        cmocka_unit_test(the_largest_failed_allocation_is_kept),
        cmocka_unit_test(confidential_guests_are_known_by_several_lines),
        cmocka_unit_test(low_memory_is_cut_and_measured),
        cmocka_unit_test(a_kernel_that_gave_up_has_no_buffer),
        cmocka_unit_test(no_buffer_and_dead_boots_are_seen),
        cmocka_unit_test(the_last_boot_counts_in_either_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
