/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/files.h"
#include "core/base/monotonic.h"

#define DEFAULT_TIMEOUT_MS   60000U
#define DEFAULT_OUTPUT_LIMIT ((size_t)1 << 20)
#define REAP_INTERVAL_MS     10
#define CANNOT_START         127
#define REPORT_FD            3 /* in the child, until exec closes it */
#define CLOSE_LIMIT          65536U

/* --- in the child: only async-signal-safe calls ------------------------------------------ */

static void reset_signals(void)
{
    struct sigaction action = { .sa_handler = SIG_DFL };
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        (void)sigaction(number, &action, NULL); /* SIGKILL and SIGSTOP refuse, as they must */
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Every descriptor from lowest on. Where the kernel has no close_range() (before 5.9), what /proc
 * lists cannot be read without malloc(), so all that the limit allows are tried, up to a bound. */
static void close_from(unsigned lowest)
{
    struct rlimit limit;
    unsigned highest = CLOSE_LIMIT;

#ifdef SYS_close_range
    if (syscall(SYS_close_range, lowest, ~0U, 0U) == 0)
        return;
#endif
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < CLOSE_LIMIT)
        highest = (unsigned)limit.rlim_cur;
    for (unsigned fd = lowest; fd < highest; fd++)
        (void)close((int)fd); /* most are not open */
}

/* Tells the parent why exec did not happen, through a pipe that exec would have closed. */
static _Noreturn void give_up(int report_fd)
{
    int error = errno;

    /* Whether or not the report arrives: the exit code says the same with fewer words. */
    if (file_write_all(report_fd, (struct span){ (const uint8_t *)&error, sizeof(error) }) != 0)
        _exit(CANNOT_START);
    _exit(CANNOT_START);
}

static _Noreturn void become(const struct process_spec *spec, const int streams[3], int report_fd)
{
    static const char *const plain_env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C",
                                             NULL };
    const char *const *env = spec->env != NULL ? spec->env : plain_env;

    (void)setpgid(0, 0); /* so that the deadline reaches its children too */
    if (spec->dies_with_us && prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        give_up(report_fd);
    for (int i = 0; i < 3; i++)
        if (dup2(streams[i], i) < 0)
            give_up(report_fd);
    if (report_fd != REPORT_FD && dup3(report_fd, REPORT_FD, O_CLOEXEC) < 0)
        give_up(report_fd);
    close_from(REPORT_FD + 1);
    report_fd = REPORT_FD;
    if (spec->root != NULL && (chroot(spec->root) != 0 || chdir("/") != 0))
        give_up(report_fd);
    reset_signals();
    /* execve() takes char *const[] for historical reasons and changes nothing. */
    union {
        const char *const *in;
        char *const *out;
    } argv = { .in = spec->argv }, envp = { .in = env };
    (void)execve(spec->path, argv.out, envp.out);
    give_up(report_fd);
}

/* --- in the parent ------------------------------------------------------------------------ */

struct pipes {
    int in[2], out[2], err[2], report[2];
};

static void close_end(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd); /* a pipe's end: nothing can be lost */
    *fd = -1;
}

static void close_pipes(struct pipes *p)
{
    int *ends[] = { &p->in[0],  &p->in[1],  &p->out[0],    &p->out[1],
                    &p->err[0], &p->err[1], &p->report[0], &p->report[1] };

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        close_end(ends[i]);
}

/* dup2() in the child must not hit an end that is still needed, so all stay above 2. */
static bool open_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) != 0) {
        ends[0] = ends[1] = -1;
        return false;
    }
    for (int i = 0; i < 2; i++)
        if (ends[i] <= 2) {
            int moved = fcntl(ends[i], F_DUPFD_CLOEXEC, 3);

            if (moved < 0)
                return false;
            (void)close(ends[i]);
            ends[i] = moved;
        }
    return true;
}

/* Takes what is there; false when the stream has ended. */
static bool drain(int fd, struct text *into, size_t limit, bool *cut)
{
    char chunk[16384];
    ssize_t got = read(fd, chunk, sizeof(chunk));
    size_t room = limit - (into->length < limit ? into->length : limit);

    if (got < 0)
        return errno == EINTR || errno == EAGAIN;
    if (got == 0)
        return false;
    if ((size_t)got > room)
        *cut = true;
    text_add_n(into, chunk, (size_t)got < room ? (size_t)got : room);
    return true;
}

/* Reads both streams until both have ended or the deadline has passed. */
static bool collect(struct pipes *p, const struct process_spec *spec, int64_t deadline,
                    struct process_result *result)
{
    size_t limit = spec->output_limit > 0 ? spec->output_limit : DEFAULT_OUTPUT_LIMIT;

    while (p->out[0] >= 0 || p->err[0] >= 0) {
        struct pollfd polled[2] = { { .fd = p->out[0], .events = POLLIN },
                                    { .fd = p->err[0], .events = POLLIN } };
        int64_t left = deadline - monotonic_ms();

        if (left <= 0)
            return false;
        if (poll(polled, 2, (int)(left < 1000 ? left : 1000)) < 0 && errno != EINTR)
            return false;
        if (polled[0].revents != 0 && !drain(p->out[0], &result->out, limit, &result->out_cut))
            close_end(&p->out[0]);
        if (polled[1].revents != 0 && !drain(p->err[0], &result->err, limit, &result->err_cut))
            close_end(&p->err[0]);
    }
    return true;
}

/* Waits for the end until the deadline. */
static bool reap(pid_t child, int64_t deadline, int *wait_status)
{
    for (;;) {
        pid_t got = waitpid(child, wait_status, WNOHANG);
        struct timespec pause = { .tv_nsec = REAP_INTERVAL_MS * 1000000L };

        if (got == child)
            return true;
        if (got < 0 && errno != EINTR)
            return false;
        if (monotonic_ms() >= deadline)
            return false;
        (void)nanosleep(&pause, NULL);
    }
}

static void kill_group(pid_t child)
{
    int ignored;

    (void)kill(-child, SIGKILL);
    (void)kill(child, SIGKILL); /* in case it had not reached setpgid() */
    while (waitpid(child, &ignored, 0) < 0 && errno == EINTR)
        ;
}

static enum tdx_status supervise(const struct process_spec *spec, pid_t child, struct pipes *p,
                                 struct process_result *result, struct tdx_error *err)
{
    unsigned timeout = spec->timeout_ms > 0 ? spec->timeout_ms : DEFAULT_TIMEOUT_MS;
    int64_t deadline = monotonic_ms() + timeout;
    int wait_status = 0, error = 0;

    close_end(&p->in[0]);
    close_end(&p->out[1]);
    close_end(&p->err[1]);
    close_end(&p->report[1]);
    /* A pipe holds 64 KiB, the cap of input, so this cannot block. EPIPE is the program's choice:
     * it need not read what it is given. */
    error = file_write_all(p->in[1], spec->input);
    close_end(&p->in[1]);
    if (error != 0 && error != EPIPE) {
        kill_group(child);
        return status_fail_errno(err, TDX_CHILD_FAILED, error, "input of %s", spec->path);
    }
    error = 0;
    if (!collect(p, spec, deadline, result) || !reap(child, deadline, &wait_status)) {
        kill_group(child);
        return status_fail(err, TDX_CHILD_TIMEOUT, "%s, after %u ms", spec->path, timeout);
    }
    if (read(p->report[0], &error, sizeof(error)) == (ssize_t)sizeof(error))
        return status_fail_errno(err, TDX_CHILD_FAILED, error, "cannot run %s", spec->path);
    if (WIFSIGNALED(wait_status)) {
        result->exit_code = -1;
        result->signal = WTERMSIG(wait_status);
    } else {
        result->exit_code = WEXITSTATUS(wait_status);
    }
    if (!text_ok(&result->out) || !text_ok(&result->err))
        return status_fail(err, TDX_NO_MEMORY, "output of %s", spec->path);
    return TDX_OK;
}

enum tdx_status process_run(const struct process_spec *spec, struct process_result *ret,
                            struct tdx_error *err)
{
    struct pipes p = { { -1, -1 }, { -1, -1 }, { -1, -1 }, { -1, -1 } };
    struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
    enum tdx_status status = TDX_CHILD_FAILED;
    pid_t child;

    *ret = (struct process_result){ .exit_code = -1 };
    if (spec->input.size > 65536)
        return status_fail(err, TDX_INTERNAL, "input of %s is too large", spec->path);
    if (!open_pipe(p.in) || !open_pipe(p.out) || !open_pipe(p.err) || !open_pipe(p.report)) {
        (void)status_fail_errno(err, status, errno, "pipes for %s", spec->path);
        goto done;
    }
    child = fork();
    if (child < 0) {
        (void)status_fail_errno(err, status, errno, "fork for %s", spec->path);
        goto done;
    }
    if (child == 0)
        become(spec, (const int[]){ p.in[0], p.out[1], p.err[1] }, p.report[1]);
    (void)sigaction(SIGPIPE, &ignore, &before); /* it may not read its input */
    status = supervise(spec, child, &p, ret, err);
    (void)sigaction(SIGPIPE, &before, NULL);
done:
    close_pipes(&p);
    return status;
}

void process_result_free(struct process_result *result)
{
    if (result == NULL)
        return;
    text_free(&result->out);
    text_free(&result->err);
}
