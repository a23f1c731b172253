/* SPDX-License-Identifier: Apache-2.0 */
/* The policies that the gate holds a quote against: are they valid, do they pin anything, and will
 * the next start still match them? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/appraise/policy.h"
#include "core/appraise/policy_fields.h"
#include "core/base/hex.h"
#include "core/base/span_text.h"
#include "core/evidence/event_log.h"
#include "grub-tool/measured.h"
#include "healthcheck/boot.h"
#include "healthcheck/families.h"
#include "healthcheck/gate_setup.h"
#include "healthcheck/lines.h"
#include "healthcheck/program.h"

#define KEY_SIZE            512
#define RELEASE_SIZE        192
#define DEBUG_BIT           1U
#define REGISTERS_OF_KERNEL 0x6U /* RTMR1 and RTMR2: what loads it, and it itself */

static void collect_file_of_root(const struct collector *collector, const char *path)
{
    collect_file(collector, path);
    collect_stat(collector, path);
    collect_link(collector, path);
}

static void collect(const struct collector *collector)
{
    struct gate_setup setup;
    struct gate_conf conf = { 0 };

    if (gate_setup_read(collector->facts, &setup, NULL) != TDX_NO_MEMORY &&
        gate_setup_conf(collector->facts, &setup, &conf, NULL) != TDX_NO_MEMORY) {
        for (size_t i = 0; i < conf.policy_count; i++)
            collect_file_of_root(collector, conf.policy[i]);
        if (conf.policy_signer != NULL)
            collect_file_of_root(collector, conf.policy_signer);
    }
    gate_conf_free(&conf);
    gate_setup_free(&setup);
    collect_list(collector, "/lib/modules");
    collect_file(collector, "/proc/sys/kernel/osrelease");
}

/* Everything about policies among the facts. */
struct reading {
    struct gate_setup setup;
    struct gate_conf conf;
    struct policy_set set;
};

static void reading_free(struct reading *reading)
{
    policy_set_clear(&reading->set);
    gate_conf_free(&reading->conf);
    gate_setup_free(&reading->setup);
}

/* The content of a file that only root can have written, as the gate demands it. NULL with the
 * finding set. */
static const struct fact *roots_file(const struct facts *facts, const char *path,
                                     struct finding *ret)
{
    char key[KEY_SIZE];
    const struct fact *file;

    (void)snprintf(key, sizeof(key), "link:%s", path);
    if (facts_find(facts, key)->state == FACT_KNOWN) {
        finding_set(ret, CHECK_FAIL, "FILE_UNSAFE", "%s is a symbolic link", path);
        return NULL;
    }
    (void)snprintf(key, sizeof(key), "file:%s", path);
    file = facts_find(facts, key);
    if (!finding_needs(ret, file, CHECK_FAIL, "absent",
                       "gate.conf names it, and it is not there") ||
        !program_is_roots(facts, ret, path))
        return NULL;
    return file;
}

static enum tdx_status check_signers(const struct reading *reading, struct span keys,
                                     struct tdx_error *err)
{
    struct es384_key *key = calloc(POLICY_SIGNERS_MAX, sizeof(*key));
    size_t count = 0;
    enum tdx_status status;

    if (key == NULL)
        return status_fail(err, TDX_NO_MEMORY, "the keys of policy signers");
    status = jwk_or_pem_read(keys, key, POLICY_SIGNERS_MAX, &count, err);
    if (status == TDX_OK)
        status = policy_set_check_signers(&reading->set, key, count, err);
    free(key);
    return status;
}

/* As tdx-gate-check loads them. False with the finding set. */
static bool read_policies(const struct evaluation *evaluation, struct reading *ret,
                          struct finding *finding)
{
    const struct facts *facts = evaluation->facts;
    struct tdx_error err = { 0 };
    enum tdx_status status = gate_setup_read(facts, &ret->setup, NULL);
    const struct fact *file;

    /* What is wrong with stack, arguments and file is said by the checks on them; here counts what
     * could be read. */
    if (status != TDX_NO_MEMORY)
        status = gate_setup_conf(facts, &ret->setup, &ret->conf, NULL);
    finding_source(finding, "%s", ret->setup.config);
    if (status == TDX_NO_MEMORY)
        goto done;
    status = TDX_OK;
    for (size_t i = 0; i < ret->conf.policy_count; i++) {
        file = roots_file(facts, ret->conf.policy[i], finding);
        if (file == NULL)
            return false;
        status = policy_set_add(&ret->set, ret->conf.policy[i], file->value, evaluation->now, &err);
        if (status != TDX_OK)
            goto done;
    }
    if (ret->conf.policy_signer != NULL) {
        file = roots_file(facts, ret->conf.policy_signer, finding);
        if (file == NULL)
            return false;
        status = check_signers(ret, file->value, &err);
    }
done:
    if (status != TDX_OK)
        finding_set(finding, status == TDX_NO_MEMORY ? CHECK_ERROR : CHECK_FAIL, status_id(status),
                    "%s: %s", status_message(status), err.detail);
    return status == TDX_OK;
}

/* --- gate.policy ----------------------------------------------------------------------------- */

static bool is_pinned(const struct policy *policy, const char *field)
{
    struct json_place value;

    return policy != NULL && policy_field_get(&policy->reference, field, &value);
}

static bool pins(const struct policy_set *set, const char *field)
{
    return is_pinned(set->of_class[POLICY_TD10], field) ||
           is_pinned(set->of_class[POLICY_TD15], field);
}

/* Bit 0 of a value that policies write as 16 digits. */
static bool is_debug_bit_set(const struct json_place *value)
{
    struct span digits = json_as_string(value);

    return digits.size == 16 && ((unsigned)hex_digit((char)digits.data[15]) & DEBUG_BIT) != 0;
}

/* True if the policy by itself would let a debuggable TD pass. The gate refuses it all the same. */
static bool allows_debug(const struct policy *policy)
{
    struct json_place value;

    if (policy == NULL || !policy_field_get(&policy->reference, "tdx_attributes", &value))
        return false; /* then the gate's own rule is the only one */
    if (is_debug_bit_set(&value))
        return true;
    return policy_field_get(&policy->reference, "tdx_attributes_mask", &value) &&
           !is_debug_bit_set(&value);
}

static void note_broken(enum policy_lint_weight weight, const char *sentence, void *context)
{
    struct text *broken = context;

    if (weight == POLICY_LINT_BROKEN && broken->length == 0)
        text_add(broken, sentence);
}

/* The names of what the policies pin, "MRTD, RTMR0"; empty for nothing. */
static void print_pins(const struct policy_set *set, struct text *out)
{
    static const struct {
        const char *field, *word;
    } fields[] = {
        { "tdx_mrtd", "MRTD" },       { "tdx_rtmr0", "RTMR0" },
        { "tdx_rtmr1", "RTMR1" },     { "tdx_rtmr2", "RTMR2" },
        { "tdx_rtmr3", "RTMR3" },     { "tdx_mrconfigid", "MRCONFIGID" },
        { "tdx_mrowner", "MROWNER" }, { "tdx_mrownerconfig", "MROWNERCONFIG" },
    };

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (pins(set, fields[i].field))
            text_addf(out, "%s%s", out->length > 0 ? ", " : "", fields[i].word);
}

static void judge_policies(const struct reading *reading, struct finding *ret)
{
    const struct policy_set *set = &reading->set;
    struct text pinned = { 0 }, broken = { 0 };

    print_pins(set, &pinned);
    policy_set_lint(set, note_broken, &broken);
    finding_source(ret, "%s, %zu policy files", reading->setup.config, reading->conf.policy_count);
    if (!text_ok(&pinned) || !text_ok(&broken))
        finding_set(ret, CHECK_ERROR, "memory", "out of memory");
    else if (broken.length > 0)
        finding_set(ret, CHECK_FAIL, "never_holds", "%s", text_string(&broken));
    else if (allows_debug(set->of_class[POLICY_TD10]) || allows_debug(set->of_class[POLICY_TD15]))
        finding_set(ret, CHECK_WARN, "debug_allowed",
                    "the policy by itself lets a TD pass that its host can debug");
    else if (pinned.length == 0)
        finding_set(ret, CHECK_WARN, "nothing_pinned",
                    reading->conf.policy_count == 0
                        ? "no policy: every TD without DEBUG on an accepted platform is let in"
                        : "no policy pins MRTD or an RTMR");
    else
        finding_set(ret, CHECK_PASS, NULL, "%s pinned%s", text_string(&pinned),
                    reading->conf.policy_signer != NULL ? ", signed by the expected key" : "");
    text_free(&pinned);
    text_free(&broken);
}

static void evaluate_policy(const struct evaluation *evaluation, struct finding *ret)
{
    struct reading reading = { 0 };

    if (read_policies(evaluation, &reading, ret))
        judge_policies(&reading, ret);
    reading_free(&reading);
}

/* --- gate.nextboot --------------------------------------------------------------------------- */

/* The registers, as bits, that policies pin. */
static unsigned pinned_registers(const struct policy_set *set)
{
    unsigned bits = 0;
    char field[16];

    for (unsigned i = 0; i < TD_RTMR_COUNT; i++) {
        (void)snprintf(field, sizeof(field), "tdx_rtmr%u", i);
        bits |= pins(set, field) ? 1U << i : 0;
    }
    return bits;
}

/* The kernel that the default entry starts, if its id names one that is installed, and another one
 * runs; "" otherwise. */
static const char *other_kernel(const struct facts *facts, char *out, size_t size)
{
    const struct fact *boot = facts_find(facts, "probe:boot");
    const struct fact *running = facts_find(facts, "file:/proc/sys/kernel/osrelease");
    const struct fact *installed = facts_find(facts, "list:/lib/modules");
    struct span entry = { NULL, 0 }, names = installed->value, name;
    char release[RELEASE_SIZE], candidate[RELEASE_SIZE];

    out[0] = '\0';
    if (boot->state == FACT_KNOWN)
        entry = lines_value(boot->value, "entry");
    if (running->state != FACT_KNOWN || installed->state != FACT_KNOWN ||
        span_contains(entry, span_string(span_trim(running->value), release, sizeof(release))))
        return out;
    while (line_next(&names, &name))
        if (span_contains(entry, span_string(name, candidate, sizeof(candidate))))
            (void)snprintf(out, size, "%s", candidate);
    return out;
}

static void print_registers(unsigned bits, struct text *out)
{
    for (unsigned i = 0; i < TD_RTMR_COUNT; i++)
        if ((bits & 1U << i) != 0)
            text_addf(out, "%sRTMR%u", out->length > 0 ? ", " : "", i);
}

/* What changes is known: do the policies notice? */
static void judge_change(const struct evaluation *evaluation, const char *change, bool is_kernel,
                         unsigned pinned, struct finding *ret)
{
    const struct fact *log = facts_find(evaluation->facts, "file:" EVENT_LOG_PATH);
    const struct fact *line = facts_find(evaluation->facts, "file:/proc/cmdline");
    struct measured measured = { 0 };
    struct text words = { 0 };
    unsigned certain = 0, suspected = is_kernel ? REGISTERS_OF_KERNEL : 0;

    if (log->state == FACT_KNOWN && line->state == FACT_KNOWN)
        measured_from_log(log->value, (const char *)line->value.data, &measured);
    for (unsigned i = 0; i < TD_RTMR_COUNT; i++)
        certain |= measured.records[i] > 0 ? 1U << i : 0;
    if (!measured.log_read || measured.truncated > 0)
        suspected = REGISTERS_OF_KERNEL;
    if ((certain & pinned) != 0) {
        print_registers(certain & pinned, &words);
        finding_set(ret, CHECK_WARN, "will_not_match", "%s: %s will not match the policy", change,
                    text_string(&words));
    } else if ((suspected & pinned) != 0) {
        print_registers(suspected & pinned, &words);
        finding_set(ret, CHECK_WARN, "may_not_match", "%s: %s may not match the policy", change,
                    text_string(&words));
    } else {
        finding_set(ret, CHECK_PASS, NULL, "%s, which no pinned register shows", change);
    }
    text_free(&words);
}

static void judge_next_start(const struct evaluation *evaluation, unsigned pinned,
                             struct finding *ret)
{
    const struct fact *boot = facts_find(evaluation->facts, "probe:boot");
    const struct fact *running = facts_find(evaluation->facts, "file:/proc/cmdline");
    char kernel[RELEASE_SIZE], change[RELEASE_SIZE + 64];
    struct span line;

    if (!finding_needs(ret, boot, CHECK_ERROR, "unreadable", "nothing that boots was found") ||
        !finding_needs(ret, running, CHECK_ERROR, "unreadable", "/proc/cmdline is not there"))
        return;
    finding_source(ret, "the default entry, the event log, the policies");
    line = lines_value(boot->value, "line");
    if (other_kernel(evaluation->facts, kernel, sizeof(kernel))[0] != '\0') {
        (void)snprintf(change, sizeof(change), "the next start takes the kernel %s", kernel);
        judge_change(evaluation, change, true, pinned, ret);
    } else if (line.data == NULL) {
        finding_set(ret, CHECK_INFO, NULL, "what the next start takes is not known");
    } else if (!boot_same_words(running->value, line)) {
        judge_change(evaluation, "the next start takes another command line", false, pinned, ret);
    } else {
        finding_set(ret, CHECK_PASS, NULL, "the next start takes the same kernel and command line");
    }
}

static void evaluate_nextboot(const struct evaluation *evaluation, struct finding *ret)
{
    struct reading reading = { 0 };

    if (read_policies(evaluation, &reading, ret)) {
        unsigned pinned = pinned_registers(&reading.set);

        finding_source(ret, "the policies");
        if (pinned == 0)
            finding_set(ret, CHECK_PASS, NULL, "no policy pins a register");
        else
            judge_next_start(evaluation, pinned, ret);
    }
    reading_free(&reading);
}

static const struct check checks[] = {
    {
        .id = "gate.policy",
        .title = "the gate's policies are valid and pin this image",
        .severity = SEVERITY_CRITICAL,
        .expected = "root's files, valid now, signed by policy_signer where gate.conf names one, "
                    "with MRTD or an RTMR pinned, DEBUG not allowed",
        .remedy = "Make one from a TD that is known to be good, sign it elsewhere, name both in "
                  "gate.conf:\n"
                  "  tdx-attest policy new --pin mrtd,rtmr0,rtmr1 --out FILE",
        .reads = "the files that policy and policy_signer in gate.conf name",
        .why = "Without a pinned measurement a host may start another image, and the gate agrees; "
               "with a policy that is not valid it refuses everybody.",
        .requires = { "gate.config" },
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_policy,
    },
    {
        .id = "gate.nextboot",
        .title = "the next start will match the policies",
        .severity = SEVERITY_HIGH,
        .expected = "the same kernel and command line, or registers that no policy pins",
        .remedy = "Before you restart, let the policy accept the old and the new value "
                  "(tdx-attest policy), or take the change back (tdx-grub rollback). There is no "
                  "console to mend it from.",
        .reads = "the default boot entry, /proc/cmdline, the event log of this boot, the policies",
        .why = "Where the command line is measured, a change of it makes the gate refuse "
               "everybody after the next start.",
        .requires = { "gate.policy" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(INFO) | GIVES(WARN) | GIVES(ERROR),
        .evaluate = evaluate_nextboot,
    },
};

const struct family gate_policy_family = {
    .part_of = &gate_family,
    .collect = collect,
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
