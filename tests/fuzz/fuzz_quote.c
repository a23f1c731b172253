/* SPDX-License-Identifier: Apache-2.0 */
/* quote_parse() and quote_ppid_parse(). Input: the quote. */
#include <stdlib.h>
#include <string.h>

#include "core/evidence/quote.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/evidence_builder.h"

static void require_within(struct span part, const uint8_t *raw, size_t length)
{
    fuzz_require(part.size == 0 || (part.data >= raw && part.data <= raw + length &&
                                    part.size <= (size_t)(raw + length - part.data)),
                 "every span lies within the quote");
}

static void require_sound(const struct quote *quote, const uint8_t *raw, size_t size)
{
    struct quote cut;
    struct quote_ppid ppid;
    struct tdx_error err = { 0 };
    enum tdx_status status;

    fuzz_require(quote->length <= size, "the quote is not longer than its bytes");
    require_within(quote->signed_bytes, raw, quote->length);
    require_within(quote->body, raw, quote->length);
    require_within((struct span){ quote->signature, 64 }, raw, quote->length);
    require_within((struct span){ quote->attestation_key, 64 }, raw, quote->length);
    require_within((struct span){ quote->qe_report_signature, 64 }, raw, quote->length);
    require_within(quote->qe_report_bytes, raw, quote->length);
    require_within(quote->qe_auth_data, raw, quote->length);
    require_within(quote->certification_data, raw, quote->length);
    fuzz_require(quote->length < QUOTE_SIZE_MIN ||
                     quote_parse(raw, quote->length, &cut, NULL) == TDX_OK,
                 "padding does not matter");
    fuzz_require(quote_parse(raw, quote->length - 1, &cut, NULL) != TDX_OK,
                 "a quote without its last byte is none");
    status = quote_ppid_parse(quote, &ppid, &err);
    fuzz_require_status(status, &err);
    if (status == TDX_OK)
        require_within(ppid.ppid, raw, quote->length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct quote quote, untouched;
    struct tdx_error err = { 0 };
    uint8_t *raw = fuzz_copy(data, size);
    enum tdx_status status;

    memset(&quote, 0xa5, sizeof(quote));
    memset(&untouched, 0xa5, sizeof(untouched));
    status = quote_parse(raw, size, &quote, &err);
    fuzz_require_status(status, &err);
    if (status == TDX_OK)
        require_sound(&quote, raw, size);
    else
        fuzz_require(memcmp(&quote, &untouched, sizeof(quote)) == 0,
                     "the result is untouched on failure");
    free(raw);
    return 0;
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t limit)
{
    static const struct quote_plan plans[] = {
        { .version = 3, .tee = QUOTE_TEE_SGX, .body_type = QUOTE_BODY_ENCLAVE },
        { .version = 4, .tee = QUOTE_TEE_SGX, .body_type = QUOTE_BODY_ENCLAVE },
        { .version = 4, .tee = QUOTE_TEE_TDX, .body_type = QUOTE_BODY_TD10, .padding = 9 },
        { .version = 5, .tee = QUOTE_TEE_TDX, .body_type = QUOTE_BODY_TD10, .slack = 3 },
        { .version = 5, .tee = QUOTE_TEE_TDX, .body_type = QUOTE_BODY_TD15 },
        { .version = 5, .tee = QUOTE_TEE_TDX, .body_type = QUOTE_BODY_TD15EX },
    };
    struct quote_plan plan;

    if (number >= 5 * sizeof(plans) / sizeof(plans[0]))
        return 0;
    plan = plans[number / 5];
    plan.certification_type = (uint16_t)(1 + number % 5);
    plan.auth_data_size = 32 * (number % 2);
    return quote_build(&plan, out, limit);
}
