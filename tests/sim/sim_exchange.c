/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_exchange.h"

#include <stdint.h>
#include <string.h>

#include "core/base/text.h"
#include "tests/sim/sim_der.h"

#define HUGE_SIZE ((size_t)64 << 20)

static const char *reason(unsigned status)
{
    return status == 200 ? "OK" : status == 302 ? "Found" : status == 404 ? "Not Found" : "Error";
}

#define NO_LENGTH SIZE_MAX

/* Head and body in one. announced: the Content-Length that is claimed, or NO_LENGTH: it ends when
 * the connection does. */
static bool send_whole(struct exchange *exchange, unsigned status, const char *type,
                       const struct text *headers, const struct text *body, size_t announced,
                       size_t sent)
{
    struct text whole = { .limit = HUGE_SIZE };
    bool ok;

    if (announced == NO_LENGTH)
        exchange->keep_open = false;
    text_addf(&whole,
              "HTTP/1.1 %u %s\r\nRequest-ID: 0123456789abcdef0123456789abcdef\r\n"
              "Content-Type: %s\r\nConnection: %s\r\n",
              status, reason(status), type, exchange->keep_open ? "keep-alive" : "close");
    if (announced != NO_LENGTH)
        text_addf(&whole, "Content-Length: %zu\r\n", announced);
    if (headers != NULL)
        sim_add_text(&whole, headers);
    text_add(&whole, "\r\n");
    sim_add(&whole, text_string(body), sent);
    ok = text_ok(&whole) && sim_channel_write(&exchange->channel, whole.data, whole.length);
    text_free(&whole);
    return ok;
}

void exchange_send_error(struct exchange *exchange, unsigned status, const char *header)
{
    struct text headers = { 0 }, body = { 0 };

    text_add(&headers, header);
    text_add(&body, "the simulator was told to say so");
    (void)send_whole(exchange, status, "text/plain", &headers, &body, body.length, body.length);
    text_free(&headers);
    text_free(&body);
}

static void send_redirect(struct exchange *exchange)
{
    struct text header = { 0 };

    text_add(&header, "Location: ");
    if (exchange->fault == SIM_PCCS_REDIRECT_HTTP)
        text_addf(&header, "http://127.0.0.1:%u%s", exchange->http_port, exchange->target);
    else if (exchange->fault == SIM_PCCS_REDIRECT)
        text_addf(&header, "https://localhost:%u/moved%s", exchange->https_port, exchange->target);
    else
        text_addf(&header, "https://localhost:%u%s", exchange->https_port, exchange->target);
    text_add(&header, "\r\n");
    exchange_send_error(exchange, 302, text_string(&header));
    text_free(&header);
}

/* A byte every 100 ms. */
static void send_slowly(struct exchange *exchange, const struct sim_pccs_answer *answer)
{
    if (!send_whole(exchange, answer->status, answer->type, &answer->headers, &answer->body,
                    answer->body.length, 0))
        return;
    for (size_t i = 0; i < answer->body.length; i++)
        if (!server_wait(exchange->channel.server, 100, NULL) ||
            !sim_channel_write(&exchange->channel, answer->body.data + i, 1))
            return;
}

/* A body without an end, as far as the client can tell. */
static void send_huge(struct exchange *exchange, const struct sim_pccs_answer *answer)
{
    char block[16384];

    memset(block, '0', sizeof(block));
    if (!send_whole(exchange, 200, answer->type, &answer->headers, &answer->body, NO_LENGTH, 0))
        return;
    for (size_t sent = 0; sent < HUGE_SIZE; sent += sizeof(block))
        if (!sim_channel_write(&exchange->channel, block, sizeof(block)))
            return;
}

static void send_wrong_content(struct exchange *exchange)
{
    struct text body = { 0 };

    text_add(&body, "<html><body><h1>Captive portal</h1>Please log in.</body></html>\n");
    (void)send_whole(exchange, 200, "text/html", NULL, &body, body.length, body.length);
    text_free(&body);
}

/* Faults that are a status code. */
static unsigned fault_status(enum sim_pccs fault)
{
    switch (fault) {
    case SIM_PCCS_NOT_FOUND:
        return 404;
    case SIM_PCCS_TOO_MANY:
        return 429;
    case SIM_PCCS_ERROR:
        return 500;
    case SIM_PCCS_BUSY:
        return 503;
    case SIM_PCCS_GONE:
        return 410;
    case SIM_PCCS_UNKNOWN_PLATFORM:
        return 461;
    default:
        return 0;
    }
}

static void send_status(struct exchange *exchange, unsigned status)
{
    struct text header = { 0 };

    if (status == 429)
        text_addf(&header, "Retry-After: %llu\r\n",
                  (unsigned long long)exchange->faults.retry_after);
    exchange_send_error(exchange, status, text_string(&header));
    text_free(&header);
}

void exchange_send(struct exchange *exchange, const struct sim_pccs_answer *answer)
{
    const struct text *body = &answer->body;
    unsigned status = fault_status(exchange->fault);

    if (status != 0) {
        send_status(exchange, status);
        return;
    }
    switch (exchange->fault) {
    case SIM_PCCS_SLOW:
        send_slowly(exchange, answer);
        break;
    case SIM_PCCS_CUT:
        (void)send_whole(exchange, answer->status, answer->type, &answer->headers, body,
                         body->length, body->length / 2);
        break;
    case SIM_PCCS_WRONG_CONTENT:
        send_wrong_content(exchange);
        break;
    case SIM_PCCS_HUGE:
        send_huge(exchange, answer);
        break;
    case SIM_PCCS_EMPTY:
        (void)send_whole(exchange, 200, answer->type, &answer->headers, body, 0, 0);
        break;
    case SIM_PCCS_REDIRECT:
    case SIM_PCCS_REDIRECT_HTTP:
    case SIM_PCCS_REDIRECT_LOOP:
        send_redirect(exchange);
        return;
    case SIM_PCCS_HANG:
        (void)server_wait(exchange->channel.server, 600000, NULL);
        break;
    case SIM_PCCS_CLOSE:
        break;
    default: /* nothing strikes, or sim_pccs_answer() has done it */
        exchange->keep_open &= send_whole(exchange, answer->status, answer->type, &answer->headers,
                                          body, body->length, body->length);
        return;
    }
    exchange->keep_open = false;
}
