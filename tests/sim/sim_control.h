/* SPDX-License-Identifier: Apache-2.0 */
/* The control socket of a serving tdx-sim: a request is text (a command line, then arguments, one
 * to a line) up to end of file; the answer is "ok" and a newline, then bytes, or "error: " and why.
 */
#ifndef TESTS_SIM_SIM_CONTROL_H
#define TESTS_SIM_SIM_CONTROL_H

#include "core/base/status.h"
#include "core/base/text.h"
#include "tests/sim/sim_server.h"

/* Serves one connection and closes it. For server_accept_loop().
 * Commands: set (NAME=VALUE lines), status, status-all, collateral, anchor, quote HEX, report HEX,
 * stop. */
void sim_control_serve(struct sim_server *server, int connection);

/* Answers one command, for programs that have a world without a server. Returns TDX_OK and appends
 * the answer, or why not. server->stopping is set by "stop". */
enum tdx_status sim_control_answer(struct sim_server *server, const char *request, struct text *out,
                                   struct tdx_error *err) TDX_MUST_CHECK;

/* Asks the tdx-sim that serves at socket_path; appends the answer to out. FILE_UNREADABLE if nobody
 * listens there, USAGE with the answer's words if it says no. */
enum tdx_status sim_control_ask(const char *socket_path, const char *request, struct text *out,
                                struct tdx_error *err) TDX_MUST_CHECK;

#endif
