/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/sim_runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/process.h"
#include "tests/unit/cmocka_all.h"

#define ARGUMENTS_MAX 48
#define TIMEOUT_MS    60000

static int run(const char *path, const char *const *arguments, struct text *out,
               struct text *diagnostics)
{
    const char *argv[ARGUMENTS_MAX + 2] = { path };
    struct process_spec spec = { .path = path, .argv = argv, .timeout_ms = TIMEOUT_MS };
    struct process_result result = { 0 };
    struct tdx_error err = { 0 };
    int code;

    for (size_t i = 0; i < ARGUMENTS_MAX && arguments[i] != NULL; i++)
        argv[i + 1] = arguments[i];
    if (process_run(&spec, &result, &err) != TDX_OK)
        fail_msg("%s: %s", path, err.detail);
    text_clear(out);
    text_clear(diagnostics);
    text_add(out, text_string(&result.out));
    text_add(diagnostics, text_string(&result.err));
    code = result.signal != 0 ? -1 - result.signal : result.exit_code;
    process_result_free(&result);
    return code;
}

static const char *build_folder(void)
{
    const char *top = getenv("top_builddir");

    return top != NULL ? top : ".";
}

int run_program(const char *path, const char *const *arguments, struct text *out,
                struct text *diagnostics)
{
    char full[1024], absolute[4096];

    (void)snprintf(full, sizeof(full), "%s/%s", build_folder(), path);
    if (realpath(full, absolute) == NULL)
        fail_msg("%s is not built", full);
    return run(absolute, arguments, out, diagnostics);
}

/* What a tdx-sim leaves for its next run. */
static void remove_leftovers(const struct sim_runner *sim)
{
    static const char *const names[] = { "log", "seed" };

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char path[128];

        (void)snprintf(path, sizeof(path), "%s/%s", sim->folder, names[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(sim->folder), 0);
}

bool sim_runner_start(struct sim_runner *sim)
{
    char parent[32], full[1024], absolute[4096];
    const char *const serve[] = { "serve",        "--dir", sim->folder, "--background",
                                  "--parent-pid", parent,  NULL };
    struct text out = { 0 }, diagnostics = { 0 };
    int code = -1;

    memset(sim, 0, sizeof(*sim));
    (void)snprintf(full, sizeof(full), "%s/tests/sim/tdx-sim", build_folder());
    (void)snprintf(sim->folder, sizeof(sim->folder), "/tmp/tdx-sim.XXXXXX");
    if (realpath(full, absolute) == NULL) {
        print_message("skipped: there is no %s (no fuse3 when this was configured)\n", full);
        return false;
    }
    (void)snprintf(sim->program, sizeof(sim->program), "%.1000s", absolute);
    if (mkdtemp(sim->folder) == NULL)
        fail_msg("no folder for the simulator");
    (void)snprintf(sim->device, sizeof(sim->device), "%s/tdx_guest", sim->folder);
    (void)snprintf(sim->tsm, sizeof(sim->tsm), "%s/tsm/report", sim->folder);
    (void)snprintf(sim->qgs_socket, sizeof(sim->qgs_socket), "%s/qgs.sock", sim->folder);
    (void)snprintf(parent, sizeof(parent), "%ld", (long)getpid());
    code = run(sim->program, serve, &out, &diagnostics);
    if (code != 0) {
        print_message("skipped: the simulator cannot serve here: %s\n", text_string(&diagnostics));
        remove_leftovers(sim);
    }
    text_free(&out);
    text_free(&diagnostics);
    return code == 0;
}

void sim_runner_stop(struct sim_runner *sim)
{
    const char *const stop[] = { "stop", "--dir", sim->folder, NULL };
    struct text out = { 0 }, diagnostics = { 0 };

    if (run(sim->program, stop, &out, &diagnostics) != 0)
        fail_msg("tdx-sim stop: %s", text_string(&diagnostics));
    remove_leftovers(sim);
    text_free(&out);
    text_free(&diagnostics);
}

void sim_runner_set(const struct sim_runner *sim, const char *settings)
{
    const char *arguments[ARGUMENTS_MAX] = { "set", "--dir", sim->folder, "reset=all" };
    struct text out = { 0 }, diagnostics = { 0 };
    char *words = strdup(settings), *rest = NULL;
    size_t count = 4;

    assert_non_null(words);
    for (char *word = strtok_r(words, " ", &rest); word != NULL && count < ARGUMENTS_MAX - 1;
         word = strtok_r(NULL, " ", &rest))
        arguments[count++] = word;
    if (run(sim->program, arguments, &out, &diagnostics) != 0)
        fail_msg("tdx-sim set %s: %s", settings, text_string(&diagnostics));
    free(words);
    text_free(&out);
    text_free(&diagnostics);
}

int sim_runner_setup(void **state)
{
    struct sim_runner *sim = calloc(1, sizeof(*sim));

    if (sim != NULL && !sim_runner_start(sim)) {
        free(sim);
        sim = NULL;
    }
    *state = sim;
    return 0;
}

int sim_runner_teardown(void **state)
{
    if (*state != NULL)
        sim_runner_stop(*state);
    free(*state);
    return 0;
}

struct sim_runner *sim_runner_with(void **state, const char *settings)
{
    if (*state == NULL)
        skip();
    sim_runner_set(*state, settings);
    return *state;
}
