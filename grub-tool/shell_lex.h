/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of a file that /bin/sh sources: where each word begins and ends, quotes and substitutions
 * included. Only what dash and bash read alike is a token; anything else is refused with line and
 * reason. POSIX.1-2017 XCU 2.2, 2.3, 2.6. */
#ifndef GRUB_TOOL_SHELL_LEX_H
#define GRUB_TOOL_SHELL_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/bytes.h"
#include "core/base/status.h"

#define SHELL_DEPTH_LIMIT 16 /* substitutions in substitutions */

enum shell_token_kind {
    SHELL_WORD,
    SHELL_NEWLINE,
    SHELL_SEMICOLON,
    SHELL_DOUBLE_SEMICOLON,
    SHELL_AND_IF,
    SHELL_OR_IF,
    SHELL_AMPERSAND,
    SHELL_PIPE,
    SHELL_OPEN,
    SHELL_CLOSE,
    SHELL_REDIRECT, /* < > >> <& >& <> >|, with the digits before it; its target is the next word */
    SHELL_END,
};

struct shell_token {
    enum shell_token_kind kind;
    size_t start, end;
    unsigned line; /* of its first byte, counted from 1 */
};

struct shell_lexer {
    struct span text;
    size_t at;
    unsigned line;
    unsigned depth;
    bool in_double;     /* inside double quotes: for substitutions */
    const char *reason; /* set when a token could not be read */
    unsigned reason_line;
    bool ends_in_backslash; /* the text's last byte continues a line that is not there */
};

struct shell_lexer shell_lex(struct span text);

/* The next token. False: the text cannot be understood; reason and reason_line say why. */
bool shell_next(struct shell_lexer *lexer, struct shell_token *ret) TDX_MUST_CHECK;

/* lexer->at is at a '$' or '`': moves behind the substitution (or behind a '$' that is none). */
bool shell_skip_substitution(struct shell_lexer *lexer) TDX_MUST_CHECK;

/* How the word at [start, end) ends: behind a closing quote, or bare. The lexer has read it before.
 */
enum shell_ending { SHELL_ENDS_BARE, SHELL_ENDS_DOUBLE, SHELL_ENDS_SINGLE };
enum shell_ending shell_word_ending(struct span text, size_t start, size_t end);

/* True if the token is exactly these characters, unquoted. */
bool shell_token_is(struct span text, const struct shell_token *token, const char *word);

bool shell_name_byte(unsigned char byte, bool first);
/* The length of the name at offset at, 0 if there is none. */
size_t shell_name_length(struct span text, size_t at);

#endif
