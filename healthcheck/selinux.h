/* SPDX-License-Identifier: Apache-2.0 */
/* SELinux among the facts:
 *     file:/etc/selinux/config
 *     probe:getenforce    "Enforcing", "Permissive" or "Disabled", as the program of that name says
 *     probe:semodule      the modules in the policy's store, one to a line, as "semodule -l" has
 * them probe:denials       the last lines of the audit log that tell of a denial and name tdx
 *     probe:label:PATH    the context of the gate's files, and of sshd's program */
#ifndef HEALTHCHECK_SELINUX_H
#define HEALTHCHECK_SELINUX_H

#include "healthcheck/collect.h"

#define SELINUX_CONFIG    "/etc/selinux/config"
#define SELINUX_ENFORCE   "/sys/fs/selinux/enforce"
#define SELINUX_AUDIT_LOG "/var/log/audit/audit.log"

void selinux_collect(const struct collector *collector);

#endif
