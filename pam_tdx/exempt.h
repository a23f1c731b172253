/* SPDX-License-Identifier: Apache-2.0 */
/* Membership of the group that the gate lets pass, from /etc/passwd and /etc/group only: a name
 * service over the network could block the way in that this is for. */
#ifndef PAM_TDX_EXEMPT_H
#define PAM_TDX_EXEMPT_H

#include <stdbool.h>

#include "core/base/status.h"

/* True if group is the primary group of user or lists it as a member. False for a user or group
 * that the two files do not have, and when they cannot be read. */
bool exempt_is_member(const char *user, const char *group) TDX_MUST_CHECK;

#endif
