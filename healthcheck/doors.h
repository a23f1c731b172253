/* SPDX-License-Identifier: Apache-2.0 */
/* Who listens on TCP.
 *     probe:listeners    "tcp ADDRESS:PORT PROGRAM", one to a line: "tcp 0.0.0.0:22 sshd",
 *                        "tcp [::]:9090 systemd"; "?" for a program that this user may not know */
#ifndef HEALTHCHECK_DOORS_H
#define HEALTHCHECK_DOORS_H

#include "core/base/bytes.h"
#include "core/base/text.h"
#include "healthcheck/collect.h"

#define LISTENERS_MAX 256

struct listener {
    char address[64]; /* "0.0.0.0:22", "[::]:22" */
    uint64_t inode;   /* of the socket */
};

/* The sockets that listen, from the text of /proc/net/tcp or tcp6 (proc(5)): adds to the *count
 * that list has, which holds LISTENERS_MAX. Lines that make no sense are left out. */
void listeners_parse(struct span text, struct listener *list, size_t *count);

/* Sets probe:listeners, and file:/proc/net/tcp and tcp6 where the machine runs. */
void doors_collect_listeners(const struct collector *collector);

#endif
