/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "core/appraise/es384.h"

struct es384_signer {
    EVP_PKEY *pair;
    struct es384_key key;
};

static enum tdx_status crypto_failed(const char *what, struct tdx_error *err)
{
    ERR_clear_error();
    return status_fail(err, TDX_CRYPTO_FAILED, "%s", what);
}

/* Takes pair over, also on failure. */
static enum tdx_status signer_wrap(EVP_PKEY *pair, struct es384_signer **ret, struct tdx_error *err)
{
    enum tdx_status status = TDX_NO_MEMORY;
    struct es384_signer *signer = calloc(1, sizeof(*signer));
    uint8_t *spki = NULL;
    int size = i2d_PUBKEY(pair, &spki);

    if (signer == NULL) {
        status = status_fail(err, TDX_NO_MEMORY, "a private key");
        goto done;
    }
    if (size <= 0) {
        status = crypto_failed("i2d_PUBKEY", err);
        goto done;
    }
    status = es384_key_from_spki((struct span){ spki, (size_t)size }, &signer->key, err);
    if (status != TDX_OK)
        goto done;
    signer->pair = pair;
    pair = NULL;
    *ret = signer;
    signer = NULL;
done:
    OPENSSL_free(spki);
    EVP_PKEY_free(pair);
    free(signer);
    return status;
}

/* Without it OpenSSL would ask for a pass phrase on the terminal. */
static int no_pass_phrase(char *buffer, int size, int writing, void *context)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)context;
    return -1;
}

enum tdx_status es384_signer_parse(struct span pem, struct es384_signer **ret,
                                   struct tdx_error *err)
{
    BIO *in;
    EVP_PKEY *pair;

    if (pem.size == 0 || pem.size > ES384_PEM_LIMIT)
        return status_fail(err, TDX_KEY_BAD, "the file is empty or too large for a key");
    in = BIO_new_mem_buf(pem.data, (int)pem.size);
    if (in == NULL)
        return crypto_failed("BIO_new_mem_buf", err);
    pair = PEM_read_bio_PrivateKey(in, NULL, no_pass_phrase, NULL);
    ERR_clear_error();
    BIO_free(in);
    if (pair == NULL)
        return status_fail(err, TDX_KEY_BAD, "there is no unencrypted PEM private key in it");
    return signer_wrap(pair, ret, err);
}

enum tdx_status es384_signer_new(struct es384_signer **ret, struct tdx_error *err)
{
    EVP_PKEY *pair = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
    bool made = context != NULL && EVP_PKEY_keygen_init(context) == 1 &&
                EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_secp384r1) == 1 &&
                EVP_PKEY_CTX_set_ec_param_enc(context, OPENSSL_EC_NAMED_CURVE) == 1 &&
                EVP_PKEY_keygen(context, &pair) == 1;

    EVP_PKEY_CTX_free(context);
    return made ? signer_wrap(pair, ret, err) : crypto_failed("making a P-384 key", err);
}

void es384_signer_free(struct es384_signer *signer)
{
    if (signer == NULL)
        return;
    EVP_PKEY_free(signer->pair);
    free(signer);
}

const struct es384_key *es384_signer_key(const struct es384_signer *signer)
{
    return &signer->key;
}

enum tdx_status es384_signer_print(const struct es384_signer *signer, char *out, size_t limit,
                                   size_t *ret_size, struct tdx_error *err)
{
    enum tdx_status status = TDX_CRYPTO_FAILED;
    BIO *pem = BIO_new(BIO_s_secmem());
    char *data;
    long size;

    if (pem == NULL ||
        PEM_write_bio_PrivateKey(pem, signer->pair, NULL, NULL, 0, NULL, NULL) != 1) {
        status = crypto_failed("writing a private key", err);
        goto done;
    }
    size = BIO_get_mem_data(pem, &data);
    if (size <= 0 || (size_t)size > limit) {
        status = crypto_failed("a private key is too long", err);
        goto done;
    }
    memcpy(out, data, (size_t)size);
    *ret_size = (size_t)size;
    status = TDX_OK;
done:
    BIO_free(pem); /* wipes what it holds */
    return status;
}

/* DER as EVP makes it, into r and s of fixed width. */
static bool signature_from_der(const uint8_t *der, size_t size, uint8_t *ret)
{
    const uint8_t *at = der;
    ECDSA_SIG *parts = d2i_ECDSA_SIG(NULL, &at, (long)size);
    bool good = parts != NULL &&
                BN_bn2binpad(ECDSA_SIG_get0_r(parts), ret, ES384_COORDINATE_SIZE) ==
                    ES384_COORDINATE_SIZE &&
                BN_bn2binpad(ECDSA_SIG_get0_s(parts), ret + ES384_COORDINATE_SIZE,
                             ES384_COORDINATE_SIZE) == ES384_COORDINATE_SIZE;

    ECDSA_SIG_free(parts);
    return good;
}

enum tdx_status es384_sign(const struct es384_signer *signer, struct span message,
                           uint8_t ret[static ES384_SIGNATURE_SIZE], struct tdx_error *err)
{
    uint8_t der[2 * ES384_COORDINATE_SIZE + 16]; /* SEQUENCE of two INTEGERs */
    size_t size = sizeof(der);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool made = context != NULL &&
                EVP_DigestSignInit(context, NULL, EVP_sha384(), NULL, signer->pair) == 1 &&
                EVP_DigestSign(context, der, &size, message.data, message.size) == 1 &&
                signature_from_der(der, size, ret);

    EVP_MD_CTX_free(context);
    return made ? TDX_OK : crypto_failed("making an ES384 signature", err);
}
