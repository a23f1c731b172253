/* SPDX-License-Identifier: Apache-2.0 */
/* For LD_PRELOAD: counts the calls that change files, and at call KILL_AT ends the process as a
 * power cut would (SIGKILL), or lets call FAIL_AT fail with ENOSPC. COUNT_FILE gets the number of
 * calls. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

/* The project hides its symbols by default; these are to take the C library's place. */
#pragma GCC visibility push(default)

static long number_of(const char *name)
{
    const char *text = getenv(name);

    return text != NULL ? strtol(text, NULL, 10) : 0;
}

/* True if this call is the one that shall fail. Does not return if it is the one to die at. */
static int hit(void)
{
    static long calls;
    const char *path = getenv("COUNT_FILE");

    calls++;
    if (path != NULL) {
        FILE *file = fopen(path, "w");

        if (file != NULL) {
            (void)fprintf(file, "%ld\n", calls);
            (void)fclose(file);
        }
    }
    if (calls == number_of("KILL_AT"))
        (void)kill(getpid(), SIGKILL);
    if (calls != number_of("FAIL_AT"))
        return 0;
    errno = ENOSPC;
    return 1;
}

/* WRAP(type, name, (parameters), (arguments)): -1 instead of the call when it is its turn. */
#define WRAP(type, name, parameters, arguments)                                                    \
    type name parameters;                                                                          \
    type name parameters                                                                           \
    {                                                                                              \
        type(*real) parameters;                                                                    \
        *(void **)&real = dlsym(RTLD_NEXT, #name);                                                 \
        return hit() ? (type)-1 : real arguments;                                                  \
    }

WRAP(int, renameat, (int from, const char *old, int to, const char *name), (from, old, to, name))
WRAP(int, mkdirat, (int folder, const char *name, mode_t mode), (folder, name, mode))
WRAP(int, unlinkat, (int folder, const char *name, int flags), (folder, name, flags))
WRAP(int, fsync, (int fd), (fd))
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(int, fchown, (int fd, uid_t user, gid_t group), (fd, user, group))
WRAP(int, futimens, (int fd, const struct timespec times[2]), (fd, times))

/* Output to terminals and pipes changes no file. */
ssize_t write(int fd, const void *data, size_t size)
{
    ssize_t (*real)(int, const void *, size_t);
    struct stat st;

    *(void **)&real = dlsym(RTLD_NEXT, "write");
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && hit())
        return -1;
    return real(fd, data, size);
}

static int open_at(const char *symbol, int folder, const char *name, int flags, mode_t mode)
{
    int (*real)(int, const char *, int, ...);

    *(void **)&real = dlsym(RTLD_NEXT, symbol);
    if ((flags & O_CREAT) != 0 && hit())
        return -1;
    return real(folder, name, flags, mode);
}

#define WRAP_OPEN(name)                                                                            \
    int name(int folder, const char *path, int flags, ...);                                        \
    int name(int folder, const char *path, int flags, ...)                                         \
    {                                                                                              \
        va_list arguments;                                                                         \
        mode_t mode = 0;                                                                           \
                                                                                                   \
        va_start(arguments, flags);                                                                \
        if ((flags & O_CREAT) != 0)                                                                \
            mode = va_arg(arguments, mode_t);                                                      \
        va_end(arguments);                                                                         \
        return open_at(#name, folder, path, flags, mode);                                          \
    }

#undef openat64
WRAP_OPEN(openat)
WRAP_OPEN(openat64)
