/* SPDX-License-Identifier: Apache-2.0 */
/* Between the two halves of helper.h: the host's side (helper.c) and the middle process
 * (helper_middle.c). */
#ifndef PAM_TDX_HELPER_WIRE_H
#define PAM_TDX_HELPER_WIRE_H

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "pam_tdx/helper.h"

#define HELPER_REPORT_MAGIC UINT32_C(0x74647867)

/* Why there is no verdict: an index into the words of helper.c. */
enum helper_step {
    HELPER_STEP_NONE,
    HELPER_STEP_IDS,
    HELPER_STEP_PIPE,
    HELPER_STEP_FORK,
    HELPER_STEP_EXEC,
    HELPER_STEP_COUNT
};

/* What the middle process writes, in one piece: smaller than PIPE_BUF. */
struct helper_report {
    uint32_t magic;
    int32_t outcome, exit_code, signal, error, step;
    uint32_t size;
    char text[HELPER_TEXT_LIMIT];
};

/* The whole life of the middle process. Called in a child of a process that may have threads:
 * nothing here takes a lock, allocates, or goes through a wrapper of libc that talks to other
 * threads (as those for setresuid() do). */
_Noreturn void helper_middle(const struct helper_call *call, int report_fd, pid_t host,
                             int64_t deadline);

#endif
