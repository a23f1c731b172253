/* SPDX-License-Identifier: Apache-2.0 */
/* Between the two halves of boot_words.h: GRUB's lexer and loader make a line, the kernel's parser
 * takes it apart. */
#ifndef GRUB_TOOL_BOOT_LINE_H
#define GRUB_TOOL_BOOT_LINE_H

#include "grub-tool/boot_words.h"

/* One byte on the kernel's command line and the GRUB word it came from. */
struct line_byte {
    uint8_t byte;
    bool unknown, variable;
    uint32_t piece; /* index of the GRUB word */
};

struct piece {
    size_t start, end; /* in the text */
    bool after_hash;
};

struct splitter {
    struct span text;
    const uint8_t *opaque;
    size_t at;
    struct line_byte *line;
    size_t line_count, line_room;
    struct piece *pieces;
    size_t piece_count, piece_room;
    struct boot_words *ret;
    bool no_memory;
};

/* Makes room for one more element of size bytes. */
bool boot_line_grow(struct splitter *s, void **array, size_t count, size_t *room, size_t size);
/* Notes the first problem. */
void boot_line_problem(struct splitter *s, enum boot_problem what, size_t at);
/* Fills line and pieces: as GRUB does, and for a text that is handed over as it is. */
void boot_line_grub(struct splitter *s);
void boot_line_plain(struct splitter *s);

#endif
