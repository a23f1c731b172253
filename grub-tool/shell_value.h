/* SPDX-License-Identifier: Apache-2.0 */
/* What a shell makes of the word behind NAME=, byte for byte, each byte with the place it was
 * written at: so that a part of the value can be changed where it stands. */
#ifndef GRUB_TOOL_SHELL_VALUE_H
#define GRUB_TOOL_SHELL_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/status.h"

#define SHELL_VALUE_LIMIT 65536 /* bytes */

enum shell_quote { SHELL_BARE, SHELL_IN_DOUBLE, SHELL_IN_SINGLE };

enum shell_cell_kind {
    SHELL_CELL_WRITTEN, /* stands in the file as one byte, or as one byte behind a backslash */
    SHELL_CELL_DERIVED, /* the byte is known but not written as a part of this word: ${X:-word} */
    SHELL_CELL_UNKNOWN, /* any text, perhaps none: $X that nothing in the files sets */
};

struct shell_cell {
    uint8_t byte;
    uint8_t kind;        /* enum shell_cell_kind */
    uint8_t quote;       /* enum shell_quote */
    uint16_t assignment; /* the caller's number for where it was written */
    uint32_t start, end; /* the bytes it is written with, quotes not included */
};

/* Initialise with { 0 }; release with shell_value_free(). */
struct shell_value {
    struct shell_cell *cells;
    size_t count, room;
    bool failed; /* out of memory or over SHELL_VALUE_LIMIT */
};

void shell_value_free(struct shell_value *value); /* NULL and { 0 } are fine */
void shell_value_add(struct shell_value *value, const struct shell_cell *cell);
void shell_value_append(struct shell_value *value, const struct shell_value *more);

enum shell_lookup_result { SHELL_SET, SHELL_UNSET, SHELL_UNDECIDED };

/* Asks the caller for a variable. SHELL_SET: *ret is borrowed. SHELL_UNSET: nothing in the files
 * sets it. SHELL_UNDECIDED: something may have set it; *why says what. */
typedef enum shell_lookup_result (*shell_lookup)(void *context, struct span name,
                                                 const struct shell_value **ret, const char **why);

struct shell_evaluation {
    struct span text;  /* the file */
    size_t start, end; /* the word behind the '=' */
    uint16_t assignment;
    shell_lookup lookup;
    void *context;
    bool argument; /* an argument of export: dash splits it and expands patterns, bash does not */
};

/* Evaluates the word. Returns true and fills *ret (which is { 0 } before), or false and a reason:
 * a command substitution, what dash and bash read differently, what cannot be known. */
bool shell_evaluate(const struct shell_evaluation *evaluation, struct shell_value *ret,
                    const char **ret_reason) TDX_MUST_CHECK;

#endif
