/* SPDX-License-Identifier: Apache-2.0 */
/* Policies for platform and QE, field by field. Drawn from the appraisal
 * notes, sections 1.3 to 1.6, and the matrix of 7.7. */
#include <stdio.h>
#include <string.h>

#include "core/base/rfc3339.h"
#include "tests/unit/check_rows.h"

#define STATUS  "tcb_status"
#define EXPIRY  "expiration_date"
#define GRACE   "earliest_accepted_tcb_level_date_tag"
#define LEVEL   "accepted_tcb_level_date_tag"
#define EVAL    "tcb_eval_num"
#define NOW     "2024-03-14T07:20:29Z"
#define BEFORE  "2024-03-14T07:20:28Z"
#define EXPIRES "2024-04-02T10:22:51Z"

static int64_t time_of(const char *text)
{
    int64_t seconds = 0;

    assert_status(rfc3339_parse(text, strlen(text), &seconds, NULL), "OK");
    return seconds;
}

/* What a report is like where a row does not say otherwise is the manual's: see fill(). */
struct tcb_row {
    const char *reference, *expected;
    const char *status; /* words, by blanks; "-" for none */
    const char *expires, *level;
    unsigned evaluation, sgx_type;
    const char *advisory;
    bool static_platform, no_cached_keys, no_smt;
};

static void fill(const struct tcb_row *row, struct measurement_tcb *ret,
                 struct advisory_list *advisories, char *words)
{
    *ret = (struct measurement_tcb){
        .earliest_expiration = time_of(row->expires != NULL ? row->expires : EXPIRES),
        .level_date = time_of(row->level != NULL ? row->level : "2023-08-09T00:00:00Z"),
        .evaluation_number = row->evaluation != 0 ? row->evaluation : 16,
        .sgx_type = (uint8_t)(row->sgx_type != 0 ? row->sgx_type : 1),
        .dynamic_platform = !row->static_platform,
        .cached_keys = !row->no_cached_keys,
        .has_smt = true,
        .smt_enabled = !row->no_smt,
        .advisories = advisories,
    };
    *advisories = (struct advisory_list){ 0 };
    if (row->advisory != NULL)
        (void)snprintf(advisories->id[advisories->count++], VERIFY_ADVISORY_SIZE, "%s",
                       row->advisory);
    (void)snprintf(words, 100, "%s", row->status != NULL ? row->status : "UpToDate");
    for (char *word = strtok(words, " "); word != NULL && word[0] != '-'; word = strtok(NULL, " "))
        ret->tcb_status[ret->tcb_status_count++] = word;
}

/* Rows that hold for the platform and, by other names, for the QE. */
static const struct tcb_row shared_rows[] = {
    /* accepted_tcb_status */
    P("{'accepted_tcb_status':['UpToDate']}", ""),
    P("{}", STATUS),
    P("", STATUS),
    P("{'accepted_tcb_status':false}", STATUS),
    P("{'accepted_tcb_status':null}", STATUS),
    P("{'accepted_tcb_status':[]}", STATUS),
    P("{'accepted_tcb_status':{}}", STATUS),
    P("{'accepted_tcb_status':1}", STATUS),
    P("{'accepted_tcb_status':true}", STATUS),
    P("{'accepted_tcb_status':''}", STATUS),
    P("{'accepted_tcb_status':'UpToDate'}", ""),
    P("{'accepted_tcb_status':'uptodate'}", ""),
    P("{'accepted_tcb_status':['UPTODATE']}", ""),
    P("{'accepted_tcb_status':['UpToDate ']}", STATUS),
    P("{'accepted_tcb_status':[['UpToDate']]}", STATUS),
    P("{'accepted_tcb_status':['UpToDate',1,null]}", ""),
    P("{'accepted_tcb_status':['OutOfDate']}", STATUS),
    P("{'accepted_tcb_status':['OutOfDate']}", STATUS, .status = "OutOfDate"),
    P("{'accepted_tcb_status':'OutOfDate'}", STATUS, .status = "OutOfDate"),
    P("{'accepted_tcb_status':['UpToDate','OutOfDate']}", "", .status = "OutOfDate"),
    P("{'accepted_tcb_status':['UpToDate']}", STATUS, .status = "OutOfDate"),
    P("{'accepted_tcb_status':['UpToDate']}", STATUS, .status = "UpToDate SWHardeningNeeded"),
    P("{'accepted_tcb_status':['UpToDate','SWHardeningNeeded']}", "",
      .status = "UpToDate SWHardeningNeeded"),
    P("{'accepted_tcb_status':['UpToDate','SWHardeningNeeded']}", STATUS,
      .status = "UpToDate SWHardeningNeeded ConfigurationNeeded"),
    P("{'accepted_tcb_status':['UpToDate','SWHardeningNeeded','ConfigurationNeeded']}", "",
      .status = "UpToDate SWHardeningNeeded ConfigurationNeeded"),
    P("{'accepted_tcb_status':['UpToDate','OutOfDate']}", STATUS,
      .status = "OutOfDate ConfigurationNeeded"),
    P("{'accepted_tcb_status':['UpToDate','TDRelaunchAdvised']}", "",
      .status = "TDRelaunchAdvised"),
    P("{'accepted_tcb_status':['TDRelaunchAdvised']}", STATUS, .status = "TDRelaunchAdvised"),
    P("{'accepted_tcb_status':['UpToDate']}", STATUS, .status = "Revoked"),
    P("{'accepted_tcb_status':['UpToDate']}", STATUS, .status = "-"),
    P("{'#accepted_tcb_status':['UpToDate']}", STATUS),
    P("{'Accepted_tcb_status':['UpToDate']}", STATUS),
    /* collateral_grace_period */
    P("{'accepted_tcb_status':['UpToDate']}", "", .expires = "2020-01-01T00:00:00Z"),
    P("{'accepted_tcb_status':['UpToDate'],'collateral_grace_period':0}", ""),
    P("{'accepted_tcb_status':['UpToDate'],'collateral_grace_period':0}", "", .expires = NOW),
    P("{'accepted_tcb_status':['UpToDate'],'collateral_grace_period':0}", EXPIRY,
      .expires = BEFORE),
    P("{'accepted_tcb_status':['UpToDate'],'collateral_grace_period':1}", "", .expires = BEFORE),
    P("{'accepted_tcb_status':['UpToDate'],'collateral_grace_period':0.5}", EXPIRY,
      .expires = BEFORE),
    P("{'accepted_tcb_status':['UpToDate'],'collateral_grace_period':1.5}", "", .expires = BEFORE),
    P("{'accepted_tcb_status':['UpToDate'],'collateral_grace_period':-1}", EXPIRY, .expires = NOW),
    P("{'accepted_tcb_status':['UpToDate'],'collateral_grace_period':7776000}", "",
      .expires = "2023-12-15T07:20:29Z"),
    P("{'accepted_tcb_status':['UpToDate'],'collateral_grace_period':7776000}", EXPIRY,
      .expires = "2023-12-15T07:20:28Z"),
    P("{'accepted_tcb_status':['UpToDate'],'collateral_grace_period':1e2}", "", .expires = BEFORE),
    P("{'accepted_tcb_status':['UpToDate'],'collateral_grace_period':1e10}", EXPIRY),
    P("{'accepted_tcb_status':['UpToDate'],'collateral_grace_period':'0'}", EXPIRY),
    P("{'accepted_tcb_status':['UpToDate'],'collateral_grace_period':null}", EXPIRY),
    P("{'accepted_tcb_status':['UpToDate'],'collateral_grace_period':true}", EXPIRY),
    P("{'accepted_tcb_status':['UpToDate'],'collateral_grace_period':[0]}", EXPIRY),
    P("{'accepted_tcb_status':['UpToDate'],'collateral_grace_period':false}", "",
      .expires = "2020-01-01T00:00:00Z"),
    P("{'accepted_tcb_status':['UpToDate'],'#collateral_grace_period':0}", "",
      .expires = "2020-01-01T00:00:00Z"),
    /* min_eval_num */
    P("{'accepted_tcb_status':['UpToDate'],'min_eval_num':16}", ""),
    P("{'accepted_tcb_status':['UpToDate'],'min_eval_num':1}", ""),
    P("{'accepted_tcb_status':['UpToDate'],'min_eval_num':15.5}", ""),
    P("{'accepted_tcb_status':['UpToDate'],'min_eval_num':-1}", ""),
    P("{'accepted_tcb_status':['UpToDate'],'min_eval_num':17}", EVAL),
    P("{'accepted_tcb_status':['UpToDate'],'min_eval_num':16.5}", EVAL),
    P("{'accepted_tcb_status':['UpToDate'],'min_eval_num':'16'}", EVAL),
    P("{'accepted_tcb_status':['UpToDate'],'min_eval_num':null}", EVAL),
    P("{'accepted_tcb_status':['UpToDate'],'min_eval_num':[16]}", EVAL),
    P("{'accepted_tcb_status':['UpToDate'],'min_eval_num':true}", EVAL),
    P("{'accepted_tcb_status':['UpToDate'],'min_eval_num':false}", ""),
    P("{'accepted_tcb_status':['UpToDate'],'min_eval_num':18}", "", .evaluation = 18),
    P("{'accepted_tcb_status':['UpToDate'],'min_eval_num':16,'collateral_grace_period':0}",
      EXPIRY " " EVAL),
    P("{'accepted_tcb_status':['UpToDate'],'min_eval_num':16,'collateral_grace_period':false}", ""),
    P("{'accepted_tcb_status':['UpToDate','OutOfDate'],'min_eval_num':16,"
      "'platform_grace_period':99999999}",
      GRACE " " EVAL),
    /* platform_grace_period; 7776000 s are 90 days */
    P("{'accepted_tcb_status':['UpToDate','OutOfDate'],'platform_grace_period':7776000}", GRACE),
    P("{'accepted_tcb_status':['UpToDate','OutOfDate'],'platform_grace_period':7776000,"
      "'collateral_grace_period':0}",
      GRACE),
    P("{'accepted_tcb_status':['UpToDate','OutOfDate'],'platform_grace_period':7776000,"
      "'collateral_grace_period':0}",
      "", .level = "2024-02-01T00:00:00Z"),
    P("{'accepted_tcb_status':['UpToDate'],'platform_grace_period':7776000,"
      "'collateral_grace_period':0}",
      GRACE, .level = "2024-02-01T00:00:00Z"),
    P("{'accepted_tcb_status':'UpToDate','platform_grace_period':7776000,"
      "'collateral_grace_period':0}",
      GRACE, .level = "2024-02-01T00:00:00Z"),
    P("{'platform_grace_period':7776000,'collateral_grace_period':0}", STATUS " " GRACE,
      .level = "2024-02-01T00:00:00Z"),
    P("{'accepted_tcb_status':['UpToDate','OutOfDate'],'platform_grace_period':7776000,"
      "'collateral_grace_period':0}",
      GRACE, .status = "OutOfDate"),
    P("{'accepted_tcb_status':['UpToDate','OutOfDate'],'platform_grace_period':7776000,"
      "'collateral_grace_period':0}",
      "", .status = "OutOfDate", .level = "2024-02-01T00:00:00Z"),
    P("{'accepted_tcb_status':['UpToDate','OutOfDate'],'platform_grace_period':7776000,"
      "'collateral_grace_period':0}",
      "", .status = "OutOfDate", .level = "2023-12-15T07:20:29Z"),
    P("{'accepted_tcb_status':['UpToDate','OutOfDate'],'platform_grace_period':7776000,"
      "'collateral_grace_period':0}",
      GRACE, .status = "OutOfDate", .level = "2023-12-15T07:20:28Z"),
    P("{'accepted_tcb_status':['UpToDate','OutOfDate'],'platform_grace_period':7776000,"
      "'collateral_grace_period':10}",
      GRACE, .level = "2024-02-01T00:00:00Z"),
    P("{'accepted_tcb_status':['UpToDate','OutOfDate'],'platform_grace_period':'7776000',"
      "'collateral_grace_period':0}",
      GRACE, .level = "2024-02-01T00:00:00Z"),
    P("{'accepted_tcb_status':['UpToDate','OutOfDate'],'platform_grace_period':null,"
      "'collateral_grace_period':0}",
      GRACE, .level = "2024-02-01T00:00:00Z"),
    P("{'accepted_tcb_status':['UpToDate'],'platform_grace_period':false}", ""),
    /* min_tcb_level_date: heeded here, dead in Intel's engine */
    P("{'accepted_tcb_status':['UpToDate'],'min_tcb_level_date':'2023-08-09T00:00:00Z'}", ""),
    P("{'accepted_tcb_status':['UpToDate'],'min_tcb_level_date':'2023-08-09T00:00:01Z'}", LEVEL),
    P("{'accepted_tcb_status':['UpToDate'],'min_tcb_level_date':'2030-01-01T00:00:00Z'}", LEVEL),
    P("{'accepted_tcb_status':['UpToDate'],'min_tcb_level_date':'2023-08-09'}", LEVEL),
    P("{'accepted_tcb_status':['UpToDate'],'min_tcb_level_date':'2023-08-09T00:00:00+00:00'}",
      LEVEL),
    P("{'accepted_tcb_status':['UpToDate'],'min_tcb_level_date':0}", LEVEL),
    P("{'accepted_tcb_status':['UpToDate'],'min_tcb_level_date':false}", ""),
};

static const struct tcb_row platform_rows[] = {
    P("{'accepted_tcb_status':['UpToDate'],'accepted_platform_provider_ids':['AAAA']}",
      "platform_provider_id"),
    P("{'accepted_tcb_status':['UpToDate'],'accepted_platform_provider_ids':[]}",
      "platform_provider_id"),
    P("{'accepted_tcb_status':['UpToDate'],'accepted_platform_provider_ids':false}", ""),
    /* accepted_sgx_types: compared here, always false in Intel's engine */
    P("{'accepted_tcb_status':['UpToDate'],'accepted_sgx_types':[1]}", ""),
    P("{'accepted_tcb_status':['UpToDate'],'accepted_sgx_types':1}", ""),
    P("{'accepted_tcb_status':['UpToDate'],'accepted_sgx_types':[0,1]}", ""),
    P("{'accepted_tcb_status':['UpToDate'],'accepted_sgx_types':[0,2]}", "sgx_types"),
    P("{'accepted_tcb_status':['UpToDate'],'accepted_sgx_types':[1]}", "sgx_types", .sgx_type = 2),
    P("{'accepted_tcb_status':['UpToDate'],'accepted_sgx_types':2}", "", .sgx_type = 2),
    P("{'accepted_tcb_status':['UpToDate'],'accepted_sgx_types':'1'}", "sgx_types"),
    P("{'accepted_tcb_status':['UpToDate'],'accepted_sgx_types':[]}", "sgx_types"),
    P("{'accepted_tcb_status':['UpToDate'],'accepted_sgx_types':null}", "sgx_types"),
    P("{'accepted_tcb_status':['UpToDate'],'accepted_sgx_types':false}", ""),
    P("{'accepted_tcb_status':['UpToDate'],'allow_dynamic_platform':false}", "dynamic_platform"),
    P("{'accepted_tcb_status':['UpToDate'],'allow_dynamic_platform':false}", "",
      .static_platform = true),
    P("{'accepted_tcb_status':['UpToDate'],'allow_dynamic_platform':true}", ""),
    P("{'accepted_tcb_status':['UpToDate'],'allow_dynamic_platform':null}", ""),
    P("{'accepted_tcb_status':['UpToDate'],'allow_dynamic_platform':'false'}", ""),
    P("{'accepted_tcb_status':['UpToDate'],'allow_dynamic_plaform':false}", ""),
    /* heeded here, dead in Intel's engine */
    P("{'accepted_tcb_status':['UpToDate'],'allow_cached_keys':false}", "cached_keys"),
    P("{'accepted_tcb_status':['UpToDate'],'allow_cached_keys':false}", "", .no_cached_keys = true),
    P("{'accepted_tcb_status':['UpToDate'],'allow_cached_keys':true}", ""),
    P("{'accepted_tcb_status':['UpToDate'],'allow_smt_enabled':false}", "smt_enabled"),
    P("{'accepted_tcb_status':['UpToDate'],'allow_smt_enabled':false}", "", .no_smt = true),
    P("{'accepted_tcb_status':['UpToDate'],'allow_smt_enabled':true}", ""),
    P("{'accepted_tcb_status':['UpToDate'],'rejected_advisory_ids':['INTEL-SA-00617']}", ""),
    P("{'accepted_tcb_status':['UpToDate'],'rejected_advisory_ids':['intel-sa-00617']}",
      "advisory_ids", .advisory = "INTEL-SA-00617"),
    P("{'accepted_tcb_status':['UpToDate'],'rejected_advisory_ids':['INTEL-SA-00618',"
      "'INTEL-SA-00617']}",
      "advisory_ids", .advisory = "INTEL-SA-00617"),
    P("{'accepted_tcb_status':['UpToDate'],'rejected_advisory_ids':['INTEL-SA-00618']}", "",
      .advisory = "INTEL-SA-00617"),
    P("{'accepted_tcb_status':['UpToDate'],'rejected_advisory_ids':'INTEL-SA-00617'}",
      "advisory_ids", .advisory = "INTEL-SA-00617"),
    P("{'accepted_tcb_status':['UpToDate'],'rejected_advisory_ids':[617]}", "",
      .advisory = "INTEL-SA-00617"),
    P("{'accepted_tcb_status':['UpToDate'],'rejected_advisory_ids':false}", "",
      .advisory = "INTEL-SA-00617"),
    /* fields of other classes have no effect */
    P("{'accepted_tcb_status':['UpToDate'],'tdx_mrtd':'00','sgx_isvsvn_min':99}", ""),
    /* the manual's platform policy */
    P("{'accepted_tcb_status':['UpToDate'],'allow_dynamic_plaform':true,'min_eval_num':16}", ""),
};

static void run_tcb_row(const struct tcb_row *row, enum policy_class class)
{
    struct policy_set set = { 0 };
    struct advisory_list advisories;
    struct measurement_tcb tcb;
    struct check_list list;
    char words[100];

    check_rows_policy(class, row->reference, &set);
    fill(row, &tcb, &advisories, words);
    if (class == POLICY_TD_QE)
        check_td_qe(&set.of_class[class]->reference, &tcb, time_of(NOW), &list);
    else
        check_platform(&set.of_class[class]->reference, &tcb, time_of(NOW), &list);
    assert_int_equal(list.count, class == POLICY_TD_QE ? 5 : 11);
    check_rows_compare(&list, class == POLICY_TD_QE ? "td_qe_" : "", row->expected);
    policy_set_clear(&set);
}

static void platform_policies_1_0(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(shared_rows); i++)
        run_tcb_row(&shared_rows[i], POLICY_TDX10_PLATFORM);
    for (size_t i = 0; i < COUNT_OF(platform_rows); i++)
        run_tcb_row(&platform_rows[i], POLICY_TDX10_PLATFORM);
}

static void platform_policies_1_5(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(shared_rows); i++)
        run_tcb_row(&shared_rows[i], POLICY_TDX15_PLATFORM);
    for (size_t i = 0; i < COUNT_OF(platform_rows); i++)
        run_tcb_row(&platform_rows[i], POLICY_TDX15_PLATFORM);
}

static void qe_policies(void **state)
{
    static const struct tcb_row ignored =
        P("{'accepted_tcb_status':['UpToDate'],'rejected_advisory_ids':['INTEL-SA-00617'],"
          "'allow_dynamic_platform':false,'accepted_sgx_types':[0]}",
          "", .advisory = "INTEL-SA-00617");

    (void)state;
    for (size_t i = 0; i < COUNT_OF(shared_rows); i++)
        run_tcb_row(&shared_rows[i], POLICY_TD_QE);
    run_tcb_row(&ignored, POLICY_TD_QE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(platform_policies_1_0),
        cmocka_unit_test(platform_policies_1_5),
        cmocka_unit_test(qe_policies),
    };

    print_message("# %zu rows for both, %zu for the platform\n", COUNT_OF(shared_rows),
                  COUNT_OF(platform_rows));
    return cmocka_run_group_tests_name("checks_tcb", tests, NULL, NULL);
}
