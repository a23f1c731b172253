/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/elf_builder.h"

#include <string.h>

static const char strings[ELF_STRINGS_SIZE] =
    "\0libpam.so.0\0libc.so.6\0pam_sm_acct_mgmt\0used\0/opt/lib\0hidden";
void elf_put(uint8_t *out, size_t at, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        out[at + i] = (uint8_t)(value >> 8 * i);
}

static void put_symbol(uint8_t *out, unsigned index, unsigned name, unsigned info, unsigned section)
{
    size_t at = ELF_AT_SYMBOLS + 24 * (size_t)index;

    elf_put(out, at, name, 4);
    elf_put(out, at + 4, info, 1);
    elf_put(out, at + 6, section, 2);
}

static void put_segment(uint8_t *out, size_t at, unsigned type, uint64_t offset, uint64_t size)
{
    elf_put(out, at, type, 4);
    elf_put(out, at + 8, offset, 8);
    elf_put(out, at + 16, ELF_ADDRESS + offset, 8);
    elf_put(out, at + 32, size, 8);
}

void elf_build(uint8_t out[static ELF_SIZE], bool gnu)
{
    const uint64_t entries[9][2] = {
        { 1, ELF_NAME_PAM },
        { 1, ELF_NAME_LIBC },
        { 29, ELF_NAME_RUNPATH },
        { 5, ELF_ADDRESS + ELF_AT_STRINGS },
        { 10, ELF_STRINGS_SIZE },
        { 6, ELF_ADDRESS + ELF_AT_SYMBOLS },
        { 11, 24 },
        { gnu ? 0x6ffffef5U : 4U, ELF_ADDRESS + ELF_AT_HASH },
        { 0, 0 },
    };

    memset(out, 0, ELF_SIZE);
    memcpy(out,
           "\x7f"
           "ELF\x02\x01\x01",
           7);
    elf_put(out, 16, 3, 2);
    elf_put(out, 18, 62, 2);
    elf_put(out, 32, ELF_AT_SEGMENTS, 8);
    elf_put(out, 54, 56, 2);
    elf_put(out, 56, 2, 2);
    put_segment(out, ELF_AT_SEGMENTS, 1, 0, ELF_SIZE);
    put_segment(out, ELF_AT_SEGMENTS + 56, 2, ELF_AT_DYNAMIC, 9 * 16);
    for (size_t i = 0; i < 9; i++) {
        elf_put(out, ELF_AT_DYNAMIC + 16 * i, entries[i][0], 8);
        elf_put(out, ELF_AT_DYNAMIC + 16 * i + 8, entries[i][1], 8);
    }
    memcpy(out + ELF_AT_STRINGS, strings, ELF_STRINGS_SIZE);
    put_symbol(out, 1, ELF_NAME_USED, 0x12, 0);   /* used, not offered */
    put_symbol(out, 2, ELF_NAME_HIDDEN, 0x02, 7); /* local */
    put_symbol(out, 3, ELF_NAME_ENTRY, 0x12, 7);
    if (gnu) {
        elf_put(out, ELF_AT_HASH, 1, 4);      /* buckets */
        elf_put(out, ELF_AT_HASH + 4, 1, 4);  /* the first symbol in it */
        elf_put(out, ELF_AT_HASH + 8, 1, 4);  /* words of the filter */
        elf_put(out, ELF_AT_HASH + 24, 2, 4); /* the bucket */
        elf_put(out, ELF_AT_HASH + 28, 0, 4); /* chains of symbols 1, 2, 3 */
        elf_put(out, ELF_AT_HASH + 32, 8, 4);
        elf_put(out, ELF_AT_HASH + 36, 9, 4); /* the last one */
    } else {
        elf_put(out, ELF_AT_HASH, 1, 4);
        elf_put(out, ELF_AT_HASH + 4, 4, 4);
    }
}
