/* SPDX-License-Identifier: Apache-2.0 */
/* A Quote Generation Service: the messages of DCAP's qgs_msg_lib on a unix socket. */
#ifndef TESTS_SIM_SIM_QGS_H
#define TESTS_SIM_SIM_QGS_H

#include "core/base/bytes.h"
#include "core/base/text.h"
#include "tests/sim/sim_server.h"

/* Answers one framed request (4 bytes of length, big-endian, then the message). Appends the framed
 * answer: a quote, or an error answer. False where a real QGS gives no answer at all. */
bool sim_qgs_framed(struct sim_server *server, struct span request, struct text *out);

/* Serves one connection and closes it. For server_accept_loop(). */
void sim_qgs_serve(struct sim_server *server, int connection);

#endif
