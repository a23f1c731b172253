/* SPDX-License-Identifier: Apache-2.0 */
/* What other families want to know of the CPU. */
#ifndef HEALTHCHECK_CPU_H
#define HEALTHCHECK_CPU_H

#include <stdbool.h>

#include "core/base/status.h"
#include "healthcheck/facts.h"

/* True if /proc/cpuinfo has the flag tdx_guest. */
bool cpu_is_tdx_guest(const struct facts *facts) TDX_MUST_CHECK;

#endif
