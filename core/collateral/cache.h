/* SPDX-License-Identifier: Apache-2.0 */
/* The cache of collateral that logins rest on: one bundle for each FMSPC and CA, in a folder that
 * only root can write, each verified before it was stored.
 *
 * A bundle is replaced in one step, so that a reader, or a power cut, meets the whole old or the
 * whole new one. What a reader finds it verifies again: the cache saves the network, not the check.
 * Source: DESIGN.md section 3, steps 5 and 8; pcs-api notes section 6. */
#ifndef CORE_COLLATERAL_CACHE_H
#define CORE_COLLATERAL_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"
#include "core/collateral/bundle.h"
#include "core/collateral/floor.h"
#include "core/verify/pck_cert.h"
#include "core/verify/verify.h"

#define CACHE_FOLDER      TDX_LOCALSTATEDIR "/cache/tdx-gate"
#define CACHE_ENTRIES_MAX 16 /* a guest needs one; more when it moves between hosts */
#define CACHE_NAME_SIZE   40

struct cache_key {
    uint8_t fmspc[6];
    enum pck_ca ca;
};

/* "90C06F000000-platform.json"; cache_key_parse() is its inverse, false for any other name. */
void cache_key_name(const struct cache_key *key, char out[static CACHE_NAME_SIZE]);
bool cache_key_parse(const char *name, struct cache_key *ret) TDX_MUST_CHECK;

struct cached {
    struct bundle bundle;
    int64_t stored; /* when it was last fetched, by this machine's clock */
    /* verify_context_digest() of the bundle when it was stored: may be given to
     * verify_context_new() as trusted_digest, which compares it. */
    bool has_digest;
    uint8_t digest[32];
};

/* Reads the bundle for key. Returns TDX_OK and fills *ret (release with cached_free()), or
 * CACHE_MISSING, FILE_UNSAFE (others could have written it), FILE_UNREADABLE, FILE_TOO_LARGE,
 * BUNDLE_BAD, JSON_BAD, NO_MEMORY. Nothing in it is verified. Waits for no lock. */
enum tdx_status cache_find(const char *folder, const struct cache_key *key, struct cached *ret,
                           struct tdx_error *err) TDX_MUST_CHECK;
void cached_free(struct cached *cached); /* NULL and { 0 } are fine */

/* Whether bundles were stored, and for whom: fills entries, newest first. A folder that does not
 * exist has none. Returns TDX_OK or CACHE_BAD. */
struct cache_entry {
    struct cache_key key;
    int64_t stored;
};
enum tdx_status cache_list(const char *folder, struct cache_entry entries[CACHE_ENTRIES_MAX],
                           size_t *ret_count, struct tdx_error *err) TDX_MUST_CHECK;

/* Where a bundle is stored, and what holds it to the truth. */
struct cache {
    const char *folder;       /* NULL: CACHE_FOLDER */
    const char *floor_folder; /* NULL: FLOOR_FOLDER */
    const struct trust_anchor *anchor;
};

struct cache_stored {
    bool had_old;   /* there was a bundle, and it was sound */
    bool unchanged; /* what was fetched is what was there, byte for byte */
    struct collateral_facts old, now;
    int64_t next; /* when a refresh is due: cache_due() */
};

/* Verifies the TDX collateral parts under the anchor at time now, holds it to the floor and to the
 * bundle that is there, stores it for key and raises the floor. Makes the folder where it is
 * missing, and keeps at most CACHE_ENTRIES_MAX bundles: the one not fetched for the longest time
 * goes. Needs to be root, or the owner of both folders.
 *
 * Returns TDX_OK and fills *ret, or a status of verify_context_new() or verify_context_facts(),
 * PCS_WRONG_PLATFORM (it is not about key), PCS_SERVES_EXPIRED, one of floor_check(), floor_load(),
 * CACHE_BAD, LOCKED, FILE_WRITE_FAILED, NO_MEMORY; then the old bundle is still in place. */
enum tdx_status cache_store(const struct cache *cache, const struct cache_key *key,
                            const struct collateral *parts, int64_t now, struct cache_stored *ret,
                            struct tdx_error *err) TDX_MUST_CHECK;

/* When a bundle stored at that time is due to be fetched again: a day later, or when half of its
 * remaining life is over if that is earlier, but not within an hour. */
int64_t cache_due(int64_t stored, int64_t earliest_expiration);

#endif
