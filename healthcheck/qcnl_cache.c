/* SPDX-License-Identifier: Apache-2.0 */
/* The cache of Intel's library: whoever can write there decides what it believes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/span_text.h"
#include "core/base/text.h"
#include "core/collateral/qcnl_conf.h"
#include "healthcheck/families.h"
#include "healthcheck/qcnl.h"

#define CACHE_NAME  "/.dcap-qcnl"
#define CACHE_SHARE "/tmp" CACHE_NAME
#define PATH_SIZE   512

/* probe:qcnl_caches: where the library would keep its files, in the order in which it tries. */
static void collect_caches(const struct collector *collector)
{
    static const char *const variables[] = { "AZDCAP_CACHE", "XDG_CACHE_HOME", "HOME", "TMPDIR" };
    struct text paths = { 0 };
    struct span text, line;
    char path[PATH_SIZE];

    if (collector->live && !collector->recording)
        for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
            const char *folder = secure_getenv(variables[i]);

            if (folder != NULL && folder[0] == '/' && strlen(folder) < PATH_SIZE / 2)
                text_addf(&paths, "%s" CACHE_NAME "\n", folder);
        }
    else
        text_add(&paths, "/root" CACHE_NAME "\n");
    text_add(&paths, CACHE_SHARE "\n");
    facts_set(collector->facts, "probe:qcnl_caches", text_span(&paths));
    text = text_span(&paths);
    while (line_next(&text, &line)) {
        span_string(line, path, sizeof(path));
        collect_stat(collector, path);
        collect_list(collector, path);
    }
    text_free(&paths);
}

/* How many names a folder has. */
static size_t count_names(const struct facts *facts, const char *path)
{
    const struct fact *names;
    struct span text, line;
    char key[PATH_SIZE + 8];
    size_t count = 0;

    (void)snprintf(key, sizeof(key), "list:%s", path);
    names = facts_find(facts, key);
    text = names->value;
    while (names->state == FACT_KNOWN && line_next(&text, &line))
        count++;
    return count;
}

/* One place: true, with the finding set, if something is wrong with it. *in_use: it exists. */
static bool judge_cache(const struct evaluation *evaluation, const char *path, struct finding *ret,
                        bool *in_use)
{
    const struct fact *fact;
    char key[PATH_SIZE + 8];
    unsigned mode = 0, uid = 0, gid = 0;

    (void)snprintf(key, sizeof(key), "stat:%s", path);
    fact = facts_find(evaluation->facts, key);
    *in_use = false;
    if (fact->state == FACT_ABSENT)
        return false;
    if (!finding_needs(ret, fact, CHECK_ERROR, "unreadable", ""))
        return true;
    *in_use = true;
    if (strcmp(path, CACHE_SHARE) == 0)
        finding_set(ret, CHECK_WARN, "in_tmp", "%s is in use, where every user can write", path);
    else if (sscanf((const char *)fact->value.data, "dir %o %u %u", &mode, &uid, &gid) != 3)
        finding_set(ret, CHECK_WARN, "not_private", "%s is no folder: %s", path,
                    (const char *)fact->value.data);
    else if (uid != 0 || (mode & 0022U) != 0)
        finding_set(ret, CHECK_WARN, "not_private", "%s: uid %u, mode %04o", path, uid, mode);
    else
        return false;
    return true;
}

static void evaluate_cache(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *paths = facts_find(evaluation->facts, "probe:qcnl_caches");
    const struct fact *conf = qcnl_file(evaluation->facts);
    struct qcnl_reading reading = { 0 };
    struct span text = paths->value, line;
    char path[PATH_SIZE], found[PATH_SIZE] = "";

    if (!finding_needs(ret, paths, CHECK_ERROR, "unreadable", ""))
        return;
    while (line_next(&text, &line)) {
        bool in_use;

        span_string(line, path, sizeof(path));
        if (judge_cache(evaluation, path, ret, &in_use))
            return;
        if (in_use && found[0] == '\0')
            memcpy(found, path, sizeof(found));
    }
    if (conf->state == FACT_KNOWN)
        qcnl_conf_read("", conf->value, &reading, NULL);
    if (found[0] == '\0') {
        finding_source(ret, "the places that Intel's library tries");
        finding_set(ret, CHECK_INFO, NULL, "Intel's library has not kept anything");
        return;
    }
    finding_source(ret, "%s", found);
    finding_set(ret, CHECK_PASS, NULL, "%zu entries, kept for %u hours (%d at most)",
                count_names(evaluation->facts, found), reading.conf.cache_hours,
                QCNL_CACHE_HOURS_MAX);
}

static const struct check checks[] = {
    {
        .id = "qcnl.cache",
        .title = "the cache of Intel's library is private",
        .severity = SEVERITY_MEDIUM,
        .expected = "a folder of root's that nobody else can write, not in /tmp",
        .remedy = "Give it a folder of its own, and remove the shared one:\n"
                  "  export AZDCAP_CACHE=/var/cache/dcap    (in the service's unit)\n"
                  "  rm -r /tmp/.dcap-qcnl",
        .reads = "AZDCAP_CACHE, XDG_CACHE_HOME, HOME, TMPDIR, /tmp: .dcap-qcnl below each",
        .why =
            "It holds collateral and PCK certificates for up to 90 days; whoever can write there "
            "decides which.",
        .requires = { "cpu.tdx_guest" },
        .gives = GIVES(PASS) | GIVES(INFO) | GIVES(WARN) | GIVES(ERROR),
        .evaluate = evaluate_cache,
    },
};

const struct family qcnl_cache_family = {
    .part_of = &collateral_family,
    .collect = collect_caches,
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
