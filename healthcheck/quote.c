/* SPDX-License-Identifier: Apache-2.0 */
/* Quotes: whether one can be had, how fast, whether it verifies, and how the platform stands. */
#include <inttypes.h>
#include <string.h>

#include "core/base/number.h"
#include "healthcheck/evidence.h"
#include "healthcheck/families.h"
#include "healthcheck/lines.h"
#include "healthcheck/settings.h"

#define EVALUATION_LEAST 16 /* what the provider's own policy asks for */

static void evaluate_generate(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *fact = facts_find(evaluation->facts, "probe:quote");
    const struct fact *source = facts_find(evaluation->facts, "probe:quote_source");
    struct tdx_error err = { 0 };
    struct quote quote;
    char word[32];

    if (fact->state == FACT_FAILED) {
        finding_source(ret, "configfs-tsm, the guest device, the QGS");
        finding_set(ret, CHECK_FAIL, "no_quote", "%s", fact->why != NULL ? fact->why : "");
        return;
    }
    if (!finding_needs(ret, fact, CHECK_FAIL, "no_quote", "there is no quote"))
        return;
    finding_source(ret, "%s", span_string(source->value, word, sizeof(word)));
    if (quote_parse(fact->value.data, fact->value.size, &quote, &err) != TDX_OK)
        finding_set(ret, CHECK_FAIL, status_id(err.status), "%s", err.detail);
    else if (quote.tee != QUOTE_TEE_TDX)
        finding_set(ret, CHECK_FAIL, "not_a_td", "it is not the quote of a TD");
    else
        finding_set(ret, CHECK_PASS, NULL, "version %u, %zu bytes", (unsigned)quote.version,
                    quote.length);
}

static void evaluate_reportdata(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *asked = facts_find(evaluation->facts, "probe:report_data");
    const struct fact *fact = facts_find(evaluation->facts, "probe:quote");
    const struct fact *report_fact = facts_find(evaluation->facts, "probe:td_report");
    struct tdx_error err = { 0 };
    struct td_report report;
    struct quote quote;

    if (!finding_needs(ret, asked, CHECK_ERROR, "unreadable", "what was asked is not known") ||
        !finding_needs(ret, fact, CHECK_ERROR, "unreadable", "there is no quote"))
        return;
    finding_source(ret, "the quote, the TD report");
    if (quote_parse(fact->value.data, fact->value.size, &quote, &err) != TDX_OK) {
        finding_set(ret, CHECK_ERROR, status_id(err.status), "%s", err.detail);
        return;
    }
    if (!span_equal(asked->value,
                    (struct span){ quote.td.report_data, sizeof(quote.td.report_data) })) {
        finding_set(ret, CHECK_FAIL, "echo", "the quote carries other data than was asked for");
        return;
    }
    if (report_fact->state == FACT_KNOWN &&
        td_report_parse(report_fact->value.data, report_fact->value.size, &report, &err) ==
            TDX_OK &&
        td_identity_check_same(&report.td, &quote.td, &err) != TDX_OK) {
        finding_set(ret, CHECK_FAIL, "other_td", "the quote is of another TD: %s", err.detail);
        return;
    }
    finding_set(ret, CHECK_PASS, NULL, "the quote is of this TD and of now");
}

static void evaluate_latency(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *fact = facts_find(evaluation->facts, "probe:quote_milliseconds");
    const struct settings *limits = evaluation->settings;
    struct maybe_u64 taken;

    if (!finding_needs(ret, fact, CHECK_ERROR, "unreadable", "it was not timed"))
        return;
    finding_source(ret, "one quote, timed");
    taken = number_in_file(fact->value);
    if (!taken.known)
        finding_set(ret, CHECK_ERROR, "unreadable", "it was not timed");
    else
        finding_set(ret,
                    taken.value >= limits->quote_fail_ms   ? CHECK_FAIL
                    : taken.value >= limits->quote_warn_ms ? CHECK_WARN
                                                           : CHECK_PASS,
                    taken.value >= limits->quote_warn_ms ? "slow" : NULL, "%" PRIu64 " ms",
                    taken.value);
}

static void evaluate_verify(const struct evaluation *evaluation, struct finding *ret)
{
    const struct verification *found = evidence_verification(evaluation, ret);

    if (found != NULL) {
        if (found->collateral_expired)
            finding_set(ret, CHECK_FAIL, "expired", "the collateral has expired (%s)",
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

        if ((evaluation->accepted_tcb & TCB_STATUS_BIT(found->tcb_status)) == 0)
            finding_set(ret, CHECK_FAIL, "not_accepted", "%s", word);
        else if (found->tcb_status != TCB_UP_TO_DATE)
            finding_set(ret, CHECK_WARN, "accepted_by_name", "%s (accepted by gate.conf)", word);
        else
            finding_set(ret, CHECK_PASS, NULL, "%s", word);
    }
}

static void evaluate_evalnum(const struct evaluation *evaluation, struct finding *ret)
{
    const struct verification *found = evidence_verification(evaluation, ret);

    if (found != NULL) {
        if (found->tcb_info_evaluation != found->qe_identity_evaluation)
            finding_set(ret, CHECK_WARN, "differ", "TCB info %u, QE identity %u",
                        found->tcb_info_evaluation, found->qe_identity_evaluation);
        else if (found->tcb_evaluation_data_number < EVALUATION_LEAST)
            finding_set(ret, CHECK_FAIL, "too_low", "%u", found->tcb_evaluation_data_number);
        else
            finding_set(ret, CHECK_PASS, NULL, "%u", found->tcb_evaluation_data_number);
    }
}

static void evaluate_advisories(const struct evaluation *evaluation, struct finding *ret)
{
    const struct verification *found = evidence_verification(evaluation, ret);
    struct text list = { 0 };

    if (found != NULL) {
        for (size_t i = 0; i < found->advisories.count; i++)
            text_addf(&list, "%s%s", i > 0 ? " " : "", found->advisories.id[i]);
        finding_set(ret, CHECK_INFO, NULL, "%s",
                    list.length > 0 ? text_string(&list) : "none applies");
    }
    text_free(&list);
}

static const struct check checks[] = {
    {
        .id = "quote.generate",
        .title = "a quote can be made",
        .severity = SEVERITY_CRITICAL,
        .expected = "a quote of this TD, version 4 or 5",
        .remedy = "See which provider fails at which step:\n"
                  "  tdx-attest quote --out /dev/null\n"
                  "A quote is made by the host: where the guest's side is well, contact the "
                  "provider. On Alibaba Cloud's 5.10 kernels an empty answer of configfs can be "
                  "mended with the module option tdx_guest tsm_api=0.",
        .reads = "configfs-tsm, the guest device, the QGS, in the order the gate asks them",
        .why = "That the device is there does not mean that quotes work; a login needs one.",
        .requires = { "td.report" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_generate,
    },
    {
        .id = "quote.reportdata",
        .title = "the quote is of this TD and of now",
        .severity = SEVERITY_CRITICAL,
        .expected = "the random data that was asked for, and the TD of the report",
        .remedy = "Something answers with quotes of another time or TD. Contact the provider; "
                  "trust nothing on this machine until it is cleared.",
        .reads = "the quote's body and the TD report",
        .why = "A quote that was made before, or elsewhere, proves nothing about this machine.",
        .requires = { "quote.generate" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_reportdata,
    },
    {
        .id = "quote.latency",
        .title = "quotes come fast enough for logins",
        .severity = SEVERITY_MEDIUM,
        .expected = "less than 2 seconds, or than quote_warn_ms in healthcheck.conf",
        .remedy = "The host's quoting service is slow. Until it is mended, freshness= in gate.conf "
                  "lets logins share a quote for some seconds; see gate.conf(5).",
        .reads = "the time that one quote took",
        .why = "A slow gate holds sshd's MaxStartups slots, and other logins are dropped.",
        .requires = { "quote.generate" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_latency,
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
        .requires = { "quote.generate" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(FAIL) | GIVES(ERROR),
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
        .expected = "at least 16, the same in TCB info and QE identity",
        .remedy = "Fetch fresh collateral:\n"
                  "  tdx-attest collateral refresh",
        .reads = "tcbEvaluationDataNumber of TCB info and QE identity",
        .why = "An older evaluation does not know of newer holes.",
        .requires = { "quote.verify" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL),
        .evaluate = evaluate_evalnum,
    },
    {
        .id = "tcb.advisories",
        .title = "security advisories that apply",
        .severity = SEVERITY_INFO,
        .expected = "none",
        .remedy = "Nothing inside the guest.",
        .reads = "the advisory ids of the levels that matched",
        .why = "They name what is known to be wrong with this platform.",
        .requires = { "quote.verify" },
        .live_only = true,
        .gives = GIVES(INFO),
        .evaluate = evaluate_advisories,
    },
};

const struct family evidence_family = {
    .name = "evidence",
    .title = "Quote and platform TCB",
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
