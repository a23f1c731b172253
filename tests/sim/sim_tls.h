/* SPDX-License-Identifier: Apache-2.0 */
/* The TLS side of the PCCS: a CA and server certificates, right and wrong, and connections that may
 * be TLS or plain. */
#ifndef TESTS_SIM_SIM_TLS_H
#define TESTS_SIM_SIM_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/base/text.h"
#include "tests/sim/sim_server.h"

enum { TLS_KEY_CA, TLS_KEY_SERVER, TLS_KEY_OTHER_CA, TLS_KEY_COUNT };

struct sim_tls_keys {
    struct sim_key key[TLS_KEY_COUNT];
};

/* Returns false if OpenSSL fails. Release with sim_tls_keys_clear(). */
bool sim_tls_keys_make(const char *seed, struct sim_tls_keys *ret);
void sim_tls_keys_clear(struct sim_tls_keys *keys);

/* Appends the CA's certificate as PEM: what clients of the PCCS are told to trust. */
void sim_tls_ca_pem(const struct sim_tls_keys *keys, struct text *out);

/* One connection; ssl is NULL where it is plain. */
struct sim_channel {
    struct sim_server *server;
    int fd;
    SSL *ssl;
};

/* Shakes hands as the server that form says. Returns false if the client does not want to. */
bool sim_channel_open(struct sim_server *server, const struct sim_tls_keys *keys, enum sim_tls form,
                      int fd, struct sim_channel *ret);
/* orderly: with the TLS alert that says there is no more. */
void sim_channel_close(struct sim_channel *channel, bool orderly);

/* Some bytes: their number, or 0 at the end, after 30 seconds, or when the server stops. */
size_t sim_channel_read(struct sim_channel *channel, void *data, size_t size);
bool sim_channel_write(struct sim_channel *channel, const void *data, size_t size);

#endif
