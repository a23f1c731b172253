/* SPDX-License-Identifier: Apache-2.0 */
/* The rollback floor: the newest collateral that this machine has seen. It only rises.
 *
 * The host can turn the guest's clock back, or keep the network from it and serve yesterday's
 * documents, to revive a certificate that was revoked since. Everything Intel signs stays valid for
 * a month, so validity alone does not notice; the floor does. CRL numbers are of no use for it
 * (Intel's lists all carry number 1), dates and evaluation numbers are.
 * Source: DESIGN.md section 3, step 8; pcs-api notes sections 0 (trap 1) and 6. */
#ifndef CORE_COLLATERAL_FLOOR_H
#define CORE_COLLATERAL_FLOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"
#include "core/base/text.h"
#include "core/verify/pck_cert.h"
#include "core/verify/verify.h"

#define FLOOR_FOLDER        TDX_LOCALSTATEDIR "/lib/tdx-gate"
#define FLOOR_PLATFORMS_MAX 256 /* a guest sees one, a migrating one a few */
#define FLOOR_SIZE_LIMIT    ((size_t)64 << 10)
#define FLOOR_NAME_SIZE     32

/* A document that Intel publishes anew under rising evaluation numbers. */
struct floor_issue {
    uint32_t evaluation;
    int64_t issue; /* seconds since 1970 */
};

struct floor_platform {
    uint8_t fmspc[6];
    struct floor_issue tcb_info;
};

/* All zero (nothing seen) is a valid floor. */
struct floor {
    int64_t newest_issue; /* of any document: the clock cannot be earlier */
    int64_t root_crl;     /* thisUpdate */
    int64_t pck_crl[2];   /* thisUpdate, by enum pck_ca */
    struct floor_issue qe_identity;
    size_t count;
    struct floor_platform platform[FLOOR_PLATFORMS_MAX];
};

/* What one bundle of TDX collateral brings. */
struct floor_mark {
    uint8_t fmspc[6];
    enum pck_ca ca;
    struct floor_issue tcb_info, qe_identity;
    int64_t root_crl, pck_crl; /* thisUpdate */
};

/* The mark of the collateral that a quote was verified under. */
struct floor_mark floor_mark_of(const struct verification *verification);

/* The mark of TDX collateral by itself. */
struct floor_mark floor_mark_of_facts(const struct collateral_facts *facts);

/* Compares. Returns TDX_OK if mark is nowhere below floor and now not before any issue date,
 * otherwise CLOCK_BEHIND, COLLATERAL_TCB_OLDER, COLLATERAL_IDENTITY_OLDER or
 * COLLATERAL_CRL_OLDER, with both values in the detail. A higher evaluation number is newer,
 * whatever its issue date.
 *
 * There is no tolerance for a clock that is a little slow, though verify_quote() grants a day:
 * here the clock is the thing that is judged, and any allowance is time that the host gets for
 * free. It costs no login, since collateral that is newer than the clock does not get into the
 * cache (tdx-attest collateral refresh asks the floor first and keeps the old bundle); a clock that
 * jumps back behind what it has stored refuses until it is right again. */
enum tdx_status floor_check(const struct floor *floor, const struct floor_mark *mark, int64_t now,
                            struct tdx_error *err) TDX_MUST_CHECK;

/* Raises floor to mark, in each part that mark has newer; never lowers any. *ret_changed (may be
 * NULL): it was raised. Returns TDX_OK, or FLOOR_BAD when there is no room for another platform. */
enum tdx_status floor_raise(struct floor *floor, const struct floor_mark *mark, bool *ret_changed,
                            struct tdx_error *err) TDX_MUST_CHECK;

/* The text of a floor file, and back: floor_parse(floor_print(x)) is x. file is for messages.
 * Returns TDX_OK or FLOOR_BAD; *ret is untouched on failure. */
void floor_print(const struct floor *floor, struct text *out);
enum tdx_status floor_parse(const char *file, struct span text, struct floor *ret,
                            struct tdx_error *err) TDX_MUST_CHECK;

/* Reads the floor for anchor in folder. Collateral under another root has a floor of its own. A
 * file that does not exist is the zero floor. Anything wrong with it, an owner other than root
 * included, is FLOOR_BAD or FILE_UNSAFE. */
enum tdx_status floor_load(const char *folder, const struct trust_anchor *anchor, struct floor *ret,
                           struct tdx_error *err) TDX_MUST_CHECK;

/* Raises the stored floor to mark, under a lock, atomically; makes the folder where it is missing.
 * Nothing is written when nothing rises. Returns TDX_OK, or FLOOR_BAD, FILE_UNSAFE, LOCKED,
 * FILE_WRITE_FAILED. */
enum tdx_status floor_store(const char *folder, const struct trust_anchor *anchor,
                            const struct floor_mark *mark, struct tdx_error *err) TDX_MUST_CHECK;

/* The name of the floor file for anchor inside its folder: "floor", or "floor-<16 hex>". */
void floor_name(const struct trust_anchor *anchor, char out[static FLOOR_NAME_SIZE]);

#endif
