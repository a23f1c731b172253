/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_fuse.h"

#include <errno.h>
#include <fuse3/fuse.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/sim/sim_device.h"
#include "tests/sim/sim_tsm.h"

/* FUSE_USE_VERSION comes from configure: 31, or 312 where libfuse has it. */
#if FUSE_USE_VERSION < 312
typedef int ioctl_command;
#else
typedef unsigned ioctl_command;
#endif

/* As many requests may wait for a quote at a time; the kernel has no such limit. */
#define THREADS_MAX 256

struct sim_mount {
    struct sim_server *server;
    struct tsm tsm;
    struct fuse *fuse;
    char *path;
    bool mounted, signals;
};

#define DEVICE_PATH "/tdx_guest"
#define TSM_PATH    "/tsm"
#define REPORT_PATH "/tsm/report"

enum node { NODE_NONE, NODE_ROOT, NODE_DEVICE, NODE_TSM, NODE_REPORT, NODE_ENTRY, NODE_ATTRIBUTE };

struct place {
    enum node node;
    char name[TSM_NAME_MAX + 1];
    const char *attribute;
};

static struct sim_mount *this_mount(void)
{
    return fuse_get_context()->private_data;
}

static bool request_interrupted(void)
{
    return fuse_interrupted() != 0;
}

/* Which thing path means; NODE_NONE where the world has no such thing (yet). */
static struct place find(struct sim_mount *mount, const char *path)
{
    struct sim_faults faults = server_faults(mount->server);
    struct place place = { 0 };
    const char *rest, *slash;

    if (strcmp(path, "/") == 0)
        place.node = NODE_ROOT;
    else if (strcmp(path, DEVICE_PATH) == 0 && !faults.device_missing)
        place.node = NODE_DEVICE;
    if (faults.tsm == SIM_TSM_OFF || strncmp(path, TSM_PATH, strlen(TSM_PATH)) != 0)
        return place;
    if (strcmp(path, TSM_PATH) == 0)
        place.node = NODE_TSM;
    else if (strcmp(path, REPORT_PATH) == 0)
        place.node = NODE_REPORT;
    if (strncmp(path, REPORT_PATH "/", strlen(REPORT_PATH "/")) != 0)
        return place;
    rest = path + strlen(REPORT_PATH "/");
    slash = strchrnul(rest, '/');
    if (slash - rest > TSM_NAME_MAX)
        return place;
    memcpy(place.name, rest, (size_t)(slash - rest));
    place.attribute = *slash == '/' ? slash + 1 : NULL;
    place.node = place.attribute != NULL ? NODE_ATTRIBUTE : NODE_ENTRY;
    return place;
}

static int attribute_of(const char *name, enum tsm_attribute *ret)
{
    for (enum tsm_attribute i = 0; i < TSM_ATTRIBUTE_COUNT; i++)
        if (strcmp(tsm_attribute_name(i), name) == 0) {
            *ret = i;
            return 0;
        }
    return -ENOENT;
}

static int tree_getattr(const char *path, struct stat *stat, struct fuse_file_info *info)
{
    struct sim_mount *mount = this_mount();
    struct place place;
    enum tsm_attribute attribute;

    memset(stat, 0, sizeof(*stat));
    stat->st_uid = geteuid();
    stat->st_gid = getegid();
    stat->st_nlink = 1;
    if (path == NULL) { /* of an open file whose entry may be gone */
        stat->st_mode = S_IFREG | (info->fh == 0 ? 0600 : 0644);
        return 0;
    }
    place = find(mount, path);
    if (place.node == NODE_NONE)
        return -ENOENT;
    if (place.node >= NODE_ENTRY && !tsm_exists(&mount->tsm, place.name))
        return -ENOENT;
    if (place.node == NODE_DEVICE) {
        stat->st_mode = S_IFREG | 0600;
        return 0;
    }
    if (place.node != NODE_ATTRIBUTE) {
        stat->st_mode = S_IFDIR | 0755;
        stat->st_nlink = 2;
        return 0;
    }
    if (attribute_of(place.attribute, &attribute) != 0)
        return -ENOENT;
    stat->st_mode = S_IFREG | tsm_attribute_mode(attribute);
    stat->st_size = (off_t)tsm_attribute_size(attribute);
    return 0;
}

struct listing {
    void *buffer;
    fuse_fill_dir_t fill;
};

static void list_one(const char *name, void *context)
{
    struct listing *listing = context;

    (void)listing->fill(listing->buffer, name, NULL, 0, 0);
}

/* Open files and folders are known without their path (nullpath_ok): with it, libfuse would hold
 * its locks on the path for as long as a quote takes. */
static int tree_opendir(const char *path, struct fuse_file_info *info)
{
    char *copy = strdup(path);

    info->fh = (uint64_t)(uintptr_t)copy;
    return copy != NULL ? 0 : -ENOMEM;
}

static int tree_releasedir(const char *path, struct fuse_file_info *info)
{
    (void)path;
    free((char *)(uintptr_t)info->fh);
    return 0;
}

static int tree_readdir(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset,
                        struct fuse_file_info *info, enum fuse_readdir_flags flags)
{
    struct sim_mount *mount = this_mount();
    struct listing listing = { buffer, fill };
    struct place place = find(mount, (const char *)(uintptr_t)info->fh);

    (void)path;
    (void)offset;
    (void)flags;
    list_one(".", &listing);
    list_one("..", &listing);
    if (place.node == NODE_ROOT && find(mount, DEVICE_PATH).node == NODE_DEVICE)
        list_one("tdx_guest", &listing);
    if (place.node == NODE_ROOT && find(mount, TSM_PATH).node == NODE_TSM)
        list_one("tsm", &listing);
    if (place.node == NODE_TSM)
        list_one("report", &listing);
    if (place.node == NODE_REPORT)
        tsm_list(&mount->tsm, list_one, &listing);
    if (place.node == NODE_ENTRY)
        for (enum tsm_attribute i = 0; i < TSM_ATTRIBUTE_COUNT; i++)
            list_one(tsm_attribute_name(i), &listing);
    return 0;
}

static int tree_mkdir(const char *path, mode_t mode)
{
    struct sim_mount *mount = this_mount();
    struct place place = find(mount, path);

    (void)mode;
    return place.node == NODE_ENTRY ? tsm_mkdir(&mount->tsm, place.name) : -EPERM;
}

static int tree_rmdir(const char *path)
{
    struct sim_mount *mount = this_mount();
    struct place place = find(mount, path);

    return place.node == NODE_ENTRY ? tsm_rmdir(&mount->tsm, place.name) : -EPERM;
}

static struct tsm_file *file_of(const struct fuse_file_info *info)
{
    return (struct tsm_file *)(uintptr_t)info->fh;
}

static int tree_open(const char *path, struct fuse_file_info *info)
{
    struct sim_mount *mount = this_mount();
    struct sim_faults faults = server_faults(mount->server);
    struct place place = find(mount, path);
    struct tsm_file *file = NULL;
    int result;

    info->direct_io = 1; /* nothing may come out of the page cache */
    info->fh = 0;
    if (place.node == NODE_DEVICE)
        return -faults.device_open_errno;
    if (place.node != NODE_ATTRIBUTE)
        return -EISDIR;
    result = tsm_open(&mount->tsm, place.name, place.attribute, info->flags, &file);
    if (result != 0)
        return result;
    info->fh = (uint64_t)(uintptr_t)file;
    return 0;
}

static int tree_read(const char *path, char *data, size_t size, off_t offset,
                     struct fuse_file_info *info)
{
    (void)path;
    if (info->fh == 0)
        return -EINVAL; /* the device has no read method */
    return tsm_read(&this_mount()->tsm, file_of(info), data, size, (size_t)offset);
}

static int tree_write(const char *path, const char *data, size_t size, off_t offset,
                      struct fuse_file_info *info)
{
    (void)path;
    if (info->fh == 0)
        return -EINVAL;
    return tsm_write(&this_mount()->tsm, file_of(info), data, size, (size_t)offset);
}

/* O_TRUNC comes as this; configfs takes it. */
static int tree_truncate(const char *path, off_t size, struct fuse_file_info *info)
{
    (void)path;
    (void)size;
    (void)info;
    return 0;
}

static int tree_flush(const char *path, struct fuse_file_info *info)
{
    (void)path;
    if (info->fh != 0)
        tsm_close(&this_mount()->tsm, file_of(info));
    return 0; /* whatever came of it */
}

static int tree_release(const char *path, struct fuse_file_info *info)
{
    (void)path;
    if (info->fh != 0)
        tsm_release(&this_mount()->tsm, file_of(info));
    return 0;
}

/* A plain FUSE file gets "restricted" ioctls only: the kernel copies what the command's number says
 * (its size and direction bits), so GET_REPORT0 (1088 bytes, both ways) just works. The GET_QUOTE
 * commands carry a pointer, and one of them the wrong direction bits; FUSE_IOCTL_RETRY is for CUSE
 * alone. So the caller's memory is read and written by its process id (sim_device.c), which needs
 * the right to trace the caller: root, or the same user. */
static int tree_ioctl(const char *path, ioctl_command command, void *argument,
                      struct fuse_file_info *info, unsigned flags, void *data)
{
    struct sim_mount *mount = this_mount();

    (void)path;
    if (info->fh != 0 || (flags & FUSE_IOCTL_DIR) != 0)
        return -ENOTTY;
    return sim_device_ioctl(mount->server, (unsigned)command, (uint64_t)(uintptr_t)argument,
                            fuse_get_context()->pid, data, request_interrupted);
}

static void *tree_init(struct fuse_conn_info *connection, struct fuse_config *config)
{
    (void)connection;
    /* A knob must show at once. */
    config->entry_timeout = config->attr_timeout = config->negative_timeout = 0;
    config->nullpath_ok = 1;
    return fuse_get_context()->private_data;
}

static const struct fuse_operations operations = {
    .getattr = tree_getattr,
    .mkdir = tree_mkdir,
    .rmdir = tree_rmdir,
    .truncate = tree_truncate,
    .open = tree_open,
    .read = tree_read,
    .write = tree_write,
    .flush = tree_flush,
    .release = tree_release,
    .opendir = tree_opendir,
    .readdir = tree_readdir,
    .releasedir = tree_releasedir,
    .init = tree_init,
    .ioctl = tree_ioctl,
};

enum tdx_status sim_mount_new(struct sim_server *server, const char *path, struct sim_mount **ret,
                              struct tdx_error *err)
{
    struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
    struct sim_mount *mount = calloc(1, sizeof(*mount));
    struct stat stat_buffer;

    if (mount == NULL)
        return status_fail(err, TDX_NO_MEMORY, "mount");
    mount->server = server;
    mount->path = strdup(path);
    if (stat(path, &stat_buffer) != 0 && errno == ENOTCONN)
        (void)umount2(path, MNT_DETACH);
    if (mount->path == NULL || !tsm_init(&mount->tsm, server, request_interrupted) ||
        fuse_opt_add_arg(&args, "tdx-sim") != 0 || fuse_opt_add_arg(&args, "-o") != 0 ||
        fuse_opt_add_arg(&args, geteuid() == 0 ? "allow_other,default_permissions,fsname=tdx-sim"
                                               : "default_permissions,fsname=tdx-sim") != 0)
        goto failed;
    mount->fuse = fuse_new(&args, &operations, sizeof(operations), mount);
    if (mount->fuse == NULL)
        goto failed;
    mount->mounted = fuse_mount(mount->fuse, path) == 0;
    if (!mount->mounted)
        goto failed;
    mount->signals = fuse_set_signal_handlers(fuse_get_session(mount->fuse)) == 0;
    server->mounted = true;
    fuse_opt_free_args(&args);
    *ret = mount;
    return TDX_OK;
failed:
    fuse_opt_free_args(&args);
    sim_mount_free(mount);
    return status_fail(err, TDX_FILE_UNREADABLE,
                       "FUSE cannot be mounted at %s (is /dev/fuse there?)", path);
}

#if FUSE_USE_VERSION < 312
void sim_mount_serve(struct sim_mount *mount)
{
    (void)fuse_loop_mt(mount->fuse, 0);
}
#else
void sim_mount_serve(struct sim_mount *mount)
{
    struct fuse_loop_config *config = fuse_loop_cfg_create();

    if (config == NULL)
        return;
    fuse_loop_cfg_set_max_threads(config, THREADS_MAX);
    fuse_loop_cfg_set_idle_threads(config, THREADS_MAX);
    (void)fuse_loop_mt(mount->fuse, config);
    fuse_loop_cfg_destroy(config);
}
#endif

void sim_mount_free(struct sim_mount *mount)
{
    if (mount == NULL)
        return;
    if (mount->signals)
        fuse_remove_signal_handlers(fuse_get_session(mount->fuse));
    if (mount->mounted)
        fuse_unmount(mount->fuse);
    if (mount->fuse != NULL)
        fuse_destroy(mount->fuse);
    tsm_clear(&mount->tsm);
    free(mount->path);
    free(mount);
}
