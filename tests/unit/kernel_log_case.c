/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/kernel_log_case.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/cmocka_all.h"

struct kernel_log *kernel_log_of(const char *text, size_t size)
{
    struct kernel_log *log = calloc(1, sizeof(*log));
    uint8_t *copy = malloc(size > 0 ? size : 1); /* of its exact size, for ASan */

    assert_non_null(log);
    assert_non_null(copy);
    memcpy(copy, text, size);
    kernel_log_parse((struct span){ copy, size }, log);
    free(copy);
    return log;
}
