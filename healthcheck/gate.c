/* SPDX-License-Identifier: Apache-2.0 */
/* The gate in front of sshd: is it asked for every login, and does its answer count? */
#include <stdio.h>
#include <string.h>

#include "core/base/span_text.h"
#include "healthcheck/families.h"
#include "healthcheck/gate_setup.h"
#include "healthcheck/program.h"
#include "pam_tdx/gate_conf.h"

#define PATH_SIZE 512

static void collect_stacks(const struct collector *collector)
{
    static const char *const folders[] = { "/etc/pam.d", "/usr/lib/pam.d", "/usr/etc/pam.d" };
    struct ssh_config config;
    char service[SSH_SERVICE_SIZE];

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        collect_files_in(collector, folders[i], NULL);
    ssh_config_service(collector->facts, service);
    gate_setup_collect_stack(collector, service);
    /* What could be read of it names services, too. */
    if (ssh_config_read(collector->facts, &config, NULL) != TDX_NO_MEMORY)
        for (size_t i = 1; i < config.service_count; i++)
            gate_setup_collect_stack(collector, config.service[i].name);
}

static void collect(const struct collector *collector)
{
    struct gate_setup setup;

    if (collector->gate_conf != NULL)
        facts_set(collector->facts, "probe:gate_conf", span_of(collector->gate_conf));
    collect_stacks(collector);
    if (gate_setup_read(collector->facts, &setup, NULL) != TDX_NO_MEMORY) {
        gate_setup_collect_module(collector, setup.found.gate != NULL ? setup.found.gate->module
                                                                      : PAM_GATE_MODULE);
        collect_stat(collector, setup.config);
        collect_file(collector, setup.config);
    }
    gate_setup_free(&setup);
}

/* The account stack, judged. False with the finding set. The setup is the caller's to free. */
static bool judge(const struct evaluation *evaluation, struct finding *ret,
                  struct gate_setup *setup)
{
    struct tdx_error err = { 0 };
    enum tdx_status status = gate_setup_read(evaluation->facts, setup, &err);

    finding_source(ret, "/etc/pam.d/%s", setup->service);
    if (status == TDX_FILE_MISSING)
        finding_skip(ret, "no_sshd", "there is no PAM service %s", setup->service);
    else if (status != TDX_OK)
        finding_set(ret, CHECK_ERROR, status_id(status), "%s", err.detail);
    return status == TDX_OK;
}

static void evaluate_present(const struct evaluation *evaluation, struct finding *ret)
{
    struct gate_setup setup;

    if (judge(evaluation, ret, &setup)) {
        const struct pam_line *gate = setup.found.gate;

        if (gate != NULL)
            finding_set(ret, CHECK_PASS, NULL, "%s, line %u", gate->file, gate->number);
        else if (setup.stack.stray.number > 0)
            finding_set(ret, CHECK_FAIL, setup.stack.stray.is_misspelt ? "misspelt" : "wrong_type",
                        "%s, line %u begins with \"%s\", not with account", setup.stack.stray.file,
                        setup.stack.stray.number, setup.stack.stray.word);
        else
            finding_set(ret, CHECK_FAIL, "absent", "no account line names " PAM_GATE_MODULE);
    }
    gate_setup_free(&setup);
}

static void evaluate_order(const struct evaluation *evaluation, struct finding *ret)
{
    struct gate_setup setup;

    if (judge(evaluation, ret, &setup)) {
        const struct pam_line *skipped_by = setup.found.skipped_by;

        if (skipped_by != NULL)
            finding_set(ret, CHECK_FAIL, "skipped", "%s, line %u lets in before the gate is asked",
                        skipped_by->file, skipped_by->number);
        else if (!setup.found.somebody_passes)
            finding_set(ret, CHECK_WARN, "blocks", "nobody gets in, even when the gate agrees");
        else
            finding_set(ret, CHECK_PASS, NULL, "the gate is asked on every way in");
    }
    gate_setup_free(&setup);
}

static void evaluate_control(const struct evaluation *evaluation, struct finding *ret)
{
    struct gate_setup setup;

    if (judge(evaluation, ret, &setup) && setup.found.gate != NULL) {
        const struct pam_line *gate = setup.found.gate;

        if (setup.found.overruled_at != NULL)
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
    gate_setup_free(&setup);
}

/* Where libpam looks for the module; false with the finding set. */
static bool find_module(const struct facts *facts, const char *module, struct gate_module *place,
                        struct finding *ret)
{
    gate_setup_find_module(facts, module, place);
    finding_source(ret, "the folder of PAM modules");
    if (place->path[0] != '\0')
        return true;
    if (place->folder == NULL)
        finding_set(ret, CHECK_ERROR, "no_folder", "libpam's own modules were not found");
    else if (place->other != NULL)
        finding_set(ret, CHECK_FAIL, "wrong_folder", "it lies in %s; libpam looks in %s",
                    place->other, place->folder);
    else
        finding_set(ret, CHECK_FAIL, "absent", "%s is not in %s", module, place->folder);
    return false;
}

static void evaluate_module(const struct evaluation *evaluation, struct finding *ret)
{
    struct gate_setup setup;
    struct gate_module place;

    if (judge(evaluation, ret, &setup) && setup.found.gate != NULL &&
        find_module(evaluation->facts, setup.found.gate->module, &place, ret) &&
        program_is_sound(evaluation->facts, ret, place.path, CHECK_FAIL, "absent")) {
        if (program_has(evaluation->facts, place.path, "exports=pam_sm_acct_mgmt"))
            finding_set(ret, CHECK_PASS, NULL, "%s", place.path);
        else
            finding_set(ret, CHECK_FAIL, "no_entry", "%s has no pam_sm_acct_mgmt", place.path);
    }
    gate_setup_free(&setup);
}

static void evaluate_args(const struct evaluation *evaluation, struct finding *ret)
{
    struct gate_setup setup;
    struct gate_conf conf = { 0 };
    struct tdx_error err = { 0 };

    if (judge(evaluation, ret, &setup) && setup.found.gate != NULL) {
        const struct gate_line *line = &setup.line;

        finding_source(ret, "%s, line %u", setup.found.gate->file, setup.found.gate->number);
        if (line->too_many)
            finding_set(ret, CHECK_FAIL, "too_many", "more than %d arguments",
                        GATE_ARGUMENTS_LIMIT);
        else if (gate_conf_take_words(line->words, line->word_count, &conf, &err) != TDX_OK)
            finding_set(ret, CHECK_FAIL, status_id(err.status), "%s", err.detail);
        else if (conf.settings.mode == GATE_MODE_WARN)
            finding_set(ret, CHECK_WARN, "fail_open", "mode=warn: nobody is refused");
        else
            finding_set(ret, CHECK_PASS, NULL, "%d of them; %s, %s", line->word_count, line->config,
                        line->helper);
    }
    gate_conf_free(&conf);
    gate_setup_free(&setup);
}

static void evaluate_config(const struct evaluation *evaluation, struct finding *ret)
{
    struct gate_setup setup;
    struct gate_conf conf = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status = gate_setup_read(evaluation->facts, &setup, &err);
    char key[PATH_SIZE];
    const struct fact *file;

    (void)snprintf(key, sizeof(key), "file:%s", setup.config);
    file = facts_find(evaluation->facts, key);
    if (file->state == FACT_ABSENT && setup.found.gate == NULL)
        finding_skip(ret, "not_set_up", "no login asks the gate, and it has no gate.conf");
    else if (finding_needs(ret, file, CHECK_FAIL, "absent", "there is no gate.conf") &&
             program_is_roots(evaluation->facts, ret, setup.config)) {
        finding_source(ret, "%s", setup.config);
        /* The line's own arguments are judged by pam.args. */
        status = gate_conf_parse(setup.config, file->value, &conf, &err);
        if (status != TDX_OK)
            finding_set(ret, CHECK_FAIL, status_id(status), "%s", err.detail);
        else if (conf.settings.mode == GATE_MODE_WARN)
            finding_set(ret, CHECK_WARN, "warn_mode", "mode = warn: nobody is refused");
        else
            finding_set(ret, CHECK_PASS, NULL, "mode = enforce");
    }
    gate_conf_free(&conf);
    gate_setup_free(&setup);
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
        .symptom_of = { "ssh.haspam", "ssh.usepam", "ssh.pamservice" },
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
        .requires = { "pam.order" },
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL),
        .evaluate = evaluate_control,
    },
    {
        .id = "pam.module",
        .title = "the gate's module can be loaded",
        .severity = SEVERITY_CRITICAL,
        .expected = "root's file in libpam's folder, for x86-64, with pam_sm_acct_mgmt, and every "
                    "library it needs",
        .remedy = "Install the package again that has pam_tdx.so. Until then every login is "
                  "refused; do not close the session you have.",
        .reads = "the module that the gate's line names: owner, mode, ELF headers, libraries",
        .why = "libpam refuses a login when a module that it requires cannot be loaded.",
        .requires = { "pam.present" },
        .gives = GIVES(PASS) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_module,
    },
    {
        .id = "pam.args",
        .title = "the arguments of the gate's line are right",
        .severity = SEVERITY_MEDIUM,
        .expected = "keys of gate.conf(5), each once, or none",
        .remedy = "Take out what is named; gate.conf(5) has the keys. Until then logins are "
                  "refused.",
        .reads = "the arguments behind pam_tdx.so, by the module's own parser",
        .why = "What is not understood is refused, never ignored; mode=warn refuses nobody.",
        .requires = { "pam.present" },
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL),
        .evaluate = evaluate_args,
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
        .requires = { "cpu.tdx_guest" },
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL) | GIVES(ERROR) | GIVES(SKIP),
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
