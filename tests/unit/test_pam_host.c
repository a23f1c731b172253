/* SPDX-License-Identifier: Apache-2.0 */
/* pam_tdx.so in hosts that make it hard: threads, strange signals, missing or many descriptors, a
 * caller's real uid, tight limits. Numbers of traps are those of the PAM notes, section 0. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "tests/unit/cmocka_all.h"
#include "tests/unit/pam_host.h"

/* --- peculiar hosts --------------------------------------------------------------------------- */

static volatile sig_atomic_t child_signals;

static void reap_everything(int number)
{
    int saved = errno;

    (void)number;
    child_signals++;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    errno = saved;
}

static void ignores_children(void)
{
    (void)signal(SIGCHLD, SIG_IGN);
}

static void reaps_every_child(void)
{
    (void)signal(SIGCHLD, reap_everything);
}

static void wants_no_zombies(void)
{
    struct sigaction action = { .sa_handler = reap_everything, .sa_flags = SA_NOCLDWAIT };

    (void)sigaction(SIGCHLD, &action, NULL);
}

static void blocks_all_signals(void)
{
    sigset_t all;

    (void)sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, NULL);
}

static void ignores_all_signals(void)
{
    for (int i = 1; i < NSIG; i++)
        (void)signal(i, SIG_IGN);
}

static void *wait_for_everything(void *unused)
{
    for (;;) {
        const struct timespec pause = { .tv_nsec = 200000 };

        (void)waitpid(-1, NULL, __WALL | WNOHANG);
        (void)nanosleep(&pause, NULL);
    }
    return unused;
}

static void has_a_thread_that_steals_children(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, wait_for_everything, NULL) != 0)
        _exit(3);
}

static void *allocate_for_ever(void *unused)
{
    for (;;)
        free(malloc(100 + (size_t)rand() % 5000));
    return unused;
}

static void has_busy_threads(void)
{
    pthread_t thread;

    for (int i = 0; i < 6; i++)
        if (pthread_create(&thread, NULL, allocate_for_ever, NULL) != 0)
            _exit(3);
}

static void has_no_standard_descriptors(void)
{
    (void)close(0);
    (void)close(1);
    (void)close(2);
}

static void lowered_its_limit_below_open_descriptors(void)
{
    struct rlimit limit = { 24, 24 };

    host_has_thousands_of_descriptors();
    for (int i = 10; i < 24; i++)
        (void)close(i);
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static void has_tight_limits(void)
{
    static const struct {
        __rlimit_resource_t resource;
        rlim_t value;
    } limits[] = {
        { RLIMIT_FSIZE, 1 << 20 }, { RLIMIT_STACK, 256 << 10 }, { RLIMIT_NPROC, 1 },
        { RLIMIT_CPU, 5 },         { RLIMIT_MEMLOCK, 0 },
    };

    for (size_t i = 0; i < COUNT_OF(limits); i++)
        (void)setrlimit(limits[i].resource, &(struct rlimit){ limits[i].value, limits[i].value });
}

static const struct {
    const char *name;
    void (*prepare)(void);
} hosts[] = {
    { "ordinary", NULL },
    { "ignores SIGCHLD (trap 12)", ignores_children },
    { "reaps every child in a handler (trap 12)", reaps_every_child },
    { "SA_NOCLDWAIT", wants_no_zombies },
    { "blocks all signals", blocks_all_signals },
    { "ignores all signals (trap 15)", ignores_all_signals },
    { "a thread steals every child", has_a_thread_that_steals_children },
    { "six busy threads", has_busy_threads },
    { "no descriptors 0, 1, 2", has_no_standard_descriptors },
    { "4000 open descriptors (trap 13)", host_has_thousands_of_descriptors },
    { "limit below the open descriptors", lowered_its_limit_below_open_descriptors },
    { "tight limits (trap 15)", has_tight_limits },
    { "a caller's real uid (trap 15)", host_runs_for_caller },
    { "no close_range (trap 13)", host_lacks_close_range },
};

static void every_host_gets_the_right_answer_and_stays_as_it_was(void **state)
{
    static const struct {
        const char *word;
        int expected;
        const char *logged;
    } answers[] = {
        { "ok", PAM_SUCCESS, "accepted: OK" },
        { "no", PAM_PERM_DENIED, "refused: TD_DEBUGGABLE" },
        { "killed", PAM_PERM_DENIED, "refused: HELPER_FAILED" },
        { "hang", PAM_PERM_DENIED, "refused: HELPER_TIMEOUT" },
    };

    (void)state;
    NEED_HOST();
    for (size_t h = 0; h < COUNT_OF(hosts); h++)
        for (size_t a = 0; a < COUNT_OF(answers); a++) {
            const struct host_question question = host_asking(answers[a].word);
            struct host_result result;

            print_message("  %s, %s\n", hosts[h].name, answers[a].word);
            assert_true(host_transaction_after(hosts[h].prepare, &question, HOST_ACCOUNT, &result));
            assert_non_null(strstr(result.logged, answers[a].logged));
            assert_int_equal(result.account, answers[a].expected);
            assert_string_equal(result.left, "");
        }
}

static void the_helper_starts_clean_in_every_host(void **state)
{
    (void)state;
    NEED_HOST();
    for (size_t h = 0; h < COUNT_OF(hosts); h++) {
        const struct host_question question = host_asking("probe");
        struct host_result result;

        print_message("  %s\n", hosts[h].name);
        assert_true(host_transaction_after(hosts[h].prepare, &question, HOST_ACCOUNT, &result));
        print_message("    %s", result.logged);
        assert_non_null(strstr(result.logged,
                               "uid 0/0/0 gid 0/0/0 groups 0 env 0 fds 3 ignored 0 blocked 0 "
                               "cwd / umask 077 core 0 nofile "));
        /* 24 where root may not raise a limit again (no CAP_SYS_RESOURCE) */
        assert_true(strstr(result.logged, "nofile 64 death 9\n") != NULL ||
                    strstr(result.logged, "nofile 24 death 9\n") != NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_host_gets_the_right_answer_and_stays_as_it_was),
        cmocka_unit_test(the_helper_starts_clean_in_every_host),
    };

    return cmocka_run_group_tests(tests, host_setup, host_teardown);
}
