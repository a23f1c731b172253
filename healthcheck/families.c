/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/families.h"

/* One to a line. */
/* clang-format off */
const struct family *const families[] = {
    &cpu_family,
    &driver_family,
    &kernel_family,
    &swiotlb_family,
    &cloud_family,
    &devices_family,
    &td_family,
    &time_family,
    &collateral_family,
    &qcnl_family,
    &qcnl_cache_family,
    &pccs_family,
    &evidence_family,
    &tcb_family,
    &boot_family,
    &pkg_family,
    &ssh_family,
    &doors_family,
    &gate_family,
    &gate_policy_family,
    &gate_run_family,
    &selinux_family,
    &audit_family,
    &ops_family,
};
/* clang-format on */

const size_t family_count = sizeof(families) / sizeof(families[0]);
