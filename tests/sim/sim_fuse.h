/* SPDX-License-Identifier: Apache-2.0 */
/* The FUSE tree: tdx_guest (as /dev/tdx_guest) and tsm/report (as /sys/kernel/config/tsm/report).
 */
#ifndef TESTS_SIM_SIM_FUSE_H
#define TESTS_SIM_SIM_FUSE_H

#include "core/base/status.h"
#include "tests/sim/sim_server.h"

struct sim_mount;

/* Mounts the tree at path, an empty folder. A dead mount of an earlier run is removed first.
 * Returns TDX_OK and *ret, or FILE_UNREADABLE with the reason. */
enum tdx_status sim_mount_new(struct sim_server *server, const char *path, struct sim_mount **ret,
                              struct tdx_error *err) TDX_MUST_CHECK;

/* Serves until server_stop() or SIGTERM, SIGINT, SIGHUP. To be called by the main thread. */
void sim_mount_serve(struct sim_mount *mount);

/* Unmounts (requests that are still running are cut off) and frees. NULL is fine. */
void sim_mount_free(struct sim_mount *mount);

#endif
