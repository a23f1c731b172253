/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-sim as the programs under test meet it: by open, read, write, ioctl and connect only. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/bytes.h"
#include "tests/sim/sim_device.h"
#include "tests/sim/sim_report.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/sim_runner.h"

#define ENTRY                "entry-of-a-test"
#define QUOTE_REPORT_DATA_AT (54 + 520) /* version 5 */

static int start(void **state)
{
    static struct sim_runner sim;

    *state = sim_runner_start(&sim) ? &sim : NULL;
    return 0;
}

static int stop(void **state)
{
    if (*state != NULL)
        sim_runner_stop(*state);
    return 0;
}

/* The runner, every knob back and those of settings set; skips where nothing can serve. */
static struct sim_runner *with(void **state, const char *settings)
{
    if (*state == NULL)
        skip();
    sim_runner_set(*state, settings);
    return *state;
}

/* --- configfs-tsm --- */

static const char *entry_path(const struct sim_runner *sim, const char *attribute)
{
    static char path[512];

    (void)snprintf(path, sizeof(path), "%s/%s/%s", sim->tsm, ENTRY, attribute);
    return path;
}

/* The content's size, or -errno of the first call that failed. */
static ssize_t read_attribute(const struct sim_runner *sim, const char *attribute, char *data,
                              size_t size)
{
    int fd = open(entry_path(sim, attribute), O_RDONLY | O_CLOEXEC);
    size_t done = 0;
    ssize_t got = fd < 0 ? -1 : 0;
    int error = errno;

    while (fd >= 0 && done < size && (got = read(fd, data + done, size - done)) > 0)
        done += (size_t)got;
    if (got < 0 && fd >= 0)
        error = errno;
    if (fd >= 0)
        assert_int_equal(close(fd), 0);
    return got < 0 ? -error : (ssize_t)done;
}

static unsigned generation(const struct sim_runner *sim)
{
    char text[32] = "";

    assert_true(read_attribute(sim, "generation", text, sizeof(text) - 1) > 0);
    return (unsigned)strtoul(text, NULL, 10);
}

static int write_inblob(const struct sim_runner *sim, const void *data, size_t size)
{
    int fd = open(entry_path(sim, "inblob"), O_WRONLY | O_CLOEXEC);
    ssize_t put = write(fd, data, size);
    int error = put < 0 ? errno : 0;

    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0); /* whatever close() does, it never says */
    return error;
}

static void make_entry(const struct sim_runner *sim)
{
    assert_int_equal(mkdir(entry_path(sim, ""), 0755), 0);
}

static void remove_entry(const struct sim_runner *sim)
{
    assert_int_equal(rmdir(entry_path(sim, "")), 0);
}

static void a_quote_goes_through_the_life_of_an_entry(void **state)
{
    struct sim_runner *sim = with(state, "provider=tdx_guest");
    uint8_t asked[64] = "asked for";
    char quote[16384], again[16384], provider[32] = "";
    ssize_t size;

    make_entry(sim);
    assert_int_equal(mkdir(entry_path(sim, ""), 0755), -1);
    assert_int_equal(errno, EEXIST);
    assert_int_equal(read_attribute(sim, "provider", provider, sizeof(provider)), 10);
    assert_string_equal(provider, "tdx_guest\n");
    assert_int_equal(generation(sim), 0);
    assert_int_equal(read_attribute(sim, "outblob", quote, sizeof(quote)), -EINVAL);
    assert_int_equal(write_inblob(sim, asked, sizeof(asked)), 0);
    assert_int_equal(generation(sim), 1);
    size = read_attribute(sim, "outblob", quote, sizeof(quote));
    assert_true(size > 1020);
    assert_memory_equal(quote + QUOTE_REPORT_DATA_AT, asked, sizeof(asked));
    assert_int_equal(generation(sim), 1);
    sim_runner_set(sim, "outblob=empty"); /* cached: nobody asks the host again */
    assert_int_equal(read_attribute(sim, "outblob", again, sizeof(again)), size);
    assert_memory_equal(quote, again, (size_t)size);
    asked[0] ^= 1;
    assert_int_equal(write_inblob(sim, asked, sizeof(asked)), 0);
    assert_int_equal(generation(sim), 2);
    assert_int_equal(read_attribute(sim, "outblob", again, sizeof(again)), 0);
    remove_entry(sim);
}

static void inblob_takes_64_bytes_and_only_writes(void **state)
{
    struct sim_runner *sim = with(state, "debug=off");
    uint8_t data[65] = { 0 };
    char quote[16384];

    make_entry(sim);
    assert_int_equal(write_inblob(sim, data, 65), EFBIG);
    assert_int_equal(generation(sim), 0);
    assert_int_equal(write_inblob(sim, data, 63), 0); /* looks fine */
    assert_int_equal(generation(sim), 1);
    assert_int_equal(read_attribute(sim, "outblob", quote, sizeof(quote)), -EINVAL);
    assert_int_equal(open(entry_path(sim, "inblob"), O_RDONLY | O_CLOEXEC), -1);
    assert_int_equal(errno, EACCES); /* root as well */
    assert_int_equal(open(entry_path(sim, "outblob"), O_WRONLY | O_CLOEXEC), -1);
    assert_int_equal(errno, EACCES);
    assert_int_equal(read_attribute(sim, "auxblob", quote, sizeof(quote)), -ENOENT);
    remove_entry(sim);
}

static void tsm_faults_show_as_the_kernel_shows_them(void **state)
{
    static const struct {
        const char *settings;
        ssize_t outblob;     /* what reading it gives; 1: a quote */
        unsigned generation; /* after reading */
    } cases[] = {
        { "quote_error=ETIMEDOUT", -ETIMEDOUT, 1 },
        { "quote_error=EIO", -EIO, 1 },
        { "in_flight=on", -EBUSY, 1 },
        { "outblob=empty", 0, 1 },
        { "outblob=short", 1000, 1 },
        { "outblob=padded", 8000, 1 },
        { "close_fails=on", -EINVAL, 0 },
        { "generation_jump=on", 1, 2 },
    };
    struct sim_runner *sim = with(state, "debug=off");
    uint8_t asked[64] = "asked for";
    char quote[16384];

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ssize_t size;

        print_message("  %s\n", cases[i].settings);
        sim_runner_set(sim, cases[i].settings);
        make_entry(sim);
        assert_int_equal(write_inblob(sim, asked, sizeof(asked)), 0);
        size = read_attribute(sim, "outblob", quote, sizeof(quote));
        if (cases[i].outblob == 1)
            assert_true(size > 1020);
        else
            assert_int_equal(size, cases[i].outblob);
        assert_int_equal(generation(sim), cases[i].generation);
        remove_entry(sim);
    }
    assert_memory_not_equal(quote + QUOTE_REPORT_DATA_AT, asked, sizeof(asked)); /* the jump */
}

static void a_missing_tsm_says_what_is_missing(void **state)
{
    struct sim_runner *sim = with(state, "tsm=no_provider");

    assert_int_equal(mkdir(entry_path(sim, ""), 0755), -1);
    assert_int_equal(errno, ENXIO);
    sim_runner_set(sim, "tsm=off");
    assert_int_equal(mkdir(entry_path(sim, ""), 0755), -1);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(access(sim->tsm, F_OK), -1);
    sim_runner_set(sim, "mkdir_error=EPERM");
    assert_int_equal(mkdir(entry_path(sim, ""), 0755), -1);
    assert_int_equal(errno, EPERM);
}

static int64_t clock_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Makes an entry and a process that asks for its quote (it exits with the errno, or 0), which now
 * waits for what the knob delay_ms says. */
static pid_t begin_slow_request(const struct sim_runner *sim, int64_t *ret_begun)
{
    uint8_t asked[64] = "asked for";
    char quote[16384];
    pid_t child;

    make_entry(sim);
    assert_int_equal(write_inblob(sim, asked, sizeof(asked)), 0);
    *ret_begun = clock_ms();
    child = fork();
    if (child == 0) {
        ssize_t size = read_attribute(sim, "outblob", quote, sizeof(quote));

        _exit(size < 0 ? (int)-size : 0);
    }
    assert_true(child > 0);
    (void)usleep(100000);
    return child;
}

static void others_wait_while_a_quote_is_made(void **state)
{
    struct sim_runner *sim = with(state, "delay_ms=600");
    char second[512];
    int64_t begun;
    pid_t child = begin_slow_request(sim, &begun);
    int status;

    (void)snprintf(second, sizeof(second), "%s/second", sim->tsm);
    assert_int_equal(mkdir(second, 0755), 0);
    assert_true(clock_ms() - begun >= 500);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(rmdir(second), 0);
    remove_entry(sim);
}

static void a_killed_request_stays_in_flight(void **state)
{
    struct sim_runner *sim = with(state, "delay_ms=1500");
    char quote[16384];
    int64_t begun;
    pid_t child = begin_slow_request(sim, &begun);
    int status;

    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_true(clock_ms() - begun < 1200);
    assert_int_equal(read_attribute(sim, "outblob", quote, sizeof(quote)), -EBUSY);
    while (clock_ms() - begun < 1700)
        (void)usleep(10000);
    assert_true(read_attribute(sim, "outblob", quote, sizeof(quote)) > 1020);
    remove_entry(sim);
}

static void an_uninterruptible_request_ignores_sigkill(void **state)
{
    struct sim_runner *sim = with(state, "delay_ms=800 uninterruptible=on");
    int64_t begun;
    pid_t child = begin_slow_request(sim, &begun);
    int status;

    assert_int_equal(kill(child, SIGKILL), 0);
    (void)usleep(200000);
    assert_int_equal(waitpid(child, &status, WNOHANG), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(clock_ms() - begun >= 700);
    remove_entry(sim);
}

/* --- the device --- */

struct report0 {
    uint8_t report_data[64], report[SIM_REPORT_SIZE];
};

static void the_device_gives_a_report(void **state)
{
    struct sim_runner *sim = with(state, "debug=off");
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
    struct sim_runner *sim = with(state, "debug=off");
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
    struct sim_runner *sim = with(state, "debug=off");
    int fd = open(sim->device, O_RDWR | O_CLOEXEC);
    struct get_quote request = { 0x1000, 4096 };

    assert_int_equal(ioctl(fd, SIM_GET_QUOTE_BY_IOR, &request), -1);
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
    struct sim_runner *sim = with(state, "debug=off");
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

/* --- its own life --- */

static void it_leaves_nothing_behind(void **state)
{
    struct sim_runner *sim = with(state, "debug=off");
    char folder[] = "/tmp/tdx-sim-life-XXXXXX";
    const char *const serve[] = { "serve", "--dir", folder, "--background", NULL };
    const char *const end[] = { "stop", "--dir", folder, NULL };
    struct text out = { 0 }, diagnostics = { 0 };

    (void)sim;
    assert_non_null(mkdtemp(folder));
    for (size_t round = 0; round < 2; round++) { /* serving again works, too */
        assert_int_equal(run_program("tests/sim/tdx-sim", serve, &out, &diagnostics), 0);
        assert_int_equal(run_program("tests/sim/tdx-sim", serve, &out, &diagnostics), 2);
        assert_int_equal(run_program("tests/sim/tdx-sim", end, &out, &diagnostics), 0);
        assert_int_equal(rmdir(folder), 0); /* empty: no mount, no socket, no link, no log */
        assert_int_equal(mkdir(folder, 0700), 0);
    }
    text_free(&out);
    text_free(&diagnostics);
    assert_int_equal(rmdir(folder), 0);
}

static void it_ends_with_its_parent(void **state)
{
    struct sim_runner *sim = with(state, "debug=off");
    char folder[] = "/tmp/tdx-sim-life-XXXXXX", control[512], parent[32];
    const char *const serve[] = { "serve",        "--dir", folder, "--background",
                                  "--parent-pid", parent,  NULL };
    struct text out = { 0 }, diagnostics = { 0 };
    pid_t child = fork();

    (void)sim;
    if (child == 0) {
        (void)pause();
        _exit(0);
    }
    assert_non_null(mkdtemp(folder));
    (void)snprintf(parent, sizeof(parent), "%d", (int)child);
    (void)snprintf(control, sizeof(control), "%s/control.sock", folder);
    assert_int_equal(run_program("tests/sim/tdx-sim", serve, &out, &diagnostics), 0);
    assert_int_equal(access(control, F_OK), 0);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    for (unsigned waited = 0; access(control, F_OK) == 0 && waited < 5000; waited += 10)
        (void)usleep(10000);
    assert_int_equal(access(control, F_OK), -1);
    (void)usleep(50000); /* the log goes last */
    text_free(&out);
    text_free(&diagnostics);
    assert_int_equal(rmdir(folder), 0);
}

static void bad_knobs_are_refused_and_change_nothing(void **state)
{
    static const char *const bad[] = { "nonsense=1",       "debug=maybe",  "debug",
                                       "mrtd=00",          "tcb=Fine",     "delay_ms=-1",
                                       "quote_error=EFOO", "age_days=4000" };
    struct sim_runner *sim = with(state, "debug=on");
    struct text out = { 0 }, diagnostics = { 0 };

    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        const char *const set[] = { "set", "--dir", sim->folder, bad[i], NULL };
        const char *const ask[] = { "status", "--dir", sim->folder, NULL };

        print_message("  %s\n", bad[i]);
        assert_int_equal(run_program("tests/sim/tdx-sim", set, &out, &diagnostics), 2);
        assert_int_equal(run_program("tests/sim/tdx-sim", ask, &out, &diagnostics), 0);
        assert_ptr_equal(strstr(text_string(&out), "debug=on\n#"), out.data);
    }
    text_free(&out);
    text_free(&diagnostics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quote_goes_through_the_life_of_an_entry),
        cmocka_unit_test(inblob_takes_64_bytes_and_only_writes),
        cmocka_unit_test(tsm_faults_show_as_the_kernel_shows_them),
        cmocka_unit_test(a_missing_tsm_says_what_is_missing),
        cmocka_unit_test(others_wait_while_a_quote_is_made),
        cmocka_unit_test(a_killed_request_stays_in_flight),
        cmocka_unit_test(an_uninterruptible_request_ignores_sigkill),
        cmocka_unit_test(the_device_gives_a_report),
        cmocka_unit_test(get_quote_comes_in_two_numbers_and_two_dialects),
        cmocka_unit_test(get_quote_refuses_a_bad_buffer),
        cmocka_unit_test(the_qgs_answers_as_told),
        cmocka_unit_test(it_leaves_nothing_behind),
        cmocka_unit_test(it_ends_with_its_parent),
        cmocka_unit_test(bad_knobs_are_refused_and_change_nothing),
    };

    return cmocka_run_group_tests_name("sim_serve", tests, start, stop);
}
