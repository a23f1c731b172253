/* SPDX-License-Identifier: Apache-2.0 */
/* A serving tdx-sim: the folder with tdx_guest, tsm, qgs.sock and control.sock, and its end. */
#ifndef TESTS_SIM_SIM_DAEMON_H
#define TESTS_SIM_SIM_DAEMON_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/status.h"
#include "tests/sim/sim_world.h"

struct sim_daemon_options {
    const char *folder; /* made if need be */
    bool mount;         /* the FUSE tree; without it: sockets (and the PCCS) only */
    bool pccs;
    unsigned short pccs_port; /* 0: any free one */
    pid_t parent;             /* end when this process ends; 0: do not care */
};

/* Serves until it is told to stop, by "stop", a signal or the parent's end; leaves nothing behind.
 * Once everything answers, ready() is called. Owns world. */
enum tdx_status sim_daemon_run(const struct sim_daemon_options *options, struct sim_world *world,
                               void (*ready)(void *context), void *context, struct tdx_error *err)
    TDX_MUST_CHECK;

#endif
