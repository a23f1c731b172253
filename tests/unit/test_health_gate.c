/* SPDX-License-Identifier: Apache-2.0 */
/* The checks on the gate in front of sshd, each verdict they can give. */
#include "pam_tdx/gate_conf.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/health_rows.h"

#define SSHD      "file:/etc/pam.d/sshd"
#define CONF      "file:" GATE_CONF_DEFAULT
#define CONF_STAT "stat:" GATE_CONF_DEFAULT
#define FOLDER    "/usr/lib64/security"
#define MODULE    FOLDER "/pam_tdx.so"
#define GOOD      "account [success=ok new_authtok_reqd=bad ignore=bad default=bad] pam_tdx.so"
#define BEHIND    "\naccount include password-auth\n"
#define UNIX      "account required pam_unix.so\n"
#define ELF       "class=64\nmachine=62\nneeded=libpam.so.0\nneeded=libc.so.6\n"
#define EXPORTS   "exports=pam_sm_acct_mgmt\n"

static const struct health_fact base[] = {
    { "file:/proc/cpuinfo", "flags\t\t: fpu tdx_guest\n" },
    { "probe:sshd_T", "!denied" },
    { "file:/etc/ssh/sshd_config", "UsePAM yes\n" },
    { "stat:/usr/sbin/sshd", "file 0755 0 0" },
    { "stat:/usr/sbin", "dir 0755 0 0" },
    { "probe:program:/usr/sbin/sshd", ELF },
    { SSHD, GOOD BEHIND },
    { "file:/etc/pam.d/password-auth", "account sufficient pam_localuser.so\n" UNIX },
    { "file:/etc/pam.d/other", "!absent" },
    { "file:/usr/lib/pam.d/sshd", "!absent" },
    { "file:/usr/etc/pam.d/sshd", "!absent" },
    { "file:/usr/lib/pam.d/other", "!absent" },
    { "file:/usr/etc/pam.d/other", "!absent" },
    { "stat:" FOLDER "/pam_permit.so", "file 0755 0 0" },
    { "stat:" FOLDER, "dir 0755 0 0" },
    { "stat:" MODULE, "file 0755 0 0" },
    { "probe:program:" MODULE, ELF EXPORTS },
    { CONF, "mode = enforce\n" },
    { CONF_STAT, "file 0600 0 0" },
};

/* clang-format off */
static const struct health_row rows[] = {
    { "the first line asks the gate", "pam.present", CHECK_PASS, NULL, "/etc/pam.d/sshd, line 1", { { 0 } } },
    { "no line asks the gate", "pam.present", CHECK_FAIL, "absent", NULL, { { SSHD, UNIX } } },
    { "only auth asks it", "pam.present", CHECK_FAIL, "wrong_type", "begins with \"auth\"", { { SSHD, "auth required pam_tdx.so\n" UNIX } } },
    { "the type is misspelt", "pam.present", CHECK_FAIL, "misspelt", "acount", { { SSHD, "acount required pam_tdx.so\n" UNIX } } },
    { "there is no service", "pam.present", CHECK_SKIP, "no_sshd", NULL, { { SSHD, "!absent" } } },
    { "the stack is not readable", "pam.present", CHECK_ERROR, "FILE_UNREADABLE", NULL, { { SSHD, "!denied" } } },
    { "where sshd does not ask PAM that is the cause", "pam.present", CHECK_SKIP, "symptom", "ssh.usepam is FAIL", { { SSHD, UNIX }, { "file:/etc/ssh/sshd_config", "UsePAM no\n" } } },
    { "an unreadable sshd_config hides nothing", "pam.present", CHECK_FAIL, "absent", NULL, { { SSHD, UNIX }, { "file:/etc/ssh/sshd_config", "!denied" } } },
    { "no TD: nothing else is said", "pam.present", CHECK_SKIP, "prerequisite", "cpu.tdx_guest is FAIL", { { "file:/proc/cpuinfo", "flags : fpu\n" } } },

    { "before everything else", "pam.order", CHECK_PASS, NULL, NULL, { { 0 } } },
    { "behind an include with sufficient", "pam.order", CHECK_FAIL, "skipped", "/etc/pam.d/password-auth, line 1", { { SSHD, "account include password-auth\n" GOOD "\n" } } },
    { "behind a substack", "pam.order", CHECK_PASS, NULL, NULL, { { SSHD, "account substack password-auth\n" GOOD "\n" } } },
    { "nobody gets in", "pam.order", CHECK_WARN, "blocks", NULL, { { SSHD, GOOD "\naccount required pam_deny.so\n" } } },
    { "no gate", "pam.order", CHECK_SKIP, "prerequisite", NULL, { { SSHD, UNIX } } },

    { "in brackets", "pam.control", CHECK_PASS, NULL, NULL, { { 0 } } },
    { "requisite", "pam.control", CHECK_PASS, NULL, "requisite", { { SSHD, "account requisite pam_tdx.so\n" } } },
    { "optional", "pam.control", CHECK_FAIL, "overruled", NULL, { { SSHD, "account optional pam_tdx.so\n" UNIX } } },
    { "silent", "pam.control", CHECK_FAIL, "silent", NULL, { { SSHD, "-account required pam_tdx.so\n" UNIX } } },
    { "misspelt", "pam.control", CHECK_FAIL, "refuses_all", NULL, { { SSHD, "account requird pam_tdx.so\n" } } },
    { "done", "pam.control", CHECK_WARN, "ends_stack", NULL, { { SSHD, "account [success=done ignore=bad new_authtok_reqd=bad default=die] pam_tdx.so\n" } } },

    { "the module is sound", "pam.module", CHECK_PASS, NULL, MODULE, { { 0 } } },
    { "it is missing", "pam.module", CHECK_FAIL, "absent", FOLDER, { { "stat:" MODULE, "!absent" } } },
    { "it lies where libpam does not look", "pam.module", CHECK_FAIL, "wrong_folder", "it lies in /lib/security", { { "stat:" MODULE, "!absent" }, { "stat:/lib/security/pam_tdx.so", "file 0755 0 0" } } },
    { "no Linux-PAM was found", "pam.module", CHECK_ERROR, "no_folder", NULL, { { "stat:" FOLDER "/pam_permit.so", "!absent" } } },
    { "others may write to it", "pam.module", CHECK_FAIL, "FILE_UNSAFE", "mode 0775", { { "stat:" MODULE, "file 0775 0 0" } } },
    { "another owner", "pam.module", CHECK_FAIL, "FILE_UNSAFE", "uid 1000", { { "stat:" MODULE, "file 0755 1000 0" } } },
    { "others may replace it", "pam.module", CHECK_FAIL, "FILE_UNSAFE", FOLDER ":", { { "stat:" FOLDER, "dir 0777 0 0" } } },
    { "it is no ELF file", "pam.module", CHECK_FAIL, "ELF_BAD", "not an ELF", { { "probe:program:" MODULE, "!failed ELF_BAD: bad: it is not an ELF file" } } },
    { "it is for 32 bits", "pam.module", CHECK_FAIL, "wrong_class", NULL, { { "probe:program:" MODULE, "class=32\nmachine=3\n" } } },
    { "it is for another machine", "pam.module", CHECK_FAIL, "wrong_class", NULL, { { "probe:program:" MODULE, "class=64\nmachine=183\n" EXPORTS } } },
    { "a library is missing", "pam.module", CHECK_FAIL, "library_missing", "libjson-c.so.5", { { "probe:program:" MODULE, ELF EXPORTS "missing=libjson-c.so.5\n" } } },
    { "it does not export the account function", "pam.module", CHECK_FAIL, "no_entry", NULL, { { "probe:program:" MODULE, ELF } } },
    { "it may not be read", "pam.module", CHECK_ERROR, "permission", NULL, { { "probe:program:" MODULE, "!denied" } } },
    { "an absolute path is taken as it is", "pam.module", CHECK_PASS, NULL, "/opt/pam_tdx.so", { { SSHD, "account required /opt/pam_tdx.so\n" }, { "stat:/opt", "dir 0755 0 0" }, { "stat:/opt/pam_tdx.so", "file 0755 0 0" }, { "probe:program:/opt/pam_tdx.so", ELF EXPORTS } } },
    { "an absolute path that is not there", "pam.module", CHECK_FAIL, "absent", NULL, { { SSHD, "account required /opt/pam_tdx.so\n" }, { "probe:program:/opt/pam_tdx.so", "!absent" } } },

    { "no arguments", "pam.args", CHECK_PASS, NULL, "0 of them", { { 0 } } },
    { "good arguments", "pam.args", CHECK_PASS, NULL, "2 of them", { { SSHD, GOOD " freshness=30 timeout=5\n" } } },
    { "brackets hold an argument together", "pam.args", CHECK_FAIL, "CONF_BAD_VALUE", NULL, { { SSHD, GOOD " [exempt_group=two words]\n" } } },
    { "an unknown argument", "pam.args", CHECK_FAIL, "CONF_UNKNOWN_KEY", "fail_open", { { SSHD, GOOD " fail_open=yes\n" } } },
    { "a word without a value", "pam.args", CHECK_FAIL, "CONF_SYNTAX", "word 1", { { SSHD, GOOD " debug\n" } } },
    { "twice the same key", "pam.args", CHECK_FAIL, "CONF_BAD_VALUE", "once", { { SSHD, GOOD " mode=enforce mode=enforce\n" } } },
    { "it fails open", "pam.args", CHECK_WARN, "fail_open", NULL, { { SSHD, GOOD " mode=warn\n" } } },
    { "another gate.conf", "pam.args", CHECK_PASS, NULL, "/tmp/x", { { SSHD, GOOD " config=/tmp/x\n" } } },
    { "another helper", "pam.args", CHECK_PASS, NULL, "/bin/true", { { SSHD, GOOD " helper=/bin/true\n" } } },
    { "too many arguments", "pam.args", CHECK_FAIL, "too_many", NULL, { { SSHD, GOOD
        " a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a\n" } } },

    { "sound", "gate.config", CHECK_PASS, NULL, "enforce", { { 0 } } },
    { "absent", "gate.config", CHECK_FAIL, "absent", NULL, { { CONF, "!absent" } } },
    { "absent, and no gate", "gate.config", CHECK_SKIP, "not_set_up", NULL, { { CONF, "!absent" }, { SSHD, UNIX } } },
    { "others may write", "gate.config", CHECK_FAIL, "FILE_UNSAFE", NULL, { { CONF_STAT, "file 0666 0 0" } } },
    { "another owner", "gate.config", CHECK_FAIL, "FILE_UNSAFE", NULL, { { CONF_STAT, "file 0600 1000 0" } } },
    { "an unknown key", "gate.config", CHECK_FAIL, "CONF_UNKNOWN_KEY", NULL, { { CONF, "mod = enforce\n" } } },
    { "a bad value", "gate.config", CHECK_FAIL, "CONF_BAD_VALUE", NULL, { { CONF, "mode = maybe\n" } } },
    { "it only warns", "gate.config", CHECK_WARN, "warn_mode", NULL, { { CONF, "mode = warn\n" } } },
    { "its owner is not known", "gate.config", CHECK_ERROR, "unreadable", NULL, { { CONF_STAT, "!absent" } } },
    { "it may not be read", "gate.config", CHECK_ERROR, "permission", NULL, { { CONF, "!denied" } } },
    { "the file that the line names", "gate.config", CHECK_WARN, "warn_mode", NULL, { { SSHD, GOOD " config=/etc/g\n" }, { "file:/etc/g", "mode = warn\n" }, { "stat:/etc/g", "file 0600 0 0" } } },
    { "the file that --gate-conf names", "gate.config", CHECK_FAIL, "absent", NULL, { { "probe:gate_conf", "/etc/h" }, { "file:/etc/h", "!absent" } } },
};
/* clang-format on */

static void every_verdict_on_the_gate(void **state)
{
    (void)state;
    health_check_rows(base, COUNT_OF(base), rows, COUNT_OF(rows), true, 1);
}

/* What needs no running guest is judged in an image, though the CPU cannot be asked there; on a
 * machine that is no TD it is not. */
static void an_image_is_judged_by_its_files(void **state)
{
    static const char *const by_files[] = { "ssh.haspam",  "ssh.usepam",  "ssh.pamservice",
                                            "pam.present", "pam.order",   "pam.control",
                                            "pam.module",  "gate.config", "pam.args" };

    (void)state;
    for (unsigned live = 0; live < 2; live++) {
        struct facts *facts = facts_new();
        struct report report;

        assert_non_null(facts);
        health_apply(facts, base, COUNT_OF(base));
        health_apply(facts,
                     &(struct health_fact){ "file:/proc/cpuinfo",
                                            live ? "flags : fpu\n" : "!offline" },
                     1);
        report = health_report(facts, NULL, live, 1);
        assert_int_equal(health_finding(&report, "cpu.tdx_guest")->status,
                         live ? CHECK_FAIL : CHECK_SKIP);
        for (size_t i = 0; i < COUNT_OF(by_files); i++) {
            const struct finding *finding = health_finding(&report, by_files[i]);

            if (finding->status != (live ? CHECK_SKIP : CHECK_PASS))
                fail_msg("%s: %s", by_files[i], check_status_word(finding->status));
            if (live)
                assert_string_equal(finding->reason, "prerequisite");
        }
        report_free(&report);
        facts_free(facts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verdict_on_the_gate),
        cmocka_unit_test(an_image_is_judged_by_its_files),
    };

    return cmocka_run_group_tests_name("health_gate", tests, NULL, NULL);
}
