/* SPDX-License-Identifier: Apache-2.0 */
/* Network cards and disks of a guest, as far as they matter to SWIOTLB. For facts.c. */
#ifndef SWIOTLB_DEVICES_H
#define SWIOTLB_DEVICES_H

#include "core/base/root.h"
#include "swiotlb/facts.h"

#define SWIOTLB_NAMES_LIMIT 8192 /* most names in a folder of /sys that are looked at */

/* Fills in devices_known, demand, largest_ring and largest_request from /sys below root. */
void swiotlb_devices_read(const struct root *root, struct swiotlb_facts *facts);

#endif
