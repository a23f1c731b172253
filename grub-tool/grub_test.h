/* SPDX-License-Identifier: Apache-2.0 */
/* GRUB's test command. */
#ifndef GRUB_TOOL_GRUB_TEST_H
#define GRUB_TOOL_GRUB_TEST_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/root.h"

/* The words between "[" and "]". What is not understood is false. Source: GRUB
 * grub-core/commands/test.c. */
bool grub_test(const struct root *root, const char *const *words, size_t count);

#endif
