/* SPDX-License-Identifier: Apache-2.0 */
/* core/base/files and process, on a folder of their own. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/base/files.h"
#include "core/base/process.h"
#include "core/base/span_text.h"
#include "tests/unit/cmocka_all.h"

#define SPAN(string) ((struct span){ (const uint8_t *)(string), sizeof(string) - 1 })

static char folder[64];
static char path[128];

static const char *in_folder(const char *name)
{
    assert_true(snprintf(path, sizeof(path), "%s/%s", folder, name) < (int)sizeof(path));
    return path;
}

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof(folder), "./test-files-XXXXXX");
    return mkdtemp(folder) == NULL || chmod(folder, 0700) != 0;
}

static int remove_folder(void **state)
{
    static const char *const names[] = { "a", "link", "fifo", "d/x", "d", "noexec", "out" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (unlink(in_folder(names[i])) != 0)
            (void)rmdir(path);
    return rmdir(folder); /* fails where a temporary file was left behind */
}

static void put(const char *name, const char *content, mode_t mode)
{
    FILE *file = fopen(in_folder(name), "w");

    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void assert_content(const char *name, const char *expected)
{
    struct file_content content = { 0 };

    assert_status(file_read(in_folder(name), 1000, 0, &content, NULL), "OK");
    assert_string_equal((const char *)content.data, expected);
    assert_int_equal(content.size, strlen(expected));
    file_content_free(&content);
}

static void reads_whole_files_up_to_the_limit(void **state)
{
    struct file_content content = { 0 };

    (void)state;
    put("a", "12345", 0644);
    assert_status(file_read(in_folder("a"), 5, 0, &content, NULL), "OK");
    file_content_free(&content);
    assert_status(file_read(in_folder("a"), 4, 0, &content, NULL), "FILE_TOO_LARGE");
    assert_null(content.data);
    assert_status(file_read(in_folder("none"), 4, 0, &content, NULL), "FILE_UNREADABLE");
    assert_status(file_read(folder, 4, 0, &content, NULL), "FILE_UNREADABLE");
}

/* A FIFO without a writer would block for ever. */
static void a_planted_fifo_does_not_hang_us(void **state)
{
    struct file_content content = { 0 };

    (void)state;
    assert_int_equal(mkfifo(in_folder("fifo"), 0600), 0);
    assert_status(file_read(path, 10, 0, &content, NULL), "FILE_UNREADABLE");
    assert_int_equal(unlink(in_folder("fifo")), 0);
}

static void safe_reading_refuses_what_others_could_change(void **state)
{
    static const struct {
        mode_t mode;
        const char *expected;
    } cases[] = {
        { 0600, "OK" },          { 0644, "OK" },          { 0664, "FILE_UNSAFE" },
        { 0646, "FILE_UNSAFE" }, { 0666, "FILE_UNSAFE" },
    };
    struct file_content content = { 0 };

    (void)state;
    if (file_check_safe(folder, NULL) != TDX_OK)
        skip(); /* the build lies in a folder that others can write to: nothing below it is safe */
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        put("a", "x", cases[i].mode);
        assert_status(file_read(in_folder("a"), 10, FILE_READ_SAFE, &content, NULL),
                      cases[i].expected);
        file_content_free(&content);
    }
    put("a", "x", 0600);
    assert_int_equal(symlink("a", in_folder("link")), 0);
    assert_status(file_read(in_folder("link"), 10, FILE_READ_SAFE, &content, NULL), "FILE_UNSAFE");
    assert_status(file_read(in_folder("link"), 10, 0, &content, NULL), "OK");
    file_content_free(&content);
    assert_int_equal(unlink(in_folder("link")), 0);

    assert_int_equal(mkdir(in_folder("d"), 0700), 0);
    put("d/x", "x", 0600);
    assert_int_equal(chmod(in_folder("d"), 0777), 0);
    assert_status(file_read(in_folder("d/x"), 10, FILE_READ_SAFE, &content, NULL), "FILE_UNSAFE");
    assert_int_equal(unlink(in_folder("d/x")), 0);
    assert_int_equal(rmdir(in_folder("d")), 0);
}

/* A login reads the cache and the floor while a refresh replaces them. */
static void a_file_that_is_being_replaced_is_read_safely_all_the_same(void **state)
{
    struct file_content content = { 0 };
    struct tdx_error err;
    pid_t writer;
    int ended = -1, reads = 0;

    (void)state;
    put("a", "whole", 0600);
    writer = fork();
    assert_true(writer >= 0);
    if (writer == 0) {
        while (access(in_folder("out"), F_OK) != 0)
            if (file_replace(in_folder("a"), SPAN("whole"), 0600, NULL) != TDX_OK)
                _exit(1);
        _exit(0);
    }
    while (reads < 5000) {
        err = (struct tdx_error){ 0 };
        if (file_read(in_folder("a"), 100, FILE_READ_SAFE, &content, &err) != TDX_OK ||
            content.size != 5)
            break;
        file_content_free(&content);
        reads++;
    }
    put("out", "", 0600); /* ends the writer */
    assert_int_equal(waitpid(writer, &ended, 0), writer);
    assert_int_equal(ended, 0);
    assert_string_equal(err.detail, "");
    assert_int_equal(reads, 5000);
}

static void replacing_keeps_mode_links_and_attributes(void **state)
{
    char value[8] = "";
    struct stat st;
    bool has_xattrs;

    (void)state;
    assert_status(file_replace(in_folder("a"), SPAN("new"), 0640, NULL), "OK");
    put("a", "old", 0604);
    has_xattrs = setxattr(in_folder("a"), "user.tdx", "kept", 4, 0) == 0;
    assert_true(has_xattrs || errno == ENOTSUP);
    assert_int_equal(symlink("a", in_folder("link")), 0);
    assert_status(file_replace(in_folder("link"), SPAN("second"), 0600, NULL), "OK");
    assert_content("a", "second");
    assert_int_equal(lstat(in_folder("link"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(stat(in_folder("a"), &st), 0);
    assert_int_equal(st.st_mode & 07777U, 0604);
    if (has_xattrs) {
        assert_int_equal(getxattr(in_folder("a"), "user.tdx", value, sizeof(value)), 4);
        assert_string_equal(value, "kept");
    }
    assert_int_equal(unlink(in_folder("link")), 0);
}

static void a_new_file_gets_the_mode_asked_for(void **state)
{
    struct stat st;

    (void)state;
    assert_int_equal(unlink(in_folder("a")), 0);
    assert_status(file_replace(in_folder("a"), SPAN("x"), 0640, NULL), "OK");
    assert_int_equal(stat(in_folder("a"), &st), 0);
    assert_int_equal(st.st_mode & 07777U, 0640);
}

static void a_failed_replacement_changes_nothing(void **state)
{
    (void)state;
    put("a", "old", 0600);
    assert_status(file_replace(in_folder("none/a"), SPAN("x"), 0600, NULL), "FILE_WRITE_FAILED");
    assert_status(file_replace(folder, SPAN("x"), 0600, NULL), "FILE_WRITE_FAILED");
    assert_content("a", "old");
}

/* --- processes ------------------------------------------------------------------------------ */

static enum tdx_status shell(const char *script, const char *input, unsigned timeout_ms,
                             struct process_result *result, struct tdx_error *err)
{
    const char *const argv[] = { "sh", "-c", script, NULL };
    const struct process_spec spec = {
        .path = "/bin/sh",
        .argv = argv,
        .timeout_ms = timeout_ms,
        .output_limit = 100000,
        .input = span_of(input),
    };

    return process_run(&spec, result, err);
}

static bool is_a(const char *name)
{
    return strcmp(name, "a") == 0;
}

static void tidying_removes_what_a_killed_replacement_left_and_nothing_else(void **state)
{
    static const struct {
        const char *name;
        bool stays;
    } cases[] = {
        { ".a.0123456789abcdef", false },
        { ".b.0123456789abcdef", true }, /* another's */
        { ".a.0123456789abcde", true },
        { ".a.0123456789abcdeg", true },
        { ".a.0123456789abcdef0", true },
        { ".a", true },
        { "a", true },
        { "a.0123456789abcdef", true },
        { ".0123456789abcdef", true },
    };
    int folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    (void)state;
    assert_true(folder_fd >= 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int fd = open(in_folder(cases[i].name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

        assert_true(fd >= 0);
        assert_int_equal(close(fd), 0);
    }
    file_replace_tidy(folder_fd, is_a);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        print_message("#  %s\n", cases[i].name);
        assert_int_equal(access(in_folder(cases[i].name), F_OK) == 0, cases[i].stays);
        (void)unlink(in_folder(cases[i].name));
    }
    assert_int_equal(close(folder_fd), 0);
}

static void missing_folders_are_made_up_to_the_last(void **state)
{
    struct stat st;

    (void)state;
    assert_int_equal(file_make_folders(in_folder("d/e/f")), 0);
    assert_int_equal(stat(in_folder("d/e/f"), &st), 0);
    assert_true(S_ISDIR(st.st_mode) && (st.st_mode & 07022U) == 0);
    assert_int_equal(file_make_folders(in_folder("d/e/f/")), 0);
    assert_int_equal(file_make_folders("/"), 0);
    assert_int_equal(file_make_folders("/dev/null/x"), ENOTDIR);
    assert_int_equal(rmdir(in_folder("d/e/f")), 0);
    assert_int_equal(rmdir(in_folder("d/e")), 0);
    assert_int_equal(rmdir(in_folder("d")), 0);
}

static void a_program_gets_input_and_gives_output_and_code(void **state)
{
    struct process_result result;

    (void)state;
    assert_status(shell("cat; echo to-err >&2; exit 3", "hello", 20000, &result, NULL), "OK");
    assert_string_equal(text_string(&result.out), "hello");
    assert_string_equal(text_string(&result.err), "to-err\n");
    assert_int_equal(result.exit_code, 3);
    process_result_free(&result);
    assert_status(shell("kill -9 $$", "", 20000, &result, NULL), "OK");
    assert_int_equal(result.exit_code, -1);
    assert_int_equal(result.signal, SIGKILL);
    process_result_free(&result);
}

/* Even a descriptor that somebody forgot to mark, and even signals that we ignore. (The mask's low
 * seven digits are signals 1 to 28; 32 and 33 belong to the C library, which lets nobody set them.)
 */
static void a_program_inherits_nothing(void **state)
{
    struct process_result result;
    int leak = open("/dev/null", O_RDONLY); /* deliberately without O_CLOEXEC */

    (void)state;
    assert_true(leak >= 0);
    assert_true(signal(SIGHUP, SIG_IGN) != SIG_ERR);
    assert_int_equal(setenv("TDX_TEST_LEAK", "yes", 1), 0);
    assert_status(shell("ls /proc/self/fd | wc -l; echo \"[$TDX_TEST_LEAK]\"; "
                        "sed -n 's/^SigIgn:\\t.........//p' /proc/self/status",
                        "", 20000, &result, NULL),
                  "OK");
    /* 0, 1, 2 and the descriptor with which ls reads the folder */
    assert_string_equal(text_string(&result.out), "4\n[]\n0000000\n");
    process_result_free(&result);
    assert_int_equal(close(leak), 0);
    assert_true(signal(SIGHUP, SIG_DFL) != SIG_ERR);
    assert_int_equal(unsetenv("TDX_TEST_LEAK"), 0);
}

static void the_deadline_ends_a_program_and_its_children(void **state)
{
    struct process_result result;
    struct tdx_error err = { 0 };
    char script[160];
    FILE *file;
    int pid = 0;

    (void)state;
    (void)snprintf(script, sizeof(script), "sleep 300 & echo $! > %s/out; wait", folder);
    assert_status(shell(script, "", 300, &result, &err), "CHILD_TIMEOUT");
    assert_string_equal(err.detail, "/bin/sh, after 300 ms");
    process_result_free(&result);
    file = fopen(in_folder("out"), "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d", &pid), 1);
    assert_int_equal(fclose(file), 0);
    for (int i = 0; i < 200 && kill(pid, 0) == 0; i++) {
        char stat_path[64], state_letter = 'Z';

        (void)snprintf(stat_path, sizeof(stat_path), "/proc/%d/stat", pid);
        file = fopen(stat_path, "r");
        if (file == NULL)
            return;
        assert_int_equal(fscanf(file, "%*d (%*[^)]) %c", &state_letter), 1);
        assert_int_equal(fclose(file), 0);
        if (state_letter == 'Z') /* dead; whoever adopted it has not looked yet */
            return;
        (void)usleep(10000);
    }
    assert_int_not_equal(kill(pid, 0), 0);
}

static void output_past_the_limit_is_cut_and_said(void **state)
{
    struct process_result result;

    (void)state;
    assert_status(shell("head -c 300000 /dev/zero | tr '\\0' x", "", 20000, &result, NULL), "OK");
    assert_true(result.out_cut);
    assert_false(result.err_cut);
    assert_int_equal(result.out.length, 100000);
    process_result_free(&result);
}

static void a_program_that_cannot_start_says_why(void **state)
{
    const char *const argv[] = { "none", NULL };
    struct process_spec spec = { .path = "/nonexistent/none", .argv = argv };
    struct process_result result;
    struct tdx_error err = { 0 };

    (void)state;
    assert_status(process_run(&spec, &result, &err), "CHILD_FAILED");
    assert_string_equal(err.detail, "cannot run /nonexistent/none: No such file or directory");
    process_result_free(&result);
}

/* A program that does not read what it is given is no failure, and SIGPIPE does not end us. */
static void unread_input_is_no_failure(void **state)
{
    static char input[60000];
    struct process_result result;

    (void)state;
    memset(input, 'x', sizeof(input) - 1);
    for (int i = 0; i < 20; i++) {
        assert_status(shell("exit 0", input, 20000, &result, NULL), "OK");
        assert_int_equal(result.exit_code, 0);
        process_result_free(&result);
    }
}

static void what_is_no_regular_file_is_written_into(void **state)
{
    struct stat st;
    char seen[8] = "";
    int fd;

    (void)state;
    assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
    assert_status(file_put(in_folder("pipe"), SPAN("nobody"), 0600, NULL), "FILE_WRITE_FAILED");
    fd = open(in_folder("pipe"), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_status(file_put(in_folder("pipe"), SPAN("hello"), 0600, NULL), "OK");
    assert_int_equal(read(fd, seen, sizeof(seen) - 1), 5);
    assert_string_equal(seen, "hello");
    (void)close(fd);
    assert_int_equal(stat(in_folder("pipe"), &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
    assert_int_equal(unlink(in_folder("pipe")), 0);
    assert_status(file_put("/dev/null", SPAN("gone"), 0600, NULL), "OK");
    assert_status(file_put("/dev/full", SPAN("gone"), 0600, NULL), "FILE_WRITE_FAILED");
    assert_status(file_put(in_folder("."), SPAN("a folder"), 0600, NULL), "FILE_WRITE_FAILED");
    assert_status(file_put(in_folder("put"), SPAN("a file"), 0640, NULL), "OK");
    assert_int_equal(stat(in_folder("put"), &st), 0);
    assert_int_equal(st.st_mode & 07777U, 0640);
    assert_int_equal(unlink(in_folder("put")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_whole_files_up_to_the_limit),
        cmocka_unit_test(a_planted_fifo_does_not_hang_us),
        cmocka_unit_test(safe_reading_refuses_what_others_could_change),
        cmocka_unit_test(a_file_that_is_being_replaced_is_read_safely_all_the_same),
        cmocka_unit_test(replacing_keeps_mode_links_and_attributes),
        cmocka_unit_test(a_new_file_gets_the_mode_asked_for),
        cmocka_unit_test(a_failed_replacement_changes_nothing),
        cmocka_unit_test(what_is_no_regular_file_is_written_into),
        cmocka_unit_test(missing_folders_are_made_up_to_the_last),
        cmocka_unit_test(tidying_removes_what_a_killed_replacement_left_and_nothing_else),
        cmocka_unit_test(a_program_gets_input_and_gives_output_and_code),
        cmocka_unit_test(a_program_inherits_nothing),
        cmocka_unit_test(the_deadline_ends_a_program_and_its_children),
        cmocka_unit_test(output_past_the_limit_is_cut_and_said),
        cmocka_unit_test(a_program_that_cannot_start_says_why),
        cmocka_unit_test(unread_input_is_no_failure),
    };

    return cmocka_run_group_tests_name("files", tests, make_folder, remove_folder);
}
