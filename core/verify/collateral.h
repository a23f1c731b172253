/* SPDX-License-Identifier: Apache-2.0 */
/* What Intel publishes so that strangers can verify a quote, as bytes in memory.
 *
 * All nine parts are needed. Who fills it (core/collateral: a bundle file, the cache, a PCS) owns
 * the bytes; they must outlive every verification over them. */
#ifndef CORE_VERIFY_COLLATERAL_H
#define CORE_VERIFY_COLLATERAL_H

#include "core/base/bytes.h"

/* Caps, so that memory is bounded whoever serves the bytes. */
#define COLLATERAL_CRL_LIMIT   ((size_t)16 << 20)
#define COLLATERAL_JSON_LIMIT  ((size_t)1 << 20)
#define COLLATERAL_CHAIN_LIMIT ((size_t)64 << 10)

struct collateral {
    struct span pck_crl_issuer_chain;     /* PEM: PCK CA, root */
    struct span root_ca_crl;              /* DER (PEM and hex of DER are read as well) */
    struct span pck_crl;                  /* as root_ca_crl */
    struct span tcb_info_issuer_chain;    /* PEM: TCB signing, root */
    struct span tcb_info;                 /* the text of the tcbInfo object, byte for byte */
    struct span tcb_info_signature;       /* 64 bytes, r then s */
    struct span qe_identity_issuer_chain; /* PEM: TCB signing, root */
    struct span qe_identity;              /* the text of the enclaveIdentity object */
    struct span qe_identity_signature;    /* 64 bytes */
};

#endif
