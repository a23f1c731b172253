/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/files.h"
#include "core/base/text.h"
#include "tests/sim/sim_control.h"
#include "tests/sim/sim_der.h"
#include "tests/sim/sim_fuse.h"
#include "tests/sim/sim_https.h"
#include "tests/sim/sim_qgs.h"
#include "tests/sim/sim_server.h"

#define PARENT_POLL_MS 200

/* A thread that accepts connections on one socket. */
struct service {
    struct sim_server *server;
    int listener;
    void (*serve)(struct sim_server *server, int connection);
    pthread_t thread;
    bool running;
};

struct daemon {
    struct sim_server server;
    struct sim_mount *mount;
    struct sim_https *https;
    struct service control, qgs;
    pthread_t watcher;
    pid_t parent;
    bool watching;
    struct text path; /* scratch */
};

static const char *path_of(struct daemon *daemon, const char *folder, const char *name)
{
    text_clear(&daemon->path);
    text_addf(&daemon->path, "%s/%s", folder, name);
    return text_string(&daemon->path);
}

static void *run_service(void *argument)
{
    struct service *service = argument;

    server_accept_loop(service->server, service->listener, service->serve);
    return NULL;
}

static enum tdx_status start_service(struct daemon *daemon, struct service *service,
                                     const char *path,
                                     void (*serve)(struct sim_server *server, int connection),
                                     struct tdx_error *err)
{
    service->server = &daemon->server;
    service->serve = serve;
    service->listener = server_listen_unix(path);
    if (service->listener < 0)
        return status_fail_errno(err, TDX_FILE_UNREADABLE, errno, "socket %s", path);
    if (pthread_create(&service->thread, NULL, run_service, service) != 0) {
        (void)close(service->listener);
        return status_fail(err, TDX_NO_MEMORY, "thread for %s", path);
    }
    service->running = true;
    return TDX_OK;
}

static void join_service(struct service *service)
{
    if (service->running)
        (void)pthread_join(service->thread, NULL);
}

/* The parent is not ours by birth when we run in the background, so its end sends no signal. */
static void *watch_parent(void *argument)
{
    struct daemon *daemon = argument;

    while (server_wait(&daemon->server, PARENT_POLL_MS, NULL))
        if (kill(daemon->parent, 0) != 0 && errno == ESRCH)
            server_stop(&daemon->server);
    return NULL;
}

/* DIR/tdx_guest and DIR/tsm lead into the mount at DIR/fs: a mount on DIR itself would hide the
 * sockets. */
static enum tdx_status make_mount(struct daemon *daemon, const char *folder, struct tdx_error *err)
{
    static const char *const names[] = { "tdx_guest", "tsm" };
    char target[64];

    if (mkdir(path_of(daemon, folder, "fs"), 0755) != 0 && errno != EEXIST && errno != ENOTCONN)
        return status_fail_errno(err, TDX_FILE_WRITE_FAILED, errno, "%s/fs", folder);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *link = path_of(daemon, folder, names[i]);

        (void)snprintf(target, sizeof(target), "fs/%s", names[i]);
        (void)unlink(link);
        if (symlink(target, link) != 0)
            return status_fail_errno(err, TDX_FILE_WRITE_FAILED, errno, "%s", link);
    }
    return sim_mount_new(&daemon->server, path_of(daemon, folder, "fs"), &daemon->mount, err);
}

/* Writes what sim_https_url() or sim_https_ca() says, and after, to a file in the folder. */
static enum tdx_status write_fact(struct daemon *daemon, const char *folder, const char *name,
                                  void (*add)(const struct sim_https *https, struct text *out),
                                  const char *after, struct tdx_error *err)
{
    struct text content = { 0 };
    enum tdx_status status;

    add(daemon->https, &content);
    text_add(&content, after);
    if (text_ok(&content))
        status = file_replace(path_of(daemon, folder, name), text_span(&content), 0644, err);
    else
        status = status_fail(err, TDX_CRYPTO_FAILED, "%s", name);
    text_free(&content);
    return status;
}

static enum tdx_status start_pccs(struct daemon *daemon, const struct sim_daemon_options *options,
                                  struct tdx_error *err)
{
    const char *folder = options->folder;
    enum tdx_status status =
        sim_https_start(&daemon->server, options->pccs_port,
                        path_of(daemon, folder, "pccs-requests"), &daemon->https, err);

    if (status == TDX_OK)
        status =
            write_fact(daemon, folder, "pccs-url", sim_https_url, "/sgx/certification/v4/\n", err);
    if (status == TDX_OK)
        status = write_fact(daemon, folder, "pccs-ca.pem", sim_https_ca, "", err);
    return status;
}

static enum tdx_status start(struct daemon *daemon, const struct sim_daemon_options *options,
                             struct tdx_error *err)
{
    const char *folder = options->folder;
    sigset_t all, before;
    enum tdx_status status = TDX_OK;

    if (options->mount)
        status = make_mount(daemon, folder, err);
    if (status != TDX_OK)
        return status;
    /* Signals are for the main thread. */
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    status = start_service(daemon, &daemon->qgs, path_of(daemon, folder, "qgs.sock"), sim_qgs_serve,
                           err);
    if (status == TDX_OK)
        status = start_service(daemon, &daemon->control, path_of(daemon, folder, "control.sock"),
                               sim_control_serve, err);
    if (status == TDX_OK && options->pccs)
        status = start_pccs(daemon, options, err);
    daemon->parent = options->parent;
    if (status == TDX_OK && options->parent != 0) {
        daemon->watching = pthread_create(&daemon->watcher, NULL, watch_parent, daemon) == 0;
        if (!daemon->watching)
            status = status_fail(err, TDX_NO_MEMORY, "thread");
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}

/* Without a mount: wait for server_stop() or a signal. */
static void wait_for_stop(struct daemon *daemon)
{
    sigset_t ends;
    struct timespec step = { 0, 50 * 1000 * 1000 };

    (void)sigemptyset(&ends);
    (void)sigaddset(&ends, SIGTERM);
    (void)sigaddset(&ends, SIGINT);
    (void)sigaddset(&ends, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &ends, NULL);
    while (!atomic_load(&daemon->server.stopping))
        if (sigtimedwait(&ends, NULL, &step) > 0)
            break;
}

static void finish(struct daemon *daemon, const char *folder)
{
    static const char *const names[] = { "tdx_guest",     "tsm",      "pccs-url",    "pccs-ca.pem",
                                         "pccs-requests", "qgs.sock", "control.sock" };

    server_stop(&daemon->server);
    sim_mount_free(daemon->mount);
    join_service(&daemon->control);
    join_service(&daemon->qgs);
    sim_https_finish(daemon->https);
    if (daemon->watching)
        (void)pthread_join(daemon->watcher, NULL);
    (void)rmdir(path_of(daemon, folder, "fs"));
    /* control.sock last: it tells others that we are gone. */
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        (void)unlink(path_of(daemon, folder, names[i]));
    text_free(&daemon->path);
    server_clear(&daemon->server);
}

enum tdx_status sim_daemon_run(const struct sim_daemon_options *options, struct sim_world *world,
                               void (*ready)(void *context), void *context, struct tdx_error *err)
{
    struct daemon daemon = { 0 };
    enum tdx_status status;

    if (!server_init(&daemon.server, world)) {
        server_clear(&daemon.server);
        return status_fail(err, TDX_NO_MEMORY, "server");
    }
    status = start(&daemon, options, err);
    if (status == TDX_OK) {
        ready(context);
        if (daemon.mount != NULL)
            sim_mount_serve(daemon.mount);
        else
            wait_for_stop(&daemon);
    }
    /* From here on SIGTERM would find the handlers gone. */
    (void)signal(SIGTERM, SIG_IGN);
    finish(&daemon, options->folder);
    return status;
}
