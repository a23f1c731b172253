/* SPDX-License-Identifier: Apache-2.0 */
/* Verification in, verdict and result out; the values are those of the manual's sample result and
 * of the public quote of the same platform family (appraisal notes section 7.3). */
#include <stdio.h>
#include <string.h>

#include "tests/unit/cmocka_all.h"
#include "tests/unit/manual_case.h"

static const struct check *find_check(const struct appraised_report *report, const char *name)
{
    for (size_t i = 0; i < report->checks.count; i++)
        if (strcmp(report->checks.check[i].name, name) == 0)
            return &report->checks.check[i];
    return NULL;
}

static void the_manuals_policy_accepts_the_manuals_quote(void **state)
{
    struct verification v = manual_verification();
    struct policy_set set = { 0 };
    struct appraise_request request = manual_request(&set);
    struct appraisal appraisal = { 0 };

    (void)state;
    assert_status(policy_set_add(&set, "tenant", span_of(manual_policy), MANUAL_NOW, NULL), "OK");
    assert_status(appraise(&request, &v, span_of("quote"), &appraisal, NULL), "OK");
    assert_int_equal(appraisal.overall, 1);
    assert_int_equal(appraisal.report[0].class, POLICY_TD15);
    assert_int_equal(appraisal.report[1].class, POLICY_TDX15_PLATFORM);
    assert_int_equal(appraisal.report[2].class, POLICY_TD_QE);
    assert_ptr_equal(appraisal.report[0].policy, set.of_class[POLICY_TD15]);
    assert_false(appraisal_is_built_in(&appraisal, appraisal.report[0].policy));
    assert_true(appraisal_is_built_in(&appraisal, appraisal.report[1].policy));
    assert_status(appraisal_verdict(&appraisal, NULL), "OK");
    assert_status(appraise_for_gate(&request, &v, span_of("quote"), NULL), "OK");
    appraisal_clear(&appraisal);
    policy_set_clear(&set);
}

/* Every string that the manual prints of the three measurement blocks. */
static void blocks_have_the_manuals_strings(void **state)
{
    static const char td[] =
        "{\"environment\":{\"class_id\":\"45b734fc-aa4e-4c3d-ad28-e43d08880e68\",\"Description\":"
        "\"Application TD TCB\"},\"measurement\":{\"tdx_attributes\":\"0000000010000000\","
        "\"tdx_xfam\":\"00000000000642E7\",\"tdx_mrtd\":\"0A4086382F42BAFC8B63C9E786DEE9A1C8D4648E"
        "BF09397078D9DC4008808273F3036679EE421551F82AA2481B22BADF\",";
    static const char td_end[] =
        "\"tdx_mrservicetd\":\"3D035A7AD40DA0D4CBF6B3089E62478DFE48D86D8BCF2CAEF688C78D0858F299DE2E"
        "3195CAEA71D1B247B0BBD3873C38\"}}";
    static const char report_data[] =
        "\"tdx_reportdata\":\"3F3E3D3C3B3A393837363534333231302F2E2D2C2B2A29282726252423222120"
        "1F1E1D1C1B1A191817161514131211100F0E0D0C0B0A09080706050403020100\"";
    static const char platform[] =
        "{\"environment\":{\"class_id\":\"f708b97f-0fb2-4e6b-8b03-8a5bcd1221d3\",\"description\":"
        "\"TDX Platform TCB\"},\"measurement\":{\"tcb_status\":[\"UpToDate\"],"
        "\"earliest_issue_date\":\"2018-05-21T10:45:10Z\",\"latest_issue_date\":"
        "\"2024-03-13T15:45:02Z\",\"earliest_expiration_date\":\"2024-04-02T10:22:51Z\","
        "\"tcb_level_date_tag\":\"2023-08-09T00:00:00Z\",\"tcb_eval_num\":16,\"root_key_id\":"
        "\"93092016D57015DE13364631EF8EF5DCD518CECA36E9DA30CD0810260F8EC9FFC7ACCAAD9BAB17283F5AF034"
        "BD03E446\",\"pck_crl_num\":1,\"root_ca_crl_num\":1,\"sgx_types\":1,"
        "\"is_dynamic_platform\":true,\"is_cached_keys_policy\":true,\"is_smt_enabled\":true,"
        "\"fmspc\":\"90C06F000000\"}}";
    static const char qe[] =
        "{\"environment\":{\"class_id\":\"3769258c-75e6-4bc7-8d72-d2b0e224cad2\",\"Description\":"
        "\"RAW TDX QE Report\"},\"measurement\":{\"tcb_status\":[\"UpToDate\"],"
        "\"earliest_issue_date\":\"2018-05-21T10:45:10Z\",\"latest_issue_date\":"
        "\"2018-05-21T10:50:10Z\",\"earliest_expiration_date\":\"2025-05-21T10:50:10Z\","
        "\"tcb_level_date_tag\":\"2023-08-09T00:00:00Z\",\"tcb_eval_num\":16,\"root_key_id\":"
        "\"93092016D57015DE13364631EF8EF5DCD518CECA36E9DA30CD0810260F8EC9FFC7ACCAAD9BAB17283F5AF034"
        "BD03E446\"}}";
    struct verification v = manual_verification();
    struct measurement measurement;
    struct text text = { 0 };
    struct json_writer out = { .text = &text };

    (void)state;
    assert_status(measurement_read(&v, span_of("quote"), &measurement, NULL), "OK");
    measurement_write_td(&measurement, NULL, &out);
    assert_memory_equal(text_string(&text), td, sizeof(td) - 1);
    assert_string_equal(text_string(&text) + text.length - (sizeof(td_end) - 1), td_end);
    assert_non_null(strstr(text_string(&text), report_data));
    text_clear(&text);
    measurement_write_platform(&measurement, NULL, &out);
    assert_string_equal(text_string(&text), platform);
    text_clear(&text);
    measurement_write_qe(&measurement, NULL, &out);
    assert_string_equal(text_string(&text), qe);
    text_free(&text);
}

static void blocks_follow_the_platform(void **state)
{
    struct verification v = manual_verification();
    struct measurement measurement;
    struct text text = { 0 };
    struct json_writer out = { .text = &text };

    (void)state;
    v.tcb_status = TCB_OUT_OF_DATE_CONFIGURATION_NEEDED;
    v.qe_tcb_date = manual_time("2022-01-01T00:00:00Z"); /* the earlier one is the tag */
    v.pck.dynamic_platform = v.pck.cached_keys = v.pck.smt_enabled = false;
    v.advisories.count = 2;
    (void)snprintf(v.advisories.id[0], VERIFY_ADVISORY_SIZE, "INTEL-SA-00617");
    (void)snprintf(v.advisories.id[1], VERIFY_ADVISORY_SIZE, "INTEL-SA-00837");
    assert_status(measurement_read(&v, span_of("quote"), &measurement, NULL), "OK");
    measurement_write_platform(&measurement, NULL, &out);
    assert_non_null(strstr(text_string(&text), "[\"OutOfDate\",\"ConfigurationNeeded\"]"));
    assert_non_null(strstr(text_string(&text), "\"tcb_level_date_tag\":\"2022-01-01T00:00:00Z\""));
    assert_non_null(strstr(text_string(&text), "[\"INTEL-SA-00617\",\"INTEL-SA-00837\"]"));
    assert_null(strstr(text_string(&text), "is_dynamic_platform"));
    assert_null(strstr(text_string(&text), "is_cached_keys_policy"));
    assert_non_null(strstr(text_string(&text), "\"is_smt_enabled\":false"));
    text_clear(&text);
    v.pck.sgx_type = 0;
    assert_status(measurement_read(&v, span_of("quote"), &measurement, NULL), "OK");
    measurement_write_platform(&measurement, NULL, &out);
    assert_null(strstr(text_string(&text), "is_smt_enabled"));
    text_free(&text);
}

static void the_generation_follows_version_and_module(void **state)
{
    static const struct {
        uint16_t version;
        enum quote_body_type type;
        uint8_t module;
        enum policy_class class;
        bool service_td;
        const char *expected;
    } cases[] = {
        { 4, QUOTE_BODY_TD10, 0, POLICY_TD10, false, "OK" },
        { 4, QUOTE_BODY_TD10, 1, POLICY_TD15, false, "OK" },
        { 4, QUOTE_BODY_TD10, 3, POLICY_TD15, false, "OK" },
        { 4, QUOTE_BODY_TD10, 2, POLICY_TD15, false, "APPRAISE_GENERATION" },
        { 4, QUOTE_BODY_TD10, 255, POLICY_TD15, false, "APPRAISE_GENERATION" },
        { 5, QUOTE_BODY_TD10, 1, POLICY_TD10, false, "OK" },
        { 5, QUOTE_BODY_TD15, 0, POLICY_TD15, true, "OK" },
        { 5, QUOTE_BODY_TD15, 7, POLICY_TD15, true, "OK" },
        { 5, QUOTE_BODY_TD15EX, 1, POLICY_TD15, true, "OK" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct verification v = manual_verification();
        struct measurement m;

        v.quote.version = cases[i].version;
        v.quote.body_type = cases[i].type;
        v.quote.td.tee_tcb_svn[1] = cases[i].module;
        v.quote.extended.vm_id = 0x5a;
        assert_status(measurement_read(&v, span_of(""), &m, NULL), cases[i].expected);
        if (strcmp(cases[i].expected, "OK") != 0)
            continue;
        assert_int_equal(m.td_class, cases[i].class);
        assert_int_equal(m.platform_class, cases[i].class == POLICY_TD10 ? POLICY_TDX10_PLATFORM
                                                                         : POLICY_TDX15_PLATFORM);
        assert_int_equal(measurement_td_field(&m.td, "tdx_mrservicetd") != NULL,
                         cases[i].service_td);
        if (cases[i].type == QUOTE_BODY_TD15EX)
            assert_string_equal(measurement_td_field(&m.td, "tdx_vmid"), "5A");
        else
            assert_null(measurement_td_field(&m.td, "tdx_vmid"));
    }
}

/* For each check that can fail: a policy by which just that one does. */
static void each_check_can_be_the_only_one_that_fails(void **state)
{
#define TD(reference) "45b734fc-aa4e-4c3d-ad28-e43d08880e68", reference
#define PLATFORM(reference)                                                                        \
    "f708b97f-0fb2-4e6b-8b03-8a5bcd1221d3", "'accepted_tcb_status':" reference
#define QE(reference) "3769258c-75e6-4bc7-8d72-d2b0e224cad2", "'accepted_tcb_status':" reference
#define ZEROS         "000000000000000000000000000000000000000000000000"
    static const struct {
        const char *check, *class_id, *reference;
    } cases[] = {
        { "td_attributes_check", TD("'tdx_attributes':'0000000000000000'") },
        { "td_xfam_check", TD("'tdx_xfam':'0000000000000000'") },
        { "td_mrtd_check", TD("'tdx_mrtd':'" ZEROS ZEROS "'") },
        { "td_mrservicetd_check", TD("'tdx_mrservicetd':'" ZEROS ZEROS "'") },
        { "td_mrconfigid_check", TD("'tdx_mrconfigid':'1'") },
        { "td_mrowner_check", TD("'tdx_mrowner':'1'") },
        { "td_mrownerconfig_check", TD("'tdx_mrownerconfig':'1'") },
        { "td_rtmr0_check", TD("'tdx_rtmr0':'1'") },
        { "td_rtmr1_check", TD("'tdx_rtmr1':'1'") },
        { "td_rtmr2_check", TD("'tdx_rtmr2':'1'") },
        { "td_rtmr3_check", TD("'tdx_rtmr3':'1'") },
        { "tcb_status_check", PLATFORM("['OutOfDate']") },
        { "expiration_date_check", PLATFORM("'UpToDate','collateral_grace_period':-9999999") },
        { "earliest_accepted_tcb_level_date_tag_check",
          PLATFORM("['UpToDate','OutOfDate'],'collateral_grace_period':0,"
                   "'platform_grace_period':1") },
        { "accepted_tcb_level_date_tag_check",
          PLATFORM("'UpToDate','min_tcb_level_date':'2030-01-01T00:00:00Z'") },
        { "tcb_eval_num_check", PLATFORM("'UpToDate','min_eval_num':17") },
        { "platform_provider_id_check",
          PLATFORM("'UpToDate','accepted_platform_provider_ids':['x']") },
        { "sgx_types_check", PLATFORM("'UpToDate','accepted_sgx_types':[0]") },
        { "dynamic_platform_check", PLATFORM("'UpToDate','allow_dynamic_platform':false") },
        { "cached_keys_check", PLATFORM("'UpToDate','allow_cached_keys':false") },
        { "smt_enabled_check", PLATFORM("'UpToDate','allow_smt_enabled':false") },
        { "advisory_ids_check", PLATFORM("'UpToDate','rejected_advisory_ids':['INTEL-SA-1']") },
        { "td_qe_tcb_status_check", QE("['OutOfDate']") },
        { "td_qe_expiration_date_check", QE("'UpToDate','collateral_grace_period':-99999999") },
        { "td_qe_earliest_accepted_tcb_level_date_tag_check",
          QE("['UpToDate','OutOfDate'],'collateral_grace_period':0,'platform_grace_period':1") },
        { "td_qe_accepted_tcb_level_date_tag_check",
          QE("'UpToDate','min_tcb_level_date':'2030-01-01T00:00:00Z'") },
        { "td_qe_tcb_eval_num_check", QE("'UpToDate','min_eval_num':17") },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct verification v = manual_verification();
        struct policy_set set = { 0 };
        struct appraise_request request = manual_request(&set);
        struct appraisal appraisal = { 0 };
        struct tdx_error err = { 0 };
        struct text json = { 0 };
        size_t failed = 0;

        v.advisories.count = 1;
        (void)snprintf(v.advisories.id[0], VERIFY_ADVISORY_SIZE, "INTEL-SA-1");
        text_addf(&json, "{'policy_array':[{'environment':{'class_id':'%s'},'reference':{%s}}]}",
                  cases[i].class_id, cases[i].reference);
        for (size_t k = 0; k < json.length; k++)
            if (json.data[k] == '\'')
                json.data[k] = '"';
        print_message("#  %s\n", cases[i].check);
        assert_status(policy_set_add(&set, "p", span_of(text_string(&json)), MANUAL_NOW, NULL),
                      "OK");
        assert_status(appraise(&request, &v, span_of("quote"), &appraisal, NULL), "OK");
        assert_int_equal(appraisal.overall, 0);
        for (size_t r = 0; r < APPRAISED_REPORTS; r++) {
            const struct check *check = find_check(&appraisal.report[r], cases[i].check);

            for (size_t k = 0; k < appraisal.report[r].checks.count; k++)
                failed += !appraisal.report[r].checks.check[k].held;
            if (check != NULL)
                assert_false(check->held);
            assert_int_equal(appraisal.report[r].result, check != NULL ? 0 : 1);
        }
        assert_int_equal(failed, 1);
        assert_status(appraisal_verdict(&appraisal, &err), "POLICY_REFUSED");
        assert_non_null(strstr(err.detail, cases[i].check));
        appraisal_clear(&appraisal);
        policy_set_clear(&set);
        text_free(&json);
    }
#undef TD
#undef PLATFORM
#undef QE
#undef ZEROS
}

static void what_no_policy_covers_gets_a_built_in_one(void **state)
{
    static const struct {
        const char *what;
        uint64_t attributes;
        enum tcb_status tcb, qe;
        unsigned accepted;
        int64_t grace, now;
        int overall;
        const char *gate; /* the gate's answer */
        const char *failed;
    } cases[] = {
        { "all is well", 0x10000000, TCB_UP_TO_DATE, TCB_UP_TO_DATE, TCB_ACCEPTED_DEFAULT, 0,
          MANUAL_NOW, 1, "OK", NULL },
        { "a debug TD", 0x10000001, TCB_UP_TO_DATE, TCB_UP_TO_DATE, TCB_ACCEPTED_DEFAULT, 0,
          MANUAL_NOW, 0, "POLICY_REFUSED", "td_attributes_check" },
        { "a TD that is profiled", 0x10000020, TCB_UP_TO_DATE, TCB_UP_TO_DATE, TCB_ACCEPTED_DEFAULT,
          0, MANUAL_NOW, 0, "POLICY_REFUSED", "td_attributes_check" },
        { "an outdated platform", 0, TCB_OUT_OF_DATE, TCB_UP_TO_DATE, TCB_ACCEPTED_DEFAULT, 0,
          MANUAL_NOW, 0, "POLICY_REFUSED", "tcb_status_check" },
        { "an outdated platform that is accepted", 0, TCB_OUT_OF_DATE, TCB_UP_TO_DATE,
          TCB_STATUS_BIT(TCB_OUT_OF_DATE), 0, MANUAL_NOW, 1, "OK", NULL },
        { "words that are accepted, but not together", 0, TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED,
          TCB_UP_TO_DATE,
          TCB_STATUS_BIT(TCB_CONFIGURATION_NEEDED) | TCB_STATUS_BIT(TCB_SW_HARDENING_NEEDED), 0,
          MANUAL_NOW, 1, "POLICY_REFUSED", NULL },
        { "an outdated QE", 0, TCB_UP_TO_DATE, TCB_OUT_OF_DATE, TCB_ACCEPTED_DEFAULT, 0, MANUAL_NOW,
          0, "POLICY_REFUSED", "td_qe_tcb_status_check" },
        { "the last second", 0, TCB_UP_TO_DATE, TCB_UP_TO_DATE, TCB_ACCEPTED_DEFAULT, 0,
          INT64_C(1712053371), 1, "OK", NULL },
        { "expired collateral", 0, TCB_UP_TO_DATE, TCB_UP_TO_DATE, TCB_ACCEPTED_DEFAULT, 0,
          INT64_C(1712053372), 0, "POLICY_REFUSED", "expiration_date_check" },
        { "expired collateral within its grace", 0, TCB_UP_TO_DATE, TCB_UP_TO_DATE,
          TCB_ACCEPTED_DEFAULT, 1, INT64_C(1712053372), 1, "OK", NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct verification v = manual_verification();
        struct appraise_request request = manual_request(NULL);
        struct appraisal appraisal = { 0 };
        struct tdx_error err = { 0 };

        print_message("#  %s\n", cases[i].what);
        v.quote.td.attributes = cases[i].attributes;
        v.tcb_status = cases[i].tcb;
        v.qe_status = cases[i].qe;
        request.accepted_statuses = cases[i].accepted;
        request.collateral_grace = cases[i].grace;
        request.now = cases[i].now;
        assert_status(appraise(&request, &v, span_of("quote"), &appraisal, NULL), "OK");
        assert_int_equal(appraisal.overall, cases[i].overall);
        for (size_t r = 0; r < APPRAISED_REPORTS; r++)
            assert_true(appraisal_is_built_in(&appraisal, appraisal.report[r].policy));
        if (appraisal.overall != 1) {
            assert_status(appraisal_verdict(&appraisal, &err), "POLICY_REFUSED");
            assert_non_null(strstr(err.detail, cases[i].failed));
        }
        assert_status(appraise_for_gate(&request, &v, span_of("quote"), NULL), cases[i].gate);
        appraisal_clear(&appraisal);
    }
}

/* The host chooses the generation: it must not choose the policy along with it. */
static void a_policy_for_the_other_generation_is_no_licence(void **state)
{
    static const char other[] = "{\"policy_array\":[{\"environment\":{\"class_id\":"
                                "\"a1e4ee9c-a12e-48ac-bed0-e3f89297f687\"},\"reference\":{}}]}";
    struct verification v = manual_verification();
    struct policy_set set = { 0 };
    struct appraise_request request = manual_request(&set);
    struct appraisal appraisal = { 0 };

    (void)state;
    assert_status(policy_set_add(&set, "other", span_of(other), MANUAL_NOW, NULL), "OK");
    assert_status(appraise(&request, &v, span_of("quote"), &appraisal, NULL), "OK");
    assert_int_equal(appraisal.overall, -1);
    assert_int_equal(appraisal.report[0].result, -1);
    assert_status(appraisal_verdict(&appraisal, NULL), "POLICY_REFUSED");
    assert_status(appraise_for_gate(&request, &v, span_of("quote"), NULL), "POLICY_REFUSED");
    appraisal_clear(&appraisal);
    /* with one for this generation as well it is a spare */
    assert_status(policy_set_add(&set, "tenant", span_of(manual_policy), MANUAL_NOW, NULL), "OK");
    assert_status(appraise(&request, &v, span_of("quote"), &appraisal, NULL), "OK");
    assert_int_equal(appraisal.overall, 1);
    appraisal_clear(&appraisal);
    policy_set_clear(&set);
}

static void what_cannot_be_appraised_is_said(void **state)
{
    struct verification v = manual_verification();
    struct appraise_request request = manual_request(NULL);
    struct appraisal appraisal = { 0 };

    (void)state;
    v.quote.tee = QUOTE_TEE_SGX;
    assert_status(appraise(&request, &v, span_of(""), &appraisal, NULL), "APPRAISE_NOT_TDX");
    v = manual_verification();
    request.now = 0;
    assert_status(appraise(&request, &v, span_of(""), &appraisal, NULL), "TIME_BAD");
    request.now = INT64_MAX / 1000;
    assert_status(appraise(&request, &v, span_of(""), &appraisal, NULL), "TIME_BAD");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_manuals_policy_accepts_the_manuals_quote),
        cmocka_unit_test(blocks_have_the_manuals_strings),
        cmocka_unit_test(blocks_follow_the_platform),
        cmocka_unit_test(the_generation_follows_version_and_module),
        cmocka_unit_test(each_check_can_be_the_only_one_that_fails),
        cmocka_unit_test(what_no_policy_covers_gets_a_built_in_one),
        cmocka_unit_test(a_policy_for_the_other_generation_is_no_licence),
        cmocka_unit_test(what_cannot_be_appraised_is_said),
    };

    return cmocka_run_group_tests_name("appraise", tests, NULL, NULL);
}
