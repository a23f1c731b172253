/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of a GRUB script: words, blocks, ends. */
#ifndef GRUB_TOOL_GRUB_PARSE_H
#define GRUB_TOOL_GRUB_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/bytes.h"
#include "core/base/text.h"
#include "grub-tool/grub_env.h"

#define GRUB_WORDS 64 /* words of one command that are kept */

enum grub_token_kind {
    GRUB_WORD,
    GRUB_END_OF_COMMAND,
    GRUB_OPEN,
    GRUB_CLOSE,
    GRUB_OPERATOR,
    GRUB_END
};

struct grub_token {
    enum grub_token_kind kind;
    size_t start, end;
};

/* Moves *at behind the next token of text[*at, end). */
struct grub_token grub_next_token(struct span text, size_t *at, size_t end);
bool grub_token_is(struct span text, const struct grub_token *token, const char *word);

/* Appends the word with variables replaced and quotes taken off. (A value with blanks stays one
 * word: no command that is looked at here depends on the splitting.) */
void grub_word_value(struct span text, const struct grub_token *token, const struct grub_env *env,
                     struct text *ret);

#endif
