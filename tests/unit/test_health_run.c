/* SPDX-License-Identifier: Apache-2.0 */
/* The checks on the gate's policies, its decision and the next start, each verdict they can give.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "core/appraise/jws.h"
#include "core/appraise/policy.h"
#include "core/base/span_text.h"
#include "core/evidence/event_log.h"
#include "pam_tdx/gate_conf.h"
#include "pam_tdx/verdict.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/event_log_builder.h"
#include "tests/unit/health_rows.h"

#define NOW     INT64_C(1800000000)
#define SSHD    "file:/etc/pam.d/sshd"
#define CONF    "file:" GATE_CONF_DEFAULT
#define HELPER  GATE_HELPER_DEFAULT
#define PROGRAM "probe:program:" HELPER
#define P       "/etc/tdx-gate/p.json"
#define POLICY  "file:" P
#define SIGNER  "file:/etc/tdx-gate/owner.pem"
#define UNIX    "account required pam_unix.so\n"
#define ELF     "class=64\nmachine=62\nneeded=libc.so.6\n"
#define RUNNING "file:/proc/cmdline"
#define BOOT    "probe:boot"
#define RELEASE "5.10.134-16.al8.x86_64"
#define NEWER   "5.10.134-19.7.al8.x86_64"
#define LINE    "root=/dev/vda3 ro quiet console=ttyS0"
#define ENTRY   "style=bls-inline\nentry=0123-" RELEASE "\n"
#define LOG     "file:" EVENT_LOG_PATH
#define HEX48                                                                                      \
    "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDD" \
    "EEFF"

#define TD15 "45b734fc-aa4e-4c3d-ad28-e43d08880e68"
#define REFERENCE(text)                                                                            \
    "{\"policy_array\":[{\"environment\":{\"class_id\":\"" TD15 "\"},\"reference\":{" text "}}]}"
#define PINS_MRTD  REFERENCE("\"tdx_mrtd\":\"" HEX48 "\"")
#define PINS_RTMR1 REFERENCE("\"tdx_rtmr1\":\"" HEX48 "\"")
#define PINS_RTMR2 REFERENCE("\"tdx_rtmr2\":\"" HEX48 "\"")

static char helper_folder[512];

static const struct health_fact base[] = {
    { "file:/proc/cpuinfo", "flags\t\t: fpu tdx_guest\n" },
    { "probe:sshd_T", "usepam yes\npamservicename sshd\n" },
    { SSHD, "account required pam_tdx.so\n" },
    { "file:/etc/pam.d/other", "!absent" },
    { "file:/usr/lib/pam.d/sshd", "!absent" },
    { "file:/usr/etc/pam.d/sshd", "!absent" },
    { "file:/usr/lib/pam.d/other", "!absent" },
    { "file:/usr/etc/pam.d/other", "!absent" },
    { CONF, "policy = " P "\n" },
    { "stat:" GATE_CONF_DEFAULT, "file 0600 0 0" },
    { POLICY, PINS_MRTD },
    { "stat:" P, "file 0600 0 0" },
    { "link:" P, "!failed" },
    { "stat:/etc/tdx-gate/owner.pem", "file 0644 0 0" },
    { PROGRAM, ELF },
    { "stat:" HELPER, "file 0755 0 0" },
    { "probe:gate_version", "tdx-gate-check (tdx-gate) " PACKAGE_VERSION },
    { "probe:gate_check_milliseconds", "42" },
    { "probe:gate_since", "1799900000" },
    { RUNNING, "BOOT_IMAGE=(hd0,gpt3)/vmlinuz " LINE "\n" },
    { BOOT, ENTRY "line=" LINE "\n" },
    { "list:/lib/modules", RELEASE "\n" NEWER },
    { "file:/proc/sys/kernel/osrelease", RELEASE "\n" },
    { LOG, "!absent" },
};

#define OTHER_LINE                                                                                 \
    {                                                                                              \
        BOOT, ENTRY "line=" LINE " swiotlb=1048576\n"                                              \
    }

/* clang-format off */
static const struct health_row rows[] = {
    { "MRTD is pinned", "gate.policy", CHECK_PASS, NULL, "MRTD pinned", { { 0 } } },
    { "no policy at all", "gate.policy", CHECK_WARN, "nothing_pinned", "no policy:", { { CONF, "\n" } } },
    { "a policy that pins nothing", "gate.policy", CHECK_WARN, "nothing_pinned", "no policy pins", { { POLICY, REFERENCE("\"tdx_attributes\":\"0000000010000000\"") } } },
    { "DEBUG is wanted", "gate.policy", CHECK_WARN, "debug_allowed", NULL, { { POLICY, REFERENCE("\"tdx_mrtd\":\"" HEX48 "\",\"tdx_attributes\":\"0000000010000001\"") } } },
    { "DEBUG is masked out", "gate.policy", CHECK_WARN, "debug_allowed", NULL, { { POLICY, REFERENCE("\"tdx_mrtd\":\"" HEX48 "\",\"tdx_attributes\":\"0000000010000000\",\"tdx_attributes_mask\":\"FFFFFFFFFFFFFFFE\"") } } },
    { "DEBUG is looked at", "gate.policy", CHECK_PASS, NULL, NULL, { { POLICY, REFERENCE("\"tdx_mrtd\":\"" HEX48 "\",\"tdx_attributes\":\"0000000010000000\",\"tdx_attributes_mask\":\"0000000000000001\"") } } },
    { "a value that can never hold", "gate.policy", CHECK_FAIL, "never_holds", "tdx_mrtd", { { POLICY, REFERENCE("\"tdx_mrtd\":\"00\"") } } },
    { "no JSON", "gate.policy", CHECK_FAIL, "JSON_BAD", NULL, { { POLICY, "{" } } },
    { "a class that there is not", "gate.policy", CHECK_FAIL, "POLICY_CLASS_UNKNOWN", NULL, { { POLICY, "{\"policy_array\":[{\"environment\":{\"class_id\":\"x\"},\"reference\":{}}]}" } } },
    { "the file is missing", "gate.policy", CHECK_FAIL, "absent", NULL, { { POLICY, "!absent" } } },
    { "others may write to it", "gate.policy", CHECK_FAIL, "FILE_UNSAFE", "mode 0660", { { "stat:" P, "file 0660 0 0" } } },
    { "it is a link", "gate.policy", CHECK_FAIL, "FILE_UNSAFE", "symbolic link", { { "link:" P, "/tmp/p" } } },
    { "it may not be read", "gate.policy", CHECK_ERROR, "permission", NULL, { { POLICY, "!denied" } } },
    { "the signer's file is missing", "gate.policy", CHECK_FAIL, "absent", NULL, { { CONF, "policy=" P "\npolicy_signer=/etc/tdx-gate/owner.pem\n" }, { SIGNER, "!absent" } } },
    { "the signer's file is no key", "gate.policy", CHECK_FAIL, "KEY_BAD", NULL, { { CONF, "policy=" P "\npolicy_signer=/etc/tdx-gate/owner.pem\n" }, { SIGNER, "x" } } },
    { "a bad gate.conf is the cause", "gate.policy", CHECK_SKIP, "prerequisite", "gate.config is FAIL", { { CONF, "polici = x\n" } } },

    { "no register is pinned", "gate.nextboot", CHECK_PASS, NULL, "no policy pins", { { 0 } } },
    { "nothing changes", "gate.nextboot", CHECK_PASS, NULL, "the same kernel", { { POLICY, PINS_RTMR2 } } },
    { "another line, and no log to say who sees it", "gate.nextboot", CHECK_WARN, "may_not_match", "RTMR2", { { POLICY, PINS_RTMR2 }, OTHER_LINE } },
    { "another line, RTMR0 pinned only", "gate.nextboot", CHECK_PASS, NULL, "which no pinned register", { { POLICY, REFERENCE("\"tdx_rtmr0\":\"" HEX48 "\"") }, OTHER_LINE } },
    { "another kernel", "gate.nextboot", CHECK_WARN, "may_not_match", NEWER, { { POLICY, PINS_RTMR1 }, { BOOT, "entry=0123-" NEWER "\nline=" LINE "\n" } } },
    { "which line is not known", "gate.nextboot", CHECK_INFO, NULL, NULL, { { POLICY, PINS_RTMR2 }, { BOOT, "style=uki\n" } } },
    { "what boots cannot be read", "gate.nextboot", CHECK_ERROR, "permission", NULL, { { POLICY, PINS_RTMR2 }, { BOOT, "!denied" } } },
    { "a bad policy is the cause", "gate.nextboot", CHECK_SKIP, "prerequisite", "gate.policy is FAIL", { { POLICY, "{" } } },

    { "it answers", "gate.helper", CHECK_PASS, NULL, "answers", { { 0 } } },
    { "it was not asked", "gate.helper", CHECK_PASS, NULL, "not asked", { { "probe:gate_version", "!offline" } } },
    { "another version", "gate.helper", CHECK_WARN, "other_version", "0.0.0", { { "probe:gate_version", "tdx-gate-check (tdx-gate) 0.0.0" } } },
    { "it is missing", "gate.helper", CHECK_FAIL, "absent", NULL, { { PROGRAM, "!absent" } } },
    { "it is missing, and no login asks", "gate.helper", CHECK_SKIP, "not_set_up", NULL, { { PROGRAM, "!absent" }, { SSHD, UNIX } } },
    { "it cannot be started", "gate.helper", CHECK_FAIL, "no_answer", "CHILD", { { "probe:gate_version", "!failed CHILD_FAILED: x" } } },
    { "it is not executable", "gate.helper", CHECK_FAIL, "not_executable", NULL, { { "probe:gate_version", "!offline" }, { "stat:" HELPER, "file 0644 0 0" } } },
    { "others may write to it", "gate.helper", CHECK_FAIL, "FILE_UNSAFE", NULL, { { "stat:" HELPER, "file 0777 0 0" } } },
    { "a library is missing", "gate.helper", CHECK_FAIL, "library_missing", "libjson", { { PROGRAM, ELF "missing=libjson-c.so.5\n" } } },
    { "no absolute path", "gate.helper", CHECK_FAIL, "not_absolute", NULL, { { SSHD, "account required pam_tdx.so helper=x\n" } } },
    { "it may not be read", "gate.helper", CHECK_ERROR, "permission", NULL, { { PROGRAM, "!denied" } } },

    { "only root can ask", "gate.dryrun", CHECK_ERROR, "permission", NULL, { { "probe:gate_check", "!denied" } } },
    { "no answer", "gate.dryrun", CHECK_FAIL, "HELPER_FAILED", "DENY", { { "probe:gate_check", "!failed CHILD_TIMEOUT: x" } } },
    { "something else than a verdict", "gate.dryrun", CHECK_FAIL, "HELPER_FAILED", "it wrote \"yes\\x0a\"", { { "probe:gate_check", "yes\n" } } },
    { "the helper is the cause", "gate.dryrun", CHECK_SKIP, "prerequisite", "gate.helper", { { "probe:gate_check", "!absent" }, { PROGRAM, "!absent" } } },

    { "enforcing", "gate.state", CHECK_INFO, NULL, "enforcing; gate.conf is 1 days old", { { 0 } } },
    { "it only warns", "gate.state", CHECK_INFO, NULL, "only warns", { { CONF, "mode = warn\n" } } },
    { "it only warns, for 15 days", "gate.state", CHECK_WARN, "long_warn", "15 days", { { CONF, "mode = warn\n" }, { "probe:gate_since", "1798704000" } } },
    { "14 days are fine", "gate.state", CHECK_INFO, NULL, "14 days", { { CONF, "mode = warn\n" }, { "probe:gate_since", "1798790400" } } },
    { "an argument warns", "gate.state", CHECK_WARN, "long_warn", NULL, { { SSHD, "account required pam_tdx.so mode=warn\n" }, { "probe:gate_since", "1" } } },
    { "since when is not known", "gate.state", CHECK_INFO, NULL, "enforcing", { { "probe:gate_since", "!absent" } } },
    { "a time to come is not known", "gate.state", CHECK_INFO, NULL, "enforcing", { { "probe:gate_since", "1900000000" } } },
    { "no login asks", "gate.state", CHECK_INFO, NULL, "disabled", { { SSHD, UNIX } } },
    { "the stack cannot be read", "gate.state", CHECK_ERROR, "FILE_UNREADABLE", NULL, { { SSHD, "!denied" } } },
};
/* clang-format on */

/* The base, and the helper's folder, whose name the build decides. */
static void with_folder(struct health_fact out[COUNT_OF(base) + 1])
{
    (void)snprintf(helper_folder, sizeof(helper_folder), "stat:%.*s",
                   (int)(strrchr(HELPER, '/') - HELPER), HELPER);
    memcpy(out, base, sizeof(base));
    out[COUNT_OF(base)] = (struct health_fact){ helper_folder, "dir 0755 0 0" };
}

static void every_verdict_on_policies_and_decisions(void **state)
{
    struct health_fact facts[COUNT_OF(base) + 1];

    (void)state;
    with_folder(facts);
    health_check_rows(facts, COUNT_OF(facts), rows, COUNT_OF(rows), true, NOW);
}

struct decision {
    enum tdx_status says;
    const char *conf, *more_key, *more_value;
    enum check_status status;
    const char *reason, *observed;
};

/* The decision is the helper's; where another check names the cause it is that one's consequence.
 */
static void a_decision_is_told_as_a_login_meets_it(void **state)
{
    /* clang-format off */
    static const struct decision decisions[] = {
        { TDX_OK, NULL, NULL, NULL, CHECK_PASS, NULL, "ALLOW, after 42 ms: the detail" },
        { TDX_POLICY_REFUSED, NULL, NULL, NULL, CHECK_FAIL, "POLICY_REFUSED", "DENY, after 42 ms" },
        { TDX_GATE_STATE, NULL, NULL, NULL, CHECK_FAIL, "GATE_STATE", "DENY" },
        { TDX_POLICY_REFUSED, "mode = warn\n", NULL, NULL, CHECK_WARN, "POLICY_REFUSED", "would be DENY" },
        { TDX_CONF_UNKNOWN_KEY, "mod = x\n", NULL, NULL, CHECK_SKIP, "symptom", "gate.config is FAIL" },
        { TDX_JSON_BAD, NULL, POLICY, "{", CHECK_SKIP, "symptom", "gate.policy is FAIL" },
    };
    /* clang-format on */
    struct health_fact all[COUNT_OF(base) + 1];

    (void)state;
    with_folder(all);
    for (size_t i = 0; i < COUNT_OF(decisions); i++) {
        const struct decision *d = &decisions[i];
        struct verdict verdict = { .status = d->says, .detail = "the detail" };
        char line[VERDICT_LINE_LIMIT];
        struct health_row row = { .name = status_id(d->says),
                                  .id = "gate.dryrun",
                                  .status = d->status,
                                  .reason = d->reason,
                                  .observed = d->observed };

        (void)verdict_print(&verdict, line);
        row.changes[0] = (struct health_fact){ "probe:gate_check", line };
        row.changes[1] = (struct health_fact){ d->more_key != NULL ? d->more_key : "probe:none",
                                               d->more_key != NULL ? d->more_value : "" };
        if (d->conf != NULL)
            row.changes[2] = (struct health_fact){ CONF, d->conf };
        health_check_rows(all, COUNT_OF(all), &row, 1, true, NOW);
    }
}

static void a_policy_is_held_against_its_signer(void **state)
{
    static const struct {
        bool is_signed, by_owner;
        const char *payload;
        enum check_status status;
        const char *reason;
    } cases[] = {
        { true, true, "", CHECK_PASS, NULL },
        { true, false, "", CHECK_FAIL, "POLICY_SIGNER_UNKNOWN" },
        { false, true, "", CHECK_FAIL, "POLICY_UNSIGNED" },
        { true, true, ",\"exp\":1799999999", CHECK_FAIL, "TOKEN_EXPIRED" },
        { true, true, ",\"nbf\":1800000001", CHECK_FAIL, "TOKEN_NOT_YET_VALID" },
    };
    struct health_fact all[COUNT_OF(base) + 1];
    struct es384_signer *owner = NULL, *stranger = NULL;
    struct text pem = { 0 };

    (void)state;
    with_folder(all);
    assert_status(es384_signer_new(&owner, NULL), "OK");
    assert_status(es384_signer_new(&stranger, NULL), "OK");
    assert_status(es384_key_print(es384_signer_key(owner), &pem, NULL), "OK");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct text payload = { 0 }, token = { 0 };
        struct health_row row = { .name = cases[i].reason != NULL ? cases[i].reason : "signed",
                                  .id = "gate.policy",
                                  .status = cases[i].status,
                                  .reason = cases[i].reason };

        text_add(&payload, "{\"policy_payload\":\"");
        for (const char *c = PINS_MRTD; *c != '\0'; c++)
            text_addf(&payload, *c == '"' ? "\\%c" : "%c", *c);
        text_addf(&payload, "\"%s}", cases[i].payload);
        assert_status(jws_write(cases[i].by_owner ? owner : stranger, text_span(&payload), &token,
                                NULL),
                      "OK");
        row.changes[0] =
            (struct health_fact){ CONF, "policy=" P "\npolicy_signer=/etc/tdx-gate/owner.pem\n" };
        row.changes[1] = (struct health_fact){ SIGNER, text_string(&pem) };
        row.changes[2] =
            (struct health_fact){ POLICY, cases[i].is_signed ? text_string(&token) : PINS_MRTD };
        health_check_rows(all, COUNT_OF(all), &row, 1, true, NOW);
        text_free(&payload);
        text_free(&token);
    }
    text_free(&pem);
    es384_signer_free(owner);
    es384_signer_free(stranger);
}

/* GRUB measured the command line into RTMR2: whoever pins that will notice, whoever pins RTMR1 not.
 */
static void a_measured_line_breaks_the_policy_that_pins_it(void **state)
{
    static const struct {
        const char *policy, *boot;
        enum check_status status;
        const char *reason;
        bool is_full; /* no free space behind the log: records may be missing */
    } cases[] = {
        { PINS_RTMR2, ENTRY "line=" LINE " swiotlb=1048576\n", CHECK_WARN, "will_not_match",
          false },
        { PINS_RTMR1, ENTRY "line=" LINE " swiotlb=1048576\n", CHECK_PASS, NULL, false },
        { PINS_RTMR1, ENTRY "line=" LINE " swiotlb=1048576\n", CHECK_WARN, "may_not_match", true },
        { PINS_RTMR2, ENTRY "line=" LINE "\n", CHECK_PASS, NULL, false },
        { PINS_RTMR1, "entry=0123-" NEWER "\nline=" LINE "\n", CHECK_WARN, "may_not_match", false },
    };
    static const char measured[] = "kernel_cmdline: /vmlinuz " LINE;
    struct health_fact all[COUNT_OF(base) + 1];

    (void)state;
    with_folder(all);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct facts *facts = facts_new();
        struct text log = { 0 };
        struct report report;
        const struct finding *found;

        assert_non_null(facts);
        event_log_begin(&log, 1, 0);
        event_log_add(&log, 3, EVENT_IPL, measured, measured, sizeof(measured));
        if (!cases[i].is_full)
            text_add_n(&log, (const char[64]){ 0 }, 64);
        health_apply(facts, all, COUNT_OF(all));
        facts_set(facts, LOG, text_span(&log));
        health_apply(facts, &(struct health_fact){ POLICY, cases[i].policy }, 1);
        health_apply(facts, &(struct health_fact){ BOOT, cases[i].boot }, 1);
        report = health_report(facts, "gate", true, NOW);
        found = health_finding(&report, "gate.nextboot");
        print_message("#  case %zu: %s\n", i, text_string(&found->observed));
        assert_int_equal(found->status, cases[i].status);
        assert_string_equal(found->reason != NULL ? found->reason : "",
                            cases[i].reason != NULL ? cases[i].reason : "");
        report_free(&report);
        text_free(&log);
        facts_free(facts);
    }
}

/* What needs a running guest is skipped for an image, what lies in files is not. */
static void an_image_has_policies_but_no_decision(void **state)
{
    struct health_fact all[COUNT_OF(base) + 1];
    struct facts *facts = facts_new();
    struct report report;

    (void)state;
    assert_non_null(facts);
    with_folder(all);
    health_apply(facts, all, COUNT_OF(all));
    health_apply(facts, &(struct health_fact){ "file:/proc/cpuinfo", "!offline" }, 1);
    health_apply(facts, &(struct health_fact){ "probe:gate_version", "!offline" }, 1);
    report = health_report(facts, NULL, false, NOW);
    assert_int_equal(health_finding(&report, "gate.policy")->status, CHECK_PASS);
    assert_int_equal(health_finding(&report, "gate.helper")->status, CHECK_PASS);
    assert_int_equal(health_finding(&report, "gate.state")->status, CHECK_INFO);
    assert_string_equal(health_finding(&report, "gate.dryrun")->reason, "offline");
    assert_string_equal(health_finding(&report, "gate.nextboot")->reason, "offline");
    report_free(&report);
    facts_free(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verdict_on_policies_and_decisions),
        cmocka_unit_test(a_decision_is_told_as_a_login_meets_it),
        cmocka_unit_test(a_measured_line_breaks_the_policy_that_pins_it),
        cmocka_unit_test(an_image_has_policies_but_no_decision),
        cmocka_unit_test(a_policy_is_held_against_its_signer),
    };

    return cmocka_run_group_tests_name("health_run", tests, NULL, NULL);
}
