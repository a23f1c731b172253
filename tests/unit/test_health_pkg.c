/* SPDX-License-Identifier: Apache-2.0 */
/* The checks on packages, each verdict they can give; and what is read out of a package database.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/files.h"
#include "core/base/span_text.h"
#include "core/base/text.h"
#include "healthcheck/metadata.h"
#include "healthcheck/pkg.h"
#include "pam_tdx/gate_conf.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/health_rows.h"

#define CPUINFO     "file:/proc/cpuinfo"
#define ATTEST_CONF "file:" PKG_ATTEST_CONF
#define REPO        "file:" PKG_REPOSITORY
#define DNF         "file:/etc/dnf/dnf.conf"
#define GATE        "file:" GATE_CONF_DEFAULT
#define INTELS      PKG_ATTEST " 1.21-100\n" PKG_DCAP_VERIFY " 1.21-100\n"

static const struct health_fact well[] = {
    { CPUINFO, "flags : tdx_guest\n" },
    { "file:" TDX_CONFDIR "/platforms.d/a.conf",
      "repository_host = enclave-{region}.oss-{region}.aliyuncs.com\n"
      "repository_host = enclave-{region}.oss-{region}-internal.aliyuncs.com\n" },
    { METADATA_REGION, "cn-beijing" },
    { PKG_PACKAGES, INTELS },
    { PKG_VERIFY, "" },
    { ATTEST_CONF, "!absent" },
    { DNF, "[main]\ngpgcheck=1\n" },
    { "file:/etc/yum.conf", "!absent" },
    { REPO, "[enclave-expr]\nname=x\nenabled=1\n"
            "baseurl=https://enclave-cn-beijing.oss-cn-beijing.aliyuncs.com/repo/alinux/x\n"
            "gpgcheck=1\n" },
};

#define BASEURL(host) "[x]\nbaseurl = https://" host "/repo\ngpgcheck = yes\n"

/* clang-format off */
static const struct health_row rows[] = {
    { "Intel's library", "pkg.attest", CHECK_INFO, NULL, "libtdx-attest 1.21-100", { { 0 } } },
    { "none of it", "pkg.attest", CHECK_INFO, NULL, "not installed", { { PKG_PACKAGES, "" } } },
    { "configured, and not there", "pkg.attest", CHECK_WARN, "missing", NULL, { { PKG_PACKAGES, "" }, { ATTEST_CONF, "port=4050\n" } } },
    { "configured for our own client", "pkg.attest", CHECK_INFO, NULL, "not installed", { { PKG_PACKAGES, "" }, { ATTEST_CONF, "port=4050\n" }, { GATE, "evidence = qgs\n" } } },
    { "configured, and the gate asks otherwise", "pkg.attest", CHECK_WARN, "missing", NULL, { { PKG_PACKAGES, "" }, { ATTEST_CONF, "port=4050\n" }, { GATE, "evidence = tsm\n" } } },
    { "no package database", "pkg.attest", CHECK_SKIP, "no_packages", NULL, { { PKG_PACKAGES, "!absent" } } },
    { "a broken package database", "pkg.attest", CHECK_ERROR, "unreadable", "cannot open", { { PKG_PACKAGES, "!failed cannot open Packages" } } },
    { "no TD", "pkg.attest", CHECK_SKIP, "prerequisite", NULL, { { CPUINFO, "flags : fpu\n" } } },
    { "recent libraries", "pkg.dcap", CHECK_INFO, NULL, "libsgx-dcap-quote-verify 1.21-100, libsgx-dcap-default-qpl -", { { 0 } } },
    { "no libraries", "pkg.dcap", CHECK_INFO, NULL, "not installed", { { PKG_PACKAGES, "" } } },
    { "an old library", "pkg.dcap", CHECK_WARN, "too_old", "1.9-1 is older", { { PKG_PACKAGES, PKG_ATTEST " 1.9-1\n" PKG_DCAP_VERIFY " 1.22\n" } } },
    { "an old library with an epoch", "pkg.dcap", CHECK_WARN, "too_old", NULL, { { PKG_PACKAGES, PKG_ATTEST " 2:1.20.100\n" } } },
    { "old verification, which nobody asks with", "pkg.dcap", CHECK_INFO, NULL, NULL, { { PKG_PACKAGES, PKG_DCAP_VERIFY " 1.9\n" } } },
    { "no database for them", "pkg.dcap", CHECK_SKIP, "no_packages", NULL, { { PKG_PACKAGES, "!absent" } } },
    { "a database for root only", "pkg.dcap", CHECK_ERROR, "permission", NULL, { { PKG_PACKAGES, "!denied" } } },
    { "the region's repository", "pkg.repo", CHECK_PASS, NULL, "enclave-cn-beijing.oss-cn-beijing.aliyuncs.com", { { 0 } } },
    { "from inside the VPC", "pkg.repo", CHECK_PASS, NULL, NULL, { { REPO, BASEURL("enclave-cn-beijing.oss-cn-beijing-internal.aliyuncs.com") } } },
    { "checked by default", "pkg.repo", CHECK_PASS, NULL, NULL, { { REPO, "baseurl=http://enclave-cn-beijing.oss-cn-beijing.aliyuncs.com:80/\n" } } },
    { "not checked", "pkg.repo", CHECK_WARN, "unchecked", NULL, { { REPO, BASEURL("enclave-cn-beijing.oss-cn-beijing.aliyuncs.com") "gpgcheck=0\n" } } },
    { "not checked by default", "pkg.repo", CHECK_WARN, "unchecked", NULL, { { REPO, "baseurl=http://enclave-cn-beijing.oss-cn-beijing.aliyuncs.com/\n" }, { DNF, "!absent" } } },
    { "checked by yum.conf", "pkg.repo", CHECK_PASS, NULL, NULL, { { REPO, "baseurl=http://enclave-cn-beijing.oss-cn-beijing.aliyuncs.com/\n" }, { DNF, "[main]\n" }, { "file:/etc/yum.conf", "gpgcheck=1\n" } } },
    { "another region's", "pkg.repo", CHECK_WARN, "other_region", "is for cn-hangzhou", { { REPO, BASEURL("enclave-cn-hangzhou.oss-cn-hangzhou.aliyuncs.com") } } },
    { "any region, when nobody says where we are", "pkg.repo", CHECK_PASS, NULL, NULL, { { REPO, BASEURL("enclave-cn-hangzhou.oss-cn-hangzhou.aliyuncs.com") }, { METADATA_REGION, "!absent" } } },
    { "two regions in one host", "pkg.repo", CHECK_WARN, "unknown_host", NULL, { { REPO, BASEURL("enclave-cn-beijing.oss-cn-hangzhou.aliyuncs.com") } } },
    { "somebody else's", "pkg.repo", CHECK_WARN, "unknown_host", NULL, { { REPO, BASEURL("enclave-cn-beijing.oss-cn-beijing.aliyuncs.com.example") } } },
    { "no address", "pkg.repo", CHECK_WARN, "no_address", NULL, { { REPO, "[x]\ngpgcheck=1\n#baseurl=https://x/\n" } } },
    { "no repository", "pkg.repo", CHECK_SKIP, "no_repository", NULL, { { REPO, "!absent" } } },
    { "a repository for root only", "pkg.repo", CHECK_ERROR, "permission", NULL, { { REPO, "!denied" } } },
    { "nothing differs", "pkg.self", CHECK_PASS, NULL, NULL, { { 0 } } },
    { "configuration differs (rpm)", "pkg.self", CHECK_PASS, NULL, NULL, { { PKG_VERIFY, "S.5....T.  c /etc/tdx-gate/gate.conf\nmissing   c /etc/tdx-gate/healthcheck.env\n" } } },
    { "configuration differs (dpkg)", "pkg.self", CHECK_PASS, NULL, NULL, { { PKG_VERIFY, "??5?????? c /etc/tdx-gate/gate.conf\n" } } },
    { "a time differs", "pkg.self", CHECK_PASS, NULL, NULL, { { PKG_VERIFY, ".......T.    /usr/bin/tdx-attest\n" } } },
    { "the module differs (rpm)", "pkg.self", CHECK_FAIL, "modified", "/usr/lib64/security/pam_tdx.so differs (2 in all)", { { PKG_VERIFY, "..?......    /usr/bin/tdx-gate\nS.5....T.    /usr/lib64/security/pam_tdx.so\n..5......    /usr/libexec/x\n" } } },
    { "the module differs (dpkg)", "pkg.self", CHECK_FAIL, "modified", "/lib/security/pam_tdx.so", { { PKG_VERIFY, "??5??????   /lib/security/pam_tdx.so\n" } } },
    { "another mode", "pkg.self", CHECK_FAIL, "modified", NULL, { { PKG_VERIFY, ".M.......    /usr/bin/tdx-attest\n" } } },
    { "a file is gone", "pkg.self", CHECK_FAIL, "file_missing", NULL, { { PKG_VERIFY, "missing     /usr/bin/tdx-attest\n" } } },
    { "a documentation file is gone", "pkg.self", CHECK_FAIL, "file_missing", "/usr/share/doc/x", { { PKG_VERIFY, "missing   d /usr/share/doc/x\n" } } },
    { "a file for root only (rpm)", "pkg.self", CHECK_ERROR, "unreadable", NULL, { { PKG_VERIFY, "..?......    /usr/libexec/tdx-gate-check\n" } } },
    { "a file for root only (dpkg)", "pkg.self", CHECK_ERROR, "unreadable", NULL, { { PKG_VERIFY, "missing     /usr/libexec/x (Permission denied)\n" } } },
    { "words that are no verdict", "pkg.self", CHECK_ERROR, "unreadable", NULL, { { PKG_VERIFY, "error: something\n" } } },
    { "built from source", "pkg.self", CHECK_SKIP, "not_packaged", NULL, { { PKG_VERIFY, "!absent" } } },
    { "the package manager failed", "pkg.self", CHECK_ERROR, "unreadable", NULL, { { PKG_VERIFY, "!failed rpm: x" } } },
};
/* clang-format on */

static void each_verdict_has_its_reason(void **state)
{
    (void)state;
    health_check_rows(well, COUNT_OF(well), rows, COUNT_OF(rows), true, 1);
}

/* --- the database ----------------------------------------------------------------------------- */

struct place {
    char top[32];
    struct root root;
    struct facts *facts;
};

static void open_place(struct place *place)
{
    (void)snprintf(place->top, sizeof(place->top), "/tmp/test_pkg.XXXXXX");
    assert_non_null(mkdtemp(place->top));
    assert_status(root_open(place->top, &place->root, NULL), "OK");
    place->facts = facts_new();
    assert_non_null(place->facts);
}

static void put(const struct place *place, const char *folder, const char *name, const char *text)
{
    struct text path = { 0 };

    text_addf(&path, "%s/%s", place->top, folder);
    assert_int_equal(file_make_folders(text_string(&path)), 0);
    text_addf(&path, "/%s", name);
    assert_status(file_replace(text_string(&path), span_of(text), 0644, NULL), "OK");
    text_free(&path);
}

static void close_place(struct place *place)
{
    struct text command = { 0 };

    text_addf(&command, "rm -r %s", place->top);
    assert_int_equal(system(text_string(&command)), 0); /* NOLINT: a name of our own making */
    text_free(&command);
    root_close(&place->root);
    facts_free(place->facts);
}

static void collect(const struct place *place, bool live, bool recording)
{
    pkg_collect(&(struct collector){
        .root = &place->root, .facts = place->facts, .live = live, .recording = recording });
}

static void assert_fact(const struct place *place, const char *key, const char *expected)
{
    const struct fact *fact = facts_find(place->facts, key);

    assert_string_equal(fact->state == FACT_KNOWN ? (const char *)fact->value.data
                                                  : fact_state_word(fact->state),
                        expected);
}

static void reads_dpkgs_status(void **state)
{
    struct place place = { .root = ROOT_CLOSED };

    (void)state;
    open_place(&place);
    put(&place, "var/lib/dpkg", "status",
        "Package: libtdx-attest\nStatus: install ok installed\nArchitecture: amd64\n"
        "Version: 1.21.100.3-jammy1\nDescription: x\n Package: evil\n\n"
        "Package: libsgx-dcap-default-qpl\nStatus: deinstall ok config-files\nVersion: 1.0\n\n"
        "Package: bash\nStatus: install ok installed\nVersion: 5.2\n\n"
        "Package: tdx-gate\nVersion: 1:1.0-1\nStatus: hold ok installed");
    collect(&place, false, false);
    assert_fact(&place, PKG_PACKAGES, "libtdx-attest 1.21.100.3-jammy1\ntdx-gate 1:1.0-1\n");
    assert_fact(&place, PKG_VERIFY, "offline");
    close_place(&place);
}

static void reads_a_recordings_list(void **state)
{
    struct place place = { .root = ROOT_CLOSED };

    (void)state;
    open_place(&place);
    put(&place, ".probe", "packages.txt",
        "bash-5.2-1.al8.x86_64\nlibtdx-attest-1.21-100.1.al8.x86_64\n"
        "libtdx-attest-devel-1.21-100.1.al8.x86_64\npam_tdx-1.0-1.al8.x86_64\r\n"
        "tdx-gate 1:1.0-1\n-\n--\n\nlibtdx-attest\n");
    put(&place, ".probe", "packages-verify.txt", "missing /x\n");
    collect(&place, true, true);
    assert_fact(&place, PKG_PACKAGES,
                "libtdx-attest 1.21-100.1.al8\npam_tdx 1.0-1.al8\ntdx-gate 1:1.0-1\n");
    assert_fact(&place, PKG_VERIFY, "missing /x\n");
    close_place(&place);
}

static void an_image_with_rpm_is_not_asked(void **state)
{
    struct place place = { .root = ROOT_CLOSED };

    (void)state;
    open_place(&place);
    collect(&place, false, false);
    assert_fact(&place, PKG_PACKAGES, "absent");
    put(&place, "var/lib/rpm", "rpmdb.sqlite", "");
    collect(&place, false, false);
    assert_fact(&place, PKG_PACKAGES, "offline");
    close_place(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_verdict_has_its_reason),
        cmocka_unit_test(reads_dpkgs_status),
        cmocka_unit_test(reads_a_recordings_list),
        cmocka_unit_test(an_image_with_rpm_is_not_asked),
    };

    return cmocka_run_group_tests_name("health_pkg", tests, NULL, NULL);
}
