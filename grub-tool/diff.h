/* SPDX-License-Identifier: Apache-2.0 */
/* The difference of two texts as `diff -u` shows it; `patch -p0` takes it. */
#ifndef GRUB_TOOL_DIFF_H
#define GRUB_TOOL_DIFF_H

#include "core/base/bytes.h"
#include "core/base/text.h"

#define DIFF_WORK_LIMIT                                                                            \
    4000 /* changed lines of one side; beyond that all of the middle is shown                      \
          */

/* Appends the difference; nothing if both are equal. exists_*: false for a file that is not there
 * (shown as /dev/null). Bytes that are not printable are shown as \xNN. */
void diff_unified(const char *path, bool old_exists, struct span old, bool new_exists,
                  struct span new_, struct text *ret);

#endif
