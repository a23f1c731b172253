/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-sim: drives the simulated TDX platform. With --dir it asks the tdx-sim that serves there;
 * without, it makes a world of its own from --seed, --time and NAME=VALUE arguments. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/program.h"
#include "core/base/files.h"
#include "core/base/hex.h"
#include "core/base/rfc3339.h"
#include "core/base/text.h"
#include "tests/sim/sim_control.h"
#include "tests/sim/sim_daemon.h"
#include "tests/sim/sim_world.h"
#include "tests/sim/tdx_sim_options.h"

#define STOP_TIMEOUT_MS 10000

/* A root that nobody else has: without --seed each tdx-sim that serves is a world of its own. */
static enum tdx_status random_seed(struct text *out, struct tdx_error *err)
{
    uint8_t random[16];

    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return status_fail_errno(err, TDX_CRYPTO_FAILED, errno, "getrandom");
    text_add_hex(out, random, sizeof(random));
    return TDX_OK;
}

static enum tdx_status make_world(const struct options *options, const char *seed,
                                  struct sim_world **ret, struct tdx_error *err)
{
    int64_t now = time(NULL);
    struct sim_world *world;
    enum tdx_status status = TDX_OK;

    if (options->time != NULL)
        status = rfc3339_parse(options->time, strlen(options->time), &now, err);
    if (status != TDX_OK)
        return status;
    world = world_new(seed, now);
    if (world == NULL)
        return status_fail(err, TDX_CRYPTO_FAILED, "the simulated world");
    for (char **setting = options->settings; *setting != NULL && status == TDX_OK; setting++)
        status = world_set(world, *setting, err);
    if (status != TDX_OK) {
        world_free(world);
        return status;
    }
    *ret = world;
    return TDX_OK;
}

/* The answer to request, from the server in the folder or from a world of our own. */
static enum tdx_status ask(const struct options *options, const char *request, struct text *out,
                           struct tdx_error *err)
{
    struct text path = { 0 };
    struct sim_world *world = NULL;
    struct sim_server server;
    enum tdx_status status;

    if (options->folder != NULL) {
        text_addf(&path, "%s/control.sock", options->folder);
        status = sim_control_ask(text_string(&path), request, out, err);
        text_free(&path);
        return status;
    }
    status = make_world(options, options->seed != NULL ? options->seed : "tdx-sim", &world, err);
    if (status != TDX_OK)
        return status;
    if (server_init(&server, world))
        status = sim_control_answer(&server, request, out, err);
    else
        status = status_fail(err, TDX_NO_MEMORY, "server");
    server_clear(&server);
    return status;
}

/* Asks and writes the answer to --out, or to standard output. */
static int ask_and_write(const struct options *options, const char *request)
{
    struct text answer = { .limit = (size_t)64 << 20 };
    struct tdx_error err = { 0 };
    enum tdx_status status = ask(options, request, &answer, &err);
    struct span content;
    int code;

    content = (struct span){ (const uint8_t *)answer.data, answer.length };
    if (status == TDX_OK && options->out != NULL)
        status = file_replace(options->out, content, 0644, &err);
    else if (status == TDX_OK && content.size > 0)
        (void)fwrite(content.data, 1, content.size, stdout);
    code = status == TDX_OK ? program_finish(&options->program, TDX_EXIT_YES)
                            : program_fail(&options->program, status, &err);
    text_free(&answer);
    return code;
}

static int run_plain(int argc, char **argv, const char *name, const char *request)
{
    struct options options;
    int code = options_parse(&options, name, argc, argv);

    return code >= 0 ? code : ask_and_write(&options, request);
}

static int run_collateral(int argc, char **argv)
{
    return run_plain(argc, argv, "tdx-sim write-collateral", "collateral");
}

static int run_root(int argc, char **argv)
{
    return run_plain(argc, argv, "tdx-sim write-root", "anchor");
}

static int run_evidence(int argc, char **argv)
{
    struct options options;
    struct text request = { 0 };
    int code = options_parse(&options, "tdx-sim", argc, argv);

    if (code >= 0)
        return code;
    text_addf(&request, "%s %s", argv[0], options.report_data);
    code = ask_and_write(&options, text_string(&request));
    text_free(&request);
    return code;
}

static int run_status(int argc, char **argv)
{
    struct options options;
    int code = options_parse(&options, "tdx-sim status", argc, argv);

    return code >= 0 ? code : ask_and_write(&options, options.all ? "status-all" : "status");
}

static int run_set(int argc, char **argv)
{
    struct options options;
    struct text request = { 0 };
    int code = options_parse(&options, "tdx-sim set", argc, argv);

    if (code >= 0)
        return code;
    if (options.folder == NULL || *options.settings == NULL)
        return program_usage(&options.program, "it needs --dir and NAME=VALUE");
    text_add(&request, "set\n");
    for (char **setting = options.settings; *setting != NULL; setting++)
        text_addf(&request, "%s\n", *setting);
    code = ask_and_write(&options, text_string(&request));
    text_free(&request);
    return code;
}

/* Returns when the server is gone (its control socket with it). */
static int run_stop(int argc, char **argv)
{
    struct options options;
    struct text path = { 0 };
    struct timespec step = { 0, 10 * 1000 * 1000 };
    int code = options_parse(&options, "tdx-sim stop", argc, argv);

    if (code >= 0)
        return code;
    if (options.folder == NULL)
        return program_usage(&options.program, "it needs --dir");
    code = ask_and_write(&options, "stop");
    text_addf(&path, "%s/control.sock", options.folder);
    for (unsigned waited = 0; code == 0 && access(text_string(&path), F_OK) == 0; waited += 10) {
        if (waited > STOP_TIMEOUT_MS)
            code = program_fail(&options.program, TDX_CHILD_TIMEOUT, NULL);
        (void)nanosleep(&step, NULL);
    }
    text_free(&path);
    return code;
}

static int run_knobs(int argc, char **argv)
{
    struct options options;
    struct text list = { 0 };
    int code = options_parse(&options, "tdx-sim knobs", argc, argv);

    if (code >= 0)
        return code;
    world_help(&list);
    (void)fputs(text_string(&list), stdout);
    text_free(&list);
    return program_finish(&options.program, TDX_EXIT_YES);
}

static void say_ready(void *context)
{
    int *fd = context;

    if (*fd < 0) {
        (void)puts("ready");
        (void)fflush(stdout);
        return;
    }
    if (write(*fd, "r", 1) != 1)
        _exit(TDX_EXIT_UNDECIDED);
    (void)close(*fd);
}

/* In the child: no terminal, no descriptor of the caller's but ready (a pipe held open would keep
 * a test harness waiting). Standard error goes to DIR/log once the caller is gone. */
static void detach(const char *folder, int *ready)
{
    struct text path = { 0 };
    int null = open("/dev/null", O_RDWR | O_CLOEXEC), log;

    (void)setsid();
    text_addf(&path, "%s/log", folder);
    log = open(text_string(&path), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    (void)dup2(null, STDIN_FILENO);
    (void)dup2(null, STDOUT_FILENO);
    (void)dup2(log >= 0 ? log : null, STDERR_FILENO);
    (void)dup2(*ready, 3);
    *ready = 3;
    (void)fcntl(3, F_SETFD, FD_CLOEXEC);
    for (int fd = 4; fd < 1024; fd++)
        (void)close(fd);
    text_free(&path);
}

static void remove_empty_log(const char *folder)
{
    struct text path = { 0 };
    struct stat log;

    text_addf(&path, "%s/log", folder);
    if (stat(text_string(&path), &log) == 0 && log.st_size == 0)
        (void)unlink(text_string(&path));
    text_free(&path);
}

/* ready: a pipe to the waiting caller, in the background; -1 in the foreground. */
static int serve(const struct options *options, int ready)
{
    struct sim_daemon_options daemon = {
        .folder = options->folder,
        .mount = !options->no_mount,
        .pccs = options->pccs,
        .pccs_port = (unsigned short)options->port,
        .parent = (pid_t)options->parent,
    };
    struct text seed = { 0 };
    struct tdx_error err = { 0 };
    struct sim_world *world = NULL;
    enum tdx_status status = TDX_OK;
    int fd = ready;

    if (options->seed != NULL)
        text_add(&seed, options->seed);
    else
        status = random_seed(&seed, &err);
    if (status == TDX_OK)
        status = make_world(options, text_string(&seed), &world, &err);
    if (status == TDX_OK)
        status = sim_daemon_run(&daemon, world, say_ready, &fd, &err);
    text_free(&seed);
    if (status == TDX_OK && ready >= 0)
        remove_empty_log(options->folder);
    return status == TDX_OK ? TDX_EXIT_YES : program_fail(&options->program, status, &err);
}

/* Returns once the child is ready, or has failed. */
static int serve_in_background(const struct options *options)
{
    int ends[2], code = TDX_EXIT_UNDECIDED;
    char byte;
    pid_t child;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return program_fail(&options->program, TDX_CHILD_FAILED, NULL);
    child = fork();
    if (child == 0) {
        (void)close(ends[0]);
        detach(options->folder, &ends[1]);
        _exit(serve(options, ends[1]));
    }
    (void)close(ends[1]);
    if (child > 0 && read(ends[0], &byte, 1) == 1)
        code = TDX_EXIT_YES;
    (void)close(ends[0]);
    if (code != TDX_EXIT_YES) {
        struct tdx_error err = { 0 };

        (void)status_fail(&err, TDX_CHILD_FAILED, "see %s/log", options->folder);
        code = program_fail(&options->program, TDX_CHILD_FAILED, &err);
    }
    return code;
}

static int run_serve(int argc, char **argv)
{
    struct options options;
    struct text answer = { 0 };
    int code = options_parse(&options, "tdx-sim serve", argc, argv);

    if (code >= 0)
        return code;
    if (strcmp(argv[0], "pccs") == 0)
        options.pccs = options.no_mount = true;
    if (options.folder == NULL)
        return program_usage(&options.program, "it needs --dir");
    if (mkdir(options.folder, 0755) != 0 && errno != EEXIST)
        return program_fail(&options.program, TDX_FILE_WRITE_FAILED, NULL);
    if (ask(&options, "status", &answer, NULL) == TDX_OK) {
        text_free(&answer);
        return program_usage(&options.program, "a tdx-sim serves in %s already", options.folder);
    }
    (void)signal(SIGPIPE, SIG_IGN);
    return options.background ? serve_in_background(&options) : serve(&options, -1);
}

int main(int argc, char **argv)
{
    static const struct command commands[] = {
        { "serve", "mount the device and configfs-tsm, answer as QGS", run_serve },
        { "pccs", "serve as a PCCS only: serve --no-mount --pccs", run_serve },
        { "set", "turn knobs while it serves", run_set },
        { "status", "which knobs are turned, and counters", run_status },
        { "stop", "end it", run_stop },
        { "knobs", "list all knobs", run_knobs },
        { "quote", "write a quote", run_evidence },
        { "report", "write a TDREPORT", run_evidence },
        { "write-collateral", "write the bundle", run_collateral },
        { "write-root", "write the root certificate: the trust anchor", run_root },
        { NULL, NULL, NULL },
    };

    return program_dispatch("tdx-sim", "a software TDX platform for tests and the demo", commands,
                            argc, argv);
}
