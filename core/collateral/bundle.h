/* SPDX-License-Identifier: Apache-2.0 */
/* A collateral bundle: one JSON object with nine strings, the nine parts of struct collateral.
 * CRLs as hex of DER, signatures as hex, chains as PEM, tcb_info and qe_identity as the texts that
 * were served, byte for byte. This is the file that 'tdx-attest collateral fetch' writes. */
#ifndef CORE_COLLATERAL_BUNDLE_H
#define CORE_COLLATERAL_BUNDLE_H

#include <stddef.h>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/base/text.h"
#include "core/verify/collateral.h"

#define BUNDLE_SIZE_LIMIT ((size_t)40 << 20)

/* Owns the bytes that parts points into. Initialise with { 0 }. */
struct bundle {
    struct collateral parts;
    void *storage[9];
};

/* Reads a bundle. Nothing in it is verified. Returns TDX_OK (free with bundle_free()), or
 * BUNDLE_BAD (which part, and why), JSON_BAD, JSON_DUPLICATE, NO_MEMORY; *ret is untouched on
 * failure. */
enum tdx_status bundle_parse(struct span text, struct bundle *ret, struct tdx_error *err)
    TDX_MUST_CHECK;
void bundle_free(struct bundle *bundle); /* NULL and { 0 } are fine */

/* bundle_parse() of a file. flags are those of file_read(). */
enum tdx_status bundle_load(const char *path, unsigned flags, struct bundle *ret,
                            struct tdx_error *err) TDX_MUST_CHECK;

/* Appends the JSON of parts to out; bundle_parse() of it gives the same parts. */
enum tdx_status bundle_print(const struct collateral *parts, struct text *out,
                             struct tdx_error *err) TDX_MUST_CHECK;

#endif
