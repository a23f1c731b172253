/* SPDX-License-Identifier: Apache-2.0 */
/* Where a cloud's regions have their PCCS. Regions come and go, so they are data: the keys
 * pccs_region, pccs_host and pccs_vpc_host of platforms.d (core/base/platform_conf.h).
 * Source: pcs-api notes section 4. */
#ifndef CORE_COLLATERAL_PCS_REGIONS_H
#define CORE_COLLATERAL_PCS_REGIONS_H

#include <stdbool.h>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/collateral/pcs_url.h"

/* The address for region (such as "cn-beijing") according to the text of one cloud's file; name is
 * for messages. vpc: the one that is reached from inside a VPC. *ret_listed (may be NULL): the file
 * lists the region; one that it does not list gets an address by the same rule.
 * Returns TDX_OK, or PCS_REGION_BAD (it does not look like a region id, or the file names no PCCS
 * of that kind), CONF_SYNTAX, CONF_UNKNOWN_KEY, CONF_BAD_VALUE. */
enum tdx_status pcs_region_url(const char *name, struct span text, const char *region, bool vpc,
                               char ret[static PCS_URL_SIZE], bool *ret_listed,
                               struct tdx_error *err) TDX_MUST_CHECK;

/* The same from conf_folder/platforms.d and data_folder/platforms.d (absolute paths; a file of the
 * first replaces the one of that name in the second): by the file that lists the region, else by
 * the first that names a PCCS. Also returns FILE_MISSING (no such file in either), FILE_UNREADABLE,
 * FILE_TOO_LARGE, NO_MEMORY. */
enum tdx_status pcs_region_url_load(const char *conf_folder, const char *data_folder,
                                    const char *region, bool vpc, char ret[static PCS_URL_SIZE],
                                    bool *ret_listed, struct tdx_error *err) TDX_MUST_CHECK;

#endif
