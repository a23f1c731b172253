/* SPDX-License-Identifier: Apache-2.0 */
#include "core/collateral/inspect.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/span_text.h"
#include "core/base/text.h"
#include "core/verify/cert_chain.h"
#include "core/verify/crl.h"
#include "core/verify/der.h"
#include "core/verify/qe_identity.h"
#include "core/verify/tcb_info.h"

#define SIGNER_NAME "SGX TCB Signing"

/* The parts as read. */
struct reading {
    const struct collateral *parts;
    struct cert_store store;
    struct cert_chain tcb_info_chain, qe_identity_chain, crl_chain;
    struct tcb_info tcb_info;
    struct qe_identity qe_identity;
    struct crl pck_crl, root_crl;
};

static struct inspect_item *add(struct inspection *inspection, enum inspect_kind kind,
                                struct span name, struct span signer, int64_t from, int64_t until)
{
    struct inspect_item *item = &inspection->item[inspection->count++];

    *item = (struct inspect_item){ .kind = kind, .from = from, .until = until };
    (void)text_quote(name.data, name.size, item->name, sizeof(item->name));
    (void)text_quote(signer.data, signer.size, item->signer, sizeof(item->signer));
    return item;
}

static struct span signer_of(const struct cert_chain *chain)
{
    const struct chain_cert *signer = cert_chain_find(chain, SIGNER_NAME, NULL);

    return signer != NULL ? signer->cert.common_name : span_of("");
}

static enum tdx_status read_parts(struct reading *reading, struct tdx_error *err)
{
    const struct collateral *parts = reading->parts;
    enum tdx_status status = tcb_info_parse(parts->tcb_info, &reading->tcb_info, err);

    if (status == TDX_OK)
        status = qe_identity_parse(parts->qe_identity, &reading->qe_identity, err);
    if (status == TDX_OK)
        status = crl_parse(parts->pck_crl, &reading->pck_crl, err);
    if (status == TDX_OK)
        status = crl_parse(parts->root_ca_crl, &reading->root_crl, err);
    if (status == TDX_OK)
        status = cert_chain_read(parts->tcb_info_issuer_chain, 0, TDX_SIGNING_CHAIN_FORMAT, NULL,
                                 &reading->store, &reading->tcb_info_chain, err);
    if (status == TDX_OK)
        status = cert_chain_read(parts->qe_identity_issuer_chain, 0, TDX_SIGNING_CHAIN_FORMAT, NULL,
                                 &reading->store, &reading->qe_identity_chain, err);
    if (status == TDX_OK)
        status = cert_chain_read(parts->pck_crl_issuer_chain, 0, TDX_SIGNING_CHAIN_FORMAT, NULL,
                                 &reading->store, &reading->crl_chain, err);
    return status;
}

static void add_crl(struct inspection *inspection, const char *name, const struct crl *crl)
{
    struct inspect_item *item =
        add(inspection, INSPECT_CRL, span_of(name), der_common_name(crl->issuer), crl->this_update,
            crl->next_update);

    item->number = crl->number;
    item->revoked = crl->serial_count;
}

static void list(const struct reading *reading, struct inspection *ret)
{
    const struct tcb_info *info = &reading->tcb_info;
    const struct qe_identity *identity = &reading->qe_identity;

    ret->is_tdx = info->is_tdx;
    memcpy(ret->fmspc, info->fmspc, sizeof(ret->fmspc));
    add(ret, INSPECT_TCB_INFO, span_of("TCB info"), signer_of(&reading->tcb_info_chain),
        info->issue, info->next_update)
        ->evaluation = info->evaluation;
    add(ret, INSPECT_QE_IDENTITY, span_of("QE identity"), signer_of(&reading->qe_identity_chain),
        identity->issue, identity->next_update)
        ->evaluation = identity->evaluation;
    add_crl(ret, "PCK CRL", &reading->pck_crl);
    add_crl(ret, "root CRL", &reading->root_crl);
    for (size_t i = 0; i < reading->store.count && ret->count < INSPECT_ITEMS_MAX; i++) {
        const struct cert *cert = &reading->store.item[i].cert;

        (void)add(ret, INSPECT_CERTIFICATE, cert->common_name, der_common_name(cert->issuer),
                  cert->not_before, cert->not_after);
    }
}

static int first_to_expire(const void *a, const void *b)
{
    const struct inspect_item *left = a, *right = b;

    if (left->until != right->until)
        return left->until < right->until ? -1 : 1;
    return (int)left->kind - (int)right->kind;
}

enum tdx_status inspect(const struct collateral *parts, struct inspection *ret,
                        struct tdx_error *err)
{
    struct reading reading = { .parts = parts };
    enum tdx_status status = read_parts(&reading, err);

    if (status == TDX_OK) {
        *ret = (struct inspection){ 0 };
        list(&reading, ret);
        qsort(ret->item, ret->count, sizeof(ret->item[0]), first_to_expire);
    }
    tcb_info_clear(&reading.tcb_info);
    qe_identity_clear(&reading.qe_identity);
    crl_clear(&reading.pck_crl);
    crl_clear(&reading.root_crl);
    cert_store_clear(&reading.store);
    return status;
}
