/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_key.h"

#include <openssl/objects.h>
#include <string.h>

#include "tests/sim/sim_der.h"

static void digest(const EVP_MD *kind, const void *data, size_t size, uint8_t *ret, size_t ret_size)
{
    if (EVP_Digest(data, size, ret, NULL, kind, NULL) != 1)
        memset(ret, 0, ret_size);
}

void sim_sha256(const void *data, size_t size, uint8_t ret[static 32])
{
    digest(EVP_sha256(), data, size, ret, 32);
}

void sim_sha384(const void *data, size_t size, uint8_t ret[static 48])
{
    digest(EVP_sha384(), data, size, ret, 48);
}

/* A number in 1 .. n-1 from bytes of any origin. */
static bool scalar_from(const struct sim_key *key, const struct text *origin, BIGNUM *ret,
                        BN_CTX *context)
{
    uint8_t hash[64];
    BIGNUM *limit = BN_CTX_get(context);

    digest(EVP_sha512(), text_string(origin), origin->length, hash, sizeof(hash));
    return text_ok(origin) && limit != NULL &&
           BN_sub(limit, EC_GROUP_get0_order(key->group), BN_value_one()) == 1 &&
           BN_bin2bn(hash, sizeof(hash), ret) != NULL && BN_nnmod(ret, ret, limit, context) == 1 &&
           BN_add_word(ret, 1) == 1;
}

/* The point scalar * G, uncompressed. */
static bool multiply(const struct sim_key *key, const BIGNUM *scalar, uint8_t *ret, BN_CTX *context)
{
    size_t size = 1 + 2 * key->field_size;
    EC_POINT *point = EC_POINT_new(key->group);
    bool ok = point != NULL && EC_POINT_mul(key->group, point, scalar, NULL, NULL, context) == 1 &&
              EC_POINT_point2oct(key->group, point, POINT_CONVERSION_UNCOMPRESSED, ret, size,
                                 context) == size;

    EC_POINT_free(point);
    return ok;
}

bool sim_key_make(const char *seed, const char *name, enum sim_curve curve, struct sim_key *ret)
{
    struct sim_key key = { .curve = curve, .field_size = curve == SIM_P256 ? 32 : 48 };
    struct text origin = { 0 };
    BN_CTX *context = BN_CTX_new();
    bool ok = false;

    memset(ret, 0, sizeof(*ret));
    key.group =
        EC_GROUP_new_by_curve_name(curve == SIM_P256 ? NID_X9_62_prime256v1 : NID_secp384r1);
    key.secret = BN_new();
    text_addf(&origin, "tdx-sim key\n%s\n%s\n", seed, name);
    if (context == NULL || key.group == NULL || key.secret == NULL)
        goto done;
    BN_CTX_start(context);
    ok = scalar_from(&key, &origin, key.secret, context) &&
         multiply(&key, key.secret, key.point, context);
    BN_CTX_end(context);
done:
    text_free(&origin);
    BN_CTX_free(context);
    if (ok)
        *ret = key;
    else
        sim_key_clear(&key);
    return ok;
}

void sim_key_clear(struct sim_key *key)
{
    EC_GROUP_free(key->group);
    BN_clear_free(key->secret);
    memset(key, 0, sizeof(*key));
}

/* FIPS 186-4 section 6.4, with a nonce that follows from key and digest. */
static bool sign_digest(const struct sim_key *key, const uint8_t *hash, size_t hash_size,
                        uint8_t *ret, BN_CTX *context)
{
    const BIGNUM *order = EC_GROUP_get0_order(key->group);
    int field = (int)key->field_size;
    uint8_t point[SIM_POINT_SIZE_MAX], secret[48];
    struct text origin = { 0 };
    BIGNUM *k = BN_CTX_get(context), *r = BN_CTX_get(context), *s = BN_CTX_get(context);
    BIGNUM *e = BN_CTX_get(context);
    bool ok = false;

    if (e == NULL || BN_bn2binpad(key->secret, secret, field) != field)
        goto done;
    text_add(&origin, "tdx-sim nonce\n");
    sim_add(&origin, secret, key->field_size);
    sim_add(&origin, hash, hash_size);
    /* A digest longer than the order is cut; of our hashes only SHA-384 with P-256 is. */
    if (hash_size > key->field_size)
        hash_size = key->field_size;
    ok = scalar_from(key, &origin, k, context) && multiply(key, k, point, context) &&
         BN_bin2bn(point + 1, field, r) != NULL && BN_nnmod(r, r, order, context) == 1 &&
         BN_bin2bn(hash, (int)hash_size, e) != NULL &&
         BN_mod_mul(s, r, key->secret, order, context) == 1 &&
         BN_mod_add(s, s, e, order, context) == 1 && BN_mod_inverse(k, k, order, context) != NULL &&
         BN_mod_mul(s, s, k, order, context) == 1 && !BN_is_zero(r) && !BN_is_zero(s) &&
         BN_bn2binpad(r, ret, field) == field && BN_bn2binpad(s, ret + field, field) == field;
done:
    OPENSSL_cleanse(secret, sizeof(secret));
    text_free(&origin);
    return ok;
}

bool sim_key_sign(const struct sim_key *key, bool sha384, const void *data, size_t size,
                  uint8_t ret[static SIM_SIGNATURE_SIZE_MAX])
{
    uint8_t hash[48];
    BN_CTX *context = BN_CTX_new();
    bool ok;

    if (context == NULL)
        return false;
    if (sha384)
        sim_sha384(data, size, hash);
    else
        sim_sha256(data, size, hash);
    BN_CTX_start(context);
    ok = sign_digest(key, hash, sha384 ? 48 : 32, ret, context);
    BN_CTX_end(context);
    BN_CTX_free(context);
    return ok;
}

bool sim_signature_negate(const struct sim_key *key, uint8_t *signature)
{
    int field = (int)key->field_size;
    BIGNUM *s = BN_bin2bn(signature + field, field, NULL);
    bool ok = s != NULL && BN_sub(s, EC_GROUP_get0_order(key->group), s) == 1 &&
              BN_bn2binpad(s, signature + field, field) == field;

    BN_free(s);
    return ok;
}

static const char *curve_oid(const struct sim_key *key)
{
    return key->curve == SIM_P256 ? "1.2.840.10045.3.1.7" : "1.3.132.0.34";
}

void sim_key_public_der(struct text *out, const struct sim_key *key)
{
    size_t info = der_begin(out, DER_SEQUENCE);
    size_t algorithm = der_begin(out, DER_SEQUENCE);

    der_oid(out, "1.2.840.10045.2.1");
    der_oid(out, curve_oid(key));
    der_end(out, algorithm);
    der_bits(out, key->point, 1 + 2 * key->field_size);
    der_end(out, info);
}

void sim_signature_der(struct text *out, const uint8_t *signature, size_t field_size)
{
    size_t begun = der_begin(out, DER_SEQUENCE);

    der_unsigned(out, DER_INTEGER, signature, field_size);
    der_unsigned(out, DER_INTEGER, signature + field_size, field_size);
    der_end(out, begun);
}

void sim_key_private_der(struct text *out, const struct sim_key *key)
{
    uint8_t secret[48];
    int field = (int)key->field_size;
    size_t begun = der_begin(out, DER_SEQUENCE), inner;

    if (BN_bn2binpad(key->secret, secret, field) != field)
        out->failed = true;
    der_number(out, DER_INTEGER, 1);
    der_element(out, DER_OCTET_STRING, secret, key->field_size);
    inner = der_begin(out, 0xa0);
    der_oid(out, curve_oid(key));
    der_end(out, inner);
    inner = der_begin(out, 0xa1);
    der_bits(out, key->point, 1 + 2 * key->field_size);
    der_end(out, inner);
    der_end(out, begun);
    OPENSSL_cleanse(secret, sizeof(secret));
}

void sim_key_id(const struct sim_key *key, uint8_t ret[static 20])
{
    uint8_t hash[32];

    sim_sha256(key->point, 1 + 2 * key->field_size, hash);
    memcpy(ret, hash, 20);
    ret[0] |= 0x80;
}
