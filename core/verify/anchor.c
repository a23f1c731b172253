/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "core/verify/cert_chain.h"
#include "core/verify/verify.h"

/* The Intel SGX Root CA, serial 22650CD65A9D3489F383B49552BF501B392706AC, valid to 2049-12-31: its
 * key (04, x, y) and the SHA-256 of the certificate, whose own signature is known to be right. */
static const struct trust_anchor intel = {
    .public_key = { 0x04, 0x0b, 0xa9, 0xc4, 0xc0, 0xc0, 0xc8, 0x61, 0x93, 0xa3, 0xfe, 0x23, 0xd6,
                    0xb0, 0x2c, 0xda, 0x10, 0xa8, 0xbb, 0xd4, 0xe8, 0x8e, 0x48, 0xb4, 0x45, 0x85,
                    0x61, 0xa3, 0x6e, 0x70, 0x55, 0x25, 0xf5, 0x67, 0x91, 0x8e, 0x2e, 0xdc, 0x88,
                    0xe4, 0x0d, 0x86, 0x0b, 0xd0, 0xcc, 0x4e, 0xe2, 0x6a, 0xac, 0xc9, 0x88, 0xe5,
                    0x05, 0xa9, 0x53, 0x55, 0x8c, 0x45, 0x3f, 0x6b, 0x09, 0x04, 0xae, 0x73, 0x94 },
    .is_intel = true,
    .certificate_sha256 = { 0x44, 0xa0, 0x19, 0x6b, 0x2b, 0x99, 0xf8, 0x89, 0xb8, 0xe1, 0x49,
                            0xe9, 0x5b, 0x80, 0x7a, 0x35, 0x0e, 0x74, 0x24, 0x96, 0x43, 0x99,
                            0xe8, 0x85, 0xa7, 0xcb, 0xb8, 0xcc, 0xfa, 0xb6, 0x74, 0xd3 },
    .not_after = INT64_C(2524607999), /* 2049-12-31T23:59:59Z */
};

const struct trust_anchor *trust_anchor_intel(void)
{
    return &intel;
}

/* That anchor's certificate, root, is one: its name, its key, its own signature. */
static enum tdx_status check_root(const struct trust_anchor *anchor, struct chain_cert *root,
                                  struct tdx_error *err)
{
    struct trust trust = { 0 };
    enum tdx_status status = trust_init(anchor, &trust, err);

    if (status == TDX_OK)
        status = trust_check_root(&trust, root, TDX_ANCHOR_BAD, err);
    trust_clear(&trust);
    return status;
}

enum tdx_status trust_anchor_parse(struct span pem, struct trust_anchor *ret, struct tdx_error *err)
{
    return trust_anchor_parse_again(pem, NULL, ret, err);
}

enum tdx_status trust_anchor_parse_again(struct span pem, const uint8_t known[32],
                                         struct trust_anchor *ret, struct tdx_error *err)
{
    struct trust_anchor anchor = { .public_key = { 0x04 } };
    uint8_t digest[sizeof(anchor.certificate_sha256)];
    struct cert_store store = { 0 };
    struct cert_chain chain;
    enum tdx_status status;

    if (pem.size > COLLATERAL_CHAIN_LIMIT)
        return status_fail(err, TDX_ANCHOR_BAD, "it has %zu bytes", pem.size);
    status = cert_chain_read(pem, 1, TDX_ANCHOR_BAD, NULL, &store, &chain, err);
    if (status != TDX_OK)
        goto done;
    memcpy(anchor.public_key + 1, chain.item[0]->cert.point, P256_POINT_SIZE);
    if (SHA256(chain.item[0]->cert.der.data, chain.item[0]->cert.der.size, digest) == NULL) {
        status = status_fail(err, TDX_CRYPTO_FAILED, "SHA-256");
        goto done;
    }
    /* anchor has no digest yet: the certificate would vouch for itself */
    if (known == NULL || memcmp(known, digest, sizeof(digest)) != 0)
        status = check_root(&anchor, cert_chain_root(&chain), err);
    if (status != TDX_OK)
        goto done;
    memcpy(anchor.certificate_sha256, digest, sizeof(digest));
    anchor.not_after = chain.item[0]->cert.not_after;
    anchor.is_intel = memcmp(anchor.public_key, intel.public_key, sizeof(intel.public_key)) == 0;
    *ret = anchor;
done:
    if (status != TDX_OK && status != TDX_NO_MEMORY && status != TDX_CRYPTO_FAILED) {
        /* one status for whatever is wrong with the user's file; the detail stays */
        if (err != NULL)
            err->status = TDX_ANCHOR_BAD;
        status = TDX_ANCHOR_BAD;
    }
    cert_store_clear(&store);
    return status;
}
