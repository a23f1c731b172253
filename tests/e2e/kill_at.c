/* SPDX-License-Identifier: Apache-2.0 */
/* For LD_PRELOAD: counts the calls that change files, and at call KILL_AT ends the process as a
 * power cut would (SIGKILL), or lets call FAIL_AT fail with ENOSPC. COUNT_FILE gets the number of
 * calls.
 *
 * RACE_FILE, RACE_TIMES: when tdx-grub has read everything and begins its backup, a line is added
 * to RACE_FILE, as a package manager would, the first RACE_TIMES times.
 * FAT_FOLDER: what lies on the device of that folder is on FAT: no attributes, and the one mode
 * that the mount gives. */
#include <ctype.h>
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
WRAP(int, unlinkat, (int folder, const char *name, int flags), (folder, name, flags))
WRAP(int, fsync, (int fd), (fd))
WRAP(int, fchown, (int fd, uid_t user, gid_t group), (fd, user, group))
WRAP(int, syncfs, (int fd), (fd))
WRAP(int, utimensat, (int folder, const char *name, const struct timespec times[2], int flags),
     (folder, name, times, flags))
WRAP(int, futimens, (int fd, const struct timespec times[2]), (fd, times))

static void race(const char *name)
{
    static long done;
    const char *path = getenv("RACE_FILE");
    FILE *file;

    for (const char *at = name; *at != '\0'; at++)
        if (isdigit((unsigned char)*at) == 0)
            return;
    if (path == NULL || done++ >= number_of("RACE_TIMES"))
        return;
    file = fopen(path, "a");
    if (file == NULL)
        return;
    (void)fprintf(file, "# somebody else %ld\n", done);
    (void)fclose(file);
}

int mkdirat(int folder, const char *name, mode_t mode)
{
    int (*real)(int, const char *, mode_t);

    *(void **)&real = dlsym(RTLD_NEXT, "mkdirat");
    race(name);
    return hit() ? -1 : real(folder, name, mode);
}

/* True if the file is on the imitated FAT file system: all of one device. */
static int on_fat(int fd)
{
    const char *path = getenv("FAT_FOLDER");
    struct stat folder, file;

    return path != NULL && stat(path, &folder) == 0 && fstat(fd, &file) == 0 &&
           folder.st_dev == file.st_dev;
}

int fchmod(int fd, mode_t mode)
{
    int (*real)(int, mode_t);
    struct stat st;

    *(void **)&real = dlsym(RTLD_NEXT, "fchmod");
    if (hit())
        return -1;
    if (on_fat(fd) && (fstat(fd, &st) != 0 || (st.st_mode & 07777) != mode)) {
        errno = EPERM;
        return -1;
    }
    return real(fd, mode);
}

ssize_t flistxattr(int fd, char *names, size_t size)
{
    ssize_t (*real)(int, char *, size_t);

    *(void **)&real = dlsym(RTLD_NEXT, "flistxattr");
    if (!on_fat(fd))
        return real(fd, names, size);
    errno = ENOTSUP;
    return -1;
}

int fsetxattr(int fd, const char *name, const void *value, size_t size, int flags)
{
    int (*real)(int, const char *, const void *, size_t, int);

    *(void **)&real = dlsym(RTLD_NEXT, "fsetxattr");
    if (hit())
        return -1;
    if (!on_fat(fd))
        return real(fd, name, value, size, flags);
    errno = ENOTSUP;
    return -1;
}

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
    int (*real)(int, const char *, int, ...), (*set_mode)(int, mode_t), fd;

    *(void **)&real = dlsym(RTLD_NEXT, symbol);
    *(void **)&set_mode = dlsym(RTLD_NEXT, "fchmod");
    if ((flags & O_CREAT) != 0 && hit())
        return -1;
    fd = real(folder, name, flags, mode);
    if (fd >= 0 && (flags & O_CREAT) != 0 && on_fat(fd))
        (void)set_mode(fd, 0700);
    return fd;
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
