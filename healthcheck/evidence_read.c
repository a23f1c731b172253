/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence among the facts, read for the checks. Pure. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/number.h"
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

unsigned evidence_accepted(const struct facts *facts)
{
    const struct fact *fact = facts_find(facts, "probe:accepted_tcb");
    struct maybe_u64 bits = { 0 };

    if (fact->state == FACT_KNOWN)
        bits = number_in_file(fact->value);
    return bits.known && bits.value <= UINT_MAX ? (unsigned)bits.value : TCB_ACCEPTED_DEFAULT;
}

int64_t evidence_grace(const struct facts *facts)
{
    const struct fact *fact = facts_find(facts, "probe:collateral_grace");
    struct maybe_u64 seconds = { 0 };

    if (fact->state == FACT_KNOWN)
        seconds = number_in_file(fact->value);
    return seconds.value <= INT32_MAX ? (int64_t)seconds.value : 0;
}

enum tdx_status evidence_failure(const struct fact *fact)
{
    const char *why = fact->why != NULL ? fact->why : "";
    size_t length = strcspn(why, ":");
    enum tdx_status status = TDX_INTERNAL;
    char id[64];

    if (length >= sizeof(id))
        return TDX_INTERNAL;
    memcpy(id, why, length);
    id[length] = '\0';
    return status_find(id, &status) ? status : TDX_INTERNAL;
}

void evidence_set_failure(struct finding *finding, enum check_status status,
                          const struct fact *fact)
{
    enum tdx_status failure = evidence_failure(fact);
    const char *why = fact->why != NULL ? fact->why : "it is not known why";

    finding_set(finding, status, failure != TDX_INTERNAL ? status_id(failure) : "unreadable", "%s",
                why);
    if (failure != TDX_INTERNAL && status_remedy(failure)[0] != '\0')
        finding_remedy(finding, "%s", status_remedy(failure));
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

enum tdx_status evidence_anchor(const struct facts *facts, struct trust_anchor *ret,
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

/* Both from one context: the signatures within the collateral are computed once. */
static void judge(const struct facts *facts, int64_t now, struct span bundle_text,
                  struct evidence_outcome *outcome)
{
    const struct fact *quote = facts_find(facts, "probe:quote");
    struct tdx_error *err = &outcome->collateral_error;
    struct verify_context *context = NULL;
    struct bundle bundle = { 0 };
    struct trust_anchor anchor;
    enum tdx_status status = evidence_anchor(facts, &anchor, err);

    if (status == TDX_OK)
        status = bundle_parse(bundle_text, &bundle, err);
    if (status == TDX_OK)
        status = verify_context_new(&bundle.parts, &anchor, NULL, &context, err);
    outcome->collateral_status = status;
    if (status == TDX_OK) {
        outcome->collateral_status = verify_context_facts(context, now, &outcome->collateral, err);
        if (quote->state == FACT_KNOWN)
            outcome->quote_status = verify_quote(context, quote->value.data, quote->value.size, now,
                                                 &outcome->verification, &outcome->quote_error);
        if (outcome->quote_status == TDX_OK)
            appraise_facts(facts, &outcome->verification, quote->value, evidence_accepted(facts),
                           evidence_grace(facts), now, &outcome->appraised);
    } else {
        outcome->quote_status = status;
        outcome->quote_error = *err;
    }
    verify_context_free(context);
    bundle_free(&bundle);
}

struct evidence_outcome *evidence_judge(const struct facts *facts, int64_t now)
{
    const struct fact *collateral = facts_find(facts, "probe:collateral");
    struct evidence_outcome *outcome = calloc(1, sizeof(*outcome));

    if (outcome == NULL)
        return NULL;
    outcome->collateral_status = outcome->quote_status = TDX_INTERNAL;
    if (collateral->state == FACT_KNOWN)
        judge(facts, now, collateral->value, outcome);
    return outcome;
}

void evidence_outcome_free(struct evidence_outcome *outcome)
{
    free(outcome);
}

const struct verification *evidence_verification(const struct evaluation *evaluation,
                                                 struct finding *finding)
{
    const struct evidence_outcome *outcome = evaluation->evidence;

    if (!finding_needs(finding, facts_find(evaluation->facts, "probe:quote"), CHECK_ERROR,
                       "unreadable", "there is no quote") ||
        !finding_needs(finding, facts_find(evaluation->facts, "probe:collateral"), CHECK_ERROR,
                       "no_collateral", "there is no collateral"))
        return NULL;
    finding_source(finding, "the quote, the collateral in the cache");
    if (outcome->quote_status == TDX_OK)
        return &outcome->verification;
    set_from_status(finding, outcome->quote_status, &outcome->quote_error);
    return NULL;
}

const struct collateral_facts *evidence_collateral(const struct evaluation *evaluation,
                                                   struct finding *finding)
{
    const struct evidence_outcome *outcome = evaluation->evidence;

    if (!finding_needs(finding, facts_find(evaluation->facts, "probe:collateral"), CHECK_ERROR,
                       "no_collateral", "there is no collateral"))
        return NULL;
    finding_source(finding, "the collateral in the cache");
    if (outcome->collateral_status == TDX_OK)
        return &outcome->collateral;
    set_from_status(finding, outcome->collateral_status, &outcome->collateral_error);
    return NULL;
}
