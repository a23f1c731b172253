/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence among the facts, read for the checks. Pure. */
#include <string.h>

#include "core/collateral/bundle.h"
#include "healthcheck/evidence.h"

/* What went wrong, in the words of the status table, with its remedy. */
static void set_from_status(struct finding *finding, enum tdx_status status,
                            const struct tdx_error *err)
{
    bool is_no = status_exit_code(status) == TDX_EXIT_NO;

    finding_set(finding, is_no ? CHECK_FAIL : CHECK_ERROR, status_id(status), "%s%s%s",
                status_message(status), err->detail[0] != '\0' ? ": " : "", err->detail);
    if (status_remedy(status)[0] != '\0')
        finding_remedy(finding, "%s", status_remedy(status));
}

bool evidence_report(const struct evaluation *evaluation, struct finding *finding,
                     struct td_report *ret)
{
    const struct fact *fact = facts_find(evaluation->facts, "probe:td_report");
    struct tdx_error err = { 0 };
    enum tdx_status status;

    if (!finding_needs(finding, fact, CHECK_ERROR, "unreadable", "there is no TD report"))
        return false;
    finding_source(finding, "the TD report");
    status = td_report_parse(fact->value.data, fact->value.size, ret, &err);
    if (status != TDX_OK)
        set_from_status(finding, status, &err);
    return status == TDX_OK;
}

static enum tdx_status anchor_of(const struct facts *facts, struct trust_anchor *ret,
                                 struct tdx_error *err)
{
    const struct fact *fact = facts_find(facts, "probe:trust_anchor");

    if (fact->state == FACT_KNOWN)
        return trust_anchor_parse(fact->value, ret, err);
    if (fact->state == FACT_FAILED || fact->state == FACT_DENIED)
        return status_fail(err, TDX_FILE_UNREADABLE, "%s", fact->why != NULL ? fact->why : "");
    *ret = *trust_anchor_intel();
    return TDX_OK;
}

bool evidence_verification(const struct evaluation *evaluation, struct finding *finding,
                           struct verification *ret)
{
    const struct fact *quote = facts_find(evaluation->facts, "probe:quote");
    const struct fact *collateral = facts_find(evaluation->facts, "probe:collateral");
    struct bundle bundle = { 0 };
    struct trust_anchor anchor;
    struct tdx_error err = { 0 };
    enum tdx_status status;

    if (!finding_needs(finding, quote, CHECK_ERROR, "unreadable", "there is no quote") ||
        !finding_needs(finding, collateral, CHECK_ERROR, "no_collateral", "there is no collateral"))
        return false;
    finding_source(finding, "the quote, the collateral in the cache");
    status = anchor_of(evaluation->facts, &anchor, &err);
    if (status == TDX_OK)
        status = bundle_parse(collateral->value, &bundle, &err);
    if (status == TDX_OK)
        status = verify_once(quote->value.data, quote->value.size, &bundle.parts, evaluation->now,
                             &anchor, ret, &err);
    if (status != TDX_OK)
        set_from_status(finding, status, &err);
    bundle_free(&bundle);
    return status == TDX_OK;
}

bool evidence_collateral(const struct evaluation *evaluation, struct finding *finding,
                         struct collateral_facts *ret)
{
    const struct fact *collateral = facts_find(evaluation->facts, "probe:collateral");
    struct verify_context *context = NULL;
    struct bundle bundle = { 0 };
    struct trust_anchor anchor;
    struct tdx_error err = { 0 };
    enum tdx_status status;

    if (!finding_needs(finding, collateral, CHECK_ERROR, "no_collateral", "there is no collateral"))
        return false;
    finding_source(finding, "the collateral in the cache");
    status = anchor_of(evaluation->facts, &anchor, &err);
    if (status == TDX_OK)
        status = bundle_parse(collateral->value, &bundle, &err);
    if (status == TDX_OK)
        status = verify_context_new(&bundle.parts, &anchor, NULL, &context, &err);
    if (status == TDX_OK)
        status = verify_context_facts(context, evaluation->now, ret, &err);
    if (status != TDX_OK)
        set_from_status(finding, status, &err);
    verify_context_free(context);
    bundle_free(&bundle);
    return status == TDX_OK;
}
