/* SPDX-License-Identifier: Apache-2.0 */
/* GRUB's replacing of $name, in its two forms. */
#ifndef GRUB_TOOL_GRUB_EXPAND_H
#define GRUB_TOOL_GRUB_EXPAND_H

#include "core/base/text.h"
#include "grub-tool/grub_env.h"

/* Appends text, a part of a script, with each $name and ${name} outside single quotes replaced by
 * its value, so quoted that the script's lexer reads the value's bytes as they are (a bare value is
 * split at its blanks, as GRUB does). */
void grub_expand_script(struct span text, const struct grub_env *env, struct text *ret);

/* Appends the value of a BLS key with each $name (no braces; "\$" is left alone) replaced by its
 * value and a blank. Source: blscfg.c expand_val(). */
void grub_expand_bls(struct span text, const struct grub_env *env, struct text *ret);

#endif
