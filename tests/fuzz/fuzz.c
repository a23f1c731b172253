/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint8_t *fuzz_copy(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);

    if (copy == NULL)
        abort();
    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

size_t fuzz_put(const void *data, size_t size, uint8_t *out, size_t limit)
{
    fuzz_require(size <= limit, "the seed fits");
    memcpy(out, data, size);
    return size;
}

size_t fuzz_put_string(const char *string, uint8_t *out, size_t limit)
{
    return fuzz_put(string, strlen(string), out, limit);
}

void fuzz_require(bool condition, const char *what)
{
    if (condition)
        return;
    (void)fprintf(stderr, "broken invariant: %s\n", what);
    abort();
}

void fuzz_require_status(enum tdx_status status, const struct tdx_error *err)
{
    fuzz_require(status == err->status, "the status returned is the status recorded");
    fuzz_require(status == TDX_OK || err->detail[0] != '\0', "a failure has a detail");
}
