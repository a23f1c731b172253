/* SPDX-License-Identifier: Apache-2.0 */
/* The process that reads what the host and the network sent: no privileges, no files, no sockets,
 * no other programs. It may compute, allocate and write to the pipe that it already has. */
#ifndef PAM_TDX_GATE_SANDBOX_H
#define PAM_TDX_GATE_SANDBOX_H

#include <sys/types.h>

#include "core/base/status.h"

/* Shuts this process in for good: an unprivileged uid and gid that it cannot leave, no_new_privs,
 * no core dump, death with its parent, and a seccomp filter under which every system call that is
 * not on the list fails with EPERM. All descriptors but keep are closed. In a build with sanitizers
 * the filter is left out: their runtime calls what it likes. Returns TDX_OK or GATE_SANDBOX; then
 * the process must not go on. */
enum tdx_status gate_sandbox_enter(int keep, pid_t parent, struct tdx_error *err) TDX_MUST_CHECK;

#endif
