/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a size may be written for this guest. The arithmetic is that of swiotlb/. */
#ifndef GRUB_TOOL_SIZE_CHECK_H
#define GRUB_TOOL_SIZE_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/root.h"
#include "core/base/text.h"

struct size_question {
    bool recommended; /* ask tdx-swiotlb's advice; else slabs */
    uint64_t slabs;
    bool force; /* take it although the guest might not boot */
};

/* Returns TDX_OK and the slabs to write, or BOOT_SIZE_UNWISE with the reason. notes gets what the
 * kernel will make of it. */
enum tdx_status size_check(const struct root *root, const struct size_question *question,
                           uint64_t *ret, struct text *notes, struct tdx_error *err) TDX_MUST_CHECK;

#endif
