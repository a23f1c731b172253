/* SPDX-License-Identifier: Apache-2.0 */
/* /etc/default/grub: which swiotlb= it asks for, and the change of that one word, as a shell, GRUB
 * and the kernel read it one after another. Pure functions from bytes to bytes.
 *
 * Every byte but the word (and a blank beside it) stays; setting the same value again changes
 * nothing. What cannot be edited safely is refused with file, line and reason: each result is read
 * again, and the new value must have the same words as the old one but for swiotlb=. */
#ifndef GRUB_TOOL_DEFAULT_GRUB_H
#define GRUB_TOOL_DEFAULT_GRUB_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/base/text.h"
#include "grub-tool/shell_script.h"
#include "grub-tool/token.h"

#define DEFAULT_GRUB_LIMIT ((size_t)1 << 20) /* bytes of one file */

/* The files in the order the generator sources them: /etc/default/grub first (an empty text if it
 * does not exist), then the drop-ins, if this generator reads any. */
struct default_grub_input {
    const struct shell_file *files;
    size_t count; /* 1 to SHELL_FILES_LIMIT */
};

/* What the files say. Initialise with { 0 }; release with default_grub_free(). */
struct default_grub {
    bool set;    /* GRUB_CMDLINE_LINUX is set */
    char *value; /* GRUB_CMDLINE_LINUX, '?' for what only the generator knows; NULL if !set */
    char *with_default; /* it and GRUB_CMDLINE_LINUX_DEFAULT, as they stand on a linux line */
    char *swiotlb;      /* the last word "swiotlb..." the kernel looks at there, NULL if none */
    struct text notes;  /* lines "FILE:LINE: what": nothing is wrong, but it is worth knowing */
};

/* Returns TDX_OK and fills *ret; GRUB_DEFAULT_UNCLEAR if the files cannot be understood (file, line
 * and reason in err); NO_MEMORY. */
enum tdx_status default_grub_read(const struct default_grub_input *input, struct default_grub *ret,
                                  struct tdx_error *err) TDX_MUST_CHECK;
void default_grub_free(struct default_grub *value); /* { 0 } is fine */

/* The files after the change. Initialise with { 0 }; release with default_grub_edit_free(). */
struct default_grub_edit {
    struct text files[SHELL_FILES_LIMIT]; /* only where changed[] is true */
    bool changed[SHELL_FILES_LIMIT];
    struct text notes;
};

/* Makes GRUB_CMDLINE_LINUX agree with wish. Returns TDX_OK and fills *ret (nothing changed is
 * fine), GRUB_DEFAULT_UNCLEAR (the shell's side), GRUB_DEFAULT_REFUSED (what GRUB or the kernel
 * would make of it), or NO_MEMORY. */
enum tdx_status default_grub_edit(const struct default_grub_input *input,
                                  const struct token_wish *wish, struct default_grub_edit *ret,
                                  struct tdx_error *err) TDX_MUST_CHECK;
void default_grub_edit_free(struct default_grub_edit *edit);

#endif
