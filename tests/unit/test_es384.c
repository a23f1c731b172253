/* SPDX-License-Identifier: Apache-2.0 */
/* Keys as PEM and as JWK, signatures, and what happens when the library fails. */
#include <stdlib.h>
#include <string.h>

#include "core/appraise/jws.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/fault.h"
#include "tests/unit/manual_case.h"

/* A key made by openssl ecparam -name secp384r1 -genkey, in all the forms that openssl writes. */
static const char sec1[] =
    "-----BEGIN EC PARAMETERS-----\nBgUrgQQAIg==\n-----END EC PARAMETERS-----\n"
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MIGkAgEBBDAKaQWC4ZF5dTkzEyl3eS7Hpk5IbseRTsjYcKN5PsochSnSsX37k59P\n"
    "sOGZ6Bi0jv6gBwYFK4EEACKhZANiAAR8fm8xQXfpE3wbAMnn+TNariZa0aqKoLqm\n"
    "eAzx05fBo3dm7UoXTeaFY+UkzBseabCAgi4vREBsVTxW32FcoBJJNUB2AYbVXPHc\n"
    "K0TU3B/p/6MI3VG9fPRoEZXkhJiQGdc=\n"
    "-----END EC PRIVATE KEY-----\n";
static const char pkcs8[] = "-----BEGIN PRIVATE KEY-----\n"
                            "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDAKaQWC4ZF5dTkzEyl3\n"
                            "eS7Hpk5IbseRTsjYcKN5PsochSnSsX37k59PsOGZ6Bi0jv6hZANiAAR8fm8xQXfp\n"
                            "E3wbAMnn+TNariZa0aqKoLqmeAzx05fBo3dm7UoXTeaFY+UkzBseabCAgi4vREBs\n"
                            "VTxW32FcoBJJNUB2AYbVXPHcK0TU3B/p/6MI3VG9fPRoEZXkhJiQGdc=\n"
                            "-----END PRIVATE KEY-----\n";
static const char encrypted[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                                "MIIBHDBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQItWAlzEjkWd4CAggA\n"
                                "MAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBB+hbld04i7ed0b1VoD9vyGBIHA\n"
                                "RwtZvNEq8wQiMvHtsJp4pD3TjOEDZDd6U1M4qugahysyfKEgHuYbkdrFbeaS/F//\n"
                                "gRR57HOsyoEoH8pJ5FIgI+Ym4svZ6VK+T9WeCYd+4FJwgi7yPW6nzmrWqV+84ut1\n"
                                "+CM9yq67gluMGbhtjca4/a9VUoarJlnszJMhZHNzzo0uX3UtXHInWg8PFwFhaH5n\n"
                                "/9LY66siUcSQ61A1BWIxzqUaYLGSudnWtVFWM7rvpproMV3QPStyWJgPbmLHGyxP\n"
                                "-----END ENCRYPTED PRIVATE KEY-----\n";
static const char public_key[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEfH5vMUF36RN8GwDJ5/kzWq4mWtGqiqC6\n"
    "pngM8dOXwaN3Zu1KF03mhWPlJMwbHmmwgIIuL0RAbFU8Vt9hXKASSTVAdgGG1Vzx\n"
    "3CtE1Nwf6f+jCN1RvXz0aBGV5ISYkBnX\n"
    "-----END PUBLIC KEY-----\n";
static const char compressed[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MEYwEAYHKoZIzj0CAQYFK4EEACIDMgADfH5vMUF36RN8GwDJ5/kzWq4mWtGqiqC6\n"
    "pngM8dOXwaN3Zu1KF03mhWPlJMwbHmmw\n"
    "-----END PUBLIC KEY-----\n";
static const char explicit_parameters[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBzDCCAWQGByqGSM49AgEwggFXAgEBMDwGByqGSM49AQECMQD/////////////\n"
    "/////////////////////////////v////8AAAAAAAAAAP////8wewQw////////\n"
    "//////////////////////////////////7/////AAAAAAAAAAD////8BDCzMS+n\n"
    "4j7n5JiOBWvj+C0ZGB2cbv6BQRIDFAiPUBOHWsZWOY2KLtGdKoXI7dPsKu8DFQCj\n"
    "NZJqoxmieh0AiWpnc6SCes2scwRhBKqHyiK+iwU3jrHHHvMgrXRuHTtii6ebmFn3\n"
    "QeCCVCo4VQLyXb9VKWw6VF44cnYKtzYX3kqWJixvXZ6Yv5KS3Cn49B29KJoUfOna\n"
    "MRO18LjACmCxzh1+gZ16Qx18kOoOXwIxAP//////////////////////////////\n"
    "/8djTYH0Ny3fWBoNskiwp3rs7BlqzMUpcwIBAQNiAAR8fm8xQXfpE3wbAMnn+TNa\n"
    "riZa0aqKoLqmeAzx05fBo3dm7UoXTeaFY+UkzBseabCAgi4vREBsVTxW32FcoBJJ\n"
    "NUB2AYbVXPHcK0TU3B/p/6MI3VG9fPRoEZXkhJiQGdc=\n"
    "-----END PUBLIC KEY-----\n";
static const char other_curve[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9rTGqDe/47S/aP+soqPJsS6ON1VP\n"
    "cICK7WOFzgbFaRtFcmbQZbmWRwNmkRTT/HFAGzaaP6EYB03OcM1J+NO5uQ==\n"
    "-----END PUBLIC KEY-----\n";
static const char other_private[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgLZ/UX4joMEufrcma\n"
    "Au0MfMeZzxz/4C69rQ4xPIlO4vyhRANCAAT2tMaoN7/jtL9o/6yio8mxLo43VU9w\n"
    "gIrtY4XOBsVpG0VyZtBluZZHA2aRFNP8cUAbNpo/oRgHTc5wzUn407m5\n"
    "-----END PRIVATE KEY-----\n";
static const char key_x[] = "fH5vMUF36RN8GwDJ5_kzWq4mWtGqiqC6pngM8dOXwaN3Zu1KF03mhWPlJMwbHmmw";
static const char key_y[] = "gIIuL0RAbFU8Vt9hXKASSTVAdgGG1Vzx3CtE1Nwf6f-jCN1RvXz0aBGV5ISYkBnX";

static struct es384_signer *signer_of(const char *pem)
{
    struct es384_signer *signer = NULL;

    assert_status(es384_signer_parse(span_of(pem), &signer, NULL), "OK");
    return signer;
}

static void private_keys_are_read_in_every_form_or_refused(void **state)
{
    static const struct {
        const char *what, *pem, *expected;
    } cases[] = {
        { "SEC1 with parameters", sec1, "OK" },
        { "PKCS#8", pkcs8, "OK" },
        { "encrypted", encrypted, "KEY_BAD" },
        { "a public key", public_key, "KEY_BAD" },
        { "another curve", other_private, "KEY_BAD" },
        { "nothing", "", "KEY_BAD" },
        { "text", "key", "KEY_BAD" },
        { "cut short", "-----BEGIN PRIVATE KEY-----\nMIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMI",
          "KEY_BAD" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct es384_signer *signer = NULL;
        struct tdx_error err = { 0 };
        enum tdx_status status;

        print_message("#  %s\n", cases[i].what);
        status = es384_signer_parse(span_of(cases[i].pem), &signer, &err);
        assert_status(status, cases[i].expected);
        assert_int_equal(status == TDX_OK, signer != NULL);
        assert_int_equal(status == TDX_OK, err.detail[0] == '\0');
        es384_signer_free(signer);
    }
}

static void public_keys_are_read_in_every_form_or_refused(void **state)
{
    static const struct {
        const char *what, *first, *second, *expected;
        bool twice; /* the second one */
    } cases[] = {
        { "as openssl writes it", public_key, "", "OK", false },
        { "a compressed point", compressed, "", "OK", false },
        { "two of them", public_key, compressed, "OK", false },
        { "text around it", "owner: me\n", public_key, "OK", false },
        { "three, which are too many here", public_key, compressed, "KEY_BAD", true },
        { "explicit parameters", explicit_parameters, "", "KEY_BAD", false },
        { "another curve", other_curve, "", "KEY_BAD", false },
        { "a private key", pkcs8, "", "KEY_BAD", false },
        { "a private key after it", public_key, pkcs8, "KEY_BAD", false },
        { "nothing", "", "", "KEY_BAD", false },
        { "text", "key", "", "KEY_BAD", false },
        { "damaged", "-----BEGIN PUBLIC KEY-----\n*\n-----END PUBLIC KEY-----\n", "", "KEY_BAD",
          false },
        { "another kind", "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", "", "KEY_BAD",
          false },
    };
    struct es384_signer *signer = signer_of(pkcs8);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct text pem = { 0 };
        struct es384_key keys[2];
        struct tdx_error err = { 0 };
        size_t count = 0;

        text_addf(&pem, "%s%s%s", cases[i].first, cases[i].second,
                  cases[i].twice ? cases[i].second : "");
        print_message("#  %s\n", cases[i].what);
        assert_status(es384_keys_parse(span_of(text_string(&pem)), keys, 2, &count, &err),
                      cases[i].expected);
        assert_int_equal(count > 0, strcmp(cases[i].expected, "OK") == 0);
        for (size_t k = 0; k < count; k++)
            assert_true(es384_key_equal(&keys[k], es384_signer_key(signer)));
        text_free(&pem);
    }
    es384_signer_free(signer);
}

static void what_is_written_is_what_openssl_writes(void **state)
{
    struct es384_signer *signer = signer_of(sec1), *again;
    struct text pem = { 0 }, jwk = { 0 }, expected = { 0 };
    char secret[2048];
    size_t size = 0;

    (void)state;
    assert_status(es384_key_print(es384_signer_key(signer), &pem, NULL), "OK");
    assert_string_equal(text_string(&pem), public_key);
    jwk_write(es384_signer_key(signer), &jwk);
    text_addf(&expected,
              "{\"alg\":\"ES384\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\",\"crv\":\"P-384\"}",
              key_x, key_y);
    assert_string_equal(text_string(&jwk), text_string(&expected));
    assert_status(es384_signer_print(signer, secret, sizeof(secret) - 1, &size, NULL), "OK");
    secret[size] = '\0';
    assert_string_equal(secret, pkcs8);
    again = signer_of(secret);
    assert_true(es384_key_equal(es384_signer_key(signer), es384_signer_key(again)));
    assert_status(es384_signer_print(signer, secret, size - 1, &size, NULL), "CRYPTO_FAILED");
    text_free(&pem);
    text_free(&jwk);
    text_free(&expected);
    es384_signer_free(signer);
    es384_signer_free(again);
}

/* The file is head, x and y of the key, tail. */
static void a_jwk_is_read_strictly(void **state)
{
    static const struct {
        const char *head, *x, *tail, *expected;
    } cases[] = {
        { "{\"kty\":\"EC\",\"crv\":\"P-384\"", key_x, "}", "OK" },
        { " \n{\"kty\":\"EC\",\"crv\":\"P-384\",\"alg\":\"ES384\",\"use\":\"sig\"", key_x, "}\n",
          "OK" },
        { "{\"kty\":\"EC\",\"crv\":\"P-384\"", key_x, ",\"key_ops\":[\"verify\"],\"kid\":\"a\"}",
          "OK" },
        { "{\"kty\":\"EC\",\"crv\":\"P-384\",\"alg\":\"ES256\"", key_x, "}", "TOKEN_KEY_BAD" },
        { "{\"kty\":\"EC\",\"crv\":\"P-384\",\"use\":\"enc\"", key_x, "}", "TOKEN_KEY_BAD" },
        { "{\"kty\":\"EC\",\"crv\":\"P-384\",\"use\":1", key_x, "}", "TOKEN_KEY_BAD" },
        { "{\"kty\":\"EC\",\"crv\":\"P-256\"", key_x, "}", "TOKEN_KEY_BAD" },
        { "{\"kty\":\"RSA\",\"crv\":\"P-384\"", key_x, "}", "TOKEN_KEY_BAD" },
        { "{\"kty\":\"oct\",\"k\":\"AAAA\"", key_x, "}", "TOKEN_KEY_BAD" },
        { "{\"a\":1,\"crv\":\"P-384\"", key_x, "}", "TOKEN_KEY_BAD" },
        { "{\"kty\":\"EC\"", key_x, "}", "TOKEN_KEY_BAD" },
        { "{\"kty\":\"EC\",\"crv\":\"P-384\",\"d\":\"AAAA\"", key_x, "}", "TOKEN_KEY_BAD" },
        { "{\"kty\":\"EC\",\"kty\":\"EC\",\"crv\":\"P-384\"", key_x, "}", "JSON_DUPLICATE" },
        { "{\"kty\":\"EC\",\"crv\":\"P-384\"", key_x, "", "JSON_BAD" },
        { "{\"kty\":\"EC\",\"crv\":\"P-384\"", key_x, "}{}", "JSON_BAD" },
        /* x: missing bytes, a byte more, standard base64, off the curve, beyond the field */
        { "{\"kty\":\"EC\",\"crv\":\"P-384\"", "", "}", "TOKEN_KEY_BAD" },
        { "{\"kty\":\"EC\",\"crv\":\"P-384\"",
          "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "}", "TOKEN_KEY_BAD" },
        { "{\"kty\":\"EC\",\"crv\":\"P-384\"",
          "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "}",
          "TOKEN_KEY_BAD" },
        { "{\"kty\":\"EC\",\"crv\":\"P-384\"",
          "////////////////////////////////////////////////////////////////", "}",
          "TOKEN_KEY_BAD" },
        { "{\"kty\":\"EC\",\"crv\":\"P-384\"",
          "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "}", "KEY_BAD" },
        { "{\"kty\":\"EC\",\"crv\":\"P-384\"",
          "________________________________________________________________", "}", "KEY_BAD" },
    };
    struct es384_signer *signer = signer_of(pkcs8);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct text file = { 0 };
        struct es384_key key;
        size_t count = 0;

        text_addf(&file, "%s,\"x\":\"%s\",\"y\":\"%s\"%s", cases[i].head, cases[i].x, key_y,
                  cases[i].tail);
        print_message("#  %s %s\n", cases[i].head, cases[i].x);
        assert_status(jwk_or_pem_read(span_of(text_string(&file)), &key, 1, &count, NULL),
                      cases[i].expected);
        if (count == 1)
            assert_true(es384_key_equal(&key, es384_signer_key(signer)));
        text_free(&file);
    }
    es384_signer_free(signer);
}

static void signatures_hold_for_key_and_message_only(void **state)
{
    struct es384_signer *signer = signer_of(pkcs8), *other = NULL;
    const struct es384_key *key = es384_signer_key(signer);
    uint8_t signature[ES384_SIGNATURE_SIZE], changed[ES384_SIGNATURE_SIZE];

    (void)state;
    assert_status(es384_signer_new(&other, NULL), "OK");
    assert_status(es384_sign(signer, span_of("message"), signature, NULL), "OK");
    assert_status(es384_verify(key, span_of("message"), signature, NULL), "OK");
    assert_status(es384_verify(key, span_of("messagE"), signature, NULL), "TOKEN_SIGNATURE_BAD");
    assert_status(es384_verify(key, span_of(""), signature, NULL), "TOKEN_SIGNATURE_BAD");
    assert_status(es384_verify(es384_signer_key(other), span_of("message"), signature, NULL),
                  "TOKEN_SIGNATURE_BAD");
    for (size_t i = 0; i < sizeof(signature); i++) {
        memcpy(changed, signature, sizeof(changed));
        changed[i] ^= 0x10;
        assert_status(es384_verify(key, span_of("message"), changed, NULL), "TOKEN_SIGNATURE_BAD");
    }
    /* r or s of zero, or not below the group's order */
    memset(changed, 0, sizeof(changed));
    assert_status(es384_verify(key, span_of("message"), changed, NULL), "TOKEN_SIGNATURE_BAD");
    memset(changed, 0xff, sizeof(changed));
    assert_status(es384_verify(key, span_of("message"), changed, NULL), "TOKEN_SIGNATURE_BAD");
    es384_signer_free(signer);
    es384_signer_free(other);
}

static enum tdx_status sign_once(const struct es384_signer *signer)
{
    struct text token = { 0 };
    enum tdx_status status = jws_write(signer, span_of("{}"), &token, NULL);

    text_free(&token);
    return status;
}

static enum tdx_status verify_once_more(const struct es384_signer *signer)
{
    static uint8_t signature[ES384_SIGNATURE_SIZE]; /* whatever: it is not that far yet */

    return es384_verify(es384_signer_key(signer), span_of("message"), signature, NULL);
}

/* Fails the 1st, then the 2nd, ... wrapped call, until a run needs no fault to succeed. */
static void survives_every_failing_call(void **state)
{
    static const struct {
        enum tdx_status (*run)(const struct es384_signer *signer);
        const char *expected; /* without a fault */
    } cases[] = { { sign_once, "OK" }, { verify_once_more, "TOKEN_SIGNATURE_BAD" } };
    struct es384_signer *signer = signer_of(pkcs8);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned nth = 0;
        bool fired = true;

        while (fired) {
            enum tdx_status status;

            fault_arm(++nth);
            status = cases[i].run(signer);
            fired = fault_fired();
            fault_disarm();
            assert_status(status, fired ? "CRYPTO_FAILED" : cases[i].expected);
        }
        print_message("# %u calls\n", nth - 1);
        assert_true(nth > 3); /* the calls are wrapped */
    }
    es384_signer_free(signer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(private_keys_are_read_in_every_form_or_refused),
        cmocka_unit_test(public_keys_are_read_in_every_form_or_refused),
        cmocka_unit_test(what_is_written_is_what_openssl_writes),
        cmocka_unit_test(a_jwk_is_read_strictly),
        cmocka_unit_test(signatures_hold_for_key_and_message_only),
        cmocka_unit_test(survives_every_failing_call),
    };

    return cmocka_run_group_tests_name("es384", tests, NULL, NULL);
}
