/* SPDX-License-Identifier: Apache-2.0 */
/* What ages and differs from cloud to cloud: regions, hosts, instance families, minimum kernels. It
 * lies in files, one to a cloud, platforms.d/NAME.conf; one of that name in /etc/tdx-gate replaces
 * the one in /usr/share/tdx-gate. Here are their keys and the form of each value; who reads them
 * uses conf_parse() and asks platform_line_check() for each line.
 *
 * Each key may stand several times; tdx-healthcheck(8), "PLATFORM DATA", is their manual:
 *     profile = NAME                          aliyun
 *     vendor = DMI SYSTEM VENDOR
 *     metadata_url = http://ADDRESS[:PORT]/PATH/
 *     kernel_minimum = TAG RELEASE            al8 5.10.134-16.al8
 *     instance_family = NAME SMALLEST_SIZE    ecs.g8i xlarge; "any" for every size
 *     instance_unsupported = NAME
 *     accelerator_family = NAME
 *     region = NAME
 *     pccs_region = NAME                      cn-beijing
 *     pccs_host, pccs_vpc_host = HOST         "{region}" in it stands for a region's name
 *     repository_host = HOST                  the same
 *     unsupported_device = VENDOR:DEVICE WORDS   (hexadecimal) */
#ifndef CORE_BASE_PLATFORM_CONF_H
#define CORE_BASE_PLATFORM_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/conf.h"
#include "core/base/status.h"

#define PLATFORM_FOLDER_NAME "platforms.d"
#define PLATFORM_VALUE_SIZE  256 /* with the NUL; a longer value is refused */
#define PLATFORM_FILE_LIMIT  ((size_t)64 << 10)
#define PLATFORM_REGION_SIZE 40

/* TDX_OK, or CONF_UNKNOWN_KEY or CONF_BAD_VALUE, with file and line in the detail. */
enum tdx_status platform_line_check(const struct conf_line *line, struct tdx_error *err)
    TDX_MUST_CHECK;

/* True for what may become a part of a host name: "cn-beijing", "ap-southeast-5". */
bool platform_is_region(const char *text) TDX_MUST_CHECK;

/* The host that pattern names for a region. False if it does not fit into size. */
bool platform_host(const char *pattern, const char *region, char *ret, size_t size) TDX_MUST_CHECK;

/* True if host is what pattern makes of some region, which is then in *ret ("" for a pattern
 * without "{region}"). Letters are compared without case. */
bool platform_host_region(const char *pattern, const char *host,
                          char ret[static PLATFORM_REGION_SIZE]) TDX_MUST_CHECK;

#endif
