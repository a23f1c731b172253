/* SPDX-License-Identifier: Apache-2.0 */
/* Results: written in both shapes, read again, and what a relying party has to notice. */
#include <stdlib.h>
#include <string.h>

#include "core/appraise/policy_new.h"
#include "core/appraise/result.h"
#include "core/base/json_write.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/manual_case.h"

struct made {
    struct policy_set set;
    struct verification verification;
    struct appraisal appraisal;
    struct es384_signer *owner; /* of the tenant's policy */
    struct text token;
    struct result *result;
};

/* The manual's policy as a token of its owner. */
static void sign_policy(struct made *made)
{
    struct text token = { 0 };

    assert_status(es384_signer_new(&made->owner, NULL), "OK");
    assert_status(policy_sign(span_of(manual_policy), made->owner, &token, NULL), "OK");
    assert_status(policy_set_add(&made->set, "tenant_td_policy.jwt", span_of(text_string(&token)),
                                 MANUAL_NOW, NULL),
                  "OK");
    text_free(&token);
}

/* From policy to a result that was read again. signer NULL: unsecured. */
static struct made make(enum result_schema schema, const struct es384_signer *signer,
                        bool with_policy)
{
    struct made made = { .verification = manual_verification() };
    struct appraise_request request = manual_request(&made.set);
    struct collateral collateral = manual_collateral();
    struct result_request wanted = { .collateral = &collateral,
                                     .schema = schema,
                                     .nonce = UINT64_C(502551065253582) };

    if (with_policy)
        sign_policy(&made);
    request.policies = &made.set;
    assert_status(appraise(&request, &made.verification, span_of("quote"), &made.appraisal, NULL),
                  "OK");
    wanted.appraisal = &made.appraisal;
    assert_status(result_write_token(&wanted, signer, &made.token, NULL), "OK");
    assert_status(result_read(span_of(text_string(&made.token)), MANUAL_NOW, &made.result, NULL),
                  "OK");
    return made;
}

static void unmake(struct made *made)
{
    result_free(made->result);
    appraisal_clear(&made->appraisal);
    policy_set_clear(&made->set);
    es384_signer_free(made->owner);
    text_free(&made->token);
}

/* The member at a way such as "0.result.nonce", as the text of its value (strings without quotes);
 * NULL if there is none. The caller frees it. */
static char *at(const struct result *result, const char *way)
{
    struct json_place place[20] = { result->root };
    size_t depth = 0;
    char copy[200];
    struct span raw;

    assert_true(strlen(way) < sizeof(copy));
    (void)strcpy(copy, way);
    for (char *part = strtok(copy, "."); part != NULL; part = strtok(NULL, ".")) {
        struct json_place *next = &place[depth + 1];

        if (json_type_of(&place[depth]) == JSON_ARRAY) {
            for (unsigned long i = strtoul(part, NULL, 10) + 1; i > 0; i--)
                assert_true(json_next(&place[depth], next));
        } else {
            *next = json_member(&place[depth], part, JSON_OPTIONAL);
        }
        if (!json_present(next))
            return NULL;
        depth++;
    }
    raw = json_type_of(&place[depth]) == JSON_STRING ? json_as_string(&place[depth])
                                                     : json_raw(&place[depth]);
    return strndup((const char *)raw.data, raw.size);
}

static void assert_at(const struct result *result, const char *way, const char *expected)
{
    char *found = at(result, way);

    print_message("#  %s\n", way);
    assert_non_null(found);
    assert_string_equal(found, expected);
    free(found);
}

static void assert_starts(const struct result *result, const char *way, const char *prefix)
{
    char *found = at(result, way);

    print_message("#  %s\n", way);
    assert_non_null(found);
    assert_true(strlen(found) >= strlen(prefix));
    assert_memory_equal(found, prefix, strlen(prefix));
    free(found);
}

static void assert_members(const struct result *result, size_t entry, size_t count)
{
    struct json_place checks = { 0 };

    assert_true(json_next(&result->entry[entry].details, &checks));
    assert_int_equal(json_count(&checks), count);
}

static void the_default_shape_is_the_manuals(void **state)
{
#define FIRST "0.result.appraised_reports.0."
#define PARTS "0.result.certification_data.0.certification_data."
    struct made made = make(RESULT_SCHEMA_120, NULL, true);

    (void)state;
    assert_false(made.result->token.is_signed);
    assert_int_equal(made.result->schema, RESULT_SCHEMA_120);
    assert_int_equal(made.result->overall, 1);
    assert_int_equal(made.result->check_date, MANUAL_NOW);
    assert_int_equal(made.result->entry_count, 3);
    assert_at(made.result, "0.result.appraisal_check_date", "1710400829000000000");
    assert_at(made.result, "0.result.nonce", "502551065253582");
    assert_at(made.result, "0.result.overall_appraisal_result", "1");
    assert_at(made.result, FIRST "appraisal_result", "1");
    assert_at(made.result, FIRST "detailed_result.0.td_attributes_check", "true");
    assert_at(made.result, FIRST "policy.reference.#NOTE",
              "0000000010000000 means for NO_DEBUG and SPTE_VE_DISABLE");
    assert_at(made.result, FIRST "policy.signing_key.crv", "P-384");
    assert_starts(made.result, FIRST "policy.signature",
                  policy_source_token(made.set.source[0])->signature);
    assert_members(made.result, 0, 11);
    assert_members(made.result, 1, 11);
    assert_members(made.result, 2, 5);
    assert_starts(made.result, FIRST "report.measurement.tdx_mrtd", "0A40");
    assert_starts(made.result, FIRST "report.measurement.tdx_mrservicetd", "3D03");
    /* the prefixes that the manual shows */
    assert_starts(made.result, PARTS "qe_identity_issuer_chain", "LS0t");
    assert_starts(made.result, PARTS "root_ca_crl", "MzA4");
    assert_starts(made.result, PARTS "pck_crl", "LS0t");
    assert_starts(made.result, PARTS "pck_crl_issuer_chain", "LS0t");
    assert_starts(made.result, PARTS "tcb_info", "eyJ0");
    assert_starts(made.result, PARTS "qe_identity", "eyJl");
    assert_starts(made.result, PARTS "tcb_info_issuer_chain", "LS0t");
    assert_null(at(made.result, "0.result.quote_hash"));
    unmake(&made);
#undef FIRST
#undef PARTS
}

static void the_newer_shape_has_arrays_and_the_quotes_hash(void **state)
{
    struct made made = make(RESULT_SCHEMA_122, NULL, true);

    (void)state;
    assert_int_equal(made.result->schema, RESULT_SCHEMA_122);
    assert_at(made.result, "0.result.0.overall_appraisal_result", "1");
    assert_starts(made.result, "0.result.0.certification_data.0.tcb_info", "eyJ0");
    /* SHA-384 of "quote", by sha384sum, the last byte first */
    assert_at(made.result, "0.result.0.quote_hash.0.quote_hash",
              "C61B90AFCDA911603852AC3D53C02B2D73F1E4BD51074B0C"
              "810D243410EBDF50CCAE87D2DFE078D406E5AF11E5C8CAAE");
    assert_at(made.result, "0.result.0.quote_hash.0.algo", "SHA384");
    assert_non_null(
        strstr((const char *)made.result->token.payload, "\"iss\":\"quote appraisal entity\""));
    assert_status(result_check(made.result, NULL), "OK");
    unmake(&made);
}

static void a_relying_party_finds_all_it_needs(void **state)
{
    struct es384_signer *signer = NULL, *stranger = NULL;
    struct made made;
    uint8_t report_data[TD_REPORT_DATA_SIZE];

    (void)state;
    assert_status(es384_signer_new(&signer, NULL), "OK");
    assert_status(es384_signer_new(&stranger, NULL), "OK");
    made = make(RESULT_SCHEMA_120, signer, true);
    assert_true(made.result->token.is_signed);
    assert_status(jws_check_signer(&made.result->token, es384_signer_key(signer), 1, NULL), "OK");
    assert_status(jws_check_signer(&made.result->token, es384_signer_key(stranger), 1, NULL),
                  "TOKEN_SIGNER_UNKNOWN");
    assert_status(result_check(made.result, NULL), "OK");
    assert_status(result_check_signers(made.result, es384_signer_key(made.owner), 1, NULL), "OK");
    assert_status(result_check_signers(made.result, es384_signer_key(stranger), 1, NULL),
                  "POLICY_SIGNER_UNKNOWN");
    assert_status(result_check_policies(made.result, &made.set, NULL), "OK");
    assert_status(result_report_data(made.result, report_data, NULL), "OK");
    assert_memory_equal(report_data, made.verification.quote.td.report_data, sizeof(report_data));
    unmake(&made);
    /* without a tenant's policy the TD was only held against NO_DEBUG: nobody signed for that */
    made = make(RESULT_SCHEMA_120, signer, false);
    assert_status(result_check(made.result, NULL), "OK");
    assert_status(result_check_signers(made.result, es384_signer_key(stranger), 1, NULL),
                  "POLICY_UNSIGNED");
    unmake(&made);
    es384_signer_free(signer);
    es384_signer_free(stranger);
}

static void another_policy_of_the_same_owner_is_noticed(void **state)
{
    static const struct {
        const char *class_id, *expected;
    } cases[] = {
        { "45b734fc-aa4e-4c3d-ad28-e43d08880e68", "POLICY_SIGNER_UNKNOWN" }, /* not this one */
        { "f708b97f-0fb2-4e6b-8b03-8a5bcd1221d3", "POLICY_SIGNER_UNKNOWN" }, /* a built-in one */
        { "a1e4ee9c-a12e-48ac-bed0-e3f89297f687", "RESULT_INCOMPLETE" },
    };
    struct made made = make(RESULT_SCHEMA_120, NULL, true);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct policy_set set = { 0 };
        struct text json = { 0 }, token = { 0 };

        text_addf(&json, "{\"policy_array\":[{\"environment\":{\"class_id\":\"%s\"}}]}",
                  cases[i].class_id);
        assert_status(policy_sign(span_of(text_string(&json)), made.owner, &token, NULL), "OK");
        assert_status(policy_set_add(&set, "p", span_of(text_string(&token)), MANUAL_NOW, NULL),
                      "OK");
        assert_status(result_check_policies(made.result, &set, NULL), cases[i].expected);
        text_free(&json);
        text_free(&token);
        policy_set_clear(&set);
    }
    unmake(&made);
}

/* Reads a result that is this JSON (' for "), in an unsecured token. */
static enum tdx_status read_json(const char *json, struct result **ret)
{
    struct text payload = { 0 }, token = { 0 };
    char *copy = strdup(json);
    struct tdx_error err = { 0 };
    enum tdx_status status;

    assert_non_null(copy);
    for (char *c = copy; *c != '\0'; c++)
        if (*c == '\'')
            *c = '"';
    text_add(&payload, "{\"appraisal_result\":");
    json_quote(&payload, span_of(copy));
    text_add(&payload, "}");
    assert_status(jws_write(NULL, span_of(text_string(&payload)), &token, NULL), "OK");
    status = result_read(span_of(text_string(&token)), MANUAL_NOW, ret, &err);
    if (status != TDX_OK)
        assert_string_not_equal(err.detail, "");
    free(copy);
    text_free(&payload);
    text_free(&token);
    return status;
}

#define ENTRY(result, checks, class_id, policy)                                                    \
    "{'appraisal_result':" result ",'detailed_result':[{" checks "}],'policy':{'environment':{"    \
    "'class_id':'" class_id "'}" policy "},'report':{'environment':{'class_id':'" class_id         \
    "'},'measurement':{}}}"
#define TD15           "45b734fc-aa4e-4c3d-ad28-e43d08880e68"
#define TD10           "a1e4ee9c-a12e-48ac-bed0-e3f89297f687"
#define PLATFORM       "f708b97f-0fb2-4e6b-8b03-8a5bcd1221d3"
#define QE             "3769258c-75e6-4bc7-8d72-d2b0e224cad2"
#define SGX            "3123ec35-8d38-4ea5-87a5-d6c48b567570"
#define GOOD(class_id) ENTRY("1", "'a_check':true", class_id, "")
#define RESULT(overall, entries)                                                                   \
    "[{'result':{'overall_appraisal_result':" overall ",'appraisal_check_date':1000000000,"        \
    "'nonce':1,'appraised_reports':[" entries "],'certification_data':[]}}]"

static void a_result_is_believed_only_if_all_of_it_agrees(void **state)
{
    static const struct {
        const char *json, *expected;
    } cases[] = {
        { RESULT("1", GOOD(TD15) "," GOOD(PLATFORM) "," GOOD(QE)), "OK" },
        { RESULT("1", GOOD(QE) "," GOOD(PLATFORM) "," GOOD(TD15)), "OK" },
        { RESULT("0", GOOD(TD15) "," GOOD(PLATFORM) "," GOOD(QE)), "RESULT_REFUSED" },
        { RESULT("-1", GOOD(TD15) "," GOOD(PLATFORM) "," GOOD(QE)), "RESULT_REFUSED" },
        { RESULT("1", GOOD(PLATFORM) "," GOOD(QE)), "RESULT_INCOMPLETE" }, /* Intel's engine: 1 */
        { RESULT("1", GOOD(TD15) "," GOOD(PLATFORM)), "RESULT_INCOMPLETE" },
        { RESULT("1", GOOD(TD10) "," GOOD(PLATFORM) "," GOOD(QE)), "RESULT_INCOMPLETE" },
        { RESULT("1", GOOD(TD15) "," GOOD(TD15) "," GOOD(PLATFORM) "," GOOD(QE)),
          "RESULT_INCOMPLETE" },
        { RESULT("1", GOOD(TD15) "," GOOD(TD10) "," GOOD(PLATFORM) "," GOOD(QE)),
          "RESULT_INCOMPLETE" },
        { RESULT("1", ""), "RESULT_INCOMPLETE" },
        { RESULT("1", GOOD(TD15) "," GOOD(PLATFORM) "," GOOD(QE) "," GOOD(SGX)),
          "RESULT_INCOMPLETE" },
        { RESULT("1", ENTRY("0", "'a':true", TD15, "") "," GOOD(PLATFORM) "," GOOD(QE)),
          "RESULT_REFUSED" },
        { RESULT("1", ENTRY("1", "'a':true,'b':false", TD15, "") "," GOOD(PLATFORM) "," GOOD(QE)),
          "RESULT_REFUSED" },
        { RESULT("1", ENTRY("1", "'a':'true'", TD15, "") "," GOOD(PLATFORM) "," GOOD(QE)),
          "RESULT_REFUSED" },
        { RESULT("1", ENTRY("1", "", TD15, "") "," GOOD(PLATFORM) "," GOOD(QE)),
          "RESULT_INCOMPLETE" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct result *result = NULL;

        print_message("#  %zu\n", i);
        assert_status(read_json(cases[i].json, &result), "OK");
        assert_status(result_check(result, NULL), cases[i].expected);
        result_free(result);
    }
}

static void what_is_no_result_is_refused(void **state)
{
    static const struct {
        const char *json, *expected;
    } cases[] = {
        { "", "JSON_BAD" },
        { "{}", "RESULT_BAD" },
        { "[]", "RESULT_BAD" },
        { "[1]", "RESULT_BAD" },
        { "[{}]", "RESULT_BAD" },
        { "[{'result':1}]", "RESULT_BAD" },
        { "[{'result':[]}]", "RESULT_BAD" },
        { "[{'result':[{},{}]}]", "RESULT_BAD" },
        { "[{'result':{}},{'result':{}}]", "RESULT_BAD" },
        { "[{'result':{'overall_appraisal_result':1}}]", "RESULT_BAD" },
        { "[{'result':{},'result':{}}]", "JSON_DUPLICATE" },
        { "[{'result':{}}]/**/", "JSON_BAD" },
        { RESULT("2", ""), "RESULT_BAD" },
        { RESULT("true", ""), "RESULT_BAD" },
        { RESULT("'1'", ""), "RESULT_BAD" },
        { RESULT("1", "1"), "RESULT_BAD" },
        { RESULT("1", "{}"), "RESULT_BAD" },
        { RESULT("1", ENTRY("5", "'a':true", TD15, "")), "RESULT_BAD" },
        { RESULT("1", GOOD("x")), "RESULT_BAD" },
        { RESULT("1", ENTRY("1", "", TD15, ",'signing_key':{'kty':'EC'}")), "RESULT_BAD" },
        { RESULT("1", ENTRY("1", "", TD15, ",'signature':5")), "RESULT_BAD" },
        { RESULT("1", "{'appraisal_result':1,'detailed_result':[{'a':true}],'policy':{"
                      "'environment':{'class_id':'" PLATFORM "'}},'report':{'environment':{"
                      "'class_id':'" TD15 "'},'measurement':{}}}"),
          "RESULT_BAD" },
    };
    struct result *result = NULL;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        print_message("#  %s\n", cases[i].json);
        assert_status(read_json(cases[i].json, &result), cases[i].expected);
        assert_null(result);
    }
    assert_status(result_read(span_of("eyJhbGciOiJub25lIn0.e30."), MANUAL_NOW, &result, NULL),
                  "TOKEN_PAYLOAD_BAD");
    assert_status(result_read(span_of("eyJhbGciOiJub25lIn0.W10."), MANUAL_NOW, &result, NULL),
                  "TOKEN_PAYLOAD_BAD");
}

/* A policy without a signature passes for platform and QE, by its content, never for the TD. */
static void an_unsigned_policy_passes_only_as_the_built_in_one(void **state)
{
#define STRICT ",'reference':{'accepted_tcb_status':['UpToDate'],'collateral_grace_period':0}"
#define WITH(td, platform)                                                                         \
    RESULT("1", ENTRY("1", "'a':true", TD15, td) "," ENTRY("1", "'a':true", PLATFORM,              \
                                                           platform) "," ENTRY("1", "'a':true",    \
                                                                               QE, STRICT))
    static const struct {
        const char *json, *expected;
    } cases[] = {
        { RESULT("1", ENTRY("1", "'a':true", PLATFORM, STRICT)), "OK" },
        { WITH(STRICT, STRICT), "POLICY_UNSIGNED" },
        { RESULT("1", ENTRY("1", "'a':true", PLATFORM, "")), "POLICY_UNSIGNED" },
        { RESULT("1", ENTRY("1", "'a':true", PLATFORM,
                            ",'reference':{'accepted_tcb_status':['UpToDate'],"
                            "'collateral_grace_period':0,'allow_smt_enabled':true}")),
          "POLICY_UNSIGNED" },
        { RESULT("1", ENTRY("1", "'a':true", PLATFORM,
                            ",'reference':{'accepted_tcb_status':"
                            "['UpToDate']}")),
          "POLICY_UNSIGNED" },
        { RESULT("1", ENTRY("1", "'a':true", PLATFORM,
                            ",'reference':{'accepted_tcb_status':['UpToDate','OutOfDate'],"
                            "'collateral_grace_period':0}")),
          "POLICY_UNSIGNED" },
        { RESULT("1", ENTRY("1", "'a':true", PLATFORM,
                            ",'reference':{'accepted_tcb_status':['UpToDate'],"
                            "'collateral_grace_period':9999999}")),
          "POLICY_UNSIGNED" },
    };
    struct es384_key key = { { 0 }, { 0 } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct result *result = NULL;

        print_message("#  %zu\n", i);
        assert_status(read_json(cases[i].json, &result), "OK");
        assert_status(result_check_signers(result, &key, 1, NULL), cases[i].expected);
        result_free(result);
    }
#undef STRICT
#undef WITH
}

static void schemas_are_named_by_version(void **state)
{
    enum result_schema schema;

    (void)state;
    assert_true(result_schema_parse("1.20", &schema) && schema == RESULT_SCHEMA_120);
    assert_true(result_schema_parse("1.21", &schema) && schema == RESULT_SCHEMA_120);
    assert_true(result_schema_parse("1.22", &schema) && schema == RESULT_SCHEMA_122);
    assert_false(result_schema_parse("1.2", &schema));
    assert_false(result_schema_parse("", &schema));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_default_shape_is_the_manuals),
        cmocka_unit_test(the_newer_shape_has_arrays_and_the_quotes_hash),
        cmocka_unit_test(a_relying_party_finds_all_it_needs),
        cmocka_unit_test(another_policy_of_the_same_owner_is_noticed),
        cmocka_unit_test(a_result_is_believed_only_if_all_of_it_agrees),
        cmocka_unit_test(what_is_no_result_is_refused),
        cmocka_unit_test(an_unsigned_policy_passes_only_as_the_built_in_one),
        cmocka_unit_test(schemas_are_named_by_version),
    };

    return cmocka_run_group_tests_name("result", tests, NULL, NULL);
}
