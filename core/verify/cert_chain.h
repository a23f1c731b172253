/* SPDX-License-Identifier: Apache-2.0 */
/* Chains of certificates in PEM, and the trust that they lead to.
 *
 * The three chains of a bundle and the one of a quote repeat the same root and mostly the same
 * others: each distinct text is read, its key imported and its signature checked once.
 * Source: notes sections 2.4, 4.2 and 4.3. */
#ifndef CORE_VERIFY_CERT_CHAIN_H
#define CORE_VERIFY_CERT_CHAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/verify/cert.h"
#include "core/verify/p256.h"
#include "core/verify/verify.h"

#define CERT_STORE_MAX 12

struct chain_cert {
    struct span block; /* its base64 text, by which it is known; borrowed */
    struct cert cert;  /* its DER is owned by the store */
    struct p256_key key;
    bool key_ready;
    bool under_root; /* its signature by the trusted root's key was checked */
};

/* Initialise with { 0 }. Entries do not move. */
struct cert_store {
    struct chain_cert item[CERT_STORE_MAX];
    size_t count;
};
void cert_store_clear(struct cert_store *store);

/* A chain as it stands in the text, in any order. */
struct cert_chain {
    struct chain_cert *item[CERT_STORE_MAX]; /* borrowed from stores */
    size_t count;
};

/* Reads all certificates of a PEM text into store, those that known (may be NULL) or store already
 * has excepted. Each must have the extensions of section 2.2 and no unknown critical one.
 * expected: how many there must be; 0: one or more. Returns TDX_OK and fills *ret, or bad,
 * CERT_EXTENSIONS_INVALID, NO_MEMORY. */
enum tdx_status cert_chain_read(struct span pem, size_t expected, enum tdx_status bad,
                                struct cert_store *known, struct cert_store *store,
                                struct cert_chain *ret, struct tdx_error *err) TDX_MUST_CHECK;

/* The first certificate that issued itself; NULL if there is none. */
struct chain_cert *cert_chain_root(const struct cert_chain *chain);
/* The first one that did not, other than except (may be NULL), whose name contains text. */
struct chain_cert *cert_chain_find(const struct cert_chain *chain, const char *text,
                                   const struct chain_cert *except);

/* The trusted root's key, imported. Initialise with { 0 }. */
struct trust {
    const struct trust_anchor *anchor; /* borrowed */
    struct p256_curve curve;
    struct p256_key root_key;
};
enum tdx_status trust_init(const struct trust_anchor *anchor, struct trust *ret,
                           struct tdx_error *err) TDX_MUST_CHECK;
void trust_clear(struct trust *trust);

/* Checks that root is the trusted one: name, key, and its own signature, which is computed unless
 * it is byte for byte the anchor's certificate. Returns TDX_OK, ROOT_CA_MISSING (root may be NULL),
 * untrusted, ROOT_CA_INVALID_ISSUER, CERT_NOT_CA. */
enum tdx_status trust_check_root(const struct trust *trust, struct chain_cert *root,
                                 enum tdx_status untrusted, struct tdx_error *err) TDX_MUST_CHECK;

/* Checks that root, already checked, issued cert. Returns TDX_OK or invalid_issuer. */
enum tdx_status trust_check_issued_by_root(const struct trust *trust, struct chain_cert *cert,
                                           const struct chain_cert *root,
                                           enum tdx_status invalid_issuer, struct tdx_error *err)
    TDX_MUST_CHECK;

/* Imports the key of cert, once. Returns TDX_OK, bad (not a point of the curve), CRYPTO_FAILED. */
enum tdx_status trust_import_key(struct trust *trust, struct chain_cert *cert, enum tdx_status bad,
                                 struct tdx_error *err) TDX_MUST_CHECK;

#endif
