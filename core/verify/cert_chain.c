/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify/cert_chain.h"

#include <openssl/sha.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/verify/pem.h"

#define ROOT_NAME "SGX Root CA"

void cert_store_clear(struct cert_store *store)
{
    for (size_t i = 0; i < store->count; i++) {
        p256_key_clear(&store->item[i].key);
        free((void *)(uintptr_t)store->item[i].cert.der.data); /* made by pem_decode() */
    }
    *store = (struct cert_store){ 0 };
}

static struct chain_cert *lookup(struct cert_store *store, struct span block)
{
    for (size_t i = 0; store != NULL && i < store->count; i++)
        if (span_equal(store->item[i].block, block))
            return &store->item[i];
    return NULL;
}

/* Decodes and reads one block into a new entry of store. */
static enum tdx_status add(struct span block, enum tdx_status bad, struct cert_store *store,
                           struct chain_cert **ret, struct tdx_error *err)
{
    struct chain_cert entry = { .block = block };
    struct tdx_error why = { 0 };
    struct span der = { NULL, 0 };
    enum tdx_status status;

    if (store->count == CERT_STORE_MAX)
        return status_fail(err, bad, "too many certificates");
    status = pem_decode(block, &der, &why);
    if (status != TDX_OK)
        return status_fail(err, status == TDX_NO_MEMORY ? status : bad, "PEM: %s", why.detail);
    status = cert_parse(der, bad, &entry.cert, err);
    if (status != TDX_OK)
        goto done;
    if (!entry.cert.has_required_extensions) {
        status = status_fail(err, TDX_CERT_EXTENSIONS_INVALID,
                             "one of key identifiers, CRL distribution points, key usage and basic "
                             "constraints is missing");
        goto done;
    }
    if (entry.cert.has_unknown_critical) {
        status = status_fail(err, TDX_CERT_EXTENSIONS_INVALID, "an unknown critical extension");
        goto done;
    }
    *ret = &store->item[store->count++];
    **ret = entry;
    der.data = NULL;
done:
    free((void *)(uintptr_t)der.data);
    return status;
}

enum tdx_status cert_chain_read(struct span pem, size_t expected, enum tdx_status bad,
                                struct cert_store *known, struct cert_store *store,
                                struct cert_chain *ret, struct tdx_error *err)
{
    struct cert_chain chain = { 0 };
    struct span block;
    bool broken;

    while (pem_next(&pem, "CERTIFICATE", &block, &broken)) {
        struct chain_cert *cert = lookup(known, block);
        enum tdx_status status = TDX_OK;

        if (cert == NULL)
            cert = lookup(store, block);
        if (cert == NULL)
            status = add(block, bad, store, &cert, err);
        if (status != TDX_OK) {
            status_prefix(err, "certificate %zu", chain.count + 1);
            return status;
        }
        if (chain.count == CERT_STORE_MAX)
            return status_fail(err, bad, "too many certificates");
        chain.item[chain.count++] = cert;
    }
    if (broken)
        return status_fail(err, bad, "certificate %zu has no end line", chain.count + 1);
    if (chain.count == 0 || (expected > 0 && chain.count != expected))
        return status_fail(err, bad, "it has %zu certificates, %zu are expected", chain.count,
                           expected > 0 ? expected : 1);
    *ret = chain;
    return TDX_OK;
}

struct chain_cert *cert_chain_root(const struct cert_chain *chain)
{
    for (size_t i = 0; i < chain->count; i++)
        if (cert_is_self_issued(&chain->item[i]->cert))
            return chain->item[i];
    return NULL;
}

struct chain_cert *cert_chain_find(const struct cert_chain *chain, const char *text,
                                   const struct chain_cert *except)
{
    for (size_t i = 0; i < chain->count; i++)
        if (chain->item[i] != except && !cert_is_self_issued(&chain->item[i]->cert) &&
            cert_name_contains(&chain->item[i]->cert, text))
            return chain->item[i];
    return NULL;
}

enum tdx_status trust_init(const struct trust_anchor *anchor, struct trust *ret,
                           struct tdx_error *err)
{
    ret->anchor = anchor;
    return p256_key_import(&ret->curve, anchor->public_key + 1, TDX_ANCHOR_BAD, &ret->root_key,
                           err);
}

void trust_clear(struct trust *trust)
{
    p256_key_clear(&trust->root_key);
    p256_curve_clear(&trust->curve);
}

/* Whether it is the very certificate whose signature was checked when the anchor was made. */
static bool is_anchor_certificate(const struct trust *trust, const struct cert *cert)
{
    uint8_t digest[SHA256_DIGEST_LENGTH];

    return SHA256(cert->der.data, cert->der.size, digest) != NULL &&
           memcmp(digest, trust->anchor->certificate_sha256, sizeof(digest)) == 0;
}

enum tdx_status trust_check_root(const struct trust *trust, struct chain_cert *root,
                                 enum tdx_status untrusted, struct tdx_error *err)
{
    if (root == NULL)
        return status_fail(err, TDX_ROOT_CA_MISSING, "no certificate issued itself");
    if (!cert_name_contains(&root->cert, ROOT_NAME))
        return status_fail(err, TDX_ROOT_CA_MISSING, "the root's name lacks \"%s\"", ROOT_NAME);
    if (memcmp(root->cert.point, trust->anchor->public_key + 1, P256_POINT_SIZE) != 0)
        return status_fail(err, untrusted, "its root has another key than %s",
                           trust->anchor->is_intel ? "the Intel SGX Root CA" : "the trust anchor");
    if (!root->cert.is_ca)
        return status_fail(err, TDX_CERT_NOT_CA, "the root has no CA flag");
    if (!root->under_root)
        root->under_root = is_anchor_certificate(trust, &root->cert) ||
                           cert_signed_by(&root->cert, &trust->root_key);
    if (!root->under_root)
        return status_fail(err, TDX_ROOT_CA_INVALID_ISSUER, "the root's own signature is wrong");
    return TDX_OK;
}

enum tdx_status trust_check_issued_by_root(const struct trust *trust, struct chain_cert *cert,
                                           const struct chain_cert *root,
                                           enum tdx_status invalid_issuer, struct tdx_error *err)
{
    if (!cert_names_issuer(&cert->cert, &root->cert))
        return status_fail(err, invalid_issuer, "it names another issuer than the root");
    if (!cert->under_root)
        cert->under_root = cert_signed_by(&cert->cert, &trust->root_key);
    if (!cert->under_root)
        return status_fail(err, invalid_issuer, "the root did not sign it");
    return TDX_OK;
}

enum tdx_status trust_import_key(struct trust *trust, struct chain_cert *cert, enum tdx_status bad,
                                 struct tdx_error *err)
{
    enum tdx_status status;

    if (cert->key_ready)
        return TDX_OK;
    status = p256_key_import(&trust->curve, cert->cert.point, bad, &cert->key, err);
    cert->key_ready = status == TDX_OK;
    return status;
}
