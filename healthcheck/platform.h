/* SPDX-License-Identifier: Apache-2.0 */
/* What ages: minimum kernels, regions, instance families, PCCS hosts, devices. It lies in files
 * (core/base/platform_conf.h has the keys), never in code; here it stands among the facts:
 *     file:FOLDER/NAME.conf   for /etc/tdx-gate/platforms.d, and for the folder of those that came
 *                             with the program
 *     probe:platform_folder   that folder
 * A line that is not understood is passed over; the check cloud.platforms names it. */
#ifndef HEALTHCHECK_PLATFORM_H
#define HEALTHCHECK_PLATFORM_H

#include <stdbool.h>

#include "core/base/platform_conf.h"
#include "healthcheck/collect.h"
#include "healthcheck/facts.h"

#define PLATFORM_LINE_SIZE PLATFORM_VALUE_SIZE
#define PLATFORM_NAME_SIZE 64

/* The files as facts. A file of that name in /etc/tdx-gate/platforms.d replaces the other. Those
 * that came with the program are its own: where root is an image or a recording without them, this
 * machine's are read. */
void platform_collect(const struct collector *collector);

/* The files that count, whatever the state of their facts: first call with NULL. NULL at the end.
 * Borrowed from the facts. */
const struct fact *platform_file_next(const struct facts *facts, const struct fact *before);

/* The next value of a key in one file: at first *at is 0. False at the end. */
bool platform_value_next(const struct fact *file, const char *key, unsigned *at,
                         char value[static PLATFORM_LINE_SIZE]) TDX_MUST_CHECK;

/* The same over all files. file (may be NULL) is where it stands, borrowed from the facts. */
bool platform_next(const struct facts *facts, const char *key, unsigned *at,
                   char value[static PLATFORM_LINE_SIZE], const char **file) TDX_MUST_CHECK;

/* True if some file has this value for the key. */
bool platform_lists(const struct facts *facts, const char *key, const char *value) TDX_MUST_CHECK;

/* What the firmware says about who made the machine: /sys/class/dmi/id/sys_vendor. "" if it does
 * not say. */
const char *platform_vendor(const struct facts *facts, char out[static PLATFORM_LINE_SIZE]);

/* The cloud that this machine stands in: its file, or NULL, and its profile's name, "generic" if
 * there is none. By the vendor; where the firmware names none, by the metadata service that
 * answered, a hint of the host's. */
const struct fact *platform_here(const struct facts *facts, char name[static PLATFORM_NAME_SIZE]);

struct platform_kernel {
    char release[PLATFORM_LINE_SIZE];
    const char *file; /* where the minimum stands; borrowed from the facts */
};

/* The least kernel of the line that release belongs to; false if no file names that line. */
bool platform_kernel_minimum(const struct facts *facts, const char *release,
                             struct platform_kernel *ret) TDX_MUST_CHECK;

#endif
