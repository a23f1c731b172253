/* SPDX-License-Identifier: Apache-2.0 */
/* How the cache's files are named; for cache.c and cache_store.c. */
#ifndef CORE_COLLATERAL_CACHE_FILES_H
#define CORE_COLLATERAL_CACHE_FILES_H

#include "core/base/text.h"
#include "core/collateral/cache.h"

#define CACHE_BUNDLE_SUFFIX ".json"
#define CACHE_DIGEST_SUFFIX ".verified" /* hex of verify_context_digest() and a line end */

/* Appends folder/FMSPC-ca and suffix. */
enum tdx_status cache_path(const char *folder, const struct cache_key *key, const char *suffix,
                           struct text *out, struct tdx_error *err) TDX_MUST_CHECK;

#endif
