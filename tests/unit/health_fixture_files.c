/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/health_fixture_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "core/base/files.h"
#include "tests/unit/cmocka_all.h"

#define FILE_LIMIT ((size_t)1 << 20)

/* Where descriptions have something, and where configure put it. */
static const struct {
    const char *written, *real;
} places[] = {
    { FIXTURE_GATE_CONF, TDX_CONFDIR "/gate.conf" },
    { "/etc/tdx-gate/healthcheck.conf", TDX_CONFDIR "/healthcheck.conf" },
    { "/etc/tdx-gate/platforms.d", TDX_CONFDIR "/platforms.d" },
    { "/etc/tdx-gate/collateral.env", TDX_CONFDIR "/collateral.env" },
    { "/usr/share/tdx-gate", TDX_DATADIR },
    { "/usr/libexec/tdx-gate", TDX_LIBEXECDIR },
    { "/var/lib/tdx-gate", TDX_LOCALSTATEDIR "/lib/tdx-gate" },
    { "/var/cache/tdx-gate", TDX_LOCALSTATEDIR "/cache/tdx-gate" },
};

const char *fixture_path(const char *folder, const char *path, char *out)
{
    const char *head = "";

    for (size_t i = 0; i < COUNT_OF(places); i++)
        if (strncmp(path, places[i].written, strlen(places[i].written)) == 0) {
            head = places[i].real;
            path += strlen(places[i].written);
            break;
        }
    assert_true(snprintf(out, FIXTURE_PATH_SIZE, "%s%s%s", folder, head, path) < FIXTURE_PATH_SIZE);
    return out;
}

static void replace_all(struct text *text, const char *old, const char *new)
{
    struct text after = { 0 };
    const char *at = text_string(text), *found;

    for (; (found = strstr(at, old)) != NULL; at = found + strlen(old)) {
        text_add_n(&after, at, (size_t)(found - at));
        text_add(&after, new);
    }
    text_add(&after, at);
    text_free(text);
    *text = after;
}

void fixture_make_portable(struct text *text)
{
    for (size_t i = 0; i < COUNT_OF(places); i++)
        replace_all(text, places[i].real, places[i].written);
    replace_all(text, TDX_CONFDIR, "/etc/tdx-gate");
    replace_all(text, "this is " PACKAGE_VERSION, "this is VERSION");
}

const char *fixture_make_room(const char *folder, const char *path, char *out)
{
    char above[FIXTURE_PATH_SIZE];

    fixture_path(folder, path, out);
    (void)snprintf(above, sizeof(above), "%s", out);
    *strrchr(above, '/') = '\0';
    assert_int_equal(file_make_folders(above), 0);
    fixture_remove(out);
    return out;
}

void fixture_write(const char *folder, const char *path, const void *data, size_t size)
{
    char full[FIXTURE_PATH_SIZE];
    int fd =
        open(fixture_make_room(folder, path, full), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

    assert_true(fd >= 0);
    assert_int_equal(file_write_all(fd, (struct span){ data, size }), 0);
    assert_int_equal(close(fd), 0);
}

void fixture_read(const char *folder, const char *path, struct text *out)
{
    char full[FIXTURE_PATH_SIZE];
    struct file_content content = { 0 };
    struct tdx_error err = { 0 };

    if (file_read(fixture_path(folder, path, full), FILE_LIMIT, FILE_READ_ANY, &content, &err) !=
        TDX_OK)
        fail_msg("%s: %s", full, err.detail);
    text_add_n(out, (const char *)content.data, content.size);
    file_content_free(&content);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void fixture_remove(const char *folder)
{
    struct stat st;

    if (lstat(folder, &st) == 0)
        assert_int_equal(nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static void copy_link(const char *from, const char *to)
{
    char target[FIXTURE_PATH_SIZE];
    ssize_t length = readlink(from, target, sizeof(target) - 1);

    assert_true(length > 0);
    target[length] = '\0';
    assert_int_equal(symlink(target, to), 0);
}

static void copy_file(const char *from, const char *to)
{
    struct text content = { 0 };

    if (link(from, to) == 0) /* files are replaced, never written into */
        return;
    fixture_read("", from, &content);
    fixture_write("", to, text_string(&content), content.length);
    text_free(&content);
}

void fixture_copy(const char *from, const char *to)
{
    DIR *dir = opendir(from);
    const struct dirent *entry;

    if (dir == NULL)
        fail_msg("there is no folder %s", from);
    assert_int_equal(file_make_folders(to), 0);
    while ((entry = readdir(dir)) != NULL) {
        char source[FIXTURE_PATH_SIZE], target[FIXTURE_PATH_SIZE];
        struct stat st;

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        assert_true(snprintf(source, FIXTURE_PATH_SIZE, "%s/%s", from, entry->d_name) <
                    FIXTURE_PATH_SIZE);
        assert_true(snprintf(target, FIXTURE_PATH_SIZE, "%s/%s", to, entry->d_name) <
                    FIXTURE_PATH_SIZE);
        assert_int_equal(lstat(source, &st), 0);
        if (S_ISDIR(st.st_mode))
            fixture_copy(source, target);
        else if (S_ISLNK(st.st_mode))
            copy_link(source, target);
        else
            copy_file(source, target);
    }
    (void)closedir(dir);
}
