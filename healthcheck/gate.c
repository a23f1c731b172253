/* SPDX-License-Identifier: Apache-2.0 */
/* The gate in front of sshd: is it asked for every login, and does its answer count? */
#include <stdio.h>
#include <string.h>

#include "healthcheck/families.h"
#include "healthcheck/gate_setup.h"
#include "healthcheck/pam_stack.h"
#include "pam_tdx/gate_conf.h"

#define SERVICE "sshd"

static void collect(const struct collector *collector)
{
    static const char *const folders[] = { "/etc/pam.d", "/usr/lib/pam.d", "/usr/etc/pam.d" };

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        collect_files_in(collector, folders[i], NULL);
    gate_setup_collect_stack(collector, SERVICE);
    collect_stat(collector, GATE_CONF_DEFAULT);
    collect_file(collector, GATE_CONF_DEFAULT);
}

/* The account stack, judged. False with the finding set. The stack is the caller's to free. */
static bool judge(const struct evaluation *evaluation, struct finding *ret, struct pam_stack *stack,
                  struct pam_judgement *judgement)
{
    struct tdx_error err = { 0 };
    enum tdx_status status =
        pam_stack_read(evaluation->facts, SERVICE, PAM_TYPE_ACCOUNT, stack, &err);

    finding_source(ret, "/etc/pam.d/" SERVICE);
    if (status == TDX_FILE_MISSING) {
        finding_skip(ret, "no_sshd", "there is no PAM service sshd");
        return false;
    }
    if (status == TDX_OK)
        status = pam_stack_judge(stack, judgement, &err);
    if (status != TDX_OK)
        finding_set(ret, CHECK_ERROR, status_id(status), "%s", err.detail);
    return status == TDX_OK;
}

static void evaluate_present(const struct evaluation *evaluation, struct finding *ret)
{
    struct pam_stack stack = { 0 };
    struct pam_judgement found = { 0 };

    if (judge(evaluation, ret, &stack, &found)) {
        if (found.gate != NULL)
            finding_set(ret, CHECK_PASS, NULL, "%s, line %u", found.gate->file, found.gate->number);
        else if (stack.stray.number > 0)
            finding_set(ret, CHECK_FAIL, stack.stray.is_misspelt ? "misspelt" : "wrong_type",
                        "%s, line %u begins with \"%s\", not with account", stack.stray.file,
                        stack.stray.number, stack.stray.word);
        else
            finding_set(ret, CHECK_FAIL, "absent", "no account line names " PAM_GATE_MODULE);
    }
    pam_stack_free(&stack);
}

static void evaluate_order(const struct evaluation *evaluation, struct finding *ret)
{
    struct pam_stack stack = { 0 };
    struct pam_judgement found = { 0 };

    if (judge(evaluation, ret, &stack, &found)) {
        if (found.skipped_by != NULL)
            finding_set(ret, CHECK_FAIL, "skipped", "%s, line %u lets in before the gate is asked",
                        found.skipped_by->file, found.skipped_by->number);
        else if (!found.somebody_passes)
            finding_set(ret, CHECK_WARN, "blocks", "nobody gets in, even when the gate agrees");
        else
            finding_set(ret, CHECK_PASS, NULL, "the gate is asked on every way in");
    }
    pam_stack_free(&stack);
}

static void evaluate_control(const struct evaluation *evaluation, struct finding *ret)
{
    struct pam_stack stack = { 0 };
    struct pam_judgement found = { 0 };

    if (judge(evaluation, ret, &stack, &found) && found.gate != NULL) {
        const struct pam_line *gate = found.gate;

        if (found.overruled_at != NULL)
            finding_set(ret, CHECK_FAIL, "overruled", "a refusal does not count under \"%s\"",
                        gate->control);
        else if (gate->is_silent)
            finding_set(ret, CHECK_FAIL, "silent",
                        "the leading '-' hides in the log that the module is missing");
        else if (gate->action[0] == PAM_ACTION_BAD || gate->action[0] == PAM_ACTION_DIE)
            finding_set(ret, CHECK_FAIL, "refuses_all", "\"%s\" refuses even when the gate agrees",
                        gate->control);
        else if (gate->action[0] == PAM_ACTION_DONE || gate->action[0] > 0)
            finding_set(ret, CHECK_WARN, "ends_stack",
                        "\"%s\": when the gate agrees, later lines are not asked", gate->control);
        else
            finding_set(ret, CHECK_PASS, NULL, "%s", gate->control);
    }
    pam_stack_free(&stack);
}

static void evaluate_config(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *file = facts_find(evaluation->facts, "file:" GATE_CONF_DEFAULT);
    const struct fact *looks = facts_find(evaluation->facts, "stat:" GATE_CONF_DEFAULT);
    struct gate_conf conf = { 0 };
    struct tdx_error err = { 0 };
    unsigned mode = 0, uid = 0, gid = 0;

    if (!finding_needs(ret, file, CHECK_FAIL, "absent", "there is no gate.conf"))
        return;
    if (looks->state != FACT_KNOWN ||
        sscanf((const char *)looks->value.data, "file %o %u %u", &mode, &uid, &gid) != 3)
        finding_set(ret, CHECK_ERROR, "unreadable", "owner and mode are not known");
    else if (uid != 0 || (mode & 0022U) != 0)
        finding_set(ret, CHECK_FAIL, "FILE_UNSAFE", "uid %u, mode %04o", uid, mode);
    else if (gate_conf_parse(GATE_CONF_DEFAULT, file->value, &conf, &err) != TDX_OK)
        finding_set(ret, CHECK_FAIL, status_id(err.status), "%s", err.detail);
    else if (conf.settings.mode == GATE_MODE_WARN)
        finding_set(ret, CHECK_WARN, "warn_mode", "mode = warn: nobody is refused");
    else
        finding_set(ret, CHECK_PASS, NULL, "mode = enforce");
    gate_conf_free(&conf);
}

#define GATE_LINE "account [success=ok new_authtok_reqd=bad ignore=bad default=bad] pam_tdx.so"

static const struct check checks[] = {
    {
        .id = "pam.present",
        .title = "sshd asks the gate",
        .severity = SEVERITY_CRITICAL,
        .expected = "an account line that names pam_tdx.so",
        .remedy = "Keep a root session open, and make this the first account line of "
                  "/etc/pam.d/sshd, with mode=warn behind it at first:\n"
                  "  " GATE_LINE,
        .reads = "the account stack of /etc/pam.d/sshd with everything it includes",
        .why = "Logins by public key run no other stack than account.",
        .requires = { "cpu.tdx_guest" },
        .gives = GIVES(PASS) | GIVES(FAIL) | GIVES(ERROR) | GIVES(SKIP),
        .evaluate = evaluate_present,
    },
    {
        .id = "pam.order",
        .title = "nobody gets in past the gate",
        .severity = SEVERITY_CRITICAL,
        .expected = "the gate before every line that can end the stack",
        .remedy = "Make this the first account line of /etc/pam.d/sshd itself:\n"
                  "  " GATE_LINE,
        .reads = "every way through the account stack, as Linux-PAM walks it",
        .why = "A \"sufficient\" line in an included file ends the whole stack: what stands behind "
               "it is skipped without a word.",
        .requires = { "pam.present" },
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL),
        .evaluate = evaluate_order,
    },
    {
        .id = "pam.control",
        .title = "the gate's refusal counts",
        .severity = SEVERITY_CRITICAL,
        .expected = "[success=ok new_authtok_reqd=bad ignore=bad default=bad], or required",
        .remedy = "Write the gate's line as:\n"
                  "  " GATE_LINE,
        .reads = "the control of the gate's line, and what follows it",
        .why = "Under optional or sufficient a refusal is heard and ignored.",
        .requires = { "pam.present" },
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL),
        .evaluate = evaluate_control,
    },
    {
        .id = "gate.config",
        .title = "gate.conf is sound",
        .severity = SEVERITY_HIGH,
        .expected = "root's file that nobody else can write, each key known, mode = enforce",
        .remedy = "Mend what is named; gate.conf(5) has the keys. Until then logins are refused:\n"
                  "  chown root:root " GATE_CONF_DEFAULT " && chmod 0600 " GATE_CONF_DEFAULT,
        .reads = GATE_CONF_DEFAULT ", its owner and mode",
        .why = "A key that is not understood is an error, never ignored.",
        .requires = { "pam.present" },
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_config,
    },
};

const struct family gate_family = {
    .name = "gate",
    .title = "Login gate",
    .collect = collect,
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
