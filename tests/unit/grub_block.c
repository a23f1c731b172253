/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/grub_block.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/cmocka_all.h"

void grub_block_make(const char *lines, char block[static GRUB_BLOCK_SIZE + 1])
{
    int size = snprintf(block, GRUB_BLOCK_SIZE + 1, "# GRUB Environment Block\n%s", lines);

    assert_in_range(size, 1, GRUB_BLOCK_SIZE);
    memset(block + size, '#', GRUB_BLOCK_SIZE - (size_t)size);
    block[GRUB_BLOCK_SIZE] = '\0';
}
