/* SPDX-License-Identifier: Apache-2.0 */
/* Step 5 of a login: the collateral that is on this machine. Read as bytes only; what is in it is
 * looked at elsewhere (gate_verify.h). */
#ifndef PAM_TDX_GATE_COLLATERAL_H
#define PAM_TDX_GATE_COLLATERAL_H

#include <stddef.h>

#include "core/base/files.h"
#include "core/base/status.h"
#include "core/collateral/cache.h"

#define GATE_BUNDLES_MAX CACHE_ENTRIES_MAX

struct gate_bundles {
    size_t count;
    struct file_content text[GATE_BUNDLES_MAX];
    char name[GATE_BUNDLES_MAX][128];
};

/* Reads the bundle at path, or, if path is a folder, every bundle of the cache that it is
 * (cache.h), in the order of their names. Only what nobody but root can have written is read: more
 * is an error, not ignored. Returns TDX_OK (free with gate_bundles_free()) or CACHE_MISSING
 * (nothing there), FILE_UNREADABLE, FILE_UNSAFE, FILE_TOO_LARGE, NO_MEMORY. */
enum tdx_status gate_bundles_read(const char *path, struct gate_bundles *ret, struct tdx_error *err)
    TDX_MUST_CHECK;
void gate_bundles_free(struct gate_bundles *bundles); /* { 0 } is fine */

#endif
