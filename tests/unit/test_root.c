/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile trees: whatever an image contains, what is read lies inside it, and nothing hangs. */
#include "core/base/root.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/cmocka_all.h"

struct tree {
    char outside[64]; /* a scratch folder; outside/secret is what must never be read */
    char inside[80];  /* outside/root */
    int fd;           /* of inside */
    struct root root;
};

static void put(const struct tree *tree, const char *path, const char *content)
{
    int fd = openat(tree->fd, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), strlen(content));
    assert_int_equal(close(fd), 0);
}

static void folder(const struct tree *tree, const char *path)
{
    assert_int_equal(mkdirat(tree->fd, path, 0755), 0);
}

static void leads(const struct tree *tree, const char *path, const char *where)
{
    assert_int_equal(symlinkat(where, tree->fd, path), 0);
}

static void plant_fifo_and_socket(const struct tree *tree)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(mkfifoat(tree->fd, "etc/fifo", 0644), 0);
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/etc/socket", tree->inside);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(close(fd), 0);
}

static int make_tree(void **state)
{
    static const struct {
        const char *path, *where;
    } links[] = {
        { "etc/absolute", "/etc/real" },
        { "etc/relative", "real" },
        { "etc/up", "../../../../secret" },
        { "etc/up-inside", "../../../etc/real" },
        { "etc/self", "self" },
        { "etc/ping", "pong" },
        { "etc/pong", "ping" },
        { "etc/dangling", "/nowhere" },
        { "etc/folder", "/usr/lib/" },
        { "etc/fifo-link", "/etc/fifo" },
        { "etc/chain0", "real" },
        { "top", "/" },
        { "etc/slash", "real/" },
        { "etc/host", "/proc/self/root/etc/passwd" },
    };
    struct tree *tree = calloc(1, sizeof(*tree));
    char path[96], name[32], where[32];

    assert_non_null(tree);
    (void)snprintf(tree->outside, sizeof(tree->outside), "%s/tdx-root-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(tree->outside));
    (void)snprintf(tree->inside, sizeof(tree->inside), "%s/root", tree->outside);
    assert_int_equal(mkdir(tree->inside, 0755), 0);
    (void)snprintf(path, sizeof(path), "%s/secret", tree->outside);
    tree->fd = open(tree->outside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    put(tree, "secret", "secret\n");
    assert_int_equal(close(tree->fd), 0);
    tree->fd = open(tree->inside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(tree->fd >= 0);
    folder(tree, "etc");
    folder(tree, "usr");
    folder(tree, "usr/lib");
    put(tree, "etc/real", "content\n");
    put(tree, "usr/lib/b", "");
    put(tree, "usr/lib/a", "");
    put(tree, "usr/lib/C", "");
    for (size_t i = 0; i < COUNT_OF(links); i++)
        leads(tree, links[i].path, links[i].where);
    for (int i = 1; i <= ROOT_LINK_LIMIT; i++) {
        (void)snprintf(name, sizeof(name), "etc/chain%d", i);
        (void)snprintf(where, sizeof(where), "chain%d", i - 1);
        leads(tree, name, where);
    }
    plant_fifo_and_socket(tree);
    assert_status(root_open(tree->inside, &tree->root, NULL), "OK");
    *state = tree;
    return 0;
}

static int remove_tree(void **state)
{
    struct tree *tree = *state;
    char command[128];

    root_close(&tree->root);
    root_close(&tree->root); /* twice is fine */
    (void)close(tree->fd);
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", tree->outside);
    if (system(command) != 0)
        return 1;
    free(tree);
    return 0;
}

/* What each path leads to: the status, and where it succeeds the resolved path. */
static void paths_mean_what_they_mean_after_chroot(void **state)
{
    static const struct {
        const char *path, *expected, *resolved;
    } cases[] = {
        { "/etc/real", "OK", "/etc/real" },
        { "etc/real", "OK", "/etc/real" },
        { "//etc/.//real", "OK", "/etc/real" },
        { "/../../etc/../etc/real", "OK", "/etc/real" },
        { "/etc/absolute", "OK", "/etc/real" },
        { "/etc/relative", "OK", "/etc/real" },
        { "/etc/up-inside", "OK", "/etc/real" },
        { "/top/top/etc/absolute", "OK", "/etc/real" },
        { "/etc/folder/a", "OK", "/usr/lib/a" },
        { "/etc/chain39", "OK", "/etc/real" },
        { "/etc/chain40", "FILE_UNREADABLE", NULL }, /* one link too many */
        { "/etc/up", "FILE_MISSING", NULL },         /* /secret inside, which is not there */
        { "/../secret", "FILE_MISSING", NULL },
        { "/etc/self", "FILE_UNREADABLE", NULL },
        { "/etc/ping", "FILE_UNREADABLE", NULL },
        { "/etc/dangling", "FILE_MISSING", NULL },
        { "/etc/host", "FILE_MISSING", NULL },
        { "/etc/nothing", "FILE_MISSING", NULL },
        { "/etc/real/x", "FILE_MISSING", NULL },
        { "/etc/real/", "FILE_MISSING", NULL },
        { "/etc/slash", "FILE_MISSING", NULL },
        { "/etc/fifo", "FILE_UNREADABLE", NULL },
        { "/etc/fifo-link", "FILE_UNREADABLE", NULL },
        { "/etc/socket", "FILE_UNREADABLE", NULL },
        { "/etc", "FILE_UNREADABLE", NULL },
        { "/", "FILE_UNREADABLE", NULL },
        { "", "FILE_MISSING", NULL },
    };
    const struct tree *tree = *state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct file_content content = { 0 };
        struct tdx_error err = { 0 };
        struct text resolved = { 0 };

        print_message("# %s\n", cases[i].path);
        assert_status(root_read_file(&tree->root, cases[i].path, 100, &content, &err),
                      cases[i].expected);
        if (cases[i].resolved == NULL) {
            assert_null(content.data);
            assert_string_not_equal(err.detail, "");
            continue;
        }
        assert_status(root_resolve(&tree->root, cases[i].path, &resolved, NULL), "OK");
        assert_string_equal(text_string(&resolved), cases[i].resolved);
        text_free(&resolved);
        file_content_free(&content);
    }
}

static void reads_at_most_what_is_allowed(void **state)
{
    const struct tree *tree = *state;
    struct file_content content = { 0 };

    assert_status(root_read_file(&tree->root, "/etc/real", 7, &content, NULL), "FILE_TOO_LARGE");
    assert_null(content.data);
    assert_status(root_read_file(&tree->root, "/etc/absolute", 8, &content, NULL), "OK");
    assert_string_equal((const char *)content.data, "content\n");
    file_content_free(&content);
}

static void folders_are_listed_in_order_and_capped(void **state)
{
    const struct tree *tree = *state;
    struct root_names names = { 0 };

    assert_status(root_list_folder(&tree->root, "/etc/folder", 3, &names, NULL), "OK");
    assert_int_equal(names.count, 3);
    assert_string_equal(names.names[0], "C");
    assert_string_equal(names.names[1], "a");
    assert_string_equal(names.names[2], "b");
    root_names_free(&names);
    assert_status(root_list_folder(&tree->root, "/usr/lib", 2, &names, NULL), "FILE_TOO_LARGE");
    assert_int_equal(names.count, 0);
    assert_status(root_list_folder(&tree->root, "/etc/real", 9, &names, NULL), "FILE_MISSING");
    assert_status(root_list_folder(&tree->root, "/var", 9, &names, NULL), "FILE_MISSING");
    assert_status(root_list_folder(&tree->root, "/", 9, &names, NULL), "OK");
    assert_int_equal(names.count, 3);
    root_names_free(&names);
}

static void links_are_seen_as_links_only_when_asked(void **state)
{
    const struct tree *tree = *state;
    struct text where = { 0 };
    struct stat st;

    assert_status(root_lstat(&tree->root, "/etc/absolute", &st, NULL), "OK");
    assert_true(S_ISLNK(st.st_mode));
    assert_status(root_stat(&tree->root, "/etc/absolute", &st, NULL), "OK");
    assert_true(S_ISREG(st.st_mode));
    assert_status(root_stat(&tree->root, "/etc/fifo", &st, NULL), "OK");
    assert_true(S_ISFIFO(st.st_mode));
    assert_status(root_lstat(&tree->root, "/etc/dangling", &st, NULL), "OK");
    assert_false(root_exists(&tree->root, "/etc/dangling"));
    assert_true(root_exists(&tree->root, "/etc/fifo"));
    assert_status(root_read_link(&tree->root, "/etc/absolute", &where, NULL), "OK");
    assert_string_equal(text_string(&where), "/etc/real");
    text_free(&where);
    assert_status(root_read_link(&tree->root, "/etc/real", &where, NULL), "FILE_UNREADABLE");
    assert_status(root_read_link(&tree->root, "/etc", &where, NULL), "FILE_UNREADABLE");
    assert_status(root_read_link(&tree->root, "/etc/none", &where, NULL), "FILE_MISSING");
    assert_string_equal(text_string(&where), "");
}

/* A folder far too deep, a name and a path far too long, a link that grows with each turn. */
static void limits_are_errors_not_crashes(void **state)
{
    const struct tree *tree = *state;
    char path[PATH_MAX + 10];
    struct stat st;

    memset(path, 'x', sizeof(path));
    path[NAME_MAX + 1] = '\0';
    assert_status(root_stat(&tree->root, path, &st, NULL), "FILE_UNREADABLE");
    path[NAME_MAX] = '\0';
    assert_status(root_stat(&tree->root, path, &st, NULL), "FILE_MISSING");
    memset(path, '/', sizeof(path));
    path[PATH_MAX] = '\0';
    assert_status(root_stat(&tree->root, path, &st, NULL), "FILE_UNREADABLE");
    path[PATH_MAX - 1] = '\0';
    assert_status(root_stat(&tree->root, path, &st, NULL), "OK");

    path[0] = '\0';
    for (unsigned i = 0; i < ROOT_DEPTH_LIMIT; i++) {
        strcat(path, "d/");
        folder(tree, path);
    }
    assert_status(root_stat(&tree->root, path, &st, NULL), "OK");
    strcat(path, "d");
    folder(tree, path);
    assert_status(root_stat(&tree->root, path, &st, NULL), "FILE_UNREADABLE");
    leads(tree, "grow", "grow/././././././././././././././././././././././././././././././././.");
    assert_status(root_stat(&tree->root, "grow", &st, NULL), "FILE_UNREADABLE");
}

static void nothing_is_left_open(void **state)
{
    const struct tree *tree = *state;
    struct file_content content = { 0 };
    int before = dup(tree->fd), after;

    (void)close(before);
    for (int i = 0; i < 50; i++) {
        static const char *const paths[] = { "/etc/folder/a", "/etc/up", "/etc/chain40",
                                             "/etc/fifo",     "/etc",    "/etc/real/x" };
        (void)!root_read_file(&tree->root, paths[(size_t)i % COUNT_OF(paths)], 10, &content, NULL);
        file_content_free(&content);
    }
    after = dup(tree->fd);
    (void)close(after);
    assert_int_equal(before, after);
}

static void the_live_system_has_no_magic_links(void **state)
{
    struct root root = ROOT_CLOSED;
    struct file_content content = { 0 };
    struct text where = { 0 };

    (void)state;
    assert_status(root_open(NULL, &root, NULL), "OK");
    assert_true(root.live);
    assert_status(root_read_file(&root, "/proc/self/status", 65536, &content, NULL), "OK");
    file_content_free(&content);
    assert_status(root_read_file(&root, "/proc/mounts", 1 << 20, &content, NULL), "OK");
    file_content_free(&content);
    assert_status(root_read_file(&root, "/proc/self/exe", SIZE_MAX, &content, NULL),
                  "FILE_UNREADABLE");
    assert_status(root_read_file(&root, "/proc/self/root/etc/passwd", 65536, &content, NULL),
                  "FILE_UNREADABLE");
    assert_status(root_read_file(&root, "/proc/self/fd/0", 65536, &content, NULL),
                  "FILE_UNREADABLE");
    assert_status(root_read_file(&root, "/dev/null", 10, &content, NULL), "FILE_UNREADABLE");
    assert_status(root_resolve(&root, "/proc/mounts", &where, NULL), "OK");
    assert_int_equal(strncmp(text_string(&where), "/proc/", 6), 0);
    text_free(&where);
    root_close(&root);
    assert_status(root_open("/etc/passwd", &root, NULL), "FILE_MISSING");
    assert_status(root_open("/no/such/folder", &root, NULL), "FILE_MISSING");
    assert_int_equal(root.fd, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_mean_what_they_mean_after_chroot),
        cmocka_unit_test(reads_at_most_what_is_allowed),
        cmocka_unit_test(folders_are_listed_in_order_and_capped),
        cmocka_unit_test(links_are_seen_as_links_only_when_asked),
        cmocka_unit_test(limits_are_errors_not_crashes),
        cmocka_unit_test(nothing_is_left_open),
        cmocka_unit_test(the_live_system_has_no_magic_links),
    };

    return cmocka_run_group_tests_name("root", tests, make_tree, remove_tree);
}
