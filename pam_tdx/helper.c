/* SPDX-License-Identifier: Apache-2.0 */
#include "pam_tdx/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/monotonic.h"
#include "pam_tdx/helper_wire.h"

#define GRACE_MS 700 /* for the middle process to end the helper and to report */

static const char *const steps[HELPER_STEP_COUNT] = {
    [HELPER_STEP_NONE] = "",
    [HELPER_STEP_IDS] = "becoming root",
    [HELPER_STEP_PIPE] = "making a pipe",
    [HELPER_STEP_FORK] = "making a process",
    [HELPER_STEP_EXEC] = "starting the program",
};

/* One whole report, or false. */
static bool read_report(int in, int64_t deadline, struct helper_report *report)
{
    size_t size = 0;

    while (size < sizeof(*report)) {
        struct pollfd polled = { .fd = in, .events = POLLIN };
        int64_t left = deadline - monotonic_ms();
        ssize_t got;

        if (left <= 0)
            return false;
        if (poll(&polled, 1, left < INT_MAX ? (int)left : INT_MAX) <= 0)
            continue;
        got = read(in, (char *)report + size, sizeof(*report) - size);
        if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
            return false;
        if (got > 0)
            size += (size_t)got;
    }
    return report->magic == HELPER_REPORT_MAGIC && report->size <= sizeof(report->text) &&
           report->step >= 0 && report->step < HELPER_STEP_COUNT;
}

/* Takes the middle process away. It has reported and is about to end, or it is stuck or stopped:
 * then it is killed. __WALL, since it has no exit signal. ECHILD: somebody in this process waited
 * for everything; the report says all there is to know. */
static void take_away(pid_t middle, bool reported)
{
    int64_t end = monotonic_ms() + (reported ? GRACE_MS : 0);
    struct timespec pause = { .tv_nsec = 100000 };
    int ignored;
    bool killed = false;

    for (;;) {
        pid_t got = waitpid(middle, &ignored, __WALL | WNOHANG);

        if (got == middle || (got < 0 && errno != EINTR))
            return;
        if (monotonic_ms() >= end) {
            if (killed)
                return;
            (void)kill(middle, SIGKILL);
            killed = true;
            end = monotonic_ms() + GRACE_MS;
        }
        (void)nanosleep(&pause, NULL);
        if (pause.tv_nsec < 10000000)
            pause.tv_nsec *= 2;
    }
}

static void take_over(const struct helper_report *report, struct helper_answer *ret)
{
    ret->outcome = (enum helper_outcome)report->outcome;
    ret->exit_code = report->exit_code;
    ret->signal = report->signal;
    ret->error = report->error;
    ret->step = steps[report->step];
    ret->size = report->size;
    memcpy(ret->text, report->text, report->size);
}

void helper_run(const struct helper_call *call, struct helper_answer *ret)
{
    int64_t deadline = monotonic_ms() + call->timeout_ms;
    struct helper_report report;
    pid_t host = (pid_t)syscall(SYS_getpid), middle;
    int ends[2];
    bool reported;

    *ret = (struct helper_answer){ .outcome = HELPER_NO_REPORT, .step = "" };
    if (pipe2(ends, O_CLOEXEC) != 0) {
        ret->error = errno;
        ret->step = steps[HELPER_STEP_PIPE];
        return;
    }
    /* fork() would run the host's atfork handlers and could wait for locks of its other threads. */
    middle = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
    if (middle == 0)
        helper_middle(call, ends[1], host, deadline);
    (void)close(ends[1]);
    if (middle > 0) {
        reported = read_report(ends[0], deadline + GRACE_MS, &report);
        take_away(middle, reported);
        if (reported)
            take_over(&report, ret);
    } else {
        ret->error = errno;
        ret->step = steps[HELPER_STEP_FORK];
    }
    (void)close(ends[0]);
}
