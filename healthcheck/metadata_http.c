/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/metadata_http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/monotonic.h"
#include "core/base/number.h"
#include "core/base/span_text.h"

#define REQUEST_SIZE 2048

bool metadata_server_parse(const char *url, struct metadata_server *ret)
{
    static const char scheme[] = "http://";
    struct metadata_server server = { .address = { .sin_family = AF_INET } };
    const char *rest = url + strlen(scheme);
    char host[INET_ADDRSTRLEN];
    uint64_t port = 80;
    size_t length;

    if (strncmp(url, scheme, strlen(scheme)) != 0)
        return false;
    length = strcspn(rest, ":/");
    server.path = strchr(rest, '/');
    if (server.path == NULL || length >= sizeof(host) ||
        (size_t)(server.path - rest) >= sizeof(server.authority))
        return false;
    memcpy(host, rest, length);
    host[length] = '\0';
    memcpy(server.authority, rest, (size_t)(server.path - rest));
    if (inet_pton(AF_INET, host, &server.address.sin_addr) != 1 ||
        (rest[length] == ':' && !number_parse(server.authority + length + 1, UINT16_MAX, &port)))
        return false;
    server.address.sin_port = htons((uint16_t)port);
    *ret = server;
    return true;
}

/* --- the answer ------------------------------------------------------------------------------- */

/* A line of the head. UNFINISHED where its end has not come. */
static enum metadata_fault head_line(struct span *raw, struct span *ret)
{
    if (span_line_end(*raw, 0) == raw->size)
        return METADATA_UNFINISHED;
    if (!line_next(raw, ret))
        return METADATA_UNFINISHED;
    for (size_t i = 0; i < ret->size; i++)
        if ((ret->data[i] < 0x20 && ret->data[i] != '\t') || ret->data[i] == 0x7f)
            return METADATA_NOT_HTTP;
    return METADATA_ANSWERED;
}

/* "HTTP/1.1 200 OK" */
static bool status_line(struct span line, unsigned *ret)
{
    uint64_t code = 0;

    if (!span_take(&line, "HTTP/1.1 ") && !span_take(&line, "HTTP/1.0 "))
        return false;
    if (line.size < 3 || (line.size > 3 && line.data[3] != ' ') || !number_take(&line, &code) ||
        code < 200 || code > 599)
        return false;
    *ret = (unsigned)code;
    return true;
}

struct framing {
    struct maybe_u64 length;
    bool chunked;
};

/* True, and the value, if the header line has this name, whatever its case. */
static bool header_is(struct span line, const char *name, struct span *ret)
{
    size_t length = strlen(name);

    if (line.size <= length || line.data[length] != ':' ||
        strncasecmp((const char *)line.data, name, length) != 0)
        return false;
    *ret = span_trim((struct span){ line.data + length + 1, line.size - length - 1 });
    return true;
}

/* False for a header that makes the end of the body doubtful. */
static bool take_header(struct span line, struct framing *framing)
{
    struct span value;
    uint64_t length = 0;

    if (memchr(line.data, ':', line.size) == NULL)
        return false;
    if (header_is(line, "Content-Length", &value)) {
        if (framing->length.known || !number_take(&value, &length) || value.size > 0)
            return false;
        framing->length = maybe_u64(length);
    } else if (header_is(line, "Transfer-Encoding", &value)) {
        if (framing->chunked || value.size != 7 ||
            strncasecmp((const char *)value.data, "chunked", 7) != 0)
            return false;
        framing->chunked = true;
    }
    return true;
}

static enum metadata_fault read_head(struct span *raw, unsigned *code, struct framing *framing)
{
    struct span line;
    enum metadata_fault fault = head_line(raw, &line);

    if (fault != METADATA_ANSWERED)
        return fault;
    if (!status_line(line, code))
        return METADATA_NOT_HTTP;
    while ((fault = head_line(raw, &line)) == METADATA_ANSWERED && line.size > 0)
        if (!take_header(line, framing))
            return METADATA_NOT_HTTP;
    if (fault == METADATA_ANSWERED && framing->chunked && framing->length.known)
        return METADATA_NOT_HTTP;
    return fault;
}

static void add_body(struct metadata_answer *answer, struct span part)
{
    if (part.size > 0)
        memcpy(answer->body + answer->size, part.data, part.size);
    answer->size += part.size;
    answer->body[answer->size] = '\0';
}

static enum metadata_fault read_chunks(struct span raw, struct metadata_answer *answer)
{
    for (;;) {
        struct span line, part;
        uint64_t size = 0;
        enum metadata_fault fault = head_line(&raw, &line);

        if (fault != METADATA_ANSWERED)
            return fault;
        if (!number_take_hex(&line, &size) || (line.size > 0 && line.data[0] != ';'))
            return METADATA_NOT_HTTP;
        if (size > METADATA_ANSWER_LIMIT)
            return METADATA_TOO_LARGE;
        if (size == 0)
            return METADATA_ANSWERED; /* what may follow says nothing about the body */
        if (size > raw.size)
            return METADATA_UNFINISHED;
        part = (struct span){ raw.data, (size_t)size };
        span_skip(&raw, (size_t)size);
        fault = head_line(&raw, &line);
        if (fault != METADATA_ANSWERED)
            return fault;
        if (line.size > 0)
            return METADATA_NOT_HTTP;
        add_body(answer, part); /* fits: it is a part of raw */
    }
}

static enum metadata_fault read_body(struct span raw, bool ended, const struct framing *framing,
                                     struct metadata_answer *answer)
{
    answer->size = 0;
    answer->body[0] = '\0';
    if (framing->chunked)
        return read_chunks(raw, answer);
    if (!framing->length.known) {
        add_body(answer, raw);
        return ended ? METADATA_ANSWERED : METADATA_UNFINISHED;
    }
    if (framing->length.value > METADATA_ANSWER_LIMIT)
        return METADATA_TOO_LARGE;
    if (framing->length.value > raw.size)
        return METADATA_UNFINISHED;
    add_body(answer, (struct span){ raw.data, (size_t)framing->length.value });
    return METADATA_ANSWERED;
}

enum metadata_fault metadata_answer_parse(struct span raw, bool ended, struct metadata_answer *ret)
{
    struct framing framing = { .chunked = false };
    enum metadata_fault fault;

    if (raw.size > METADATA_ANSWER_LIMIT)
        return METADATA_TOO_LARGE;
    fault = read_head(&raw, &ret->code, &framing);
    if (fault == METADATA_ANSWERED)
        fault = read_body(raw, ended, &framing, ret);
    return fault == METADATA_UNFINISHED && ended ? METADATA_CUT_OFF : fault;
}

/* --- the connection --------------------------------------------------------------------------- */

/* A connected socket, or -1. */
static int open_connection(const struct metadata_server *server, int64_t deadline)
{
    int64_t most = monotonic_ms() + METADATA_CONNECT_MS;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    socklen_t size = sizeof(int);
    int error = 0;

    if (fd < 0)
        return -1;
    if (connect(fd, (const struct sockaddr *)&server->address, sizeof(server->address)) != 0) {
        error = errno;
        if (error == EINPROGRESS || error == EINTR) {
            error = monotonic_wait(fd, POLLOUT, most < deadline ? most : deadline);
            if (error == 0 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
                error = errno;
        }
    }
    if (error == 0)
        return fd;
    (void)close(fd);
    return -1;
}

static enum metadata_fault send_all(int fd, const char *data, size_t size, int64_t deadline)
{
    while (size > 0) {
        ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);

        if (sent >= 0) {
            data += sent;
            size -= (size_t)sent;
        } else if (errno == EAGAIN) {
            if (monotonic_wait(fd, POLLOUT, deadline) != 0)
                return METADATA_TIMEOUT;
        } else if (errno != EINTR) {
            return METADATA_CUT_OFF;
        }
    }
    return METADATA_ANSWERED;
}

static enum metadata_fault receive(int fd, int64_t deadline, struct metadata_answer *answer)
{
    uint8_t raw[METADATA_ANSWER_LIMIT];
    size_t size = 0;

    for (;;) {
        enum metadata_fault fault;
        ssize_t got;

        if (monotonic_wait(fd, POLLIN, deadline) != 0)
            return METADATA_TIMEOUT;
        got = recv(fd, raw + size, sizeof(raw) - size, 0);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got < 0)
            return METADATA_CUT_OFF;
        size += (size_t)got;
        fault = metadata_answer_parse((struct span){ raw, size }, got == 0, answer);
        if (fault != METADATA_UNFINISHED)
            return fault;
        if (size == sizeof(raw))
            return METADATA_TOO_LARGE;
    }
}

enum metadata_fault metadata_ask(const struct metadata_server *server, int64_t deadline,
                                 const char *method, const char *item, const char *header,
                                 struct metadata_answer *ret)
{
    char request[REQUEST_SIZE];
    enum metadata_fault fault;
    int length, fd;

    length = snprintf(request, sizeof(request),
                      "%s %s%s HTTP/1.1\r\nHost: %s\r\nUser-Agent: tdx-healthcheck\r\n"
                      "Accept: */*\r\nConnection: close\r\nContent-Length: 0\r\n%s%s\r\n",
                      method, server->path, item, server->authority, header != NULL ? header : "",
                      header != NULL ? "\r\n" : "");
    if (length < 0 || (size_t)length >= sizeof(request))
        return METADATA_TOO_LARGE;
    fd = open_connection(server, deadline);
    if (fd < 0)
        return METADATA_UNREACHABLE;
    fault = send_all(fd, request, (size_t)length, deadline);
    if (fault == METADATA_ANSWERED)
        fault = receive(fd, deadline, ret);
    (void)close(fd);
    return fault;
}
