/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and signatures of the simulator: NIST curves, deterministic.
 *
 * A key follows from a seed and a name, and a signature from key and message, so that the same
 * seed gives the same certificates, collateral and quotes byte for byte, in every process and on
 * every OpenSSL. These keys protect nothing: whoever knows the seed knows them. */
#ifndef TESTS_SIM_SIM_KEY_H
#define TESTS_SIM_SIM_KEY_H

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"
#include "core/base/text.h"

enum sim_curve { SIM_P256, SIM_P384 };

#define SIM_POINT_SIZE_MAX     (1 + 2 * 48)
#define SIM_SIGNATURE_SIZE_MAX (2 * 48)

struct sim_key {
    enum sim_curve curve;
    size_t field_size; /* 32 or 48 */
    EC_GROUP *group;
    BIGNUM *secret;
    uint8_t point[SIM_POINT_SIZE_MAX]; /* 04, x, y: 1 + 2 * field_size bytes */
};

/* Returns false if OpenSSL fails; then *ret is empty. Release with sim_key_clear(). */
bool sim_key_make(const char *seed, const char *name, enum sim_curve curve, struct sim_key *ret)
    TDX_MUST_CHECK;
void sim_key_clear(struct sim_key *key);

/* ECDSA over the message's SHA-256 (or SHA-384): r then s, 2 * field_size bytes. */
bool sim_key_sign(const struct sim_key *key, bool sha384, const void *data, size_t size,
                  uint8_t ret[static SIM_SIGNATURE_SIZE_MAX]) TDX_MUST_CHECK;

/* The other signature that is valid too: s becomes n - s. */
bool sim_signature_negate(const struct sim_key *key, uint8_t *signature) TDX_MUST_CHECK;

/* Appends SubjectPublicKeyInfo; the ECDSA-Sig-Value of a raw signature; ECPrivateKey (RFC 5915). */
void sim_key_public_der(struct text *out, const struct sim_key *key);
void sim_signature_der(struct text *out, const uint8_t *signature, size_t field_size);
void sim_key_private_der(struct text *out, const struct sim_key *key);

/* The key identifier our certificates use: the first 20 bytes of SHA-256 over the point, with the
 * high bit set, as Intel's CAs have it (so a serial number made of it needs a leading zero). */
void sim_key_id(const struct sim_key *key, uint8_t ret[static 20]);

/* SHA-256 or SHA-384 in one call; zeros if OpenSSL fails. */
void sim_sha256(const void *data, size_t size, uint8_t ret[static 32]);
void sim_sha384(const void *data, size_t size, uint8_t ret[static 48]);

#endif
