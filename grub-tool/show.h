/* SPDX-License-Identifier: Apache-2.0 */
/* Telling what a system boots. */
#ifndef GRUB_TOOL_SHOW_H
#define GRUB_TOOL_SHOW_H

#include <stdbool.h>
#include <stdio.h>

#include "core/base/json_write.h"
#include "core/base/text.h"
#include "grub-tool/boot_layout.h"

/* The JSON of the contract (DESIGN.md section 4), with more members than it demands. */
void show_json(const struct boot_layout *layout, struct text *ret);
/* The same as a member (or, without a name, an element) of something larger. */
void show_json_put(struct json_writer *out, const char *name, const struct boot_layout *layout);

/* The same for a person. */
void show_text(const struct boot_layout *layout, struct text *ret);

/* For each entry, the default one first, which swiotlb= it will boot with. expected (may be NULL)
 * is what it should be. Returns false if an entry that is no rescue entry does not agree. */
bool show_proof(const struct boot_layout *layout, const struct token_wish *expected,
                struct text *ret);

#endif
