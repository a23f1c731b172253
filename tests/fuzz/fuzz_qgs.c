/* SPDX-License-Identifier: Apache-2.0 */
/* qgs_response_parse(). Input: the message. */
#include <stdlib.h>
#include <string.h>

#include "core/evidence/qgs_message.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = fuzz_copy(data, size);
    struct span quote = { NULL, 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status = qgs_response_parse((struct span){ copy, size }, &quote, &err);

    fuzz_require_status(status, &err);
    fuzz_require(status == TDX_OK || quote.data == NULL, "the result is untouched on failure");
    fuzz_require(status != TDX_OK || (quote.size > 0 && quote.data >= copy &&
                                      quote.data + quote.size == copy + size),
                 "the quote is the end of the message");
    free(copy);
    return 0;
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t limit)
{
    static const uint8_t seeds[]
                              [29] = {
                                  { 1, 0, 1, 0, 1, 0, 0, 0, 29, 0, 0, 0, 0, 0, 0,
                                    0, 2, 0, 0, 0, 3, 0, 0, 0,  1, 2, 3, 4, 5 },
                                  { 1, 0, 1, 0, 1, 0, 0, 0, 29, 0, 0, 0, 1, 0x20, 1,
                                    0, 0, 0, 0, 0, 5, 0, 0, 0,  1, 2, 3, 4, 5 },
                              };

    if (number >= sizeof(seeds) / sizeof(seeds[0]) || limit < sizeof(seeds[0]))
        return 0;
    memcpy(out, seeds[number], sizeof(seeds[number]));
    return sizeof(seeds[number]);
}
