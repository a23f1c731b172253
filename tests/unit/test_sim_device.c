/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated /dev/tdx_guest and QGS as programs meet them: by ioctl and connect only. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/bytes.h"
#include "tests/sim/sim_device.h"
#include "tests/sim/sim_report.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/sim_runner.h"

#define QUOTE_REPORT_DATA_AT (54 + 520) /* in version 5 */

/* --- the device --- */

struct report0 {
    uint8_t report_data[64], report[SIM_REPORT_SIZE];
};

static void the_device_gives_a_report(void **state)
{
    struct sim_runner *sim = sim_runner_with(state, "debug=off");
    struct report0 request = { .report_data = "asked for" };
    int fd = open(sim->device, O_RDWR | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(ioctl(fd, SIM_GET_REPORT0, &request), 0);
    assert_int_equal(request.report[0], 0x81);
    assert_memory_equal(request.report + 128, request.report_data, 64);
    assert_int_equal(request.report[512] & 1, 0);
    sim_runner_set(sim, "debug=on"); /* flipped while the device is open */
    assert_int_equal(ioctl(fd, SIM_GET_REPORT0, &request), 0);
    assert_int_equal(request.report[512] & 1, 1);
    sim_runner_set(sim, "device_error=EBUSY");
    assert_int_equal(ioctl(fd, SIM_GET_REPORT0, &request), -1);
    assert_int_equal(errno, EBUSY);
    assert_int_equal(ioctl(fd, 0x80315403, &request), -1);
    assert_int_equal(errno, ENOTTY);
    assert_int_equal(close(fd), 0);
    sim_runner_set(sim, "device_open_error=EACCES");
    assert_int_equal(open(sim->device, O_RDWR | O_CLOEXEC), -1);
    assert_int_equal(errno, EACCES);
    sim_runner_set(sim, "device_missing=on");
    assert_int_equal(open(sim->device, O_RDWR | O_CLOEXEC), -1);
    assert_int_equal(errno, ENOENT);
}

#define BUFFER_SIZE 16384

struct get_quote {
    uint64_t address, size;
};

/* The buffer with a report over "asked for", framed as libtdx_attest does it or raw. */
static void fill_buffer(int fd, bool framed, uint8_t *buffer)
{
    static const uint8_t frame[] = {
        0, 0, 4, 0x18,                                        /* 1048, big-endian */
        1, 0, 1, 0,    0, 0, 0, 0, 0x18, 4, 0, 0, 0, 0, 0, 0, /* header */
        0, 4, 0, 0,    0, 0, 0, 0,                            /* 1024, no ids */
    };
    struct report0 request = { .report_data = "asked for" };
    size_t at = 24;

    assert_int_equal(ioctl(fd, SIM_GET_REPORT0, &request), 0);
    memset(buffer, 0, BUFFER_SIZE);
    buffer[0] = 1;
    if (framed) {
        memcpy(buffer + at, frame, sizeof(frame));
        at += sizeof(frame);
    }
    memcpy(buffer + at, request.report, SIM_REPORT_SIZE);
    at += SIM_REPORT_SIZE - 24;
    buffer[16] = (uint8_t)at;
    buffer[17] = (uint8_t)(at >> 8);
}

static void get_quote_comes_in_two_numbers_and_two_dialects(void **state)
{
    static const struct {
        const char *settings;
        uint32_t number;
        bool framed;
        int error;
        uint64_t status; /* what the host writes */
        size_t quote_at; /* 0: no data */
    } cases[] = {
        { "get_quote=both", SIM_GET_QUOTE_BY_IOR, true, 0, 0, 24 + 4 + 24 + 16 },
        { "get_quote=both", SIM_GET_QUOTE_BY_IOWR, true, 0, 0, 24 + 4 + 24 + 16 },
        { "get_quote=both", SIM_GET_QUOTE_BY_IOR, false, 0, 0, 24 },
        { "get_quote=iowr", SIM_GET_QUOTE_BY_IOR, false, ENOTTY, 0, 0 },
        { "get_quote=ior", SIM_GET_QUOTE_BY_IOWR, false, ENOTTY, 0, 0 },
        { "get_quote=off", SIM_GET_QUOTE_BY_IOWR, false, ENOTTY, 0, 0 },
        { "dialect=raw", SIM_GET_QUOTE_BY_IOR, true, 0, UINT64_C(0x8000000000000000), 0 },
        { "dialect=framed", SIM_GET_QUOTE_BY_IOR, false, 0, UINT64_C(0x8000000000000000), 0 },
        { "host_status=unavailable", SIM_GET_QUOTE_BY_IOR, true, 0, UINT64_C(0x8000000000000001),
          0 },
        { "host_status=in_flight", SIM_GET_QUOTE_BY_IOR, true, 0, UINT64_MAX, 0 },
        { "outblob=empty", SIM_GET_QUOTE_BY_IOR, false, 0, 0, 0 },
        { "quote_error=EINTR", SIM_GET_QUOTE_BY_IOR, true, EINTR, 0, 0 },
    };
    struct sim_runner *sim = sim_runner_with(state, "debug=off");
    int fd = open(sim->device, O_RDWR | O_CLOEXEC);
    uint8_t *buffer = calloc(1, BUFFER_SIZE);

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct get_quote request = { (uint64_t)(uintptr_t)buffer, BUFFER_SIZE };
        struct bytes head = bytes_over(buffer, 24);
        int result;

        print_message("  %s %x %d\n", cases[i].settings, cases[i].number, cases[i].framed);
        sim_runner_set(sim, cases[i].settings);
        fill_buffer(fd, cases[i].framed, buffer);
        result = ioctl(fd, cases[i].number, &request);
        assert_int_equal(result, cases[i].error == 0 ? 0 : -1);
        assert_int_equal(result == 0 ? 0 : errno, cases[i].error);
        bytes_skip(&head, 8);
        assert_true(bytes_u64(&head) == cases[i].status);
        (void)bytes_u32(&head);
        if (cases[i].quote_at == 0) {
            assert_int_equal(bytes_u32(&head), 0);
        } else {
            assert_true(bytes_u32(&head) > 1020);
            assert_string_equal((char *)buffer + cases[i].quote_at + QUOTE_REPORT_DATA_AT,
                                "asked for");
        }
    }
    free(buffer);
    assert_int_equal(close(fd), 0);
}

static void get_quote_refuses_a_bad_buffer(void **state)
{
    struct sim_runner *sim = sim_runner_with(state, "debug=off");
    int fd = open(sim->device, O_RDWR | O_CLOEXEC);
    struct get_quote request = { 0x1000, 4096 };

    assert_int_equal(ioctl(fd, SIM_GET_QUOTE_BY_IOR, &request), -1);
    assert_int_equal(errno, EFAULT);
    assert_int_equal(ioctl(fd, SIM_GET_QUOTE_BY_IOR, (void *)0x1000), -1);
    assert_int_equal(errno, EFAULT);
    request.size = 0;
    assert_int_equal(ioctl(fd, SIM_GET_QUOTE_BY_IOR, &request), -1);
    assert_int_equal(errno, EINVAL);
    assert_int_equal(close(fd), 0);
}

/* --- the QGS --- */

/* Sends the framed request in buffer (from fill_buffer()), changed at one place, and reads the
 * answer to its end. */
static size_t ask_qgs(const struct sim_runner *sim, const uint8_t *frame, uint8_t *answer)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    size_t done = 0;
    ssize_t got;

    memcpy(address.sun_path, sim->qgs_socket, strlen(sim->qgs_socket) + 1);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(write(fd, frame, 1052), 1052);
    while ((got = read(fd, answer + done, BUFFER_SIZE - done)) > 0)
        done += (size_t)got;
    assert_int_equal(close(fd), 0);
    return done;
}

static void the_qgs_answers_as_told(void **state)
{
    static const struct {
        const char *settings;
        size_t break_at;   /* in the frame; 0: nothing is broken */
        size_t answer;     /* its size; 1: a quote of any size */
        uint8_t error_low; /* of the error code 0x120xx */
    } cases[] = {
        { "qgs=good", 0, 1, 0 },         { "qgs=bytewise", 0, 1, 0 }, { "qgs=error", 0, 28, 1 },
        { "qgs=close", 0, 0, 0 },        { "qgs=good", 4, 28, 4 }, /* version */
        { "qgs=good", 8, 28, 5 },                                  /* type */
        { "qgs=good", 12, 28, 6 },                                 /* size */
        { "qgs=good", 28 + 600, 28, 3 }, /* the report: its MAC is wrong */
    };
    struct sim_runner *sim = sim_runner_with(state, "debug=off");
    int fd = open(sim->device, O_RDWR | O_CLOEXEC);
    uint8_t *buffer = calloc(1, BUFFER_SIZE), *answer = calloc(1, BUFFER_SIZE);

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t size;

        print_message("  %s %zu\n", cases[i].settings, cases[i].break_at);
        sim_runner_set(sim, cases[i].settings);
        fill_buffer(fd, true, buffer);
        if (cases[i].break_at != 0)
            buffer[24 + cases[i].break_at] ^= 2;
        size = ask_qgs(sim, buffer + 24, answer);
        if (cases[i].answer == 1) {
            assert_true(size > 1020);
            assert_string_equal((char *)answer + 44 + QUOTE_REPORT_DATA_AT, "asked for");
        } else {
            assert_int_equal(size, cases[i].answer);
            assert_int_equal(size == 0 ? 0 : answer[16], cases[i].error_low);
        }
    }
    free(buffer);
    free(answer);
    assert_int_equal(close(fd), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_device_gives_a_report),
        cmocka_unit_test(get_quote_comes_in_two_numbers_and_two_dialects),
        cmocka_unit_test(get_quote_refuses_a_bad_buffer),
        cmocka_unit_test(the_qgs_answers_as_told),
    };

    return cmocka_run_group_tests_name("sim_device", tests, sim_runner_setup, sim_runner_teardown);
}
