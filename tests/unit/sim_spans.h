/* SPDX-License-Identifier: Apache-2.0 */
/* The simulator's bundle as the struct of spans that core/verify takes. Apart from the library,
 * which knows nothing of core/verify. */
#ifndef TESTS_UNIT_SIM_SPANS_H
#define TESTS_UNIT_SIM_SPANS_H

#include "core/verify/collateral.h"
#include "tests/sim/sim_collateral.h"
#include "tests/sim/sim_der.h"

/* Borrowed: valid until the bundle changes. */
static inline struct collateral sim_bundle_spans(const struct sim_bundle *bundle)
{
    const struct text *part = bundle->part;

    return (struct collateral){
        .pck_crl_issuer_chain = text_span(&part[SIM_PCK_CRL_ISSUER_CHAIN]),
        .root_ca_crl = text_span(&part[SIM_ROOT_CA_CRL]),
        .pck_crl = text_span(&part[SIM_PCK_CRL]),
        .tcb_info_issuer_chain = text_span(&part[SIM_TCB_INFO_ISSUER_CHAIN]),
        .tcb_info = text_span(&part[SIM_TCB_INFO]),
        .tcb_info_signature = text_span(&part[SIM_TCB_INFO_SIGNATURE]),
        .qe_identity_issuer_chain = text_span(&part[SIM_QE_IDENTITY_ISSUER_CHAIN]),
        .qe_identity = text_span(&part[SIM_QE_IDENTITY]),
        .qe_identity_signature = text_span(&part[SIM_QE_IDENTITY_SIGNATURE]),
    };
}

#endif
