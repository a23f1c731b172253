/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/metadata_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/cmocka_all.h"

#define REQUEST_SIZE 4096
#define TOKEN        "dG9rZW4-of_the=double"
#define PREFIX       "/latest/"
#define SLICE_MS     20

/* Writes text; false if the other side has gone. */
static bool say(int fd, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        ssize_t sent = send(fd, text, left, MSG_NOSIGNAL);

        if (sent <= 0)
            return false;
        text += sent;
        left -= (size_t)sent;
    }
    return true;
}

/* Waits, until it is to stop or the other side has gone; at most so many slices. */
static bool linger(const struct metadata_double *server, int fd, unsigned slices)
{
    struct pollfd poll_fd = { .fd = fd, .events = POLLRDHUP };

    while (slices-- > 0 && !server->stopping)
        if (poll(&poll_fd, 1, SLICE_MS) > 0)
            return false;
    return !server->stopping;
}

static void answer(int fd, unsigned code, const char *headers, const char *body)
{
    char text[REQUEST_SIZE];

    (void)snprintf(text, sizeof(text),
                   "HTTP/1.1 %u Words\r\nServer: double\r\nContent-Type: text/plain\r\n"
                   "content-length: %zu\r\n%s\r\n%s",
                   code, strlen(body), headers, body);
    (void)say(fd, text);
}

static void answer_in_chunks(int fd, const char *body)
{
    char text[REQUEST_SIZE];
    size_t half = strlen(body) / 2;

    (void)snprintf(text, sizeof(text),
                   "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"
                   "%zx;name=value\r\n%.*s\r\n%zX\r\n%s\r\n0\r\n\r\n",
                   half, (int)half, body, strlen(body) - half, body + half);
    (void)say(fd, text);
}

static const char *value_of(const char *item)
{
    static const struct {
        const char *item, *value;
    } values[] = {
        { "meta-data/region-id", "cn-beijing" },
        { "meta-data/zone-id", "cn-beijing-i\n" },
        { "meta-data/image-id", "aliyun_3_x64.vhd" },
        { "meta-data/instance/instance-type", "ecs.g8i.2xlarge" },
        { "dynamic/instance-identity/document", "{\r\n\t\"zone-id\": \"cn-beijing-i\"\r\n}\n" },
    };

    for (size_t i = 0; i < COUNT_OF(values); i++)
        if (strcmp(item, values[i].item) == 0)
            return values[i].value;
    return NULL;
}

static void give(const struct metadata_double *server, int fd, const char *value)
{
    if (value == NULL)
        answer(fd, 404, "", "");
    else if (server->manner == MANNER_CHUNKED)
        answer_in_chunks(fd, value);
    else if (server->manner == MANNER_TO_THE_END)
        (void)(say(fd, "HTTP/1.0 200 OK\n\n") && say(fd, value));
    else
        answer(fd, 200, "", value);
}

/* For those who behave: the token, then the values. */
static void serve_well(struct metadata_double *server, int fd, const char *method, const char *item,
                       const char *head)
{
    bool has_token = strstr(head, "\r\nX-aliyun-ecs-metadata-token: " TOKEN "\r\n") != NULL;

    if (strcmp(method, "PUT") == 0) {
        bool sound = server->manner != MANNER_NO_TOKENS && strcmp(item, "api/token") == 0 &&
                     strstr(head, "X-aliyun-ecs-metadata-token-ttl-seconds: 60\r\n") != NULL;

        give(server, fd, sound ? TOKEN : NULL);
        return;
    }
    if (!has_token)
        server->tokenless++;
    if (!has_token && server->manner != MANNER_NO_TOKENS)
        answer(fd, 403, "", "");
    else
        give(server, fd, value_of(item));
}

static void serve_endless(const struct metadata_double *server, int fd, const char *line)
{
    while (!server->stopping && say(fd, line))
        ;
}

static void serve_badly(struct metadata_double *server, int fd, const char *method)
{
    char location[128];
    bool put = strcmp(method, "PUT") == 0;

    (void)snprintf(location, sizeof(location), "Location: http://127.0.0.1:%u" PREFIX "x\r\n",
                   server->port);
    switch (server->manner) {
    case MANNER_REFUSES:
        answer(fd, 403, "", "forbidden");
        break;
    case MANNER_NOTHING_THERE:
        answer(fd, 404, "", "");
        break;
    case MANNER_SILENT:
        (void)linger(server, fd, 1000);
        break;
    case MANNER_DRIPS:
        while (say(fd, "H") && linger(server, fd, 5))
            ;
        break;
    case MANNER_ENDLESS_BODY:
        (void)say(fd, "HTTP/1.1 200 OK\r\n\r\n");
        serve_endless(server, fd, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        break;
    case MANNER_ENDLESS_HEAD:
        (void)say(fd, "HTTP/1.1 200 OK\r\n");
        serve_endless(server, fd, "X-a: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n");
        break;
    case MANNER_LONG_LENGTH:
        (void)say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999\r\n\r\na");
        (void)linger(server, fd, 1000);
        break;
    case MANNER_REDIRECT:
        answer(fd, 302, location, "");
        break;
    case MANNER_FAILS:
        answer(fd, 500, "", "");
        break;
    case MANNER_NO_HTTP:
        (void)say(fd, "SSH-2.0-OpenSSH_9.9\r\n\r\n");
        break;
    case MANNER_BINARY_VALUE:
        answer(fd, 200, "", put ? TOKEN : "cn-\x1b[2Jbeijing");
        break;
    case MANNER_TWO_LINES:
        answer(fd, 200, "", put ? TOKEN : "cn-beijing\nPASS");
        break;
    case MANNER_EMPTY_VALUE:
        answer(fd, 200, "", put ? TOKEN : " \n");
        break;
    case MANNER_TOKEN_WITH_LINE:
        answer(fd, 200, "", put ? "a\r\nX-evil: 1" : "cn-beijing");
        break;
    case MANNER_BREAKS_OFF:
        (void)say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\ncn-b");
        break;
    default: /* MANNER_CLOSES */
        break;
    }
}

static void serve(struct metadata_double *server, int fd)
{
    char head[REQUEST_SIZE] = "", method[8] = "", target[256] = "";
    struct timeval patience = { .tv_sec = 5 };
    size_t size = 0;

    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    while (strstr(head, "\r\n\r\n") == NULL && size + 1 < sizeof(head)) {
        ssize_t got = recv(fd, head + size, sizeof(head) - size - 1, 0);

        if (got <= 0)
            return;
        size += (size_t)got;
        head[size] = '\0';
    }
    server->requests++;
    if (sscanf(head, "%7s %255s HTTP/1.1\r\n", method, target) != 2 ||
        strncmp(target, PREFIX, strlen(PREFIX)) != 0 || strstr(head, "\r\nHost: 1") == NULL)
        return;
    if (strcmp(method, "PUT") == 0)
        server->puts++;
    if (server->manner == MANNER_ZONE_SILENT && strstr(target, "zone-id") != NULL)
        (void)linger(server, fd, 1000);
    else if (server->manner <= MANNER_TO_THE_END || server->manner == MANNER_ZONE_SILENT)
        serve_well(server, fd, method, target + strlen(PREFIX), head);
    else
        serve_badly(server, fd, method);
}

static void *run(void *context)
{
    struct metadata_double *server = context;

    while (!server->stopping) {
        struct pollfd poll_fd = { .fd = server->fd, .events = POLLIN };
        int fd = poll(&poll_fd, 1, SLICE_MS) > 0 ? accept(server->fd, NULL, NULL) : -1;

        if (fd < 0)
            continue;
        serve(server, fd);
        (void)close(fd);
    }
    return NULL;
}

bool metadata_double_start_at(struct metadata_double *server, enum metadata_manner manner,
                              const char *address, unsigned short port)
{
    struct sockaddr_in where = { .sin_family = AF_INET, .sin_port = htons(port) };
    socklen_t size = sizeof(where);
    int yes = 1;

    *server = (struct metadata_double){ .manner = manner };
    server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server->fd < 0 || inet_pton(AF_INET, address, &where.sin_addr) != 1 ||
        setsockopt(server->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
        bind(server->fd, (struct sockaddr *)&where, size) != 0 || listen(server->fd, 8) != 0 ||
        getsockname(server->fd, (struct sockaddr *)&where, &size) != 0)
        return false;
    server->port = ntohs(where.sin_port);
    return pthread_create(&server->thread, NULL, run, server) == 0;
}

void metadata_double_start(struct metadata_double *server, enum metadata_manner manner)
{
    assert_true(metadata_double_start_at(server, manner, "127.0.0.1", 0));
}

void metadata_double_stop(struct metadata_double *server)
{
    server->stopping = true;
    assert_int_equal(pthread_join(server->thread, NULL), 0);
    (void)close(server->fd);
}
