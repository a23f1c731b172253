/* SPDX-License-Identifier: Apache-2.0 */
/* Boot Loader Specification entries (loader/entries/NAME.conf), as GRUB's blscfg and as
 * systemd-boot read them; they differ. Source: rhboot/grub2 grub-core/commands/blscfg.c. */
#ifndef GRUB_TOOL_BLS_H
#define GRUB_TOOL_BLS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/bytes.h"
#include "core/base/text.h"

#define BLS_ENTRY_LIMIT ((size_t)1 << 20)
#define BLS_ENTRIES     1024

enum bls_reader {
    BLS_FOR_GRUB,    /* split at the first blank, else tab; ends at a line without value; the first
                        options line counts */
    BLS_FOR_SYSTEMD, /* options lines are joined */
};

struct bls_entry {
    char *title, *linux_path, *options; /* NULL where there is none; options joined with blanks */
    char *sort_key, *version;
    size_t options_start, options_end; /* of the first options line's value, in the file */
};

/* Reads the file. False: out of memory. Initialise *ret with { 0 }; release with bls_entry_free().
 */
bool bls_read(struct span file, enum bls_reader reader, struct bls_entry *ret) TDX_MUST_CHECK;
void bls_entry_free(struct bls_entry *entry);

/* "NAME.conf" is an entry: *ret_size is the length of NAME; boot counters ("+3-0") are left out of
 * it for systemd-boot. */
bool bls_is_entry(const char *name, enum bls_reader reader, size_t *ret_size) TDX_MUST_CHECK;

/* As rpm compares versions: < 0, 0, > 0 where a is older, the same, newer. */
int bls_compare(const char *a, const char *b);

#endif
