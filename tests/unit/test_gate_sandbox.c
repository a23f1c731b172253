/* SPDX-License-Identifier: Apache-2.0 */
/* What the process that verifies can no longer do. Each attempt runs in a child of its own. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/crypto.h"
#include "pam_tdx/gate_sandbox.h"
#include "tests/unit/cmocka_all.h"

static bool opens_a_file(void)
{
    return open("/dev/null", O_RDONLY) >= 0;
}

static bool reads_the_device(void)
{
    return syscall(SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY, 0) >= 0;
}

static bool makes_a_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static bool forks(void)
{
    pid_t child = fork();

    if (child == 0)
        _exit(0);
    return child > 0;
}

static bool runs_a_program(void)
{
    char *const argv[] = { NULL };

    return syscall(SYS_execve, "/bin/true", argv, argv) == 0;
}

static bool signals_others(void)
{
    return kill(getppid(), 0) == 0;
}

static bool becomes_root(void)
{
    return setresuid(0, 0, 0) == 0;
}

static bool traces(void)
{
    return syscall(SYS_ptrace, 0, 0, 0, 0) == 0;
}

static bool maps_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) != MAP_FAILED;
}

static bool makes_code_of_data(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0;
}

static bool leaves_the_filter(void)
{
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
}

/* Runs attempt shut in, with a pipe. Returns 1 if it succeeded, 0 if not, -1 if it died. */
static int attempt_shut_in(bool (*attempt)(void))
{
    int ends[2], status;
    char answer = '?';
    pid_t parent = getpid(), child;

    if (pipe2(ends, O_CLOEXEC) != 0 || (child = fork()) < 0)
        return -2;
    if (child == 0) {
        if (gate_sandbox_enter(ends[1], parent, NULL) != TDX_OK)
            _exit(3);
        answer = attempt() ? 'y' : 'n';
        _exit(write(ends[1], &answer, 1) == 1 ? 0 : 4);
    }
    (void)close(ends[1]);
    if (read(ends[0], &answer, 1) != 1)
        answer = '?';
    (void)close(ends[0]);
    (void)waitpid(child, &status, 0);
    return answer == 'y' ? 1 : answer == 'n' ? 0 : -1;
}

static void it_can_do_nothing_but_compute(void **state)
{
    static const struct {
        const char *what;
        bool (*attempt)(void);
    } attempts[] = {
        { "open a file", opens_a_file },       { "read its own maps", reads_the_device },
        { "make a socket", makes_a_socket },   { "fork", forks },
        { "run a program", runs_a_program },   { "signal another process", signals_others },
        { "become root again", becomes_root }, { "trace", traces },
        { "map memory to run", maps_code },    { "make memory runnable", makes_code_of_data },
        { "prctl", leaves_the_filter },
    };

    (void)state;
    if (SANITIZED) {
        print_message("skipped: with sanitizers the filter is left out\n");
        skip();
    }
    for (size_t i = 0; i < COUNT_OF(attempts); i++) {
        print_message("  %s\n", attempts[i].what);
        assert_int_equal(attempt_shut_in(attempts[i].attempt), 0);
    }
}

static bool computes(void)
{
    const struct span part = { (const uint8_t *)"x", 1 };
    uint8_t hash[CRYPTO_SHA512_SIZE];
    void *large = malloc((size_t)8 << 20);
    bool done = large != NULL && time(NULL) > 0 && crypto_sha512(&part, 1, hash, NULL) == TDX_OK;

    if (large != NULL)
        memset(large, 1, (size_t)8 << 20);
    free(large);
    return done;
}

static void it_can_compute_allocate_and_answer(void **state)
{
    (void)state;
    assert_int_equal(attempt_shut_in(computes), 1);
}

static void who_has_lost_his_parent_does_not_go_on(void **state)
{
    pid_t child = fork();
    int status;

    (void)state;
    if (child == 0)
        _exit(gate_sandbox_enter(STDERR_FILENO, 1, NULL) == TDX_GATE_SANDBOX ? 0 : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_can_do_nothing_but_compute),
        cmocka_unit_test(it_can_compute_allocate_and_answer),
        cmocka_unit_test(who_has_lost_his_parent_does_not_go_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
