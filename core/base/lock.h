/* SPDX-License-Identifier: Apache-2.0 */
/* An advisory lock on a file, with a deadline. The kernel drops it when its holder dies, so a
 * killed program never leaves one behind; the lock file itself stays and is empty. */
#ifndef CORE_BASE_LOCK_H
#define CORE_BASE_LOCK_H

#include "core/base/status.h"

/* Takes the lock on the file name in the folder that folder_fd has open (AT_FDCWD: name is a
 * path), creating the file with mode 0600 where it is missing. Waits at most timeout_ms.
 * Returns TDX_OK and the descriptor that holds the lock (release with lock_release()), or LOCKED,
 * FILE_UNREADABLE. */
enum tdx_status lock_take_at(int folder_fd, const char *name, unsigned timeout_ms, int *ret,
                             struct tdx_error *err) TDX_MUST_CHECK;

void lock_release(int lock); /* -1 is fine */

#endif
