/* SPDX-License-Identifier: Apache-2.0 */
/* One source for OpenSSL 1.1.1 and 3: keys travel as SubjectPublicKeyInfo, whose head is constant
 * for a named curve, so that no call is needed that 3.0 deprecated. */
#include "core/appraise/es384.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#define SPKI_HEAD_SIZE 24
#define SPKI_SIZE      (SPKI_HEAD_SIZE + 2 * ES384_COORDINATE_SIZE)
#define POINT_FORM_AT  (SPKI_HEAD_SIZE - 1)

/* id-ecPublicKey, secp384r1, an uncompressed point (04). */
static const uint8_t spki_head[SPKI_HEAD_SIZE] = {
    0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
    0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04,
};
/* The same for a compressed point (02 or 03 follows). */
static const uint8_t compressed_head[SPKI_HEAD_SIZE - 1] = {
    0x30, 0x46, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
    0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x32, 0x00,
};

/* OpenSSL keeps a queue of errors for each thread; we report by status and leave it empty. */
static enum tdx_status crypto_failed(const char *what, struct tdx_error *err)
{
    ERR_clear_error();
    return status_fail(err, TDX_CRYPTO_FAILED, "%s", what);
}

static enum tdx_status key_bad(const char *why, struct tdx_error *err)
{
    ERR_clear_error();
    return status_fail(err, TDX_KEY_BAD, "%s", why);
}

bool es384_key_equal(const struct es384_key *a, const struct es384_key *b)
{
    return memcmp(a->x, b->x, sizeof(a->x)) == 0 && memcmp(a->y, b->y, sizeof(a->y)) == 0;
}

static void key_to_spki(const struct es384_key *key, uint8_t spki[static SPKI_SIZE])
{
    memcpy(spki, spki_head, sizeof(spki_head));
    memcpy(spki + sizeof(spki_head), key->x, sizeof(key->x));
    memcpy(spki + sizeof(spki_head) + sizeof(key->x), key->y, sizeof(key->y));
}

/* The key for OpenSSL, or NULL: it is not on the curve. */
static EVP_PKEY *key_open(const struct es384_key *key)
{
    uint8_t spki[SPKI_SIZE];
    const uint8_t *at = spki;

    key_to_spki(key, spki);
    return d2i_PUBKEY(NULL, &at, sizeof(spki));
}

enum tdx_status es384_key_check(const struct es384_key *key, struct tdx_error *err)
{
    EVP_PKEY *opened = key_open(key);

    if (opened == NULL)
        return key_bad("it is not a point of the curve P-384", err);
    EVP_PKEY_free(opened);
    return TDX_OK;
}

/* point: 02 or 03, then x. */
static enum tdx_status decompress(const uint8_t *point, struct es384_key *ret,
                                  struct tdx_error *err)
{
    enum tdx_status status = TDX_CRYPTO_FAILED;
    uint8_t whole[1 + 2 * ES384_COORDINATE_SIZE];
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_secp384r1);
    EC_POINT *on_curve = group != NULL ? EC_POINT_new(group) : NULL;

    if (on_curve == NULL) {
        status = crypto_failed("P-384", err);
        goto done;
    }
    if (EC_POINT_oct2point(group, on_curve, point, 1 + ES384_COORDINATE_SIZE, NULL) != 1 ||
        EC_POINT_point2oct(group, on_curve, POINT_CONVERSION_UNCOMPRESSED, whole, sizeof(whole),
                           NULL) != sizeof(whole)) {
        status = key_bad("it is not a point of the curve P-384", err);
        goto done;
    }
    memcpy(ret->x, whole + 1, sizeof(ret->x));
    memcpy(ret->y, whole + 1 + sizeof(ret->x), sizeof(ret->y));
    status = TDX_OK;
done:
    EC_POINT_free(on_curve);
    EC_GROUP_free(group);
    return status;
}

enum tdx_status es384_key_from_spki(struct span der, struct es384_key *ret, struct tdx_error *err)
{
    const uint8_t *spki = der.data;

    if (der.size == SPKI_SIZE && memcmp(spki, spki_head, sizeof(spki_head)) == 0) {
        memcpy(ret->x, spki + SPKI_HEAD_SIZE, sizeof(ret->x));
        memcpy(ret->y, spki + SPKI_HEAD_SIZE + sizeof(ret->x), sizeof(ret->y));
        return es384_key_check(ret, err);
    }
    if (der.size == SPKI_HEAD_SIZE + ES384_COORDINATE_SIZE &&
        memcmp(spki, compressed_head, sizeof(compressed_head)) == 0)
        return decompress(spki + POINT_FORM_AT, ret, err);
    return key_bad("it is not a key of the named curve P-384 (secp384r1)", err);
}

/* One PEM block, whatever its kind. */
static enum tdx_status read_block(const char *name, const uint8_t *der, long size,
                                  struct es384_key *ret, struct tdx_error *err)
{
    size_t length = strlen(name);
    const char *private_end = "PRIVATE KEY";

    if (length >= strlen(private_end) &&
        strcmp(name + length - strlen(private_end), private_end) == 0)
        return key_bad("this is a private key; give its public half (openssl ec -pubout)", err);
    if (strcmp(name, "PUBLIC KEY") != 0)
        return status_fail(err, TDX_KEY_BAD, "a PEM block is not a PUBLIC KEY");
    return es384_key_from_spki((struct span){ der, (size_t)size }, ret, err);
}

enum tdx_status es384_keys_parse(struct span pem, struct es384_key *ret, size_t limit,
                                 size_t *ret_count, struct tdx_error *err)
{
    enum tdx_status status = TDX_OK;
    size_t count = 0;
    BIO *in;

    if (pem.size == 0 || pem.size > ES384_PEM_LIMIT)
        return key_bad("the file is empty or too large for a key", err);
    in = BIO_new_mem_buf(pem.data, (int)pem.size);
    if (in == NULL)
        return crypto_failed("BIO_new_mem_buf", err);
    while (status == TDX_OK) {
        char *name = NULL, *header = NULL;
        unsigned char *der = NULL;
        long size = 0;

        if (PEM_read_bio(in, &name, &header, &der, &size) != 1) {
            if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
                status = key_bad("a PEM block is damaged", err);
            break;
        }
        if (count == limit)
            status = status_fail(err, TDX_KEY_BAD, "there are more than %zu keys", limit);
        else
            status = read_block(name, der, size, &ret[count], err);
        count++;
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_clear_free(der, (size_t)size);
    }
    ERR_clear_error();
    BIO_free(in);
    if (status == TDX_OK && count == 0)
        status = key_bad("there is no PUBLIC KEY block in it", err);
    if (status == TDX_OK)
        *ret_count = count;
    return status;
}

enum tdx_status es384_key_print(const struct es384_key *key, struct text *out,
                                struct tdx_error *err)
{
    enum tdx_status status = TDX_CRYPTO_FAILED;
    uint8_t spki[SPKI_SIZE];
    BIO *pem = BIO_new(BIO_s_mem());
    char *data;
    long size;

    key_to_spki(key, spki);
    if (pem == NULL || PEM_write_bio(pem, "PUBLIC KEY", "", spki, sizeof(spki)) <= 0) {
        status = crypto_failed("writing PEM", err);
        goto done;
    }
    size = BIO_get_mem_data(pem, &data);
    text_add_n(out, data, (size_t)size);
    status = text_ok(out) ? TDX_OK : status_fail(err, TDX_NO_MEMORY, "a public key");
done:
    BIO_free(pem);
    return status;
}

/* r and s of the raw signature as DER, which EVP wants; NULL if that failed. */
static uint8_t *signature_to_der(const uint8_t *raw, int *ret_size)
{
    uint8_t *der = NULL;
    ECDSA_SIG *parts = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, ES384_COORDINATE_SIZE, NULL);
    BIGNUM *s = BN_bin2bn(raw + ES384_COORDINATE_SIZE, ES384_COORDINATE_SIZE, NULL);

    if (parts != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(parts, r, s) == 1) {
        r = NULL; /* owned by parts now */
        s = NULL;
        *ret_size = i2d_ECDSA_SIG(parts, &der);
        if (*ret_size <= 0)
            der = NULL;
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(parts);
    return der;
}

enum tdx_status es384_verify(const struct es384_key *key, struct span message,
                             const uint8_t signature[static ES384_SIGNATURE_SIZE],
                             struct tdx_error *err)
{
    enum tdx_status status = TDX_CRYPTO_FAILED;
    EVP_PKEY *opened = key_open(key);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int size = 0;
    uint8_t *der = signature_to_der(signature, &size);

    if (opened == NULL) {
        status = key_bad("it is not a point of the curve P-384", err);
        goto done;
    }
    if (context == NULL || der == NULL ||
        EVP_DigestVerifyInit(context, NULL, EVP_sha384(), NULL, opened) != 1) {
        status = crypto_failed("checking an ES384 signature", err);
        goto done;
    }
    /* r or s of zero, or beyond the group's order, comes back as a negative number. */
    status = EVP_DigestVerify(context, der, (size_t)size, message.data, message.size) == 1
                 ? TDX_OK
                 : status_fail(err, TDX_TOKEN_SIGNATURE_BAD, "ES384");
    ERR_clear_error();
done:
    OPENSSL_free(der);
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(opened);
    return status;
}
