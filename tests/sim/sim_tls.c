/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_tls.h"

#include <openssl/evp.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/sim/sim_der.h"
#include "tests/sim/sim_pki.h"

#define CA_NAME       "tdx-sim PCCS CA"
#define DAY           INT64_C(86400)
#define IO_TIMEOUT_MS 30000

bool sim_tls_keys_make(const char *seed, struct sim_tls_keys *ret)
{
    static const char *const names[] = { "pccs ca", "pccs server", "pccs other ca" };

    memset(ret, 0, sizeof(*ret));
    for (size_t i = 0; i < TLS_KEY_COUNT; i++)
        if (!sim_key_make(seed, names[i], SIM_P256, &ret->key[i])) {
            sim_tls_keys_clear(ret);
            return false;
        }
    return true;
}

void sim_tls_keys_clear(struct sim_tls_keys *keys)
{
    for (size_t i = 0; i < TLS_KEY_COUNT; i++)
        sim_key_clear(&keys->key[i]);
}

/* Clients hold TLS certificates against the real clock, not the simulated one. */
static struct sim_certificate ca_certificate(const struct sim_key *key)
{
    struct sim_certificate ca = {
        .common_name = CA_NAME,
        .issuer_name = CA_NAME,
        .only_common_name = true,
        .not_before = time(NULL) - DAY,
        .not_after = time(NULL) + 30 * DAY,
        .key = key,
        .issuer = key,
        .ca = true,
        .path_length = 0,
        .usage = SIM_USAGE_ISSUE,
        .extensions = SIM_EXT_AKI | SIM_EXT_SKI | SIM_EXT_KU | SIM_EXT_BC,
    };

    sim_key_id(key, ca.serial);
    return ca;
}

void sim_tls_ca_pem(const struct sim_tls_keys *keys, struct text *out)
{
    struct sim_certificate ca = ca_certificate(&keys->key[TLS_KEY_CA]);
    struct text der = { 0 };

    sim_certificate_make(&ca, &der);
    sim_pem(out, "CERTIFICATE", &der);
    text_free(&der);
}

static void add_server_certificate(const struct sim_tls_keys *keys, enum sim_tls form,
                                   struct text *out)
{
    struct sim_certificate server = ca_certificate(&keys->key[TLS_KEY_CA]);

    server.common_name = "localhost";
    server.dns_name = "localhost";
    server.key = &keys->key[TLS_KEY_SERVER];
    server.ca = false;
    server.usage = 0x80; /* digitalSignature */
    sim_key_id(server.key, server.serial);
    server.serial[19] ^= (uint8_t)form;
    if (form == SIM_TLS_WRONG_NAME) {
        server.common_name = server.dns_name = "pccs.example";
        server.no_addresses = true;
    } else if (form == SIM_TLS_EXPIRED) {
        server.not_before -= 30 * DAY;
        server.not_after = time(NULL) - 3600;
    } else if (form == SIM_TLS_SELF_SIGNED) {
        server.issuer_name = "localhost";
        server.issuer = server.key;
    } else if (form == SIM_TLS_UNTRUSTED) {
        server.issuer = &keys->key[TLS_KEY_OTHER_CA];
    }
    sim_certificate_make(&server, out);
}

static SSL_CTX *new_context(const struct sim_tls_keys *keys, enum sim_tls form)
{
    struct text certificate = { 0 }, secret = { 0 };
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    EVP_PKEY *key = NULL;
    const unsigned char *at;
    bool ok = false;

    add_server_certificate(keys, form, &certificate);
    sim_key_private_der(&secret, &keys->key[TLS_KEY_SERVER]);
    if (context == NULL || !text_ok(&certificate) || !text_ok(&secret))
        goto done;
    at = (const unsigned char *)secret.data;
    key = d2i_AutoPrivateKey(NULL, &at, (long)secret.length);
    ok = key != NULL && SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_use_certificate_ASN1(context, (int)certificate.length,
                                      (const unsigned char *)certificate.data) == 1 &&
         SSL_CTX_use_PrivateKey(context, key) == 1;
done:
    EVP_PKEY_free(key);
    text_free(&certificate);
    text_free(&secret);
    if (ok)
        return context;
    SSL_CTX_free(context);
    return NULL;
}

/* After a call on a non-blocking connection: true if it is worth calling again. */
static bool wait_for_more(struct sim_channel *channel, int result)
{
    int error = SSL_get_error(channel->ssl, result);

    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
        return false;
    return server_wait_fd(channel->server, channel->fd,
                          error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, IO_TIMEOUT_MS);
}

bool sim_channel_open(struct sim_server *server, const struct sim_tls_keys *keys, enum sim_tls form,
                      int fd, struct sim_channel *ret)
{
    struct sim_channel channel = { server, fd, NULL };
    SSL_CTX *context = new_context(keys, form);
    int result = -1;

    if (context != NULL)
        channel.ssl = SSL_new(context); /* takes a reference */
    SSL_CTX_free(context);
    if (channel.ssl == NULL || SSL_set_fd(channel.ssl, fd) != 1) {
        SSL_free(channel.ssl);
        return false;
    }
    do
        result = SSL_accept(channel.ssl);
    while (result != 1 && wait_for_more(&channel, result));
    if (result != 1) {
        SSL_free(channel.ssl);
        return false;
    }
    *ret = channel;
    return true;
}

void sim_channel_close(struct sim_channel *channel, bool orderly)
{
    if (channel->ssl != NULL) {
        if (orderly)
            (void)SSL_shutdown(channel->ssl);
        SSL_free(channel->ssl);
    }
    (void)close(channel->fd);
}

size_t sim_channel_read(struct sim_channel *channel, void *data, size_t size)
{
    int result;

    if (channel->ssl == NULL)
        return server_read_some(channel->server, channel->fd, data, size);
    do
        result = SSL_read(channel->ssl, data, (int)size);
    while (result <= 0 && wait_for_more(channel, result));
    return result > 0 ? (size_t)result : 0;
}

bool sim_channel_write(struct sim_channel *channel, const void *data, size_t size)
{
    const char *at = data;

    if (channel->ssl == NULL)
        return server_write(channel->server, channel->fd, data, size);
    while (size > 0) {
        int part = size < 16384 ? (int)size : 16384;
        int result = SSL_write(channel->ssl, at, part);

        if (result > 0) {
            at += result;
            size -= (size_t)result;
        } else if (!wait_for_more(channel, result)) {
            return false;
        }
    }
    return true;
}
