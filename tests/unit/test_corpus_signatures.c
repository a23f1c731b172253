/* SPDX-License-Identifier: Apache-2.0 */
/* Each signature of every real quote by itself, also of those that have no collateral and so no
 * verdict: the corpus says of each which of its own links hold. */
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "core/evidence/quote.h"
#include "core/verify/cert.h"
#include "core/verify/p256.h"
#include "core/verify/pem.h"
#include "core/verify/verify.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/corpus.h"

#define CERTIFICATES_MAX 8

/* What can be read of a chain; a certificate that cannot has present false. */
struct chain {
    size_t count;
    struct span der[CERTIFICATES_MAX];
    struct cert cert[CERTIFICATES_MAX];
    bool present[CERTIFICATES_MAX];
};

static void read_chain(struct span text, struct chain *ret)
{
    struct span block;
    bool broken = false;

    *ret = (struct chain){ 0 };
    while (ret->count < CERTIFICATES_MAX && pem_next(&text, "CERTIFICATE", &block, &broken)) {
        size_t at = ret->count++;

        ret->present[at] =
            pem_decode(block, &ret->der[at], NULL) == TDX_OK &&
            cert_parse(ret->der[at], TDX_PCK_CHAIN_FORMAT, &ret->cert[at], NULL) == TDX_OK;
    }
}

static void free_chain(struct chain *chain)
{
    for (size_t i = 0; i < chain->count; i++)
        free((void *)(uintptr_t)chain->der[i].data);
}

static bool holds(const uint8_t *point, struct span message, const uint8_t *signature)
{
    struct p256_curve curve = { 0 };
    struct p256_key key = { 0 };
    bool held = p256_key_import(&curve, point, TDX_ATTESTATION_KEY_INVALID, &key, NULL) == TDX_OK &&
                p256_verify(&key, message, signature);

    p256_key_clear(&key);
    p256_curve_clear(&curve);
    return held;
}

static bool key_is_bound(const struct quote *quote)
{
    uint8_t digest[32];
    size_t size = 64 + quote->qe_auth_data.size;
    uint8_t *hashed = malloc(size);

    assert_non_null(hashed);
    memcpy(hashed, quote->attestation_key, 64);
    if (quote->qe_auth_data.size > 0)
        memcpy(hashed + 64, quote->qe_auth_data.data, quote->qe_auth_data.size);
    assert_non_null(SHA256(hashed, size, digest));
    free(hashed);
    return memcmp(digest, quote->qe_report.report_data, sizeof(digest)) == 0;
}

static void check(const struct corpus_case *each, struct json_object *expected, const char *name,
                  bool found)
{
    struct json_object *member = NULL;

    assert_true(json_object_object_get_ex(expected, name, &member));
    if (json_object_get_boolean(member) != found)
        fail_msg("%s: %s is %d", each->name, name, found);
}

/* The serial number is written as DER has it, with its leading zero. */
static void check_serial(const struct corpus_case *each, const struct cert *leaf)
{
    struct json_object *pck = NULL, *serial = NULL;
    char name[] = "serial";
    uint8_t der[33] = { 0 };
    bool zero = leaf->serial.size > 0 && (leaf->serial.data[0] & 0x80) != 0;

    if (!json_object_object_get_ex(each->expected, "pck", &pck) || pck == NULL ||
        !json_object_object_get_ex(pck, name, &serial) || serial == NULL)
        return;
    assert_in_range(leaf->serial.size, 1, 32);
    memcpy(der + zero, leaf->serial.data, leaf->serial.size);
    corpus_check_hex(each, pck, name, der, leaf->serial.size + zero);
}

static void check_case(const struct corpus_case *each)
{
    struct file_content raw = corpus_file(each, "quote.bin");
    struct json_object *expected = NULL;
    struct quote quote;
    struct chain chain;
    size_t last;

    if (!json_object_object_get_ex(each->expected, "signatures", &expected)) {
        file_content_free(&raw);
        return;
    }
    assert_status(quote_parse(raw.data, raw.size, &quote, NULL), "OK");
    read_chain(quote.certification_type == QUOTE_CERTIFICATION_PCK_CHAIN ? quote.certification_data
                                                                         : (struct span){ NULL, 0 },
               &chain);
    last = chain.count > 0 ? chain.count - 1 : 0;
    check(each, expected, "quote",
          holds(quote.attestation_key, quote.signed_bytes, quote.signature));
    check(each, expected, "attestation_key_bound_to_qe_report", key_is_bound(&quote));
    check(each, expected, "qe_report",
          chain.present[0] &&
              holds(chain.cert[0].point, quote.qe_report_bytes, quote.qe_report_signature));
    check(each, expected, "chain_ends_at_intel_root",
          chain.present[last] &&
              memcmp(chain.cert[last].point, trust_anchor_intel()->public_key + 1,
                     P256_POINT_SIZE) == 0);
    if (chain.present[0])
        check_serial(each, &chain.cert[0]);
    free_chain(&chain);
    file_content_free(&raw);
}

static void every_signature_of_a_real_quote_is_as_told(void **state)
{
    (void)state;
    if (corpus_each("quotes", check_case) == 0)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_signature_of_a_real_quote_is_as_told),
    };

    return cmocka_run_group_tests_name("corpus_signatures", tests, NULL, NULL);
}
