/* SPDX-License-Identifier: Apache-2.0 */
/* The table of families, in the order of the report. A family is a file, or several
 * (struct family: part_of); each is added here once, one to a line. */
#ifndef HEALTHCHECK_FAMILIES_H
#define HEALTHCHECK_FAMILIES_H

#include <stddef.h>

#include "healthcheck/check.h"
#include "healthcheck/collect.h"

extern const struct family *const families[];
extern const size_t family_count;

/* clang-format off */
extern const struct family cpu_family;
extern const struct family driver_family;
extern const struct family kernel_family;
extern const struct family swiotlb_family;
extern const struct family cloud_family;
extern const struct family devices_family;
extern const struct family td_family;
extern const struct family time_family;
extern const struct family collateral_family;
extern const struct family qcnl_family;
extern const struct family qcnl_cache_family;
extern const struct family pccs_family;
extern const struct family evidence_family;
extern const struct family tcb_family;
extern const struct family boot_family;
extern const struct family pkg_family;
extern const struct family gate_family;
extern const struct family gate_policy_family;
extern const struct family gate_run_family;
extern const struct family selinux_family;
extern const struct family audit_family;
extern const struct family ssh_family;
extern const struct family doors_family;
extern const struct family ops_family;
/* clang-format on */

#endif
