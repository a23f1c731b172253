/* SPDX-License-Identifier: Apache-2.0 */
#include "grub-tool/tdx_grub.h"

int main(int argc, char **argv)
{
    static const struct command commands[] = {
        { "show", "tell what boots and which swiotlb= it gets", grub_show },
        { "set-swiotlb", "write swiotlb=N into what boots", grub_set },
        { "unset-swiotlb", "take swiotlb= out of what boots", grub_unset },
        { "rollback", "put back what the last change changed", grub_rollback },
        { NULL, NULL, NULL },
    };

    return program_dispatch("tdx-grub", "Write swiotlb= into the boot configuration, safely.",
                            commands, argc, argv);
}
