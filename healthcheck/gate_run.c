/* SPDX-License-Identifier: Apache-2.0 */
/* The gate at work: the program that decides, what it decides now, and since when it only warns. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "core/base/files.h"
#include "core/base/monotonic.h"
#include "core/base/process.h"
#include "core/base/span_text.h"
#include "healthcheck/families.h"
#include "healthcheck/gate_setup.h"
#include "healthcheck/lines.h"
#include "healthcheck/program.h"
#include "pam_tdx/verdict.h"

#define VERSION_TIMEOUT_MS 5000
#define WARN_SECONDS       ((int64_t)14 * 86400)
#define WORDS_MAX          (GATE_ARGUMENTS_LIMIT + 6)
#define DETAIL_SHOWN       200

/* Runs the helper with these words and no environment, as pam_tdx.so does. */
static enum tdx_status run_helper(const char *const *words, unsigned timeout_ms,
                                  struct process_result *result, struct tdx_error *err)
{
    static const char *const nothing[] = { NULL };

    return process_run(&(struct process_spec){ .path = words[0],
                                               .argv = words,
                                               .env = nothing,
                                               .timeout_ms = timeout_ms,
                                               .output_limit = VERDICT_LINE_LIMIT,
                                               .dies_with_us = true },
                       result, err);
}

/* probe:gate_version: the first line of the helper's --version. */
static void ask_version(const struct collector *collector, const char *helper)
{
    const char *const words[] = { helper, "--version", NULL };
    struct process_result result = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status = run_helper(words, VERSION_TIMEOUT_MS, &result, &err);
    struct span text = text_span(&result.out), line = { NULL, 0 };

    if (status == TDX_OK && (result.exit_code != 0 || !line_next(&text, &line)))
        status = status_fail(&err, TDX_CHILD_FAILED, "%s --version: exit code %d", helper,
                             result.exit_code);
    collect_probe(collector, "gate_version", status, &err, line);
    process_result_free(&result);
}

/* The words for a decision: those of the PAM line, and no network where it is not wanted. */
static void decision_words(const struct collector *collector, const struct gate_setup *setup,
                           const char *words[static WORDS_MAX])
{
    static const char fetch[] = "fetch_on_login=";
    size_t count = 0;

    words[count++] = setup->line.helper;
    words[count++] = "--verdict";
    words[count++] = "--config";
    words[count++] = setup->config;
    for (int i = 0; i < setup->line.word_count; i++)
        if (collector->network || strncmp(setup->line.words[i], fetch, sizeof(fetch) - 1) != 0)
            words[count++] = setup->line.words[i];
    if (!collector->network)
        words[count++] = "fetch_on_login=no";
    words[count] = NULL;
}

/* probe:gate_check: the helper's line (pam_tdx/verdict.h); probe:gate_check_milliseconds. */
static void ask_decision(const struct collector *collector, const struct gate_setup *setup)
{
    const char *words[WORDS_MAX];
    struct gate_conf conf = { 0 };
    struct process_result result = { 0 };
    struct tdx_error err = { 0 };
    int64_t started;
    unsigned timeout_ms = GATE_TIMEOUT_DEFAULT_MS;
    enum tdx_status status;
    char taken[32];

    if (collector->progress != NULL)
        collector->progress("asking the gate");
    /* What is wrong in it the helper tells, too. */
    if (gate_setup_conf(collector->facts, setup, &conf, NULL) == TDX_OK)
        timeout_ms = conf.settings.timeout_ms;
    gate_conf_free(&conf);
    decision_words(collector, setup, words);
    started = monotonic_ms();
    status = run_helper(words, timeout_ms, &result, &err);
    (void)snprintf(taken, sizeof(taken), "%" PRId64, monotonic_ms() - started);
    collect_probe(collector, "gate_check", status, &err, text_span(&result.out));
    facts_set(collector->facts, "probe:gate_check_milliseconds", span_of(taken));
    process_result_free(&result);
}

static void set_probes(const struct collector *collector, enum fact_state state, const char *why)
{
    facts_set_state(collector->facts, "probe:gate_version", state, why);
    facts_set_state(collector->facts, "probe:gate_check", state, why);
}

/* Root runs it only if nobody else could have put it there. */
static void ask_helper(const struct collector *collector, const struct gate_setup *setup)
{
    const char *helper = setup->line.helper;
    struct tdx_error err = { 0 };

    if (helper[0] != '/' || !root_exists(collector->root, helper)) {
        set_probes(collector, FACT_ABSENT, NULL);
        return;
    }
    if (file_check_safe(helper, &err) != TDX_OK) {
        set_probes(collector, FACT_FAILED, err.detail);
        return;
    }
    ask_version(collector, helper);
    if (geteuid() == 0)
        ask_decision(collector, setup);
    else
        facts_set_state(collector->facts, "probe:gate_check", FACT_DENIED,
                        "the gate decides as root");
}

/* probe:gate_since: when gate.conf was last changed, seconds since 1970. */
static void collect_since(const struct collector *collector, const char *path)
{
    struct stat st;
    char seconds[32];

    if (root_stat(collector->root, path, &st, NULL) != TDX_OK) {
        facts_set_state(collector->facts, "probe:gate_since", FACT_ABSENT, NULL);
        return;
    }
    (void)snprintf(seconds, sizeof(seconds), "%" PRId64, (int64_t)st.st_mtime);
    facts_set(collector->facts, "probe:gate_since", span_of(seconds));
}

static void collect(const struct collector *collector)
{
    static const char *const none[] = { NULL };
    struct gate_setup setup;

    if (gate_setup_read(collector->facts, &setup, NULL) != TDX_NO_MEMORY) {
        if (setup.line.helper[0] == '/')
            program_collect(collector, setup.line.helper, none);
        if (collect_probe_file(collector, "gate_version", "gate-version.txt")) {
            if (!collect_probe_file(collector, "gate_check", "gate-check.txt") ||
                !collect_probe_file(collector, "gate_since", "gate-since") ||
                !collect_probe_file(collector, "gate_check_milliseconds", "gate-milliseconds"))
                set_probes(collector, FACT_FAILED, "the recording cannot be read");
        } else {
            if (collector->live)
                ask_helper(collector, &setup);
            else
                set_probes(collector, FACT_OFFLINE, NULL);
            collect_since(collector, setup.config);
        }
    }
    gate_setup_free(&setup);
}

/* --- judging --------------------------------------------------------------------------------- */

static void judge_helper(const struct facts *facts, const char *helper, struct finding *ret)
{
    const struct fact *version = facts_find(facts, "probe:gate_version");
    char key[512], type[16], said[64];
    unsigned mode = 0;

    (void)snprintf(key, sizeof(key), "stat:%s", helper);
    if (sscanf((const char *)facts_find(facts, key)->value.data, "%15s %o", type, &mode) == 2 &&
        (mode & 0100U) == 0 && version->state != FACT_KNOWN)
        finding_set(ret, CHECK_FAIL, "not_executable", "mode %04o", mode);
    else if (version->state == FACT_FAILED)
        finding_set(ret, CHECK_FAIL, "no_answer", "%s", version->why != NULL ? version->why : "");
    else if (version->state != FACT_KNOWN)
        finding_set(ret, CHECK_PASS, NULL, "%s; it was not asked", helper);
    else if (!span_contains(version->value, PACKAGE_VERSION))
        finding_set(ret, CHECK_WARN, "other_version", "it is \"%s\", this is " PACKAGE_VERSION,
                    span_string(span_trim(version->value), said, sizeof(said)));
    else
        finding_set(ret, CHECK_PASS, NULL, "%s answers", helper);
}

static void evaluate_helper(const struct evaluation *evaluation, struct finding *ret)
{
    struct gate_setup setup;
    enum tdx_status status = gate_setup_read(evaluation->facts, &setup, NULL);
    const char *helper = setup.line.helper;
    bool is_asked = status == TDX_OK && setup.found.gate != NULL;

    finding_source(ret, "%s", helper);
    if (helper[0] != '/')
        finding_set(ret, CHECK_FAIL, "not_absolute", "helper=%s is no absolute path", helper);
    else if (program_is_sound(evaluation->facts, ret, helper, is_asked ? CHECK_FAIL : CHECK_SKIP,
                              is_asked ? "absent" : "not_set_up"))
        judge_helper(evaluation->facts, helper, ret);
    gate_setup_free(&setup);
}

static bool only_warns(const struct facts *facts)
{
    struct gate_setup setup;
    struct gate_conf conf = { 0 };
    bool warns = false;

    /* As the module does: what could be read of the settings counts. */
    if (gate_setup_read(facts, &setup, NULL) != TDX_NO_MEMORY &&
        gate_setup_conf(facts, &setup, &conf, NULL) != TDX_NO_MEMORY)
        warns = conf.settings.mode == GATE_MODE_WARN;
    gate_conf_free(&conf);
    gate_setup_free(&setup);
    return warns;
}

static void evaluate_dryrun(const struct evaluation *evaluation, struct finding *ret)
{
    const struct facts *facts = evaluation->facts;
    const struct fact *line = facts_find(facts, "probe:gate_check");
    const struct fact *taken = facts_find(facts, "probe:gate_check_milliseconds");
    struct verdict verdict;
    char shown[DETAIL_SHOWN], milliseconds[32] = "?";

    if (line->state == FACT_FAILED) {
        finding_source(ret, "tdx-gate-check");
        finding_set(ret, CHECK_FAIL, "HELPER_FAILED", "DENY: it gave no answer: %s",
                    line->why != NULL ? line->why : "");
        return;
    }
    if (!finding_needs(ret, line, CHECK_ERROR, "unreadable", "the gate could not be asked"))
        return;
    finding_source(ret, "tdx-gate-check");
    if (taken->state == FACT_KNOWN)
        span_string(span_trim(taken->value), milliseconds, sizeof(milliseconds));
    if (!verdict_parse((const char *)line->value.data, line->value.size, &verdict)) {
        finding_set(ret, CHECK_FAIL, "HELPER_FAILED", "DENY: it wrote \"%s\"",
                    text_quote(line->value.data, line->value.size, shown, sizeof(shown)));
    } else if (verdict.status == TDX_OK) {
        finding_set(ret, CHECK_PASS, NULL, "ALLOW, after %s ms: %s", milliseconds, verdict.detail);
    } else {
        bool warns = only_warns(facts);

        finding_set(ret, warns ? CHECK_WARN : CHECK_FAIL, status_id(verdict.status),
                    "%s, after %s ms: %s%s%s", warns ? "would be DENY, but mode is warn" : "DENY",
                    milliseconds, status_message(verdict.status),
                    verdict.detail[0] != '\0' ? ": " : "", verdict.detail);
        if (status_remedy(verdict.status)[0] != '\0')
            finding_remedy(ret, "%s", status_remedy(verdict.status));
    }
}

static void evaluate_state(const struct evaluation *evaluation, struct finding *ret)
{
    const struct facts *facts = evaluation->facts;
    const struct fact *since = facts_find(facts, "probe:gate_since");
    struct gate_setup setup;
    struct tdx_error err = { 0 };
    enum tdx_status status = gate_setup_read(facts, &setup, &err);
    struct maybe_u64 changed = { 0 };
    bool warns = only_warns(facts);
    int64_t days = -1;

    if (since->state == FACT_KNOWN)
        changed = number_in_file(since->value);
    if (changed.known && changed.value <= (uint64_t)evaluation->now)
        days = (evaluation->now - (int64_t)changed.value) / 86400;
    finding_source(ret, "/etc/pam.d/%s, %s", setup.service, setup.config);
    if (status == TDX_FILE_MISSING)
        finding_set(ret, CHECK_INFO, NULL, "disabled: there is no PAM service %s", setup.service);
    else if (status != TDX_OK)
        finding_set(ret, CHECK_ERROR, status_id(status), "%s", err.detail);
    else if (setup.found.gate == NULL)
        finding_set(ret, CHECK_INFO, NULL, "disabled: no login asks the gate");
    else if (warns && days * 86400 > WARN_SECONDS)
        finding_set(ret, CHECK_WARN, "long_warn",
                    "it only warns; gate.conf is %" PRId64 " days old", days);
    else if (days >= 0)
        finding_set(ret, CHECK_INFO, NULL, "%s; gate.conf is %" PRId64 " days old",
                    warns ? "it only warns" : "enforcing", days);
    else
        finding_set(ret, CHECK_INFO, NULL, "%s", warns ? "it only warns" : "enforcing");
    gate_setup_free(&setup);
}

static const struct check checks[] = {
    {
        .id = "gate.helper",
        .title = "the program that decides is sound and answers",
        .severity = SEVERITY_HIGH,
        .expected = "root's program for x86-64 with every library it needs, of this version",
        .remedy = "Install the package again. Until then every login is refused; do not close the "
                  "session you have.",
        .reads = "tdx-gate-check, or the program that helper= names: owner, mode, ELF headers, "
                 "libraries, --version",
        .why = "pam_tdx.so decides nothing by itself: without an answer it refuses.",
        .requires = { "cpu.tdx_guest" },
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL) | GIVES(ERROR) | GIVES(SKIP),
        .evaluate = evaluate_helper,
    },
    {
        .id = "gate.dryrun",
        .title = "the gate would let a login in now",
        .severity = SEVERITY_CRITICAL,
        .expected = "ALLOW",
        .remedy = "Do not close the session you have. See what the gate says:\n"
                  "  tdx-gate-check",
        .reads = "the answer of tdx-gate-check, run as pam_tdx.so runs it",
        .why = "It is the same decision that the next login meets.",
        .requires = { "cpu.tdx_guest", "gate.helper" },
        .symptom_of = { "td.report", "td.debug", "td.mrtd", "td.rtmr01", "quote.path",
                        "quote.generate", "quote.reportdata", "collateral.integrity",
                        "collateral.freshness", "tcb.qeid", "quote.verify", "tcb.status",
                        "tcb.evalnum", "gate.config", "gate.policy", "pam.args", "time.sane" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_dryrun,
    },
    {
        .id = "gate.state",
        .title = "the gate refuses, or only warns",
        .severity = SEVERITY_LOW,
        .expected = "enforcing, or warn mode for some days while it is tried",
        .remedy = "When gate.dryrun passes, set mode = enforce in gate.conf; have a way in that "
                  "does not rest on the gate (ops.breakglass).",
        .reads = "gate.conf and when it was changed, the gate's PAM line",
        .why = "A gate that only warns protects nobody, and is easily forgotten.",
        .requires = { "cpu.tdx_guest" },
        .gives = GIVES(INFO) | GIVES(WARN) | GIVES(ERROR),
        .evaluate = evaluate_state,
    },
};

const struct family gate_run_family = {
    .part_of = &gate_family,
    .collect = collect,
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
