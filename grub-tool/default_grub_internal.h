/* SPDX-License-Identifier: Apache-2.0 */
/* Between the reader and the editor of /etc/default/grub. */
#ifndef GRUB_TOOL_DEFAULT_GRUB_INTERNAL_H
#define GRUB_TOOL_DEFAULT_GRUB_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "grub-tool/default_grub.h"
#include "grub-tool/shell_script.h"

#define DEFAULT_GRUB_NAME  "GRUB_CMDLINE_LINUX"
#define DEFAULT_GRUB_LATER "GRUB_CMDLINE_LINUX_DEFAULT" /* stands behind it on the linux line */

/* A value as text (with a NUL that size does not count) and the mask that boot_words.h takes. */
struct flat {
    uint8_t *bytes, *opaque;
    size_t size;
};

bool flat_from(const struct shell_value *value, struct flat *ret);
void flat_free(struct flat *flat);

/* Reads the files; refuses where the variable's value cannot be known. */
enum tdx_status default_grub_script(const struct default_grub_input *input,
                                    struct shell_script *ret, struct tdx_error *err);
bool default_grub_join(const struct shell_script *script, struct shell_value *ret);
/* Appends what is worth knowing about the files. */
enum tdx_status default_grub_notes(const struct shell_script *script, struct text *notes,
                                   struct tdx_error *err);
/* "FILE:LINE: what reason"; line 0: no line. Returns status. */
enum tdx_status default_grub_fail(const struct default_grub_input *input, enum tdx_status status,
                                  size_t file, unsigned line, const char *what, const char *reason,
                                  struct tdx_error *err);

/* --- the editor ------------------------------------------------------------------------------ */

#define PATCH_LIMIT   4096
#define PATCH_SIZE    (TOKEN_SIZE + 32)
#define ROOM_FOR_ROOT 256 /* BOOT_IMAGE=... root=... ro, which stand before the value */

/* Bytes [start, end) of a file become with. */
struct patch {
    size_t file, start, end;
    char with[PATCH_SIZE];
};

struct editor {
    const struct default_grub_input *input;
    const struct token_wish *wish;
    struct shell_script script;
    const struct shell_value *value; /* of GRUB_CMDLINE_LINUX; NULL: not set */
    struct flat flat;
    struct boot_words words;
    char token[TOKEN_SIZE];
    bool *gone; /* cells that a patch removes or replaces */
    struct patch *patches;
    size_t patch_count;
    const char *reason; /* why this way does not do */
    unsigned line;
    size_t file;
};

/* Notes the first reason why this way does not do. Returns false. */
bool default_grub_refuse(struct editor *e, size_t file, unsigned line, const char *reason);

/* True if the files as edited mean what they should: the wish, and nothing else changed. */
bool default_grub_prove(struct editor *e, const struct default_grub_edit *edit);

#endif
