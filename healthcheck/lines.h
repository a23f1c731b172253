/* SPDX-License-Identifier: Apache-2.0 */
/* The lines "key=value" in which probes answer. What is handed out borrows the fact's bytes. */
#ifndef HEALTHCHECK_LINES_H
#define HEALTHCHECK_LINES_H

#include <stddef.h>

#include "core/base/number.h"
#include "core/base/span_text.h"

/* The value of the first line "key=value"; { NULL, 0 } if there is none. */
struct span lines_value(struct span text, const char *key);
/* The same as a whole decimal number; not known where it is none. */
struct maybe_u64 lines_number(struct span text, const char *key);
/* The same as a NUL-terminated string, cut to size; "" where there is none. */
const char *lines_string(struct span text, const char *key, char *out, size_t size);

#endif
