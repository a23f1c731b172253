/* SPDX-License-Identifier: Apache-2.0 */
/* What every test of the editor of /etc/default/grub asks, whichever file it edits. */
#ifndef TESTS_UNIT_DEFAULT_GRUB_CASE_H
#define TESTS_UNIT_DEFAULT_GRUB_CASE_H

#include "core/base/bytes.h"
#include "grub-tool/default_grub.h"

#define V "GRUB_CMDLINE_LINUX"
#define S "swiotlb=524288" /* what default_grub_case_wish asks for */

extern const struct token_wish default_grub_case_wish, default_grub_case_nothing;

/* default_grub_edit() on up to three files, the first of them /etc/default/grub. */
enum tdx_status default_grub_case_edit(const struct span *texts, size_t count,
                                       const struct token_wish *asked,
                                       struct default_grub_edit *ret, struct tdx_error *err);

/* The i-th file after the edit; borrowed from either. */
struct span default_grub_case_result(const struct default_grub_edit *edited, size_t i,
                                     struct span before);

/* Asserts what real shells say about the two states of the files: all else is as it was, and the
 * wish is there once. */
void default_grub_case_shells(const char *name, const struct span *before, const struct span *after,
                              size_t count, bool words_are_plain);

/* Asserts that a second run changes nothing. */
void default_grub_case_again(const char *name, const struct span *after, size_t count);

#endif
