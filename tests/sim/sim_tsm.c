/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_tsm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#define INBLOB_SIZE 64

struct tsm_entry {
    char name[TSM_NAME_MAX + 1];
    unsigned references;       /* the table's and those of open files; under table_lock */
    uint64_t written, read_at; /* write_generation, read_generation */
    uint8_t inblob[INBLOB_SIZE];
    size_t inblob_size;
    bool has_outblob;
    struct text outblob;
};

bool tsm_init(struct tsm *tsm, struct sim_server *server, bool (*interrupted)(void))
{
    memset(tsm, 0, sizeof(*tsm));
    tsm->server = server;
    tsm->interrupted = interrupted;
    return pthread_rwlock_init(&tsm->semaphore, NULL) == 0 &&
           pthread_mutex_init(&tsm->table_lock, NULL) == 0;
}

static void drop(struct tsm *tsm, struct tsm_entry *entry)
{
    bool last;

    (void)pthread_mutex_lock(&tsm->table_lock);
    last = --entry->references == 0;
    (void)pthread_mutex_unlock(&tsm->table_lock);
    if (!last)
        return;
    text_free(&entry->outblob);
    free(entry);
}

void tsm_clear(struct tsm *tsm)
{
    for (size_t i = 0; i < TSM_ENTRIES_MAX; i++)
        if (tsm->entry[i] != NULL)
            drop(tsm, tsm->entry[i]);
    (void)pthread_rwlock_destroy(&tsm->semaphore);
    (void)pthread_mutex_destroy(&tsm->table_lock);
}

static const struct {
    const char *name;
    mode_t mode;
    size_t size;
} attributes[TSM_ATTRIBUTE_COUNT] = {
    [TSM_PROVIDER] = { "provider", 0444, 4096 },
    [TSM_GENERATION] = { "generation", 0444, 4096 },
    [TSM_INBLOB] = { "inblob", 0200, 0 },
    [TSM_OUTBLOB] = { "outblob", 0444, 0 },
};

const char *tsm_attribute_name(enum tsm_attribute attribute)
{
    return attributes[attribute].name;
}

mode_t tsm_attribute_mode(enum tsm_attribute attribute)
{
    return attributes[attribute].mode;
}

size_t tsm_attribute_size(enum tsm_attribute attribute)
{
    return attributes[attribute].size;
}

/* The slot of that name, or of an empty one (name NULL), or TSM_ENTRIES_MAX. Under table_lock. */
static size_t find_slot(const struct tsm *tsm, const char *name)
{
    for (size_t i = 0; i < TSM_ENTRIES_MAX; i++)
        if (name == NULL ? tsm->entry[i] == NULL
                         : tsm->entry[i] != NULL && strcmp(tsm->entry[i]->name, name) == 0)
            return i;
    return TSM_ENTRIES_MAX;
}

static int add_entry(struct tsm *tsm, const char *name)
{
    struct tsm_entry *entry;
    size_t slot;

    if (strlen(name) > TSM_NAME_MAX)
        return -ENAMETOOLONG;
    if (find_slot(tsm, name) < TSM_ENTRIES_MAX)
        return -EEXIST;
    slot = find_slot(tsm, NULL);
    entry = slot < TSM_ENTRIES_MAX ? calloc(1, sizeof(*entry)) : NULL;
    if (entry == NULL)
        return -ENOMEM;
    memcpy(entry->name, name, strlen(name) + 1);
    entry->references = 1;
    tsm->entry[slot] = entry;
    return 0;
}

int tsm_mkdir(struct tsm *tsm, const char *name)
{
    struct sim_faults faults = server_faults(tsm->server);
    int result;

    if (faults.mkdir_errno != 0)
        return -faults.mkdir_errno;
    if (faults.tsm == SIM_TSM_NO_PROVIDER)
        return -ENXIO;
    (void)pthread_rwlock_rdlock(&tsm->semaphore);
    (void)pthread_mutex_lock(&tsm->table_lock);
    result = add_entry(tsm, name);
    (void)pthread_mutex_unlock(&tsm->table_lock);
    (void)pthread_rwlock_unlock(&tsm->semaphore);
    return result;
}

int tsm_rmdir(struct tsm *tsm, const char *name)
{
    struct tsm_entry *entry = NULL;
    size_t slot;

    (void)pthread_mutex_lock(&tsm->table_lock);
    slot = find_slot(tsm, name);
    if (slot < TSM_ENTRIES_MAX) {
        entry = tsm->entry[slot];
        tsm->entry[slot] = NULL;
    }
    (void)pthread_mutex_unlock(&tsm->table_lock);
    if (entry == NULL)
        return -ENOENT;
    drop(tsm, entry);
    return 0;
}

bool tsm_exists(struct tsm *tsm, const char *name)
{
    bool found;

    (void)pthread_mutex_lock(&tsm->table_lock);
    found = find_slot(tsm, name) < TSM_ENTRIES_MAX;
    (void)pthread_mutex_unlock(&tsm->table_lock);
    return found;
}

void tsm_list(struct tsm *tsm, void (*each)(const char *name, void *context), void *context)
{
    (void)pthread_mutex_lock(&tsm->table_lock);
    for (size_t i = 0; i < TSM_ENTRIES_MAX; i++)
        if (tsm->entry[i] != NULL)
            each(tsm->entry[i]->name, context);
    (void)pthread_mutex_unlock(&tsm->table_lock);
}

/* Root may not either: the kernel looks at the mode's bits, not at who asks. */
static int check_access(enum tsm_attribute attribute, int flags)
{
    int how = flags & O_ACCMODE;

    if (how != O_RDONLY && (attributes[attribute].mode & 0222) == 0)
        return -EACCES;
    if (how != O_WRONLY && (attributes[attribute].mode & 0444) == 0)
        return -EACCES;
    return 0;
}

int tsm_open(struct tsm *tsm, const char *name, const char *attribute, int flags,
             struct tsm_file **ret)
{
    enum tsm_attribute kind = 0;
    struct tsm_file *file;
    size_t slot;
    int result;

    while (kind < TSM_ATTRIBUTE_COUNT && strcmp(attributes[kind].name, attribute) != 0)
        kind++;
    if (kind == TSM_ATTRIBUTE_COUNT)
        return -ENOENT;
    result = check_access(kind, flags);
    if (result != 0)
        return result;
    file = calloc(1, sizeof(*file));
    if (file == NULL)
        return -ENOMEM;
    file->attribute = kind;
    (void)pthread_mutex_lock(&tsm->table_lock);
    slot = find_slot(tsm, name);
    if (slot < TSM_ENTRIES_MAX) {
        file->entry = tsm->entry[slot];
        file->entry->references++;
    }
    (void)pthread_mutex_unlock(&tsm->table_lock);
    if (file->entry == NULL) {
        free(file);
        return -ENOENT;
    }
    *ret = file;
    return 0;
}

/* What stands in outblob after a quote was asked for. */
static void fill_outblob(struct tsm *tsm, const struct sim_faults *faults, struct tsm_entry *entry)
{
    text_clear(&entry->outblob);
    if (faults->outblob == SIM_OUTBLOB_GARBAGE)
        text_add(&entry->outblob, "this is not a quote\n");
    else if (faults->outblob != SIM_OUTBLOB_EMPTY)
        server_quote(tsm->server, entry->inblob, &entry->outblob);
    if (faults->outblob == SIM_OUTBLOB_SHORT && entry->outblob.length > 1000)
        entry->outblob.length = 1000;
    while (faults->outblob == SIM_OUTBLOB_PADDED && entry->outblob.length < 8000 &&
           text_ok(&entry->outblob))
        text_add_char(&entry->outblob, 0);
}

/* report_new of the driver: asks the host and waits. Under the semaphore, for writing. */
static int request_quote(struct tsm *tsm, struct tsm_entry *entry)
{
    struct sim_faults faults = server_faults(tsm->server);
    int64_t started = server_clock_ms();

    if (faults.in_flight || started < atomic_load(&tsm->server->busy_until))
        return -EBUSY;
    if (entry->inblob_size != INBLOB_SIZE)
        return -EINVAL;
    if (!server_wait(tsm->server, faults.delay_ms,
                     faults.uninterruptible ? NULL : tsm->interrupted)) {
        /* The buffer still belongs to the host until it is done. */
        atomic_store(&tsm->server->busy_until, started + (int64_t)faults.delay_ms);
        return -EINTR;
    }
    if (faults.quote_errno != 0)
        return -faults.quote_errno;
    if (faults.generation_jump) { /* somebody else wrote while we waited for the lock */
        memset(entry->inblob, 0xee, sizeof(entry->inblob));
        entry->written++;
    }
    fill_outblob(tsm, &faults, entry);
    if (!text_ok(&entry->outblob))
        return -ENOMEM;
    entry->has_outblob = true;
    entry->read_at = entry->written;
    return 0;
}

static int fetch_outblob(struct tsm *tsm, struct tsm_file *file)
{
    struct tsm_entry *entry = file->entry;
    int result = 0;

    (void)pthread_rwlock_wrlock(&tsm->semaphore);
    if (entry->inblob_size == 0)
        result = -EINVAL;
    else if (!entry->has_outblob || entry->read_at != entry->written)
        result = request_quote(tsm, entry);
    if (result == 0)
        text_add_n(&file->content, text_string(&entry->outblob), entry->outblob.length);
    (void)pthread_rwlock_unlock(&tsm->semaphore);
    return result;
}

static int fetch(struct tsm *tsm, struct tsm_file *file)
{
    if (file->attribute == TSM_OUTBLOB)
        return fetch_outblob(tsm, file);
    (void)pthread_rwlock_rdlock(&tsm->semaphore);
    if (file->attribute == TSM_GENERATION) {
        text_addf(&file->content, "%llu\n", (unsigned long long)file->entry->written);
    } else {
        (void)pthread_mutex_lock(&tsm->server->lock);
        text_addf(&file->content, "%s\n", tsm->server->world->faults.provider);
        (void)pthread_mutex_unlock(&tsm->server->lock);
    }
    (void)pthread_rwlock_unlock(&tsm->semaphore);
    return 0;
}

int tsm_read(struct tsm *tsm, struct tsm_file *file, char *data, size_t size, size_t at)
{
    size_t left;
    int result;

    if (file->writing)
        return -ETXTBSY;
    if (!file->reading) {
        result = fetch(tsm, file);
        if (result != 0)
            return result;
        if (!text_ok(&file->content))
            return -ENOMEM;
        file->reading = true;
    }
    if (at >= file->content.length)
        return 0;
    left = file->content.length - at;
    if (size > left)
        size = left;
    memcpy(data, file->content.data + at, size);
    return (int)size;
}

int tsm_write(struct tsm *tsm, struct tsm_file *file, const char *data, size_t size, size_t at)
{
    (void)tsm;
    if (file->reading)
        return -ETXTBSY;
    if (at > sizeof(file->pending) || size > sizeof(file->pending) - at)
        return -EFBIG;
    file->writing = true;
    memcpy(file->pending + at, data, size);
    if (at + size > file->pending_size)
        file->pending_size = at + size;
    return (int)size;
}

/* The kernel does this in release(), whose result nobody sees. FUSE calls release() some time after
 * close() has returned, so it is done at the flush that close() waits for. */
void tsm_close(struct tsm *tsm, struct tsm_file *file)
{
    struct sim_faults faults = server_faults(tsm->server);
    struct tsm_entry *entry = file->entry;

    if (!file->writing || file->pending_size == 0)
        return;
    (void)pthread_rwlock_wrlock(&tsm->semaphore);
    /* A counter about to catch up with the last read from behind is refused: EBUSY, unseen. */
    if (!faults.close_fails && entry->written != entry->read_at - 1) {
        entry->written++;
        memcpy(entry->inblob, file->pending, file->pending_size);
        entry->inblob_size = file->pending_size;
    }
    (void)pthread_rwlock_unlock(&tsm->semaphore);
    file->pending_size = 0;
}

void tsm_release(struct tsm *tsm, struct tsm_file *file)
{
    drop(tsm, file->entry);
    text_free(&file->content);
    free(file);
}
