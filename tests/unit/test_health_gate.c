/* SPDX-License-Identifier: Apache-2.0 */
/* The checks on the gate in front of sshd, each verdict they can give. */
#include <string.h>

#include "core/base/span_text.h"
#include "healthcheck/report.h"
#include "pam_tdx/gate_conf.h"
#include "tests/unit/cmocka_all.h"

#define SSHD  "file:/etc/pam.d/sshd"
#define OTHER "file:/etc/pam.d/password-auth"
#define CONF  "file:" GATE_CONF_DEFAULT
#define LOOKS "stat:" GATE_CONF_DEFAULT
#define GOOD  "account [success=ok new_authtok_reqd=bad ignore=bad default=bad] pam_tdx.so\n"

struct row {
    const char *id, *reason; /* reason: NULL for none */
    enum check_status status;
    const char *sshd, *other, *conf, *looks; /* NULL: the good one; "!": not there */
};

static const struct row rows[] = {
    { "pam.present", NULL, CHECK_PASS, NULL, NULL, NULL, NULL },
    { "pam.present", "absent", CHECK_FAIL, "account required pam_unix.so\n", NULL, NULL, NULL },
    { "pam.present", "wrong_type", CHECK_FAIL,
      "auth required pam_tdx.so\naccount required pam_unix.so\n", NULL, NULL, NULL },
    { "pam.present", "misspelt", CHECK_FAIL,
      "acount required pam_tdx.so\naccount required pam_unix.so\n", NULL, NULL, NULL },
    { "pam.present", "no_sshd", CHECK_SKIP, "!", NULL, NULL, NULL },
    { "pam.order", NULL, CHECK_PASS, NULL, NULL, NULL, NULL },
    { "pam.order", "skipped", CHECK_FAIL, "account include password-auth\n" GOOD, NULL, NULL,
      NULL },
    { "pam.order", NULL, CHECK_PASS, "account substack password-auth\n" GOOD, NULL, NULL, NULL },
    { "pam.order", "prerequisite", CHECK_SKIP, "account required pam_unix.so\n", NULL, NULL, NULL },
    { "pam.control", NULL, CHECK_PASS, NULL, NULL, NULL, NULL },
    { "pam.control", NULL, CHECK_PASS, "account requisite pam_tdx.so\n", NULL, NULL, NULL },
    { "pam.control", "overruled", CHECK_FAIL,
      "account optional pam_tdx.so\naccount required pam_unix.so\n", NULL, NULL, NULL },
    { "pam.control", "silent", CHECK_FAIL,
      "-account required pam_tdx.so\naccount required pam_unix.so\n", NULL, NULL, NULL },
    { "pam.control", "refuses_all", CHECK_FAIL, "account requird pam_tdx.so\n", NULL, NULL, NULL },
    { "pam.control", "ends_stack", CHECK_WARN,
      "account [success=done ignore=bad new_authtok_reqd=bad default=die] pam_tdx.so\n", NULL, NULL,
      NULL },
    { "gate.config", NULL, CHECK_PASS, NULL, NULL, NULL, NULL },
    { "gate.config", "absent", CHECK_FAIL, NULL, NULL, "!", NULL },
    { "gate.config", "FILE_UNSAFE", CHECK_FAIL, NULL, NULL, NULL, "file 0666 0 0" },
    { "gate.config", "FILE_UNSAFE", CHECK_FAIL, NULL, NULL, NULL, "file 0600 1000 0" },
    { "gate.config", "CONF_UNKNOWN_KEY", CHECK_FAIL, NULL, NULL, "mod = enforce\n", NULL },
    { "gate.config", "CONF_BAD_VALUE", CHECK_FAIL, NULL, NULL, "mode = maybe\n", NULL },
    { "gate.config", "warn_mode", CHECK_WARN, NULL, NULL, "mode = warn\n", NULL },
    { "gate.config", "unreadable", CHECK_ERROR, NULL, NULL, NULL, "!" },
};

static void set(struct facts *facts, const char *key, const char *value, const char *good)
{
    const char *text = value != NULL ? value : good;

    if (strcmp(text, "!") == 0)
        facts_set_state(facts, key, FACT_ABSENT, NULL);
    else
        facts_set(facts, key, span_of(text));
}

static void every_verdict_on_the_gate(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct row *row = &rows[i];
        struct facts *facts = facts_new();
        struct evaluation evaluation = { .facts = facts, .live = true };
        struct report_selection selection = { .only = row->id };
        struct report report = { 0 };
        size_t judged = 0;

        assert_non_null(facts);
        print_message("  row %zu: %s %s\n", i, row->id, row->reason != NULL ? row->reason : "");
        set(facts, "file:/proc/cpuinfo", NULL, "flags\t\t: fpu tdx_guest\n");
        set(facts, SSHD, row->sshd, GOOD "account include password-auth\n");
        set(facts, OTHER, row->other,
            "account sufficient pam_localuser.so\naccount required pam_unix.so\n");
        set(facts, "file:/etc/pam.d/other", NULL, "!");
        set(facts, "list:/etc/pam.d", NULL, "password-auth\nsshd");
        set(facts, "list:/usr/lib/pam.d", NULL, "!");
        set(facts, "list:/usr/etc/pam.d", NULL, "!");
        for (size_t k = 0; k < 2; k++) {
            set(facts, k == 0 ? "file:/usr/lib/pam.d/sshd" : "file:/usr/etc/pam.d/sshd", NULL, "!");
            set(facts, k == 0 ? "file:/usr/lib/pam.d/other" : "file:/usr/etc/pam.d/other", NULL,
                "!");
        }
        set(facts, CONF, row->conf, "mode = enforce\n");
        set(facts, LOOKS, row->looks, "file 0600 0 0");
        assert_status(report_make(&evaluation, &selection, &report, NULL), "OK");
        for (size_t k = 0; k < report.count; k++) {
            const struct report_entry *entry = &report.entries[k];

            if (strcmp(entry->check->id, row->id) != 0)
                continue;
            judged++;
            assert_string_equal(check_status_word(entry->finding.status),
                                check_status_word(row->status));
            if (row->reason != NULL)
                assert_string_equal(entry->finding.reason, row->reason);
        }
        assert_int_equal(judged, 1);
        report_free(&report);
        facts_free(facts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verdict_on_the_gate),
    };

    return cmocka_run_group_tests_name("health_gate", tests, NULL, NULL);
}
