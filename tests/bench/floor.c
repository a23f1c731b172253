/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/floor.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/opensslv.h>
#include <stdlib.h>
#include <string.h>

#if OPENSSL_VERSION_NUMBER >= 0x30000000L
#define GET_PUBLIC_POINT EVP_PKEY_get1_encoded_public_key
#define COLD_LIMIT       2.0
#else
#define GET_PUBLIC_POINT EVP_PKEY_get1_tls_encodedpoint
#define COLD_LIMIT       1.5
#endif

/* Bytes that are signed in a real case, in the order of enum floor_mode's list. */
static const size_t sizes[FLOOR_SIGNATURES_MAX] = {
    702, 384, 1175, 560, 570, 200, 3260, 4113, 461
};

static const struct {
    const char *name;
    size_t signatures, imports;
    double limit;
} modes[FLOOR_MODES] = {
    [FLOOR_COLD] = { "cold", 9, 5, COLD_LIMIT },
    [FLOOR_WARM_LEAF] = { "warm+leaf", 3, 2, 1.6 },
    [FLOOR_WARM] = { "warm", 2, 0, 1.25 },
};

static bool sign(EVP_PKEY *key, const uint8_t *message, size_t size, uint8_t *signature,
                 size_t *signature_size)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool done = context != NULL &&
                EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestSign(context, signature, signature_size, message, size) == 1;

    EVP_MD_CTX_free(context);
    return done;
}

static EVP_PKEY *make_key(void)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
    EVP_PKEY *key = NULL;

    if (context == NULL || EVP_PKEY_keygen_init(context) != 1 ||
        EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) != 1 ||
        EVP_PKEY_keygen(context, &key) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    return key;
}

bool floor_init(struct floor_work *work)
{
    EVP_PKEY *key = make_key();
    unsigned char *point = NULL;
    bool done = false;

    *work = (struct floor_work){ 0 };
    if (key == NULL || GET_PUBLIC_POINT(key, &point) != 1 + P256_POINT_SIZE)
        goto done;
    memcpy(work->point, point + 1, P256_POINT_SIZE);
    for (size_t i = 0; i < FLOOR_SIGNATURES_MAX; i++) {
        work->signed_by[i].size = sizes[i];
        work->signed_by[i].message = calloc(1, sizes[i]);
        work->signed_by[i].signature_size = sizeof(work->signed_by[i].signature);
        if (work->signed_by[i].message == NULL ||
            !sign(key, work->signed_by[i].message, sizes[i], work->signed_by[i].signature,
                  &work->signed_by[i].signature_size))
            goto done;
    }
    done = p256_key_import(&work->curve, work->point, TDX_INTERNAL, &work->key, NULL) == TDX_OK;
done:
    OPENSSL_free(point);
    EVP_PKEY_free(key);
    return done;
}

void floor_clear(struct floor_work *work)
{
    for (size_t i = 0; i < FLOOR_SIGNATURES_MAX; i++)
        free(work->signed_by[i].message);
    p256_key_clear(&work->key);
    p256_curve_clear(&work->curve);
}

bool floor_run(struct floor_work *work, enum floor_mode mode)
{
    bool right = true;

    for (size_t i = 0; i < modes[mode].imports; i++) {
        struct p256_key key = { 0 };

        right &= p256_key_import(&work->curve, work->point, TDX_INTERNAL, &key, NULL) == TDX_OK;
        p256_key_clear(&key);
    }
    for (size_t i = 0; i < modes[mode].signatures; i++)
        right &=
            p256_verify_der(&work->key, P256_SHA256,
                            (struct span){ work->signed_by[i].message, work->signed_by[i].size },
                            (struct span){ work->signed_by[i].signature,
                                           work->signed_by[i].signature_size });
    return right;
}

const char *floor_name(enum floor_mode mode)
{
    return modes[mode].name;
}

double floor_limit(enum floor_mode mode)
{
    return modes[mode].limit;
}
