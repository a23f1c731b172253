/* SPDX-License-Identifier: Apache-2.0 */
/* The behaviour of configfs-tsm, apart from the file system that shows it (sim_fuse.c): entries,
 * generation, the write that counts at close, the quote that is made by the first read.
 * Source: Documentation/ABI/testing/configfs-tsm-report and drivers/virt/coco/guest/report.c of
 * Linux 6.7 to 6.12, as described in guest-interfaces notes section 3.4. */
#ifndef TESTS_SIM_SIM_TSM_H
#define TESTS_SIM_SIM_TSM_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tests/sim/sim_server.h"

#define TSM_NAME_MAX    255
#define TSM_ENTRIES_MAX 512

enum tsm_attribute { TSM_PROVIDER, TSM_GENERATION, TSM_INBLOB, TSM_OUTBLOB, TSM_ATTRIBUTE_COUNT };

struct tsm_entry;

struct tsm {
    struct sim_server *server;
    /* The kernel's semaphore: held for writing while a quote is made, so that mkdir and the reads
     * of every other process wait. */
    pthread_rwlock_t semaphore;
    pthread_mutex_t table_lock;
    struct tsm_entry *entry[TSM_ENTRIES_MAX];
    bool (*interrupted)(void); /* was the request at hand interrupted? */
};

/* An open attribute. */
struct tsm_file {
    struct tsm_entry *entry; /* a reference */
    enum tsm_attribute attribute;
    bool reading, writing; /* one descriptor cannot do both: ETXTBSY */
    uint8_t pending[64];
    size_t pending_size;
    struct text content; /* what reads are served from, fetched by the first one */
};

bool tsm_init(struct tsm *tsm, struct sim_server *server, bool (*interrupted)(void));
void tsm_clear(struct tsm *tsm);

const char *tsm_attribute_name(enum tsm_attribute attribute);
mode_t tsm_attribute_mode(enum tsm_attribute attribute);
size_t tsm_attribute_size(enum tsm_attribute attribute); /* what stat() shows */

/* All of these return 0 or a negative errno. */
int tsm_mkdir(struct tsm *tsm, const char *name);
int tsm_rmdir(struct tsm *tsm, const char *name);
bool tsm_exists(struct tsm *tsm, const char *name);

/* Calls each with every name. */
void tsm_list(struct tsm *tsm, void (*each)(const char *name, void *context), void *context);

/* flags are those of open(). *ret is freed by tsm_release(). */
int tsm_open(struct tsm *tsm, const char *name, const char *attribute, int flags,
             struct tsm_file **ret);
int tsm_read(struct tsm *tsm, struct tsm_file *file, char *data, size_t size, size_t at);
int tsm_write(struct tsm *tsm, struct tsm_file *file, const char *data, size_t size, size_t at);
void tsm_close(struct tsm *tsm,
               struct tsm_file *file); /* applies what was written; may be repeated */
void tsm_release(struct tsm *tsm, struct tsm_file *file);

#endif
