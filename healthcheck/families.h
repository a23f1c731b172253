/* SPDX-License-Identifier: Apache-2.0 */
/* The table of families, in the order of the report. A family is a file; it is added here once. */
#ifndef HEALTHCHECK_FAMILIES_H
#define HEALTHCHECK_FAMILIES_H

#include <stddef.h>

#include "healthcheck/check.h"
#include "healthcheck/collect.h"

extern const struct family *const families[];
extern const size_t family_count;

extern const struct family cpu_family, driver_family, kernel_family, swiotlb_family, devices_family,
    td_family, evidence_family, boot_family, gate_family, ops_family;

#endif
