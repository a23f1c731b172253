/* SPDX-License-Identifier: Apache-2.0 */
/* sshd: does it ask PAM at all, and which of its services? */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/process.h"
#include "healthcheck/families.h"
#include "healthcheck/gate_setup.h"
#include "healthcheck/lines.h"
#include "healthcheck/program.h"
#include "healthcheck/ssh.h"

#define SSHD            "/usr/sbin/sshd"
#define SSHD_TIMEOUT_MS 5000

/* From 9.8 the half that speaks PAM is a program of its own. */
static const char *const sessions[] = { "/usr/libexec/openssh/sshd-session",
                                        "/usr/lib/openssh/sshd-session",
                                        "/usr/libexec/ssh/sshd-session",
                                        "/usr/lib/ssh/sshd-session", "/usr/libexec/sshd-session" };

/* probe:sshd_T: what "sshd -T" prints. */
static void ask_sshd(const struct collector *collector)
{
    static const char *const argv[] = { SSHD, "-T", NULL };
    const struct process_spec spec = {
        .path = SSHD, .argv = argv, .timeout_ms = SSHD_TIMEOUT_MS, .dies_with_us = true
    };
    struct process_result result = { 0 };
    struct tdx_error err = { 0 };
    char said[160];
    struct span reason;
    enum tdx_status status;

    if (collect_probe_file(collector, "sshd_T", "sshd-T.txt"))
        return;
    if (!collector->live || !root_exists(collector->root, SSHD)) {
        facts_set_state(collector->facts, "probe:sshd_T",
                        collector->live ? FACT_ABSENT : FACT_OFFLINE, NULL);
        return;
    }
    if (geteuid() != 0) {
        facts_set_state(collector->facts, "probe:sshd_T", FACT_DENIED,
                        "only root can run sshd -T: it reads the host keys");
        return;
    }
    status = file_check_safe(SSHD, &err);
    if (status == TDX_OK)
        status = process_run(&spec, &result, &err);
    reason = span_trim(text_span(&result.err));
    if (status == TDX_OK && (result.exit_code != 0 || result.out_cut))
        status = status_fail(&err, TDX_CHILD_FAILED, "sshd -T: exit code %d: %s", result.exit_code,
                             text_quote(reason.data, reason.size, said, sizeof(said)));
    collect_probe(collector, "sshd_T", status, &err, text_span(&result.out));
    process_result_free(&result);
}

static void collect(const struct collector *collector)
{
    static const char *const none[] = { NULL };

    program_collect(collector, SSHD, none);
    for (size_t i = 0; i < sizeof(sessions) / sizeof(sessions[0]); i++)
        program_collect(collector, sessions[i], none);
    ssh_config_collect(collector);
    ask_sshd(collector);
}

const char *ssh_pam_host(const struct facts *facts)
{
    char key[128];

    for (size_t i = 0; i < sizeof(sessions) / sizeof(sessions[0]); i++) {
        (void)snprintf(key, sizeof(key), "stat:%s", sessions[i]);
        if (facts_find(facts, key)->state == FACT_KNOWN)
            return sessions[i];
    }
    return SSHD;
}

static void evaluate_haspam(const struct evaluation *evaluation, struct finding *ret)
{
    const char *path = ssh_pam_host(evaluation->facts);

    if (!program_is_sound(evaluation->facts, ret, path, CHECK_SKIP, "no_sshd"))
        return;
    if (program_has(evaluation->facts, path, "needed=libpam.so.0"))
        finding_set(ret, CHECK_PASS, NULL, "%s needs libpam.so.0", path);
    else
        finding_set(ret, CHECK_FAIL, "no_libpam", "%s was built without PAM", path);
}

static bool has_sshd(const struct facts *facts)
{
    return facts_find(facts, "stat:" SSHD)->state == FACT_KNOWN;
}

/* What the files say. False with the finding set. */
static bool read_config(const struct evaluation *evaluation, struct finding *ret,
                        struct ssh_config *config)
{
    struct tdx_error err = { 0 };
    enum tdx_status status = ssh_config_read(evaluation->facts, config, &err);

    finding_source(ret, SSH_CONFIG);
    if (status == TDX_OK)
        return true;
    if (status == TDX_FILE_MISSING && !has_sshd(evaluation->facts))
        finding_skip(ret, "no_sshd", "there is no sshd");
    else if (status == TDX_FILE_MISSING)
        finding_set(ret, CHECK_FAIL, "no_config", "there is no " SSH_CONFIG);
    else if (status == TDX_CONF_SYNTAX || status == TDX_CONF_BAD_VALUE)
        finding_set(ret, CHECK_FAIL, status_id(status), "%s", err.detail);
    else
        finding_set(ret, CHECK_ERROR, "unreadable", "%s", err.detail);
    if (ret->status == CHECK_ERROR &&
        facts_find(evaluation->facts, "probe:sshd_T")->state == FACT_DENIED) {
        ret->reason = "permission";
        finding_remedy(ret, "Run it as root: only root can read this.");
    }
    return false;
}

static void evaluate_usepam(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *said = facts_find(evaluation->facts, "probe:sshd_T");
    struct ssh_config config;
    char value[16];

    if (said->state == FACT_KNOWN &&
        ssh_said(said->value, "usepam", value, sizeof(value))[0] != '\0') {
        finding_source(ret, "sshd -T");
        if (strcmp(value, "yes") == 0)
            finding_set(ret, CHECK_PASS, NULL, "usepam yes");
        else
            finding_set(ret, CHECK_FAIL, "no", "usepam %s", value);
        return;
    }
    if (!read_config(evaluation, ret, &config))
        return;
    if (config.use_pam_in_match.line > 0)
        finding_set(ret, CHECK_FAIL, "in_match", "%s, line %u: behind Match sshd refuses it",
                    config.use_pam_in_match.file, config.use_pam_in_match.line);
    else if (config.use_pam == SSH_YES)
        finding_set(ret, CHECK_PASS, NULL, "UsePAM yes (%s, line %u)", config.use_pam_at.file,
                    config.use_pam_at.line);
    else if (config.use_pam == SSH_NO)
        finding_set(ret, CHECK_FAIL, "no", "UsePAM no (%s, line %u)", config.use_pam_at.file,
                    config.use_pam_at.line);
    else
        finding_set(ret, CHECK_FAIL, "default_no",
                    "UsePAM is not set, and OpenSSH's default is no");
}

/* True if logins through the PAM service cannot get around the gate. */
static enum tdx_status service_is_gated(const struct facts *facts, const char *service, bool *ret,
                                        struct tdx_error *err)
{
    struct gate_setup setup;
    enum tdx_status status = gate_setup_read_service(facts, service, &setup, err);

    *ret = status == TDX_OK && setup.found.gate != NULL && setup.found.skipped_by == NULL &&
           setup.found.overruled_at == NULL;
    gate_setup_free(&setup);
    return status;
}

/* False with the finding set: a service other than sshd that does not ask the gate. */
static bool check_service(const struct evaluation *evaluation, const char *service,
                          const char *where, struct finding *ret)
{
    struct tdx_error err = { 0 };
    bool is_gated = false;
    enum tdx_status status;

    if (strcmp(service, "sshd") == 0)
        return true; /* that is what the checks on PAM are about */
    status = service_is_gated(evaluation->facts, service, &is_gated, &err);
    if (status != TDX_OK && status != TDX_FILE_MISSING)
        finding_set(ret, CHECK_ERROR, status_id(status), "%s: %s", service, err.detail);
    else if (!is_gated)
        finding_set(ret, CHECK_FAIL, "no_gate",
                    "%s: logins through the service %s pass the gate by", where, service);
    return is_gated;
}

static void evaluate_service(const struct evaluation *evaluation, struct finding *ret)
{
    struct ssh_config config;
    char service[SSH_SERVICE_SIZE], where[300];

    if (!read_config(evaluation, ret, &config))
        return;
    ssh_config_service(evaluation->facts, service);
    if (!check_service(evaluation, service, "PAMServiceName", ret))
        return;
    for (size_t i = 1; i < config.service_count; i++) {
        (void)snprintf(where, sizeof(where), "%s, line %u (behind Match)",
                       config.service[i].at.file, config.service[i].at.line);
        if (!check_service(evaluation, config.service[i].name, where, ret))
            return;
    }
    finding_set(ret, CHECK_PASS, NULL, "%s%s", service,
                config.service_count > 1 ? ", and others behind Match that ask the gate" : "");
}

static const struct check checks[] = {
    {
        .id = "ssh.haspam",
        .title = "sshd was built with PAM",
        .severity = SEVERITY_HIGH,
        .expected = "a program that needs libpam",
        .remedy = "Install the distribution's own OpenSSH server.",
        .reads = "the libraries that " SSHD " (from 9.8: sshd-session) needs",
        .why = "Without libpam no login is asked anything, whatever sshd_config says.",
        .requires = { "cpu.tdx_guest" },
        .gives = GIVES(PASS) | GIVES(FAIL) | GIVES(ERROR) | GIVES(SKIP),
        .evaluate = evaluate_haspam,
    },
    {
        .id = "ssh.usepam",
        .title = "sshd asks PAM",
        .severity = SEVERITY_CRITICAL,
        .expected = "UsePAM yes",
        .remedy = "Set it in " SSH_CONFIG " before the first Match, and where it stands already; "
                  "keep a session open:\n"
                  "  UsePAM yes\n"
                  "  sshd -t && systemctl reload sshd",
        .reads = "sshd -T; otherwise " SSH_CONFIG " with its includes, the first value of a "
                 "keyword counting",
        .why = "OpenSSH's default is no: then PAM's account phase, and so the gate, is never run.",
        .requires = { "cpu.tdx_guest" },
        .symptom_of = { "ssh.haspam" },
        .gives = GIVES(PASS) | GIVES(FAIL) | GIVES(ERROR) | GIVES(SKIP),
        .evaluate = evaluate_usepam,
    },
    {
        .id = "ssh.pamservice",
        .title = "every PAM service of sshd asks the gate",
        .severity = SEVERITY_CRITICAL,
        .expected = "the service sshd, or others whose account stack asks the gate first",
        .remedy = "Take PAMServiceName out, or make the gate's line the first account line of "
                  "that service as well.",
        .reads = "PAMServiceName in " SSH_CONFIG ", its includes and behind Match; the services it "
                 "names",
        .why = "From OpenSSH 9.8 some users can be sent through another service, without a gate.",
        .requires = { "cpu.tdx_guest" },
        .gives = GIVES(PASS) | GIVES(FAIL) | GIVES(ERROR) | GIVES(SKIP),
        .evaluate = evaluate_service,
    },
};

const struct family ssh_family = {
    .part_of = &gate_family,
    .collect = collect,
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
