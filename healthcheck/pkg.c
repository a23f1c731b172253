/* SPDX-License-Identifier: Apache-2.0 */
/* Packages: what is installed of Intel's and of ours, whether ours is as it was shipped, and where
 * the provider's come from. */
#include "healthcheck/pkg.h"

#include <stdio.h>
#include <string.h>

#include "healthcheck/families.h"
#include "healthcheck/lines.h"
#include "healthcheck/metadata.h"
#include "healthcheck/platform.h"
#include "healthcheck/rpm_version.h"
#include "pam_tdx/gate_conf.h"

#define DCAP_MINIMUM "1.21" /* the first whose libtdx-attest knows configfs-tsm */
#define VERSION_SIZE 128
#define LINE_SIZE    512
#define COUNT_OF(a)  (sizeof(a) / sizeof((a)[0]))

/* The version of an installed package, without its epoch; "" if it is not installed. */
static const char *version_of(const struct fact *packages, const char *name,
                              char out[static VERSION_SIZE])
{
    struct span list = packages->value, line, word, version;
    const char *colon;

    out[0] = '\0';
    while (line_next(&list, &line))
        if (word_next(&line, &word) && span_is(word, name) && word_next(&line, &version)) {
            (void)span_string(version, out, VERSION_SIZE);
            colon = strchr(out, ':');
            if (colon != NULL)
                memmove(out, colon + 1, strlen(colon + 1) + 1);
        }
    return out;
}

static bool packages_of(const struct evaluation *evaluation, struct finding *ret,
                        const struct fact **packages)
{
    *packages = facts_find(evaluation->facts, PKG_PACKAGES);
    if (!finding_needs(ret, *packages, CHECK_SKIP, "no_packages", "neither rpm nor dpkg is here"))
        return false;
    finding_source(ret, "the package database");
    return true;
}

/* True if gate.conf lets the quote generation service be asked by our own client, which reads the
 * same file as Intel's library. */
static bool gate_reads_attest_conf(const struct facts *facts)
{
    const struct fact *file = facts_find(facts, "file:" GATE_CONF_DEFAULT);
    struct gate_conf conf = { 0 };
    bool reads = false;

    if (file->state == FACT_KNOWN &&
        gate_conf_parse(GATE_CONF_DEFAULT, file->value, &conf, NULL) == TDX_OK)
        reads = conf.evidence == EVIDENCE_QGS;
    gate_conf_free(&conf);
    return reads;
}

static void evaluate_attest(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *packages;
    char version[VERSION_SIZE];

    if (!packages_of(evaluation, ret, &packages))
        return;
    if (version_of(packages, PKG_ATTEST, version)[0] != '\0')
        finding_set(ret, CHECK_INFO, NULL, PKG_ATTEST " %s", version);
    else if (facts_find(evaluation->facts, "file:" PKG_ATTEST_CONF)->state == FACT_KNOWN &&
             !gate_reads_attest_conf(evaluation->facts))
        finding_set(ret, CHECK_WARN, "missing",
                    PKG_ATTEST_CONF " configures it; it is not installed");
    else
        finding_set(ret, CHECK_INFO, NULL, "not installed (tdx-gate does without)");
}

static void evaluate_dcap(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *packages;
    char attest[VERSION_SIZE], verify[VERSION_SIZE], qpl[VERSION_SIZE];

    if (!packages_of(evaluation, ret, &packages))
        return;
    version_of(packages, PKG_ATTEST, attest);
    version_of(packages, PKG_DCAP_VERIFY, verify);
    version_of(packages, PKG_DCAP_QPL, qpl);
    if (attest[0] != '\0' && rpm_version_compare(attest, DCAP_MINIMUM) < 0)
        finding_set(ret, CHECK_WARN, "too_old",
                    PKG_ATTEST " %s is older than " DCAP_MINIMUM ": it does not know configfs-tsm",
                    attest);
    else if (verify[0] == '\0' && qpl[0] == '\0')
        finding_set(ret, CHECK_INFO, NULL, "not installed (tdx-gate does without)");
    else
        finding_set(ret, CHECK_INFO, NULL, PKG_DCAP_VERIFY " %s, " PKG_DCAP_QPL " %s",
                    verify[0] != '\0' ? verify : "-", qpl[0] != '\0' ? qpl : "-");
}

/* "gpgcheck = 1" and the like. */
static bool is_true(struct span value)
{
    return span_is(value, "1") || span_is(value, "yes") || span_is(value, "true") ||
           span_is(value, "on") || span_is(value, "True");
}

/* The value of a line "key=value" of an ini file; blanks around both are nothing. */
static bool ini_value(struct span line, const char *key, struct span *ret)
{
    line = span_trim(line);
    if (!span_take(&line, key))
        return false;
    span_skip_blanks(&line);
    if (!span_take(&line, "="))
        return false;
    *ret = span_trim(line);
    return true;
}

/* Whether packages are checked where the repository itself does not say: dnf.conf, else yum.conf.
 */
static bool checks_by_default(const struct facts *facts)
{
    static const char *const keys[] = { "file:/etc/dnf/dnf.conf", "file:/etc/yum.conf" };

    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        const struct fact *file = facts_find(facts, keys[i]);
        struct span text = file->value, line, value;

        while (file->state == FACT_KNOWN && line_next(&text, &line))
            if (ini_value(line, "gpgcheck", &value))
                return is_true(value);
    }
    return false;
}

/* The host of a baseurl; false if there is none. */
static bool host_of(struct span url, char out[static PLATFORM_LINE_SIZE])
{
    struct span rest = span_after(url, "://");

    if (rest.data == NULL)
        return false;
    (void)span_string(rest, out, PLATFORM_LINE_SIZE);
    out[strcspn(out, ":/")] = '\0';
    return out[0] != '\0';
}

/* The region that the host is for; false if platforms.d has no such host. */
static bool region_of_host(const struct facts *facts, const char *host,
                           char region[static PLATFORM_REGION_SIZE])
{
    char pattern[PLATFORM_LINE_SIZE];

    for (unsigned at = 0; platform_next(facts, "repository_host", &at, pattern, NULL);)
        if (platform_host_region(pattern, host, region))
            return true;
    return false;
}

static void judge_host(const struct evaluation *evaluation, const char *host, struct finding *ret)
{
    char region[PLATFORM_REGION_SIZE], here[PLATFORM_LINE_SIZE];

    metadata_item(evaluation->facts, METADATA_REGION, here, sizeof(here));
    if (!region_of_host(evaluation->facts, host, region))
        finding_set(ret, CHECK_WARN, "unknown_host", "%s is no host that platforms.d lists", host);
    else if (here[0] != '\0' && region[0] != '\0' && strcmp(region, here) != 0)
        finding_set(ret, CHECK_WARN, "other_region", "%s is for %s, this instance is in %s", host,
                    region, here);
    else
        finding_set(ret, CHECK_PASS, NULL, "%s", host);
}

static void evaluate_repo(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *file = facts_find(evaluation->facts, "file:" PKG_REPOSITORY);
    bool checked = checks_by_default(evaluation->facts), has_host = false;
    char host[PLATFORM_LINE_SIZE] = "";
    struct span text, line, value;

    if (!finding_needs(ret, file, CHECK_SKIP, "no_repository", "there is no such repository"))
        return;
    text = file->value;
    while (line_next(&text, &line))
        if (ini_value(line, "gpgcheck", &value))
            checked = is_true(value);
        else if (ini_value(line, "baseurl", &value))
            has_host = host_of(value, host);
    if (!checked)
        finding_set(ret, CHECK_WARN, "unchecked", "gpgcheck is off: %s", host);
    else if (!has_host)
        finding_set(ret, CHECK_WARN, "no_address", "it has no baseurl with a host");
    else
        judge_host(evaluation, host, ret);
}

/* A line of rpm -V or dpkg --verify: nine flags or "missing", perhaps a letter for the kind of
 * file, the path. */
enum verdict { FILE_SOUND, FILE_CHANGED, FILE_MISSING_NOW, FILE_UNKNOWN };

static enum verdict verdict_of(struct span line, char path[static LINE_SIZE])
{
    struct span flags, kind, name;
    bool missing;

    if (!word_next(&line, &flags) || !word_next(&line, &kind))
        return FILE_SOUND;
    name = kind;
    if (kind.size == 1 && word_next(&line, &name) && span_contains(kind, "c"))
        return FILE_SOUND; /* configuration is there to be changed */
    (void)span_string(name, path, LINE_SIZE);
    missing = span_is(flags, "missing");
    if (!missing && flags.size < 8)
        return FILE_UNKNOWN;
    if (span_contains(line, "(Permission denied)"))
        return FILE_UNKNOWN;
    if (missing)
        return FILE_MISSING_NOW;
    for (const char *c = "SM5DLUGP"; *c != '\0'; c++)
        if (memchr(flags.data, *c, flags.size) != NULL)
            return FILE_CHANGED;
    /* rpm prints '?' for a digest that it could not make; dpkg for all that it does not look at. */
    return flags.data[2] == '?' ? FILE_UNKNOWN : FILE_SOUND;
}

static void evaluate_self(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *verify = facts_find(evaluation->facts, PKG_VERIFY);
    enum verdict worst = FILE_SOUND;
    char path[LINE_SIZE] = "", shown[LINE_SIZE] = "";
    struct span text, line;
    unsigned count = 0;

    if (!finding_needs(ret, verify, CHECK_SKIP, "not_packaged", "tdx-gate did not come by package"))
        return;
    finding_source(ret, "rpm -V, or dpkg --verify");
    text = verify->value;
    while (line_next(&text, &line)) {
        enum verdict verdict = verdict_of(line, path);

        count += verdict == FILE_CHANGED || verdict == FILE_MISSING_NOW;
        if (verdict != FILE_SOUND &&
            (worst == FILE_SOUND || (worst == FILE_UNKNOWN && verdict != FILE_UNKNOWN))) {
            worst = verdict;
            (void)snprintf(shown, sizeof(shown), "%s", path);
        }
    }
    if (worst == FILE_SOUND)
        finding_set(ret, CHECK_PASS, NULL, "every file is as it was shipped");
    else if (worst == FILE_UNKNOWN)
        finding_set(ret, CHECK_ERROR, "unreadable", "%s could not be looked at", shown);
    else
        finding_set(ret, CHECK_FAIL, worst == FILE_CHANGED ? "modified" : "file_missing",
                    "%s%s (%u in all)", shown, worst == FILE_CHANGED ? " differs" : " is missing",
                    count);
}

static const struct check checks[] = {
    {
        .id = "pkg.attest",
        .title = "Intel's attestation library",
        .severity = SEVERITY_LOW,
        .expected = "either; installed where " PKG_ATTEST_CONF " configures it",
        .remedy = "Install it, or remove the file if nothing uses it:\n  yum install " PKG_ATTEST,
        .reads = "the package " PKG_ATTEST ", " PKG_ATTEST_CONF,
        .why = "tdx-gate does without, other programs may rest on it.",
        .requires = { "cpu.tdx_guest" },
        .gives = GIVES(INFO) | GIVES(WARN) | GIVES(ERROR) | GIVES(SKIP),
        .evaluate = evaluate_attest,
    },
    {
        .id = "pkg.dcap",
        .title = "Intel's verification libraries",
        .severity = SEVERITY_LOW,
        .expected = "either; where " PKG_ATTEST " is installed, " DCAP_MINIMUM " or later",
        .remedy = "Update them:\n  yum update " PKG_ATTEST " " PKG_DCAP_VERIFY " " PKG_DCAP_QPL,
        .reads = "the packages " PKG_ATTEST ", " PKG_DCAP_VERIFY ", " PKG_DCAP_QPL,
        .why = "Older ones ask for quotes only by ways that newer kernels no longer have.",
        .requires = { "cpu.tdx_guest" },
        .gives = GIVES(INFO) | GIVES(WARN) | GIVES(ERROR) | GIVES(SKIP),
        .evaluate = evaluate_dcap,
    },
    {
        .id = "pkg.repo",
        .title = "the provider's repository for confidential computing",
        .severity = SEVERITY_LOW,
        .expected = "a host of this region that platforms.d lists, and gpgcheck=1",
        .remedy = "Write the repository's address with the instance's own region, and gpgcheck=1, "
                  "in " PKG_REPOSITORY ".",
        .reads = PKG_REPOSITORY ", gpgcheck of dnf.conf and yum.conf, the region that the metadata "
                                "service names",
        .why = "Unsigned packages may be anybody's; another region's host may not be reachable.",
        .requires = { "cpu.tdx_guest" },
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(ERROR) | GIVES(SKIP),
        .evaluate = evaluate_repo,
    },
    {
        .id = "pkg.self",
        .title = "tdx-gate is as it was shipped",
        .severity = SEVERITY_MEDIUM,
        .expected = "no file but configuration differs from its package",
        .remedy = "Find out who changed it, then install the package again:\n"
                  "  yum reinstall tdx-gate pam_tdx\n"
                  "  apt-get install --reinstall tdx-gate libpam-tdx",
        .reads = "rpm -V, or dpkg --verify, of tdx-gate's packages",
        .why = "A changed module or helper decides as its author likes. Whoever is root can hide "
               "this, too; it finds accidents, not attackers.",
        .gives = GIVES(PASS) | GIVES(FAIL) | GIVES(ERROR) | GIVES(SKIP),
        .evaluate = evaluate_self,
    },
};

const struct family pkg_family = {
    .name = "pkg",
    .title = "Packages",
    .collect = pkg_collect,
    .checks = checks,
    .check_count = COUNT_OF(checks),
};
