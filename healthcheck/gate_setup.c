/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/gate_setup.h"

#include <stdio.h>
#include <string.h>

#include "healthcheck/program.h"

#define WANTED_AT_MOST 64 /* files that includes may name outside the usual folders */
#define KEY_SIZE       512

/* Where libpam of some distribution looks for modules; the folder that has the distribution's own
 * is the one. */
static const char *const module_folders[] = {
    TDX_PAMDIR,
    "/usr/lib64/security",
    "/lib64/security",
    "/usr/lib/x86_64-linux-gnu/security",
    "/lib/x86_64-linux-gnu/security",
    "/usr/lib/security",
    "/lib/security",
    "/usr/lib/pam",
};
#define FOLDERS         (sizeof(module_folders) / sizeof(module_folders[0]))
#define MODULE_OF_LINUX "pam_permit.so" /* every Linux-PAM has it */

/* Takes the gate's arguments apart as libpam does. */
static void read_line(struct gate_setup *setup)
{
    const char *words[GATE_ARGUMENTS_LIMIT + 4]; /* config=, helper=, and one that is too many */
    char *rest = setup->arguments, *word;
    int count = 0;

    setup->arguments[0] = '\0';
    if (setup->found.gate != NULL)
        (void)snprintf(setup->arguments, sizeof(setup->arguments), "%s",
                       setup->found.gate->arguments);
    while (count < (int)(sizeof(words) / sizeof(words[0])) &&
           (word = pam_token_next(&rest, NULL)) != NULL)
        words[count++] = word;
    gate_line_read(count, words, &setup->line);
}

enum tdx_status gate_setup_read_service(const struct facts *facts, const char *service,
                                        struct gate_setup *ret, struct tdx_error *err)
{
    const struct fact *option = facts_find(facts, "probe:gate_conf");
    enum tdx_status status;

    *ret = (struct gate_setup){ 0 };
    (void)snprintf(ret->service, sizeof(ret->service), "%s", service);
    status = pam_stack_read(facts, ret->service, PAM_TYPE_ACCOUNT, &ret->stack, err);
    if (status == TDX_OK)
        status = pam_stack_judge(&ret->stack, &ret->found, err);
    if (status != TDX_OK)
        ret->found = (struct pam_judgement){ 0 };
    read_line(ret);
    ret->config = option->state == FACT_KNOWN ? (const char *)option->value.data : ret->line.config;
    return status;
}

enum tdx_status gate_setup_read(const struct facts *facts, struct gate_setup *ret,
                                struct tdx_error *err)
{
    char service[SSH_SERVICE_SIZE];

    ssh_config_service(facts, service);
    return gate_setup_read_service(facts, service, ret, err);
}

void gate_setup_free(struct gate_setup *setup)
{
    pam_stack_free(&setup->stack);
}

void gate_setup_collect_stack(const struct collector *collector, const char *service)
{
    for (unsigned i = 0; i < WANTED_AT_MOST; i++) {
        struct pam_stack stack = { 0 };
        struct tdx_error err = { 0 };
        char wanted[sizeof(stack.wanted)];
        enum tdx_status status =
            pam_stack_read(collector->facts, service, PAM_TYPE_ACCOUNT, &stack, &err);

        (void)snprintf(wanted, sizeof(wanted), "%s", stack.wanted);
        pam_stack_free(&stack);
        if (status == TDX_OK || wanted[0] == '\0')
            break;
        collect_file(collector, wanted);
    }
}

static enum tdx_status read_conf(const struct facts *facts, const char *path, struct gate_conf *ret,
                                 struct tdx_error *err)
{
    char key[512];
    const struct fact *file;

    (void)snprintf(key, sizeof(key), "file:%s", path);
    file = facts_find(facts, key);
    if (file->state == FACT_ABSENT)
        return status_fail(err, TDX_FILE_MISSING, "%s", path);
    if (file->state != FACT_KNOWN)
        return status_fail(err, TDX_FILE_UNREADABLE, "%s", file->why != NULL ? file->why : path);
    return gate_conf_parse(path, file->value, ret, err);
}

enum tdx_status gate_setup_conf(const struct facts *facts, const struct gate_setup *setup,
                                struct gate_conf *ret, struct tdx_error *err)
{
    enum tdx_status status, words;

    *ret = (struct gate_conf){ 0 };
    status = read_conf(facts, setup->config, ret, err);
    words = gate_conf_take_words(setup->line.words, setup->line.word_count, ret, err);
    return status != TDX_OK ? status : words;
}

bool gate_setup_enforces(const struct facts *facts, char exempt_group[static GATE_GROUP_SIZE])
{
    struct gate_setup setup;
    struct gate_conf conf = { 0 };
    enum tdx_status status = gate_setup_read(facts, &setup, NULL);
    bool enforces =
        status != TDX_OK || (setup.found.gate != NULL && setup.found.overruled_at == NULL);

    /* As the module does: a line that is wrong does not hide what the others say. */
    if (gate_setup_conf(facts, &setup, &conf, NULL) == TDX_NO_MEMORY)
        conf.settings.mode = GATE_MODE_ENFORCE;
    memcpy(exempt_group, conf.settings.exempt_group, GATE_GROUP_SIZE);
    enforces = enforces && conf.settings.mode != GATE_MODE_WARN;
    gate_conf_free(&conf);
    gate_setup_free(&setup);
    return enforces;
}

void gate_setup_collect_module(const struct collector *collector, const char *module)
{
    static const char *const entries[] = { "pam_sm_acct_mgmt", NULL };
    char path[KEY_SIZE];

    if (module[0] == '/') {
        program_collect(collector, module, entries);
        return;
    }
    for (size_t i = 0; i < FOLDERS; i++) {
        (void)snprintf(path, sizeof(path), "%s/" MODULE_OF_LINUX, module_folders[i]);
        collect_stat(collector, path);
        if (snprintf(path, sizeof(path), "%s/%s", module_folders[i], module) < (int)sizeof(path))
            program_collect(collector, path, entries);
    }
}

static bool is_there(const struct facts *facts, const char *folder, const char *module)
{
    char key[KEY_SIZE];

    (void)snprintf(key, sizeof(key), "stat:%s/%s", folder, module);
    return facts_find(facts, key)->state == FACT_KNOWN;
}

void gate_setup_find_module(const struct facts *facts, const char *module, struct gate_module *ret)
{
    *ret = (struct gate_module){ 0 };
    if (module[0] == '/') {
        (void)snprintf(ret->path, sizeof(ret->path), "%s", module);
        return;
    }
    for (size_t i = 0; i < FOLDERS; i++) {
        if (ret->folder == NULL && is_there(facts, module_folders[i], MODULE_OF_LINUX))
            ret->folder = module_folders[i];
        if (ret->other == NULL && is_there(facts, module_folders[i], module))
            ret->other = module_folders[i];
    }
    if (ret->folder != NULL && is_there(facts, ret->folder, module))
        (void)snprintf(ret->path, sizeof(ret->path), "%s/%s", ret->folder, module);
}
