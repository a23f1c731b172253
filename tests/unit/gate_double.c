/* SPDX-License-Identifier: Apache-2.0 */
/* A stand-in for tdx-gate-check that misbehaves as told: gate.conf's first line is
 * "# double: WORD". Runs as pam_tdx.so starts it: no environment, no descriptors, root. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "pam_tdx/verdict.h"

extern char **environ;

/* Signals 32 and 33 are the C library's own: it lets nobody set them, and some shells and make pass
 * them on ignored. */
#define LIBC_SIGNALS 0x180000000ULL

static void say(enum tdx_status status, const char *detail)
{
    struct verdict verdict = { .status = status };
    char line[VERDICT_LINE_LIMIT];
    size_t size;

    (void)snprintf(verdict.detail, sizeof(verdict.detail), "%s", detail);
    size = verdict_print(&verdict, line);
    if (write(1, line, size) != (ssize_t)size)
        _exit(99);
}

/* The state that the module promises, as words to compare. */
static void probe(void)
{
    char out[TDX_DETAIL_SIZE], cwd[64] = "?", status_line[256];
    unsigned fds = 0, env = 0, death = 0;
    uid_t r, e, s;
    gid_t rg, eg, sg;
    struct rlimit core, nofile;
    unsigned long long ignored = 1, blocked = 1;
    DIR *folder = opendir("/proc/self/fd");
    FILE *file = fopen("/proc/self/status", "re");
    mode_t mask = umask(0);

    while (folder != NULL && readdir(folder) != NULL)
        fds++;
    while (environ[env] != NULL)
        env++;
    while (file != NULL && fgets(status_line, sizeof(status_line), file) != NULL) {
        if (sscanf(status_line, "SigIgn: %llx", &ignored) == 1)
            ignored &= ~LIBC_SIGNALS;
        (void)sscanf(status_line, "SigBlk: %llx", &blocked);
    }
    (void)getresuid(&r, &e, &s);
    (void)getresgid(&rg, &eg, &sg);
    (void)getrlimit(RLIMIT_CORE, &core);
    (void)getrlimit(RLIMIT_NOFILE, &nofile);
    (void)prctl(PR_GET_PDEATHSIG, &death);
    /* '.', '..', the folder's and the file's own descriptors do not count */
    (void)snprintf(out, sizeof(out),
                   "uid %u/%u/%u gid %u/%u/%u groups %d env %u fds %u ignored %llx blocked %llx "
                   "cwd %s umask %03o core %llu nofile %llu death %u",
                   r, e, s, rg, eg, sg, getgroups(0, NULL), env, fds - 4, ignored, blocked,
                   getcwd(cwd, sizeof(cwd)) != NULL ? cwd : "?", mask,
                   (unsigned long long)core.rlim_cur, (unsigned long long)nofile.rlim_cur, death);
    if (folder != NULL)
        (void)closedir(folder);
    if (file != NULL)
        (void)fclose(file);
    say(TDX_OK, out);
}

/* Leaves its pid where a test can find it. */
static _Noreturn void hang(const char *config)
{
    char path[512], text[32];
    int fd, length;

    (void)snprintf(path, sizeof(path), "%s.pid", config);
    length = snprintf(text, sizeof(text), "%d\n", (int)getpid());
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, text, (size_t)length) != length)
        _exit(98);
    (void)close(fd);
    for (;;)
        (void)pause();
}

static void read_word(const char *config, char word[static 64])
{
    char line[128] = "";
    FILE *file = fopen(config, "re");

    (void)strcpy(word, "ok");
    if (file != NULL && fgets(line, sizeof(line), file) != NULL)
        (void)sscanf(line, "# double: %63s", word);
    if (file != NULL)
        (void)fclose(file);
}

int main(int argc, char **argv)
{
    const char *config = argc > 3 ? argv[3] : "";
    char word[64];

    if (argc < 4 || strcmp(argv[1], "--verdict") != 0 || strcmp(argv[2], "--config") != 0)
        return 97;
    read_word(config, word);
    if (strcmp(word, "ok") == 0) {
        say(TDX_OK, "the double agrees");
        return 0;
    }
    if (strcmp(word, "probe") == 0) {
        probe();
        return 0;
    }
    if (strcmp(word, "no") == 0) {
        say(TDX_TD_DEBUGGABLE, "the double says no");
        return status_exit_code(TDX_TD_DEBUGGABLE);
    }
    if (strcmp(word, "count") == 0) { /* one more byte in a file for each decision */
        char path[512];
        int fd;

        (void)snprintf(path, sizeof(path), "%s.count", config);
        fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        if (fd < 0 || write(fd, "x", 1) != 1)
            return 98;
        say(TDX_OK, "counted");
        return 0;
    }
    if (strcmp(word, "undecided") == 0) {
        say(TDX_DEVICE_MISSING, "the double has none");
        return status_exit_code(TDX_DEVICE_MISSING);
    }
    if (strcmp(word, "hang") == 0)
        hang(config);
    if (strcmp(word, "late") == 0) { /* says yes, but does not end */
        say(TDX_OK, "too early");
        (void)close(1);
        (void)close(2);
        hang(config);
    }
    if (strcmp(word, "killed") == 0)
        (void)raise(SIGKILL);
    if (strcmp(word, "crash") == 0)
        (void)raise(SIGSEGV);
    if (strcmp(word, "liar") == 0) { /* the line says yes, the exit code no */
        say(TDX_OK, "trust me");
        return 1;
    }
    if (strcmp(word, "yes-then-killed") == 0) {
        say(TDX_OK, "trust me");
        (void)raise(SIGKILL);
    }
    if (strcmp(word, "twice") == 0) {
        say(TDX_TD_DEBUGGABLE, "no");
        say(TDX_OK, "yes");
        return 0;
    }
    if (strcmp(word, "cut") == 0)
        return write(1, "tdx-gate-check/1\tOK\t\t", 21) == 21 ? 0 : 1;
    if (strcmp(word, "garbage") == 0)
        return write(2, "\x1b[31mloader error\n", 18) == 18 ? 0 : 1;
    if (strcmp(word, "flood") == 0)
        for (char block[4096] = { 'x' }; write(1, block, sizeof(block)) > 0;)
            ;
    return 0; /* "silent" */
}
