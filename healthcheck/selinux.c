/* SPDX-License-Identifier: Apache-2.0 */
/* SELinux around the gate: is it on, may sshd's domain run the helper, do the files have their
 * labels? */
#include <stdio.h>
#include <string.h>

#include "core/base/span_text.h"
#include "core/collateral/cache.h"
#include "healthcheck/families.h"
#include "healthcheck/gate_setup.h"
#include "healthcheck/lines.h"
#include "healthcheck/selinux.h"
#include "healthcheck/ssh.h"
#include "pam_tdx/gate_state.h"

#define RECENT      INT64_C(604800) /* seconds: a week */
#define MODULE_NAME "tdx_gate"
#define PATH_SIZE   512
#define TYPE_SIZE   128

/* "Enforcing", "Permissive", "Disabled" in lower case: what runs; for an image what its
 * configuration says. False with the finding set. */
static bool read_mode(const struct facts *facts, struct finding *ret, char *out, size_t size)
{
    const struct fact *running = facts_find(facts, "probe:getenforce");
    const struct fact *config = facts_find(facts, "file:" SELINUX_CONFIG);

    if (running->state == FACT_OFFLINE || running->state == FACT_ABSENT) {
        finding_source(ret, SELINUX_CONFIG);
        if (config->state == FACT_ABSENT) {
            (void)snprintf(out, size, "disabled");
            return true;
        }
        if (!finding_needs(ret, config, CHECK_ERROR, "unreadable", ""))
            return false;
        os_release_value(config->value, "SELINUX", out, size);
    } else {
        if (!finding_needs(ret, running, CHECK_ERROR, "unreadable", ""))
            return false;
        finding_source(ret, "SELinux");
        span_string(span_trim(running->value), out, size);
    }
    for (char *c = out; *c != '\0'; c++)
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
    if (strcmp(out, "enforcing") == 0 || strcmp(out, "permissive") == 0 ||
        strcmp(out, "disabled") == 0)
        return true;
    finding_set(ret, CHECK_ERROR, "unclear", "\"%s\" is no mode", out);
    return false;
}

static void evaluate_mode(const struct evaluation *evaluation, struct finding *ret)
{
    char mode[TYPE_SIZE];

    if (read_mode(evaluation->facts, ret, mode, sizeof(mode)))
        finding_set(ret, CHECK_INFO, NULL, "%s", mode);
}

/* True if the mode is on; otherwise the finding is set. */
static bool is_on(const struct facts *facts, struct finding *ret, char *mode, size_t size)
{
    if (!read_mode(facts, ret, mode, size))
        return false;
    if (strcmp(mode, "disabled") != 0)
        return true;
    finding_skip(ret, "disabled", "SELinux is disabled");
    return false;
}

/* The type in a context USER:ROLE:TYPE:LEVEL. */
static const char *type_of(struct span context, char *out, size_t size)
{
    const uint8_t *end;

    out[0] = '\0';
    for (int i = 0; i < 2; i++) {
        end = context.size > 0 ? memchr(context.data, ':', context.size) : NULL;
        if (end == NULL)
            return out;
        span_skip(&context, (size_t)(end - context.data) + 1);
    }
    end = context.size > 0 ? memchr(context.data, ':', context.size) : NULL;
    if (end != NULL)
        context.size = (size_t)(end - context.data);
    return span_string(context, out, size);
}

static const struct fact *label_of(const struct facts *facts, const char *path)
{
    char key[PATH_SIZE + 32];

    (void)snprintf(key, sizeof(key), "probe:label:%s", path);
    return facts_find(facts, key);
}

/* The domain that sshd's half with PAM runs in, as its program's label says. */
static const char *sshd_domain(const struct facts *facts, char *out, size_t size)
{
    const struct fact *label = label_of(facts, ssh_pam_host(facts));
    size_t length;

    type_of(label->state == FACT_KNOWN ? label->value : span_of(""), out, size);
    length = strlen(out);
    if (length > 7 && strcmp(out + length - 7, "_exec_t") == 0)
        memcpy(out + length - 7, "_t", 3);
    return out;
}

static bool has_module(struct span list)
{
    struct span word;

    while (word_next(&list, &word))
        if (span_is(word, MODULE_NAME))
            return true;
    return false;
}

/* The last denial within a week; false if there is none. Seconds stand in "audit(SECONDS.mmm:N)".
 */
static bool recent_denial(const struct evaluation *evaluation, struct span *ret)
{
    const struct fact *denials = facts_find(evaluation->facts, "probe:denials");
    struct span text = denials->value, line;
    bool found = false;

    while (denials->state == FACT_KNOWN && line_next(&text, &line)) {
        struct span rest = span_after(line, "audit(");
        uint64_t seconds = 0;

        if (!number_take(&rest, &seconds) ||
            (seconds <= INT64_MAX && (int64_t)seconds < evaluation->now - RECENT))
            continue;
        *ret = line;
        found = true;
    }
    return found;
}

static void evaluate_policy(const struct evaluation *evaluation, struct finding *ret)
{
    const struct facts *facts = evaluation->facts;
    const struct fact *modules = facts_find(facts, "probe:semodule");
    const struct fact *denials = facts_find(facts, "probe:denials");
    char mode[TYPE_SIZE], domain[TYPE_SIZE], shown[400];
    struct span denial;
    bool is_there;

    if (!is_on(facts, ret, mode, sizeof(mode)) ||
        !finding_needs(ret, modules, CHECK_ERROR, "unreadable",
                       "the policy's modules are not "
                       "listed"))
        return;
    finding_source(ret, "the modules of the policy, %s", SELINUX_AUDIT_LOG);
    sshd_domain(facts, domain, sizeof(domain));
    is_there = has_module(modules->value);
    if (recent_denial(evaluation, &denial))
        finding_set(ret, strcmp(mode, "enforcing") == 0 && !is_there ? CHECK_FAIL : CHECK_WARN,
                    "denials", "%s", text_quote(denial.data, denial.size, shown, sizeof(shown)));
    else if (denials->state == FACT_DENIED || denials->state == FACT_FAILED)
        (void)finding_needs(ret, denials, CHECK_ERROR, "unreadable", "");
    else if (!is_there)
        finding_set(ret, CHECK_WARN, "no_module",
                    "%s; nothing was denied to the gate within a week, but no module "
                    "" MODULE_NAME " makes sure of it",
                    mode);
    else
        finding_set(ret, CHECK_PASS, NULL, MODULE_NAME " is installed%s%s%s",
                    domain[0] != '\0' ? "; sshd runs in " : "", domain,
                    denials->state == FACT_KNOWN ? "; nothing was denied within a week" : "");
}

/* A file and the types that it may have besides those of our module. */
struct labelled {
    const char *path, *types[3];
};

/* False with the finding set. */
static bool check_label(const struct facts *facts, const struct labelled *file, bool ours_wanted,
                        struct finding *ret, unsigned *seen)
{
    const struct fact *label = label_of(facts, file->path);
    char type[TYPE_SIZE];
    bool fits;

    if (label->state == FACT_ABSENT || label->state == FACT_OFFLINE ||
        label->state == FACT_NOT_ASKED)
        return true;
    finding_source(ret, "%s", file->path);
    if (label->state != FACT_KNOWN) {
        (void)finding_needs(ret, label, CHECK_ERROR, "unreadable", "");
        return false;
    }
    (*seen)++;
    type_of(label->value, type, sizeof(type));
    fits = strncmp(type, MODULE_NAME "_", strlen(MODULE_NAME "_")) == 0;
    for (size_t i = 0; i < 3 && file->types[i] != NULL; i++)
        fits = fits || (!ours_wanted && strcmp(type, file->types[i]) == 0);
    if (fits)
        return true;
    finding_source(ret, "%s", file->path);
    finding_set(ret, CHECK_WARN, "differs", "%s is labelled %s", file->path,
                type[0] != '\0' ? type : "with something odd");
    finding_remedy(ret, "Give it the label that the policy has for its place:\n  restorecon -v %s",
                   file->path);
    return false;
}

static void evaluate_labels(const struct evaluation *evaluation, struct finding *ret)
{
    const struct facts *facts = evaluation->facts;
    const struct fact *modules = facts_find(facts, "probe:semodule");
    bool has = modules->state == FACT_KNOWN && has_module(modules->value);
    struct gate_setup setup;
    struct gate_module module;
    char mode[TYPE_SIZE];
    unsigned seen = 0;

    if (!is_on(facts, ret, mode, sizeof(mode)))
        return;
    if (gate_setup_read(facts, &setup, NULL) == TDX_NO_MEMORY) {
        finding_set(ret, CHECK_ERROR, "memory", "out of memory");
        goto done;
    }
    gate_setup_find_module(facts,
                           setup.found.gate != NULL ? setup.found.gate->module : PAM_GATE_MODULE,
                           &module);
    {
        const struct labelled files[] = {
            { module.path, { "lib_t", "textrel_shlib_t", "shlib_t" } },
            { setup.config, { "etc_t", NULL, NULL } },
            { CACHE_FOLDER, { "var_t", NULL, NULL } },
            { GATE_STATE_FOLDER, { "var_run_t", NULL, NULL } },
        };
        const struct labelled helper = { setup.line.helper, { "bin_t", NULL, NULL } };
        bool well = check_label(facts, &helper, has, ret, &seen);

        for (size_t i = 0; well && i < sizeof(files) / sizeof(files[0]); i++)
            well = check_label(facts, &files[i], false, ret, &seen);
        if (well && seen == 0)
            finding_skip(ret, "no_labels", "none of the gate's files has a label to look at");
        else if (well)
            finding_set(ret, CHECK_PASS, NULL, "%u files have the type that belongs there", seen);
    }
done:
    gate_setup_free(&setup);
}

static const struct check checks[] = {
    {
        .id = "selinux.mode",
        .title = "SELinux's mode",
        .severity = SEVERITY_INFO,
        .expected = "worth knowing: enforcing, permissive or disabled",
        .remedy = "Mend what is named in " SELINUX_CONFIG ".",
        .reads = SELINUX_ENFORCE "; for an image " SELINUX_CONFIG,
        .why = "Under enforcing the gate's helper needs a policy module of its own.",
        .requires = { "cpu.tdx_guest" },
        .gives = GIVES(INFO) | GIVES(ERROR),
        .evaluate = evaluate_mode,
    },
    {
        .id = "selinux.policy",
        .title = "SELinux lets sshd ask the gate",
        .severity = SEVERITY_HIGH,
        .expected = "the policy module " MODULE_NAME ", and nothing denied to it within a week",
        .remedy =
            "See what is denied to the gate, make a module of that alone, and load it. Do not "
            "set SELinux to permissive for it:\n"
            "  ausearch -m avc -ts this-week | grep tdx\n"
            "  ausearch -m avc -ts this-week | grep tdx | audit2allow -M " MODULE_NAME "\n"
            "  semodule -i " MODULE_NAME ".pp",
        .reads = "/var/lib/selinux/TYPE/active/modules, " SELINUX_AUDIT_LOG ", the label of sshd",
        .why = "A denial looks like an unreachable device or PCCS: logins fail while the same "
               "command works in a shell.",
        .requires = { "cpu.tdx_guest" },
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL) | GIVES(ERROR) | GIVES(SKIP),
        .evaluate = evaluate_policy,
    },
    {
        .id = "selinux.labels",
        .title = "the gate's files have their SELinux labels",
        .severity = SEVERITY_MEDIUM,
        .expected =
            "types of the module " MODULE_NAME ", or those that the policy has for the place",
        .remedy = "Give them the labels that the policy has for their places:\n"
                  "  restorecon -Rv /etc/tdx-gate /usr/libexec/tdx-gate /var/cache/tdx-gate",
        .reads = "the security.selinux attribute of module, helper, gate.conf, cache, state",
        .why = "A file that was copied keeps the label of where it came from, and sshd's domain "
               "may not read it.",
        .requires = { "cpu.tdx_guest" },
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(ERROR) | GIVES(SKIP),
        .evaluate = evaluate_labels,
    },
};

const struct family selinux_family = {
    .part_of = &gate_family,
    .collect = selinux_collect,
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
