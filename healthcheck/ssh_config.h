/* SPDX-License-Identifier: Apache-2.0 */
/* What sshd_config says about PAM, read as sshd reads it: the first value of a keyword counts,
 * Include is followed where it stands, what stands behind Match counts for some logins only. Pure:
 * the files are facts (file: and, for the patterns of Include, list:).
 * Source: OpenSSH's servconf.c, 8.0 to 10; notes on PAM and OpenSSH, B.1 and B.2. */
#ifndef HEALTHCHECK_SSH_CONFIG_H
#define HEALTHCHECK_SSH_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/status.h"
#include "healthcheck/collect.h"
#include "healthcheck/facts.h"

#define SSH_CONFIG        "/etc/ssh/sshd_config"
#define SSH_CONFIG_VENDOR "/usr/etc/ssh/sshd_config"
#define SSH_SERVICE_SIZE  64
#define SSH_SERVICES_MAX  32
#define SSH_DEPTH_MAX     16 /* of includes, as sshd has it */
#define SSH_FILES_MAX     1024

enum ssh_flag { SSH_UNSET, SSH_NO, SSH_YES };

struct ssh_place {
    char file[256];
    unsigned line; /* 0: it stands nowhere */
};

struct ssh_config {
    enum ssh_flag use_pam;
    struct ssh_place use_pam_at;
    struct ssh_place use_pam_in_match; /* sshd does not start with it */
    /* The PAM services: [0] is for every login ("" unless it is set), the others stand behind
     * Match. */
    struct {
        char name[SSH_SERVICE_SIZE];
        struct ssh_place at;
    } service[SSH_SERVICES_MAX];
    size_t service_count;
    /* A fact that nobody collected: "file:PATH" or "list:PATH"; "" if there is none. */
    char wanted[300];
};

/* Returns TDX_OK and fills *ret, or FILE_MISSING (there is no sshd_config), FILE_UNREADABLE (or not
 * collected: ret->wanted says which), CONF_SYNTAX, CONF_BAD_VALUE, with the place in err. */
enum tdx_status ssh_config_read(const struct facts *facts, struct ssh_config *ret,
                                struct tdx_error *err) TDX_MUST_CHECK;

/* The value of a keyword, in lower case as sshd -T prints it, in what it printed; "" if it has
 * none. Returns out. */
const char *ssh_said(struct span text, const char *keyword, char *out, size_t size);

/* The PAM service of a login that no Match is for: from probe:sshd_T or the files, else "sshd". */
void ssh_config_service(const struct facts *facts, char out[static SSH_SERVICE_SIZE]);

/* All files that this takes. */
void ssh_config_collect(const struct collector *collector);

#endif
