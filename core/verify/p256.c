/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify/p256.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/sha.h>
#include <string.h>

/* OpenSSL 3 renamed it and calls the old name deprecated. */
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
#define SET_PUBLIC_POINT EVP_PKEY_set1_encoded_public_key
#else
#define SET_PUBLIC_POINT EVP_PKEY_set1_tls_encodedpoint
#endif

#define NUMBER_SIZE       32   /* r, s, x, y */
#define FORM_UNCOMPRESSED 0x04 /* SEC 1 section 2.3.3 */

static bool make_parameters(struct p256_curve *curve)
{
    EVP_PKEY_CTX *context;
    bool made;

    if (curve->parameters != NULL)
        return true;
    context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
    made = context != NULL && EVP_PKEY_paramgen_init(context) == 1 &&
           EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) == 1 &&
           EVP_PKEY_paramgen(context, &curve->parameters) == 1;
    EVP_PKEY_CTX_free(context);
    return made;
}

void p256_curve_clear(struct p256_curve *curve)
{
    EVP_PKEY_free(curve->parameters);
    curve->parameters = NULL;
}

enum tdx_status p256_key_import(struct p256_curve *curve, const uint8_t point[P256_POINT_SIZE],
                                enum tdx_status not_on_curve, struct p256_key *ret,
                                struct tdx_error *err)
{
    uint8_t encoded[1 + P256_POINT_SIZE] = { FORM_UNCOMPRESSED };
    struct p256_key key = { 0 };
    enum tdx_status status = TDX_CRYPTO_FAILED;

    memcpy(encoded + 1, point, P256_POINT_SIZE);
    if (!make_parameters(curve))
        goto done;
    key.key = EVP_PKEY_new();
    if (key.key == NULL || EVP_PKEY_copy_parameters(key.key, curve->parameters) != 1)
        goto done;
    /* The import checks the curve's equation; the cofactor is 1, so that is all there is. */
    if (SET_PUBLIC_POINT(key.key, encoded, sizeof(encoded)) != 1) {
        status = status_fail(err, not_on_curve, "the public key is not a point of P-256");
        goto done;
    }
    key.verifier = EVP_PKEY_CTX_new(key.key, NULL);
    if (key.verifier == NULL || EVP_PKEY_verify_init(key.verifier) != 1)
        goto done;
    *ret = key;
    key = (struct p256_key){ 0 };
    status = TDX_OK;
done:
    if (status == TDX_CRYPTO_FAILED)
        (void)status_fail(err, status, "importing a P-256 public key");
    p256_key_clear(&key);
    return status;
}

void p256_key_clear(struct p256_key *key)
{
    EVP_PKEY_CTX_free(key->verifier);
    EVP_PKEY_free(key->key);
    *key = (struct p256_key){ 0 };
}

/* A big-endian number as a DER INTEGER: no needless zeros, one where the top bit is set. */
static size_t put_integer(uint8_t *out, const uint8_t *number)
{
    size_t skip = 0, size;
    bool padded;

    while (skip < NUMBER_SIZE - 1 && number[skip] == 0)
        skip++;
    padded = number[skip] >= 0x80;
    size = NUMBER_SIZE - skip;
    out[0] = 0x02;
    out[1] = (uint8_t)(size + padded);
    out[2] = 0;
    memcpy(out + 2 + padded, number + skip, size);
    return 2 + padded + size;
}

bool p256_verify(const struct p256_key *key, struct span message,
                 const uint8_t signature[P256_SIGNATURE_SIZE])
{
    uint8_t der[P256_DER_SIZE_MAX] = { 0x30 };
    size_t size = 2;

    size += put_integer(der + size, signature);
    size += put_integer(der + size, signature + NUMBER_SIZE);
    der[1] = (uint8_t)(size - 2);
    return p256_verify_der(key, P256_SHA256, message, (struct span){ der, size });
}

bool p256_verify_der(const struct p256_key *key, enum p256_digest digest, struct span message,
                     struct span signature)
{
    uint8_t hash[SHA512_DIGEST_LENGTH];
    size_t size = SHA256_DIGEST_LENGTH;
    bool hashed;

    if (digest == P256_SHA512) {
        size = SHA512_DIGEST_LENGTH;
        hashed = SHA512(message.data, message.size, hash) != NULL;
    } else if (digest == P256_SHA384) {
        size = SHA384_DIGEST_LENGTH;
        hashed = SHA384(message.data, message.size, hash) != NULL;
    } else {
        hashed = SHA256(message.data, message.size, hash) != NULL;
    }
    return hashed && key->verifier != NULL &&
           EVP_PKEY_verify(key->verifier, signature.data, signature.size, hash, size) == 1;
}
