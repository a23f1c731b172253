/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel logs in every wrapping, line by line; and what only looks like one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/cmocka_all.h"
#include "tests/unit/kernel_log_case.h"

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
        struct kernel_log *log = kernel_log_of(cases[i].text, strlen(cases[i].text));
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

/* What a line still says when its end is lost. */
static void a_line_that_is_cut_says_what_is_left(void **state)
{
    static const struct {
        const char *text;
        uint64_t total;
        bool used;
    } cases[] = {
        { "swiotlb buffer is full (sz: 4096 bytes), total 1024 (slots), used 677 (slots)", 1024,
          true },
        { "swiotlb buffer is full (sz: 4096 bytes), total 1024 (slots), used 677 (sl", 1024,
          false },
        { "swiotlb buffer is full (sz: 4096 bytes), total 1024 (slots), us", 1024, false },
        { "swiotlb buffer is full (sz: 4096 bytes), total 1024 (slots)", 1024, false },
        { "swiotlb buffer is full (sz: 4096 bytes), total 10", 0, false },
        { "swiotlb buffer is full (sz: 40", 0, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct kernel_log *log = kernel_log_of(cases[i].text, strlen(cases[i].text));

        print_message("  %s\n", cases[i].text);
        assert_int_equal(log->full.lines, 1);
        assert_int_equal(log->full.total.value, cases[i].total);
        assert_int_equal(log->full.min_used.known, cases[i].used);
        if (!cases[i].used)
            assert_int_equal(log->full.unclear, 1);
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
        log = kernel_log_of(text, (size_t)length);
        assert_int_equal(log->full.oversize, cases[i].expected == 'o');
        assert_int_equal(log->full.capacity, cases[i].expected == 'c');
        assert_int_equal(log->full.fragmented, cases[i].expected == 'f');
        assert_int_equal(log->full.unclear, cases[i].expected == 'u');
        free(log);
    }
}

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
        log = kernel_log_of(text, strlen(text));
        assert_string_equal(log->release, "6.8.0-31-generic");
        assert_string_equal(log->command_line, "root=/dev/vda1 swiotlb=65536,force");
        assert_true(log->tdx);
        assert_int_equal(log->areas.value, 4);
        assert_int_equal(log->memory.value, UINT64_C(8388088) * 1024);
        assert_int_equal(log->mapped_bytes.value, 128 << 20);
        free(log);
    }
}

static void long_command_lines_come_in_pieces(void **state)
{
    static const char pieces[] = "Kernel command line: quiet \\\n"
                                 "Kernel command line: swiotlb=65536 splash\n";
    struct kernel_log *log = kernel_log_of(pieces, sizeof(pieces) - 1);
    char text[2000] = "Command line: ";

    (void)state;
    assert_string_equal(log->command_line, "quiet swiotlb=65536 splash");
    assert_true(log->command_line_whole);
    free(log);
    memset(text + strlen(text), 'x', 950);
    log = kernel_log_of(text, strlen(text));
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
        free(kernel_log_of(big, cut));
    memset(big, 'A', sizeof(big)); /* one line, longer than any record */
    memcpy(big + 20000, FULL, strlen(FULL));
    log = kernel_log_of(big, sizeof(big));
    assert_int_equal(log->full.lines, 0);
    free(log);
    for (size_t i = 0; i < sizeof(big); i++)
        big[i] = i % 2 == 0 ? '[' : '\n';
    free(kernel_log_of(big, sizeof(big)));
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
    log = kernel_log_of(text, strlen(text));
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
        cmocka_unit_test(a_line_that_is_cut_says_what_is_left),
        cmocka_unit_test(each_line_is_judged_by_itself),
        cmocka_unit_test(the_set_up_is_read_in_every_form),
        cmocka_unit_test(long_command_lines_come_in_pieces),
        cmocka_unit_test(hostile_logs_are_only_strange_logs),
        cmocka_unit_test(names_of_devices_are_quoted_and_capped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
