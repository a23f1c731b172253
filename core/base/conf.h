/* SPDX-License-Identifier: Apache-2.0 */
/* The one reader of "key = value" files. It knows the syntax; the caller knows the keys.
 *
 * Syntax: one "key = value" to a line; white space around both is dropped; a line whose first
 * character is '#' is a comment, and so is what follows white space and '#'; empty lines are
 * skipped; a value may stand in double quotes, in which \" and \\ are escapes. No continuation
 * lines, no sections. Lines may end in CR LF. A NUL byte or another control character is refused.
 */
#ifndef CORE_BASE_CONF_H
#define CORE_BASE_CONF_H

#include "core/base/bytes.h"
#include "core/base/status.h"

#define CONF_LINE_LIMIT 4096

struct conf_line {
    const char *file;        /* for messages */
    unsigned line;           /* counted from 1 */
    const char *key, *value; /* borrowed: valid during the call */
};

/* Called for each line that sets something. Anything but TDX_OK ends the reading. */
typedef enum tdx_status (*conf_handler)(const struct conf_line *line, void *context,
                                        struct tdx_error *err);

/* Reads text. Returns TDX_OK, CONF_SYNTAX (file, line and reason in the detail), NO_MEMORY or what
 * the handler returned. */
enum tdx_status conf_parse(const char *file, struct span text, conf_handler handler, void *context,
                           struct tdx_error *err) TDX_MUST_CHECK;

/* For handlers: a failure that names file, line and key. */
enum tdx_status conf_unknown_key(const struct conf_line *line, struct tdx_error *err);
enum tdx_status conf_bad_value(const struct conf_line *line, const char *expected,
                               struct tdx_error *err);

#endif
