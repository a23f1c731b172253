/* SPDX-License-Identifier: Apache-2.0 */
/* The simulator against OpenSSL's own readers, which know nothing of it, and against the shape of
 * Intel's real certificates. */
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

#include "core/base/files.h"
#include "tests/sim/sim_der.h"
#include "tests/sim/sim_platform.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/sim_spans.h"

#define SGX_OID "1.2.840.113741.1.13.1"

static const uint8_t report_data[SIM_REPORT_DATA_SIZE] = "report data of a test";

static int new_platform(void **state)
{
    *state = sim_platform_new();
    return *state == NULL ? -1 : 0;
}

static int free_platform(void **state)
{
    sim_platform_free(*state);
    return 0;
}

static X509 *read_certificate(const struct sim_certificate *certificate)
{
    struct text der = { 0 };
    const unsigned char *at;
    X509 *x509;

    sim_certificate_make(certificate, &der);
    assert_true(text_ok(&der));
    at = (const unsigned char *)der.data;
    x509 = d2i_X509(NULL, &at, (long)der.length);
    assert_non_null(x509);
    assert_ptr_equal(at, der.data + der.length); /* nothing left over */
    text_free(&der);
    return x509;
}

static X509_CRL *read_crl(struct sim_platform *p, enum sim_part part)
{
    struct text der = { 0 };
    const unsigned char *at;
    X509_CRL *crl;

    sim_part_make(p, part, &der);
    assert_true(text_ok(&der));
    at = (const unsigned char *)der.data;
    crl = d2i_X509_CRL(NULL, &at, (long)der.length);
    assert_non_null(crl);
    text_free(&der);
    return crl;
}

/* Raw r, s as the quote and the JSON carry them. */
static bool verifies(X509 *signer, struct span message, const uint8_t *signature)
{
    struct text der = { 0 };
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok;

    sim_signature_der(&der, signature, 32);
    assert_true(text_ok(&der));
    assert_int_equal(EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL,
                                          X509_get0_pubkey(signer)),
                     1);
    ok = EVP_DigestVerify(context, (const unsigned char *)der.data, der.length, message.data,
                          message.size) == 1;
    EVP_MD_CTX_free(context);
    text_free(&der);
    return ok;
}

static void certificates_chain_to_the_root(void **state)
{
    struct sim_platform *p = *state;
    const struct sim_certificate *const issued[] = { &p->root, &p->ca, &p->pck, &p->tcb_signing };
    const struct sim_certificate *const issuers[] = { &p->root, &p->root, &p->ca, &p->root };

    for (size_t i = 0; i < COUNT_OF(issued); i++) {
        X509 *certificate = read_certificate(issued[i]), *issuer = read_certificate(issuers[i]);

        assert_int_equal(X509_verify(certificate, X509_get0_pubkey(issuer)), 1);
        assert_int_equal(X509_check_issued(issuer, certificate), X509_V_OK);
        assert_int_equal(X509_get_signature_nid(certificate), NID_ecdsa_with_SHA256);
        assert_int_equal(X509_get_version(certificate), 2);
        X509_free(certificate);
        X509_free(issuer);
    }
}

static void every_certificate_knob_shows(void **state)
{
    struct sim_platform *p = *state;
    struct sim_certificate changed = p->pck;
    X509 *ca = read_certificate(&p->ca), *leaf;

    changed.signer = &p->key[SIM_KEY_STRANGER];
    leaf = read_certificate(&changed);
    assert_int_not_equal(X509_verify(leaf, X509_get0_pubkey(ca)), 1);
    X509_free(leaf);
    changed = p->pck;
    changed.corrupt_signature = true;
    leaf = read_certificate(&changed);
    assert_int_not_equal(X509_verify(leaf, X509_get0_pubkey(ca)), 1);
    X509_free(leaf);
    changed = p->pck;
    changed.sha384 = true;
    leaf = read_certificate(&changed);
    assert_int_equal(X509_get_signature_nid(leaf), NID_ecdsa_with_SHA384);
    assert_int_equal(X509_verify(leaf, X509_get0_pubkey(ca)), 1);
    X509_free(leaf);
    changed = p->pck;
    changed.key = &p->key[SIM_KEY_STRANGER_384];
    leaf = read_certificate(&changed);
    assert_int_equal(EVP_PKEY_bits(X509_get0_pubkey(leaf)), 384);
    X509_free(leaf);
    X509_free(ca);
}

static void each_x509_extension_can_be_left_out(void **state)
{
    struct sim_platform *p = *state;
    static const int nids[] = { NID_authority_key_identifier, NID_crl_distribution_points,
                                NID_subject_key_identifier, NID_key_usage, NID_basic_constraints };

    for (size_t i = 0; i < COUNT_OF(nids); i++) {
        struct sim_certificate changed = p->pck;
        X509 *with = read_certificate(&changed), *without;

        changed.extensions &= ~(1U << i);
        without = read_certificate(&changed);
        assert_true(X509_get_ext_by_NID(with, nids[i], -1) >= 0);
        assert_true(X509_get_ext_by_NID(without, nids[i], -1) < 0);
        X509_free(with);
        X509_free(without);
    }
}

/* DER has one way to write a BIT STRING: the bytes are those of Intel's certificates. */
static void key_usage_is_encoded_as_intels(void **state)
{
    static const uint8_t issuing[] = { 3, 2, 1, 6 }, signing[] = { 3, 2, 6, 0xc0 };
    struct sim_platform *p = *state;
    const struct sim_certificate *const certificates[] = { &p->root, &p->pck };

    for (size_t i = 0; i < COUNT_OF(certificates); i++) {
        X509 *certificate = read_certificate(certificates[i]);
        int at = X509_get_ext_by_NID(certificate, NID_key_usage, -1);
        const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(X509_get_ext(certificate, at));

        assert_int_equal(ASN1_STRING_length(value), 4);
        assert_memory_equal(ASN1_STRING_get0_data(value), i == 0 ? issuing : signing, 4);
        X509_free(certificate);
    }
}

static void crls_are_signed_and_list_what_is_revoked(void **state)
{
    struct sim_platform *p = *state;
    X509 *root = read_certificate(&p->root), *ca = read_certificate(&p->ca);
    X509 *pck = read_certificate(&p->pck);
    X509_CRL *crl = read_crl(p, SIM_PCK_CRL);
    X509_REVOKED *revoked;

    assert_int_equal(X509_CRL_verify(crl, X509_get0_pubkey(ca)), 1);
    assert_int_not_equal(X509_CRL_get0_by_cert(crl, &revoked, pck), 1);
    assert_true(X509_CRL_get_ext_by_NID(crl, NID_crl_number, -1) >= 0);
    assert_true(X509_CRL_get_ext_by_NID(crl, NID_authority_key_identifier, -1) >= 0);
    X509_CRL_free(crl);

    p->revoked_pck = true;
    p->pck_crl.filler = 40;
    p->pck_crl.has_aki = false;
    crl = read_crl(p, SIM_PCK_CRL);
    assert_int_equal(X509_CRL_verify(crl, X509_get0_pubkey(ca)), 1);
    assert_int_equal(X509_CRL_get0_by_cert(crl, &revoked, pck), 1);
    assert_int_equal(sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl)), 41);
    assert_true(X509_CRL_get_ext_by_NID(crl, NID_authority_key_identifier, -1) < 0);
    X509_CRL_free(crl);

    p->revoked_ca = true;
    crl = read_crl(p, SIM_ROOT_CA_CRL);
    assert_int_equal(X509_CRL_verify(crl, X509_get0_pubkey(root)), 1);
    assert_int_equal(X509_CRL_get0_by_cert(crl, &revoked, ca), 1);
    X509_CRL_free(crl);
    X509_free(root);
    X509_free(ca);
    X509_free(pck);
}

static void signed_texts_verify_until_they_are_edited(void **state)
{
    struct sim_platform *p = *state;
    X509 *signer = read_certificate(&p->tcb_signing);
    struct sim_bundle bundle = { 0 };
    struct text broken = { 0 };

    sim_bundle_make(p, &bundle);
    assert_true(sim_bundle_ok(&bundle));
    assert_true(verifies(signer, text_span(&bundle.part[SIM_TCB_INFO]),
                         (uint8_t *)bundle.part[SIM_TCB_INFO_SIGNATURE].data));
    assert_true(verifies(signer, text_span(&bundle.part[SIM_QE_IDENTITY]),
                         (uint8_t *)bundle.part[SIM_QE_IDENTITY_SIGNATURE].data));

    p->tcb_info.signing.corrupt_signature = true;
    sim_bundle_make(p, &bundle);
    assert_false(verifies(signer, text_span(&bundle.part[SIM_TCB_INFO]),
                          (uint8_t *)bundle.part[SIM_TCB_INFO_SIGNATURE].data));
    p->tcb_info.signing.corrupt_signature = false;
    p->tcb_info.signing.before[0] = (struct sim_edit){ "\"version\":3", "\"version\":3.0" };
    sim_bundle_make(p, &bundle);
    assert_non_null(strstr(bundle.part[SIM_TCB_INFO].data, "3.0"));
    assert_true(verifies(signer, text_span(&bundle.part[SIM_TCB_INFO]),
                         (uint8_t *)bundle.part[SIM_TCB_INFO_SIGNATURE].data));
    p->qe_identity.signing.after[0] = (struct sim_edit){ "\"isvprodid\":2", "\"isvprodid\":3" };
    sim_bundle_make(p, &bundle);
    assert_false(verifies(signer, text_span(&bundle.part[SIM_QE_IDENTITY]),
                          (uint8_t *)bundle.part[SIM_QE_IDENTITY_SIGNATURE].data));

    p->tcb_info.signing.after[0] = (struct sim_edit){ "nowhere in the text", "" };
    sim_part_make(p, SIM_TCB_INFO, &broken);
    assert_false(text_ok(&broken)); /* an edit that misses is a mistake of the test */
    text_free(&broken);
    sim_bundle_clear(&bundle);
    X509_free(signer);
}

/* Where the parts of an auth block lie; offsets of quote-verification notes section 1.5. */
struct auth {
    const uint8_t *signature, *key, *qe_report, *qe_signature, *qe_auth;
    size_t qe_auth_size;
};

static struct auth find_auth(const uint8_t *quote, size_t signed_size, unsigned version)
{
    const uint8_t *at = quote + signed_size + 4;
    struct auth auth = { .signature = at, .key = at + 64 };

    auth.qe_report = at + 128 + (version >= 4 ? 6 : 0);
    auth.qe_signature = auth.qe_report + 384;
    auth.qe_auth = auth.qe_signature + 64 + 2;
    auth.qe_auth_size = (size_t)auth.qe_auth[-2] | (size_t)auth.qe_auth[-1] << 8;
    return auth;
}

static void quotes_of_every_version_are_signed(void **state)
{
    static const struct {
        unsigned version, body_type;
        size_t signed_size;
    } cases[] = { { 4, 2, 48 + 584 }, { 5, 2, 54 + 584 }, { 5, 3, 54 + 648 },
                  { 5, 4, 54 + 885 }, { 3, 1, 48 + 384 }, { 4, 1, 48 + 384 } };
    struct sim_platform *p = *state;
    X509 *pck = read_certificate(&p->pck);

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct text quote = { 0 }, bound = { 0 };
        struct sim_certificate holder = p->pck;
        const uint8_t *data;
        uint8_t hash[32];
        struct auth auth;
        X509 *attestation;

        sim_platform_use_quote(p, cases[i].version, cases[i].body_type);
        p->quote.tee = cases[i].body_type == 1 ? 0 : 0x81;
        sim_quote_make(p, report_data, &quote);
        assert_true(text_ok(&quote));
        data = (const uint8_t *)quote.data;
        auth = find_auth(data, cases[i].signed_size, cases[i].version);
        assert_memory_equal(auth.key, p->key[SIM_KEY_ATTESTATION].point + 1, 64);
        holder.key = &p->key[SIM_KEY_ATTESTATION];
        attestation = read_certificate(&holder); /* a way to get an EVP_PKEY from the point */
        assert_true(
            verifies(attestation, (struct span){ data, cases[i].signed_size }, auth.signature));
        assert_true(verifies(pck, (struct span){ auth.qe_report, 384 }, auth.qe_signature));
        sim_add(&bound, auth.key, 64);
        sim_add(&bound, auth.qe_auth, auth.qe_auth_size);
        sim_sha256(bound.data, bound.length, hash);
        assert_memory_equal(auth.qe_report + 320, hash, 32);
        X509_free(attestation);
        text_free(&bound);
        text_free(&quote);
    }
    X509_free(pck);
}

static void reports_carry_right_hashes_and_the_echo(void **state)
{
    struct sim_platform *p = *state;
    uint8_t report[SIM_REPORT_SIZE], hash[48];

    sim_platform_report(p, report_data, report);
    assert_int_equal(report[0], 0x81);
    assert_memory_equal(report + 128, report_data, sizeof(report_data));
    assert_int_equal(report[512] & 1, 0);
    sim_sha384(report + 256, 239, hash);
    assert_memory_equal(report + 32, hash, sizeof(hash));
    sim_sha384(report + 512, 512, hash);
    assert_memory_equal(report + 80, hash, sizeof(hash));
    assert_memory_equal(report + 720, p->td.rtmr[0], 48);

    p->debug = p->wrong_echo = true;
    sim_platform_report(p, report_data, report);
    assert_int_equal(report[512] & 1, 1);
    assert_memory_not_equal(report + 128, report_data, sizeof(report_data));
}

static void the_same_seed_gives_the_same_bytes(void **state)
{
    struct sim_platform *p = *state, *twin = sim_platform_new();
    struct sim_platform *other = sim_platform_new_at("another seed", SIM_NOW);
    struct text mine = { 0 }, his = { 0 }, foreign = { 0 };

    sim_quote_make(p, report_data, &mine);
    sim_quote_make(twin, report_data, &his);
    sim_quote_make(other, report_data, &foreign);
    sim_bundle_json_make(p, &mine);
    sim_bundle_json_make(twin, &his);
    assert_true(text_ok(&mine) && text_ok(&his) && text_ok(&foreign));
    assert_true(span_equal(text_span(&mine), text_span(&his)));
    assert_memory_not_equal(p->key[SIM_KEY_ROOT].point, other->key[SIM_KEY_ROOT].point, 65);
    text_free(&mine);
    text_free(&his);
    text_free(&foreign);
    sim_platform_free(twin);
    sim_platform_free(other);
}

/* "Instant" for benches: the median must stay far below a millisecond. The bound leaves room for
 * sanitizers and a busy machine. */
static void a_quote_takes_less_than_a_millisecond(void **state)
{
    struct sim_platform *p = *state;
    int64_t best = INT64_MAX;

    for (size_t i = 0; i < 50; i++) {
        struct text quote = { 0 };
        struct timespec before, after;
        int64_t took;

        (void)clock_gettime(CLOCK_MONOTONIC, &before);
        sim_quote_make(p, report_data, &quote);
        (void)clock_gettime(CLOCK_MONOTONIC, &after);
        assert_true(text_ok(&quote));
        text_free(&quote);
        took = (after.tv_sec - before.tv_sec) * 1000000 + (after.tv_nsec - before.tv_nsec) / 1000;
        best = took < best ? took : best;
    }
    print_message("  fastest of 50: %d us\n", (int)best);
    assert_true(best < 1000);
}

/* The SGX extension of a genuine certificate, read at the places where ours puts things, written
 * again: byte for byte the same. */
static void the_sgx_extension_has_intels_shape(void **state)
{
    struct sim_platform *p = *state;
    const char *corpus = getenv("TDX_CORPUS");
    struct text path = { 0 }, ours = { 0 };
    struct file_content quote = { 0 };
    const ASN1_OCTET_STRING *value;
    const uint8_t *real;
    ASN1_OBJECT *oid = OBJ_txt2obj(SGX_OID, 1);
    X509 *leaf;
    BIO *pem;

    text_addf(&path, "%s/quotes/v5-alibaba-uptodate/quote.bin", corpus != NULL ? corpus : "");
    if (file_read(text_string(&path), 65536, 0, &quote, NULL) != TDX_OK) {
        ASN1_OBJECT_free(oid);
        text_free(&path);
        skip();
    }
    pem = BIO_new_mem_buf(memmem(quote.data, quote.size, "-----BEGIN", 10), -1);
    leaf = PEM_read_bio_X509(pem, NULL, NULL, NULL);
    assert_non_null(leaf);
    value = X509_EXTENSION_get_data(X509_get_ext(leaf, X509_get_ext_by_OBJ(leaf, oid, -1)));
    real = ASN1_STRING_get0_data(value);
    memcpy(p->sgx.ppid, real + 20, 16);
    memcpy(p->sgx.instance, real + ASN1_STRING_length(value) - 70 - 16, 16);
    for (size_t i = 0; i < 16; i++)
        p->sgx.component[i] = real[73 + 18 * i];
    p->sgx.pce_svn = real[73 + 18 * 16];
    sim_sgx_make(&p->sgx, &ours);
    assert_int_equal(ours.length, ASN1_STRING_length(value));
    assert_memory_equal(ours.data, real, ours.length);
    X509_free(leaf);
    BIO_free(pem);
    ASN1_OBJECT_free(oid);
    file_content_free(&quote);
    text_free(&path);
    text_free(&ours);
}

#define WITH_PLATFORM(test) cmocka_unit_test_setup_teardown(test, new_platform, free_platform)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLATFORM(certificates_chain_to_the_root),
        WITH_PLATFORM(every_certificate_knob_shows),
        WITH_PLATFORM(each_x509_extension_can_be_left_out),
        WITH_PLATFORM(key_usage_is_encoded_as_intels),
        WITH_PLATFORM(crls_are_signed_and_list_what_is_revoked),
        WITH_PLATFORM(signed_texts_verify_until_they_are_edited),
        WITH_PLATFORM(quotes_of_every_version_are_signed),
        WITH_PLATFORM(reports_carry_right_hashes_and_the_echo),
        WITH_PLATFORM(the_same_seed_gives_the_same_bytes),
        WITH_PLATFORM(a_quote_takes_less_than_a_millisecond),
        WITH_PLATFORM(the_sgx_extension_has_intels_shape),
    };

    return cmocka_run_group_tests_name("sim", tests, NULL, NULL);
}
