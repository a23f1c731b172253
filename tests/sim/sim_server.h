/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of a serving tdx-sim share: the world behind a lock, and the quoting service that
 * the device, configfs-tsm and the QGS all ask. */
#ifndef TESTS_SIM_SIM_SERVER_H
#define TESTS_SIM_SIM_SERVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/text.h"
#include "tests/sim/sim_world.h"

struct sim_https;

struct sim_server {
    pthread_mutex_t lock; /* guards world and what it points to */
    struct sim_world *world;
    struct sim_https *https; /* the PCCS, or NULL */
    atomic_bool stopping;
    int stop_pipe[2]; /* its reading end becomes ready when stopping is set */
    pthread_t main_thread;
    bool mounted;                            /* the main thread runs the FUSE loop */
    atomic_ullong reports, quotes, requests; /* counters for status */
    unsigned struck_change;                  /* under lock: of which world pccs_struck counts */
    uint64_t pccs_struck;                    /* under lock: how often the PCCS's fault struck */
    atomic_llong busy_until; /* an interrupted request is in flight until then (monotonic ms) */
};

/* Returns false if it cannot be set up. The server owns world from then on. */
bool server_init(struct sim_server *server, struct sim_world *world);
void server_clear(struct sim_server *server);

/* Sets stopping and wakes all loops, the main thread's too. Safe from any thread. */
void server_stop(struct sim_server *server);

/* A copy of the faults. Its strings are valid for as long as the caller keeps the lock; of them
 * only the enums and numbers may be used without. */
struct sim_faults server_faults(struct sim_server *server);

/* Milliseconds of a clock that only goes forward. */
int64_t server_clock_ms(void);

/* Waits, in small steps, until milliseconds are over, the server stops, or interrupted() (NULL:
 * never) says so. Returns true if the whole time went by. */
bool server_wait(struct sim_server *server, uint64_t milliseconds, bool (*interrupted)(void));

/* A TDREPORT, and a quote over report data. Quotes append to out. */
void server_report(struct sim_server *server, const uint8_t report_data[static 64],
                   uint8_t ret[static SIM_REPORT_SIZE]);
void server_quote(struct sim_server *server, const uint8_t report_data[static 64],
                  struct text *out);

/* What the quoting enclave does with a TDREPORT: checks size, type, hashes and MAC, and quotes it.
 * Returns false if it refuses. */
bool server_quote_report(struct sim_server *server, const void *report, size_t size,
                         struct text *out);

/* Opens a unix socket at path (an old one is replaced) that only the owner may use, or returns -1
 * with errno. */
int server_listen_unix(const char *path);

/* Calls serve (which closes the connection) for each connection to listener, in a thread of its
 * own, until the server stops. Then closes listener and returns once all of them have ended. */
void server_accept_loop(struct sim_server *server, int listener,
                        void (*serve)(struct sim_server *server, int connection));

/* Waits until fd is ready for events (of poll()), at most milliseconds and while the server runs.
 */
bool server_wait_fd(struct sim_server *server, int fd, short events, uint64_t milliseconds);

/* Reads exactly size bytes / writes all of them, within 30 seconds and only while the server runs.
 * False otherwise. */
bool server_read(struct sim_server *server, int fd, void *data, size_t size);
size_t server_read_some(struct sim_server *server, int fd, void *data,
                        size_t size); /* 0: the end */
bool server_write(struct sim_server *server, int fd, const void *data, size_t size);

#endif
