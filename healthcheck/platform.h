/* SPDX-License-Identifier: Apache-2.0 */
/* What ages: minimum kernels, regions, instance families, PCCS hosts, devices. It lies in files
 * (platforms.d/NAME.conf, those of /etc/tdx-gate before those of /usr/share/tdx-gate), never in
 * code.
 *
 * A file is "key = value" (core/base/conf.h); a key may stand several times:
 *     kernel_minimum = TAG RELEASE            al8 5.10.134-16.al8
 *     instance_family = NAME SMALLEST_SIZE    ecs.g8i xlarge
 *     instance_unsupported = NAME
 *     region = NAME
 *     pccs_host = HOST                        "{region}" stands for a region's name
 *     metadata_url = URL
 *     vendor = DMI SYSTEM VENDOR
 *     unsupported_device = VENDOR:DEVICE WORDS   (hexadecimal) */
#ifndef HEALTHCHECK_PLATFORM_H
#define HEALTHCHECK_PLATFORM_H

#include <stdbool.h>

#include "healthcheck/collect.h"
#include "healthcheck/facts.h"

#define PLATFORM_LINE_SIZE 256

/* The files as facts. A file of that name in /etc/tdx-gate/platforms.d replaces the other. */
void platform_collect(const struct collector *collector);

/* The next value of a key over all files: at first *at is 0. value is cut to PLATFORM_LINE_SIZE;
 * file (may be NULL) is where it stands, borrowed from the facts. False at the end. */
bool platform_next(const struct facts *facts, const char *key, unsigned *at,
                   char value[static PLATFORM_LINE_SIZE], const char **file) TDX_MUST_CHECK;

struct platform_kernel {
    char release[PLATFORM_LINE_SIZE];
    const char *file; /* where the minimum stands; borrowed from the facts */
};

/* The least kernel of the line that release belongs to; false if no file names that line. */
bool platform_kernel_minimum(const struct facts *facts, const char *release,
                             struct platform_kernel *ret) TDX_MUST_CHECK;

#endif
