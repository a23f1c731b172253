/* SPDX-License-Identifier: Apache-2.0 */
/* kernel_log_parse(), and what is concluded from any log: facts, cause, advice, the JSON of it.
 * Input: the log. */
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "swiotlb/remarks.h"
#include "swiotlb/report.h"
#include "tests/fuzz/fuzz.h"

/* What is printed as it stands. */
static void require_plain(const char *text, size_t size)
{
    size_t length = strnlen(text, size);

    fuzz_require(length < size, "a text ends");
    for (size_t i = 0; i < length; i++)
        fuzz_require(text[i] >= 0x20 && text[i] < 0x7f, "names are quoted");
}

static void require_sound_log(const struct kernel_log *log)
{
    const struct kernel_log_full *full = &log->full;
    struct maybe_u64 piece = low_memory_largest(&log->low);
    uint64_t by_device = 0;

    fuzz_require(full->oversize + full->capacity + full->fragmented + full->unclear == full->lines,
                 "every line is judged once");
    fuzz_require(full->first_us.value <= full->last_us.value, "first is not after last");
    fuzz_require(full->min_used.value <= full->max_used.value, "least is not above most");
    fuzz_require(full->device_count <= KERNEL_LOG_DEVICES, "devices are capped");
    for (unsigned i = 0; i < full->device_count; i++) {
        require_plain(full->devices[i].driver, sizeof(full->devices[i].driver));
        require_plain(full->devices[i].device, sizeof(full->devices[i].device));
        by_device += full->devices[i].lines;
    }
    fuzz_require(by_device == full->lines || full->more_devices, "every line has its device");
    require_plain(log->release, sizeof(log->release));
    fuzz_require(strnlen(log->command_line, sizeof(log->command_line)) < sizeof(log->command_line),
                 "the command line ends");
    fuzz_require(piece.value <= UINT64_C(1) << 32, "low memory is low");
}

static void require_sound_advice(const struct swiotlb_facts *facts,
                                 const struct swiotlb_advice *advice)
{
    uint64_t slabs = advice->slabs.value;

    fuzz_require(advice->slabs.known == (advice->verdict == SWIOTLB_ASK), "ask, and a size");
    if (!advice->slabs.known)
        return;
    fuzz_require(facts->slabs.known && slabs > facts->slabs.value, "it changes something");
    fuzz_require(swiotlb_round_up(&facts->guest, slabs) == slabs, "the kernel keeps it");
    fuzz_require(slabs <= advice->limit.slabs && !swiotlb_cannot_be_asked(slabs), "it can be had");
}

/* Reads the log and prints what follows from it, with every invariant on the way. */
static void require_sound(struct span text, struct text *out)
{
    struct kernel_log *log = calloc(1, sizeof(*log));
    struct swiotlb_facts *facts = calloc(1, sizeof(*facts));
    struct swiotlb_advice advice;

    if (log == NULL || facts == NULL)
        goto done;
    kernel_log_parse(text, log);
    require_sound_log(log);
    swiotlb_facts_from_log(log, facts);
    swiotlb_advise(facts, &advice);
    require_sound_advice(facts, &advice);
    report_json(out, facts, &advice);
    fuzz_require(text_ok(out), "the report is whole");
done:
    free(facts);
    free(log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *text = fuzz_copy(data, size);
    struct text first = { 0 }, second = { 0 };
    struct json *json = NULL;

    require_sound((struct span){ text, size }, &first);
    require_sound((struct span){ text, size }, &second);
    /* As text: the structs have padding, which is nobody's. */
    fuzz_require(strcmp(text_string(&first), text_string(&second)) == 0,
                 "a second reading says the same");
    fuzz_require(json_parse((struct span){ (const uint8_t *)first.data, first.length }, 8, &json,
                            NULL) == TDX_OK,
                 "the report is JSON");
    json_free(json);
    text_free(&first);
    text_free(&second);
    free(text);
    return 0;
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t limit)
{
    static const char *const seeds[] = {
        "[    0.000000] Linux version 6.8.0-31-generic (b) (gcc) #1 SMP\n"
        "[    0.000000] Command line: root=/dev/vda1 swiotlb=1048576,4,force\n"
        "[    0.000000] BIOS-e820: [mem 0x0000000000100000-0x000000007ffdffff] usable\n"
        "[    0.000000] tdx: Guest detected\n"
        "[    0.010000] Reserving 256MB of memory at 1536MB for crashkernel (System RAM: 1MB)\n"
        "[    0.010000] crashkernel reserved: 0x0000000060000000 - 0x0000000070000000 (256 MB)\n"
        "[    0.020000] software IO TLB: SWIOTLB bounce buffer size adjusted to 1024MB\n"
        "[    0.020000] setup_percpu: NR_CPUS:8192 nr_cpumask_bits:16 nr_cpu_ids:16 nr_node_ids:1\n"
        "[    0.025000] software IO TLB: area num 16.\n"
        "[    0.025100] software IO TLB: x: Failed to allocate 2147483648 bytes tlb structure\n"
        "[    0.025200] software IO TLB: SWIOTLB bounce buffer size adjusted 1048576 -> 524288 "
        "slabs\n"
        "[    0.100000] Memory: 32000000K/33553904K available (14343K kernel code)\n"
        "[    0.300000] Memory Encryption Features active:\n[    0.300000]  Intel TDX\n"
        "[    1.000001] software IO TLB: mapped [mem 0x000000001fe85000-0x000000005fe85000] (1M)\n"
        "[   60.000000] virtio-pci 0000:00:02.0: swiotlb buffer is full (sz: 262144 bytes), total "
        "1024 (slots), used 677 (slots)\n"
        "[   60.000000] swiotlb_tbl_map_single: 565 callbacks suppressed\n",
        "Dec 06 16:24:53 dom0 kernel: amdgpu 0000:2b:00.0: swiotlb buffer is full (sz: 2097152 "
        "bytes), total 32768 (slots), used 0 (slots)\n"
        "Dec 06 16:24:53 dom0 sshd[4]: no\n2026-11-24T15:05:42,123456+00:00 x\n",
        "4,1234,3834652,-;x y: swiotlb buffer is full (sz: 16 bytes),\n total 9 (slots), used 9 "
        "(slots)\n SUBSYSTEM=pci\n",
        "kern  :warn  : [    3.834652] dwc3 38200000.dwc3: swiotlb buffer is full (sz: 1 bytes)\n"
        "<12>[    1.000000] [    T0] software IO TLB: No low mem\n"
        "Kernel panic - not syncing: Can not allocate SWIOTLB buffer earlier and can't now\n"
        "DMA: Out of SW-IOMMU space for 16384 bytes\nRIP: 0010:setup_io_tlb_npages+0x11/0x130\n",
        "Kernel command line: a \\\nKernel command line: \"swiotlb=0x20,07\" swiotlb -- SWIOTLB=1\n"
        "Linux version 5.10.134-16.al8.x86_64 (x)\n",
    };
    size_t length;

    if (number >= sizeof(seeds) / sizeof(seeds[0]))
        return 0;
    length = strlen(seeds[number]);
    if (length > limit)
        length = limit;
    memcpy(out, seeds[number], length);
    return length;
}
