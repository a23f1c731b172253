/* SPDX-License-Identifier: Apache-2.0 */
/* Text within borrowed bytes: its lines and words, and comparisons with strings of ours.
 *
 * Nothing here allocates, copies or needs a NUL, and no locale matters. What is handed out borrows
 * the same bytes. An empty span may point nowhere. */
#ifndef CORE_BASE_SPAN_TEXT_H
#define CORE_BASE_SPAN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/status.h"

/* The characters of a string (borrowed), without its NUL. */
struct span span_of(const char *string);

/* True if span is exactly string; if it begins with string; if string stands anywhere in it. */
bool span_is(struct span span, const char *string) TDX_MUST_CHECK;
bool span_begins(struct span span, const char *string) TDX_MUST_CHECK;
bool span_contains(struct span span, const char *string) TDX_MUST_CHECK;

/* What follows the first occurrence of string; { NULL, 0 } if there is none. */
struct span span_after(struct span text, const char *string);

/* White space: blank, tab, line feed, carriage return. Blanks: blank and tab. */
bool byte_is_white(uint8_t byte) TDX_MUST_CHECK;
bool byte_is_blank(uint8_t byte) TDX_MUST_CHECK;

/* Without white space, or without blanks only, at both ends. */
struct span span_trim(struct span span);
struct span span_trim_blanks(struct span span);

/* Moves *text behind its first size bytes (there must be as many), or behind its blanks. */
void span_skip(struct span *text, size_t size);
void span_skip_blanks(struct span *text);

/* Moves *text behind string and returns true, or leaves it alone. */
bool span_take(struct span *text, const char *string) TDX_MUST_CHECK;

/* The next line of *text, without its end (LF or CR LF), which *text skips too. False at the end.
 */
bool line_next(struct span *text, struct span *ret) TDX_MUST_CHECK;

/* The offset of the first line feed of text at or behind offset at (at most text.size); text.size
 * if there is none. For readers that must know where a line stood. */
size_t span_line_end(struct span text, size_t at);

/* The next word of *text: white space separates. False, and *ret empty, at the end. */
bool word_next(struct span *text, struct span *ret) TDX_MUST_CHECK;

/* As a NUL-terminated string, cut to size, which is at least 1. Returns out. */
const char *span_string(struct span span, char *out, size_t size);

/* The value of the last NAME=value or NAME="value" (either quote) among lines that a shell could
 * read, as in os-release(5), cut to size; "" where there is none. Returns out. */
const char *os_release_value(struct span text, const char *name, char *out, size_t size);

#endif
