/* SPDX-License-Identifier: Apache-2.0 */
/* A program or library that a check looks into. Input: the file. */
#include <stdlib.h>

#include "healthcheck/elf.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/elf_builder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = { "pam_sm_acct_mgmt", "main", NULL };
    struct text out = { 0 };
    struct tdx_error err = { 0 };
    uint8_t *copy = fuzz_copy(data, size);
    enum tdx_status status = elf_describe((struct span){ copy, size }, names, &out, &err);

    fuzz_require_status(status, &err);
    fuzz_require(status == TDX_OK || status == TDX_ELF_BAD, "one of two answers");
    text_free(&out);
    free(copy);
    return 0;
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t limit)
{
    if (number > 1)
        return 0;
    fuzz_require(ELF_SIZE <= limit, "the seed fits");
    elf_build(out, number == 1);
    return ELF_SIZE;
}
