/* SPDX-License-Identifier: Apache-2.0 */
/* A guest's /proc, /sys and debugfs, laid out below a folder, and what is made of them. */
#include "swiotlb/facts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "swiotlb/advice.h"
#include "swiotlb/remarks.h"
#include "tests/unit/cmocka_all.h"

struct tree {
    char folder[64];
    int fd;
    struct root root;
};

/* Writes a file and the folders that lead to it. */
static void put(const struct tree *tree, const char *path, const char *content)
{
    char copy[300];
    int fd;

    (void)snprintf(copy, sizeof(copy), "%s", path);
    for (char *slash = strchr(copy, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        assert_true(mkdirat(tree->fd, copy, 0755) == 0 || errno == EEXIST);
        *slash = '/';
    }
    if (content == NULL) {
        assert_true(mkdirat(tree->fd, copy, 0755) == 0 || errno == EEXIST);
        return;
    }
    fd = openat(tree->fd, copy, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), strlen(content));
    assert_int_equal(close(fd), 0);
}

static int make_tree(void **state)
{
    struct tree *tree = calloc(1, sizeof(*tree));

    assert_non_null(tree);
    (void)snprintf(tree->folder, sizeof(tree->folder), "/tmp/tdx-facts-XXXXXX");
    assert_non_null(mkdtemp(tree->folder));
    tree->fd = open(tree->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(tree->fd >= 0);
    assert_status(root_open(tree->folder, &tree->root, NULL), "OK");
    *state = tree;
    return 0;
}

static int remove_tree(void **state)
{
    struct tree *tree = *state;
    char command[128];
    int code;

    (void)snprintf(command, sizeof(command), "rm -rf '%s'", tree->folder);
    code = system(command);
    root_close(&tree->root);
    (void)close(tree->fd);
    free(tree);
    return code == 0 ? 0 : 1;
}

static void put_guest(const struct tree *tree)
{
    put(tree, "proc/sys/kernel/osrelease", "6.8.0-31-generic\n");
    put(tree, "proc/cmdline", "root=/dev/vda1 swiotlb=65536 quiet\n");
    put(tree, "proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu vme tdx_guest\n");
    put(tree, "proc/meminfo", "MemTotal:       7135196 kB\nMemFree: 1 kB\n");
    put(tree, "sys/devices/system/cpu/possible", "0-3\n");
    put(tree, "sys/kernel/debug/swiotlb/io_tlb_nslabs", "65536\n");
    put(tree, "sys/kernel/debug/swiotlb/io_tlb_used", "5000\n");
    put(tree, "sys/kernel/debug/swiotlb/io_tlb_used_hiwater", "60000\n");
    put(tree, "boot/config-6.8.0-31-generic", "CONFIG_X=y\n# CONFIG_SWIOTLB_DYNAMIC is not set\n");
    /* merges receive buffers */
    put(tree, "sys/class/net/eth0/device/features", "0000000110000001000000000000000000000000\n");
    put(tree, "sys/class/net/eth0/queues/rx-0", NULL);
    put(tree, "sys/class/net/eth0/queues/rx-1", NULL);
    put(tree, "sys/class/net/eth0/queues/tx-0", NULL);
    /* does not, and takes segments */
    put(tree, "sys/class/net/eth1/device/features", "0000000110000000000000000000000000000000\n");
    put(tree, "sys/class/net/eth1/queues/rx-0", NULL);
    put(tree, "sys/class/net/lo/queues/rx-0", NULL); /* no device: maps nothing */
    put(tree, "sys/block/vda/device", NULL);
    put(tree, "sys/block/vda/queue/max_sectors_kb", "1280\n");
    put(tree, "sys/block/loop0/queue/max_sectors_kb", "9999\n");
}

static void a_guest_is_read_from_its_files(void **state)
{
    const struct tree *tree = *state;
    struct swiotlb_facts facts = { 0 };
    struct swiotlb_advice advice;

    put_guest(tree);
    swiotlb_facts_read(&tree->root, &facts);
    assert_int_equal(facts.tdx, ANSWER_YES);
    assert_int_equal(facts.guest.cpus.value, 4);
    assert_int_equal(facts.slabs.value, 65536);
    assert_int_equal(facts.slabs_from, SWIOTLB_FROM_DEBUGFS);
    assert_int_equal(facts.used.value, 5000);
    assert_int_equal(facts.hiwater.value, 60000);
    assert_int_equal(facts.dynamic, ANSWER_NO);
    assert_true(facts.memory_estimated);
    assert_int_equal(facts.guest.memory.value, UINT64_C(7135196) * 1024 + (UINT64_C(128) << 20));
    assert_true(facts.devices_known);
    assert_int_equal(facts.demand.nics, 2);
    assert_int_equal(facts.demand.queues, 3);
    assert_int_equal(facts.demand.disks, 1);
    assert_int_equal(facts.demand.nic_slabs, 2 * (1024 * 2 + 1024) + (1024 * 38 + 1024));
    assert_int_equal(facts.demand.idle_slabs, 2 * 1024 + 1024 * 38);
    assert_int_equal(facts.largest_request.value, 1280 * 1024);
    assert_int_equal(facts.param.asked, 65536);

    swiotlb_advise(&facts, &advice);
    assert_int_equal(advice.cause, SWIOTLB_NEVER_FULL);
    assert_int_equal(advice.from_hiwater.value, 90000);
    assert_int_equal(advice.from_request.value, 8 * 640);
    assert_int_equal(advice.verdict, SWIOTLB_ASK);
    assert_int_equal(advice.slabs.value, 262144); /* 6 % of 7.3 GB, rounded up */
}

static void the_memory_map_is_better_than_an_estimate(void **state)
{
    static const char iomem[] = "00000000-00000fff : Reserved\n"
                                "00100000-7fffffff : System RAM\n"
                                "  01000000-01ffffff : Kernel code\n"
                                "  60000000-6fffffff : Crash kernel\n"
                                "100000000-27fffffff : System RAM\n";
    const struct tree *tree = *state;
    struct swiotlb_facts facts = { 0 };

    put_guest(tree);
    put(tree, "proc/iomem", iomem);
    swiotlb_facts_read(&tree->root, &facts);
    assert_false(facts.memory_estimated);
    assert_int_equal(facts.guest.memory.value, UINT64_C(0x80000000) - 0x100000 + 0x180000000);
    assert_int_equal(facts.guest.low_piece.value, 0x60000000 - 0x100000);
    /* Not root: the kernel shows zeros. */
    facts = (struct swiotlb_facts){ 0 };
    put(tree, "proc/iomem", "00000000-00000000 : System RAM\n  00000000-00000000 : Kernel code\n");
    swiotlb_facts_read(&tree->root, &facts);
    assert_true(facts.memory_estimated);
    assert_false(facts.guest.low_piece.known);
}

static void nothing_there_is_nothing_known(void **state)
{
    const struct tree *tree = *state;
    struct swiotlb_facts facts = { 0 };
    struct swiotlb_advice advice;

    swiotlb_facts_read(&tree->root, &facts);
    assert_false(facts.slabs.known || facts.used.known || facts.hiwater.known);
    assert_false(facts.guest.memory.known || facts.guest.cpus.known || facts.devices_known);
    assert_false(facts.command_line_known);
    assert_int_equal(facts.tdx, ANSWER_UNKNOWN);
    assert_int_equal(facts.guest.confidential, ANSWER_UNKNOWN);
    swiotlb_advise(&facts, &advice);
    assert_int_equal(advice.verdict, SWIOTLB_NOT_KNOWN);
    assert_false(advice.slabs.known);
}

static void an_empty_debugfs_folder_means_no_buffer(void **state)
{
    const struct tree *tree = *state;
    struct swiotlb_facts facts = { 0 };

    put_guest(tree);
    assert_int_equal(unlinkat(tree->fd, "sys/kernel/debug/swiotlb/io_tlb_nslabs", 0), 0);
    assert_int_equal(unlinkat(tree->fd, "sys/kernel/debug/swiotlb/io_tlb_used", 0), 0);
    assert_int_equal(unlinkat(tree->fd, "sys/kernel/debug/swiotlb/io_tlb_used_hiwater", 0), 0);
    swiotlb_facts_read(&tree->root, &facts);
    assert_true(facts.slabs.known);
    assert_int_equal(facts.slabs.value, 0);
    assert_int_equal(swiotlb_cause(&facts), SWIOTLB_NO_BUFFER);
}

/* 5.10 shows the number that was asked in debugfs even when there is no buffer; the log knows. */
static void the_log_overrules_a_debugfs_that_lies(void **state)
{
    static const char text[] = "software IO TLB: No low mem\n";
    const struct tree *tree = *state;
    struct swiotlb_facts facts = { 0 };
    struct kernel_log log;

    put_guest(tree);
    kernel_log_parse((struct span){ (const uint8_t *)text, sizeof(text) - 1 }, &log);
    swiotlb_facts_from_log(&log, &facts);
    swiotlb_facts_read(&tree->root, &facts);
    assert_int_equal(facts.slabs.value, 0);
    assert_int_equal(facts.slabs_from, SWIOTLB_FROM_NO_LOW_MEM);
}

static void a_full_high_water_mark_tells_without_a_line(void **state)
{
    const struct tree *tree = *state;
    struct swiotlb_facts facts = { 0 };

    put_guest(tree);
    put(tree, "sys/kernel/debug/swiotlb/io_tlb_used_hiwater", "65536\n");
    swiotlb_facts_read(&tree->root, &facts);
    assert_int_equal(swiotlb_cause(&facts), SWIOTLB_CAPACITY);
}

static void files_with_nonsense_are_not_numbers(void **state)
{
    static const char *const nonsense[] = { "", "x\n", "-1\n", "99999999999999999999999\n",
                                            "1 2\n" };
    const struct tree *tree = *state;

    for (size_t i = 0; i < COUNT_OF(nonsense); i++) {
        struct swiotlb_facts facts = { 0 };

        put_guest(tree);
        put(tree, "sys/kernel/debug/swiotlb/io_tlb_nslabs", nonsense[i]);
        put(tree, "sys/devices/system/cpu/possible", nonsense[i]);
        put(tree, "proc/sys/kernel/osrelease", nonsense[i]);
        put(tree, "proc/meminfo", nonsense[i]);
        put(tree, "proc/iomem", nonsense[i]);
        swiotlb_facts_read(&tree->root, &facts);
        assert_false(facts.slabs.known || facts.guest.memory.known);
        assert_true(!facts.guest.cpus.known || facts.guest.cpus.value == 2); /* "1 2": CPUs 0-1 */
    }
}

static void mistakes_on_the_command_line_are_remarked(void **state)
{
    static const struct {
        const char *line, *slabs;
        enum swiotlb_remark remark;
    } cases[] = {
        { "swiotlb", "65536\n", SWIOTLB_REMARK_BARE },
        { "swiotlb=noforce", "65536\n", SWIOTLB_REMARK_NOFORCE },
        { "swiotlb=60000", "65536\n", SWIOTLB_REMARK_ROUNDED },
        { "swiotlb=1G", "512\n", SWIOTLB_REMARK_TINY },
        { "swiotlb=32768", "262144\n", SWIOTLB_REMARK_CANNOT_BE_ASKED },
        { "swiotlb=1 swiotlb=2", "512\n", SWIOTLB_REMARK_SEVERAL },
        { "SWIOTLB=131072", "262144\n", SWIOTLB_REMARK_IGNORED },
        { "swiotlb=1048576", "1048576\n", SWIOTLB_REMARK_MUCH },
        { "swiotlb=4194304", "4194304\n", SWIOTLB_REMARK_FAR_TOO_MUCH },
        { "quiet", "32768\n", SWIOTLB_REMARK_RINGS },
    };
    const struct tree *tree = *state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct swiotlb_facts facts = { 0 };

        print_message("# %s\n", cases[i].line);
        put_guest(tree);
        put(tree, "proc/cmdline", cases[i].line);
        put(tree, "sys/kernel/debug/swiotlb/io_tlb_nslabs", cases[i].slabs);
        put(tree, "proc/meminfo", "MemTotal: 6000000 kB\n");
        swiotlb_facts_read(&tree->root, &facts);
        assert_true(swiotlb_remark_holds(&facts, cases[i].remark));
        assert_string_not_equal(swiotlb_remark_text(cases[i].remark), "");
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_tree, remove_tree)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_guest_is_read_from_its_files),
        TEST(the_memory_map_is_better_than_an_estimate),
        TEST(nothing_there_is_nothing_known),
        TEST(an_empty_debugfs_folder_means_no_buffer),
        TEST(the_log_overrules_a_debugfs_that_lies),
        TEST(a_full_high_water_mark_tells_without_a_line),
        TEST(files_with_nonsense_are_not_numbers),
        TEST(mistakes_on_the_command_line_are_remarked),
    };

    return cmocka_run_group_tests_name("swiotlb facts", tests, NULL, NULL);
}
