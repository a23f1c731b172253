/* SPDX-License-Identifier: Apache-2.0 */
/* Small texts within facts: lines "key=value" of a probe, lines of a file, words of a command line.
 * Everything here borrows the fact's bytes. */
#ifndef HEALTHCHECK_LINES_H
#define HEALTHCHECK_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/number.h"
#include "core/base/status.h"

/* The next line of *text, without its end, which *text skips. False at the end. */
bool line_next(struct span *text, struct span *ret) TDX_MUST_CHECK;

/* The next word of *text: blanks and tabs separate. False at the end. */
bool word_next(struct span *text, struct span *ret) TDX_MUST_CHECK;

/* The value of the first line "key=value"; { NULL, 0 } if there is none. */
struct span lines_value(struct span text, const char *key);
/* The same as a whole decimal number; not known where it is none. */
struct maybe_u64 lines_number(struct span text, const char *key);
/* The same as a NUL-terminated string, cut to size; "" where there is none. */
const char *lines_string(struct span text, const char *key, char *out, size_t size);

/* True if the value is exactly this string. */
bool span_is(struct span span, const char *string) TDX_MUST_CHECK;
/* True if span begins with string. */
bool span_begins(struct span span, const char *string) TDX_MUST_CHECK;
/* True if string stands anywhere in span. */
bool span_contains(struct span span, const char *string) TDX_MUST_CHECK;
/* Without white space at both ends, line ends included. */
struct span span_trim(struct span span);
/* As a NUL-terminated string, cut to size. Returns out. */
const char *span_string(struct span span, char *out, size_t size);

/* The value of a shell-like assignment NAME=value or NAME="value" (os-release(5)). */
const char *os_release_value(struct span text, const char *name, char *out, size_t size);

#endif
