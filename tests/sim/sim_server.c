/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_server.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define STEP_MS       10
#define IO_TIMEOUT_MS 30000

bool server_init(struct sim_server *server, struct sim_world *world)
{
    memset(server, 0, sizeof(*server));
    server->stop_pipe[0] = server->stop_pipe[1] = -1;
    server->world = world;
    server->main_thread = pthread_self();
    return pthread_mutex_init(&server->lock, NULL) == 0 &&
           pipe2(server->stop_pipe, O_CLOEXEC | O_NONBLOCK) == 0;
}

void server_clear(struct sim_server *server)
{
    world_free(server->world);
    if (server->stop_pipe[0] >= 0) {
        (void)close(server->stop_pipe[0]);
        (void)close(server->stop_pipe[1]);
    }
    (void)pthread_mutex_destroy(&server->lock);
}

void server_stop(struct sim_server *server)
{
    if (atomic_exchange(&server->stopping, true))
        return;
    /* Never read: the pipe stays ready for every loop. */
    if (write(server->stop_pipe[1], "", 1) < 0 && errno != EAGAIN)
        abort();
    if (server->mounted)
        (void)pthread_kill(server->main_thread, SIGTERM);
}

struct sim_faults server_faults(struct sim_server *server)
{
    struct sim_faults faults;

    (void)pthread_mutex_lock(&server->lock);
    faults = server->world->faults;
    (void)pthread_mutex_unlock(&server->lock);
    return faults;
}

int64_t server_clock_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool server_wait(struct sim_server *server, uint64_t milliseconds, bool (*interrupted)(void))
{
    struct pollfd stop = { .fd = server->stop_pipe[0], .events = POLLIN };
    int64_t end = server_clock_ms() + (int64_t)milliseconds, left;

    while ((left = end - server_clock_ms()) > 0) {
        if (interrupted != NULL && interrupted())
            return false;
        if (poll(&stop, 1, left < STEP_MS ? (int)left : STEP_MS) > 0)
            return false;
    }
    return true;
}

void server_report(struct sim_server *server, const uint8_t report_data[static 64],
                   uint8_t ret[static SIM_REPORT_SIZE])
{
    (void)pthread_mutex_lock(&server->lock);
    sim_platform_report(server->world->platform, report_data, ret);
    (void)pthread_mutex_unlock(&server->lock);
    atomic_fetch_add(&server->reports, 1);
}

void server_quote(struct sim_server *server, const uint8_t report_data[static 64], struct text *out)
{
    (void)pthread_mutex_lock(&server->lock);
    sim_quote_make(server->world->platform, report_data, out);
    (void)pthread_mutex_unlock(&server->lock);
    atomic_fetch_add(&server->quotes, 1);
}

bool server_quote_report(struct sim_server *server, const void *report, size_t size,
                         struct text *out)
{
    uint8_t right[SIM_REPORT_SIZE], asked[64];
    bool genuine;

    if (size != SIM_REPORT_SIZE)
        return false;
    /* Made again from its report data it must come out the same, MAC and all. A platform that
     * echoes wrongly has made a report about the wrong data, of course. */
    memcpy(asked, (const uint8_t *)report + 128, sizeof(asked));
    (void)pthread_mutex_lock(&server->lock);
    if (server->world->platform->wrong_echo)
        asked[0] ^= 1;
    sim_platform_report(server->world->platform, asked, right);
    (void)pthread_mutex_unlock(&server->lock);
    genuine = CRYPTO_memcmp(report, right, SIM_REPORT_SIZE) == 0;
    if (genuine)
        server_quote(server, asked, out);
    return genuine && text_ok(out);
}

int server_listen_unix(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd, saved;

    if (strlen(path) >= sizeof(address.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    (void)unlink(path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    /* The mode of the socket file: nobody else, from its first moment on. */
    if (fchmod(fd, 0600) == 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
        listen(fd, 64) == 0)
        return fd;
    saved = errno;
    (void)close(fd);
    errno = saved;
    return -1;
}

struct connection {
    struct sim_server *server;
    int fd;
    void (*serve)(struct sim_server *server, int connection);
    atomic_uint *running;
};

static void *run_connection(void *argument)
{
    struct connection *connection = argument;
    atomic_uint *running = connection->running;

    connection->serve(connection->server, connection->fd);
    free(connection);
    atomic_fetch_sub(running, 1);
    return NULL;
}

static void start_connection(struct sim_server *server, int fd, atomic_uint *running,
                             void (*serve)(struct sim_server *server, int connection))
{
    struct connection *connection = malloc(sizeof(*connection));
    pthread_t thread;

    if (connection == NULL) {
        (void)close(fd);
        return;
    }
    *connection = (struct connection){ server, fd, serve, running };
    atomic_fetch_add(running, 1);
    if (pthread_create(&thread, NULL, run_connection, connection) == 0) {
        (void)pthread_detach(thread);
        return;
    }
    atomic_fetch_sub(running, 1);
    free(connection);
    (void)close(fd);
}

void server_accept_loop(struct sim_server *server, int listener,
                        void (*serve)(struct sim_server *server, int connection))
{
    atomic_uint running = 0;

    while (!atomic_load(&server->stopping)) {
        struct pollfd fds[] = { { .fd = listener, .events = POLLIN },
                                { .fd = server->stop_pipe[0], .events = POLLIN } };
        int fd;

        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            break;
        if ((fds[0].revents & POLLIN) == 0)
            continue;
        fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0)
            start_connection(server, fd, &running, serve);
    }
    (void)close(listener);
    /* Every wait of a connection ends with the server; running lies on this stack. */
    while (atomic_load(&running) > 0)
        (void)usleep(1000);
}

bool server_wait_fd(struct sim_server *server, int fd, short events, uint64_t milliseconds)
{
    struct pollfd fds[] = { { .fd = fd, .events = events },
                            { .fd = server->stop_pipe[0], .events = POLLIN } };

    return poll(fds, 2, (int)milliseconds) > 0 && fds[1].revents == 0;
}

static bool wait_ready(struct sim_server *server, int fd, short events, int64_t end)
{
    int64_t left = end - server_clock_ms();

    return left > 0 && server_wait_fd(server, fd, events, (uint64_t)left);
}

size_t server_read_some(struct sim_server *server, int fd, void *data, size_t size)
{
    int64_t end = server_clock_ms() + IO_TIMEOUT_MS;
    ssize_t got;

    while ((got = read(fd, data, size)) < 0)
        if ((errno != EAGAIN && errno != EINTR) || !wait_ready(server, fd, POLLIN, end))
            return 0;
    return (size_t)got;
}

bool server_read(struct sim_server *server, int fd, void *data, size_t size)
{
    size_t done = 0, got;

    while (done < size) {
        got = server_read_some(server, fd, (char *)data + done, size - done);
        if (got == 0)
            return false;
        done += got;
    }
    return true;
}

bool server_write(struct sim_server *server, int fd, const void *data, size_t size)
{
    int64_t end = server_clock_ms() + IO_TIMEOUT_MS;
    size_t done = 0;

    while (done < size) {
        ssize_t put = send(fd, (const char *)data + done, size - done, MSG_NOSIGNAL);

        if (put >= 0)
            done += (size_t)put;
        else if (errno != EAGAIN && errno != EINTR)
            return false;
        else if (!wait_ready(server, fd, POLLOUT, end))
            return false;
    }
    return true;
}
