/* SPDX-License-Identifier: Apache-2.0 */
/* The process that pam_tdx.so starts: it needs descriptors, dies with its host, cannot be killed by
 * the caller and meets its deadline. Numbers of traps are those of the PAM notes, section 0. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "tests/unit/cmocka_all.h"
#include "tests/unit/pam_host.h"

/* One descriptor is left: enough to read gate.conf, not enough for a pipe. */
static void use_up_descriptors(void)
{
    struct rlimit limit = { 64, 64 };
    int last = -1;

    (void)setrlimit(RLIMIT_NOFILE, &limit);
    for (int fd; (fd = open("/dev/null", O_RDONLY)) >= 0;)
        last = fd;
    (void)close(last);
}

static void a_host_without_free_descriptors_is_refused(void **state)
{
    struct host_question question = host_asking("ok");
    struct host_result result;

    (void)state;
    NEED_HOST();
    question.before_call = use_up_descriptors;
    assert_true(host_transaction_after(NULL, &question, HOST_ACCOUNT, &result));
    assert_non_null(strstr(result.logged, "refused: HELPER_FAILED"));
    assert_non_null(strstr(result.logged, "making a pipe: Too many open files"));
    assert_int_equal(result.account, PAM_PERM_DENIED);
    assert_string_equal(result.left, "");
}

static pid_t pid_of_double(void)
{
    char path[320], text[32] = "";
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s.pid", host_config_path());
    for (int i = 0; i < 300; i++) {
        const struct timespec pause = { .tv_nsec = 10000000 };

        file = fopen(path, "re");
        if (file != NULL && fgets(text, sizeof(text), file) != NULL && strchr(text, '\n') != NULL) {
            (void)fclose(file);
            (void)unlink(path);
            return (pid_t)atoi(text);
        }
        if (file != NULL)
            (void)fclose(file);
        (void)nanosleep(&pause, NULL);
    }
    return -1;
}

static bool is_gone(pid_t pid)
{
    for (int i = 0; i < 200; i++) {
        const struct timespec pause = { .tv_nsec = 10000000 };

        if (kill(pid, 0) != 0 && errno == ESRCH)
            return true;
        (void)nanosleep(&pause, NULL);
    }
    return false;
}

/* Trap 11: sshd's monitor may die by SIGKILL, its [pam] child by SIGTERM. */
static void the_helper_dies_with_its_host(void **state)
{
    static const int signals[] = { SIGKILL, SIGTERM };

    (void)state;
    NEED_HOST();
    for (size_t i = 0; i < COUNT_OF(signals); i++) {
        struct host_question question = host_asking("hang");
        struct host_result *result;
        pid_t host, helper;

        question.config = "timeout = 20\n";
        host = fork();
        if (host == 0) {
            result = calloc(1, sizeof(*result));
            _exit(result != NULL && host_transaction(&question, HOST_ACCOUNT, result) ? 0 : 1);
        }
        helper = pid_of_double();
        assert_true(helper > 0);
        assert_int_equal(kill(host, signals[i]), 0);
        assert_int_equal(waitpid(host, NULL, 0), host);
        assert_true(is_gone(helper));
    }
}

/* Trap 15: sudo's caller may signal what runs with his real uid. */
static void the_caller_of_sudo_cannot_kill_the_helper(void **state)
{
    struct host_question question = host_asking("hang");
    struct host_result *result;
    pid_t host, helper, attacker;
    int status;

    (void)state;
    NEED_HOST();
    host = fork();
    if (host == 0) {
        result = calloc(1, sizeof(*result));
        host_runs_for_caller();
        question.config = "timeout = 3\n";
        if (result == NULL || !host_transaction(&question, HOST_ACCOUNT, result))
            _exit(2);
        _exit(strstr(result->logged, "HELPER_TIMEOUT") != NULL ? 0 : 1);
    }
    helper = pid_of_double();
    assert_true(helper > 0);
    attacker = fork();
    if (attacker == 0) {
        if (setresgid(HOST_CALLER, HOST_CALLER, HOST_CALLER) != 0 ||
            setresuid(HOST_CALLER, HOST_CALLER, HOST_CALLER) != 0)
            _exit(2);
        _exit(kill(helper, SIGKILL) == -1 && errno == EPERM && kill(helper, SIGSTOP) == -1 ? 0 : 1);
    }
    assert_int_equal(waitpid(attacker, &status, 0), attacker);
    assert_int_equal(status, 0);
    assert_int_equal(waitpid(host, &status, 0), host);
    assert_int_equal(status, 0);
}

static long long now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static pid_t parent_of(pid_t pid)
{
    char path[64], line[256];
    int parent = -1;
    FILE *file;

    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL)
        (void)sscanf(line, "PPid: %d", &parent);
    if (file != NULL)
        (void)fclose(file);
    return parent;
}

/* Even when the process that keeps the deadline is stopped. */
static void the_deadline_holds_when_the_middle_process_is_stopped(void **state)
{
    long long begin = now_ms();
    pid_t host, helper;
    int status;

    (void)state;
    NEED_HOST();
    host = fork();
    if (host == 0) {
        const struct host_question question = host_asking("hang");
        struct host_result *result = calloc(1, sizeof(*result));

        if (result == NULL || !host_transaction(&question, HOST_ACCOUNT, result))
            _exit(2);
        _exit(strstr(result->logged, "HELPER_FAILED") != NULL && result->left[0] == '\0' ? 0 : 1);
    }
    helper = pid_of_double();
    assert_true(helper > 0);
    assert_int_equal(kill(parent_of(helper), SIGSTOP), 0);
    assert_int_equal(waitpid(host, &status, 0), host);
    assert_int_equal(status, 0);
    assert_true(is_gone(helper));
    assert_in_range(now_ms() - begin, 1000, 4000);
}

static void without_proc(void)
{
    host_lacks_close_range();
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        umount2("/proc", MNT_DETACH) != 0)
        _exit(77);
}

static void descriptors_are_closed_without_close_range_and_proc(void **state)
{
    pid_t host;
    int status;

    (void)state;
    NEED_HOST();
    if (SANITIZED) {
        print_message("skipped: the sanitizer's runtime needs /proc\n");
        skip();
    }
    host = fork();
    if (host == 0) {
        const struct host_question question = host_asking("ok");
        struct host_result *result = calloc(1, sizeof(*result));

        without_proc();
        if (result == NULL || !host_transaction(&question, HOST_ACCOUNT, result))
            _exit(2);
        _exit(result->account == PAM_SUCCESS ? 0 : 1);
    }
    assert_int_equal(waitpid(host, &status, 0), host);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        print_message("skipped: no private mount namespace here\n");
        skip();
    }
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_without_free_descriptors_is_refused),
        cmocka_unit_test(the_helper_dies_with_its_host),
        cmocka_unit_test(the_caller_of_sudo_cannot_kill_the_helper),
        cmocka_unit_test(the_deadline_holds_when_the_middle_process_is_stopped),
        cmocka_unit_test(descriptors_are_closed_without_close_range_and_proc),
    };

    return cmocka_run_group_tests(tests, host_setup, host_teardown);
}
