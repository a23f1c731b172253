/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify/verify_context.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#define SIGNER_NAME   "SGX TCB Signing"
#define CA_NAME       "CA"
#define SIGNING_CHAIN 2 /* certificates in it */
#define DIGEST_DOMAIN "tdx-gate collateral v1"

/* Puts the name of the part in front of a failure's detail. */
static enum tdx_status named(enum tdx_status status, const char *part, struct tdx_error *err)
{
    if (status != TDX_OK)
        status_prefix(err, "%s", part);
    return status;
}

static enum tdx_status read_chain(struct verify_context *context, struct span pem, size_t expected,
                                  struct cert_chain *ret, const char *part, struct tdx_error *err)
{
    if (pem.size > COLLATERAL_CHAIN_LIMIT)
        return status_fail(err, TDX_SIGNING_CHAIN_FORMAT, "%s: it has %zu bytes", part, pem.size);
    return named(cert_chain_read(pem, expected, TDX_SIGNING_CHAIN_FORMAT, NULL, &context->store,
                                 ret, err),
                 part, err);
}

static enum tdx_status read_crl(struct span text, struct crl *ret, const char *part,
                                struct tdx_error *err)
{
    if (text.size > COLLATERAL_CRL_LIMIT)
        return status_fail(err, TDX_CRL_FORMAT, "%s: it has %zu bytes", part, text.size);
    return named(crl_parse(text, ret, err), part, err);
}

static enum tdx_status read_parts(struct verify_context *context, struct tdx_error *err)
{
    const struct collateral *parts = &context->collateral;
    enum tdx_status status;

    if (parts->tcb_info.size > COLLATERAL_JSON_LIMIT)
        return status_fail(err, TDX_TCB_INFO_FORMAT, "it has %zu bytes", parts->tcb_info.size);
    if (parts->qe_identity.size > COLLATERAL_JSON_LIMIT)
        return status_fail(err, TDX_QE_IDENTITY_FORMAT, "it has %zu bytes",
                           parts->qe_identity.size);
    status = tcb_info_parse(parts->tcb_info, &context->tcb_info, err);
    if (status == TDX_OK)
        status = qe_identity_parse(parts->qe_identity, &context->qe_identity, err);
    if (status == TDX_OK)
        status = read_chain(context, parts->tcb_info_issuer_chain, SIGNING_CHAIN,
                            &context->tcb_info_chain.chain, "TCB info issuer chain", err);
    if (status == TDX_OK)
        status = read_chain(context, parts->qe_identity_issuer_chain, SIGNING_CHAIN,
                            &context->qe_identity_chain.chain, "QE identity issuer chain", err);
    if (status == TDX_OK)
        status = read_chain(context, parts->pck_crl_issuer_chain, 0, &context->crl_chain,
                            "PCK CRL issuer chain", err);
    if (status == TDX_OK)
        status = read_crl(parts->root_ca_crl, &context->root_crl, "root CA CRL", err);
    if (status == TDX_OK)
        status = read_crl(parts->pck_crl, &context->pck_crl, "PCK CRL", err);
    return status;
}

/* A document's issuer chain, the root CRL against it, and its signature (notes section 4.3, 1-7).
 */
static enum tdx_status check_signed(struct verify_context *context, struct signing_chain *chain,
                                    struct span document, struct span signature,
                                    enum tdx_status invalid_signature, bool trusted,
                                    struct tdx_error *err)
{
    enum tdx_status status;

    chain->root = cert_chain_root(&chain->chain);
    chain->signer = cert_chain_find(&chain->chain, SIGNER_NAME, NULL);
    status = trust_check_root(&context->trust, chain->root, TDX_SIGNING_CHAIN_UNTRUSTED, err);
    if (status != TDX_OK)
        return status;
    if (chain->signer == NULL)
        return status_fail(err, TDX_TCB_SIGNING_MISSING, "no certificate is named \"%s\"",
                           SIGNER_NAME);
    chain->signer->under_root |= trusted;
    status = trust_check_issued_by_root(&context->trust, chain->signer, chain->root,
                                        TDX_TCB_SIGNING_INVALID_ISSUER, err);
    if (status != TDX_OK)
        return status;
    status = named(crl_check(&context->root_crl, &chain->root->cert, &context->trust.root_key,
                             trusted || context->root_crl_checked, err),
                   "root CA CRL", err);
    if (status != TDX_OK)
        return status;
    context->root_crl_checked = true;
    if (crl_revokes(&context->root_crl, chain->signer->cert.serial))
        return status_fail(err, TDX_TCB_SIGNING_REVOKED, "its serial number is in the root CA CRL");
    if (trusted)
        return TDX_OK;
    status = trust_import_key(&context->trust, chain->signer, TDX_SIGNING_CHAIN_FORMAT, err);
    if (status != TDX_OK)
        return status;
    if (signature.size != P256_SIGNATURE_SIZE ||
        !p256_verify(&chain->signer->key, document, signature.data))
        return status_fail(err, invalid_signature,
                           "the text is not what the TCB signing certificate signed");
    return TDX_OK;
}

/* Looks whether the PCK CRL was made by the CA of its own issuer chain. If it was not that is no
 * failure here: what counts is the CA of the quote's chain. */
static enum tdx_status bind_crl(struct verify_context *context, bool trusted, struct tdx_error *err)
{
    struct chain_cert *root = cert_chain_root(&context->crl_chain);
    struct chain_cert *ca = cert_chain_find(&context->crl_chain, CA_NAME, NULL);
    enum tdx_status status;

    if (root == NULL || ca == NULL ||
        trust_check_root(&context->trust, root, TDX_PCK_CHAIN_UNTRUSTED, NULL) != TDX_OK)
        return TDX_OK;
    ca->under_root |= trusted;
    if (!ca->cert.is_ca || trust_check_issued_by_root(&context->trust, ca, root,
                                                      TDX_PCK_CA_INVALID_ISSUER, NULL) != TDX_OK)
        return TDX_OK;
    status = trust_import_key(&context->trust, ca, TDX_SIGNING_CHAIN_FORMAT, err);
    if (status != TDX_OK)
        return status == TDX_CRYPTO_FAILED ? status : TDX_OK;
    if (crl_check(&context->pck_crl, &ca->cert, &ca->key, trusted, NULL) == TDX_OK)
        context->crl_ca = ca;
    return TDX_OK;
}

static bool hash_part(EVP_MD_CTX *hash, const void *data, size_t size)
{
    uint8_t length[8];

    for (unsigned i = 0; i < sizeof(length); i++)
        length[i] = (uint8_t)((uint64_t)size >> (8 * i));
    return EVP_DigestUpdate(hash, length, sizeof(length)) == 1 &&
           (size == 0 || EVP_DigestUpdate(hash, data, size) == 1);
}

/* SHA-256 over anchor and collateral. What was checked within them is one more byte, see seal(). */
static bool hash_collateral(const struct verify_context *context, uint8_t ret[32])
{
    const struct collateral *parts = &context->collateral;
    const struct span list[] = {
        parts->pck_crl_issuer_chain,     parts->root_ca_crl, parts->pck_crl,
        parts->tcb_info_issuer_chain,    parts->tcb_info,    parts->tcb_info_signature,
        parts->qe_identity_issuer_chain, parts->qe_identity, parts->qe_identity_signature,
    };
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    bool done = hash != NULL && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1 &&
                hash_part(hash, DIGEST_DOMAIN, sizeof(DIGEST_DOMAIN)) &&
                hash_part(hash, context->anchor.public_key, sizeof(context->anchor.public_key)) &&
                hash_part(hash, context->anchor.certificate_sha256,
                          sizeof(context->anchor.certificate_sha256));

    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
        done = done && hash_part(hash, list[i].data, list[i].size);
    done = done && EVP_DigestFinal_ex(hash, ret, NULL) == 1;
    EVP_MD_CTX_free(hash);
    return done;
}

static bool seal(const uint8_t hash[32], bool crl_bound, uint8_t ret[32])
{
    uint8_t sealed[33];

    memcpy(sealed, hash, 32);
    sealed[32] = crl_bound;
    return SHA256(sealed, sizeof(sealed), ret) != NULL;
}

/* What of the signatures within the collateral the trusted digest vouches for. */
static enum tdx_status compare_digest(const struct verify_context *context,
                                      const uint8_t trusted_digest[32], bool *documents, bool *crl,
                                      struct tdx_error *err)
{
    uint8_t hash[32], bound[32], unbound[32];

    *documents = *crl = false;
    if (trusted_digest == NULL)
        return TDX_OK;
    if (!hash_collateral(context, hash) || !seal(hash, true, bound) || !seal(hash, false, unbound))
        return status_fail(err, TDX_CRYPTO_FAILED, "SHA-256 of the collateral");
    *crl = memcmp(trusted_digest, bound, sizeof(bound)) == 0;
    *documents = *crl || memcmp(trusted_digest, unbound, sizeof(unbound)) == 0;
    return TDX_OK;
}

const uint8_t *verify_context_digest(struct verify_context *context)
{
    uint8_t hash[32];

    if (!context->has_digest)
        context->has_digest =
            hash_collateral(context, hash) && seal(hash, context->crl_ca != NULL, context->digest);
    return context->has_digest ? context->digest : NULL;
}

static enum tdx_status check_parts(struct verify_context *context, const uint8_t trusted_digest[32],
                                   struct tdx_error *err)
{
    const struct collateral *parts = &context->collateral;
    bool documents, crl;
    enum tdx_status status = compare_digest(context, trusted_digest, &documents, &crl, err);

    if (status == TDX_OK)
        status = named(check_signed(context, &context->tcb_info_chain,
                                    context->tcb_info.document.canonical, parts->tcb_info_signature,
                                    TDX_TCB_INFO_INVALID_SIGNATURE, documents, err),
                       "TCB info", err);
    if (status == TDX_OK)
        status = named(check_signed(context, &context->qe_identity_chain,
                                    context->qe_identity.document.canonical,
                                    parts->qe_identity_signature, TDX_QE_IDENTITY_INVALID_SIGNATURE,
                                    documents, err),
                       "QE identity", err);
    if (status == TDX_OK)
        status = bind_crl(context, crl, err);
    return status;
}

enum tdx_status verify_context_new(const struct collateral *collateral,
                                   const struct trust_anchor *anchor,
                                   const uint8_t trusted_digest[32], struct verify_context **ret,
                                   struct tdx_error *err)
{
    struct verify_context *context = calloc(1, sizeof(*context));
    enum tdx_status status;

    if (context == NULL)
        return status_fail(err, TDX_NO_MEMORY, "verification");
    context->collateral = *collateral;
    context->anchor = *anchor;
    status = trust_init(&context->anchor, &context->trust, err);
    if (status == TDX_OK &&
        SHA384(anchor->public_key, sizeof(anchor->public_key), context->root_key_id) == NULL)
        status = status_fail(err, TDX_CRYPTO_FAILED, "SHA-384 of the root key");
    if (status == TDX_OK)
        status = read_parts(context, err);
    if (status == TDX_OK)
        status = check_parts(context, trusted_digest, err);
    if (status == TDX_OK)
        *ret = context;
    else
        verify_context_free(context);
    return status;
}

void verify_context_free(struct verify_context *context)
{
    if (context == NULL)
        return;
    verify_context_forget(context);
    tcb_info_clear(&context->tcb_info);
    qe_identity_clear(&context->qe_identity);
    crl_clear(&context->root_crl);
    crl_clear(&context->pck_crl);
    cert_store_clear(&context->store);
    trust_clear(&context->trust);
    free(context);
}

void verify_context_forget(struct verify_context *context)
{
    p256_key_clear(&context->attestation_key);
    pck_chain_clear(&context->pck_chain);
    context->pck_crl_checked = NULL;
}

enum tdx_status verify_context_read_chain(struct verify_context *context, struct span pem,
                                          struct tdx_error *err)
{
    struct pck_chain *chain = &context->pck_chain;

    if (chain->text != NULL && span_equal((struct span){ chain->text, chain->size }, pem))
        return TDX_OK;
    context->pck_crl_checked = NULL;
    pck_chain_clear(chain);
    return pck_chain_parse(pem, &context->store, chain, err);
}
