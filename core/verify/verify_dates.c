/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify/verify_dates.h"

/* From when until when something is valid. */
struct validity {
    int64_t issue, latest_issue, expiration;
};

static struct validity validity_of(int64_t issue, int64_t expiration)
{
    return (struct validity){ issue, issue, expiration };
}

static struct validity both(struct validity a, struct validity b)
{
    return (struct validity){ a.issue < b.issue ? a.issue : b.issue,
                              a.latest_issue > b.latest_issue ? a.latest_issue : b.latest_issue,
                              a.expiration < b.expiration ? a.expiration : b.expiration };
}

/* chain has at least one certificate. */
static struct validity validity_of_chain(const struct cert_chain *chain)
{
    struct validity whole =
        validity_of(chain->item[0]->cert.not_before, chain->item[0]->cert.not_after);

    for (size_t i = 1; i < chain->count; i++)
        whole = both(whole,
                     validity_of(chain->item[i]->cert.not_before, chain->item[i]->cert.not_after));
    return whole;
}

void verify_dates(const struct verify_context *context, const struct cert_chain *pck_chain,
                  int64_t now, struct verification_dates *ret, bool *expired)
{
    const struct crl *root_crl = &context->root_crl, *pck_crl = &context->pck_crl;
    const struct tcb_info *info = &context->tcb_info;
    const struct qe_identity *identity = &context->qe_identity;
    const struct {
        const char *name;
        struct validity validity;
    } sources[] = {
        { "root CA CRL", validity_of(root_crl->this_update, root_crl->next_update) },
        { "PCK CRL", validity_of(pck_crl->this_update, pck_crl->next_update) },
        { "PCK CRL issuer chain", validity_of_chain(&context->crl_chain) },
        { "PCK certificate chain",
          validity_of_chain(pck_chain != NULL ? pck_chain : &context->crl_chain) },
        { "TCB info issuer chain", validity_of_chain(&context->tcb_info_chain.chain) },
        { "QE identity issuer chain", validity_of_chain(&context->qe_identity_chain.chain) },
        { "TCB info", validity_of(info->issue, info->next_update) },
        { "QE identity", validity_of(identity->issue, identity->next_update) },
    };
    struct validity all = sources[0].validity, qe;

    *ret = (struct verification_dates){ .first_to_expire = sources[0].name };
    for (size_t i = 1; i < sizeof(sources) / sizeof(sources[0]); i++) {
        if (sources[i].validity.expiration < all.expiration)
            ret->first_to_expire = sources[i].name;
        all = both(all, sources[i].validity);
    }
    qe = both(validity_of_chain(&context->qe_identity_chain.chain),
              validity_of(identity->issue, identity->next_update));
    ret->earliest_issue = all.issue;
    ret->latest_issue = all.latest_issue;
    ret->earliest_expiration = all.expiration;
    ret->root_crl_this_update = root_crl->this_update;
    ret->root_crl_next_update = root_crl->next_update;
    ret->pck_crl_this_update = pck_crl->this_update;
    ret->pck_crl_next_update = pck_crl->next_update;
    ret->tcb_info_issue = info->issue;
    ret->tcb_info_next_update = info->next_update;
    ret->qe_identity_issue = identity->issue;
    ret->qe_identity_next_update = identity->next_update;
    ret->qe_earliest_issue = qe.issue;
    ret->qe_latest_issue = qe.latest_issue;
    ret->qe_earliest_expiration = qe.expiration;
    *expired = now > all.expiration || now < root_crl->this_update || now < pck_crl->this_update;
}
