/* SPDX-License-Identifier: Apache-2.0 */
/* The certificate chain that a quote carries: root, PCK CA, PCK leaf.
 * Source: notes sections 2.3, 2.4 and 4.2. */
#ifndef CORE_VERIFY_PCK_CHAIN_H
#define CORE_VERIFY_PCK_CHAIN_H

#include <stdbool.h>

#include "core/verify/cert_chain.h"
#include "core/verify/pck_cert.h"

/* Initialise with { 0 }; free with pck_chain_clear(). */
struct pck_chain {
    uint8_t *text; /* owned copy of the PEM text: the chain outlives the quote it came with */
    size_t size;
    struct cert_store store; /* what the collateral does not have as well: mostly the leaf alone */
    struct cert_chain chain;
    struct chain_cert *root, *ca, *leaf; /* NULL where the role is not filled */
    struct pck_info info;
    bool verified; /* pck_chain_verify() said TDX_OK */
};

/* Reads a chain of exactly three certificates and the leaf's SGX extension. known: certificates of
 * the collateral, which must outlive *ret. Returns TDX_OK and fills *ret, or PCK_CHAIN_FORMAT,
 * CERT_EXTENSIONS_INVALID, PCK_EXTENSION_INVALID, PCK_EXTENSION_FORMAT, NO_MEMORY. */
enum tdx_status pck_chain_parse(struct span pem, struct cert_store *known, struct pck_chain *ret,
                                struct tdx_error *err) TDX_MUST_CHECK;
void pck_chain_clear(struct pck_chain *chain);

/* Checks roles, issuers and signatures up to the trusted root (not dates, not revocation), and
 * imports the keys of leaf and CA. Once it said TDX_OK it does so at no cost. */
enum tdx_status pck_chain_verify(struct pck_chain *chain, struct trust *trust,
                                 struct tdx_error *err) TDX_MUST_CHECK;

#endif
