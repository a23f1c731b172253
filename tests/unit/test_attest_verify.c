/* SPDX-License-Identifier: Apache-2.0 */
/* 'tdx-attest verify' from the command line, on quotes and collateral of the simulated platform:
 * each option, each reason not to accept. */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/attest_runner.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/evidence_builder.h"
#include "tests/unit/sim_runner.h"

static void simulate(const char *command, const char *file, const char *report_data)
{
    char *path = strdup(attest_path(file));
    const char *arguments[] = { command, "--dir", attest_simulator()->folder, "--out", path, NULL,
                                NULL,    NULL };
    struct text out = { 0 }, err = { 0 };

    if (report_data != NULL) {
        arguments[5] = "--report-data";
        arguments[6] = report_data;
    }
    if (run_program("tests/sim/tdx-sim", arguments, &out, &err) != 0)
        fail_msg("tdx-sim %s: %s", command, text_string(&err));
    text_free(&out);
    text_free(&err);
    free(path);
}

/* What the platform gives with the knobs as they stand: a quote, collateral; and the right root. */
static void make_files(void)
{
    simulate("quote", "quote.dat",
             "0102030000000000000000000000000000000000000000000000000000000000"
             "0000000000000000000000000000000000000000000000000000000000000000");
    simulate("write-collateral", "collateral.json", NULL);
    simulate("write-root", "root.pem", NULL);
}

#define VERIFY  "verify --quote @quote.dat --collateral @collateral.json "
#define TRUSTED VERIFY "--trust-anchor @root.pem "

static void a_sound_quote_is_accepted_and_others_are_not(void **state)
{
    static const struct cli_case cases[] = {
        { "", TRUSTED, 0, "ACCEPTED: yes", NULL },
        { "", TRUSTED, 0, "The trust anchor is NOT Intel's", NULL },
        { "quote_form=4", TRUSTED, 0, "a version 4 quote of a TD", NULL },
        { "quote_form=5/4", TRUSTED "--format json", 0, "\"vm_id\"", NULL },
        { "pck=processor", TRUSTED, 0, "processor CA", NULL },
        { "", VERIFY, 1, "SIGNING_CHAIN_UNTRUSTED", NULL },
        { "root=wrong", TRUSTED, 1, "SIGNING_CHAIN_UNTRUSTED", NULL },
        { "signature=bad", TRUSTED, 1, "QUOTE_INVALID_SIGNATURE", NULL },
        { "signature=stranger", TRUSTED, 1, "QUOTE_INVALID_SIGNATURE", NULL },
        { "signature=bad_qe", TRUSTED, 1, "QE_REPORT_INVALID_SIGNATURE", NULL },
        { "pck=stranger", TRUSTED, 1, "PCK_INVALID_ISSUER", NULL },
        { "revoked=on", TRUSTED, 1, "PCK_REVOKED", NULL },
        { "revoked_ca=on", TRUSTED, 1, "PCK_CA_REVOKED", NULL },
        { "revoked_tcb_signer=on", TRUSTED, 1, "TCB_SIGNING_REVOKED", NULL },
        { "collateral=tampered", TRUSTED, 1, "TCB_INFO_INVALID_SIGNATURE", NULL },
        { "collateral=stranger", TRUSTED, 1, "TCB_INFO_INVALID_SIGNATURE", NULL },
        { "collateral=bad_crl", TRUSTED, 1, "CRL_INVALID_SIGNATURE", NULL },
        { "collateral=other_platform", TRUSTED, 1, "TCB_INFO_MISMATCH", NULL },
        { "tcb=unsupported", TRUSTED, 1, "TCB_NOT_SUPPORTED", NULL },
        { "tcb=Revoked", TRUSTED, 1, "TCB_REVOKED", NULL },
        { "tcb=Revoked", TRUSTED "--format json", 1, "\"tcb_status\": \"Revoked\"", NULL },
        { "tcb=Revoked", TRUSTED "--format json", 1, "\"verified\": false", NULL },
        { "debug=on", TRUSTED, 1, "TD_DEBUGGABLE", NULL },
        { "debug=on", TRUSTED "--format json", 1, "\"verified\": true", NULL },
        { "attributes=0000000010000020", TRUSTED, 1, "TD_DEBUGGABLE", NULL }, /* PERF_PROF */
        { "collateral=expired", TRUSTED, 1, "COLLATERAL_EXPIRED", NULL },
        { "collateral=expired", TRUSTED "--format json", 1, "\"collateral_expired\": true", NULL },
        { "pck=expired", TRUSTED, 1, "COLLATERAL_EXPIRED", NULL },
        { "tcb=outofdate", TRUSTED, 1, "TCB_NOT_ACCEPTED", NULL },
        { "tcb=outofdate", TRUSTED, 1, "It lacks:", NULL },
        { "tcb=outofdate", TRUSTED "--format json", 1, "\"who_can_mend\"", NULL },
        { "tcb=module_outofdate", TRUSTED, 1, "TDX module", NULL },
        { "tcb=relaunch", TRUSTED, 1, "TDRelaunchAdvised", NULL },
        { "tcb=relaunch", TRUSTED, 1, "this instance's owner: stop it and start it again", NULL },
        { "tcb=SWHardeningNeeded", TRUSTED, 1, "must guard itself", NULL },
        { "tcb=ConfigurationNeeded", TRUSTED, 1, "BIOS settings", NULL },
        { "debug=on tcb=outofdate", TRUSTED "--format json", 1, "\"code\": \"TD_DEBUGGABLE\"",
          NULL },
        { "debug=on tcb=outofdate", TRUSTED "--format json", 1, "\"code\": \"TCB_NOT_ACCEPTED\"",
          NULL },
    };

    (void)state;
    if (attest_simulator() == NULL)
        skip();
    attest_run_cases_after(make_files, cases, COUNT_OF(cases));
}

static void options_change_what_is_accepted(void **state)
{
    static const struct cli_case cases[] = {
        { "tcb=outofdate", TRUSTED "--accept-tcb UpToDate,OutOfDate", 0, "ACCEPTED: yes", NULL },
        { "tcb=outofdate", TRUSTED "--accept-tcb SWHardeningNeeded", 1, "TCB_NOT_ACCEPTED", NULL },
        { "", TRUSTED "--accept-tcb SWHardeningNeeded", 1, "TCB_NOT_ACCEPTED", NULL },
        { "", TRUSTED "--accept-tcb SWHardeningNeeded", 1, "nothing is wrong with it", NULL },
        { "", TRUSTED "--report-data 010203", 0, "ACCEPTED: yes", NULL },
        { "", TRUSTED "-d 010204", 1, "REPORT_DATA_MISMATCH", NULL },
        { "", TRUSTED "-d 01", 1, "REPORT_DATA_MISMATCH", NULL },
        { "", TRUSTED "--offline", 0, "ACCEPTED: yes", NULL },
        { "", TRUSTED "--at 2060-01-01T00:00:00Z", 1, "COLLATERAL_EXPIRED", NULL },
        { "", TRUSTED "--quiet", 0, "ACCEPTED: yes", NULL },
        { "", TRUSTED "--format json", 0, "\"error\": null", NULL },
    };

    (void)state;
    if (attest_simulator() == NULL)
        skip();
    attest_run_cases_after(make_files, cases, COUNT_OF(cases));
}

static void mistakes_are_told_with_the_right_exit_code(void **state)
{
    static const struct cli_case cases[] = {
        { NULL, "verify", 2, NULL, "--quote FILE is missing" },
        { NULL, "verify --help", 0, "Exit codes:", NULL },
        { NULL, "verify --quote - --collateral -", 2, NULL, "only one of quote, collateral" },
        { NULL, "verify --quote - --collateral @empty --policy -", 2, NULL, "standard input" },
        { NULL, "verify --quote @short.dat --collateral @empty --format jwtx", 2, NULL,
          "not 'jwtx'" },
        { NULL, "verify --at yesterday", 2, NULL, "TIME_BAD" },
        { NULL, "verify --at 2026-02-30T00:00:00Z", 2, NULL, "TIME_BAD" },
        { NULL, "verify --at 2026-02-03T00:00:00+00:00", 2, NULL, "TIME_BAD" },
        { NULL, "verify --accept-tcb Revoked", 2, NULL, "USAGE" },
        { NULL, "verify --accept-tcb uptodate", 2, NULL, "USAGE" },
        { NULL, "verify -d 1", 2, NULL, "HEX_BAD" },
        { NULL, "verify --quote @missing --collateral @empty", 3, NULL, "FILE_UNREADABLE" },
        { NULL, "verify --quote @missing --collateral @empty --format json", 3,
          "\"code\": \"FILE_UNREADABLE\"", NULL },
        { NULL, "verify --quote @short.dat --collateral @empty", 1, "QUOTE_TOO_SHORT", NULL },
        { NULL, "verify --quote @short.dat --collateral @empty --format json", 1, "\"td\": null",
          NULL },
        { NULL, "verify --quote @built.dat --collateral @missing", 3, NULL, "FILE_UNREADABLE" },
        { NULL, "verify --quote @built.dat --collateral @empty", 1, "JSON_BAD", NULL },
        { NULL, "verify --quote @built.dat --collateral @object", 1, "BUNDLE_BAD", NULL },
        { NULL, "verify --quote @built.dat --collateral @empty --trust-anchor @empty", 3, NULL,
          "ANCHOR_BAD" },
        { NULL, "verify --quote @built.dat --collateral @empty --policy @empty", 1,
          "not looked at yet", NULL },
        { NULL, "verify --quote @short.dat --collateral @empty", 1, "not a quote", NULL },
        { NULL, "verify --quote @built.dat --collateral @empty --trust-anchor @missing", 3, NULL,
          "FILE_UNREADABLE" },
    };
    const struct quote_plan plan = {
        .version = 4, .tee = QUOTE_TEE_TDX, .body_type = QUOTE_BODY_TD10, .certification_type = 5
    };
    uint8_t quote[4096];

    (void)state;
    attest_write_file("short.dat", "no quote", 8);
    attest_write_file("empty", "", 0);
    attest_write_file("object", "{}", 2);
    attest_write_file("built.dat", quote, quote_build(&plan, quote, sizeof(quote)));
    attest_run_cases(cases, COUNT_OF(cases));
}

/* The members that scripts rely on are there, whatever the verdict. */
static void every_verdict_has_the_members_of_the_contract(void **state)
{
    static const char *const settings[] = { "", "debug=on", "tcb=outofdate", "revoked=on" };
    static const char *const members[] = { "verified",
                                           "accepted",
                                           "tcb_status",
                                           "advisory_ids",
                                           "collateral_expired",
                                           "earliest_expiration",
                                           "trust_anchor",
                                           "td",
                                           "error" };
    struct text out = { 0 }, err = { 0 };

    (void)state;
    if (attest_simulator() == NULL)
        skip();
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        struct json_object *object;

        sim_runner_set(attest_simulator(), settings[i]);
        make_files();
        (void)attest(TRUSTED "--format json", &out, &err);
        object = json_tokener_parse(text_string(&out));
        assert_non_null(object);
        for (size_t k = 0; k < COUNT_OF(members); k++)
            if (!json_object_object_get_ex(object, members[k], NULL))
                fail_msg("%s: no member %s", settings[i], members[k]);
        json_object_put(object);
    }
    text_free(&out);
    text_free(&err);
}

static void text_output_fits_80_columns(void **state)
{
    static const char *const settings[] = { "", "debug=on tcb=outofdate", "tcb=relaunch",
                                            "collateral=expired", "revoked=on" };
    struct text out = { 0 }, err = { 0 };

    (void)state;
    if (attest_simulator() == NULL)
        skip();
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        const char *rest;

        sim_runner_set(attest_simulator(), settings[i]);
        make_files();
        (void)attest(TRUSTED, &out, &err);
        rest = strchr(text_string(&out), '\n'); /* the first line has the file's name */
        assert_non_null(rest);
        while (*++rest != '\0') {
            size_t length = strcspn(rest, "\n");

            if (length > 80)
                fail_msg("%s: %zu columns: %.*s", settings[i], length, (int)length, rest);
            rest += length;
        }
    }
    text_free(&out);
    text_free(&err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_quote_is_accepted_and_others_are_not),
        cmocka_unit_test(options_change_what_is_accepted),
        cmocka_unit_test(mistakes_are_told_with_the_right_exit_code),
        cmocka_unit_test(every_verdict_has_the_members_of_the_contract),
        cmocka_unit_test(text_output_fits_80_columns),
    };

    return cmocka_run_group_tests_name("attest_verify", tests, attest_start, attest_stop);
}
