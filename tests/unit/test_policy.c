/* SPDX-License-Identifier: Apache-2.0 */
/* Reading policies and telling what is wrong with them. JSON in the tables has ' for ". */
#include <stdlib.h>
#include <string.h>

#include "core/appraise/policy.h"
#include "core/base/json_write.h"
#include "core/base/span_text.h"
#include "tests/unit/cmocka_all.h"

#define TD15     "'environment':{'class_id':'45b734fc-aa4e-4c3d-ad28-e43d08880e68'}"
#define TD10     "'environment':{'class_id':'a1e4ee9c-a12e-48ac-bed0-e3f89297f687'}"
#define PLATFORM "'environment':{'class_id':'f708b97f-0fb2-4e6b-8b03-8a5bcd1221d3'}"
#define QE       "'environment':{'class_id':'3769258c-75e6-4bc7-8d72-d2b0e224cad2'}"
#define NOW      1000

static char *with_quotes(const char *text)
{
    char *copy = strdup(text);

    assert_non_null(copy);
    for (char *at = copy; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    return copy;
}

/* Adds a copy of exactly that size; on failure the set must be as it was. */
static enum tdx_status add(struct policy_set *set, const char *quoted)
{
    char *text = with_quotes(quoted);
    size_t size = strlen(text);
    uint8_t *exact = malloc(size > 0 ? size : 1);
    struct policy_set before = *set;
    struct tdx_error err = { 0 };
    enum tdx_status status;

    assert_non_null(exact);
    memcpy(exact, text, size);
    status = policy_set_add(set, "a.json", (struct span){ exact, size }, NOW, &err);
    free(exact);
    free(text);
    assert_int_equal(err.status, status);
    if (status != TDX_OK) {
        assert_string_not_equal(err.detail, "");
        assert_non_null(strstr(err.detail, "a.json"));
        assert_memory_equal(set, &before, sizeof(before));
    }
    return status;
}

static void files_are_read_or_refused_by_name(void **state)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        { "{'policy_array':[{" TD15 "}]}", "OK" },
        { "{'policy_array':[{" TD15 ",'reference':{}}]}\n", "OK" },
        { "/* a */ {'policy_array': [ // b\n{" TD15 ",'reference':{'#NOTE':1,'#NOTE':2}}]}", "OK" },
        { "{'policy_array':[{" TD15 "},{" TD10 "},{" QE "}],'other':1}", "OK" },
        { "", "POLICY_BAD" },
        { "{}", "POLICY_BAD" },
        { "[]", "POLICY_BAD" },
        { "  ", "JSON_BAD" },
        { "{'policy_array':{}}", "POLICY_BAD" },
        { "{'policy_array':[]}", "POLICY_BAD" },
        { "{'policy_array':[1]}", "POLICY_BAD" },
        { "{'policy_array':[{}]}", "POLICY_BAD" },
        { "{'policy_array':[{'environment':1}]}", "POLICY_BAD" },
        { "{'policy_array':[{'environment':{}}]}", "POLICY_BAD" },
        { "{'policy_array':[{'environment':{'class_id':1}}]}", "POLICY_BAD" },
        { "{'policy_array':[{" TD15 ",'reference':[]}]}", "POLICY_BAD" },
        { "{'policy_array':[{" TD15 ",'reference':null}]}", "POLICY_BAD" },
        { "{'policy_array':[{'environment':{'class_id':''}}]}", "POLICY_CLASS_UNKNOWN" },
        { "{'policy_array':[{'environment':{'class_id':'45B734FC-AA4E-4C3D-AD28-E43D08880E68'}}]}",
          "POLICY_CLASS_UNKNOWN" },
        { "{'policy_array':[{" TD15 "},{'environment':{'class_id':'x'}}]}",
          "POLICY_CLASS_UNKNOWN" },
        { "{'policy_array':[{" TD15 "},{" TD15 "}]}", "POLICY_CLASS_TWICE" },
        { "{'policy_array':[{" TD15 ",'reference':{'tdx_mrtd':'','tdx_mrtd':''}}]}",
          "JSON_DUPLICATE" },
        { "{'policy_array':[{" TD15 "," TD10 "}]}", "JSON_DUPLICATE" },
        { "{'policy_array':[{" TD15 "}]} x", "JSON_BAD" },
        { "{'policy_array':[{" TD15 "}]", "JSON_BAD" },
        { "{'policy_array':[{" TD15 ",}]}", "JSON_BAD" },
        { "eyJhbGciOiJub25lIn0.e30.", "TOKEN_UNSIGNED" },
        { "policy", "TOKEN_PARTS" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct policy_set set = { 0 };

        print_message("#  %zu\n", i);
        assert_status(add(&set, cases[i].text), cases[i].expected);
        policy_set_clear(&set);
    }
}

static void a_class_has_one_policy_over_all_files(void **state)
{
    struct policy_set set = { 0 };

    (void)state;
    assert_status(add(&set, "{'policy_array':[{" TD15 "},{" TD10 "}]}"), "OK");
    assert_status(add(&set, "{'policy_array':[{" PLATFORM "},{" TD10 "}]}"), "POLICY_CLASS_TWICE");
    assert_status(add(&set, "{'policy_array':[{" PLATFORM "},{" QE "}]}"), "OK");
    assert_int_equal(set.source_count, 2);
    assert_non_null(set.of_class[POLICY_TD15]);
    assert_non_null(set.of_class[POLICY_TD10]);
    assert_non_null(set.of_class[POLICY_TDX15_PLATFORM]);
    assert_non_null(set.of_class[POLICY_TD_QE]);
    assert_null(set.of_class[POLICY_TDX10_PLATFORM]);
    policy_set_clear(&set);
}

static void too_many_are_refused(void **state)
{
    struct policy_set set = { 0 };
    struct text text = { 0 };

    (void)state;
    text_add(&text, "{'policy_array':[{" TD15 "}");
    for (int i = 0; i < POLICY_ITEMS_MAX; i++)
        text_add(&text, ",{" TD15 "}");
    text_add(&text, "]}");
    assert_status(add(&set, text_string(&text)), "POLICY_TOO_MANY");
    text_clear(&text);
    text_add(&text, "{'policy_array':[{" TD15 "}]}");
    while (text.length <= POLICY_TEXT_LIMIT)
        text_add(&text, "                                                                ");
    assert_status(add(&set, text_string(&text)), "POLICY_BAD");
    text_free(&text);
    policy_set_clear(&set);
}

/* A token over a payload, signed with signer; the caller frees it. */
static char *token_of(const struct es384_signer *signer, const char *payload)
{
    struct text token = { 0 };

    assert_status(jws_write(signer, span_of(payload), &token, NULL), "OK");
    return text_take(&token);
}

static void tokens_are_read_and_their_signers_told_apart(void **state)
{
    static const struct {
        const char *payload, *expected;
    } cases[] = {
        { "{\"policy_payload\":\"{\\\"policy_array\\\":[{\\\"environment\\\":{\\\"class_id\\\":"
          "\\\"45b734fc-aa4e-4c3d-ad28-e43d08880e68\\\"}}]}\\n\"}",
          "OK" },
        { "{\"policy_payload\":{\"policy_array\":[]}}", "TOKEN_PAYLOAD_BAD" },
        { "{\"appraisal_result\":\"[]\"}", "TOKEN_PAYLOAD_BAD" },
        { "{\"policy_payload\":\"\"}", "JSON_BAD" },
        { "{\"policy_payload\":\"{}\"}", "POLICY_BAD" },
        { "{\"policy_payload\":\"{}\",\"policy_payload\":\"{}\"}", "JSON_DUPLICATE" },
        { "[]", "TOKEN_PAYLOAD_BAD" },
        { "policy", "JSON_BAD" },
        { "{\"exp\":999,\"policy_payload\":\"{}\"}", "TOKEN_EXPIRED" },
        { "{\"nbf\":1001,\"policy_payload\":\"{}\"}", "TOKEN_NOT_YET_VALID" },
        { "{\"iat\":1001,\"policy_payload\":\"{}\"}", "TOKEN_NOT_YET_VALID" },
    };
    struct es384_signer *signer = NULL, *other = NULL;
    struct es384_key keys[2];
    struct policy_set set = { 0 };

    (void)state;
    assert_status(es384_signer_new(&signer, NULL), "OK");
    assert_status(es384_signer_new(&other, NULL), "OK");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *token = token_of(signer, cases[i].payload);

        policy_set_clear(&set);
        print_message("#  %s\n", cases[i].payload);
        assert_status(add(&set, token), cases[i].expected);
        free(token);
        if (i > 0)
            continue;
        keys[0] = *es384_signer_key(other);
        keys[1] = *es384_signer_key(signer);
        assert_status(policy_set_check_signers(&set, keys, 2, NULL), "OK");
        assert_status(policy_set_check_signers(&set, keys, 1, NULL), "POLICY_SIGNER_UNKNOWN");
        assert_status(add(&set, "{'policy_array':[{" QE "}]}"), "OK");
        assert_status(policy_set_check_signers(&set, keys, 2, NULL), "POLICY_UNSIGNED");
    }
    policy_set_clear(&set);
    assert_status(policy_set_check_signers(&set, keys, 0, NULL), "OK");
    es384_signer_free(signer);
    es384_signer_free(other);
}

static void an_item_is_written_as_results_show_it(void **state)
{
    static const struct {
        const char *item, *expected;
    } cases[] = {
        { "{" TD15 ",'reference':{'tdx_mrtd':'ab','#NOTE':'a','x':[1.50,{},[],true,null],"
          "'#NOTE':'b\\n'}} ",
          "{" TD15 ",'reference':{'tdx_mrtd':'ab','x':[1.50,{},[],true,null],'#NOTE':'b\\n'}}" },
        { "{ 'a' : 1 /* c */ , " TD15 " }", "{'a':1," TD15 "}" },
        /* what says who signed it is never the policy's own text */
        { "{" TD15 ",'signature':'AAAA','signing_key':{'x':1},'reference':{'signature':1}}",
          "{" TD15 ",'reference':{'signature':1}}" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct policy_set set = { 0 };
        struct text text = { 0 }, out = { 0 };
        char *expected = with_quotes(cases[i].expected);

        text_addf(&text, "{'policy_array':[%s]}", cases[i].item);
        assert_status(add(&set, text_string(&text)), "OK");
        policy_write_item(set.of_class[POLICY_TD15], &out);
        assert_string_equal(text_string(&out), expected);
        free(expected);
        text_free(&text);
        text_free(&out);
        policy_set_clear(&set);
    }
}

static void collect(enum policy_lint_weight weight, const char *sentence, void *context)
{
    struct text *all = context;

    text_addf(all, "%s%s|", weight == POLICY_LINT_BROKEN ? "!" : "", sentence);
}

static void lint_names_what_has_no_effect_and_what_is_meant(void **state)
{
    static const struct {
        const char *environment, *reference, *expected; /* part of it; "!" means broken */
    } cases[] = {
        { PLATFORM, "'accepted_tcb_status':['UpToDate'],'allow_dynamic_plaform':true",
          "\"allow_dynamic_plaform\" is no field and has no effect; did you mean "
          "\"allow_dynamic_platform\"?" },
        { TD15, "'tdx _mrservicetd':'00'", "did you mean \"tdx_mrservicetd\"?" },
        { TD15, "'tdx_mrdt':'00'", "did you mean \"tdx_mrtd\"?" },
        { TD15, "'TDX_MRTD':'00'", "did you mean \"tdx_mrtd\"?" },
        { TD15, "'tdx_atributes':'00'", "did you mean \"tdx_attributes\"?" },
        { TD15, "'tdx-rtmr2':'00'", "did you mean \"tdx_rtmr2\"?" },
        { PLATFORM, "'accepted_tcb_state':[]", "did you mean \"accepted_tcb_status\"?" },
        { PLATFORM, "'min_evaluation_num':1", "\"min_evaluation_num\" is no field" },
        { TD15, "'tdx_reportdata':'00'", "\"tdx_reportdata\" is no field and has no effect|" },
        { TD15, "'colour':'00'", "\"colour\" is no field and has no effect|" },
        { TD15, "'min_eval_num':1", "\"min_eval_num\" has no effect here: it belongs to another" },
        { QE, "'accepted_tcb_status':['UpToDate'],'rejected_advisory_ids':[]",
          "\"rejected_advisory_ids\" has no effect here" },
        { TD15, "'tdx_mrtd':'00'", "\"tdx_mrtd\" can never hold: it must be exactly 96" },
        { TD15, "'tdx_attributes':'00','tdx_attributes_mask':''",
          "\"tdx_attributes_mask\" can never hold: it must be exactly 16" },
        { TD15, "'tdx_xfam_mask':'FFFFFFFFFFFFFFFF'",
          "\"tdx_xfam_mask\" without \"tdx_xfam\" can never hold" },
        { TD15, "'tdx_attributes':'0000000010000000'",
          "\"tdx_attributes\" without \"tdx_attributes_mask\" is compared in all 64 bits" },
        { TD15, "", "without \"tdx_attributes\" only NO_DEBUG is demanded" },
        { TD15, "'tdx_mrtd':false", "\"tdx_mrtd\": false is the same as leaving the field out" },
        { PLATFORM, "", "\"accepted_tcb_status\" is missing" },
        { PLATFORM, "'accepted_tcb_status':['OutOfDate']", "lacks \"UpToDate\"" },
        { PLATFORM, "'accepted_tcb_status':['UpToDate']",
          "without \"collateral_grace_period\" it does not look at expired collateral" },
        { PLATFORM,
          "'accepted_tcb_status':['UpToDate'],'min_eval_num':1,"
          "'collateral_grace_period':0",
          "\"min_eval_num\" and a grace period exclude each other" },
        { PLATFORM, "'accepted_tcb_status':['UpToDate'],'platform_grace_period':1",
          "\"platform_grace_period\" needs \"collateral_grace_period\": 0" },
        { PLATFORM, "'accepted_tcb_status':['UpToDate'],'platform_grace_period':1",
          "needs an array with \"OutOfDate\"" },
        { PLATFORM, "'accepted_tcb_status':['UpToDate'],'allow_smt_enabled':'false'",
          "\"allow_smt_enabled\" has no effect: it must be true or false" },
        { PLATFORM, "'accepted_tcb_status':['UpToDate'],'allow_smt_enabled':false",
          "\"allow_smt_enabled\" is heeded here; Intel's engine ignores it" },
        { PLATFORM, "'accepted_tcb_status':['UpToDate'],'accepted_sgx_types':[1]",
          "\"accepted_sgx_types\" is heeded here; Intel's engine looks for another name" },
        { PLATFORM, "'accepted_tcb_status':['UpToDate'],'min_tcb_level_date':'2023-08-09'",
          "\"min_tcb_level_date\" cannot work: it must be a time" },
        { PLATFORM, "'accepted_tcb_status':['UpToDate',1]",
          "\"accepted_tcb_status\" cannot work: it must be a string or an array of strings" },
        { PLATFORM, "'accepted_tcb_status':['UpToDate'],'min_eval_num':'1'",
          "\"min_eval_num\" cannot work: it must be a number" },
    };
    static const char *const silent[] = {
        "{'policy_array':[{" TD15 ",'reference':{'tdx_attributes':'0000000010000000',"
        "'tdx_attributes_mask':'FFFFFFFFFFFFFFFF','#NOTE':'x','#NOTE':'y','#tdx_mrtd':'z'}}]}",
        "{'policy_array':[{" PLATFORM ",'reference':{'accepted_tcb_status':['UpToDate'],"
        "'collateral_grace_period':0}}]}",
        "{'policy_array':[{" QE ",'reference':{'accepted_tcb_status':'UpToDate',"
        "'min_eval_num':16}}]}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct policy_set set = { 0 };
        struct text text = { 0 }, said = { 0 };

        text_addf(&text, "{'policy_array':[{%s,'reference':{%s}}]}", cases[i].environment,
                  cases[i].reference);
        print_message("#  %s\n", cases[i].reference);
        assert_status(add(&set, text_string(&text)), "OK");
        policy_set_lint(&set, collect, &said);
        if (strstr(text_string(&said), cases[i].expected) == NULL)
            print_message("#  said: %s\n", text_string(&said));
        assert_non_null(strstr(text_string(&said), cases[i].expected));
        text_free(&text);
        text_free(&said);
        policy_set_clear(&set);
    }
    for (size_t i = 0; i < COUNT_OF(silent); i++) {
        struct policy_set set = { 0 };
        struct text said = { 0 };

        assert_status(add(&set, silent[i]), "OK");
        policy_set_lint(&set, collect, &said);
        assert_string_equal(text_string(&said), "");
        policy_set_clear(&set);
    }
}

static void every_prefix_of_a_policy_is_refused(void **state)
{
    static const char text[] = "{\"policy_array\":[{\"environment\":{\"class_id\":"
                               "\"45b734fc-aa4e-4c3d-ad28-e43d08880e68\"},\"reference\":{}}]}";

    (void)state;
    for (size_t size = 0; size + 1 < sizeof(text); size++) {
        struct policy_set set = { 0 };
        char copy[sizeof(text)] = "";

        memcpy(copy, text, size);
        assert_status(add(&set, copy), size == 0 ? "POLICY_BAD" : "JSON_BAD");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_read_or_refused_by_name),
        cmocka_unit_test(a_class_has_one_policy_over_all_files),
        cmocka_unit_test(too_many_are_refused),
        cmocka_unit_test(tokens_are_read_and_their_signers_told_apart),
        cmocka_unit_test(an_item_is_written_as_results_show_it),
        cmocka_unit_test(lint_names_what_has_no_effect_and_what_is_meant),
        cmocka_unit_test(every_prefix_of_a_policy_is_refused),
    };

    return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
