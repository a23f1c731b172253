/* SPDX-License-Identifier: Apache-2.0 */
/* The checks on collateral, and on what a quote says of the platform, each verdict they can give;
 * and one cause that gives one FAIL. */
#include <string.h>

#include "core/base/span_text.h"
#include "core/collateral/cache.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/health_sim.h"

#define DAY        86400
#define COLLATERAL "probe:collateral"
#define STORED     "probe:collateral_stored"
#define GRACE      "probe:collateral_grace"
#define ACCEPTED   "probe:accepted_tcb"
#define POLICIES   "probe:policies"
#define POLICY     "file:/p"
#define PLATFORM   "f708b97f-0fb2-4e6b-8b03-8a5bcd1221d3" /* class id "TDX 1.5 platform" */
#define TD_QE      "3769258c-75e6-4bc7-8d72-d2b0e224cad2"
#define REFERENCE(class, text)                                                                     \
    "{\"policy_array\":[{\"environment\":{\"class_id\":\"" class "\"},\"reference\":{" text "}}]}"

/* --- what is wrong with a platform
 * ---------------------------------------------------------------- */

static void expires_in_three_days(struct sim_platform *p)
{
    p->qe_identity.next_update = p->now + 3 * DAY;
}

static void expired_an_hour_ago(struct sim_platform *p)
{
    p->tcb_info.next_update = p->now - 3600;
}

static void tampered(struct sim_platform *p)
{
    p->tcb_info.signing.corrupt_signature = true;
}

static void revoked_ca(struct sim_platform *p)
{
    p->revoked_ca = true;
}

static void for_sgx(struct sim_platform *p)
{
    sim_platform_use_sgx(p);
}

static void revoked_pck(struct sim_platform *p)
{
    p->revoked_pck = true;
}

static void expired_pck(struct sim_platform *p)
{
    p->pck.not_after = p->now - DAY;
}

static void another_qe(struct sim_platform *p)
{
    p->qe_identity.mr_signer[0] ^= 1;
}

static void old_qe(struct sim_platform *p)
{
    p->quote.qe.isv_svn = 3;
}

static void revoked_qe(struct sim_platform *p)
{
    p->qe_identity.level[0].status = "Revoked";
}

static void needs_hardening(struct sim_platform *p)
{
    p->tcb_info.level[0].status = "SWHardeningNeeded";
    p->tcb_info.level[0].advisories = "INTEL-SA-00001,INTEL-SA-00837";
}

static void revoked_tcb(struct sim_platform *p)
{
    p->tcb_info.level[0].status = "Revoked";
}

static void low_evaluation(struct sim_platform *p)
{
    p->tcb_info.evaluation = p->qe_identity.evaluation = 12;
}

static void two_evaluations(struct sim_platform *p)
{
    p->qe_identity.evaluation = 19;
}

#define ONE_POLICY(text)                                                                           \
    { POLICIES, "/p\n" },                                                                          \
    {                                                                                              \
        POLICY, text                                                                               \
    }

/* clang-format off */
static const struct health_sim_row rows[] = {
    { NULL, { "well", "collateral.integrity", CHECK_PASS, NULL, "FMSPC 90C06F000000", { { 0 } } } },
    { NULL, { "an empty cache", "collateral.integrity", CHECK_FAIL, "CACHE_MISSING", "none for it",
              { { COLLATERAL, "!failed CACHE_MISSING: none for it" } } } },
    { NULL, { "an empty recording", "collateral.integrity", CHECK_FAIL, "CACHE_MISSING", NULL, { { COLLATERAL, "!absent" } } } },
    { NULL, { "a cache that others can write", "collateral.integrity", CHECK_FAIL, "FILE_UNSAFE", NULL,
              { { COLLATERAL, "!failed FILE_UNSAFE: mode 0666" } } } },
    { NULL, { "a cache that cannot be read", "collateral.integrity", CHECK_ERROR, "FILE_UNREADABLE", NULL,
              { { COLLATERAL, "!failed FILE_UNREADABLE: I/O error" } } } },
    { NULL, { "a cache for root", "collateral.integrity", CHECK_ERROR, "permission", NULL, { { COLLATERAL, "!denied" } } } },
    { NULL, { "junk", "collateral.integrity", CHECK_FAIL, "JSON_BAD", NULL, { { COLLATERAL, "{" } } } },
    { NULL, { "half a bundle", "collateral.integrity", CHECK_FAIL, "BUNDLE_BAD", NULL, { { COLLATERAL, "{}" } } } },
    { NULL, { "a root that cannot be read", "collateral.integrity", CHECK_ERROR, "FILE_UNREADABLE", NULL,
              { { "probe:trust_anchor", "!failed gone" }, { "file:" TDX_LOCALSTATEDIR "/lib/tdx-gate/floor", "!absent" } } } },
    { tampered, { "another signature", "collateral.integrity", CHECK_FAIL, "TCB_INFO_INVALID_SIGNATURE", NULL, { { 0 } } } },
    { revoked_ca, { "a revoked CA", "collateral.integrity", CHECK_FAIL, "PCK_CA_REVOKED", NULL, { { 0 } } } },
    { for_sgx, { "of another kind", "collateral.integrity", CHECK_FAIL, "not_tdx", NULL, { { 0 } } } },
    { NULL, { "a clock that went back", "collateral.integrity", CHECK_SKIP, "prerequisite", "time.sane is FAIL",
              { { "probe:build_time", "1900000000" } } } },
    { NULL, { "well", "collateral.freshness", CHECK_PASS, NULL, "20 days left", { { 0 } } } },
    { expires_in_three_days, { "soon over", "collateral.freshness", CHECK_WARN, "expires", "QE identity expires in 3 days", { { 0 } } } },
    { expired_an_hour_ago, { "over", "collateral.freshness", CHECK_FAIL, "expired", "TCB info", { { 0 } } } },
    { expired_an_hour_ago, { "over, in the grace", "collateral.freshness", CHECK_WARN, "grace", "another 1 hours", { { GRACE, "7200" } } } },
    { expired_an_hour_ago, { "the grace is over, too", "collateral.freshness", CHECK_FAIL, "expired", NULL, { { GRACE, "3599" } } } },
    { tampered, { "what does not verify has no dates", "collateral.freshness", CHECK_SKIP, "prerequisite", "collateral.integrity is FAIL", { { 0 } } } },
    { NULL, { "well", "collateral.age", CHECK_PASS, NULL, "1 hours ago", { { 0 } } } },
    { NULL, { "a day and three hours", "collateral.age", CHECK_WARN, "old", "27 hours", { { STORED, "1781427600" } } } },
    { NULL, { "eight days", "collateral.age", CHECK_FAIL, "too_old", "8 days", { { STORED, "1780833600" } } } },
    { NULL, { "tomorrow", "collateral.age", CHECK_WARN, "future", NULL, { { STORED, "1781611200" } } } },
    { NULL, { "no time", "collateral.age", CHECK_ERROR, "unreadable", NULL, { { STORED, "yesterday" } } } },
    { NULL, { "not known", "collateral.age", CHECK_ERROR, "unreadable", NULL, { { STORED, "!absent" } } } },
    { NULL, { "well", "tcb.qeid", CHECK_PASS, NULL, "UpToDate", { { 0 } } } },
    { old_qe, { "an older enclave", "tcb.qeid", CHECK_WARN, "behind", "OutOfDate", { { 0 } } } },
    { another_qe, { "another enclave", "tcb.qeid", CHECK_FAIL, "QE_IDENTITY_MISMATCH", NULL, { { 0 } } } },
    { revoked_qe, { "a revoked enclave", "tcb.qeid", CHECK_FAIL, "revoked", NULL, { { 0 } } } },
    { revoked_pck, { "a quote that says nothing", "tcb.qeid", CHECK_INFO, NULL, "PCK_REVOKED", { { 0 } } } },
    { another_qe, { "named once", "quote.verify", CHECK_SKIP, "prerequisite", "tcb.qeid is FAIL", { { 0 } } } },
    { NULL, { "well", "quote.verify", CHECK_PASS, NULL, "NOT Intel's", { { 0 } } } },
    { revoked_pck, { "revoked", "quote.verify", CHECK_FAIL, "PCK_REVOKED", NULL, { { 0 } } } },
    { expired_pck, { "an expired certificate", "quote.verify", CHECK_FAIL, "expired", NULL, { { 0 } } } },
    { expired_an_hour_ago, { "in the grace", "quote.verify", CHECK_WARN, "grace", "TCB info", { { GRACE, "7200" } } } },
    { expired_an_hour_ago, { "named once", "quote.verify", CHECK_SKIP, "prerequisite", "collateral.freshness is FAIL", { { 0 } } } },
    { NULL, { "well", "tcb.status", CHECK_PASS, NULL, "UpToDate", { { 0 } } } },
    { needs_hardening, { "not accepted", "tcb.status", CHECK_FAIL, "not_accepted", "SWHardeningNeeded", { { 0 } } } },
    { needs_hardening, { "accepted by name", "tcb.status", CHECK_WARN, "accepted_by_name", NULL, { { ACCEPTED, "4294967295" } } } },
    { revoked_tcb, { "revoked, whatever is accepted", "tcb.status", CHECK_FAIL, "not_accepted", "Revoked", { { ACCEPTED, "4294967295" } } } },
    { NULL, { "well", "tcb.evalnum", CHECK_PASS, NULL, "20", { { 0 } } } },
    { low_evaluation, { "low", "tcb.evalnum", CHECK_FAIL, "too_low", "12", { { 0 } } } },
    { two_evaluations, { "two numbers", "tcb.evalnum", CHECK_WARN, "differ", "TCB info 20, QE identity 19", { { 0 } } } },
    { NULL, { "a policy asks for more", "tcb.evalnum", CHECK_FAIL, "policy", "number 20",
              { ONE_POLICY(REFERENCE(PLATFORM, "\"accepted_tcb_status\":[\"UpToDate\"],\"min_eval_num\":21")) } } },
    { two_evaluations, { "a policy for the QE asks for more", "tcb.evalnum", CHECK_FAIL, "policy", "number 19",
              { ONE_POLICY(REFERENCE(TD_QE, "\"accepted_tcb_status\":[\"UpToDate\"],\"min_eval_num\":20")) } } },
    { low_evaluation, { "a policy is content with less", "tcb.evalnum", CHECK_PASS, NULL, "12",
              { ONE_POLICY(REFERENCE(PLATFORM, "\"accepted_tcb_status\":[\"UpToDate\"],\"min_eval_num\":12")) } } },
    { low_evaluation, { "a policy says nothing of it", "tcb.evalnum", CHECK_FAIL, "too_low", "12",
              { ONE_POLICY(REFERENCE(PLATFORM, "\"accepted_tcb_status\":[\"UpToDate\"]")) } } },
    { NULL, { "a policy that is not there", "tcb.evalnum", CHECK_ERROR, "FILE_UNREADABLE", "/p", { { POLICIES, "/p\n" }, { POLICY, "!absent" } } } },
    { NULL, { "a policy that is none", "tcb.evalnum", CHECK_ERROR, "JSON_BAD", NULL, { ONE_POLICY("{") } } },
    { NULL, { "none", "tcb.advisories", CHECK_INFO, NULL, "none applies", { { 0 } } } },
    { needs_hardening, { "some", "tcb.advisories", CHECK_INFO, NULL, "INTEL-SA-00001 INTEL-SA-00837", { { 0 } } } },
    { needs_hardening, { "one that a policy rejects", "tcb.advisories", CHECK_FAIL, "policy", "INTEL-SA-00837",
              { ONE_POLICY(REFERENCE(PLATFORM, "\"accepted_tcb_status\":[\"SWHardeningNeeded\"],\"rejected_advisory_ids\":[\"INTEL-SA-00837\"]")) } } },
    { needs_hardening, { "one that no policy rejects", "tcb.advisories", CHECK_INFO, NULL, NULL,
              { ONE_POLICY(REFERENCE(PLATFORM, "\"accepted_tcb_status\":[\"SWHardeningNeeded\"],\"rejected_advisory_ids\":[\"INTEL-SA-00999\"]")) } } },
    { NULL, { "a policy that is none", "tcb.advisories", CHECK_ERROR, "JSON_BAD", NULL, { ONE_POLICY("{") } } },
};
/* clang-format on */

static void every_verdict_on_collateral_and_platform(void **state)
{
    (void)state;
    health_sim_check_rows(rows, COUNT_OF(rows));
}

/* Each fault of a platform is one line of the report, at its own place. */
static void one_cause_is_one_failure(void **state)
{
    static const struct {
        void (*turn)(struct sim_platform *p);
        const char *id;
    } cases[] = {
        { tampered, "collateral.integrity" },
        { revoked_ca, "collateral.integrity" },
        { expired_an_hour_ago, "collateral.freshness" },
        { another_qe, "tcb.qeid" },
        { revoked_qe, "tcb.qeid" },
        { revoked_pck, "quote.verify" },
        { expired_pck, "quote.verify" },
        { revoked_tcb, "tcb.status" },
        { low_evaluation, "tcb.evalnum" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sim_platform *p = sim_platform_new();
        struct facts *facts;
        struct report report = { 0 };

        assert_non_null(p);
        cases[i].turn(p);
        facts = health_sim_facts(p);
        assert_status(report_make(
                          &(struct evaluation){
                              .facts = facts,
                              .now = p->now,
                              .live = true,
                              .accepted_tcb = TCB_ACCEPTED_DEFAULT,
                          },
                          &(struct report_selection){ .only = "collateral.*,evidence,td" }, &report,
                          NULL),
                      "OK");
        print_message("#  %s\n", cases[i].id);
        assert_int_equal(report.by_status[CHECK_FAIL], 1);
        assert_int_equal(report.by_status[CHECK_ERROR], 0);
        assert_string_equal(check_status_word(health_finding(&report, cases[i].id)->status),
                            "FAIL");
        report_free(&report);
        facts_free(facts);
        sim_platform_free(p);
    }
}

static void an_image_has_its_collateral_judged_but_not_the_dates(void **state)
{
    struct sim_platform *p = sim_platform_new();
    struct facts *facts = health_sim_facts(p);
    struct report report = health_report(facts, "collateral.*", false, p->now);

    (void)state;
    assert_string_equal(check_status_word(health_finding(&report, "collateral.integrity")->status),
                        "PASS");
    assert_string_equal(health_finding(&report, "collateral.freshness")->reason, "offline");
    assert_string_equal(health_finding(&report, "collateral.age")->reason, "offline");
    report_free(&report);
    facts_set_state(facts, "probe:collateral", FACT_ABSENT, NULL);
    report = health_report(facts, "collateral.*", false, p->now);
    assert_string_equal(health_finding(&report, "collateral.integrity")->reason, "none");
    assert_int_equal(report_exit_code(&report, true), 0);
    report_free(&report);
    facts_free(facts);
    sim_platform_free(p);
}

static void the_metrics_say_what_the_facts_do(void **state)
{
    static const char *const lines[] = {
        "\ntdx_quote_duration_seconds 0.120\n",
        "\ntdx_collateral_expiry_timestamp_seconds 1783252800\n",
        "\ntdx_collateral_last_refresh_timestamp_seconds 1781521200\n",
        "\ntdx_tcb_evaluation_data_number 20\n",
        "\ntdx_tcb_status{status=\"UpToDate\"} 1\n",
    };
    struct sim_platform *p = sim_platform_new();
    struct facts *facts = health_sim_facts(p);
    struct report report = health_report(facts, NULL, true, p->now);
    struct text out = { 0 };

    (void)state;
    report_print_prometheus(&report, facts, &out);
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        if (strstr(text_string(&out), lines[i]) == NULL)
            fail_msg("no line \"%s\" in\n%s", lines[i], text_string(&out));
    }
    text_free(&out);
    report_free(&report);
    facts_free(facts);
    sim_platform_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verdict_on_collateral_and_platform),
        cmocka_unit_test(one_cause_is_one_failure),
        cmocka_unit_test(the_metrics_say_what_the_facts_do),
        cmocka_unit_test(an_image_has_its_collateral_judged_but_not_the_dates),
    };

    return cmocka_run_group_tests_name("health_collateral", tests, NULL, NULL);
}
