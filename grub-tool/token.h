/* SPDX-License-Identifier: Apache-2.0 */
/* The one word this tool writes: "swiotlb=N", with the other fields that stood there before. And
 * the change of it in a text that GRUB hands to the kernel: kernelopts in grubenv, the options of a
 * BLS entry, /etc/kernel/cmdline, a linux line. (For /etc/default/grub, where a shell stands before
 * GRUB: default_grub.h.) */
#ifndef GRUB_TOOL_TOKEN_H
#define GRUB_TOOL_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/text.h"
#include "grub-tool/boot_words.h"

#define TOKEN_SIZE 96

/* What is to stand on the kernel's command line. */
struct token_wish {
    bool present; /* false: no swiotlb= at all */
    uint64_t slabs;
};

/* Writes the word for wish: its number, and the area count, "force" and "any" that the words in
 * words have (the last area count, any of the flags). Returns NULL, or why it must not be written:
 * "noforce" stands there. With !wish->present out is "". */
const char *token_build(const struct boot_words *words, const struct token_wish *wish,
                        char out[TOKEN_SIZE]);

/* True where a word of our own must stand in front: what stands at the end is lost behind "--", a
 * word that begins with '#', or the line's limit (extra: bytes that come before and behind). */
bool token_in_front(const struct boot_words *words, size_t extra);

/* Appends to ret the text with the wish in it; all else stays byte for byte. Returns NULL, or why
 * it cannot be done (borrowed, constant); ret is then not to be used. kind says who reads it. */
const char *token_edit(struct span text, enum boot_text_kind kind, const struct token_wish *wish,
                       struct text *ret);

/* True if both have the same words in the same order but for swiotlb. */
bool token_same_others(const struct boot_words *a, const struct boot_words *b);

#endif
