/* SPDX-License-Identifier: Apache-2.0 */
/* What other families need to know about the boot. */
#ifndef HEALTHCHECK_BOOT_H
#define HEALTHCHECK_BOOT_H

#include <stdbool.h>

#include "core/base/bytes.h"
#include "core/base/status.h"

/* True if two kernel command lines have the same words in the same order, but for those that the
 * boot loader adds and that differ at each start. */
bool boot_same_words(struct span a, struct span b) TDX_MUST_CHECK;

#endif
