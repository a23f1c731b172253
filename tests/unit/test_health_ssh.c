/* SPDX-License-Identifier: Apache-2.0 */
/* The checks on sshd, each verdict they can give; and sshd_config read as sshd reads it. */
#include <stdio.h>
#include <string.h>

#include "core/base/span_text.h"
#include "healthcheck/ssh_config.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/health_rows.h"

#define CONFIG  "file:/etc/ssh/sshd_config"
#define DROP_IN "file:/etc/ssh/sshd_config.d/"
#define NAMES   "list:/etc/ssh/sshd_config.d"
#define SESSION "/usr/libexec/openssh/sshd-session"
#define ELF     "class=64\nmachine=62\nneeded=libc.so.6\n"
#define PAM_ELF ELF "needed=libpam.so.0\n"
#define GATE    "account required pam_tdx.so\n"
#define ABSENT  "!absent"

static const struct health_fact base[] = {
    { "file:/proc/cpuinfo", "flags\t\t: fpu tdx_guest\n" },
    { "probe:sshd_T", "port 22\nusepam yes\npamservicename sshd\n" },
    { CONFIG, "Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\n" },
    { NAMES, ABSENT },
    { "file:/usr/etc/ssh/sshd_config", ABSENT },
    { "stat:/usr/sbin/sshd", "file 0755 0 0" },
    { "stat:/usr/sbin", "dir 0755 0 0" },
    { "probe:program:/usr/sbin/sshd", PAM_ELF },
    { "file:/etc/pam.d/sshd", GATE },
    { "file:/etc/pam.d/free", "account required pam_unix.so\n" },
    { "file:/etc/pam.d/gated", GATE },
    { "file:/etc/pam.d/none", ABSENT },
    { "file:/usr/lib/pam.d/none", ABSENT },
    { "file:/usr/etc/pam.d/none", ABSENT },
    { "file:/etc/pam.d/other", "account required pam_deny.so\n" },
};

#define NO_T                                                                                       \
    {                                                                                              \
        "probe:sshd_T", "!failed"                                                                  \
    }

/* clang-format off */
static const struct health_row rows[] = {
    { "it needs libpam", "ssh.haspam", CHECK_PASS, NULL, "/usr/sbin/sshd", { { 0 } } },
    { "it does not", "ssh.haspam", CHECK_FAIL, "no_libpam", NULL, { { "probe:program:/usr/sbin/sshd", ELF } } },
    { "from 9.8 the other program counts", "ssh.haspam", CHECK_PASS, NULL, SESSION, { { "probe:program:/usr/sbin/sshd", ELF }, { "stat:" SESSION, "file 0755 0 0" }, { "stat:/usr/libexec/openssh", "dir 0755 0 0" }, { "probe:program:" SESSION, PAM_ELF } } },
    { "there is no sshd", "ssh.haspam", CHECK_SKIP, "no_sshd", NULL, { { "probe:program:/usr/sbin/sshd", ABSENT } } },
    { "others may write to it", "ssh.haspam", CHECK_FAIL, "FILE_UNSAFE", NULL, { { "stat:/usr/sbin/sshd", "file 0757 0 0" } } },
    { "it may not be read", "ssh.haspam", CHECK_ERROR, "permission", NULL, { { "probe:program:/usr/sbin/sshd", "!denied" } } },

    { "sshd says yes", "ssh.usepam", CHECK_PASS, NULL, "usepam yes", { { 0 } } },
    { "sshd says no, whatever we read", "ssh.usepam", CHECK_FAIL, "no", NULL, { { "probe:sshd_T", "usepam no\n" } } },
    { "sshd without PAM is the cause", "ssh.usepam", CHECK_SKIP, "symptom", "ssh.haspam", { { "probe:sshd_T", "usepam no\n" }, { "probe:program:/usr/sbin/sshd", ELF } } },
    { "the file says yes", "ssh.usepam", CHECK_PASS, NULL, "sshd_config, line 2", { NO_T } },
    { "the file says no", "ssh.usepam", CHECK_FAIL, "no", "line 1", { NO_T, { CONFIG, "usepam = \"no\"\n" } } },
    { "the file says nothing", "ssh.usepam", CHECK_FAIL, "default_no", NULL, { NO_T, { CONFIG, "#UsePAM yes\n" } } },
    { "it is what the file of the include says first", "ssh.usepam", CHECK_FAIL, "no", "50-x.conf, line 1", { NO_T, { NAMES, "50-x.conf" }, { DROP_IN "50-x.conf", "UsePAM no\n" } } },
    { "it is for some logins", "ssh.usepam", CHECK_FAIL, "in_match", "line 2", { NO_T, { CONFIG, "Match User x\n UsePAM yes\n" } } },
    { "it is a word that sshd refuses", "ssh.usepam", CHECK_FAIL, "CONF_BAD_VALUE", NULL, { NO_T, { CONFIG, "UsePAM maybe\n" } } },
    { "a file that includes itself", "ssh.usepam", CHECK_FAIL, "CONF_SYNTAX", NULL, { NO_T, { CONFIG, "Include sshd_config\n" } } },
    { "no sshd_config", "ssh.usepam", CHECK_FAIL, "no_config", NULL, { NO_T, { CONFIG, ABSENT } } },
    { "no sshd", "ssh.usepam", CHECK_SKIP, "no_sshd", NULL, { NO_T, { CONFIG, ABSENT }, { "stat:/usr/sbin/sshd", ABSENT } } },
    { "only root may read", "ssh.usepam", CHECK_ERROR, "permission", NULL, { { "probe:sshd_T", "!denied" }, { CONFIG, "!denied" } } },
    { "an included file cannot be read", "ssh.usepam", CHECK_ERROR, "unreadable", NULL, { NO_T, { NAMES, "a.conf" }, { DROP_IN "a.conf", "!failed" } } },

    { "the usual service", "ssh.pamservice", CHECK_PASS, NULL, "sshd", { { 0 } } },
    { "another that asks the gate", "ssh.pamservice", CHECK_PASS, NULL, "gated", { { "probe:sshd_T", "usepam yes\npamservicename gated\n" } } },
    { "another that does not", "ssh.pamservice", CHECK_FAIL, "no_gate", "free", { { "probe:sshd_T", "usepam yes\npamservicename free\n" } } },
    { "in the file", "ssh.pamservice", CHECK_FAIL, "no_gate", "free", { NO_T, { CONFIG, "PAMServiceName free\n" } } },
    { "behind Match", "ssh.pamservice", CHECK_FAIL, "no_gate", "line 3 (behind Match)", { { CONFIG, "UsePAM yes\nMatch Group rescue\n PAMServiceName free\n" } } },
    { "behind Match, gated", "ssh.pamservice", CHECK_PASS, NULL, "behind Match that ask", { { CONFIG, "UsePAM yes\nMatch Group rescue\n PAMServiceName gated\n" } } },
    { "behind the second Match", "ssh.pamservice", CHECK_FAIL, "no_gate", "line 5", { { CONFIG, "UsePAM yes\nMatch User a\n PAMServiceName gated\nMatch User b\n PAMServiceName free\n" } } },
    { "a service without a file has that of other", "ssh.pamservice", CHECK_FAIL, "no_gate", "none", { NO_T, { CONFIG, "PAMServiceName none\n" } } },
    { "its file cannot be read", "ssh.pamservice", CHECK_ERROR, "FILE_UNREADABLE", NULL, { NO_T, { CONFIG, "PAMServiceName free\n" }, { "file:/etc/pam.d/free", "!denied" } } },
    { "no sshd", "ssh.pamservice", CHECK_SKIP, "no_sshd", NULL, { { "probe:sshd_T", ABSENT }, { CONFIG, ABSENT }, { "stat:/usr/sbin/sshd", ABSENT } } },

    { "the checks on PAM follow the service", "pam.present", CHECK_PASS, NULL, "/etc/pam.d/gated", { { "probe:sshd_T", "usepam yes\npamservicename gated\n" } } },
    { "a service without the gate is one cause", "pam.present", CHECK_SKIP, "symptom", "ssh.pamservice", { { "probe:sshd_T", "usepam yes\npamservicename free\n" } } },
};
/* clang-format on */

static void every_verdict_on_sshd(void **state)
{
    (void)state;
    health_check_rows(base, COUNT_OF(base), rows, COUNT_OF(rows), true, 1);
}

struct reading {
    const char *name;
    struct health_fact files[4];
    const char *status;
    enum ssh_flag use_pam;
    const char *service, *matched; /* NULL: none */
};

/* clang-format off */
static const struct reading readings[] = {
    { "the first value counts", { { CONFIG, "UsePAM no\nUsePAM yes\n" } }, "OK", SSH_NO, NULL, NULL },
    { "keywords have no case, '=' and quotes are fine", { { CONFIG, "\t USEPAM\t=\t\"YES\"\r\nPamServiceName='x'\n" } }, "OK", SSH_YES, "x", NULL },
    { "'=' without blanks", { { CONFIG, "UsePAM=yes\n" } }, "OK", SSH_YES, NULL, NULL },
    { "a comment behind the value", { { CONFIG, "UsePAM yes # no\n" } }, "OK", SSH_YES, NULL, NULL },
    { "a comment is no line", { { CONFIG, "  # UsePAM yes\nUsePAMX yes\n" } }, "OK", SSH_UNSET, NULL, NULL },
    { "the last line needs no end", { { CONFIG, "UsePAM yes" } }, "OK", SSH_YES, NULL, NULL },
    { "Match all is every login", { { CONFIG, "Match User a\nPAMServiceName y\nMatch all\nUsePAM yes\nPAMServiceName x\n" } }, "OK", SSH_YES, "x", "y" },
    { "files of an include come in the order of their names", { { CONFIG, "Include sshd_config.d/*.conf\nUsePAM yes\n" }, { NAMES, "10-a.conf\n20-b.conf" }, { DROP_IN "10-a.conf", "UsePAM no\n" }, { DROP_IN "20-b.conf", "UsePAM yes\n" } }, "OK", SSH_NO, NULL, NULL },
    { "hidden and other names are not included", { { CONFIG, "Include sshd_config.d/*.conf\nUsePAM yes\n" }, { NAMES, ".x.conf\na.conf.rpmsave" } }, "OK", SSH_YES, NULL, NULL },
    { "a Match ends with its file", { { CONFIG, "Include sshd_config.d/a\nUsePAM yes\n" }, { DROP_IN "a", "Match User x\nPAMServiceName y\n" } }, "OK", SSH_YES, NULL, "y" },
    { "an include behind Match is for some", { { CONFIG, "Match User x\nInclude sshd_config.d/a\n" }, { DROP_IN "a", "PAMServiceName y\n" } }, "OK", SSH_UNSET, NULL, "y" },
    { "an included file that is not there is nothing", { { CONFIG, "Include sshd_config.d/a\nUsePAM yes\n" }, { DROP_IN "a", ABSENT } }, "OK", SSH_YES, NULL, NULL },
    { "two files in one include", { { CONFIG, "Include sshd_config.d/a sshd_config.d/b\n" }, { DROP_IN "a", ABSENT }, { DROP_IN "b", "UsePAM yes\n" } }, "OK", SSH_YES, NULL, NULL },
    { "a file that includes itself", { { CONFIG, "Include sshd_config\n" } }, "CONF_SYNTAX", SSH_UNSET, NULL, NULL },
    { "a pattern in the root itself", { { CONFIG, "Include /x*\n" }, { "list:/", "x.conf" }, { "file:/x.conf", "UsePAM yes\n" } }, "OK", SSH_YES, NULL, NULL },
    { "a pattern for folders", { { CONFIG, "Include /etc/*/x\n" } }, "FILE_UNREADABLE", SSH_UNSET, NULL, NULL },
    { "a service that leads out of pam.d", { { CONFIG, "PAMServiceName ../x\n" } }, "CONF_BAD_VALUE", SSH_UNSET, NULL, NULL },
    { "UsePAM without a value", { { CONFIG, "UsePAM\n" } }, "CONF_BAD_VALUE", SSH_UNSET, NULL, NULL },
    { "no file", { { CONFIG, ABSENT } }, "FILE_MISSING", SSH_UNSET, NULL, NULL },
    { "the vendor's file", { { CONFIG, ABSENT }, { "file:/usr/etc/ssh/sshd_config", "UsePAM yes\n" } }, "OK", SSH_YES, NULL, NULL },
};
/* clang-format on */

static void sshd_config_is_read_as_sshd_reads_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(readings); i++) {
        const struct reading *row = &readings[i];
        struct facts *facts = facts_new();
        struct tdx_error err = { 0 };
        struct ssh_config config;
        enum tdx_status status;

        assert_non_null(facts);
        print_message("#  %s\n", row->name);
        health_apply(facts, &(struct health_fact){ "file:/usr/etc/ssh/sshd_config", ABSENT }, 1);
        health_apply(facts, row->files, COUNT_OF(row->files));
        status = ssh_config_read(facts, &config, &err);
        assert_status(status, row->status);
        assert_string_equal(config.wanted, "");
        if (status == TDX_OK) {
            assert_int_equal(config.use_pam, row->use_pam);
            assert_string_equal(config.service[0].name, row->service != NULL ? row->service : "");
            assert_int_equal(config.service_count, row->matched != NULL ? 2 : 1);
            if (row->matched != NULL)
                assert_string_equal(config.service[1].name, row->matched);
        }
        facts_free(facts);
    }
}

static void what_was_not_collected_is_asked_for(void **state)
{
    struct facts *facts = facts_new();
    struct ssh_config config;

    (void)state;
    assert_non_null(facts);
    assert_status(ssh_config_read(facts, &config, NULL), "FILE_UNREADABLE");
    assert_string_equal(config.wanted, CONFIG);
    facts_set(facts, CONFIG, span_of("Include /etc/ssh/sshd_config.d/*.conf\n"));
    assert_status(ssh_config_read(facts, &config, NULL), "FILE_UNREADABLE");
    assert_string_equal(config.wanted, NAMES);
    facts_free(facts);
}

/* Each file of a chain includes the next one many times. */
static void includes_that_multiply_come_to_an_end(void **state)
{
    struct facts *facts = facts_new();
    struct ssh_config config;
    char key[64], text[640] = "";

    (void)state;
    assert_non_null(facts);
    for (int i = 0; i < 15; i++) {
        int length = 0;

        for (int k = 0; k < 20; k++)
            length +=
                snprintf(text + length, sizeof(text) - (size_t)length, "Include f%02d\n", i + 1);
        (void)snprintf(key, sizeof(key), "file:/etc/ssh/f%02d", i);
        facts_set(facts, i == 0 ? CONFIG : key, span_of(text));
    }
    health_apply(facts, &(struct health_fact){ "file:/etc/ssh/f15", "!absent" }, 1);
    assert_status(ssh_config_read(facts, &config, NULL), "CONF_SYNTAX");
    facts_free(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verdict_on_sshd),
        cmocka_unit_test(sshd_config_is_read_as_sshd_reads_it),
        cmocka_unit_test(what_was_not_collected_is_asked_for),
        cmocka_unit_test(includes_that_multiply_come_to_an_end),
    };

    return cmocka_run_group_tests_name("health_ssh", tests, NULL, NULL);
}
