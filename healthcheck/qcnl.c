/* SPDX-License-Identifier: Apache-2.0 */
/* The file of Intel's packages that names the collateral server, and the cache they keep. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/platform_conf.h"
#include "core/collateral/qcnl_conf.h"
#include "healthcheck/families.h"
#include "healthcheck/lines.h"
#include "healthcheck/metadata.h"
#include "healthcheck/platform.h"
#include "healthcheck/qcnl.h"

#define PATH_SIZE 512
#define HOST_SIZE 256

/* --- collecting ------------------------------------------------------------------------------- */

/* probe:qcnl_path: the file that counts. Intel's library lets the environment name another one; a
 * recording or an image has none. */
static void collect(const struct collector *collector)
{
    const char *path = QCNL_CONF_PATH, *named;

    if (collector->live && !collector->recording) {
        named = secure_getenv("QCNL_CONF_PATH");
        if (named != NULL && named[0] == '/' && strlen(named) < PATH_SIZE)
            path = named;
    }
    facts_set(collector->facts, "probe:qcnl_path", span_of(path));
    collect_file(collector, path);
}

/* --- judging ---------------------------------------------------------------------------------- */

const struct fact *qcnl_file(const struct facts *facts)
{
    const struct fact *path = facts_find(facts, "probe:qcnl_path");
    char key[PATH_SIZE + 8];

    (void)snprintf(key, sizeof(key), "file:%s",
                   path->state == FACT_KNOWN ? (const char *)path->value.data : QCNL_CONF_PATH);
    return facts_find(facts, key);
}

/* What Intel's library makes of the file; err says what is wrong with it. False with the finding
 * set; if_absent is for where there is no file. */
static bool read_conf(const struct evaluation *evaluation, struct finding *ret,
                      enum check_status if_absent, struct qcnl_reading *reading,
                      struct tdx_error *err)
{
    const struct fact *fact = qcnl_file(evaluation->facts);

    if (!finding_needs(ret, fact, if_absent, if_absent == CHECK_SKIP ? "no_file" : NULL,
                       "there is no such file; collateral comes from the server that gate.conf "
                       "names, else from Intel's"))
        return false;
    qcnl_conf_read(strchr(fact->key, ':') + 1, fact->value, reading, err);
    return true;
}

static const char *in_force(const struct qcnl_reading *reading)
{
    const char *url = qcnl_conf_collateral_url(&reading->conf);

    return url[0] != '\0' ? url : QCNL_URL_DEFAULT;
}

/* One correct line in the form that was meant. */
static void set_edit_remedy(struct finding *ret, const struct qcnl_reading *reading,
                            const char *what)
{
    bool is_json = reading->conf.form == QCNL_JSON;

    finding_remedy(ret,
                   "%s Intel's library now asks %s. In the form of this file the line is%s:\n"
                   "  %s\n"
                   "with the address of your region, for example:\n"
                   "  https://sgx-dcap-server-vpc.cn-beijing.aliyuncs.com/sgx/certification/v4/",
                   what, in_force(reading),
                   is_json ? " (in the braces, with a comma behind it "
                             "unless it is the last)"
                           : "",
                   is_json ? "\"pccs_url\": \"ADDRESS\"" : "PCCS_URL=ADDRESS");
}

static void evaluate_format(const struct evaluation *evaluation, struct finding *ret)
{
    struct qcnl_reading reading;
    struct tdx_error err = { 0 };

    if (!read_conf(evaluation, ret, CHECK_INFO, &reading, &err))
        return;
    if (reading.mixed) {
        finding_set(ret, CHECK_WARN, "mixed",
                    "it has members of the JSON form and lines KEY=VALUE; in force is %s",
                    in_force(&reading));
        set_edit_remedy(ret, &reading, "Keep one form: a sed on PCCS_URL= does nothing to JSON.");
    } else if (reading.status != TDX_OK) {
        finding_set(ret, CHECK_FAIL, status_id(reading.status), "%s; in force is %s", err.detail,
                    in_force(&reading));
        set_edit_remedy(ret, &reading, "Mend what is named.");
    } else {
        finding_set(ret, CHECK_PASS, NULL, "%s",
                    reading.conf.form == QCNL_JSON ? "JSON" : "KEY=VALUE");
    }
}

/* The host of an address, in the case it was written in. */
static const char *host_of(const char *url, char out[static HOST_SIZE])
{
    const char *start = strstr(url, "://");

    start = start != NULL ? start + 3 : url;
    if (start[0] == '[')
        (void)snprintf(out, HOST_SIZE, "%.*s", (int)strcspn(start, "]"), start);
    else
        (void)snprintf(out, HOST_SIZE, "%.*s", (int)strcspn(start, ":/?"), start);
    return out;
}

static bool is_this_machine(const char *host)
{
    return strcasecmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 ||
           strcmp(host, "[::1") == 0;
}

/* True on a cloud that the data files know: there a PCCS of one's own serves nothing useful. */
static bool is_cloud(const struct facts *facts)
{
    char name[PLATFORM_NAME_SIZE];

    return platform_here(facts, name) != NULL;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), wanted = strlen(end);

    return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

static void evaluate_url(const struct evaluation *evaluation, struct finding *ret)
{
    struct qcnl_reading reading;
    char normal[PCS_URL_SIZE], host[HOST_SIZE];
    struct tdx_error err = { 0 };
    const char *url;

    if (!read_conf(evaluation, ret, CHECK_INFO, &reading, NULL))
        return;
    url = in_force(&reading);
    if (is_this_machine(host_of(url, host)) && is_cloud(evaluation->facts))
        finding_set(ret, CHECK_FAIL, "localhost", "%s is this machine", url);
    else if (strncasecmp(url, "http://", 7) == 0)
        finding_set(ret, CHECK_FAIL, "plain_http", "%s is not encrypted", url);
    else if (strstr(url, "/v3/") != NULL || ends_with(url, "/v3"))
        finding_set(ret, CHECK_FAIL, "version_3", "%s: version 3 serves no TDX collateral", url);
    else if (pcs_base_normalize(url, normal, NULL, &err) != TDX_OK)
        finding_set(ret, CHECK_FAIL, status_id(err.status), "%s", err.detail);
    else if (ends_with(url, "/v4"))
        finding_set(ret, CHECK_WARN, "no_slash", "%s: the '/' at the end is missing", url);
    else if (!ends_with(url, "/v4/"))
        finding_set(ret, CHECK_FAIL, "path", "%s does not end with /sgx/certification/v4/", url);
    else
        finding_set(ret, CHECK_PASS, NULL, "%s", url);
    if (ret->status == CHECK_FAIL || ret->status == CHECK_WARN)
        set_edit_remedy(ret, &reading, "");
}

/* The pattern of the data files that host fits, and its region; false if there is none. */
static bool find_pattern(const struct facts *facts, const char *host,
                         char region[static PLATFORM_REGION_SIZE], const char **ret_key)
{
    static const char *const keys[] = { "pccs_host", "pccs_vpc_host" };
    char pattern[PLATFORM_LINE_SIZE];

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        unsigned at = 0;

        *ret_key = keys[i];
        while (platform_next(facts, keys[i], &at, pattern, NULL))
            if (platform_host_region(pattern, host, region) && region[0] != '\0')
                return true;
    }
    return false;
}

/* The addresses of the right region, both forms. */
static void set_region_remedy(const struct facts *facts, const char *region, struct finding *ret)
{
    char host[2][HOST_SIZE] = { "", "" }, pattern[PLATFORM_LINE_SIZE];
    static const char *const keys[2] = { "pccs_host", "pccs_vpc_host" };

    for (size_t i = 0; i < 2; i++) {
        unsigned at = 0;

        if (!platform_is_region(region) || !platform_next(facts, keys[i], &at, pattern, NULL) ||
            !platform_host(pattern, region, host[i], sizeof(host[i])))
            host[i][0] = '\0';
    }
    if (host[0][0] != '\0' && host[1][0] != '\0')
        finding_remedy(ret,
                       "Use the server of the instance's own region; the first form where the "
                       "instance has no public address, else either:\n"
                       "  https://%s/sgx/certification/v4/\n  https://%s/sgx/certification/v4/",
                       host[1], host[0]);
}

static void evaluate_region(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *here = facts_find(evaluation->facts, METADATA_REGION);
    struct qcnl_reading reading;
    char host[HOST_SIZE], region[PLATFORM_REGION_SIZE], own[PLATFORM_REGION_SIZE];
    const char *key;

    if (!read_conf(evaluation, ret, CHECK_SKIP, &reading, NULL))
        return;
    (void)host_of(in_force(&reading), host);
    if (!find_pattern(evaluation->facts, host, region, &key)) {
        finding_skip(ret, "other_server", "%s is not a server of one region", host);
        return;
    }
    if (here->state != FACT_KNOWN) {
        finding_skip(ret, "region_unknown", "the instance's own region is not known");
        return;
    }
    finding_source(ret, "%s, the metadata service",
                   strchr(qcnl_file(evaluation->facts)->key, ':') + 1);
    span_string(span_trim(here->value), own, sizeof(own));
    if (strcasecmp(own, region) == 0) {
        finding_set(ret, CHECK_PASS, NULL, "%s%s", region,
                    strcmp(key, "pccs_vpc_host") == 0 ? ", inside the VPC" : "");
        return;
    }
    finding_set(ret, CHECK_WARN, "other_region", "the server is %s's, the instance is in %s",
                region, own);
    set_region_remedy(evaluation->facts, own, ret);
}

static void evaluate_securecert(const struct evaluation *evaluation, struct finding *ret)
{
    struct qcnl_reading reading;

    if (!read_conf(evaluation, ret, CHECK_SKIP, &reading, NULL))
        return;
    if (reading.conf.use_secure_cert)
        finding_set(ret, CHECK_PASS, NULL, "certificates are checked");
    else
        finding_set(ret, CHECK_FAIL, "switched_off", "%s",
                    reading.conf.form == QCNL_JSON ? "\"use_secure_cert\": false"
                                                   : "USE_SECURE_CERT=FALSE");
}

static const struct check checks[] = {
    {
        .id = "qcnl.format",
        .title = "the qcnl file is written in one form, without a mistake",
        .severity = SEVERITY_HIGH,
        .expected = "JSON, or lines KEY=VALUE, that can be read",
        .remedy = "Write the file anew in one of its two forms.",
        .reads = QCNL_CONF_PATH ", or the file that QCNL_CONF_PATH names",
        .why =
            "A mistake in the JSON makes Intel's library ask localhost, without a word; a sed on "
            "PCCS_URL= changes nothing in a JSON file, and succeeds.",
        .requires = { "cpu.tdx_guest" },
        .gives = GIVES(PASS) | GIVES(INFO) | GIVES(WARN) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_format,
    },
    {
        .id = "qcnl.url",
        .title = "the qcnl file names a server with TDX collateral",
        .severity = SEVERITY_HIGH,
        .expected = "an https address that ends with /sgx/certification/v4/",
        .remedy = "Write the address of your region's server.",
        .reads = "pccs_url and collateral_service, as Intel's library understands them",
        .why = "The library puts the rest of the address behind it as it stands: without the last "
               "'/', or with /v3/, nothing is found.",
        .requires = { "qcnl.format" },
        .gives = GIVES(PASS) | GIVES(INFO) | GIVES(WARN) | GIVES(FAIL),
        .evaluate = evaluate_url,
    },
    {
        .id = "qcnl.region",
        .title = "the server is the one of this region",
        .severity = SEVERITY_MEDIUM,
        .expected = "the region that the metadata service tells",
        .remedy = "Use the server of the instance's own region.",
        .reads = "the host of the address, the metadata service's region-id",
        .why =
            "Another region's server is farther away, and can be out of reach from inside a VPC.",
        .requires = { "qcnl.url" },
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(SKIP),
        .evaluate = evaluate_region,
    },
    {
        .id = "qcnl.securecert",
        .title = "the server's certificate is checked",
        .severity = SEVERITY_HIGH,
        .expected = "use_secure_cert true, or not given",
        .remedy =
            "Set use_secure_cert to true (USE_SECURE_CERT=TRUE). For a server of your own make "
            "its CA known to the system.",
        .reads = "use_secure_cert",
        .why = "Without it anybody on the way can serve collateral of last month.",
        .requires = { "qcnl.format" },
        .gives = GIVES(PASS) | GIVES(FAIL) | GIVES(SKIP),
        .evaluate = evaluate_securecert,
    },
};

const struct family qcnl_family = {
    .part_of = &collateral_family,
    .collect = collect,
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
