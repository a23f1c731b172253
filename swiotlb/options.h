/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of tdx-swiotlb. */
#ifndef SWIOTLB_OPTIONS_H
#define SWIOTLB_OPTIONS_H

#include <stdbool.h>

#include "cli/program.h"
#include "core/base/number.h"
#include "swiotlb/facts.h"

enum swiotlb_command {
    SWIOTLB_SHOW,
    SWIOTLB_RECOMMEND,
    SWIOTLB_WATCH,
};

struct swiotlb_options {
    struct program program;
    enum swiotlb_command command;
    const char *kernel_log, *root; /* NULL: not given */
    struct maybe_u64 mib, slabs;   /* convert this and print no more */
    uint64_t watch_seconds;
    /* recommend for a guest that does not exist yet; planned if memory is known */
    struct maybe_u64 memory, cpus, nics, queues, ring, disks;
    const char *kernel;
};

#define SWIOTLB_WATCH_SECONDS     10
#define SWIOTLB_WATCH_SECONDS_MAX 86400

/* Reads the command line. Returns PROGRAM_GO_ON, with *ret filled, else the exit code (everything
 * has been said: an error, --help or --version). */
int swiotlb_options_read(int argc, char **argv, struct swiotlb_options *ret);

/* The facts of the guest that the options describe. */
void swiotlb_options_plan(const struct swiotlb_options *options, struct swiotlb_facts *ret);

#endif
