/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the helper from inside a foreign process, and leaves nothing behind in it.
 *
 * The host may have threads, ignore SIGCHLD, reap every child, run with a caller's real uid (sudo),
 * have no standard descriptors or thousands of open ones. So the host makes only a *middle*
 * process, by the bare system call with exit signal 0: no SIGCHLD is raised and no wait() of the
 * host's sees it. The middle process becomes root through and through, closes everything, starts
 * the helper, keeps the deadline and reports over a pipe. Both die with the host. */
#ifndef PAM_TDX_HELPER_H
#define PAM_TDX_HELPER_H

#include <stdbool.h>
#include <stddef.h>

#define HELPER_TEXT_LIMIT 2048

struct helper_call {
    const char *path;        /* absolute */
    const char *const *argv; /* NULL-terminated; the environment is empty */
    unsigned timeout_ms;
};

enum helper_outcome {
    HELPER_ENDED,       /* by itself: exit_code and text are valid */
    HELPER_KILLED,      /* a signal ended it: signal is valid */
    HELPER_NOT_STARTED, /* error says why */
    HELPER_OUT_OF_TIME, /* it was killed at the deadline */
    HELPER_NO_REPORT,   /* the middle process did not report; error may say why */
};

struct helper_answer {
    enum helper_outcome outcome;
    int exit_code, signal;
    int error;        /* an errno value, 0: none */
    const char *step; /* static words: what failed, for NOT_STARTED and NO_REPORT */
    size_t size;
    char text[HELPER_TEXT_LIMIT]; /* what it printed on its standard output and error */
};

/* Always fills *ret, within timeout_ms and about a second. */
void helper_run(const struct helper_call *call, struct helper_answer *ret);

#endif
