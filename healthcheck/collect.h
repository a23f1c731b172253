/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting facts. Only this phase touches the machine; it judges nothing. */
#ifndef HEALTHCHECK_COLLECT_H
#define HEALTHCHECK_COLLECT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/root.h"
#include "healthcheck/facts.h"

struct collector {
    const struct root *root;
    struct facts *facts;
    bool live; /* the machine runs below root: /proc, /sys and /dev mean something, and devices,
                * programs and the clock may be asked */
    bool recording;        /* root is a recording made for tests: a tree of files with what probes
                            * answered in /.probe; nothing outside root is asked */
    bool network;          /* the metadata service and the PCCS may be asked */
    const char *gate_conf; /* NULL: the default path */
    const char *platform_data; /* absolute: a folder of this machine, instead of the installed
                                * platforms.d; NULL: the installed one */
    void (*progress)(const char *step); /* NULL, or told of each step that takes long */
};

/* Each sets the fact of that kind (facts.h) for path, below the root. Where collector->live is
 * false, paths below /proc, /sys, /dev and /run are FACT_OFFLINE.
 *
 * A recording's files have neither their owners nor their modes: whatever is there counts as
 * root's, 0644 (folders 0755), unless a line of /.probe/stat.txt says otherwise: "PATH TYPE MODE
 * UID GID", as in the fact, or "PATH denied" for what may not be read, FACT_DENIED. */
void collect_file(const struct collector *collector, const char *path);
void collect_list(const struct collector *collector, const char *path);
void collect_stat(const struct collector *collector, const char *path);
void collect_link(const struct collector *collector, const char *path);

/* collect_file() for each name in the folder (which gets its list: fact) that ends with suffix
 * (NULL: all); at most 512. */
void collect_files_in(const struct collector *collector, const char *folder, const char *suffix);

/* For probes: sets probe:NAME from a status: TDX_OK with a value, or the failure in words. */
void collect_probe(const struct collector *collector, const char *name, enum tdx_status status,
                   const struct tdx_error *err, struct span value);

/* For what was looked for below the root by other means: sets key's state from the failure of a
 * function of core/base/root.h. */
void collect_failure(const struct collector *collector, const char *key, enum tdx_status status,
                     const struct tdx_error *err);

/* For a recording: sets probe:NAME from the file /.probe/FILE. A file that begins with "!error " is
 * a probe that failed, the rest says how. False where this is no recording. */
bool collect_probe_file(const struct collector *collector, const char *name, const char *file)
    TDX_MUST_CHECK;

/* All families' facts, in the order of the families. */
void collect_all(const struct collector *collector);

#endif
