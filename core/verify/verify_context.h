/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of struct verify_context: the collateral as read, and what is remembered between quotes.
 */
#ifndef CORE_VERIFY_VERIFY_CONTEXT_H
#define CORE_VERIFY_VERIFY_CONTEXT_H

#include "core/verify/cert_chain.h"
#include "core/verify/crl.h"
#include "core/verify/pck_chain.h"
#include "core/verify/qe_identity.h"
#include "core/verify/tcb_info.h"
#include "core/verify/verify.h"

/* A document's issuer chain. */
struct signing_chain {
    struct cert_chain chain;
    struct chain_cert *root, *signer;
};

struct verify_context {
    struct collateral collateral; /* borrowed bytes */
    struct trust_anchor anchor;
    struct trust trust;
    struct cert_store store; /* of the three chains of the collateral */
    struct cert_chain crl_chain;
    struct signing_chain tcb_info_chain, qe_identity_chain;
    struct crl root_crl, pck_crl;
    bool root_crl_checked; /* its signature, by the trusted root's key */
    struct tcb_info tcb_info;
    struct qe_identity qe_identity;
    uint8_t root_key_id[48];
    /* The CA of crl_chain, if it leads to the root and made the PCK CRL; else NULL, and the list is
     * checked under the CA of each quote's chain alone. */
    struct chain_cert *crl_ca;
    uint8_t digest[32];
    bool has_digest;

    struct pck_chain pck_chain;               /* the one seen last */
    const struct chain_cert *pck_crl_checked; /* the CA of pck_chain, once the list is its own */
    struct p256_key attestation_key;          /* the one seen last, and its point */
    uint8_t attestation_point[P256_POINT_SIZE];
};

/* Reads the quote's chain into context->pck_chain, unless it is the one that lies there. */
enum tdx_status verify_context_read_chain(struct verify_context *context, struct span pem,
                                          struct tdx_error *err) TDX_MUST_CHECK;

#endif
