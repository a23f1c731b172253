/* SPDX-License-Identifier: Apache-2.0 */
/* The PCCS on loopback: HTTPS with a CA of its own, plain HTTP beside it for clients that follow a
 * redirect they should not, and every kind of misbehaviour (knobs pccs, tls, ...). */
#ifndef TESTS_SIM_SIM_HTTPS_H
#define TESTS_SIM_SIM_HTTPS_H

#include "core/base/status.h"
#include "core/base/text.h"
#include "tests/sim/sim_server.h"

struct sim_https;

/* Listens on 127.0.0.1, and ::1 where there is IPv6 (port 0: any), and starts to serve.
 * requests_path: a file to which the line of each request is appended. Returns TDX_OK and *ret, or
 * FILE_UNREADABLE (the port), CRYPTO_FAILED. */
enum tdx_status sim_https_start(struct sim_server *server, unsigned short port,
                                const char *requests_path, struct sim_https **ret,
                                struct tdx_error *err) TDX_MUST_CHECK;

/* Waits for its threads; the server must be stopping. NULL is fine. */
void sim_https_finish(struct sim_https *https);

/* Appends "https://localhost:PORT", and the certificate of its CA as PEM. */
void sim_https_url(const struct sim_https *https, struct text *out);
void sim_https_ca(const struct sim_https *https, struct text *out);

#endif
