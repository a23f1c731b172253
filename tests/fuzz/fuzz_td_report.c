/* SPDX-License-Identifier: Apache-2.0 */
/* td_report_parse(). Input: one byte of options, then the report. Bit 0: repair the hashes first
 * (they keep a fuzzer out of all that lies behind them); bits 1 to 4: which crypto call fails. */
#include <stdlib.h>
#include <string.h>

#include "core/evidence/td_report.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/evidence_builder.h"
#include "tests/unit/fault.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t options = size > 0 ? data[0] : 0;
    struct td_report first, second, untouched;
    struct tdx_error err = { 0 };
    enum tdx_status status, again;
    bool injected;
    uint8_t *raw;

    if (size == 0)
        return 0;
    raw = fuzz_copy(data + 1, --size);
    if ((options & 1) != 0 && size == TD_REPORT_SIZE)
        report_seal(raw);
    memset(&first, 0xa5, sizeof(first));
    memset(&second, 0xa5, sizeof(second));
    memset(&untouched, 0xa5, sizeof(untouched));
    status = td_report_parse(raw, size, &first, &err);
    fuzz_require_status(status, &err);
    fuzz_require(status == TDX_OK || memcmp(&first, &untouched, sizeof(first)) == 0,
                 "the result is untouched on failure");
    fault_arm(options >> 1 & 15);
    again = td_report_parse(raw, size, &second, NULL);
    injected = fault_fired();
    fault_disarm();
    fuzz_require(!injected || again == TDX_CRYPTO_FAILED, "a fault is never a success");
    fuzz_require(injected || again == status, "a second parse says the same");
    fuzz_require(injected || status != TDX_OK || memcmp(&first, &second, sizeof(first)) == 0,
                 "a second parse reads the same");
    free(raw);
    return 0;
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t limit)
{
    static const uint8_t versions[] = { 0, 1, 3 };

    if (number >= 2 * sizeof(versions) || limit < 1 + TD_REPORT_SIZE)
        return 0;
    out[0] = number % 2 != 0 ? 1 : 1 | 5 << 1;
    report_build(out + 1, versions[number / 2]);
    return 1 + TD_REPORT_SIZE;
}
