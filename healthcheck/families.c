/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/families.h"

const struct family *const families[] = {
    &cpu_family, &driver_family, &kernel_family, &swiotlb_family, &devices_family,
};

const size_t family_count = sizeof(families) / sizeof(families[0]);
