/* SPDX-License-Identifier: Apache-2.0 */
/* The readers of certificates, CRLs and anchors: what they refuse although it is signed. */
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "core/verify/cert.h"
#include "core/verify/crl.h"
#include "core/verify/tcb_status.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/sim_verify.h"

#define OID_SHA256 "\x2a\x86\x48\xce\x3d\x04\x03\x02"
#define OID_SHA384 "\x2a\x86\x48\xce\x3d\x04\x03\x03"

/* Replaces the nth place (from 1; 0: all) of old by new, both of size bytes. */
static void patch(struct text *der, unsigned nth, const char *old, const char *new, size_t size)
{
    char *at = der->data;
    unsigned seen = 0;

    for (;;) {
        at = memmem(at, der->length - (size_t)(at - der->data), old, size);
        if (at == NULL)
            break;
        if (++seen == nth || nth == 0)
            memcpy(at, new, size);
        at += size;
    }
    assert_true(seen >= nth && seen > 0);
}

static struct text leaf_der(void)
{
    struct sim_platform *p = sim_platform_new();
    struct text der = { 0 };

    assert_non_null(p);
    sim_pck_leaf_der(p, &der);
    assert_true(text_ok(&der));
    sim_platform_free(p);
    return der;
}

/* From a block of its exact size. */
static enum tdx_status parse(const struct text *der, size_t size, struct cert *ret)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    struct cert cert;
    enum tdx_status status;

    assert_non_null(copy);
    if (size > 0)
        memcpy(copy, der->data, size);
    status = cert_parse((struct span){ copy, size }, TDX_PCK_CHAIN_FORMAT, &cert, NULL);
    free(copy);
    if (status == TDX_OK && ret != NULL)
        status = cert_parse(text_span(der), TDX_PCK_CHAIN_FORMAT, ret, NULL);
    return status;
}

static void refuses_what_is_not_strict_der_or_not_known(void **state)
{
    static const struct {
        const char *what;
        unsigned nth;
        const char *old, *new;
        size_t size;
    } cases[] = {
        { "version 1", 1, "\xa0\x03\x02\x01\x02", "\xa0\x03\x02\x01\x00", 5 },
        { "version 4", 1, "\xa0\x03\x02\x01\x02", "\xa0\x03\x02\x01\x03", 5 },
        { "negative serial", 1, "\x02\x15\x00", "\x02\x15\x80", 3 },
        { "inner algorithm differs", 1, OID_SHA256, OID_SHA384, 8 },
        { "outer algorithm differs", 2, OID_SHA256, OID_SHA384, 8 },
        { "another curve", 1, "\x3d\x03\x01\x07\x03", "\x3d\x03\x01\x06\x03", 5 },
        { "another kind of key", 1, "\x3d\x02\x01\x06\x08", "\x3d\x02\x02\x06\x08", 5 },
        { "compressed point", 1, "\x03\x42\x00\x04", "\x03\x42\x00\x03", 4 },
        { "unused bits in the key", 1, "\x03\x42\x00\x04", "\x03\x42\x01\x04", 4 },
        { "time of the wrong kind", 1, "\x17\x0d\x32", "\x18\x0d\x32", 3 },
        { "month 13", 1, "\x17\x0d\x32\x35\x30\x36", "\x17\x0d\x32\x35\x31\x33", 6 },
        { "time without Z", 1, "\x30\x30\x5a\x17", "\x30\x30\x2b\x17", 4 },
        { "true that is not ff", 1, "\x01\x01\xff", "\x01\x01\x01", 3 },
        { "key usage twice", 1, "\x06\x03\x55\x1d\x0e", "\x06\x03\x55\x1d\x0f", 5 },
        { "basic constraints of garbage", 1, "\x04\x02\x30\x00", "\x04\x02\x31\x00", 4 },
        { "indefinite length", 1, "\x30\x82", "\x30\x80", 2 },
        { "attribute of a name is no pair", 1, "\x31\x22\x30\x20", "\x31\x22\x31\x20", 4 },
        { "extensions under another tag", 1, "\xa3\x82", "\xa2\x82", 2 },
    };
    struct text der = leaf_der();

    (void)state;
    assert_status(parse(&der, der.length, NULL), "OK");
    text_free(&der);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        der = leaf_der();
        print_message("#  %s\n", cases[i].what);
        patch(&der, cases[i].nth, cases[i].old, cases[i].new, cases[i].size);
        assert_status(parse(&der, der.length, NULL), "PCK_CHAIN_FORMAT");
        text_free(&der);
    }
}

static void refuses_every_other_length(void **state)
{
    struct text der = leaf_der(), longer = { 0 };

    (void)state;
    for (size_t size = 0; size < der.length; size++)
        assert_status(parse(&der, size, NULL), "PCK_CHAIN_FORMAT");
    text_add_n(&longer, der.data, der.length);
    text_add_n(&longer, "\0", 1);
    assert_status(parse(&longer, longer.length, NULL), "PCK_CHAIN_FORMAT");
    /* the outer length in four octets instead of two */
    text_clear(&longer);
    text_add_n(&longer, "\x30\x83\x00", 3);
    text_add_n(&longer, der.data + 2, der.length - 2);
    assert_status(parse(&longer, longer.length, NULL), "PCK_CHAIN_FORMAT");
    text_free(&longer);
    text_free(&der);
}

/* Intel's library checks with SHA-256 whatever the certificate says; one that says otherwise is not
 * taken by its word either. */
static void only_ecdsa_with_sha_256_counts(void **state)
{
    struct text der = leaf_der();
    struct sim_platform *p = sim_platform_new();
    struct p256_curve curve = { 0 };
    struct p256_key key = { 0 };
    struct cert cert;

    (void)state;
    assert_status(p256_key_import(&curve, p->key[SIM_KEY_PCK_CA].point + 1, TDX_INTERNAL, &key,
                                  NULL),
                  "OK");
    assert_status(parse(&der, der.length, &cert), "OK");
    assert_true(cert.sha256);
    assert_true(cert_signed_by(&cert, &key));
    assert_false(cert.is_ca);
    cert.sha256 = false;
    assert_false(cert_signed_by(&cert, &key));
    patch(&der, 0, OID_SHA256, OID_SHA384, 8);
    assert_status(parse(&der, der.length, &cert), "OK");
    assert_false(cert.sha256);
    p256_key_clear(&key);
    p256_curve_clear(&curve);
    text_free(&der);
    sim_platform_free(p);
}

static void names_are_compared_by_their_strings(void **state)
{
    struct text one = leaf_der(), two = leaf_der();
    struct cert a, b;

    (void)state;
    patch(&two, 0, "\x0c\x0b", "\x13\x0b", 2); /* Santa Clara as a PrintableString */
    assert_status(parse(&one, one.length, &a), "OK");
    assert_status(parse(&two, two.length, &b), "OK");
    b.issuer = b.subject;
    assert_true(cert_names_issuer(&b, &a));
    patch(&two, 0, "Clara", "clara", 5);
    assert_false(cert_names_issuer(&b, &a));
    patch(&two, 0, "clara", "Clara", 5);
    b.issuer.size -= 13; /* the country is missing: one name is the beginning of the other */
    assert_false(cert_names_issuer(&b, &a));
    b.issuer = a.subject;
    a.subject.size -= 13;
    assert_false(cert_names_issuer(&b, &a));
    text_free(&one);
    text_free(&two);
}

static struct text crl_der(void)
{
    struct sim_platform *p = sim_platform_new();
    struct text der = { 0 };

    p->revoked_pck = true;
    sim_part_make(p, SIM_PCK_CRL, &der);
    assert_true(text_ok(&der));
    sim_platform_free(p);
    return der;
}

static enum tdx_status parse_crl(struct span text)
{
    struct crl crl = { 0 };
    enum tdx_status status = crl_parse(text, &crl, NULL);

    if (status == TDX_OK)
        assert_int_equal(crl.serial_count, 1);
    crl_clear(&crl);
    return status;
}

static void reads_lists_in_all_their_forms(void **state)
{
    struct text der = crl_der(), text = { 0 };

    (void)state;
    assert_status(parse_crl(text_span(&der)), "OK");
    text_add_hex(&text, der.data, der.length);
    assert_status(parse_crl(text_span(&text)), "OK");
    text_add(&text, "\r\n");
    assert_status(parse_crl(text_span(&text)), "OK");
    text_add(&text, "0");
    assert_status(parse_crl(text_span(&text)), "CRL_FORMAT");
    text_clear(&text);
    sim_pem(&text, "X509 CRL", &der);
    assert_status(parse_crl(text_span(&text)), "OK");
    text_clear(&text);
    sim_pem(&text, "CERTIFICATE", &der);
    assert_status(parse_crl(text_span(&text)), "CRL_FORMAT");
    text_free(&text);
    text_free(&der);
}

static void refuses_lists_that_are_not_strict(void **state)
{
    static const struct {
        const char *what;
        unsigned nth;
        const char *old, *new;
        size_t size;
    } cases[] = {
        { "version 1", 1, "\x02\x01\x01\x30\x0a", "\x02\x01\x00\x30\x0a", 5 },
        { "inner algorithm differs", 1, OID_SHA256, OID_SHA384, 8 },
        { "outer algorithm differs", 2, OID_SHA256, OID_SHA384, 8 },
        { "negative serial of an entry", 1, "\x02\x15\x00", "\x02\x15\x80", 3 },
        { "time of the wrong kind", 1, "\x17\x0d", "\x18\x0d", 2 },
        { "number under another name", 1, "\x55\x1d\x14", "\x55\x1d\x13", 3 },
        { "two numbers", 1, "\x55\x1d\x23", "\x55\x1d\x14", 3 },
        { "negative number", 1, "\x02\x01\x01\x30\x0a\x06", "\x02\x01\x81\x30\x0a\x06", 6 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct text der = crl_der();

        print_message("#  %s\n", cases[i].what);
        patch(&der, cases[i].nth, cases[i].old, cases[i].new, cases[i].size);
        assert_status(parse_crl(text_span(&der)), "CRL_FORMAT");
        text_free(&der);
    }
}

/* A delta CRL or one of limited scope says so in a critical extension. */
static void a_list_with_an_unknown_critical_extension_is_refused(void **state)
{
    struct text der = crl_der();
    struct crl crl = { 0 };
    struct cert issuer = { 0 };

    (void)state;
    assert_status(crl_parse(text_span(&der), &crl, NULL), "OK");
    issuer.subject = crl.issuer;
    assert_status(crl_check(&crl, &issuer, NULL, true, NULL), "OK");
    crl.has_unknown_critical = true;
    assert_status(crl_check(&crl, &issuer, NULL, true, NULL), "CRL_EXTENSIONS_INVALID");
    crl.has_unknown_critical = false;
    crl.digest_known = false;
    assert_status(crl_check(&crl, &issuer, NULL, false, NULL), "CRL_INVALID_SIGNATURE");
    crl_clear(&crl);
    text_free(&der);
}

/* The trusted key in a certificate that is not the root's. */
static void a_root_must_be_whole(void **state)
{
    static const char *const expected[] = { "OK", "ROOT_CA_INVALID_ISSUER", "CERT_NOT_CA",
                                            "ROOT_CA_MISSING", "ROOT_CA_INVALID_ISSUER" };
    struct sim_platform *right = sim_platform_new();
    struct trust_anchor anchor;
    struct text pem = { 0 };

    (void)state;
    sim_anchor_pem(right, &pem);
    assert_status(trust_anchor_parse(text_span(&pem), &anchor, NULL), "OK");
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        struct sim_platform *p = sim_platform_new();
        struct made made = { .anchor = anchor };
        struct verification result;

        p->root.corrupt_signature = i == 1;
        p->root.ca = i != 2;
        if (i == 3)
            p->root.common_name = p->root.issuer_name = "Intel SGX Root CB";
        if (i == 4)
            p->root.signer = &p->key[SIM_KEY_STRANGER];
        sim_quote_make(p, (const uint8_t[SIM_REPORT_DATA_SIZE]){ 0 }, &made.quote);
        sim_bundle_make(p, &made.bundle);
        assert_status(made_verify(&made, p->now, &result, NULL), expected[i]);
        made_clear(&made);
        sim_platform_free(p);
    }
    text_free(&pem);
    sim_platform_free(right);
}

static void only_a_root_certificate_is_an_anchor(void **state)
{
    struct sim_platform *p = sim_platform_new();
    struct trust_anchor anchor;
    struct text pem = { 0 }, der = { 0 };
    static const struct {
        const char *what;
        bool self_signed, corrupt, ca;
        const char *name, *expected;
    } cases[] = {
        { "right", true, false, true, "Intel SGX Root CA", "OK" },
        { "signature one bit", true, true, true, "Intel SGX Root CA", "ANCHOR_BAD" },
        { "signed by another", false, false, true, "Intel SGX Root CA", "ANCHOR_BAD" },
        { "no CA", true, false, false, "Intel SGX Root CA", "ANCHOR_BAD" },
        { "another name", true, false, true, "Example Root CA", "ANCHOR_BAD" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tdx_error err = { 0 };

        p->root.common_name = p->root.issuer_name = cases[i].name;
        p->root.signer = cases[i].self_signed ? NULL : &p->key[SIM_KEY_STRANGER];
        p->root.corrupt_signature = cases[i].corrupt;
        p->root.ca = cases[i].ca;
        text_clear(&pem);
        text_clear(&der);
        sim_root_der(p, &der);
        sim_pem(&pem, "CERTIFICATE", &der);
        print_message("#  %s\n", cases[i].what);
        assert_status(trust_anchor_parse(text_span(&pem), &anchor, &err), cases[i].expected);
        assert_string_equal(status_id(err.status), cases[i].expected);
    }
    text_clear(&pem);
    sim_pck_chain_pem(p, &pem);
    assert_status(trust_anchor_parse(text_span(&pem), &anchor, NULL), "ANCHOR_BAD");
    assert_status(trust_anchor_parse((struct span){ NULL, 0 }, &anchor, NULL), "ANCHOR_BAD");
    assert_true(trust_anchor_intel()->is_intel);
    text_free(&pem);
    text_free(&der);
    sim_platform_free(p);
}

/* What was checked once is known by its digest, and by nothing less. */
static void an_anchor_that_was_checked_is_not_checked_again(void **state)
{
    struct sim_platform *p = sim_platform_new();
    struct trust_anchor first, again, untouched = { .public_key = { 7 } };
    uint8_t of_broken[32];
    struct text pem = { 0 }, broken = { 0 }, der = { 0 };

    (void)state;
    sim_anchor_pem(p, &pem);
    p->root.corrupt_signature = true;
    sim_root_der(p, &der);
    sim_pem(&broken, "CERTIFICATE", &der);
    assert_non_null(SHA256((const uint8_t *)der.data, der.length, of_broken));

    assert_status(trust_anchor_parse(text_span(&pem), &first, NULL), "OK");
    assert_status(trust_anchor_parse_again(text_span(&pem), first.certificate_sha256, &again, NULL),
                  "OK");
    assert_memory_equal(first.public_key, again.public_key, sizeof(first.public_key));
    assert_memory_equal(first.certificate_sha256, again.certificate_sha256, 32);
    assert_status(trust_anchor_parse_again(text_span(&pem), of_broken, &again, NULL), "OK");
    assert_memory_equal(first.public_key, again.public_key, sizeof(first.public_key));
    assert_memory_equal(first.certificate_sha256, again.certificate_sha256, 32);
    again = untouched;
    assert_status(trust_anchor_parse_again(text_span(&broken), first.certificate_sha256, &again,
                                           NULL),
                  "ANCHOR_BAD");
    assert_status(trust_anchor_parse_again(text_span(&broken), NULL, &again, NULL), "ANCHOR_BAD");
    assert_memory_equal(again.public_key, untouched.public_key, sizeof(again.public_key));
    /* The caller has vouched for it: this is where the work is saved. */
    assert_status(trust_anchor_parse_again(text_span(&broken), of_broken, &again, NULL), "OK");
    text_free(&pem);
    text_free(&broken);
    text_free(&der);
    sim_platform_free(p);
}

static void accepted_statuses_are_read_from_a_list(void **state)
{
    static const struct {
        const char *text, *expected;
        unsigned set;
    } cases[] = {
        { "UpToDate", "OK", TCB_ACCEPTED_DEFAULT },
        { " UpToDate , SWHardeningNeeded", "OK",
          TCB_ACCEPTED_DEFAULT | TCB_STATUS_BIT(TCB_SW_HARDENING_NEEDED) },
        { "TDRelaunchAdvised,UpToDate,UpToDate", "OK",
          TCB_ACCEPTED_DEFAULT | TCB_STATUS_BIT(TCB_TD_RELAUNCH_ADVISED) },
        { "Revoked", "USAGE", 0 },
        { "UpToDate,Revoked", "USAGE", 0 },
        { "", "USAGE", 0 },
        { "UpToDate,", "USAGE", 0 },
        { ",UpToDate", "USAGE", 0 },
        { "uptodate", "USAGE", 0 },
        { "UpToDate SWHardeningNeeded", "USAGE", 0 },
        { "UpToDateX", "USAGE", 0 },
        { "UpTo", "USAGE", 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned set = 0;

        assert_status(tcb_status_list_parse(cases[i].text, &set, NULL), cases[i].expected);
        assert_int_equal(set, cases[i].set);
    }
    for (unsigned i = 0; i < TCB_STATUS_COUNT; i++) {
        enum tcb_status status;

        assert_true(tcb_status_parse(tcb_status_word((enum tcb_status)i), &status));
        assert_int_equal(status, i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_not_strict_der_or_not_known),
        cmocka_unit_test(refuses_every_other_length),
        cmocka_unit_test(only_ecdsa_with_sha_256_counts),
        cmocka_unit_test(names_are_compared_by_their_strings),
        cmocka_unit_test(reads_lists_in_all_their_forms),
        cmocka_unit_test(refuses_lists_that_are_not_strict),
        cmocka_unit_test(a_list_with_an_unknown_critical_extension_is_refused),
        cmocka_unit_test(a_root_must_be_whole),
        cmocka_unit_test(only_a_root_certificate_is_an_anchor),
        cmocka_unit_test(an_anchor_that_was_checked_is_not_checked_again),
        cmocka_unit_test(accepted_statuses_are_read_from_a_list),
    };

    return cmocka_run_group_tests_name("cert", tests, NULL, NULL);
}
