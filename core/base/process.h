/* SPDX-License-Identifier: Apache-2.0 */
/* Running another program: an absolute path, arguments as an array (never a shell), an environment
 * of the caller's making, no descriptor but 0, 1 and 2, default signals, a deadline, and an end in
 * every case. For programs of ours; pam_tdx.so, which lives in a foreign process, has its own way.
 */
#ifndef CORE_BASE_PROCESS_H
#define CORE_BASE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/base/text.h"

struct process_spec {
    const char *path;        /* absolute */
    const char *const *argv; /* NULL-terminated, argv[0] included */
    const char *const *env;  /* NULL-terminated "NAME=value"; NULL: PATH and LC_ALL=C only */
    const char *root;        /* chroot() there first (needs root), NULL: no */
    bool dies_with_us;       /* killed when the calling thread ends, however that happens */
    unsigned timeout_ms;     /* 0: 60 seconds */
    size_t output_limit;     /* most bytes of each stream that are kept, 0: 1 MiB */
    struct span input;       /* given to standard input, at most a pipe's 64 KiB */
};

struct process_result {
    int exit_code;         /* 0..255, or -1 if a signal ended it */
    int signal;            /* the signal, or 0 */
    bool out_cut, err_cut; /* more came than output_limit */
    struct text out, err;
};

/* Runs it and waits. Returns TDX_OK when the program ran and ended by itself, whatever its exit
 * code; CHILD_FAILED when it could not be started, CHILD_TIMEOUT when it was killed (with the whole
 * process group it leads). *ret is always valid; release it with process_result_free(). */
enum tdx_status process_run(const struct process_spec *spec, struct process_result *ret,
                            struct tdx_error *err) TDX_MUST_CHECK;

void process_result_free(struct process_result *result); /* the texts, not result itself */

#endif
