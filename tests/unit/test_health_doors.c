/* SPDX-License-Identifier: Apache-2.0 */
/* The checks on other doors, SELinux and the log, each verdict they can give; /proc/net/tcp. */
#include <stdlib.h>

#include "core/base/span_text.h"
#include "healthcheck/doors.h"
#include "pam_tdx/gate_conf.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/health_rows.h"

#define NOW     INT64_C(1800000000)
#define LISTEN  "probe:listeners"
#define UNITS   "list:/etc/systemd/system/multi-user.target.wants"
#define SOCKETS "list:/etc/systemd/system/sockets.target.wants"
#define PAM     "file:/etc/pam.d/"
#define GATE    "account required pam_tdx.so\n"
#define UNIX    "account required pam_unix.so\n"
#define MODE    "probe:getenforce"
#define CONFIG  "file:/etc/selinux/config"
#define MODULES "probe:semodule"
#define DENIALS "probe:denials"
#define LABEL   "probe:label:"
#define MODULE  "/usr/lib64/security/pam_tdx.so"
#define JOURNAL "stat:/var/log/journal"
#define DENIAL(seconds)                                                                            \
    "type=AVC msg=audit(" seconds ".123:45): avc:  denied  { read } for comm=\"tdx-gate-check\" "  \
    "scontext=system_u:system_r:sshd_session_t:s0\n"

static const struct health_fact base[] = {
    { "file:/proc/cpuinfo", "flags\t\t: fpu tdx_guest\n" },
    { "probe:sshd_T", "usepam yes\npamservicename sshd\n" },
    { "stat:/usr/sbin/sshd", "file 0755 0 0" },
    { PAM "sshd", GATE },
    { PAM "login", UNIX },
    { PAM "cockpit", UNIX },
    { PAM "vsftpd", GATE },
    { PAM "remote", UNIX },
    { PAM "xrdp-sesman", "!absent" },
    { "file:/usr/lib/pam.d/xrdp-sesman", "!absent" },
    { "file:/usr/etc/pam.d/xrdp-sesman", "!absent" },
    { PAM "other", "account required pam_deny.so\n" },
    { LISTEN, "tcp 0.0.0.0:22 sshd\ntcp 127.0.0.1:323 chronyd\n" },
    { UNITS, "sshd.service" },
    { SOCKETS, "!absent" },
    { MODE, "Enforcing\n" },
    { CONFIG, "# x\nSELINUX=permissive\nSELINUXTYPE=targeted\n" },
    { MODULES, "abrt\ntdx_gate\nzabbix\n" },
    { DENIALS, "" },
    { "stat:/usr/lib64/security/pam_permit.so", "file 0755 0 0" },
    { "stat:" MODULE, "file 0755 0 0" },
    { LABEL "/usr/sbin/sshd", "system_u:object_r:sshd_exec_t:s0" },
    { LABEL MODULE, "system_u:object_r:lib_t:s0" },
    { LABEL GATE_HELPER_DEFAULT, "system_u:object_r:tdx_gate_exec_t:s0" },
    { LABEL GATE_CONF_DEFAULT, "system_u:object_r:etc_t:s0" },
    { JOURNAL, "dir 2755 0 999" },
};

/* clang-format off */
static const struct health_row rows[] = {
    { "sshd alone", "ssh.other_doors", CHECK_INFO, NULL, "no other login service was found; the console does not ask", { { 0 } } },
    { "the console asks", "ssh.other_doors", CHECK_INFO, NULL, "the console asks the gate", { { PAM "login", GATE } } },
    { "a second sshd", "ssh.other_doors", CHECK_INFO, NULL, "sshd ([::]:2222)", { { LISTEN, "tcp [::]:2222 sshd\n" } } },
    { "telnet", "ssh.other_doors", CHECK_WARN, "not_gated", "telnet (0.0.0.0:23)", { { LISTEN, "tcp 0.0.0.0:23 in.telnetd\n" } } },
    { "telnet at another port", "ssh.other_doors", CHECK_WARN, "not_gated", "2323", { { LISTEN, "tcp 0.0.0.0:2323 in.telnetd\n" } } },
    { "dropbear, which speaks no PAM", "ssh.other_doors", CHECK_WARN, "not_gated", "dropbear", { { LISTEN, "tcp 0.0.0.0:222 dropbear\n" } } },
    { "systemd listens for cockpit", "ssh.other_doors", CHECK_WARN, "not_gated", "cockpit ([::]:9090)", { { LISTEN, "tcp [::]:9090 systemd\n" } } },
    { "cockpit asks the gate", "ssh.other_doors", CHECK_INFO, NULL, "cockpit", { { LISTEN, "tcp [::]:9090 systemd\n" }, { PAM "cockpit", GATE UNIX } } },
    { "the gate behind sufficient is not asked", "ssh.other_doors", CHECK_WARN, "not_gated", "cockpit", { { LISTEN, "tcp [::]:9090 systemd\n" }, { PAM "cockpit", "account sufficient pam_localuser.so\n" GATE } } },
    { "a plain user knows the port only", "ssh.other_doors", CHECK_WARN, "not_gated", "xrdp", { { LISTEN, "tcp 0.0.0.0:3389 ?\n" } } },
    { "another program at such a port", "ssh.other_doors", CHECK_INFO, NULL, "no other", { { LISTEN, "tcp 0.0.0.0:23 nginx\n" } } },
    { "a service that is gated", "ssh.other_doors", CHECK_INFO, NULL, "FTP", { { LISTEN, "tcp 0.0.0.0:21 vsftpd\n" } } },
    { "enabled, in an image", "ssh.other_doors", CHECK_WARN, "not_gated", "telnet.socket", { { LISTEN, "!offline" }, { SOCKETS, "telnet.socket" } } },
    { "an image without one", "ssh.other_doors", CHECK_INFO, NULL, NULL, { { LISTEN, "!offline" } } },
    { "junk in a recording", "ssh.other_doors", CHECK_INFO, NULL, "no other", { { LISTEN, "x\n\ntcp\ntcp :x dropbea\n" } } },
    { "who listens is not known", "ssh.other_doors", CHECK_ERROR, "unreadable", NULL, { { LISTEN, "!failed" } } },

    { "what runs", "selinux.mode", CHECK_INFO, NULL, "enforcing", { { 0 } } },
    { "of an image its configuration", "selinux.mode", CHECK_INFO, NULL, "permissive", { { MODE, "!offline" } } },
    { "an image without SELinux", "selinux.mode", CHECK_INFO, NULL, "disabled", { { MODE, "!offline" }, { CONFIG, "!absent" } } },
    { "a word that is no mode", "selinux.mode", CHECK_ERROR, "unclear", "perhaps", { { MODE, "perhaps" } } },
    { "it may not be read", "selinux.mode", CHECK_ERROR, "permission", NULL, { { MODE, "!denied" } } },

    { "the module is there", "selinux.policy", CHECK_PASS, NULL, "sshd runs in sshd_t", { { 0 } } },
    { "newer systems have another domain", "selinux.policy", CHECK_PASS, NULL, "sshd_session_t", { { LABEL "/usr/sbin/sshd", "system_u:object_r:sshd_session_exec_t:s0" } } },
    { "the list of semodule -l", "selinux.policy", CHECK_PASS, NULL, NULL, { { MODULES, "abrt\t1.4\ntdx_gate\t1.0\n" } } },
    { "the module is missing", "selinux.policy", CHECK_WARN, "no_module", "enforcing", { { MODULES, "abrt\ntdx_gate_x\n" } } },
    { "missing, and it was missed", "selinux.policy", CHECK_FAIL, "denials", "sshd_session_t", { { MODULES, "abrt\n" }, { DENIALS, DENIAL("1799999999") } } },
    { "missed where nothing is enforced", "selinux.policy", CHECK_WARN, "denials", "sshd_session_t", { { MODULES, "abrt\n" }, { MODE, "Permissive\n" }, { DENIALS, DENIAL("1799999999") } } },
    { "missing, and who knows", "selinux.policy", CHECK_ERROR, "permission", NULL, { { MODULES, "abrt\n" }, { DENIALS, "!denied" } } },
    { "missing, and permissive", "selinux.policy", CHECK_WARN, "no_module", "permissive", { { MODULES, "" }, { MODE, "Permissive\n" } } },
    { "something was denied", "selinux.policy", CHECK_WARN, "denials", "sshd_session_t", { { DENIALS, DENIAL("1799999999") } } },
    { "that was a week ago", "selinux.policy", CHECK_PASS, NULL, NULL, { { DENIALS, DENIAL("1799395199") } } },
    { "a line without a time", "selinux.policy", CHECK_PASS, NULL, NULL, { { DENIALS, "avc: denied tdx audit(x)\n" } } },
    { "the audit log may not be read", "selinux.policy", CHECK_ERROR, "permission", NULL, { { DENIALS, "!denied" } } },
    { "there is no audit log", "selinux.policy", CHECK_PASS, NULL, NULL, { { DENIALS, "!absent" } } },
    { "the modules may not be listed", "selinux.policy", CHECK_ERROR, "permission", NULL, { { MODULES, "!denied" } } },
    { "SELinux is off", "selinux.policy", CHECK_SKIP, "disabled", NULL, { { MODE, "Disabled\n" }, { MODULES, "!absent" } } },

    { "all labels fit", "selinux.labels", CHECK_PASS, NULL, "3 files", { { 0 } } },
    { "the module came from /tmp", "selinux.labels", CHECK_WARN, "differs", MODULE " is labelled user_tmp_t", { { LABEL MODULE, "unconfined_u:object_r:user_tmp_t:s0" } } },
    { "the helper has no type of ours", "selinux.labels", CHECK_WARN, "differs", "bin_t", { { LABEL GATE_HELPER_DEFAULT, "system_u:object_r:bin_t:s0" } } },
    { "without our module bin_t is right", "selinux.labels", CHECK_PASS, NULL, NULL, { { LABEL GATE_HELPER_DEFAULT, "system_u:object_r:bin_t:s0" }, { MODULES, "abrt\n" } } },
    { "something odd", "selinux.labels", CHECK_WARN, "differs", "something odd", { { LABEL GATE_CONF_DEFAULT, "x" } } },
    { "a label may not be read", "selinux.labels", CHECK_ERROR, "permission", NULL, { { LABEL MODULE, "!denied" } } },
    { "no labels", "selinux.labels", CHECK_SKIP, "no_labels", NULL, { { LABEL MODULE, "!absent" }, { LABEL GATE_HELPER_DEFAULT, "!absent" }, { LABEL GATE_CONF_DEFAULT, "!absent" } } },
    { "SELinux is off", "selinux.labels", CHECK_SKIP, "disabled", NULL, { { MODE, "Disabled\n" } } },

    { "a folder for the journal", "audit.log", CHECK_INFO, NULL, "kept over a restart", { { 0 } } },
    { "no folder", "audit.log", CHECK_WARN, "volatile", NULL, { { JOURNAL, "!absent" } } },
    { "Storage=persistent", "audit.log", CHECK_INFO, NULL, "kept", { { JOURNAL, "!absent" }, { "file:/etc/systemd/journald.conf", "[Journal]\nStorage=persistent\n" } } },
    { "Storage=volatile", "audit.log", CHECK_WARN, "volatile", NULL, { { "file:/etc/systemd/journald.conf", "[Journal]\nStorage=volatile\n" } } },
    { "a file in the folder wins", "audit.log", CHECK_WARN, "volatile", NULL, { { "file:/etc/systemd/journald.conf", "Storage=persistent\n" }, { "file:/etc/systemd/journald.conf.d/x.conf", "Storage=none\n" } } },
    { "a comment is no setting", "audit.log", CHECK_INFO, NULL, "kept", { { "file:/etc/systemd/journald.conf", "#Storage=none\n" } } },
    { "authpriv in a file", "audit.log", CHECK_INFO, NULL, "/var/log/secure", { { JOURNAL, "!absent" }, { "stat:/var/log/secure", "file 0600 0 0" } } },
};
/* clang-format on */

static void every_verdict_on_doors_and_selinux(void **state)
{
    (void)state;
    health_check_rows(base, COUNT_OF(base), rows, COUNT_OF(rows), true, NOW);
}

static void sockets_that_listen_are_found(void **state)
{
    static const char tcp[] = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when "
                              "retrnsmt   uid  timeout "
                              "inode\n"
                              "   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 "
                              "00000000     0        0 "
                              "1234 1 0000000000000000 100 0 0 10 0\n"
                              "   1: 0100007F:0143 00000000:0000 0A 00000000:00000000 00:00000000 "
                              "00000000     0        0 "
                              "5678\n"
                              "   2: 0100007F:1F90 0100007F:0016 01 00000000:00000000 00:00000000 "
                              "00000000     0        0 "
                              "9999\n"
                              "   3: 0100007F:1F9G 00000000:0000 0A 0:0 00:0 0 0 0 1\n"
                              "   4: 0100007F 00000000:0000 0A 0:0 00:0 0 0 0 1\n"
                              "   5: 0100007F:0017 00000000:0000 0A 0:0 00:0 0 0 0 1x\n"
                              "   6: 0100007F:0017\n";
    static const char tcp6[] = "   0: 00000000000000000000000001000000:0016 "
                               "00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 42 1\n";
    struct listener *list = calloc(LISTENERS_MAX, sizeof(*list));
    size_t count = 0;

    (void)state;
    assert_non_null(list);
    listeners_parse(span_of(tcp), list, &count);
    assert_int_equal(count, 2);
    assert_string_equal(list[0].address, "0.0.0.0:22");
    assert_int_equal(list[0].inode, 1234);
    assert_string_equal(list[1].address, "127.0.0.1:323");
    assert_int_equal(list[1].inode, 5678);
    listeners_parse(span_of(tcp6), list, &count);
    assert_int_equal(count, 3);
    assert_string_equal(list[2].address, "[::1]:22");
    assert_int_equal(list[2].inode, 42);
    for (size_t i = 0; i < LISTENERS_MAX; i++)
        listeners_parse(span_of(tcp6), list, &count);
    assert_int_equal(count, LISTENERS_MAX);
    free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verdict_on_doors_and_selinux),
        cmocka_unit_test(sockets_that_listen_are_found),
    };

    return cmocka_run_group_tests_name("health_doors", tests, NULL, NULL);
}
