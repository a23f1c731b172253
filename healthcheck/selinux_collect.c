/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "core/base/span_text.h"
#include "core/collateral/cache.h"
#include "healthcheck/gate_setup.h"
#include "healthcheck/selinux.h"
#include "healthcheck/ssh.h"
#include "pam_tdx/gate_state.h"

#define AUDIT_LIMIT  ((size_t)64 << 20)
#define DENIALS_KEPT 64U
#define NAMES_LIMIT  2048U
#define PATH_SIZE    512
#define TYPE_SIZE    128

/* probe:getenforce: "Enforcing", "Permissive" or "Disabled", as the program of that name says. */
static void collect_mode(const struct collector *collector)
{
    const struct fact *enforce;
    const char *word;

    if (collect_probe_file(collector, "getenforce", "getenforce"))
        return;
    collect_file(collector, SELINUX_ENFORCE);
    enforce = facts_find(collector->facts, "file:" SELINUX_ENFORCE);
    if (enforce->state != FACT_KNOWN && enforce->state != FACT_ABSENT) {
        facts_set_state(collector->facts, "probe:getenforce", enforce->state, enforce->why);
        return;
    }
    word = enforce->state == FACT_ABSENT             ? "Disabled"
           : span_is(span_trim(enforce->value), "0") ? "Permissive"
                                                     : "Enforcing";
    facts_set(collector->facts, "probe:getenforce", span_of(word));
}

/* probe:semodule: the names of the modules in the policy's store, one to a line, as "semodule -l"
 * lists them; from the store itself, so that it works for an image, too. */
static void collect_modules(const struct collector *collector)
{
    const struct fact *config = facts_find(collector->facts, "file:" SELINUX_CONFIG);
    struct root_names priorities = { 0 };
    struct text names = { 0 };
    struct tdx_error err = { 0 };
    char type[TYPE_SIZE] = "", folder[PATH_SIZE], path[PATH_SIZE + 300];
    enum tdx_status status;

    if (collect_probe_file(collector, "semodule", "semodule.txt"))
        return;
    if (config->state == FACT_KNOWN)
        os_release_value(config->value, "SELINUXTYPE", type, sizeof(type));
    if (type[0] == '\0' || strchr(type, '/') != NULL)
        (void)snprintf(type, sizeof(type), "targeted");
    (void)snprintf(folder, sizeof(folder), "/var/lib/selinux/%s/active/modules", type);
    status = root_list_folder(collector->root, folder, NAMES_LIMIT, &priorities, &err);
    for (size_t i = 0; status == TDX_OK && i < priorities.count; i++) {
        struct root_names modules = { 0 };

        (void)snprintf(path, sizeof(path), "%s/%s", folder, priorities.names[i]);
        /* Beside the priorities lies a folder of what is switched off. */
        if (strspn(priorities.names[i], "0123456789") != strlen(priorities.names[i]))
            continue;
        status = root_list_folder(collector->root, path, NAMES_LIMIT, &modules, &err);
        for (size_t k = 0; status == TDX_OK && k < modules.count; k++)
            text_addf(&names, "%s\n", modules.names[k]);
        root_names_free(&modules);
    }
    if (status == TDX_OK)
        facts_set(collector->facts, "probe:semodule", text_span(&names));
    else
        collect_failure(collector, "probe:semodule", status, &err);
    root_names_free(&priorities);
    text_free(&names);
}

/* probe:denials: the lines of the audit log that tell of a denial and name tdx; the last of them.
 */
static void collect_denials(const struct collector *collector)
{
    struct file_content log = { 0 };
    struct text lines = { 0 };
    struct tdx_error err = { 0 };
    struct span text, line, kept[DENIALS_KEPT];
    size_t count = 0;
    enum tdx_status status;

    if (!collector->live) {
        facts_set_state(collector->facts, "probe:denials", FACT_OFFLINE, NULL);
        return;
    }
    status = root_read_file(collector->root, SELINUX_AUDIT_LOG, AUDIT_LIMIT, &log, &err);
    if (status != TDX_OK) {
        collect_failure(collector, "probe:denials", status, &err);
        return;
    }
    for (text = file_content_span(&log); line_next(&text, &line);)
        if (span_contains(line, "avc:") && span_contains(line, "denied") &&
            span_contains(line, "tdx"))
            kept[count++ % DENIALS_KEPT] = line;
    for (size_t i = count > DENIALS_KEPT ? count - DENIALS_KEPT : 0; i < count; i++) {
        text_add_n(&lines, (const char *)kept[i % DENIALS_KEPT].data, kept[i % DENIALS_KEPT].size);
        text_add_char(&lines, '\n');
    }
    facts_set(collector->facts, "probe:denials", text_span(&lines));
    text_free(&lines);
    file_content_free(&log);
}

/* probe:label:PATH: the SELinux context. A recording has it in .probe/labels/PATH. */
static void collect_label(const struct collector *collector, const char *path)
{
    struct text label = { 0 };
    struct tdx_error err = { 0 };
    char key[PATH_SIZE + 32], file[PATH_SIZE + 32];
    enum tdx_status status;

    /* The files of a recording have no labels of their own. */
    (void)snprintf(key, sizeof(key), "label:%s", path);
    (void)snprintf(file, sizeof(file), "labels%s", path);
    if (collect_probe_file(collector, key, file))
        return;
    status = root_read_attribute(collector->root, path, "security.selinux", &label, &err);
    if (status == TDX_OK) {
        collect_probe(collector, key, status, &err, text_span(&label));
    } else {
        (void)snprintf(key, sizeof(key), "probe:label:%s", path);
        collect_failure(collector, key, status, &err);
    }
    text_free(&label);
}

void selinux_collect(const struct collector *collector)
{
    struct gate_setup setup;
    struct gate_module module;

    collect_file(collector, SELINUX_CONFIG);
    collect_mode(collector);
    collect_modules(collector);
    collect_denials(collector);
    collect_label(collector, ssh_pam_host(collector->facts));
    if (gate_setup_read(collector->facts, &setup, NULL) != TDX_NO_MEMORY) {
        gate_setup_find_module(collector->facts,
                               setup.found.gate != NULL ? setup.found.gate->module
                                                        : PAM_GATE_MODULE,
                               &module);
        collect_label(collector, module.path[0] != '\0' ? module.path : "/");
        collect_label(collector, setup.line.helper);
        collect_label(collector, setup.config);
        collect_label(collector, CACHE_FOLDER);
        collect_label(collector, GATE_STATE_FOLDER);
    }
    gate_setup_free(&setup);
}
