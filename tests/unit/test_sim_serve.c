/* SPDX-License-Identifier: Apache-2.0 */
/* How tdx-sim starts, ends and takes orders. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/cmocka_all.h"
#include "tests/unit/sim_runner.h"

static void it_leaves_nothing_behind(void **state)
{
    struct sim_runner *sim = sim_runner_with(state, "debug=off");
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
    struct sim_runner *sim = sim_runner_with(state, "debug=off");
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
    struct sim_runner *sim = sim_runner_with(state, "debug=on");
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
        cmocka_unit_test(it_leaves_nothing_behind),
        cmocka_unit_test(it_ends_with_its_parent),
        cmocka_unit_test(bad_knobs_are_refused_and_change_nothing),
    };

    return cmocka_run_group_tests_name("sim_serve", tests, sim_runner_setup, sim_runner_teardown);
}
