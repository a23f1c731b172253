/* SPDX-License-Identifier: Apache-2.0 */
/* pam_tdx.so in hosts that make it hard: threads, strange signals, missing or many descriptors, a
 * caller's real uid, tight limits. Numbers of traps are those of the PAM notes, section 0. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "tests/unit/cmocka_all.h"
#include "tests/unit/pam_host.h"

#if defined __SANITIZE_ADDRESS__
#define SANITIZED 1
#elif defined __has_feature
#define SANITIZED __has_feature(address_sanitizer)
#else
#define SANITIZED 0
#endif

#define CALLER 12345U /* a uid that owns nothing */

#define NEED_HOST()                                                                                \
    do {                                                                                           \
        const char *reason_;                                                                       \
        if (!host_usable(&reason_)) {                                                              \
            print_message("skipped: %s\n", reason_);                                               \
            skip();                                                                                \
        }                                                                                          \
    } while (0)

static const struct host_question plain = { .double_word = "ok", .config = "", .arguments = "" };

static struct host_question asking(const char *word)
{
    struct host_question question = plain;

    question.double_word = word;
    if (strcmp(word, "hang") == 0 || strcmp(word, "late") == 0)
        question.config = "timeout = 1\n";
    return question;
}

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

static void has_thousands_of_descriptors(void)
{
    struct rlimit limit = { 5000, 5000 };

    (void)setrlimit(RLIMIT_NOFILE, &limit);
    for (int i = 0; i < 4000; i++)
        if (open("/dev/null", O_RDONLY) < 0) /* not O_CLOEXEC, on purpose */
            break;
}

static void lowered_its_limit_below_open_descriptors(void)
{
    struct rlimit limit = { 24, 24 };

    has_thousands_of_descriptors();
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

static void runs_for_a_caller_as_sudo_does(void)
{
    (void)setenv("LD_PRELOAD", "/nonexistent.so", 1);
    (void)setenv("OPENSSL_CONF", "/nonexistent.cnf", 1);
    (void)umask(0);
    (void)signal(SIGALRM, SIG_IGN);
    if (chdir("/proc") != 0 || setgroups(0, NULL) != 0 || setresgid(CALLER, 0, 0) != 0 ||
        setresuid(CALLER, 0, 0) != 0)
        _exit(3);
}

/* As on kernels before 5.9 and in old containers. */
static void has_a_kernel_without_close_range(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 436, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { .len = COUNT_OF(code), .filter = code };

    has_thousands_of_descriptors();
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        _exit(3);
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
    { "4000 open descriptors (trap 13)", has_thousands_of_descriptors },
    { "limit below the open descriptors", lowered_its_limit_below_open_descriptors },
    { "tight limits (trap 15)", has_tight_limits },
    { "a caller's real uid (trap 15)", runs_for_a_caller_as_sudo_does },
    { "no close_range (trap 13)", has_a_kernel_without_close_range },
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
            const struct host_question question = asking(answers[a].word);
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
        const struct host_question question = asking("probe");
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
    struct host_question question = asking("ok");
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
        struct host_question question = asking("hang");
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
    struct host_question question = asking("hang");
    struct host_result *result;
    pid_t host, helper, attacker;
    int status;

    (void)state;
    NEED_HOST();
    host = fork();
    if (host == 0) {
        result = calloc(1, sizeof(*result));
        runs_for_a_caller_as_sudo_does();
        question.config = "timeout = 3\n";
        if (result == NULL || !host_transaction(&question, HOST_ACCOUNT, result))
            _exit(2);
        _exit(strstr(result->logged, "HELPER_TIMEOUT") != NULL ? 0 : 1);
    }
    helper = pid_of_double();
    assert_true(helper > 0);
    attacker = fork();
    if (attacker == 0) {
        if (setresgid(CALLER, CALLER, CALLER) != 0 || setresuid(CALLER, CALLER, CALLER) != 0)
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
        const struct host_question question = asking("hang");
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
    has_a_kernel_without_close_range();
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
        const struct host_question question = asking("ok");
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
        cmocka_unit_test(every_host_gets_the_right_answer_and_stays_as_it_was),
        cmocka_unit_test(the_helper_starts_clean_in_every_host),
        cmocka_unit_test(a_host_without_free_descriptors_is_refused),
        cmocka_unit_test(the_helper_dies_with_its_host),
        cmocka_unit_test(the_caller_of_sudo_cannot_kill_the_helper),
        cmocka_unit_test(the_deadline_holds_when_the_middle_process_is_stopped),
        cmocka_unit_test(descriptors_are_closed_without_close_range_and_proc),
    };

    return cmocka_run_group_tests(tests, host_setup, host_teardown);
}
