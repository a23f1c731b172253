/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold for inputs that nobody made on purpose: every truncation of quote and bundle,
 * every flipped bit, every failing allocation and library call. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "core/collateral/bundle.h"
#include "core/verify/verify.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/corpus.h"
#include "tests/unit/fault.h"
#include "tests/unit/sim_verify.h"

static struct verification result; /* large */

static struct span exact(struct span from, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);

    assert_non_null(copy);
    if (size > 0)
        memcpy(copy, from.data, size);
    return (struct span){ copy, size };
}

static void release(struct span copy)
{
    free((void *)(uintptr_t)copy.data);
}

static struct span *part_of(struct collateral *parts, unsigned number)
{
    struct span *const all[] = {
        &parts->pck_crl_issuer_chain,     &parts->root_ca_crl, &parts->pck_crl,
        &parts->tcb_info_issuer_chain,    &parts->tcb_info,    &parts->tcb_info_signature,
        &parts->qe_identity_issuer_chain, &parts->qe_identity, &parts->qe_identity_signature,
    };

    return number < COUNT_OF(all) ? all[number] : NULL;
}

/* A context over which quotes are cheap; and the time of the case. */
struct subject {
    struct span quote;
    struct collateral parts;
    struct trust_anchor anchor;
    int64_t now;
};

/* Every prefix of the quote up to its own length is refused, each longer one is what it was. */
static void cut_quote(const struct subject *subject)
{
    struct verify_context *context = NULL;
    struct quote quote;
    enum tdx_status whole;

    if (verify_context_new(&subject->parts, &subject->anchor, NULL, &context, NULL) != TDX_OK)
        return;
    assert_status(quote_parse(subject->quote.data, subject->quote.size, &quote, NULL), "OK");
    whole = verify_quote(context, subject->quote.data, subject->quote.size, subject->now, &result,
                         NULL);
    for (size_t size = 0; size <= subject->quote.size; size += size < quote.length ? 1 : 97) {
        struct span cut = exact(subject->quote, size);
        struct tdx_error err = { 0 };
        enum tdx_status status =
            verify_quote(context, cut.data, cut.size, subject->now, &result, &err);

        if (size >= quote.length)
            assert_string_equal(status_id(status), status_id(whole));
        else if (status != TDX_QUOTE_TOO_SHORT && status != TDX_QUOTE_TRUNCATED)
            fail_msg("%zu bytes of the quote: %s", size, status_id(status));
        assert_int_equal(err.status, status);
        release(cut);
    }
    verify_context_free(context);
}

/* Whether a part says the same although it is shorter: the CRLs' trailing bytes do not count, nor
 * does white space behind a chain or a document. */
static bool only_padding(struct span part, size_t size)
{
    for (size_t i = size; i < part.size; i++)
        if (part.data[i] != '\n' && part.data[i] != '\0' && part.data[i] != ' ')
            return false;
    return true;
}

/* Cases share parts (a CRL, an issuer chain), and what a cut part leads to is its own doing: each
 * is cut once. */
static bool was_cut(unsigned number, struct span part)
{
    static struct {
        unsigned number;
        struct text bytes;
    } seen[512];
    size_t i = 0;

    for (; i < COUNT_OF(seen) && seen[i].bytes.length > 0; i++)
        if (seen[i].number == number && seen[i].bytes.length == part.size &&
            memcmp(seen[i].bytes.data, part.data, part.size) == 0)
            return true;
    if (i < COUNT_OF(seen)) {
        seen[i].number = number;
        text_add_n(&seen[i].bytes, (const char *)part.data, part.size);
        assert_true(text_ok(&seen[i].bytes));
    }
    return false;
}

/* Every prefix of every part is refused. */
static void cut_parts(const struct subject *subject)
{
    for (unsigned number = 0; part_of(&(struct collateral){ 0 }, number) != NULL; number++) {
        struct collateral parts = subject->parts;
        struct span whole = *part_of(&parts, number);

        for (size_t size = was_cut(number, whole) ? whole.size : 0; size < whole.size; size++) {
            struct verify_context *context = NULL;
            struct tdx_error err = { 0 };
            enum tdx_status status;

            *part_of(&parts, number) = exact(whole, size);
            status = verify_context_new(&parts, &subject->anchor, NULL, &context, &err);
            release(*part_of(&parts, number));
            if (status == TDX_OK && number == 0) { /* one certificate of this chain is enough */
                verify_context_free(context);
                continue;
            }
            if (status == TDX_OK && !only_padding(whole, size))
                fail_msg("part %u, %zu bytes: accepted", number, size);
            assert_int_equal(err.status, status);
            verify_context_free(context);
        }
    }
}

/* No prefix of the file is a bundle. */
static void cut_bundle(struct span text)
{
    size_t end = text.size;

    while (end > 0 && (text.data[end - 1] == '\n' || text.data[end - 1] == ' '))
        end--;
    for (size_t size = 0; size < end; size++) {
        struct span cut = exact(text, size);
        struct bundle bundle = { 0 };

        if (bundle_parse(cut, &bundle, NULL) != TDX_JSON_BAD)
            fail_msg("%zu bytes of the bundle are one", size);
        release(cut);
    }
}

static void cut_case(const struct corpus_case *each)
{
    struct subject subject = { .anchor = *trust_anchor_intel(), .now = 1782600000 };
    struct file_content quote, text;
    struct bundle bundle = { 0 };

    if (!corpus_has(each, "collateral.json") || corpus_has(each, "trust_anchor.pem"))
        return;
    quote = corpus_file(each, "quote.bin");
    text = corpus_file(each, "collateral.json");
    assert_status(bundle_parse(file_content_span(&text), &bundle, NULL), "OK");
    subject.quote = file_content_span(&quote);
    subject.parts = bundle.parts;
    cut_bundle(file_content_span(&text));
    cut_quote(&subject);
    cut_parts(&subject);
    bundle_free(&bundle);
    file_content_free(&quote);
    file_content_free(&text);
}

static void no_truncated_corpus_case_is_accepted(void **state)
{
    (void)state;
    if (corpus_each("quotes", cut_case) == 0)
        skip();
}

static void no_truncation_is_accepted(void **state)
{
    static const unsigned kinds[][2] = { { 4, 2 }, { 5, 2 }, { 5, 3 }, { 5, 4 } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct sim_platform *p = sim_platform_new();
        struct made made = { 0 };
        struct subject subject;

        sim_platform_use_quote(p, kinds[i][0], kinds[i][1]);
        made_from(p, &made);
        subject = (struct subject){ text_span(&made.quote), sim_bundle_spans(&made.bundle),
                                    made.anchor, p->now };
        cut_quote(&subject);
        if (i == 0)
            cut_parts(&subject);
        made_clear(&made);
        sim_platform_free(p);
    }
}

/* The statuses that one wrong bit in a quote may lead to. */
static bool is_refusal_of_a_bit(enum tdx_status status)
{
    static const enum tdx_status named[] = {
        TDX_QUOTE_UNSUPPORTED,
        TDX_QUOTE_TRUNCATED,
        TDX_QUOTE_INVALID_SIGNATURE,
        TDX_QE_REPORT_INVALID_SIGNATURE,
        TDX_QE_REPORT_DATA_INVALID,
        TDX_ATTESTATION_KEY_INVALID,
        TDX_CERTIFICATION_UNSUPPORTED,
        TDX_MODULE_MISMATCH,
        TDX_PCK_CHAIN_FORMAT,
        TDX_PCK_CHAIN_UNTRUSTED,
        TDX_PCK_CA_INVALID_ISSUER,
        TDX_PCK_INVALID_ISSUER,
        TDX_PCK_CA_MISSING,
        TDX_PCK_MISSING,
        TDX_ROOT_CA_MISSING,
        TDX_ROOT_CA_INVALID_ISSUER,
        TDX_PCK_EXTENSION_INVALID,
        TDX_PCK_EXTENSION_FORMAT,
        TDX_CERT_EXTENSIONS_INVALID,
        TDX_CERT_NOT_CA,
        TDX_SIGNING_CHAIN_UNTRUSTED,
        TDX_CRL_UNKNOWN_ISSUER,
        TDX_TCB_INFO_MISMATCH,
    };

    for (size_t i = 0; i < COUNT_OF(named); i++)
        if (named[i] == status)
            return true;
    return false;
}

/* No bit of what is signed may be another. Beside it some bits mean nothing: text between PEM
 * blocks, bits of a size that still fits. */
static void a_flipped_bit_is_refused(void **state)
{
    struct sim_platform *p = sim_platform_new();
    struct made made = { 0 };
    struct verify_context *context = NULL;
    struct collateral parts;
    struct span raw;
    struct quote quote;
    unsigned accepted = 0;

    (void)state;
    made_from(p, &made);
    parts = sim_bundle_spans(&made.bundle);
    raw = exact(text_span(&made.quote), made.quote.length);
    assert_status(verify_context_new(&parts, &made.anchor, NULL, &context, NULL), "OK");
    assert_status(quote_parse(raw.data, raw.size, &quote, NULL), "OK");
    for (size_t bit = 0; bit < raw.size * 8; bit++) {
        uint8_t *byte = (uint8_t *)(uintptr_t)raw.data + bit / 8;
        enum tdx_status status;

        *byte ^= (uint8_t)(1U << bit % 8);
        status = verify_quote(context, raw.data, raw.size, p->now, &result, NULL);
        *byte ^= (uint8_t)(1U << bit % 8);
        if (status == TDX_OK) {
            /* only the text of the chain has such bits */
            assert_true(raw.data + bit / 8 >= quote.certification_data.data);
            accepted++;
        } else if (!is_refusal_of_a_bit(status)) {
            fail_msg("bit %zu: %s", bit, status_id(status));
        }
    }
    print_message("#  %u of %zu bits mean nothing\n", accepted, raw.size * 8);
    assert_true(accepted < 200);
    assert_status(verify_quote(context, raw.data, raw.size, p->now, &result, NULL), "OK");
    verify_context_free(context);
    release(raw);
    made_clear(&made);
    sim_platform_free(p);
}

/* Fails the 1st, then the 2nd, ... call, until a run needs no fault to succeed. */
static void no_failing_call_leads_to_a_verdict(void **state)
{
    struct sim_platform *p = sim_platform_new();
    struct made made = { 0 };
    struct collateral parts;
    unsigned nth = 0, survived = 0;
    bool fired;

    (void)state;
    p->tcb_info.signing.after[0] = (struct sim_edit){ ",", " ," }; /* rewriting allocates as well */
    made_from(p, &made);
    parts = sim_bundle_spans(&made.bundle);
    do {
        struct tdx_error err = { 0 };
        enum tdx_status status;

        fault_arm(++nth);
        status = verify_once(made.quote.data, made.quote.length, &parts, p->now, &made.anchor,
                             &result, &err);
        fired = fault_fired();
        fault_disarm();
        if (!fired)
            assert_status(status, "OK");
        else if (status == TDX_OK)
            survived++;
        else
            assert_int_equal(err.status, status);
    } while (fired);
    print_message("#  %u calls, %u with a second way\n", nth, survived);
    assert_true(nth > 60);
    /* Five have one: whether the root is the anchor's very certificate (else its signature is
     * computed), and whether the PCK CRL is of its own issuer chain, hash and signature of CA and
     * list (else it is checked under the CA of the quote's chain). */
    assert_in_range(survived, 0, 5);
    made_clear(&made);
    sim_platform_free(p);
}

/* The same for a warm context: a failure there must not leave half of a chain behind. */
static void a_context_outlives_a_failing_call(void **state)
{
    struct sim_platform *p = sim_platform_new();
    struct made made = { 0 };
    struct verify_context *context = NULL;
    struct collateral parts;
    unsigned nth = 0;
    bool fired;

    (void)state;
    made_from(p, &made);
    parts = sim_bundle_spans(&made.bundle);
    assert_status(verify_context_new(&parts, &made.anchor, NULL, &context, NULL), "OK");
    do {
        enum tdx_status status;

        verify_context_forget(context);
        fault_arm(++nth);
        status = verify_quote(context, made.quote.data, made.quote.length, p->now, &result, NULL);
        fired = fault_fired();
        fault_disarm();
        assert_true(fired == (status != TDX_OK));
        assert_status(verify_quote(context, made.quote.data, made.quote.length, p->now, &result,
                                   NULL),
                      "OK");
    } while (fired);
    assert_true(nth > 10);
    verify_context_free(context);
    made_clear(&made);
    sim_platform_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_truncation_is_accepted),
        cmocka_unit_test(no_truncated_corpus_case_is_accepted),
        cmocka_unit_test(a_flipped_bit_is_refused),
        cmocka_unit_test(no_failing_call_leads_to_a_verdict),
        cmocka_unit_test(a_context_outlives_a_failing_call),
    };

    return cmocka_run_group_tests_name("verify_robust", tests, NULL, NULL);
}
