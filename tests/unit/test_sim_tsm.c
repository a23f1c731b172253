/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated configfs-tsm as programs meet it: by mkdir, open, read, write and close only. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/cmocka_all.h"
#include "tests/unit/sim_runner.h"

#define ENTRY                "entry-of-a-test"
#define QUOTE_REPORT_DATA_AT (54 + 520) /* in version 5 */

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
    struct sim_runner *sim = sim_runner_with(state, "provider=tdx_guest");
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
    struct sim_runner *sim = sim_runner_with(state, "debug=off");
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
    struct sim_runner *sim = sim_runner_with(state, "debug=off");
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
    struct sim_runner *sim = sim_runner_with(state, "tsm=no_provider");

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
    struct sim_runner *sim = sim_runner_with(state, "delay_ms=600");
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
    struct sim_runner *sim = sim_runner_with(state, "delay_ms=1500");
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
    struct sim_runner *sim = sim_runner_with(state, "delay_ms=800 uninterruptible=on");
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
    };

    return cmocka_run_group_tests_name("sim_tsm", tests, sim_runner_setup, sim_runner_teardown);
}
