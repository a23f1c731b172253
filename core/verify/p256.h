/* SPDX-License-Identifier: Apache-2.0 */
/* ECDSA on the curve P-256: the one function that checks a raw signature, and the keys for it. */
#ifndef CORE_VERIFY_P256_H
#define CORE_VERIFY_P256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/status.h"

#define P256_POINT_SIZE     64 /* x, y, big-endian */
#define P256_SIGNATURE_SIZE 64 /* r, s, big-endian */
#define P256_DER_SIZE_MAX   72 /* of a signature as a DER SEQUENCE of two INTEGERs */

struct evp_pkey_st;
struct evp_pkey_ctx_st;

enum p256_digest { P256_SHA256, P256_SHA384, P256_SHA512 };

/* The curve's parameters, made once and copied for each key: importing a point then costs 5 us
 * instead of the 105 us of d2i_PUBKEY (OpenSSL 3.0). Initialise with { 0 }. */
struct p256_curve {
    struct evp_pkey_st *parameters;
};
void p256_curve_clear(struct p256_curve *curve);

/* A public key, ready to verify. Initialise with { 0 }; the caller frees with p256_key_clear(). */
struct p256_key {
    struct evp_pkey_st *key;
    struct evp_pkey_ctx_st *verifier;
};

/* Takes x and y, which must be a point of the curve other than infinity.
 * Returns TDX_OK and fills *ret; not_on_curve where they are not a point; CRYPTO_FAILED. */
enum tdx_status p256_key_import(struct p256_curve *curve, const uint8_t point[P256_POINT_SIZE],
                                enum tdx_status not_on_curve, struct p256_key *ret,
                                struct tdx_error *err) TDX_MUST_CHECK;
void p256_key_clear(struct p256_key *key);

/* Whether signature is the key's over message. s and n - s are both right, r or s of zero or beyond
 * n - 1 never. Anything but a plain yes of the library is false. */
bool p256_verify(const struct p256_key *key, struct span message,
                 const uint8_t signature[P256_SIGNATURE_SIZE]) TDX_MUST_CHECK;

/* The same for a signature in DER, as certificates and CRLs have it. */
bool p256_verify_der(const struct p256_key *key, enum p256_digest digest, struct span message,
                     struct span signature) TDX_MUST_CHECK;

#endif
