/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/pam_host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <security/pam_appl.h>
#include <security/pam_ext.h>

#include "config.h"
#include "core/base/status.h"

#define SERVICE "gate"

static char folder[256], config_path[300], service_path[300];
static struct host_result *current; /* where the conversation and the log go */

static void append(char *out, size_t size, const char *text)
{
    size_t used = strlen(out);

    if (used < size)
        (void)snprintf(out + used, size - used, "%s\n", text);
}

/* In libpam's place: the executable's symbol comes first, for libpam and for the module. */
__attribute__((visibility("default"))) void pam_syslog(const pam_handle_t *pamh, int priority,
                                                       const char *format, ...);
void pam_syslog(const pam_handle_t *pamh, int priority, const char *format, ...)
{
    char line[4096];
    va_list arguments;

    (void)pamh;
    (void)priority;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (current != NULL)
        append(current->logged, sizeof(current->logged), line);
}

static int converse(int count, const struct pam_message **messages, struct pam_response **responses,
                    void *data)
{
    (void)data;
    for (int i = 0; i < count; i++)
        append(current->said, sizeof(current->said), messages[i]->msg);
    *responses = calloc((size_t)count, sizeof(**responses));
    return *responses != NULL ? PAM_SUCCESS : PAM_BUF_ERR;
}

/* --- what the module could leave behind ------------------------------------------------------- */

struct snapshot {
    char fds[4096];
    char state[1024]; /* lines of /proc/self/status that must not change */
    char cwd[256];
    mode_t mask;
    unsigned env;
};

extern char **environ;

static void list_fds(char *out, size_t size)
{
    static const char *const name = "/proc/self/fd";
    DIR *listing = opendir(name);
    size_t used = 0;

    out[0] = '\0';
    for (struct dirent *entry; listing != NULL && (entry = readdir(listing)) != NULL;)
        if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(listing) && used + 8 < size)
            used += (size_t)snprintf(out + used, size - used, "%s ", entry->d_name);
    if (listing != NULL)
        (void)closedir(listing);
}

static void take_snapshot(struct snapshot *out)
{
    static const char *const kept[] = { "SigBlk", "SigIgn", "SigCgt", "Threads", "Uid",
                                        "Gid",    "Groups", "CapEff", "Seccomp", "NoNewPrivs" };
    char line[512];
    FILE *file = fopen("/proc/self/status", "re");

    memset(out, 0, sizeof(*out));
    while (file != NULL && fgets(line, sizeof(line), file) != NULL)
        for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
            if (strncmp(line, kept[i], strlen(kept[i])) == 0)
                append(out->state, sizeof(out->state), line);
    if (file != NULL)
        (void)fclose(file);
    list_fds(out->fds, sizeof(out->fds));
    if (getcwd(out->cwd, sizeof(out->cwd)) == NULL)
        (void)strcpy(out->cwd, "(none)");
    out->mask = umask(0);
    (void)umask(out->mask);
    for (out->env = 0; environ[out->env] != NULL; out->env++)
        ;
}

static void compare(const struct snapshot *before, const struct snapshot *after,
                    struct host_result *ret)
{
    if (strcmp(before->fds, after->fds) != 0)
        append(ret->left, sizeof(ret->left), after->fds);
    if (strcmp(before->state, after->state) != 0)
        append(ret->left, sizeof(ret->left), after->state);
    if (strcmp(before->cwd, after->cwd) != 0 || before->mask != after->mask ||
        before->env != after->env)
        append(ret->left, sizeof(ret->left), "folder, umask or environment");
    errno = 0;
    if (waitpid(-1, NULL, WNOHANG | __WALL) != -1 || errno != ECHILD)
        append(ret->left, sizeof(ret->left), "a child");
}

/* --- transactions -------------------------------------------------------------------------- */

static const char *build_folder(void)
{
    const char *top = getenv("top_builddir");

    return top != NULL ? top : ".";
}

static bool write_file(const char *path, const char *format, ...) TDX_PRINTF(2, 3);
static bool write_file(const char *path, const char *format, ...)
{
    FILE *file = fopen(path, "we");
    va_list arguments;
    bool written;

    if (file == NULL)
        return false;
    va_start(arguments, format);
    written = vfprintf(file, format, arguments) >= 0;
    va_end(arguments);
    return fclose(file) == 0 && written;
}

static bool write_question(const struct host_question *question)
{
    char line[1024], helper[512];

    (void)snprintf(helper, sizeof(helper), "%s/tests/unit/gate_double", build_folder());
    (void)snprintf(line, sizeof(line),
                   "required %s/pam_tdx/.libs/pam_tdx.so config=%s helper=%s %s", build_folder(),
                   config_path, question->helper != NULL ? question->helper : helper,
                   question->arguments);
    return write_file(config_path, "# double: %s\n%s", question->double_word, question->config) &&
           write_file(service_path, "auth %s\naccount %s\nsession %s\n", line, line, line);
}

static bool run_calls(const struct host_question *question, unsigned which, struct host_result *ret)
{
    const struct pam_conv conversation = { .conv = converse };
    struct snapshot before, after;
    pam_handle_t *pamh = NULL;
    int result = PAM_SYSTEM_ERR;

#ifdef HAVE_PAM_START_CONFDIR
    result = pam_start_confdir(SERVICE, question->user != NULL ? question->user : "nobody",
                               &conversation, folder, &pamh);
#endif
    if (result != PAM_SUCCESS)
        return false;
    if (question->before_call != NULL)
        question->before_call();
    take_snapshot(&before);
    if ((which & HOST_AUTH) != 0)
        ret->auth = pam_authenticate(pamh, question->flags);
    if ((which & HOST_ACCOUNT) != 0)
        ret->account = pam_acct_mgmt(pamh, question->flags);
    ret->setcred = pam_setcred(pamh, PAM_ESTABLISH_CRED);
    if ((which & HOST_SESSION) != 0) {
        ret->session = pam_open_session(pamh, question->flags);
        ret->close_session = pam_close_session(pamh, question->flags);
    }
    take_snapshot(&after);
    compare(&before, &after, ret);
    return pam_end(pamh, PAM_SUCCESS) == PAM_SUCCESS;
}

void host_runs_for_caller(void)
{
    (void)setenv("LD_PRELOAD", "/nonexistent.so", 1);
    (void)setenv("OPENSSL_CONF", "/nonexistent.cnf", 1);
    (void)umask(0);
    (void)signal(SIGALRM, SIG_IGN);
    if (chdir("/proc") != 0 || setgroups(0, NULL) != 0 || setresgid(HOST_CALLER, 0, 0) != 0 ||
        setresuid(HOST_CALLER, 0, 0) != 0)
        _exit(3);
}

void host_has_thousands_of_descriptors(void)
{
    struct rlimit limit = { 5000, 5000 };

    (void)setrlimit(RLIMIT_NOFILE, &limit);
    for (int i = 0; i < 4000; i++)
        if (open("/dev/null", O_RDONLY) < 0) /* not O_CLOEXEC, on purpose */
            break;
}

void host_lacks_close_range(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 436, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { .len = COUNT_OF(code), .filter = code };

    host_has_thousands_of_descriptors();
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        _exit(3);
}

struct host_question host_asking(const char *word)
{
    struct host_question question = { .double_word = word, .config = "", .arguments = "" };

    if (strcmp(word, "hang") == 0 || strcmp(word, "late") == 0)
        question.config = "timeout = 1\n";
    return question;
}

bool host_transaction(const struct host_question *question, unsigned which, struct host_result *ret)
{
    bool done;

    *ret = (struct host_result){ .auth = -1, .account = -1, .session = -1 };
    if (!write_question(question))
        return false;
    current = ret;
    done = run_calls(question, which, ret);
    current = NULL;
    return done;
}

bool host_transaction_after(void (*prepare)(void), const struct host_question *question,
                            unsigned which, struct host_result *ret)
{
    struct host_result *shared =
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int wait_status = -1;
    pid_t host;

    if (shared == MAP_FAILED)
        return false;
    host = fork();
    if (host == 0) {
        if (prepare != NULL)
            prepare();
        _exit(host_transaction(question, which, shared) ? 0 : 1);
    }
    while (waitpid(host, &wait_status, 0) < 0 && errno == EINTR)
        ;
    memcpy(ret, shared, sizeof(*ret));
    (void)munmap(shared, sizeof(*shared));
    return WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0;
}

const char *host_config_path(void)
{
    return config_path;
}

bool host_usable(const char **ret_reason)
{
    *ret_reason = NULL;
#ifndef HAVE_PAM_START_CONFDIR
    *ret_reason = "libpam is older than 1.4.0 (tests/e2e/sshd.test covers it)";
#endif
    if (geteuid() != 0)
        *ret_reason = "it needs root, as the helper does";
    return *ret_reason == NULL;
}

int host_setup(void **state)
{
    const char *base = getenv("TMPDIR");

    (void)state;
    (void)snprintf(folder, sizeof(folder), "%s/pam-host-XXXXXX", base != NULL ? base : P_tmpdir);
    if (mkdtemp(folder) == NULL || chmod(folder, 0755) != 0)
        return -1;
    (void)snprintf(config_path, sizeof(config_path), "%s/gate.conf", folder);
    (void)snprintf(service_path, sizeof(service_path), "%s/" SERVICE, folder);
    return 0;
}

int host_teardown(void **state)
{
    static const char *const suffixes[] = { "", ".pid", ".count" };
    char path[320];

    (void)state;
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s%s", config_path, suffixes[i]);
        (void)unlink(path);
    }
    (void)unlink(service_path);
    return rmdir(folder);
}
