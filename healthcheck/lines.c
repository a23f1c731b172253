/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/lines.h"

struct span lines_value(struct span text, const char *key)
{
    struct span line;

    while (line_next(&text, &line))
        if (span_take(&line, key) && span_take(&line, "="))
            return line;
    return (struct span){ NULL, 0 };
}

struct maybe_u64 lines_number(struct span text, const char *key)
{
    return number_in_file(lines_value(text, key));
}

const char *lines_string(struct span text, const char *key, char *out, size_t size)
{
    return span_string(lines_value(text, key), out, size);
}
