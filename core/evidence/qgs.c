/* SPDX-License-Identifier: Apache-2.0 */
/* Quotes from a quote generation service (QGS) on the host, over vsock, or over a unix socket.
 * Source: DCAP, qgs_server.cpp and tdx_attest.c; guest-interfaces notes section 3.7. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#include "core/base/monotonic.h"
#include "core/evidence/provider_internal.h"
#include "core/evidence/qgs_message.h"

#define CONF_LIMIT        ((size_t)64 << 10)
#define PORT_DIGITS_LIMIT 10
#define PORT_LIMIT        65535
#define CONNECT_AGAIN_MS  20

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

/* One line of /etc/tdx-attest.conf as Intel's library reads it: "port = N" and nothing after the
 * number. 0 where it says something else. */
static unsigned port_of_line(const char *line)
{
    unsigned long port = 0;
    size_t digits;

    line = skip_blanks(line);
    if (strncmp(line, "port", 4) != 0)
        return 0;
    line = skip_blanks(line + 4);
    if (*line != '=')
        return 0;
    line = skip_blanks(line + 1);
    digits = strspn(line, "0123456789");
    if (digits == 0 || digits > PORT_DIGITS_LIMIT || *skip_blanks(line + digits) != '\0')
        return 0;
    for (size_t i = 0; i < digits; i++)
        port = port * 10 + (unsigned long)(line[i] - '0');
    return port <= PORT_LIMIT ? (unsigned)port : 0;
}

/* The first line that names a port counts. A file that is not there or cannot be read names none:
 * that is how the field switches vsock off. */
static unsigned port_of_file(const char *path)
{
    struct file_content text = { 0 };
    unsigned port = 0;
    char *rest = NULL;

    if (file_read(path, CONF_LIMIT, 0, &text, NULL) != TDX_OK)
        return 0;
    for (char *line = strtok_r((char *)text.data, "\r\n", &rest); line != NULL && port == 0;
         line = strtok_r(NULL, "\r\n", &rest))
        port = port_of_line(line);
    file_content_free(&text);
    return port;
}

bool qgs_configured(const struct evidence_paths *paths, unsigned *ret_port)
{
    *ret_port = 0;
    if (paths->qgs_socket != NULL)
        return true;
    *ret_port = paths->qgs_port;
    if (*ret_port == 0)
        *ret_port =
            port_of_file(paths->attest_conf != NULL ? paths->attest_conf : EVIDENCE_ATTEST_CONF);
    return *ret_port != 0;
}

struct address {
    union {
        struct sockaddr any;
        struct sockaddr_un un;
        struct sockaddr_vm vm;
    } u;
    socklen_t size;
    char name[160]; /* for messages */
};

static enum tdx_status find_address(const struct evidence_paths *paths, struct address *ret,
                                    struct tdx_error *err)
{
    struct address address = { 0 };
    unsigned port;

    if (!qgs_configured(paths, &port))
        return status_fail(err, TDX_QGS_UNREACHABLE, "no port is configured, %s names none",
                           paths->attest_conf != NULL ? paths->attest_conf : EVIDENCE_ATTEST_CONF);
    if (paths->qgs_socket != NULL) {
        size_t length = strlen(paths->qgs_socket);

        if (length >= sizeof(address.u.un.sun_path))
            return status_fail(err, TDX_QGS_UNREACHABLE, "the path of the socket is too long: %s",
                               paths->qgs_socket);
        address.u.un.sun_family = AF_UNIX;
        memcpy(address.u.un.sun_path, paths->qgs_socket, length + 1);
        address.size = sizeof(address.u.un);
        (void)snprintf(address.name, sizeof(address.name), "%s", paths->qgs_socket);
    } else {
        address.u.vm.svm_family = AF_VSOCK;
        address.u.vm.svm_cid = VMADDR_CID_HOST;
        address.u.vm.svm_port = port;
        address.size = sizeof(address.u.vm);
        (void)snprintf(address.name, sizeof(address.name), "vsock CID 2, port %u", port);
    }
    *ret = address;
    return TDX_OK;
}

static int finish_connect(const struct evidence_request *request, int fd)
{
    int error = monotonic_wait(fd, POLLOUT, request->deadline_ms);
    socklen_t size = sizeof(error);

    if (error == 0 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        error = errno;
    return error;
}

static enum tdx_status open_connection(const struct evidence_request *request,
                                       const struct address *address, int *ret_fd,
                                       struct tdx_error *err)
{
    static const struct errno_meaning meanings[] = {
        { EAFNOSUPPORT, TDX_QGS_UNREACHABLE, "this kernel or container has no vsock" },
        { ENODEV, TDX_QGS_UNREACHABLE, "the hypervisor gave this guest no vsock device" },
        { ECONNRESET, TDX_QGS_UNREACHABLE, "nothing on the host listens there" },
        { ECONNREFUSED, TDX_QGS_UNREACHABLE, "nothing listens there" },
        { ETIMEDOUT, TDX_QGS_UNREACHABLE, "the host does not answer" },
        { 0, TDX_QGS_UNREACHABLE, "" },
    };
    int fd = socket(address->u.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int error;

    if (fd < 0)
        return errno_fail(err, meanings, errno, "socket for %s", address->name);
    do /* EAGAIN: a unix socket whose queue of connections is full */
        error = connect(fd, &address->u.any, address->size) == 0 ? 0 : errno;
    while (error == EAGAIN && request_wait(request, CONNECT_AGAIN_MS));
    if (error == EINPROGRESS || error == EINTR)
        error = finish_connect(request, fd);
    if (error != 0) {
        (void)close(fd); /* nothing was sent */
        return errno_fail(err, meanings, error, "connect to %s", address->name);
    }
    *ret_fd = fd;
    return TDX_OK;
}

/* What can go wrong once the connection stands. */
static const struct errno_meaning dialogue_meanings[] = {
    { ETIMEDOUT, TDX_QGS_FAILED, "the host took the request and does not answer" },
    { ECONNRESET, TDX_QGS_FAILED, "the host closed the connection: its quoting failed" },
    { EPIPE, TDX_QGS_FAILED, "the host closed the connection: its quoting failed" },
    { 0, TDX_QGS_FAILED, "" },
};

static enum tdx_status send_all(const struct evidence_request *request, int fd, struct span data,
                                struct tdx_error *err)
{
    while (data.size > 0) {
        ssize_t sent = send(fd, data.data, data.size, MSG_NOSIGNAL);
        int error = 0;

        if (sent >= 0) {
            data.data += sent;
            data.size -= (size_t)sent;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            error = monotonic_wait(fd, POLLOUT, request->deadline_ms);
        } else if (errno != EINTR) {
            error = errno;
        }
        if (error != 0)
            return errno_fail(err, dialogue_meanings, error, "send the request");
    }
    return TDX_OK;
}

/* recv() == 0 is how a QGS whose quoting failed ends the dialogue: it says nothing. */
static enum tdx_status receive_all(const struct evidence_request *request, int fd, uint8_t *out,
                                   size_t size, struct tdx_error *err)
{
    size_t have = 0;

    while (have < size) {
        ssize_t got = recv(fd, out + have, size - have, 0);
        int error = 0;

        if (got > 0)
            have += (size_t)got;
        else if (got == 0)
            return status_fail(err, TDX_QGS_FAILED,
                               "receive: the host closed the connection after %zu of %zu bytes: "
                               "its quoting failed",
                               have, size);
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            error = monotonic_wait(fd, POLLIN, request->deadline_ms);
        else if (errno != EINTR)
            error = errno;
        if (error != 0)
            return errno_fail(err, dialogue_meanings, error, "receive after %zu of %zu bytes", have,
                              size);
    }
    return TDX_OK;
}

static enum tdx_status receive_quote(const struct evidence_request *request, int fd,
                                     struct file_content *ret, struct tdx_error *err)
{
    uint8_t head[QGS_FRAME_HEADER_SIZE];
    enum tdx_status status = receive_all(request, fd, head, sizeof(head), err);
    struct bytes in = bytes_over(head, sizeof(head));
    size_t size = bytes_u32_be(&in);
    uint8_t *message = NULL;
    struct span quote;

    if (status != TDX_OK)
        return status;
    if (size == 0 || size > QGS_MESSAGE_LIMIT)
        return status_fail(err, TDX_QGS_FAILED, "an answer of %zu bytes", size);
    message = malloc(size);
    if (message == NULL)
        return status_fail(err, TDX_NO_MEMORY, "an answer of %zu bytes", size);
    status = receive_all(request, fd, message, size, err);
    if (status == TDX_OK)
        status = qgs_response_parse((struct span){ message, size }, &quote, err);
    if (status == TDX_OK)
        status = content_copy(quote, ret, err);
    free(message);
    return status;
}

enum tdx_status qgs_quote(const struct evidence_request *request, struct file_content *ret,
                          struct tdx_error *err)
{
    uint8_t report[TD_REPORT_SIZE], frame[QGS_REQUEST_SIZE];
    struct address address;
    int fd = -1;
    enum tdx_status status = find_address(request->paths, &address, err);

    if (status == TDX_OK)
        status = evidence_td_report(request->paths, request->report_data, report, err);
    if (status == TDX_OK)
        status = open_connection(request, &address, &fd, err);
    if (status != TDX_OK)
        return status;
    qgs_request_build(report, frame);
    status = send_all(request, fd, (struct span){ frame, sizeof(frame) }, err);
    if (status == TDX_OK)
        status = receive_quote(request, fd, ret, err);
    if (status != TDX_OK)
        status_prefix(err, "%s", address.name);
    (void)close(fd); /* the answer is whole or it is a failure already */
    return status;
}
