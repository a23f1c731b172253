/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/monotonic.h"
#include "core/base/sanitized.h"
#include "pam_tdx/helper_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_close_range /* glibc before 2.34, kernel 5.9 */
#define SYS_close_range 436
#endif

#define REPORT_FD     3
#define LAST_RESORT   65536L /* descriptors closed one by one where /proc is missing */
#define EXEC_FAILED   '\1'   /* first byte of the pipe when exec did not happen; errno follows */
#define FINAL_WAIT_MS 300    /* after SIGKILL; who sleeps uninterruptibly is left to init */
#define CPU_SECONDS   20
#define ADDRESS_SPACE ((rlim_t)1 << 30)

static _Noreturn void report_and_end(const struct helper_report *report)
{
    /* Whole or not at all; the reader checks both. */
    _exit(write(REPORT_FD, report, sizeof(*report)) == (ssize_t)sizeof(*report) ? 0 : 1);
}

static _Noreturn void give_up(struct helper_report *report, enum helper_step step, int error)
{
    report->outcome = HELPER_NOT_STARTED;
    report->step = (int32_t)step;
    report->error = error;
    report_and_end(report);
}

/* SIG_IGN and the mask survive exec: a caller of sudo could switch off our alarm. SIGCHLD stays
 * blocked here, since it is waited for. The bare call, since libc's leaves out its own signals. */
static void reset_signals(uint64_t blocked)
{
    struct sigaction action = { .sa_handler = SIG_DFL };

    for (int number = 1; number < NSIG; number++)
        (void)sigaction(number, &action, NULL); /* SIGKILL and SIGSTOP refuse, as they must */
    (void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &blocked, NULL, sizeof(blocked));
}

/* Under sudo the real ids are the caller's, who could then signal us. libc's wrappers would try to
 * reach the host's other threads, which do not exist in this process, and wait for ever. */
static bool become_root(void)
{
    return syscall(SYS_setgroups, 0, NULL) == 0 && syscall(SYS_setresgid, 0, 0, 0) == 0 &&
           syscall(SYS_setresuid, 0, 0, 0) == 0;
}

/* The kernel clears this at each change of ids, so it comes after them. */
static bool die_with(pid_t parent)
{
    return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && syscall(SYS_getppid) == parent;
}

static bool set_limits(void)
{
    /* NPROC stays as it is. */
    static const struct {
        int resource;
        rlim_t value;
    } limits[] = {
        { RLIMIT_CORE, 0 },
        { RLIMIT_CPU, CPU_SECONDS },
        { RLIMIT_FSIZE, (rlim_t)64 << 20 },
        { RLIMIT_STACK, (rlim_t)8 << 20 },
        { RLIMIT_NOFILE, 64 },
        { RLIMIT_DATA, RLIM_INFINITY },
#if !SANITIZED /* AddressSanitizer maps terabytes */
        { RLIMIT_AS, ADDRESS_SPACE },
#endif
    };

    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        struct rlimit limit = { limits[i].value, limits[i].value }, now;

        if (setrlimit((__rlimit_resource_t)limits[i].resource, &limit) == 0)
            continue;
        /* Root without CAP_SYS_RESOURCE cannot raise a hard limit: take what there is. */
        if (getrlimit((__rlimit_resource_t)limits[i].resource, &now) != 0)
            return false;
        if (limit.rlim_cur > now.rlim_max)
            limit.rlim_cur = now.rlim_max;
        limit.rlim_max = limit.rlim_cur;
        if (setrlimit((__rlimit_resource_t)limits[i].resource, &limit) != 0)
            return false;
    }
    return true;
}

/* --- descriptors ----------------------------------------------------------------------------- */

/* As getdents64() gives it. */
struct entry {
    uint64_t inode;
    int64_t offset;
    uint16_t size;
    uint8_t type;
    char name[];
};

/* Closes every descriptor that /proc/self/fd lists but keep. opendir() would allocate. */
static bool close_listed(int keep)
{
    union {
        char bytes[2048];
        struct entry align;
    } buffer;
    int folder = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    long got = -1;

    if (folder < 0)
        return false;
    while ((got = syscall(SYS_getdents64, folder, buffer.bytes, sizeof(buffer.bytes))) > 0)
        for (long at = 0; at < got;) {
            const struct entry *entry = (const void *)(buffer.bytes + at);
            int fd = 0;

            at += entry->size;
            for (const char *digit = entry->name; *digit >= '0' && *digit <= '9'; digit++)
                fd = 10 * fd + (*digit - '0');
            if (entry->name[0] != '.' && fd != keep && fd != folder)
                (void)close(fd); /* the host has it still: nothing can be lost */
        }
    (void)close(folder);
    return got == 0;
}

static void close_one_by_one(int keep, long limit)
{
    for (long fd = 0; fd < limit; fd++)
        if (fd != keep)
            (void)close((int)fd); /* as above */
}

/* Leaves keep open and nothing else. */
static void close_others(int keep, long limit)
{
    bool below = keep == 0 || syscall(SYS_close_range, 0, keep - 1, 0) == 0;

    if (below && syscall(SYS_close_range, keep + 1, ~0U, 0) == 0)
        return;
    /* Make room for one, should the host have used up all. */
    close_one_by_one(keep, 3);
    if (!close_listed(keep))
        close_one_by_one(keep, limit);
}

/* How far the host's descriptors can reach, asked before its limit is changed. */
static long descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max > (rlim_t)LAST_RESORT)
        return LAST_RESORT;
    return (long)limit.rlim_max;
}

/* 0, 1 and 2 on /dev/null, the report on REPORT_FD, nothing else. */
static bool arrange_descriptors(int report_fd, long limit)
{
    close_others(report_fd, limit);
    if (report_fd != REPORT_FD &&
        (dup3(report_fd, REPORT_FD, O_CLOEXEC) != REPORT_FD || close(report_fd) != 0))
        return false;
    return open("/dev/null", O_RDWR) == 0 && dup(0) == 1 && dup(0) == 2;
}

/* --- the helper ---------------------------------------------------------------------------- */

static _Noreturn void helper_child(const struct helper_call *call, int out, pid_t middle)
{
    char *const environment[] = { NULL };
    char failed[1 + sizeof(int)] = { EXEC_FAILED };
    union {
        const char *const *in;
        char *const *out; /* execve() takes this for historical reasons and changes nothing */
    } argv = { .in = call->argv };
    int error;

    reset_signals(0);
    if (die_with(middle) && dup2(out, 1) == 1 && dup2(out, 2) == 2)
        (void)execve(call->path, argv.out, environment);
    error = errno;
    memcpy(failed + 1, &error, sizeof(error));
    _exit(write(1, failed, sizeof(failed)) == (ssize_t)sizeof(failed) ? 127 : 126);
}

/* Reads until the end or the deadline. False: out of time. */
static bool collect(int in, int64_t deadline, struct helper_report *report)
{
    for (;;) {
        struct pollfd polled = { .fd = in, .events = POLLIN };
        int64_t left = deadline - monotonic_ms();
        char spare;
        size_t room = sizeof(report->text) - report->size;
        ssize_t got;

        if (left <= 0)
            return false;
        if (poll(&polled, 1, left < INT_MAX ? (int)left : INT_MAX) <= 0)
            continue;
        got = room > 0 ? read(in, report->text + report->size, room) : read(in, &spare, 1);
        if (got == 0)
            return true;
        if (got < 0 && errno != EINTR && errno != EAGAIN)
            return true;
        if (got > 0 && room > 0)
            report->size += (uint32_t)got;
    }
}

/* Waits for the helper's end until the deadline; SIGCHLD is blocked and so wakes us here. */
static bool reap(pid_t helper, int64_t deadline, int *wait_status)
{
    sigset_t child_signal;

    (void)sigemptyset(&child_signal);
    (void)sigaddset(&child_signal, SIGCHLD);
    for (;;) {
        pid_t got = waitpid(helper, wait_status, WNOHANG);
        int64_t left = deadline - monotonic_ms();
        struct timespec pause = { .tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000 };

        if (got == helper)
            return true;
        if (left <= 0 || (got < 0 && errno != EINTR))
            return false;
        (void)sigtimedwait(&child_signal, NULL, &pause); /* EAGAIN, EINTR: look again */
    }
}

static void conclude(struct helper_report *report, int wait_status)
{
    if (WIFEXITED(wait_status)) {
        report->outcome = HELPER_ENDED;
        report->exit_code = WEXITSTATUS(wait_status);
    } else {
        report->outcome = HELPER_KILLED;
        report->signal = WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0;
    }
    if (report->size == 1 + sizeof(int) && report->text[0] == EXEC_FAILED) {
        int error;

        memcpy(&error, report->text + 1, sizeof(error));
        report->size = 0;
        give_up(report, HELPER_STEP_EXEC, error);
    }
}

_Noreturn void helper_middle(const struct helper_call *call, int report_fd, pid_t host,
                             int64_t deadline)
{
    struct helper_report report = { .magic = HELPER_REPORT_MAGIC };
    long limit = descriptor_limit();
    pid_t middle = (pid_t)syscall(SYS_getpid), helper;
    int ends[2], wait_status = 0;

    reset_signals(UINT64_C(1) << (SIGCHLD - 1));
    if (!set_limits() || !arrange_descriptors(report_fd, limit))
        _exit(1); /* the report's place is not sure: the host sees the end of the pipe */
    if (!become_root())
        give_up(&report, HELPER_STEP_IDS, errno);
    if (!die_with(host))
        _exit(1); /* nobody waits any more */
    (void)umask(077);
    if (chdir("/") != 0 || pipe2(ends, O_CLOEXEC) != 0)
        give_up(&report, HELPER_STEP_PIPE, errno);
    helper = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (helper == 0)
        helper_child(call, ends[1], middle);
    if (helper < 0)
        give_up(&report, HELPER_STEP_FORK, errno);
    (void)close(ends[1]);
    if (collect(ends[0], deadline, &report) && reap(helper, deadline, &wait_status)) {
        conclude(&report, wait_status);
    } else {
        report.outcome = HELPER_OUT_OF_TIME;
        (void)kill(helper, SIGKILL);
        (void)reap(helper, monotonic_ms() + FINAL_WAIT_MS, &wait_status);
    }
    report_and_end(&report);
}
