/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_https.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/files.h"
#include "tests/sim/sim_der.h"
#include "tests/sim/sim_exchange.h"

#define REQUEST_LIMIT 16384

enum { LISTENER_HTTPS, LISTENER_HTTPS_V6, LISTENER_HTTP, LISTENER_COUNT };

struct sim_https {
    struct sim_server *server;
    struct sim_tls_keys keys;
    struct {
        int fd;
        unsigned short port;
        pthread_t thread;
        bool running;
        void (*serve)(struct sim_server *server, int connection);
    } listener[LISTENER_COUNT];
    int requests; /* the log of request lines */
};

/* Whether the fault strikes this request; counts if it does. Under the lock. */
static bool strikes(struct sim_server *server, enum sim_pccs_kind kind)
{
    const struct sim_faults *faults = &server->world->faults;

    if (server->struck_change != server->world->changes) {
        server->struck_change = server->world->changes;
        server->pccs_struck = 0;
    }
    if (faults->pccs == SIM_PCCS_GOOD ||
        (faults->pccs_only[0] != '\0' &&
         strcmp(faults->pccs_only, sim_pccs_kind_word(kind)) != 0) ||
        (faults->pccs_times > 0 && server->pccs_struck >= faults->pccs_times))
        return false;
    server->pccs_struck++;
    return true;
}

/* A redirected request comes back below /moved, or without TLS: nothing strikes there. */
static void answer_request(struct exchange *exchange)
{
    struct sim_server *server = exchange->channel.server;
    struct sim_pccs_answer answer = { 0 };
    bool moved = strncmp(exchange->target, "/moved/", 7) == 0;
    bool strike = !moved && exchange->channel.ssl != NULL;
    const char *target = exchange->target + (moved ? strlen("/moved") : 0);

    (void)pthread_mutex_lock(&server->lock);
    strike = strike && strikes(server, sim_pccs_kind(target));
    exchange->faults = server->world->faults;
    exchange->fault = strike ? exchange->faults.pccs : SIM_PCCS_GOOD;
    sim_pccs_answer(server->world, target, strike, &answer);
    (void)pthread_mutex_unlock(&server->lock);
    atomic_fetch_add(&server->requests, 1);
    if (server_wait(server, exchange->faults.pccs_delay_ms, NULL) && text_ok(&answer.body) &&
        text_ok(&answer.headers))
        exchange_send(exchange, &answer);
    else
        exchange->keep_open = false;
    sim_pccs_answer_clear(&answer);
}

/* The head of the next request, up to and without the empty line; false at the end. */
static bool read_head(struct sim_channel *channel, struct text *head)
{
    char *end = NULL;

    text_clear(head);
    while (end == NULL) {
        char byte;

        if (head->length >= REQUEST_LIMIT || sim_channel_read(channel, &byte, 1) != 1)
            return false;
        text_add_char(head, byte);
        if (!text_ok(head))
            return false;
        end = head->length >= 4 ? strstr(head->data + head->length - 4, "\r\n\r\n") : NULL;
    }
    return true;
}

static void log_request(const struct sim_https *https, bool tls, const char *target)
{
    struct text line = { 0 };

    text_addf(&line, "%s %s\n", tls ? "https" : "http", target);
    /* A full disk only costs the line. */
    if (text_ok(&line) && write(https->requests, line.data, line.length) < 0)
        errno = 0;
    text_free(&line);
}

/* Requests of one connection, one after the other. */
static void serve_channel(struct sim_https *https, struct sim_channel *channel)
{
    struct exchange exchange = {
        .channel = *channel,
        .https_port = https->listener[LISTENER_HTTPS].port,
        .http_port = https->listener[LISTENER_HTTP].port,
        .keep_open = true,
    };
    struct text head = { 0 };

    while (exchange.keep_open && read_head(channel, &head)) {
        char *target = strchr(head.data, ' '), *end;

        if (target == NULL || strncmp(head.data, "GET ", 4) != 0) {
            exchange.keep_open = false;
            exchange_send_error(&exchange, 405, "Allow: GET\r\n");
            break;
        }
        target++;
        end = strpbrk(target, " \r");
        if (end != NULL)
            *end = '\0';
        exchange.target = target;
        log_request(https, channel->ssl != NULL, target);
        answer_request(&exchange);
    }
    sim_channel_close(channel, exchange.fault != SIM_PCCS_CUT && exchange.fault != SIM_PCCS_CLOSE);
    text_free(&head);
}

static void serve_tls(struct sim_server *server, int connection)
{
    struct sim_faults faults = server_faults(server);
    struct sim_channel channel;

    if (sim_channel_open(server, &server->https->keys, faults.tls, connection, &channel))
        serve_channel(server->https, &channel);
    else
        (void)close(connection);
}

static void serve_plain(struct sim_server *server, int connection)
{
    struct sim_channel channel = { server, connection, NULL };

    serve_channel(server->https, &channel);
}

static bool listen_on(struct sim_https *https, size_t which, const struct sockaddr *address,
                      socklen_t size)
{
    int one = 1, fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    https->listener[which].fd = fd;
    return fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0 &&
           bind(fd, address, size) == 0 && listen(fd, 64) == 0;
}

static bool listen_on_v4(struct sim_https *https, size_t which, unsigned short port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
    socklen_t size = sizeof(address);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!listen_on(https, which, (struct sockaddr *)&address, size) ||
        getsockname(https->listener[which].fd, (struct sockaddr *)&address, &size) != 0)
        return false;
    https->listener[which].port = ntohs(address.sin_port);
    return true;
}

/* The same port on ::1, where this machine has IPv6. */
static void listen_on_v6(struct sim_https *https, size_t which, unsigned short port)
{
    struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

    address.sin6_addr = in6addr_loopback;
    if (listen_on(https, which, (struct sockaddr *)&address, sizeof(address)))
        https->listener[which].port = port;
}

struct run {
    struct sim_https *https;
    size_t which;
};

static void *run_listener(void *argument)
{
    struct run run = *(struct run *)argument;

    free(argument);
    server_accept_loop(run.https->server, run.https->listener[run.which].fd,
                       run.https->listener[run.which].serve);
    return NULL;
}

static bool start_listener(struct sim_https *https, size_t which,
                           void (*serve)(struct sim_server *server, int connection))
{
    struct run *run = malloc(sizeof(*run));

    if (run == NULL)
        return false;
    *run = (struct run){ https, which };
    https->listener[which].serve = serve;
    if (pthread_create(&https->listener[which].thread, NULL, run_listener, run) != 0) {
        free(run);
        return false;
    }
    https->listener[which].running = true;
    return true;
}

static bool start_all(struct sim_https *https)
{
    listen_on_v6(https, LISTENER_HTTPS_V6, https->listener[LISTENER_HTTPS].port);
    return start_listener(https, LISTENER_HTTPS, serve_tls) &&
           start_listener(https, LISTENER_HTTP, serve_plain) &&
           (https->listener[LISTENER_HTTPS_V6].port == 0 ||
            start_listener(https, LISTENER_HTTPS_V6, serve_tls));
}

enum tdx_status sim_https_start(struct sim_server *server, unsigned short port,
                                const char *requests_path, struct sim_https **ret,
                                struct tdx_error *err)
{
    struct sim_https *https = calloc(1, sizeof(*https));
    enum tdx_status status;

    if (https == NULL)
        return status_fail(err, TDX_NO_MEMORY, "PCCS");
    https->server = server;
    for (size_t i = 0; i < LISTENER_COUNT; i++)
        https->listener[i].fd = -1;
    https->requests =
        open(requests_path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
    server->https = https;
    *ret = https; /* whoever stops the server finishes it, started in full or not */
    if (!sim_tls_keys_make(server->world->seed, &https->keys))
        status = status_fail(err, TDX_CRYPTO_FAILED, "keys of the PCCS");
    else if (!listen_on_v4(https, LISTENER_HTTPS, port) || !listen_on_v4(https, LISTENER_HTTP, 0))
        status = status_fail_errno(err, TDX_FILE_UNREADABLE, errno, "port %u of 127.0.0.1", port);
    else if (!start_all(https))
        status = status_fail(err, TDX_NO_MEMORY, "thread");
    else
        status = TDX_OK;
    return status;
}

void sim_https_finish(struct sim_https *https)
{
    if (https == NULL)
        return;
    for (size_t i = 0; i < LISTENER_COUNT; i++) {
        if (https->listener[i].running)
            (void)pthread_join(https->listener[i].thread, NULL); /* it closes fd */
        else if (https->listener[i].fd >= 0)
            (void)close(https->listener[i].fd);
    }
    if (https->requests >= 0)
        (void)close(https->requests);
    sim_tls_keys_clear(&https->keys);
    free(https);
}

void sim_https_url(const struct sim_https *https, struct text *out)
{
    text_addf(out, "https://localhost:%u", https->listener[LISTENER_HTTPS].port);
}

void sim_https_ca(const struct sim_https *https, struct text *out)
{
    sim_tls_ca_pem(&https->keys, out);
}
