/* SPDX-License-Identifier: Apache-2.0 */
/* Where the gate's log lines go, and whether they outlive a restart. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/base/span_text.h"
#include "healthcheck/families.h"

#define JOURNALD   "/etc/systemd/journald.conf"
#define VALUE_SIZE 64

static void collect(const struct collector *collector)
{
    static const char *const logs[] = { "/var/log/journal", "/var/log/secure",
                                        "/var/log/auth.log" };

    for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++)
        collect_stat(collector, logs[i]);
    collect_file(collector, JOURNALD);
    collect_files_in(collector, JOURNALD ".d", ".conf");
}

/* journald's Storage=; "" where no file sets it. Files of the folder come later and win. */
static void read_storage(const struct facts *facts, char *out, size_t size)
{
    char one[VALUE_SIZE];

    out[0] = '\0';
    for (const struct fact *file = facts_next(facts, "file:" JOURNALD, NULL); file != NULL;
         file = facts_next(facts, "file:" JOURNALD, file))
        if (file->state == FACT_KNOWN &&
            os_release_value(file->value, "Storage", one, sizeof(one))[0] != '\0')
            (void)snprintf(out, size, "%s", one);
}

static bool is_known(const struct facts *facts, const char *key)
{
    return facts_find(facts, key)->state == FACT_KNOWN;
}

static void evaluate_log(const struct evaluation *evaluation, struct finding *ret)
{
    const struct facts *facts = evaluation->facts;
    char storage[VALUE_SIZE];
    const char *file = is_known(facts, "stat:/var/log/secure")     ? "/var/log/secure"
                       : is_known(facts, "stat:/var/log/auth.log") ? "/var/log/auth.log"
                                                                   : NULL;
    bool kept;

    read_storage(facts, storage, sizeof(storage));
    kept = strcasecmp(storage, "persistent") == 0 ||
           ((storage[0] == '\0' || strcasecmp(storage, "auto") == 0) &&
            is_known(facts, "stat:/var/log/journal"));
    finding_source(ret, JOURNALD ", /var/log");
    if (kept)
        finding_set(ret, CHECK_INFO, NULL, "the journal is kept over a restart%s%s",
                    file != NULL ? "; also " : "", file != NULL ? file : "");
    else if (file != NULL)
        finding_set(ret, CHECK_INFO, NULL, "authpriv goes to %s", file);
    else
        finding_set(ret, CHECK_WARN, "volatile", "nothing of the log is kept over a restart");
}

static const struct check checks[] = {
    {
        .id = "audit.log",
        .title = "the gate's log is kept",
        .severity = SEVERITY_INFO,
        .expected = "a journal on disk, or authpriv in a file",
        .remedy = "Keep the journal over a restart:\n"
                  "  mkdir -p /var/log/journal && systemctl restart systemd-journald",
        .reads = JOURNALD ", /var/log/journal, /var/log/secure, /var/log/auth.log",
        .why = "Why a login was refused stands only in the log; these instances have no screen.",
        .requires = { "cpu.tdx_guest" },
        .gives = GIVES(INFO) | GIVES(WARN),
        .evaluate = evaluate_log,
    },
};

const struct family audit_family = {
    .part_of = &gate_family,
    .collect = collect,
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
