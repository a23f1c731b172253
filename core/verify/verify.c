/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify/verify.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hex.h"
#include "core/verify/tcb_gap_fill.h"
#include "core/verify/tcb_match.h"
#include "core/verify/verify_context.h"
#include "core/verify/verify_dates.h"

/* The PCK chain of the quote and what revokes it (notes section 4.2). */
static enum tdx_status check_pck_chain(struct verify_context *context, const struct quote *quote,
                                       struct tdx_error *err)
{
    struct pck_chain *chain = &context->pck_chain;
    enum tdx_status status;

    if (quote->certification_type != QUOTE_CERTIFICATION_PCK_CHAIN)
        return status_fail(err, TDX_CERTIFICATION_UNSUPPORTED, "certification data type %u, not 5",
                           quote->certification_type);
    status = verify_context_read_chain(context, quote->certification_data, err);
    if (status == TDX_OK)
        status = pck_chain_verify(chain, &context->trust, err);
    if (status != TDX_OK) {
        status_prefix(err, "PCK chain");
        return status;
    }
    /* One root, not merely one key: a re-issued root in one chain only is refused. */
    if (!span_equal(chain->root->cert.signature, context->tcb_info_chain.root->cert.signature) ||
        !span_equal(chain->root->cert.signature, context->qe_identity_chain.root->cert.signature))
        return status_fail(err, TDX_SIGNING_CHAIN_UNTRUSTED,
                           "its root certificate is another one than the quote's");
    if (context->pck_crl_checked != chain->ca) {
        status = crl_check(&context->pck_crl, &chain->ca->cert, &chain->ca->key,
                           chain->ca == context->crl_ca, err);
        if (status != TDX_OK) {
            status_prefix(err, "PCK CRL");
            return status;
        }
        context->pck_crl_checked = chain->ca;
    }
    if (crl_revokes(&context->root_crl, chain->ca->cert.serial))
        return status_fail(err, TDX_PCK_CA_REVOKED, "its serial number is in the root CA CRL");
    if (crl_revokes(&context->pck_crl, chain->leaf->cert.serial))
        return status_fail(err, TDX_PCK_REVOKED, "its serial number is in the PCK CRL");
    return TDX_OK;
}

/* That the TCB info is for this kind of quote and this platform (4.5 steps 9 and 10). */
static enum tdx_status check_tcb_info(const struct tcb_info *info, const struct pck_info *pck,
                                      const struct quote *quote, struct tdx_error *err)
{
    char have[HEX_TEXT_SIZE(6)], need[HEX_TEXT_SIZE(6)];
    bool tdx = quote->tee == QUOTE_TEE_TDX;

    if (info->is_tdx != tdx)
        return status_fail(err, TDX_TCB_INFO_MISMATCH, "it is for %s, the quote is of %s",
                           info->is_tdx ? "TDX" : "SGX", tdx ? "TDX" : "SGX");
    hex_encode(info->fmspc, sizeof(info->fmspc), have);
    hex_encode(pck->fmspc, sizeof(pck->fmspc), need);
    if (memcmp(info->fmspc, pck->fmspc, sizeof(pck->fmspc)) != 0)
        return status_fail(err, TDX_TCB_INFO_MISMATCH, "it is for FMSPC %s, the platform is %s",
                           have, need);
    if (memcmp(info->pce_id, pck->pce_id, sizeof(pck->pce_id)) != 0)
        return status_fail(err, TDX_TCB_INFO_MISMATCH, "it is for another PCEID");
    return TDX_OK;
}

/* Whether the QE's report vouches for the attestation key (step 14). Only the first half of its
 * report data counts. */
static enum tdx_status check_key_binding(const struct quote *quote, struct tdx_error *err)
{
    uint8_t digest[SHA256_DIGEST_LENGTH], *message;
    size_t size = P256_POINT_SIZE + quote->qe_auth_data.size; /* at most 64 + 65535 */
    bool hashed;

    message = malloc(size);
    if (message == NULL)
        return status_fail(err, TDX_NO_MEMORY, "QE authentication data");
    memcpy(message, quote->attestation_key, P256_POINT_SIZE);
    if (quote->qe_auth_data.size > 0)
        memcpy(message + P256_POINT_SIZE, quote->qe_auth_data.data, quote->qe_auth_data.size);
    hashed = SHA256(message, size, digest) != NULL;
    free(message);
    if (!hashed)
        return status_fail(err, TDX_CRYPTO_FAILED, "SHA-256 of the attestation key");
    if (memcmp(digest, quote->qe_report.report_data, sizeof(digest)) != 0)
        return status_fail(err, TDX_QE_REPORT_DATA_INVALID,
                           "the hash of key and authentication data is another one");
    return TDX_OK;
}

/* Imports the attestation key, unless it is the one of the quote before. */
static enum tdx_status import_attestation_key(struct verify_context *context,
                                              const struct quote *quote, struct tdx_error *err)
{
    struct p256_key key = { 0 };
    enum tdx_status status;

    if (context->attestation_key.key != NULL &&
        memcmp(context->attestation_point, quote->attestation_key, P256_POINT_SIZE) == 0)
        return TDX_OK;
    status = p256_key_import(&context->trust.curve, quote->attestation_key,
                             TDX_ATTESTATION_KEY_INVALID, &key, err);
    if (status != TDX_OK)
        return status;
    p256_key_clear(&context->attestation_key);
    context->attestation_key = key;
    memcpy(context->attestation_point, quote->attestation_key, P256_POINT_SIZE);
    return TDX_OK;
}

/* The quote's own signatures, in the order of notes section 4.5. */
static enum tdx_status check_signatures(struct verify_context *context, const struct quote *quote,
                                        struct tdx_error *err)
{
    enum tdx_status status;

    if (!p256_verify(&context->pck_chain.leaf->key, quote->qe_report_bytes,
                     quote->qe_report_signature))
        return status_fail(err, TDX_QE_REPORT_INVALID_SIGNATURE,
                           "the PCK certificate's key did not sign it");
    status = check_key_binding(quote, err);
    if (status == TDX_OK)
        status = qe_identity_check(&context->qe_identity, quote->tee, &quote->qe_report, err);
    if (status == TDX_OK)
        status = import_attestation_key(context, quote, err);
    if (status != TDX_OK)
        return status;
    if (!p256_verify(&context->attestation_key, quote->signed_bytes, quote->signature))
        return status_fail(err, TDX_QUOTE_INVALID_SIGNATURE, "the attestation key did not sign it");
    return TDX_OK;
}

/* Adds the ids of one level, sorted, each once. */
static enum tdx_status add_advisories(struct advisory_list *list, const struct tcb_verdict *verdict,
                                      struct tdx_error *err)
{
    for (size_t i = 0; i < verdict->advisory_count; i++) {
        char id[VERIFY_ADVISORY_SIZE] = "";
        size_t at = 0;

        memcpy(id, verdict->advisory[i].data, verdict->advisory[i].size); /* checked on reading */
        while (at < list->count && strcmp(list->id[at], id) < 0)
            at++;
        if (at < list->count && strcmp(list->id[at], id) == 0)
            continue;
        if (list->count == VERIFY_ADVISORIES_MAX)
            return status_fail(err, TDX_TCB_INFO_FORMAT, "more than %d advisories",
                               VERIFY_ADVISORIES_MAX);
        memmove(list->id[at + 1], list->id[at], (list->count - at) * sizeof(list->id[0]));
        memcpy(list->id[at], id, sizeof(id));
        list->count++;
    }
    return TDX_OK;
}

static enum tdx_status collect_advisories(const struct tcb_match *match, struct advisory_list *list,
                                          struct tdx_error *err)
{
    enum tdx_status status = add_advisories(list, &match->platform->verdict, err);

    if (status == TDX_OK)
        status = add_advisories(list, &match->qe->verdict, err);
    if (status == TDX_OK && match->module != NULL)
        status = add_advisories(list, &match->module->verdict, err);
    return status;
}

static void fill_levels(const struct tcb_match *match, struct verification *ret)
{
    ret->platform_status = match->platform->verdict.status;
    ret->qe_status = match->qe->verdict.status;
    ret->platform_tcb_date = match->platform->verdict.date;
    ret->qe_tcb_date = match->qe->verdict.date;
    ret->tcb_date =
        ret->platform_tcb_date < ret->qe_tcb_date ? ret->platform_tcb_date : ret->qe_tcb_date;
    ret->has_module = match->module != NULL;
    if (match->module != NULL) {
        ret->module_status = match->module->verdict.status;
        ret->module_tcb_date = match->module->verdict.date;
        if (ret->module_tcb_date < ret->tcb_date)
            ret->tcb_date = ret->module_tcb_date;
    }
}

/* The TCB status (notes section 5): once, and for bodies with two SVN vectors once for each. */
static enum tdx_status evaluate(const struct verify_context *context, const struct quote *quote,
                                struct verification *ret, struct tdx_error *err)
{
    struct tcb_subject subject = {
        .info = &context->tcb_info,
        .qe_identity = &context->qe_identity,
        .pck = &context->pck_chain.info,
        .qe_isv_svn = quote->qe_report.isv_svn,
        .tee_tcb_svn = quote->tee == QUOTE_TEE_TDX ? quote->td.tee_tcb_svn : NULL,
    };
    struct tcb_subject current_subject = subject;
    struct tcb_match launch, current;
    bool two = quote->body_type == QUOTE_BODY_TD15 || quote->body_type == QUOTE_BODY_TD15EX;
    enum tdx_status status = tcb_match(&subject, &launch, err);

    if (status == TDX_OK)
        status = collect_advisories(&launch, &ret->advisories, err);
    if (status != TDX_OK)
        return status;
    current = launch;
    if (two) {
        current_subject.tee_tcb_svn = quote->td.tee_tcb_svn_2;
        status = tcb_match(&current_subject, &current, err);
        if (status != TDX_OK) {
            status_prefix(err, "the TDX module that runs now");
            return status;
        }
    }
    status = collect_advisories(&current, &ret->current_advisories, err);
    if (status != TDX_OK)
        return status;
    fill_levels(&launch, ret);
    ret->current_status = current.status;
    ret->tcb_status = two ? tcb_relaunch(launch.status, current.status) : launch.status;
    tcb_gap_fill(&subject, &launch, &ret->gap);
    return TDX_OK;
}

static void fill_rest(const struct verify_context *context, int64_t now, struct verification *ret)
{
    uint32_t info = context->tcb_info.evaluation, identity = context->qe_identity.evaluation;

    ret->tcb_info_evaluation = info;
    ret->qe_identity_evaluation = identity;
    ret->tcb_evaluation_data_number = info < identity ? info : identity;
    ret->root_crl_number = context->root_crl.number;
    ret->pck_crl_number = context->pck_crl.number;
    ret->pck = context->pck_chain.info;
    ret->trust_anchor_is_intel = context->anchor.is_intel;
    memcpy(ret->root_key_id, context->root_key_id, sizeof(ret->root_key_id));
    verify_dates(context, &context->pck_chain.chain, now, &ret->dates, &ret->collateral_expired);
}

/* Steps 4.2 to 4.5 and section 5, over a verification that is empty but for its quote. */
static enum tdx_status verify_parsed(struct verify_context *context, int64_t now,
                                     struct verification *ret, struct tdx_error *err)
{
    const struct quote *quote = &ret->quote;
    char issued[RFC3339_TEXT_SIZE];
    enum tdx_status status = check_pck_chain(context, quote, err);

    if (status == TDX_OK)
        status = check_tcb_info(&context->tcb_info, &context->pck_chain.info, quote, err);
    if (status == TDX_OK && quote->tee == QUOTE_TEE_TDX)
        status = tcb_check_module(&context->tcb_info, &quote->td, err);
    if (status == TDX_OK)
        status = check_signatures(context, quote, err);
    if (status == TDX_OK)
        status = evaluate(context, quote, ret, err);
    if (status != TDX_OK)
        return status;
    fill_rest(context, now, ret);
    /* What Intel signed in the future means that our present is wrong; Intel's library does not
     * look. Subtracted on this side, where nothing can overflow. */
    if (ret->dates.latest_issue - VERIFY_CLOCK_TOLERANCE > now)
        return status_fail(err, TDX_CLOCK_BEHIND, "something here was issued at %s",
                           rfc3339_format(ret->dates.latest_issue, issued));
    return TDX_OK;
}

enum tdx_status verify_quote(struct verify_context *context, const void *raw, size_t size,
                             int64_t now, struct verification *ret, struct tdx_error *err)
{
    struct verification *found =
        calloc(1, sizeof(*found)); /* too large for a stack of unknown size */
    enum tdx_status status;

    if (found == NULL)
        return status_fail(err, TDX_NO_MEMORY, "a verification");
    status = quote_parse(raw, size, &found->quote, err);
    if (status == TDX_OK)
        status = verify_parsed(context, now, found, err);
    if (status == TDX_OK)
        *ret = *found;
    free(found);
    return status;
}

/* Reads the quote and its chain by themselves. */
static enum tdx_status check_readable(const void *raw, size_t size, struct tdx_error *err)
{
    struct pck_chain chain = { 0 };
    struct quote quote;
    enum tdx_status status = quote_parse(raw, size, &quote, err);

    if (status != TDX_OK)
        return status;
    if (quote.certification_type != QUOTE_CERTIFICATION_PCK_CHAIN)
        return status_fail(err, TDX_CERTIFICATION_UNSUPPORTED, "certification data type %u, not 5",
                           quote.certification_type);
    status = pck_chain_parse(quote.certification_data, NULL, &chain, err);
    status_prefix(err, "PCK chain");
    pck_chain_clear(&chain);
    return status;
}

enum tdx_status verify_once(const void *raw, size_t size, const struct collateral *collateral,
                            int64_t now, const struct trust_anchor *anchor,
                            struct verification *ret, struct tdx_error *err)
{
    struct verify_context *context = NULL;
    struct tdx_error why = { 0 };
    enum tdx_status status = verify_context_new(collateral, anchor, NULL, &context, &why);

    if (status != TDX_OK) {
        /* Intel's order of checks: a quote that cannot be read is reported before the collateral.
         */
        enum tdx_status earlier = check_readable(raw, size, err);

        return earlier != TDX_OK ? earlier : status_fail(err, status, "%s", why.detail);
    }
    status = verify_quote(context, raw, size, now, ret, err);
    verify_context_free(context);
    return status;
}
