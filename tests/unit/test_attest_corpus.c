/* SPDX-License-Identifier: Apache-2.0 */
/* 'tdx-attest verify' over every case of the corpus that has collateral, at its time and at every
 * other time it tells of: what Intel's own library said there must be what we say, and accepted
 * only what the rules of DESIGN.md section 4 accept. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/corpus.h"
#include "tests/unit/sim_runner.h"

static unsigned runs;

static struct json_object *member(struct json_object *object, const char *name)
{
    struct json_object *value = NULL;

    if (object == NULL || !json_object_object_get_ex(object, name, &value))
        return NULL;
    return value;
}

static const char *word(struct json_object *object, const char *name)
{
    struct json_object *value = member(object, name);

    return value != NULL ? json_object_get_string(value) : NULL;
}

/* For a message. */
static const char *shown(struct json_object *object, const char *name)
{
    const char *text = word(object, name);

    return text != NULL ? text : "null";
}

/* Equal as JSON: both absent or null, or the same text. */
static void assert_same(const char *where, struct json_object *ours, const char *our_name,
                        struct json_object *theirs, const char *their_name)
{
    struct json_object *a = member(ours, our_name), *b = member(theirs, their_name);
    const char *x = a != NULL ? json_object_to_json_string_ext(a, JSON_C_TO_STRING_PLAIN) : "null";
    const char *y = b != NULL ? json_object_to_json_string_ext(b, JSON_C_TO_STRING_PLAIN) : "null";

    if (strcmp(x, y) != 0)
        fail_msg("%s: %s is %s, expected %s", where, our_name, x, y);
}

/* Fields that the case tells once, whatever the time. */
static void check_fields(const char *where, struct json_object *ours, struct json_object *expected,
                         bool verified)
{
    static const struct {
        const char *group, *ours, *theirs;
        bool needs_verified;
    } fields[] = {
        { "quote", "version", "quote_version", false },
        { "quote", "tee", "tee", false },
        { "quote", "length", "quote_length", false },
        { "quote", "trailing_bytes", "trailing_bytes", false },
        { "td", "attributes", "td_attributes", false },
        { "td", "debug", "td_debug", false },
        { "td", "xfam", "xfam", false },
        { "td", "tee_tcb_svn", "tee_tcb_svn", false },
        { "td", "tee_tcb_svn2", "tee_tcb_svn2", false },
        { "td", "mrseam", "mrseam", false },
        { "td", "mrtd", "mrtd", false },
        { "td", "mrconfigid", "mrconfigid", false },
        { "td", "mrowner", "mrowner", false },
        { "td", "mrownerconfig", "mrownerconfig", false },
        { "td", "rtmr", "rtmr", false },
        { "td", "report_data", "report_data", false },
        { "td", "mrservicetd", "mrservicetd", false },
        { "enclave", "mrenclave", "mrenclave", false },
        { "enclave", "mrsigner", "mrsigner", false },
        { "enclave", "isvsvn", "isvsvn", false },
        { "enclave", "report_data", "report_data", false },
        { NULL, "tcb_info_evaluation_data_number", "tcb_evaluation_data_number", true },
        { NULL, "qe_identity_evaluation_data_number", "qe_identity_evaluation_data_number", true },
        { NULL, "earliest_expiration", "earliest_expiration", true },
    };
    static const char *const pck[] = {
        "fmspc", "pceid", "ca", "pcesvn", "sgx_tcb_components", "not_before", "not_after"
    };

    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        struct json_object *group = fields[i].group != NULL ? member(ours, fields[i].group) : ours;

        if ((fields[i].needs_verified && !verified) || group == NULL)
            continue;
        assert_same(where, group, fields[i].ours, expected, fields[i].theirs);
    }
    for (size_t i = 0; verified && i < COUNT_OF(pck); i++)
        assert_same(where, member(ours, "pck"), pck[i], member(expected, "pck"), pck[i]);
}

static void check_verdict(const char *where, int code, struct json_object *ours,
                          struct json_object *verdict, struct json_object *expected)
{
    const char *status = word(verdict, "status");
    bool verified = status != NULL && strcmp(status, "Revoked") != 0;
    bool expired = json_object_get_boolean(member(verdict, "collateral_expired"));
    const char *tee = shown(expected, "tee");
    bool accepted = verified && !expired && strcmp(status, "UpToDate") == 0 &&
                    strcmp(tee, "TDX") == 0 &&
                    !json_object_get_boolean(member(expected, "td_debug"));

    if (json_object_get_boolean(member(ours, "verified")) != verified)
        fail_msg("%s: verified is %s: %s", where, shown(ours, "verified"), shown(ours, "error"));
    if (json_object_get_boolean(member(ours, "accepted")) != accepted)
        fail_msg("%s: accepted is %s: %s", where, shown(ours, "accepted"), shown(ours, "error"));
    if (code != (accepted ? 0 : 1))
        fail_msg("%s: exit code %d", where, code);
    if ((member(ours, "error") == NULL) != accepted)
        fail_msg("%s: error is %s", where, shown(ours, "error"));
    if (verified && strcmp(tee, "TDX") != 0)
        assert_string_equal(shown(member(ours, "error"), "code"), "NOT_A_TD");
    else if (verified && json_object_get_boolean(member(expected, "td_debug")))
        assert_string_equal(shown(member(ours, "error"), "code"), "TD_DEBUGGABLE");
    else if (verified && expired)
        assert_string_equal(shown(member(ours, "error"), "code"), "COLLATERAL_EXPIRED");
    else if (verified && !accepted)
        assert_string_equal(shown(member(ours, "error"), "code"), "TCB_NOT_ACCEPTED");
    assert_same(where, ours, "tcb_status", verdict, "status");
    if (verified) {
        assert_same(where, ours, "advisory_ids", verdict, "advisory_ids");
        assert_same(where, ours, "collateral_expired", verdict, "collateral_expired");
        if (member(verdict, "current_status") != NULL) {
            assert_same(where, member(ours, "tcb"), "current_status", verdict, "current_status");
            assert_same(where, member(ours, "tcb"), "current_advisory_ids", verdict,
                        "current_advisory_ids");
        }
    }
    check_fields(where, ours, expected, verified);
}

static void verify_at(const struct corpus_case *each, const char *time, struct json_object *verdict)
{
    char quote[1400], collateral[1400], anchor[1400], where[400];
    const char *arguments[] = { "verify",   "--format", "json", "--quote", quote, "--collateral",
                                collateral, "--at",     time,   NULL,      NULL,  NULL };
    struct text out = { 0 }, err = { 0 };
    struct json_object *ours;
    int code;

    (void)snprintf(quote, sizeof(quote), "%s/quote.bin", each->folder);
    (void)snprintf(collateral, sizeof(collateral), "%s/collateral.json", each->folder);
    (void)snprintf(anchor, sizeof(anchor), "%s/trust_anchor.pem", each->folder);
    (void)snprintf(where, sizeof(where), "%s at %s", each->name, time);
    if (corpus_has(each, "trust_anchor.pem")) {
        arguments[9] = "--trust-anchor";
        arguments[10] = anchor;
    }
    code = run_program("attest/tdx-attest", arguments, &out, &err);
    ours = json_tokener_parse(text_string(&out));
    if (ours == NULL)
        fail_msg("%s: no JSON came: %s", where, text_string(&err));
    check_verdict(where, code, ours, verdict, each->expected);
    if (strcmp(shown(ours, "trust_anchor"), arguments[9] != NULL ? "custom" : "intel") != 0)
        fail_msg("%s: trust anchor %s", where, shown(ours, "trust_anchor"));
    json_object_put(ours);
    text_free(&out);
    text_free(&err);
    runs++;
}

static void check_case(const struct corpus_case *each)
{
    const char *peer = word(each->expected, "peer");
    struct json_object *times = member(each->expected, "other_times");

    if (!corpus_has(each, "collateral.json"))
        return;
    assert_non_null(peer);
    print_message("  %s\n", each->name);
    verify_at(each, word(each->expected, "verification_time"),
              member(member(each->expected, "peers"), peer));
    for (size_t i = 0; times != NULL && i < json_object_array_length(times); i++) {
        struct json_object *at = json_object_array_get_idx(times, i);

        verify_at(each, word(at, "time"), member(member(at, "verdicts"), peer));
    }
}

static void every_verdict_is_that_of_intels_library(void **state)
{
    (void)state;
    if (corpus_each("quotes", check_case) == 0)
        skip();
    print_message("  %u verdicts\n", runs);
    assert_true(runs > 0);
}

/* Without collateral there is no verdict, but what can be read is shown. */
static void check_parse_only(const struct corpus_case *each)
{
    char quote[1400];
    const char *arguments[] = { "verify", "--format",     "json",         "--quote",
                                quote,    "--collateral", "/nonexistent", NULL };
    struct text out = { 0 }, err = { 0 };
    struct json_object *ours;

    if (member(each->expected, "parse_only") == NULL)
        return;
    (void)snprintf(quote, sizeof(quote), "%s/quote.bin", each->folder);
    assert_int_equal(run_program("attest/tdx-attest", arguments, &out, &err), 3);
    ours = json_tokener_parse(text_string(&out));
    assert_non_null(ours);
    assert_false(json_object_get_boolean(member(ours, "verified")));
    assert_string_equal(shown(member(ours, "error"), "code"), "FILE_UNREADABLE");
    check_fields(each->name, ours, each->expected, false);
    json_object_put(ours);
    text_free(&out);
    text_free(&err);
}

static void a_quote_that_can_only_be_read_is_shown_but_not_verified(void **state)
{
    (void)state;
    if (corpus_each("quotes", check_parse_only) == 0)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verdict_is_that_of_intels_library),
        cmocka_unit_test(a_quote_that_can_only_be_read_is_shown_but_not_verified),
    };

    return cmocka_run_group_tests_name("attest_corpus", tests, NULL, NULL);
}
