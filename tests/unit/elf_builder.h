/* SPDX-License-Identifier: Apache-2.0 */
/* A small shared library, byte by byte: it needs libpam.so.0 and libc.so.6, has the run path
 * /opt/lib and offers pam_sm_acct_mgmt. */
#ifndef TESTS_UNIT_ELF_BUILDER_H
#define TESTS_UNIT_ELF_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ELF_STRINGS_SIZE 80

/* Where its parts lie. */
enum {
    ELF_AT_SEGMENTS = 64,
    ELF_AT_DYNAMIC = ELF_AT_SEGMENTS + 2 * 56,
    ELF_AT_STRINGS = ELF_AT_DYNAMIC + 9 * 16,
    ELF_AT_SYMBOLS = ELF_AT_STRINGS + ELF_STRINGS_SIZE,
    ELF_AT_HASH = ELF_AT_SYMBOLS + 4 * 24,
    ELF_SIZE = ELF_AT_HASH + 48,
    ELF_ADDRESS = 0x10000, /* where the file is mapped */
};

/* Names, as places among the strings. */
enum {
    ELF_NAME_PAM = 1,
    ELF_NAME_LIBC = 13,
    ELF_NAME_ENTRY = 23,
    ELF_NAME_USED = 40,
    ELF_NAME_RUNPATH = 45,
    ELF_NAME_HIDDEN = 54
};

/* With the hash table of System V, or that of GNU. */
void elf_build(uint8_t out[static ELF_SIZE], bool gnu);

/* Writes a number of size bytes, little-endian. */
void elf_put(uint8_t *out, size_t at, uint64_t value, size_t size);

#endif
