/* SPDX-License-Identifier: Apache-2.0 */
/* GRUB environment blocks for tests. */
#ifndef TESTS_UNIT_GRUB_BLOCK_H
#define TESTS_UNIT_GRUB_BLOCK_H

#define GRUB_BLOCK_SIZE 1024

/* The block with these lines ("NAME=value\n"), and a NUL behind it. */
void grub_block_make(const char *lines, char block[static GRUB_BLOCK_SIZE + 1]);

#endif
