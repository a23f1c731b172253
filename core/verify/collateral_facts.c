/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify/verify_context.h"
#include "core/verify/verify_dates.h"

#define NAME_CA        "CA"
#define NAME_PROCESSOR "Processor"

/* That the PCK CRL is what its issuer chain says: nobody else checks it before there is a quote. */
static enum tdx_status check_crl(const struct verify_context *context, struct tdx_error *err)
{
    const struct chain_cert *ca = cert_chain_find(&context->crl_chain, NAME_CA, NULL);
    enum tdx_status status;

    if (ca == NULL)
        return status_fail(err, TDX_PCK_CA_MISSING, "PCK CRL issuer chain: no PCK CA");
    if (context->crl_ca == NULL) {
        if (!ca->under_root)
            return status_fail(err, TDX_PCK_CA_INVALID_ISSUER,
                               "PCK CRL issuer chain: it does not lead to the trusted root");
        status = crl_check(&context->pck_crl, &ca->cert, &ca->key, false, err);
        status_prefix(err, "PCK CRL");
        return status != TDX_OK ? status
                                : status_fail(err, TDX_CERT_NOT_CA, "PCK CRL issuer chain");
    }
    if (crl_revokes(&context->root_crl, ca->cert.serial))
        return status_fail(err, TDX_PCK_CA_REVOKED, "its serial number is in the root CA CRL");
    return TDX_OK;
}

enum tdx_status verify_context_facts(const struct verify_context *context, int64_t now,
                                     struct collateral_facts *ret, struct tdx_error *err)
{
    const struct tcb_info *info = &context->tcb_info;
    const struct qe_identity *identity = &context->qe_identity;
    struct collateral_facts facts = {
        .is_tdx = info->is_tdx,
        .tcb_info_evaluation = info->evaluation,
        .qe_identity_evaluation = identity->evaluation,
        .root_crl_number = context->root_crl.number,
        .pck_crl_number = context->pck_crl.number,
        .pck_crl_ca = name_contains(context->pck_crl.issuer, NAME_PROCESSOR) ? PCK_CA_PROCESSOR
                                                                             : PCK_CA_PLATFORM,
    };
    enum tdx_status status = check_crl(context, err);

    if (status != TDX_OK)
        return status;
    if (identity->id != (info->is_tdx ? QE_IDENTITY_TD_QE : QE_IDENTITY_QE))
        return status_fail(err, TDX_QE_IDENTITY_MISMATCH,
                           "TCB info and QE identity are not for the same TEE");
    for (size_t i = 0; i < sizeof(facts.fmspc); i++)
        facts.fmspc[i] = info->fmspc[i];
    verify_dates(context, NULL, now, &facts.dates, &facts.expired);
    *ret = facts;
    return TDX_OK;
}
