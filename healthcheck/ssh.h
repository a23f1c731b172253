/* SPDX-License-Identifier: Apache-2.0 */
/* What other parts need to know about sshd. */
#ifndef HEALTHCHECK_SSH_H
#define HEALTHCHECK_SSH_H

#include "healthcheck/facts.h"

/* The program of sshd's that speaks PAM: from 9.8 on it is one of its own. */
const char *ssh_pam_host(const struct facts *facts);

#endif
