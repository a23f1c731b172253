/* SPDX-License-Identifier: Apache-2.0 */
/* bundle_parse() and bundle_print(). Input: the JSON. */
#include <stdlib.h>
#include <string.h>

#include "core/collateral/bundle.h"
#include "tests/fuzz/fuzz.h"

#define SIGNATURE                                                                                  \
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"                             \
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* A bundle that was read is printed and read again: the same parts, the same text. What JSON cannot
 * carry is refused by the printer, not changed. */
static void require_identity(const struct bundle *bundle)
{
    struct text first = { 0 }, second = { 0 };
    struct bundle again = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status = bundle_print(&bundle->parts, &first, &err);

    fuzz_require_status(status, &err);
    if (status == TDX_OK) {
        fuzz_require(bundle_parse((struct span){ (const uint8_t *)first.data, first.length },
                                  &again, NULL) == TDX_OK,
                     "what was printed can be read");
        fuzz_require(bundle_print(&again.parts, &second, NULL) == TDX_OK &&
                         first.length == second.length &&
                         memcmp(first.data, second.data, first.length) == 0,
                     "and is printed alike");
    } else {
        fuzz_require(status == TDX_BUNDLE_BAD, "only what is not UTF-8 is refused");
    }
    bundle_free(&again);
    text_free(&first);
    text_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bundle bundle, untouched;
    struct tdx_error err = { 0 };
    uint8_t *copy = fuzz_copy(data, size);
    enum tdx_status status;

    memset(&bundle, 0xa5, sizeof(bundle));
    memset(&untouched, 0xa5, sizeof(untouched));
    status = bundle_parse((struct span){ copy, size }, &bundle, &err);
    free(copy); /* the bundle owns what it keeps */
    fuzz_require_status(status, &err);
    if (status == TDX_OK) {
        require_identity(&bundle);
        bundle_free(&bundle);
    } else {
        fuzz_require(memcmp(&bundle, &untouched, sizeof(bundle)) == 0,
                     "the result is untouched on failure");
    }
    return 0;
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t limit)
{
    static const char *const seeds[] = {
        "{\"pck_crl_issuer_chain\":\"a\\n\",\"root_ca_crl\":\"3000\",\"pck_crl\":\"300100\","
        "\"tcb_info_issuer_chain\":\"b\",\"tcb_info\":\"{\\\"id\\\":\\\"TDX\\\"}\","
        "\"tcb_info_signature\":\"" SIGNATURE "\",\"qe_identity_issuer_chain\":\"c\","
        "\"qe_identity\":\"{}\",\"qe_identity_signature\":\"" SIGNATURE "\"}",
        " {\"extra\":[{\"a\":null}],\"pck_crl_issuer_chain\":\"\\u0000\\ud83d\\ude00\\u00e9\","
        "\"root_ca_crl\":\"AB\",\"pck_crl\":\"cd\",\"tcb_info_issuer_chain\":\"\xc3\xa9\xff\","
        "\"tcb_info\":\"\\/\\b\\f\",\"tcb_info_signature\":\"" SIGNATURE "\","
        "\"qe_identity_issuer_chain\":\"\\\"\\\\\",\"qe_identity\":\" \","
        "\"qe_identity_signature\":\"" SIGNATURE "\"}\n",
    };

    if (number >= sizeof(seeds) / sizeof(seeds[0]))
        return 0;
    return fuzz_put_string(seeds[number], out, limit);
}
