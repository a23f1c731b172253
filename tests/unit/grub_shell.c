/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/grub_shell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/files.h"
#include "core/base/process.h"
#include "tests/unit/cmocka_all.h"

const struct grub_shell grub_shells[] = {
    { "dash", "/bin/dash", { "dash", "-c" } },
    { "bash", "/bin/bash", { "bash", "--posix", "-c" } },
    { "sh", "/bin/sh", { "sh", "-c" } },
    { NULL, NULL, { NULL } },
};

int grub_shell_there(const struct grub_shell *shell)
{
    return access(shell->path, X_OK) == 0;
}

/* Runs script with the files as $1, $2, ... */
static int run(const struct grub_shell *shell, const char *script, const struct span *files,
               size_t count, struct text *ret)
{
    static const char *const env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C",
                                       "HOME=/root", NULL };
    char paths[8][64];
    const char *argv[16] = { NULL };
    size_t at = 0;
    struct process_result result;
    struct process_spec spec = {
        .path = shell->path, .argv = argv, .env = env, .timeout_ms = 10000
    };
    int code;

    for (; shell->argv[at] != NULL; at++)
        argv[at] = shell->argv[at];
    argv[at++] = script;
    argv[at++] = "sh";
    for (size_t i = 0; i < count; i++) {
        int fd;

        (void)snprintf(paths[i], sizeof(paths[i]), "/tmp/grub-shell-XXXXXX");
        fd = mkstemp(paths[i]);
        assert_true(fd >= 0);
        assert_int_equal(file_write_all(fd, files[i]), 0);
        assert_int_equal(close(fd), 0);
        argv[at++] = paths[i];
    }
    assert_status(process_run(&spec, &result, NULL), "OK");
    text_add_n(ret, text_string(&result.out), result.out.length);
    code = result.exit_code;
    process_result_free(&result);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(unlink(paths[i]), 0);
    return code;
}

int grub_shell_source(const struct grub_shell *shell, const struct span *files, size_t count,
                      struct text *ret)
{
    /* The files' own output is not ours; the shell's own variables change from run to run. */
    return run(
        shell,
        "for tdx_file in \"$@\"; do . \"$tdx_file\" >/dev/null 2>&1; done; set | "
        "grep -v -e '^BASH' -e '^PPID=' -e '^_=' -e '^tdx_file=' -e '^OPTIND=' -e '^PIPESTATUS='",
        files, count, ret);
}

int grub_shell_value(const struct grub_shell *shell, const struct span *files, size_t count,
                     const char *name, int *ret_set, struct text *ret)
{
    char script[512];
    struct text out = { 0 };
    int code;

    (void)snprintf(script, sizeof(script),
                   "for tdx_file in \"$@\"; do . \"$tdx_file\" >/dev/null 2>&1; done; "
                   "printf '%%s' \"${%s+=}${%s-}\"",
                   name, name);
    code = run(shell, script, files, count, &out);
    *ret_set = out.length > 0 && out.data[0] == '=';
    if (*ret_set)
        text_add_n(ret, out.data + 1, out.length - 1);
    text_free(&out);
    return code;
}
