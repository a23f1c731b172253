/* SPDX-License-Identifier: Apache-2.0 */
/* What a quote says of the platform: whether it verifies, and how the platform's TCB stands. */
#include <inttypes.h>

#include "healthcheck/evidence.h"
#include "healthcheck/families.h"

#define EVALUATION_LEAST 16 /* what the provider's own policy asks for */

/* Only what speaks of the quoting enclave; whatever else is wrong is for quote.verify to say. */
static void evaluate_qeid(const struct evaluation *evaluation, struct finding *ret)
{
    struct finding unused = { 0 };
    const struct verification *found = evidence_verification(evaluation, &unused);
    enum tdx_status status = evaluation->evidence->quote_status;

    finding_source(ret, "the quote, the QE identity");
    if (found == NULL && status == TDX_QE_IDENTITY_MISMATCH)
        finding_set(ret, CHECK_FAIL, status_id(status), "%s: %s", status_message(status),
                    evaluation->evidence->quote_error.detail);
    else if (found == NULL)
        finding_set(ret, CHECK_INFO, NULL, "not known: the quote does not verify (%s)",
                    status_id(status));
    else if (found->qe_status == TCB_REVOKED)
        finding_set(ret, CHECK_FAIL, "revoked", "Intel has revoked this quoting enclave");
    else if (found->qe_status != TCB_UP_TO_DATE)
        finding_set(ret, CHECK_WARN, "behind", "Intel's, and %s",
                    tcb_status_word(found->qe_status));
    else
        finding_set(ret, CHECK_PASS, NULL, "Intel's, %s", tcb_status_word(found->qe_status));
    finding_free(&unused);
}

static void evaluate_verify(const struct evaluation *evaluation, struct finding *ret)
{
    const struct verification *found = evidence_verification(evaluation, ret);

    if (found != NULL) {
        int64_t end = found->dates.earliest_expiration;

        if (found->collateral_expired && evaluation->now - end > evidence_grace(evaluation->facts))
            finding_set(ret, CHECK_FAIL, "expired", "the collateral has expired (%s)",
                        found->dates.first_to_expire);
        else if (found->collateral_expired)
            finding_set(ret, CHECK_WARN, "grace", "only by collateral_grace: expired (%s)",
                        found->dates.first_to_expire);
        else
            finding_set(ret, CHECK_PASS, NULL, "trusted root: %s",
                        found->trust_anchor_is_intel ? "Intel's" : "NOT Intel's");
    }
}

static void evaluate_status(const struct evaluation *evaluation, struct finding *ret)
{
    const struct verification *found = evidence_verification(evaluation, ret);

    if (found != NULL) {
        const char *word = tcb_status_word(found->tcb_status);

        if (found->tcb_status == TCB_REVOKED ||
            (evaluation->accepted_tcb & TCB_STATUS_BIT(found->tcb_status)) == 0)
            finding_set(ret, CHECK_FAIL, "not_accepted", "%s", word);
        else if (found->tcb_status != TCB_UP_TO_DATE)
            finding_set(ret, CHECK_WARN, "accepted_by_name", "%s (accepted by gate.conf)", word);
        else
            finding_set(ret, CHECK_PASS, NULL, "%s", word);
    }
}

/* False, with the finding set, if the policies of gate.conf cannot be asked. */
static bool can_appraise(const struct evaluation *evaluation, struct finding *ret)
{
    const struct appraised *appraised = &evaluation->evidence->appraised;

    if (appraised->status == TDX_OK)
        return true;
    finding_set(ret, CHECK_ERROR, status_id(appraised->status), "%s: %s",
                status_message(appraised->status), appraised->err.detail);
    finding_remedy(ret, "%s", status_remedy(appraised->status));
    return false;
}

static void evaluate_evalnum(const struct evaluation *evaluation, struct finding *ret)
{
    const struct verification *found = evidence_verification(evaluation, ret);
    const struct appraised *appraised = &evaluation->evidence->appraised;

    if (found == NULL || !can_appraise(evaluation, ret))
        return;
    if (appraised->evaluation[0] != '\0')
        finding_set(ret, CHECK_FAIL, "policy", "%s", appraised->evaluation);
    else if (!appraised->names_evaluation && found->tcb_evaluation_data_number < EVALUATION_LEAST)
        finding_set(ret, CHECK_FAIL, "too_low", "%" PRIu32, found->tcb_evaluation_data_number);
    else if (found->tcb_info_evaluation != found->qe_identity_evaluation)
        finding_set(ret, CHECK_WARN, "differ", "TCB info %" PRIu32 ", QE identity %" PRIu32,
                    found->tcb_info_evaluation, found->qe_identity_evaluation);
    else
        finding_set(ret, CHECK_PASS, NULL, "%" PRIu32, found->tcb_evaluation_data_number);
}

static void evaluate_advisories(const struct evaluation *evaluation, struct finding *ret)
{
    const struct verification *found = evidence_verification(evaluation, ret);
    struct text list = { 0 };

    if (found == NULL || !can_appraise(evaluation, ret))
        return;
    for (size_t i = 0; i < found->advisories.count; i++)
        text_addf(&list, "%s%s", i > 0 ? " " : "", found->advisories.id[i]);
    if (evaluation->evidence->appraised.advisory[0] != '\0')
        finding_set(ret, CHECK_FAIL, "policy", "%s (%s)", evaluation->evidence->appraised.advisory,
                    text_string(&list));
    else
        finding_set(ret, CHECK_INFO, NULL, "%s",
                    list.length > 0 ? text_string(&list) : "none applies");
    text_free(&list);
}

static const struct check checks[] = {
    {
        .id = "tcb.qeid",
        .title = "the quoting enclave is Intel's",
        .severity = SEVERITY_HIGH,
        .expected = "the enclave that the QE identity describes, UpToDate",
        .remedy = "Something other than Intel's quoting enclave signs quotes on this host, or one "
                  "that Intel has revoked. Contact the provider; trust nothing on this machine "
                  "until it is cleared.",
        .reads = "the QE report within the quote, the QE identity",
        .why = "The quoting enclave vouches for all that a quote says. That its vendor is Intel is "
               "a condition for reading the quote at all (quote.generate).",
        .requires = { "quote.generate", "collateral.integrity" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(INFO) | GIVES(WARN) | GIVES(FAIL),
        .evaluate = evaluate_qeid,
    },
    {
        .id = "quote.verify",
        .title = "the quote verifies",
        .severity = SEVERITY_CRITICAL,
        .expected = "every signature, chain and list holds, and nothing has expired",
        .remedy = "Fetch fresh collateral, then look again:\n"
                  "  tdx-attest collateral refresh\n"
                  "  tdx-healthcheck --only quote.verify",
        .reads = "the quote, and the collateral that a login would use",
        .why = "This is what the gate asks at each login.",
        .requires = { "quote.generate", "collateral.freshness", "tcb.qeid" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL),
        .evaluate = evaluate_verify,
    },
    {
        .id = "tcb.status",
        .title = "the platform is up to date",
        .severity = SEVERITY_HIGH,
        .expected = "UpToDate, or a status that gate.conf accepts by name",
        .remedy = "Only the host's owner can mend it (TDRelaunchAdvised: stop and start the "
                  "instance). See how far behind it is:\n"
                  "  tdx-attest quote && tdx-attest verify --quote quote.dat\n"
                  "If you can live with the advisories, accept the status by name: accepted_tcb in "
                  "gate.conf(5).",
        .reads = "the verification of the quote",
        .why = "A platform that is behind has holes that are known to everybody.",
        .requires = { "quote.verify" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL),
        .evaluate = evaluate_status,
    },
    {
        .id = "tcb.evalnum",
        .title = "the collateral is of a recent TCB evaluation",
        .severity = SEVERITY_MEDIUM,
        .expected = "what the policy asks for (without one: 16), the same in TCB info and QE "
                    "identity",
        .remedy = "Fetch fresh collateral:\n"
                  "  tdx-attest collateral refresh",
        .reads =
            "tcbEvaluationDataNumber of TCB info and QE identity; min_eval_num of the policies",
        .why = "An older evaluation does not know of newer holes.",
        .requires = { "quote.verify" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_evalnum,
    },
    {
        .id = "tcb.advisories",
        .title = "security advisories that apply",
        .severity = SEVERITY_INFO,
        .expected = "none, or none that a policy rejects",
        .remedy = "Nothing inside the guest mends them. Where a policy rejects one, logins are "
                  "refused until the provider has updated the host, or the policy allows it: "
                  "rejected_advisory_ids.",
        .reads =
            "the advisory ids of the levels that matched; rejected_advisory_ids of the policies",
        .why = "They name what is known to be wrong with this platform.",
        .requires = { "quote.verify" },
        .live_only = true,
        .gives = GIVES(INFO) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_advisories,
    },
};

const struct family tcb_family = {
    .part_of = &evidence_family,
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
