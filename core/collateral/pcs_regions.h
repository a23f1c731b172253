/* SPDX-License-Identifier: Apache-2.0 */
/* Where a cloud's regions have their PCCS. Regions come and go, so they are data: the file
 * pcs-regions.conf (contrib/platforms), which an admin can replace in /etc/tdx-gate.
 * Source: pcs-api notes section 4. */
#ifndef CORE_COLLATERAL_PCS_REGIONS_H
#define CORE_COLLATERAL_PCS_REGIONS_H

#include <stdbool.h>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/collateral/pcs_url.h"

#define PCS_REGIONS_NAME       "pcs-regions.conf"
#define PCS_REGIONS_SIZE_LIMIT ((size_t)64 << 10)

/* The address for region (such as "cn-beijing") according to the text of a regions file; name is
 * for messages. vpc: the one that is reached from inside a VPC. *ret_listed (may be NULL): the file
 * lists the region; one that it does not list gets an address by the same rule.
 * Returns TDX_OK, or PCS_REGION_BAD (it does not look like a region id), CONF_SYNTAX,
 * CONF_UNKNOWN_KEY, CONF_BAD_VALUE, NO_MEMORY. */
enum tdx_status pcs_region_url(const char *name, struct span text, const char *region, bool vpc,
                               char ret[static PCS_URL_SIZE], bool *ret_listed,
                               struct tdx_error *err) TDX_MUST_CHECK;

/* The same from the file: conf_folder/pcs-regions.conf, else data_folder's. */
enum tdx_status pcs_region_url_load(const char *conf_folder, const char *data_folder,
                                    const char *region, bool vpc, char ret[static PCS_URL_SIZE],
                                    bool *ret_listed, struct tdx_error *err) TDX_MUST_CHECK;

#endif
