/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/attest_runner.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/files.h"
#include "tests/unit/cmocka_all.h"

#define ARGUMENTS_MAX 40
#define PATH_SIZE     512

static struct sim_runner simulator;
static bool serving;
static char folder[] = "/tmp/tdx-attest.XXXXXX";

int attest_start(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    serving = sim_runner_start(&simulator);
    return 0;
}

int attest_stop(void **state)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;

    (void)state;
    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.')
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
    (void)closedir(dir);
    assert_int_equal(rmdir(folder), 0);
    if (serving)
        sim_runner_stop(&simulator);
    return 0;
}

const struct sim_runner *attest_simulator(void)
{
    return serving ? &simulator : NULL;
}

const char *attest_path(const char *name)
{
    static char path[PATH_SIZE];

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

void attest_write_file(const char *name, const void *data, size_t size)
{
    assert_status(file_replace(attest_path(name), (struct span){ data, size }, 0600, NULL), "OK");
}

int attest(const char *words, struct text *out, struct text *err)
{
    char paths[ARGUMENTS_MAX][PATH_SIZE];
    const char *arguments[ARGUMENTS_MAX] = { NULL };
    char *copy = strdup(words), *rest = NULL;
    size_t count = 0;
    int code;

    assert_non_null(copy);
    for (char *word = strtok_r(copy, " ", &rest); word != NULL && count < ARGUMENTS_MAX - 1;
         word = strtok_r(NULL, " ", &rest), count++) {
        if (strcmp(word, "@device") == 0) {
            arguments[count] = simulator.device;
        } else if (strcmp(word, "@tsm") == 0) {
            arguments[count] = simulator.tsm;
        } else if (strcmp(word, "@qgs") == 0) {
            arguments[count] = simulator.qgs_socket;
        } else if (word[0] == '@') {
            (void)snprintf(paths[count], PATH_SIZE, "%s", attest_path(word + 1));
            arguments[count] = paths[count];
        } else {
            arguments[count] = word;
        }
    }
    code = run_program("attest/tdx-attest", arguments, out, err);
    free(copy);
    return code;
}

static void assert_says(const char *where, const struct text *text, const char *expected)
{
    if (expected == NULL && text->length > 0)
        fail_msg("%s should be empty: %s", where, text_string(text));
    if (expected != NULL && strstr(text_string(text), expected) == NULL)
        fail_msg("%s does not say \"%s\": %s", where, expected, text_string(text));
}

void attest_run_cases_after(void (*before)(void), const struct cli_case *cases, size_t count)
{
    struct text out = { 0 }, err = { 0 };

    for (size_t i = 0; i < count; i++) {
        int code;

        if (cases[i].settings != NULL && !serving)
            continue;
        if (cases[i].settings != NULL)
            sim_runner_set(&simulator, cases[i].settings);
        if (before != NULL)
            before();
        print_message("  %s%stdx-attest %s\n", cases[i].settings != NULL ? cases[i].settings : "",
                      cases[i].settings != NULL ? ": " : "", cases[i].words);
        code = attest(cases[i].words, &out, &err);
        if (code != cases[i].code)
            fail_msg("exit code %d, expected %d: %s%s", code, cases[i].code, text_string(&out),
                     text_string(&err));
        assert_says("standard output", &out, cases[i].out);
        assert_says("standard error", &err, cases[i].err);
    }
    text_free(&out);
    text_free(&err);
}

void attest_run_cases(const struct cli_case *cases, size_t count)
{
    attest_run_cases_after(NULL, cases, count);
}
