/* SPDX-License-Identifier: Apache-2.0 */
/* What a verification may remember: between quotes in a context, and between processes as a digest
 * that root keeps. */
#include <string.h>

#include "core/verify/verify.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/sim_verify.h"

static struct verification result; /* large */

/* What is remembered of one quote must not help another. */
static void a_context_does_not_mix_quotes(void **state)
{
    struct sim_platform *p = sim_platform_new();
    struct made collateral = { 0 }, made = { 0 };
    struct verify_context *context = NULL;
    struct collateral parts;
    static const struct {
        const char *what, *expected;
    } cases[] = {
        { "the first", "OK" },
        { "another attestation key", "OK" },
        { "signed by the key before", "QUOTE_INVALID_SIGNATURE" },
        { "the first again", "OK" },
        { "another leaf", "OK" },
        { "a leaf of nobody", "PCK_INVALID_ISSUER" },
        { "another CA, of which the list is not", "CRL_UNKNOWN_ISSUER" },
        { "the first once more", "OK" },
    };

    (void)state;
    p->crl_chain = SIM_CHAIN_NO_LEAF; /* so that the PCK CA is known from quotes only */
    made_from(p, &collateral);
    parts = sim_bundle_spans(&collateral.bundle);
    assert_status(verify_context_new(&parts, &collateral.anchor, NULL, &context, NULL), "OK");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sim_platform *q = sim_platform_new();

        if (i == 1 || i == 2)
            q->quote.attestation_key = q->quote.quote_signer = &q->key[SIM_KEY_STRANGER];
        if (i == 2) {
            q->quote.attestation_key = &q->key[SIM_KEY_ATTESTATION];
        } else if (i == 4) {
            q->pck.serial[5] ^= 1;
        } else if (i == 5) {
            q->pck.signer = &q->key[SIM_KEY_STRANGER];
        } else if (i == 6) {
            q->ca.common_name = q->pck.issuer_name = "Intel SGX PCK Processor CA";
        }
        made_from(q, &made);
        print_message("#  %s\n", cases[i].what);
        assert_status(verify_quote(context, made.quote.data, made.quote.length, q->now, &result,
                                   NULL),
                      cases[i].expected);
        made_clear(&made);
        sim_platform_free(q);
    }
    verify_context_free(context);
    made_clear(&collateral);
    sim_platform_free(p);
}

/* The digest of what the platform's collateral is, verified from nothing. */
static void digest_of(const struct made *made, uint8_t ret[static 32])
{
    struct collateral parts = sim_bundle_spans(&made->bundle);
    struct verify_context *context = NULL;

    assert_status(verify_context_new(&parts, &made->anchor, NULL, &context, NULL), "OK");
    assert_non_null(verify_context_digest(context));
    memcpy(ret, verify_context_digest(context), 32);
    verify_context_free(context);
}

/* Under the digest of the right collateral each kind of forgery is still one. */
static void a_kept_digest_vouches_for_nothing_else(void **state)
{
    static const char *const expected[] = { "TCB_INFO_INVALID_SIGNATURE",
                                            "QE_IDENTITY_INVALID_SIGNATURE",
                                            "CRL_INVALID_SIGNATURE", "TCB_SIGNING_INVALID_ISSUER" };
    struct sim_platform *p = sim_platform_new();
    struct made made = { 0 };
    uint8_t digest[32];

    (void)state;
    made_from(p, &made);
    digest_of(&made, digest);
    for (unsigned kind = 0; kind < COUNT_OF(expected); kind++) {
        struct sim_platform *other = sim_platform_new();
        struct made forged = { 0 };
        struct verify_context *context = NULL;
        struct collateral parts;

        other->tcb_info.signing.corrupt_signature = kind == 0;
        other->qe_identity.signing.corrupt_signature = kind == 1;
        other->root_crl.corrupt_signature = kind == 2;
        other->tcb_signing.corrupt_signature = kind == 3;
        made_from(other, &forged);
        parts = sim_bundle_spans(&forged.bundle);
        assert_status(verify_context_new(&parts, &made.anchor, digest, &context, NULL),
                      expected[kind]);
        made_clear(&forged);
        sim_platform_free(other);
    }
    made_clear(&made);
    sim_platform_free(p);
}

/* A digest depends on the anchor, too: what is right under one root is not under another. */
static void a_kept_digest_is_of_one_anchor(void **state)
{
    struct sim_platform *p = sim_platform_new();
    struct made made = { 0 };
    struct verify_context *context = NULL;
    struct collateral parts;
    uint8_t digest[32];

    (void)state;
    made_from(p, &made);
    digest_of(&made, digest);
    parts = sim_bundle_spans(&made.bundle);
    assert_status(verify_context_new(&parts, trust_anchor_intel(), digest, &context, NULL),
                  "SIGNING_CHAIN_UNTRUSTED");
    made_clear(&made);
    sim_platform_free(p);
}

/* Verifies the first's quote under the second's collateral and its own kept digest. */
static const char *under_own_digest(const struct made *quote, const struct made *collateral)
{
    struct collateral parts = sim_bundle_spans(&collateral->bundle);
    struct verify_context *context = NULL;
    enum tdx_status status;
    uint8_t digest[32];

    digest_of(collateral, digest);
    assert_status(verify_context_new(&parts, &collateral->anchor, digest, &context, NULL), "OK");
    status = verify_quote(context, quote->quote.data, quote->quote.length, SIM_NOW, &result, NULL);
    verify_context_free(context);
    return status_id(status);
}

static void a_kept_digest_covers_signatures_only(void **state)
{
    struct sim_platform *p = sim_platform_new();
    struct made good = { 0 }, other = { 0 };

    (void)state;
    made_from(p, &good);
    assert_string_equal(under_own_digest(&good, &good), "OK");
    /* a PCK CRL of nobody: no digest of it makes it good */
    p->pck_crl.corrupt_signature = true;
    made_from(p, &other);
    assert_string_equal(under_own_digest(&good, &other), "CRL_INVALID_SIGNATURE");
    made_clear(&other);
    /* revocation */
    p->pck_crl.corrupt_signature = false;
    p->revoked_pck = true;
    made_from(p, &other);
    assert_string_equal(under_own_digest(&good, &other), "PCK_REVOKED");
    made_clear(&other);
    /* dates */
    p->revoked_pck = false;
    p->tcb_info.next_update = SIM_NOW - 1;
    made_from(p, &other);
    assert_string_equal(under_own_digest(&good, &other), "OK");
    assert_true(result.collateral_expired);
    made_clear(&other);
    made_clear(&good);
    sim_platform_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_context_does_not_mix_quotes),
        cmocka_unit_test(a_kept_digest_vouches_for_nothing_else),
        cmocka_unit_test(a_kept_digest_is_of_one_anchor),
        cmocka_unit_test(a_kept_digest_covers_signatures_only),
    };

    return cmocka_run_group_tests_name("verify_context", tests, NULL, NULL);
}
