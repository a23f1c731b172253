/* SPDX-License-Identifier: Apache-2.0 */
/* Every real quote of the corpus, at each of its times, against the verdict of Intel's own library.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/rfc3339.h"
#include "core/collateral/bundle.h"
#include "core/verify/verify.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/corpus.h"

#define PEER "Intel QVL"

/* What Intel's library calls a failure, and what we may call it: one check of ours can stand for
 * two of theirs, where one byte is wrong for two reasons. */
static const struct {
    const char *intel, *ours;
} names[] = {
    { "STATUS_UNSUPPORTED_CERT_FORMAT", "PCK_CHAIN_FORMAT SIGNING_CHAIN_FORMAT" },
    { "STATUS_UNSUPPORTED_PCK_CERT_FORMAT", "PCK_CHAIN_FORMAT PCK_EXTENSION_FORMAT" },
    { "STATUS_SGX_ROOT_CA_MISSING", "ROOT_CA_MISSING" },
    { "STATUS_SGX_ROOT_CA_INVALID_ISSUER", "ROOT_CA_INVALID_ISSUER" },
    { "STATUS_SGX_INTERMEDIATE_CA_MISSING", "PCK_CA_MISSING" },
    { "STATUS_SGX_INTERMEDIATE_CA_INVALID_ISSUER", "PCK_CA_INVALID_ISSUER" },
    { "STATUS_SGX_INTERMEDIATE_CA_REVOKED", "PCK_CA_REVOKED" },
    { "STATUS_SGX_PCK_MISSING", "PCK_MISSING" },
    { "STATUS_SGX_PCK_INVALID_ISSUER", "PCK_INVALID_ISSUER" },
    { "STATUS_SGX_PCK_INVALID_EXTENSIONS", "PCK_EXTENSION_INVALID CERT_EXTENSIONS_INVALID" },
    { "STATUS_SGX_PCK_REVOKED", "PCK_REVOKED" },
    { "STATUS_PCK_REVOKED", "PCK_REVOKED" },
    { "STATUS_SGX_PCK_CERT_CHAIN_UNTRUSTED", "PCK_CHAIN_UNTRUSTED" },
    { "STATUS_SGX_TCB_SIGNING_CERT_MISSING", "TCB_SIGNING_MISSING" },
    { "STATUS_SGX_TCB_SIGNING_CERT_INVALID_ISSUER", "TCB_SIGNING_INVALID_ISSUER" },
    { "STATUS_SGX_TCB_SIGNING_CERT_REVOKED", "TCB_SIGNING_REVOKED" },
    { "STATUS_SGX_TCB_SIGNING_CERT_CHAIN_UNTRUSTED", "SIGNING_CHAIN_UNTRUSTED" },
    { "STATUS_SGX_CRL_UNSUPPORTED_FORMAT", "CRL_FORMAT" },
    { "STATUS_UNSUPPORTED_PCK_RL_FORMAT", "CRL_FORMAT" },
    { "STATUS_SGX_CRL_UNKNOWN_ISSUER", "CRL_UNKNOWN_ISSUER" },
    { "STATUS_SGX_CRL_INVALID_EXTENSIONS", "CRL_EXTENSIONS_INVALID" },
    { "STATUS_SGX_CRL_INVALID_SIGNATURE", "CRL_INVALID_SIGNATURE" },
    { "STATUS_INVALID_PCK_CRL", "CRL_UNKNOWN_ISSUER" },
    { "STATUS_INVALID_PCK_CERT", "PCK_EXTENSION_INVALID PCK_MISSING" },
    { "STATUS_SGX_TCB_INFO_UNSUPPORTED_FORMAT", "TCB_INFO_FORMAT" },
    { "STATUS_SGX_TCB_INFO_INVALID", "TCB_INFO_FORMAT" },
    { "STATUS_UNSUPPORTED_TCB_INFO_FORMAT", "TCB_INFO_FORMAT" },
    { "STATUS_TCB_INFO_INVALID_SIGNATURE", "TCB_INFO_INVALID_SIGNATURE" },
    { "STATUS_TCB_INFO_MISMATCH", "TCB_INFO_MISMATCH" },
    { "STATUS_SGX_ENCLAVE_IDENTITY_UNSUPPORTED_FORMAT", "QE_IDENTITY_FORMAT" },
    { "STATUS_SGX_ENCLAVE_IDENTITY_INVALID", "QE_IDENTITY_FORMAT" },
    { "STATUS_SGX_ENCLAVE_IDENTITY_UNSUPPORTED_VERSION", "QE_IDENTITY_FORMAT" },
    { "STATUS_UNSUPPORTED_QE_IDENTITY_FORMAT", "QE_IDENTITY_FORMAT" },
    { "STATUS_SGX_ENCLAVE_IDENTITY_INVALID_SIGNATURE", "QE_IDENTITY_INVALID_SIGNATURE" },
    { "STATUS_QE_IDENTITY_MISMATCH", "QE_IDENTITY_MISMATCH" },
    { "STATUS_TDX_MODULE_MISMATCH", "TDX_MODULE_MISMATCH" },
    { "STATUS_UNSUPPORTED_QUOTE_FORMAT",
      "QUOTE_UNSUPPORTED QUOTE_TRUNCATED QUOTE_TOO_SHORT ATTESTATION_KEY_INVALID" },
    { "STATUS_INVALID_QE_REPORT_SIGNATURE", "QE_REPORT_INVALID_SIGNATURE" },
    { "STATUS_INVALID_QE_REPORT_DATA", "QE_REPORT_DATA_INVALID" },
    { "STATUS_INVALID_QUOTE_SIGNATURE", "QUOTE_INVALID_SIGNATURE" },
    { "STATUS_TCB_NOT_SUPPORTED", "TCB_NOT_SUPPORTED" },
};

/* Cases in which the thing is refused for another reason than Intel's library gives: both see the
 * same fault, each names the part it looks at first. */
static const struct {
    const char *name, *ours;
} other_reasons[] = {
    { "quotes/broken-pck-certificate", "PCK_CHAIN_FORMAT" },
};

static struct verification result; /* large, one at a time */

static struct json_object *member(struct json_object *object, const char *name)
{
    struct json_object *found = NULL;

    return json_object_object_get_ex(object, name, &found) ? found : NULL;
}

/* The verdict of Intel's library among those of all peers. */
static struct json_object *verdict_of_intel(struct json_object *verdicts)
{
    if (verdicts == NULL)
        return NULL;
    json_object_object_foreach(verdicts, name, verdict)
    {
        if (strncmp(name, PEER, strlen(PEER)) == 0)
            return verdict;
    }
    return NULL;
}

static void check_refused(const struct corpus_case *each, enum tdx_status status, const char *intel,
                          const struct tdx_error *err)
{
    for (size_t i = 0; i < COUNT_OF(other_reasons); i++)
        if (strcmp(other_reasons[i].name, each->name) == 0)
            assert_status(status, other_reasons[i].ours);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcmp(names[i].intel, intel) == 0) {
            if (strstr(names[i].ours, status_id(status)) == NULL)
                fail_msg("%s: %s (%s), Intel says %s", each->name, status_id(status), err->detail,
                         intel);
            return;
        }
    /* A name that this table does not have: refused it must be all the same. */
    if (status == TDX_OK)
        fail_msg("%s: accepted, Intel says %s", each->name, intel);
}

static void check_advisories(const struct corpus_case *each, struct json_object *expected,
                             const struct advisory_list *list)
{
    size_t count = expected != NULL ? json_object_array_length(expected) : 0;

    if (expected == NULL)
        return;
    if (count != list->count)
        fail_msg("%s: %zu advisories, expected %s", each->name, list->count,
                 json_object_to_json_string(expected));
    for (size_t i = 0; i < count; i++)
        assert_string_equal(json_object_get_string(json_object_array_get_idx(expected, i)),
                            list->id[i]);
}

static void check_verdict(const struct corpus_case *each, struct json_object *verdict,
                          enum tdx_status status, const struct tdx_error *err)
{
    struct json_object *error = member(verdict, "error"), *expired;
    const char *word = json_object_get_string(member(verdict, "status"));
    const char *current = json_object_get_string(member(verdict, "current_status"));

    if (error != NULL || word == NULL) {
        check_refused(each, status, error != NULL ? json_object_get_string(error) : "", err);
        return;
    }
    if (status != TDX_OK)
        fail_msg("%s: %s (%s), Intel says %s", each->name, status_id(status), err->detail, word);
    assert_string_equal(tcb_status_word(result.tcb_status), word);
    check_advisories(each, member(verdict, "advisory_ids"), &result.advisories);
    if (current != NULL) {
        assert_string_equal(tcb_status_word(result.current_status), current);
        check_advisories(each, member(verdict, "current_advisory_ids"), &result.current_advisories);
    }
    expired = member(verdict, "collateral_expired");
    if (expired != NULL && json_object_get_boolean(expired) != result.collateral_expired)
        fail_msg("%s: expired is %d", each->name, result.collateral_expired);
}

static int64_t time_of(struct json_object *text)
{
    const char *string = json_object_get_string(text);
    int64_t seconds = 0;

    assert_non_null(string);
    assert_status(rfc3339_parse(string, strlen(string), &seconds, NULL), "OK");
    return seconds;
}

/* What the verification read from certificate and collateral. */
static void check_fields(const struct corpus_case *each)
{
    struct json_object *pck = member(each->expected, "pck"), *svns;
    struct json_object *expiration = member(each->expected, "earliest_expiration");

    if (expiration != NULL)
        assert_int_equal(result.dates.earliest_expiration, time_of(expiration));
    corpus_check_int(each, each->expected, "tcb_evaluation_data_number",
                     result.tcb_info_evaluation);
    corpus_check_int(each, each->expected, "qe_identity_evaluation_data_number",
                     result.qe_identity_evaluation);
    if (pck == NULL)
        return;
    corpus_check_hex(each, pck, "fmspc", result.pck.fmspc, sizeof(result.pck.fmspc));
    corpus_check_hex(each, pck, "pceid", result.pck.pce_id, sizeof(result.pck.pce_id));
    corpus_check_int(each, pck, "pcesvn", result.pck.pce_svn);
    if (member(pck, "ca") != NULL)
        assert_string_equal(json_object_get_string(member(pck, "ca")),
                            result.pck.ca == PCK_CA_PLATFORM ? "platform" : "processor");
    if (member(pck, "not_after") != NULL)
        assert_int_equal(time_of(member(pck, "not_after")), result.pck.not_after);
    svns = member(pck, "sgx_tcb_components");
    for (size_t i = 0; svns != NULL && i < 16; i++)
        assert_int_equal(json_object_get_int(json_object_array_get_idx(svns, i)),
                         result.pck.component_svn[i]);
}

/* One case with everything loaded. */
struct loaded {
    struct file_content quote, pem;
    struct bundle bundle;
    struct trust_anchor anchor;
};

static void load(const struct corpus_case *each, struct loaded *ret)
{
    struct file_content text = corpus_file(each, "collateral.json");

    *ret = (struct loaded){ .anchor = *trust_anchor_intel() };
    ret->quote = corpus_file(each, "quote.bin");
    assert_status(bundle_parse(file_content_span(&text), &ret->bundle, NULL), "OK");
    file_content_free(&text);
    if (corpus_has(each, "trust_anchor.pem")) {
        ret->pem = corpus_file(each, "trust_anchor.pem");
        assert_status(trust_anchor_parse(file_content_span(&ret->pem), &ret->anchor, NULL), "OK");
        assert_false(ret->anchor.is_intel);
    }
}

static void unload(struct loaded *loaded)
{
    bundle_free(&loaded->bundle);
    file_content_free(&loaded->quote);
    file_content_free(&loaded->pem);
}

static enum tdx_status run_at(const struct loaded *loaded, int64_t now, struct tdx_error *err)
{
    *err = (struct tdx_error){ 0 };
    memset(&result, 0xa5, sizeof(result));
    return verify_once(loaded->quote.data, loaded->quote.size, &loaded->bundle.parts, now,
                       &loaded->anchor, &result, err);
}

static void check_case(const struct corpus_case *each)
{
    struct json_object *times = member(each->expected, "other_times");
    struct json_object *verdict = verdict_of_intel(member(each->expected, "peers"));
    struct loaded loaded;
    struct tdx_error err;
    enum tdx_status status;

    if (!corpus_has(each, "collateral.json"))
        return;
    load(each, &loaded);
    status = run_at(&loaded, time_of(member(each->expected, "verification_time")), &err);
    check_verdict(each, each->expected, status, &err);
    if (verdict != NULL)
        check_verdict(each, verdict, status, &err);
    if (status == TDX_OK)
        check_fields(each);
    for (size_t i = 0; times != NULL && i < json_object_array_length(times); i++) {
        struct json_object *other = json_object_array_get_idx(times, i);

        verdict = verdict_of_intel(member(other, "verdicts"));
        if (verdict == NULL)
            continue;
        print_message("#  %s: %s\n", each->name, json_object_get_string(member(other, "when")));
        check_verdict(each, verdict, run_at(&loaded, time_of(member(other, "time")), &err), &err);
    }
    unload(&loaded);
}

static void every_verdict_is_that_of_intels_library(void **state)
{
    (void)state;
    if (corpus_each("quotes", check_case) == 0)
        skip();
}

/* A context and a digest that was kept say the same as a verification from nothing. */
static void check_warm(const struct corpus_case *each)
{
    static struct verification again;
    struct verify_context *first = NULL, *trusting = NULL;
    struct loaded loaded;
    struct tdx_error err;
    enum tdx_status cold;
    int64_t now;

    if (!corpus_has(each, "collateral.json"))
        return;
    load(each, &loaded);
    now = time_of(member(each->expected, "verification_time"));
    cold = run_at(&loaded, now, &err);
    if (verify_context_new(&loaded.bundle.parts, &loaded.anchor, NULL, &first, NULL) == TDX_OK) {
        assert_non_null(verify_context_digest(first));
        assert_status(verify_context_new(&loaded.bundle.parts, &loaded.anchor,
                                         verify_context_digest(first), &trusting, NULL),
                      "OK");
        assert_memory_equal(verify_context_digest(first), verify_context_digest(trusting), 32);
        for (int i = 0; i < 4; i++) {
            enum tdx_status warm = verify_quote(i % 2 == 0 ? first : trusting, loaded.quote.data,
                                                loaded.quote.size, now, &again, NULL);

            assert_string_equal(status_id(warm), status_id(cold));
            if (cold == TDX_OK) {
                assert_int_equal(again.tcb_status, result.tcb_status);
                assert_memory_equal(&again.dates, &result.dates, sizeof(again.dates));
                assert_memory_equal(&again.advisories, &result.advisories,
                                    sizeof(again.advisories));
            }
        }
    }
    verify_context_free(first);
    verify_context_free(trusting);
    unload(&loaded);
}

static void a_context_says_the_same_every_time(void **state)
{
    (void)state;
    if (corpus_each("quotes", check_warm) == 0)
        skip();
}

static void check_facts(const struct corpus_case *each)
{
    struct verify_context *context = NULL;
    struct collateral_facts facts;
    struct loaded loaded;
    struct tdx_error err;
    int64_t now;

    if (!corpus_has(each, "collateral.json"))
        return;
    load(each, &loaded);
    now = time_of(member(each->expected, "verification_time"));
    if (verify_context_new(&loaded.bundle.parts, &loaded.anchor, NULL, &context, NULL) == TDX_OK) {
        assert_status(verify_context_facts(context, now, &facts, NULL), "OK");
        assert_false(facts.expired);
        if (run_at(&loaded, now, &err) == TDX_OK) {
            assert_memory_equal(facts.fmspc, result.pck.fmspc, sizeof(facts.fmspc));
            assert_int_equal(facts.pck_crl_ca, result.pck.ca);
            assert_int_equal(facts.dates.qe_identity_issue, result.dates.qe_identity_issue);
            assert_int_equal(facts.is_tdx, result.quote.tee == QUOTE_TEE_TDX);
        }
        assert_status(verify_context_facts(context, facts.dates.earliest_expiration + 1, &facts,
                                           NULL),
                      "OK");
        assert_true(facts.expired);
    }
    verify_context_free(context);
    unload(&loaded);
}

static void collateral_speaks_for_itself(void **state)
{
    (void)state;
    if (corpus_each("quotes", check_facts) == 0)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verdict_is_that_of_intels_library),
        cmocka_unit_test(a_context_says_the_same_every_time),
        cmocka_unit_test(collateral_speaks_for_itself),
    };

    return cmocka_run_group_tests_name("corpus_verify", tests, NULL, NULL);
}
