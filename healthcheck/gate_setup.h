/* SPDX-License-Identifier: Apache-2.0 */
/* How sshd asks the gate on this machine, from the facts: which PAM service, what its account stack
 * makes of the gate, and with which module, helper and gate.conf. Pure; collectors use it too, to
 * know what else to look at. */
#ifndef HEALTHCHECK_GATE_SETUP_H
#define HEALTHCHECK_GATE_SETUP_H

#include <stdbool.h>

#include "core/base/status.h"
#include "healthcheck/collect.h"
#include "healthcheck/facts.h"
#include "healthcheck/pam_stack.h"
#include "healthcheck/ssh_config.h"
#include "pam_tdx/gate_conf.h"

/* probe:gate_conf: the path given with --gate-conf, which stands before what PAM says. */
struct gate_setup {
    char service[SSH_SERVICE_SIZE]; /* the PAM service that sshd uses: "sshd" */
    struct pam_stack stack;
    struct pam_judgement found;
    const char *config;    /* gate.conf's path */
    struct gate_line line; /* the gate's arguments; the defaults where no line asks it */
    char arguments[PAM_LINE_SIZE];
};

/* Of a setup that is read for another PAM service than sshd's. */
enum tdx_status gate_setup_read_service(const struct facts *facts, const char *service,
                                        struct gate_setup *ret, struct tdx_error *err)
    TDX_MUST_CHECK;

/* Returns as pam_stack_read() and pam_stack_judge(); whatever it returns, *ret is to be freed, and
 * config and line are valid. */
enum tdx_status gate_setup_read(const struct facts *facts, struct gate_setup *ret,
                                struct tdx_error *err) TDX_MUST_CHECK;
void gate_setup_free(struct gate_setup *setup);

/* Where a module named without a folder lies, from the stat: facts of gate_setup_collect_module().
 */
struct gate_module {
    const char *folder; /* libpam's, where the distribution's own modules are; NULL: not found */
    const char *other;  /* another one that has the module; NULL: none */
    char path[512];     /* the file that libpam loads; "" if it is not there */
};
void gate_setup_find_module(const struct facts *facts, const char *module, struct gate_module *ret);
/* The program: facts (program.h) of all places where it may lie. */
void gate_setup_collect_module(const struct collector *collector, const char *module);

/* The files of a PAM service's account stack as facts, those that includes name too. */
void gate_setup_collect_stack(const struct collector *collector, const char *service);

/* gate.conf of the setup and the line's arguments over it, parsed from the facts. *ret is to be
 * freed in every case, and holds what could be read. Returns TDX_OK; FILE_MISSING, FILE_UNREADABLE
 * (the fact's reason in err), or what gate_conf_parse() does. */
enum tdx_status gate_setup_conf(const struct facts *facts, const struct gate_setup *setup,
                                struct gate_conf *ret, struct tdx_error *err) TDX_MUST_CHECK;

/* True if a login through sshd that the gate refuses is refused: it is asked, its answer counts,
 * and the mode is not warn. What cannot be read counts as the strict mode. exempt_group: "" for
 * none. */
bool gate_setup_enforces(const struct facts *facts, char exempt_group[static GATE_GROUP_SIZE])
    TDX_MUST_CHECK;

#endif
