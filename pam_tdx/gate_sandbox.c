/* SPDX-License-Identifier: Apache-2.0 */
#include "pam_tdx/gate_sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/sanitized.h"

#define NOBODY 65534U /* the kernel's overflow id: owns nothing by convention */

#ifndef SYS_close_range /* glibc before 2.34, kernel 5.9 */
#define SYS_close_range 436
#endif
#ifndef SECCOMP_RET_KILL_PROCESS /* linux 4.14 */
#define SECCOMP_RET_KILL_PROCESS 0x80000000U
#endif

#if defined __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#if defined ARCHITECTURE && !SANITIZED

#define ALLOW(name)                                                                                \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1),                                         \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/* What computing needs of the kernel, over all versions of libc and OpenSSL that we build on.
 * Everything else fails instead of killing: a library that tries something new and can live
 * without it must not lock anybody out. */
static const struct sock_filter rules[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
#ifdef __x86_64__
    /* the x32 calls have numbers of their own and the same architecture */
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000U, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
#endif
    ALLOW(read),
    ALLOW(write),
    ALLOW(brk),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 4), /* memory, but none to run */
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    ALLOW(munmap),
    ALLOW(mremap),
    ALLOW(madvise),
    ALLOW(futex),
    ALLOW(getrandom),
    ALLOW(clock_gettime),
    ALLOW(getpid),
    ALLOW(gettid),
    ALLOW(sched_yield),
    ALLOW(rt_sigreturn),
    ALLOW(rt_sigprocmask),
    ALLOW(exit),
    ALLOW(exit_group),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
};

static int load_filter(void)
{
    struct sock_filter copy[sizeof(rules) / sizeof(rules[0])];
    struct sock_fprog program = { .len = sizeof(rules) / sizeof(rules[0]), .filter = copy };

    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        copy[i] = rules[i];
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

#else

static int load_filter(void)
{
    return 0;
}

#endif

/* The fallback reaches what the module leaves possible (64) and what a person's shell is likely to
 * have; the filter makes the rest useless but for reading and writing. */
static void close_others(int keep)
{
    bool below = keep == 0 || syscall(SYS_close_range, 0, keep - 1, 0) == 0;

    if (below && syscall(SYS_close_range, keep + 1, ~0U, 0) == 0)
        return;
    for (int fd = 0; fd < 256; fd++)
        if (fd != keep)
            (void)close(fd); /* this process's copy: nothing can be lost */
}

static int drop_ids(void)
{
    if (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
        setresuid(NOBODY, NOBODY, NOBODY) != 0)
        return -1;
    /* It must be for good. */
    if (setresuid(0, 0, 0) == 0 || setresgid(0, 0, 0) == 0) {
        errno = EPERM;
        return -1;
    }
    return 0;
}

enum tdx_status gate_sandbox_enter(int keep, pid_t parent, struct tdx_error *err)
{
    const struct rlimit none = { 0, 0 };

    close_others(keep);
    if (geteuid() == 0 && drop_ids() != 0)
        return status_fail_errno(err, TDX_GATE_SANDBOX, errno, "giving up root");
    /* Giving up root has cleared what this process may have had. */
    if (parent == 0)
        parent = getppid();
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        return status_fail(err, TDX_GATE_SANDBOX, "the process that waits for it is gone");
    if (setrlimit(RLIMIT_CORE, &none) != 0 || setrlimit(RLIMIT_NPROC, &none) != 0)
        return status_fail_errno(err, TDX_GATE_SANDBOX, errno, "setting limits");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return status_fail_errno(err, TDX_GATE_SANDBOX, errno, "no_new_privs");
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return status_fail_errno(err, TDX_GATE_SANDBOX, errno, "not to be traced");
    if (load_filter() != 0)
        return status_fail_errno(err, TDX_GATE_SANDBOX, errno, "the seccomp filter");
    return TDX_OK;
}
