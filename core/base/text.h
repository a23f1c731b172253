/* SPDX-License-Identifier: Apache-2.0 */
/* A text that grows, up to a limit, and quoting of text that is not ours.
 *
 * As with the bounded reader, failure is sticky: once memory or the limit ran out, the text stays
 * as it was and text_ok() says so, once, at the end. */
#ifndef CORE_BASE_TEXT_H
#define CORE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/bytes.h"
#include "core/base/status.h"

#define TEXT_LIMIT ((size_t)64 << 20)

/* Initialise with { 0 } (limit TEXT_LIMIT) or { .limit = N }; release with text_free(). */
struct text {
    char *data; /* NULL while empty, else length characters and a NUL */
    size_t length;
    size_t capacity;
    size_t limit; /* most characters it may hold, 0: TEXT_LIMIT */
    bool failed;
};

void text_add(struct text *text, const char *string);
void text_add_n(struct text *text, const char *data, size_t size);
void text_addf(struct text *text, const char *format, ...) TDX_PRINTF(2, 3);
void text_add_char(struct text *text, char character);
void text_add_hex(struct text *text, const void *data, size_t size);

/* Adds size bytes as something that is safe to print: printable ASCII as it is, everything else
 * (and a backslash) as \xNN, at most shown_limit characters and then "...". */
void text_add_quoted(struct text *text, const void *data, size_t size, size_t shown_limit);

/* Adds a paragraph of length characters and a new line, broken at its blanks (of which a run is
 * one) so that no line is longer than columns; a longer word stays whole. Its first line goes on at
 * column at, the others are indented by indent. */
void text_add_wrapped(struct text *text, const char *paragraph, size_t length, size_t at,
                      size_t indent, size_t columns);

/* False if memory or the limit ran out at any time. */
bool text_ok(const struct text *text) TDX_MUST_CHECK;

/* The text, "" while empty. Borrowed: valid until the next change. */
const char *text_string(const struct text *text);

/* Its characters, without the NUL. Borrowed: valid until the next change. */
struct span text_span(const struct text *text);

/* Hands over the characters (the caller frees them with free()) and leaves text empty.
 * NULL if text_ok() was false. */
char *text_take(struct text *text) TDX_MUST_CHECK;

void text_clear(struct text *text); /* empties it, keeps the memory, forgets a failure */
void text_free(struct text *text);  /* NULL is fine */

/* text_add_quoted() into a fixed buffer: for details of errors and log lines. Returns out. */
const char *text_quote(const void *data, size_t size, char *out, size_t out_size);

#endif
