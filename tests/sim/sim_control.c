/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_control.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/files.h"
#include "core/base/hex.h"
#include "core/base/span_text.h"
#include "tests/sim/sim_der.h"

#define REQUEST_LIMIT 65536
#define ANSWER_LIMIT  ((size_t)64 << 20)

/* The next line of *at, cut off in place; NULL at the end. */
static char *next_line(char **at)
{
    char *line = *at, *end;

    if (line == NULL || *line == '\0')
        return NULL;
    end = strchr(line, '\n');
    *at = end != NULL ? end + 1 : NULL;
    if (end != NULL)
        *end = '\0';
    return line;
}

static enum tdx_status answer_set(struct sim_server *server, char *arguments, struct tdx_error *err)
{
    enum tdx_status status = TDX_OK;
    char *line;

    (void)pthread_mutex_lock(&server->lock);
    while (status == TDX_OK && (line = next_line(&arguments)) != NULL)
        status = world_set(server->world, line, err);
    (void)pthread_mutex_unlock(&server->lock);
    return status;
}

static void answer_status(struct sim_server *server, bool all, struct text *out)
{
    (void)pthread_mutex_lock(&server->lock);
    world_status(server->world, all, out);
    (void)pthread_mutex_unlock(&server->lock);
    text_addf(out, "# reports %llu\n# quotes %llu\n# pccs requests %llu\n",
              (unsigned long long)atomic_load(&server->reports),
              (unsigned long long)atomic_load(&server->quotes),
              (unsigned long long)atomic_load(&server->requests));
}

/* A quote or a TDREPORT over the report data given as hex, shorter ones padded with zeros. */
static enum tdx_status answer_evidence(struct sim_server *server, const char *command,
                                       const char *hex, struct text *out, struct tdx_error *err)
{
    uint8_t data[SIM_REPORT_DATA_SIZE] = { 0 }, report[SIM_REPORT_SIZE];
    enum tdx_status status = hex_decode(hex, strlen(hex), data, sizeof(data), NULL, err);

    if (status != TDX_OK)
        return status;
    if (strcmp(command, "quote") == 0) {
        server_quote(server, data, out);
    } else {
        server_report(server, data, report);
        sim_add(out, report, sizeof(report));
    }
    return TDX_OK;
}

static void answer_collateral(struct sim_server *server, bool anchor, struct text *out)
{
    (void)pthread_mutex_lock(&server->lock);
    if (anchor)
        sim_add_text(out, &server->world->anchor);
    else
        sim_bundle_json_make(server->world->platform, out);
    (void)pthread_mutex_unlock(&server->lock);
}

static enum tdx_status answer(struct sim_server *server, char *request, struct text *out,
                              struct tdx_error *err)
{
    char *rest = request, *command = next_line(&rest), *argument;

    if (command == NULL)
        return status_fail(err, TDX_USAGE, "no command");
    argument = strchr(command, ' ');
    if (argument != NULL)
        *argument++ = '\0';
    if (strcmp(command, "set") == 0)
        return answer_set(server, rest, err);
    if (strcmp(command, "quote") == 0 || strcmp(command, "report") == 0)
        return answer_evidence(server, command, argument != NULL ? argument : "", out, err);
    if (strcmp(command, "status") == 0 || strcmp(command, "status-all") == 0)
        answer_status(server, strcmp(command, "status-all") == 0, out);
    else if (strcmp(command, "collateral") == 0 || strcmp(command, "anchor") == 0)
        answer_collateral(server, strcmp(command, "anchor") == 0, out);
    else if (strcmp(command, "stop") == 0)
        server_stop(server);
    else
        return status_fail(err, TDX_USAGE, "there is no command '%s'", command);
    return text_ok(out) ? TDX_OK : status_fail(err, TDX_INTERNAL, "the answer could not be made");
}

enum tdx_status sim_control_answer(struct sim_server *server, const char *request, struct text *out,
                                   struct tdx_error *err)
{
    struct text copy = { 0 };
    enum tdx_status status;

    text_add(&copy, request);
    if (!text_ok(&copy) || copy.data == NULL)
        return status_fail(err, TDX_USAGE, "no command");
    status = answer(server, copy.data, out, err);
    text_free(&copy);
    return status;
}

/* Everything up to end of file, at most REQUEST_LIMIT. */
static bool receive(struct sim_server *server, int connection, struct text *out)
{
    char byte;

    while (server_read(server, connection, &byte, 1)) {
        if (out->length >= REQUEST_LIMIT)
            return false;
        text_add_char(out, byte);
    }
    return text_ok(out);
}

void sim_control_serve(struct sim_server *server, int connection)
{
    struct text request = { 0 }, content = { 0 }, reply = { 0 };
    struct tdx_error err = { 0 };

    if (receive(server, connection, &request)) {
        enum tdx_status status = sim_control_answer(server, text_string(&request), &content, &err);

        if (status == TDX_OK) {
            text_add(&reply, "ok\n");
            sim_add_text(&reply, &content);
        } else {
            text_addf(&reply, "error: %s (%s)\n", err.detail, status_id(status));
        }
        /* Not server_write(): after "stop" that would give up at once. */
        if (text_ok(&reply))
            (void)send(connection, reply.data, reply.length, MSG_NOSIGNAL);
    }
    (void)close(connection);
    text_free(&request);
    text_free(&content);
    text_free(&reply);
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd;

    if (strlen(path) >= sizeof(address.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        int saved = errno;

        (void)close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

enum tdx_status sim_control_ask(const char *socket_path, const char *request, struct text *out,
                                struct tdx_error *err)
{
    struct file_content reply = { 0 };
    enum tdx_status status;
    int fd = connect_to(socket_path);

    if (fd < 0)
        return status_fail_errno(err, TDX_FILE_UNREADABLE, errno, "no tdx-sim serves at %s",
                                 socket_path);
    if (file_write_all(fd, span_of(request)) != 0 || shutdown(fd, SHUT_WR) != 0)
        status = status_fail_errno(err, TDX_FILE_UNREADABLE, errno, "%s", socket_path);
    else
        status = file_read_fd(fd, socket_path, ANSWER_LIMIT, &reply, err);
    (void)close(fd);
    if (status == TDX_OK && (reply.size < 3 || memcmp(reply.data, "ok\n", 3) != 0)) {
        reply.data[strcspn((char *)reply.data, "\n")] = '\0';
        status = status_fail(err, TDX_USAGE, "tdx-sim answered '%s'", (char *)reply.data);
    }
    if (status == TDX_OK)
        sim_add(out, reply.data + 3, reply.size - 3);
    file_content_free(&reply);
    return status;
}
