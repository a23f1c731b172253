/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify/pck_chain.h"

#include <stdlib.h>
#include <string.h>

#define CERTIFICATES   3
#define NAME_LEAF      "SGX PCK Certificate"
#define NAME_CA        "CA"
#define NAME_PROCESSOR "Processor"
#define NAME_PLATFORM  "Platform"

/* What the leaf says of the platform, and which CA that is to be asked for. */
static enum tdx_status read_leaf(const struct cert *leaf, struct pck_info *ret,
                                 struct tdx_error *err)
{
    enum tdx_status status;

    if (leaf->sgx_extension.size == 0)
        return status_fail(err, TDX_PCK_EXTENSION_INVALID, "it has no SGX extension");
    status = pck_extension_parse(leaf->sgx_extension, ret, err);
    if (status != TDX_OK)
        return status;
    ret->ca = name_contains(leaf->issuer, NAME_PROCESSOR) ? PCK_CA_PROCESSOR : PCK_CA_PLATFORM;
    ret->not_before = leaf->not_before;
    ret->not_after = leaf->not_after;
    return TDX_OK;
}

enum tdx_status pck_chain_parse(struct span pem, struct cert_store *known, struct pck_chain *ret,
                                struct tdx_error *err)
{
    enum tdx_status status;

    *ret = (struct pck_chain){ 0 };
    if (pem.size == 0 || pem.size > COLLATERAL_CHAIN_LIMIT)
        return status_fail(err, TDX_PCK_CHAIN_FORMAT, "it has %zu bytes", pem.size);
    ret->text = malloc(pem.size);
    if (ret->text == NULL)
        return status_fail(err, TDX_NO_MEMORY, "a PCK chain");
    memcpy(ret->text, pem.data, pem.size);
    ret->size = pem.size;
    status = cert_chain_read((struct span){ ret->text, ret->size }, CERTIFICATES,
                             TDX_PCK_CHAIN_FORMAT, known, &ret->store, &ret->chain, err);
    if (status == TDX_OK) {
        ret->root = cert_chain_root(&ret->chain);
        ret->leaf = cert_chain_find(&ret->chain, NAME_LEAF, NULL);
        ret->ca = cert_chain_find(&ret->chain, NAME_CA, ret->leaf);
        if (ret->leaf != NULL)
            status = read_leaf(&ret->leaf->cert, &ret->info, err);
    }
    if (status != TDX_OK)
        pck_chain_clear(ret);
    return status;
}

void pck_chain_clear(struct pck_chain *chain)
{
    cert_store_clear(&chain->store);
    free(chain->text);
    *chain = (struct pck_chain){ 0 };
}

enum tdx_status pck_chain_verify(struct pck_chain *chain, struct trust *trust,
                                 struct tdx_error *err)
{
    enum tdx_status status;

    if (chain->verified)
        return TDX_OK;
    if (chain->ca == NULL && chain->root != NULL)
        return status_fail(err, TDX_PCK_CA_MISSING,
                           "no certificate is named a CA besides the root");
    if (chain->leaf == NULL && chain->root != NULL)
        return status_fail(err, TDX_PCK_MISSING, "no certificate is named \"%s\"", NAME_LEAF);
    status = trust_check_root(trust, chain->root, TDX_PCK_CHAIN_UNTRUSTED, err);
    if (status != TDX_OK)
        return status;
    status =
        trust_check_issued_by_root(trust, chain->ca, chain->root, TDX_PCK_CA_INVALID_ISSUER, err);
    if (status != TDX_OK)
        return status;
    if (!chain->ca->cert.is_ca)
        return status_fail(err, TDX_CERT_NOT_CA, "the issuer of the PCK certificate");
    status = trust_import_key(trust, chain->ca, TDX_PCK_CHAIN_FORMAT, err);
    if (status != TDX_OK)
        return status;
    if (!cert_names_issuer(&chain->leaf->cert, &chain->ca->cert))
        return status_fail(err, TDX_PCK_INVALID_ISSUER, "it names another issuer than the PCK CA");
    if (!cert_signed_by(&chain->leaf->cert, &chain->ca->key))
        return status_fail(err, TDX_PCK_INVALID_ISSUER, "the PCK CA did not sign it");
    status = trust_import_key(trust, chain->leaf, TDX_PCK_CHAIN_FORMAT, err);
    chain->verified = status == TDX_OK;
    return status;
}

enum tdx_status pck_chain_peek(struct span pem, struct pck_info *ret, struct tdx_error *err)
{
    struct pck_chain chain = { 0 };
    enum tdx_status status = pck_chain_parse(pem, NULL, &chain, err);

    if (status != TDX_OK)
        return status;
    if (chain.leaf == NULL)
        status =
            status_fail(err, TDX_PCK_CHAIN_FORMAT, "no certificate is named \"%s\"", NAME_LEAF);
    else if (!name_contains(chain.leaf->cert.issuer, NAME_PROCESSOR) &&
             !name_contains(chain.leaf->cert.issuer, NAME_PLATFORM))
        status = status_fail(err, TDX_PCK_CHAIN_FORMAT,
                             "its issuer is neither the processor nor the platform CA");
    else
        *ret = chain.info;
    pck_chain_clear(&chain);
    return status;
}
