/* SPDX-License-Identifier: Apache-2.0 */
/* ES384: ECDSA on P-384 with SHA-384, the one algorithm of policy and result tokens.
 * Signatures are r then s, 48 bytes each, big-endian, padded on the left (RFC 7518 section 3.4). */
#ifndef CORE_APPRAISE_ES384_H
#define CORE_APPRAISE_ES384_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/base/text.h"

#define ES384_COORDINATE_SIZE 48
#define ES384_SIGNATURE_SIZE  96
#define ES384_PEM_LIMIT       ((size_t)16 << 10)

/* A public key: a point in affine coordinates, big-endian. Whether it lies on the curve is checked
 * by es384_verify() and es384_key_check(). */
struct es384_key {
    uint8_t x[ES384_COORDINATE_SIZE];
    uint8_t y[ES384_COORDINATE_SIZE];
};

bool es384_key_equal(const struct es384_key *a, const struct es384_key *b) TDX_MUST_CHECK;

/* TDX_OK if the point is on P-384, otherwise KEY_BAD. */
enum tdx_status es384_key_check(const struct es384_key *key, struct tdx_error *err) TDX_MUST_CHECK;

/* Reads a DER SubjectPublicKeyInfo with the named curve P-384. Returns TDX_OK or KEY_BAD. */
enum tdx_status es384_key_from_spki(struct span der, struct es384_key *ret, struct tdx_error *err)
    TDX_MUST_CHECK;

/* Reads the "PUBLIC KEY" blocks of a PEM text, as 'openssl ec -pubout' writes them (a compressed
 * point is read, too), into at most limit keys. Returns TDX_OK and their number, at least 1, or
 * KEY_BAD: none, too many, another kind of key, or a private key, which has no business there. */
enum tdx_status es384_keys_parse(struct span pem, struct es384_key *ret, size_t limit,
                                 size_t *ret_count, struct tdx_error *err) TDX_MUST_CHECK;

/* Appends the key as such a PEM block. */
enum tdx_status es384_key_print(const struct es384_key *key, struct text *out,
                                struct tdx_error *err) TDX_MUST_CHECK;

/* TDX_OK if signature over message was made by key; TOKEN_SIGNATURE_BAD if not; KEY_BAD if key is
 * no point of the curve; CRYPTO_FAILED or NO_MEMORY if it could not be found out. */
enum tdx_status es384_verify(const struct es384_key *key, struct span message,
                             const uint8_t signature[static ES384_SIGNATURE_SIZE],
                             struct tdx_error *err) TDX_MUST_CHECK;

/* A private key. Wiped when freed. */
struct es384_signer;

/* Reads an unencrypted PEM private key (SEC1, with or without its parameters block, or PKCS#8) of
 * curve P-384. Returns TDX_OK and *ret (free with es384_signer_free()), or KEY_BAD. */
enum tdx_status es384_signer_parse(struct span pem, struct es384_signer **ret,
                                   struct tdx_error *err) TDX_MUST_CHECK;

/* Makes a new key. */
enum tdx_status es384_signer_new(struct es384_signer **ret, struct tdx_error *err) TDX_MUST_CHECK;
void es384_signer_free(struct es384_signer *signer); /* NULL is fine */

/* The public half; lives as long as signer. */
const struct es384_key *es384_signer_key(const struct es384_signer *signer);

/* The key as PEM, PKCS#8: at most limit bytes into out, their number into *ret_size. The caller
 * wipes out. Returns TDX_OK or CRYPTO_FAILED. */
enum tdx_status es384_signer_print(const struct es384_signer *signer, char *out, size_t limit,
                                   size_t *ret_size, struct tdx_error *err) TDX_MUST_CHECK;

/* Signs message (SHA-384) into ret: r and s, 48 bytes each, big-endian, as JWS has them. Returns
 * TDX_OK or CRYPTO_FAILED. */
enum tdx_status es384_sign(const struct es384_signer *signer, struct span message,
                           uint8_t ret[static ES384_SIGNATURE_SIZE], struct tdx_error *err)
    TDX_MUST_CHECK;

#endif
