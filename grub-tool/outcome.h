/* SPDX-License-Identifier: Apache-2.0 */
/* What a command did, for programs: --format json of set-swiotlb, unset-swiotlb and rollback. */
#ifndef GRUB_TOOL_OUTCOME_H
#define GRUB_TOOL_OUTCOME_H

#include "core/base/text.h"
#include "grub-tool/boot_layout.h"

struct outcome {
    const char *result;         /* "changed", "unchanged", "rolled-back", "dry-run" */
    const struct text *changed; /* paths inside the root, one to a line */
    unsigned backup;            /* number of the change in the store; 0: none */
    const struct text *diff;    /* of a dry run; NULL otherwise */
    /* The system as it is now, read back, and whether each entry boots as was asked; NULL for a dry
     * run. */
    const struct boot_layout *system;
    bool agrees;
};

void outcome_json(const struct outcome *outcome, struct text *ret);

#endif
