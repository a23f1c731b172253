/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "core/appraise/jws.h"
#include "core/base/base64.h"
#include "core/base/hex.h"
#include "core/base/span_text.h"
#include "tests/unit/cmocka_all.h"

/* Appraisal notes section 7.6: made by Intel's signer, checked with openssl. */
static const char vector_x[] = "fwaFKhPlGNOY68BuwpSSExByFigKCm5Hnpxq86EA6Y3gjkWfVBhpHRt_VTSSAXfa";
static const char vector_y[] = "oyd-ipI4QYB7twZJXhLZ9Oy4j39cKs4aTTU1mzogn6MO8CoIAkf6Btq_oQEkjJLn";
static const char vector_payload[] =
    "{\"policy_payload\":\"{\\\"policy_array\\\":[{\\\"environment\\\":{\\\"class_id\\\":"
    "\\\"45b734fc-aa4e-4c3d-ad28-e43d08880e68\\\",\\\"description\\\":\\\"Application TD TCB "
    "1.5\\\"},\\\"reference\\\":{\\\"tdx_attributes\\\":\\\"0000000010000000\\\"}}]}\"}";
static const char vector_token[] =
    "eyJhbGciOiJFUzM4NCIsImp3ayI6IntcImFsZ1wiOlwiRVMzODRcIixcImt0eVwiOlwiRUNcIixcInhcIjpcImZ3YUZLaF"
    "BsR05PWTY4QnV3cFNTRXhCeUZpZ0tDbTVIbnB4cTg2RUE2WTNnamtXZlZCaHBIUnRfVlRTU0FYZmFcIixcInlcIjpcIm95"
    "ZC1pcEk0UVlCN3R3WkpYaExaOU95NGozOWNLczRhVFRVMW16b2duNk1POENvSUFrZjZCdHFfb1FFa2pKTG5cIixcImNydl"
    "wiOlwiUC0zODRcIn0iLCJ0eXAiOiJKV1QifQ.eyJwb2xpY3lfcGF5bG9hZCI6IntcInBvbGljeV9hcnJheVwiOlt7XCJlb"
    "nZpcm9ubWVudFwiOntcImNsYXNzX2lkXCI6XCI0NWI3MzRmYy1hYTRlLTRjM2QtYWQyOC1lNDNkMDg4ODBlNjhcIixcImR"
    "lc2NyaXB0aW9uXCI6XCJBcHBsaWNhdGlvbiBURCBUQ0IgMS41XCJ9LFwicmVmZXJlbmNlXCI6e1widGR4X2F0dHJpYnV0Z"
    "XNcIjpcIjAwMDAwMDAwMTAwMDAwMDBcIn19XX0ifQ.zP2OEMkouikTdwnDphVhZWbAFDxXKYnf0MDWT7zoo4f6FcphQ4l4"
    "bBuVZnkyaBXAHiQsEJGnl3HVdtkgDmw8LXCwPl3DVoqdKicc7oiWwVs9Fg8mUBlioOlJxsbty0cH";

/* Reads a copy of exactly that size, so that ASan sees the first byte read too far; what failed
 * must say why and leave ret alone. */
static enum tdx_status read_exact(struct span token, size_t limit, enum jws_rule rule,
                                  struct jws *ret)
{
    uint8_t *copy = malloc(token.size > 0 ? token.size : 1);
    struct tdx_error err = { 0 };
    struct jws before = *ret;
    enum tdx_status status;

    assert_non_null(copy);
    if (token.size > 0)
        memcpy(copy, token.data, token.size);
    status = jws_read((struct span){ copy, token.size }, limit, rule, ret, &err);
    free(copy);
    assert_int_equal(err.status, status);
    if (status != TDX_OK) {
        assert_string_not_equal(err.detail, "");
        assert_memory_equal(ret, &before, sizeof(before));
    }
    return status;
}

static enum tdx_status read_signed(const char *token)
{
    struct jws jws = { 0 };
    enum tdx_status status = read_exact(span_of(token), JWS_POLICY_LIMIT, JWS_SIGNED_ONLY, &jws);

    jws_free(&jws);
    return status;
}

static void reads_the_token_of_intels_signer(void **state)
{
    struct jws jws = { 0 };
    struct es384_key key;
    size_t size;

    (void)state;
    assert_status(read_exact(span_of(vector_token), JWS_POLICY_LIMIT, JWS_SIGNED_ONLY, &jws), "OK");
    assert_true(jws.is_signed);
    assert_int_equal(jws.payload_size, strlen(vector_payload));
    assert_memory_equal(jws.payload, vector_payload, jws.payload_size);
    assert_string_equal(jws.signature, strrchr(vector_token, '.') + 1);
    assert_status(base64_decode(vector_x, 64, BASE64_URL, key.x, 48, &size, NULL), "OK");
    assert_status(base64_decode(vector_y, 64, BASE64_URL, key.y, 48, &size, NULL), "OK");
    assert_true(es384_key_equal(&key, &jws.key));
    assert_status(jws_check_signer(&jws, &key, 1, NULL), "OK");
    key.y[47] ^= 1;
    assert_status(jws_check_signer(&jws, &key, 1, NULL), "TOKEN_SIGNER_UNKNOWN");
    assert_status(jws_check_signer(&jws, &key, 0, NULL), "TOKEN_SIGNER_UNKNOWN");
    assert_status(es384_key_check(&key, NULL), "KEY_BAD");
    jws_free(&jws);
}

/* header and payload as JSON, signed by signer over what stands there. */
static char *make_token(const struct es384_signer *signer, const char *header, const char *payload)
{
    uint8_t signature[ES384_SIGNATURE_SIZE];
    struct text token = { 0 };

    base64_encode(&token, BASE64_URL, header, strlen(header));
    text_add_char(&token, '.');
    base64_encode(&token, BASE64_URL, payload, strlen(payload));
    if (signer != NULL)
        assert_status(es384_sign(signer, span_of(text_string(&token)), signature, NULL), "OK");
    text_add_char(&token, '.');
    if (signer != NULL)
        base64_encode(&token, BASE64_URL, signature, sizeof(signature));
    return text_take(&token);
}

/* A format with at most one %s, where the JWK goes: as an object, or escaped for within a string.
 */
static char *make_header(const char *format, const struct es384_key *key)
{
    struct text jwk = { 0 }, header = { 0 };
    const char *at = strstr(format, "%o") != NULL ? strstr(format, "%o") : strstr(format, "%s");

    jwk_write(key, &jwk);
    text_add_n(&header, format, at != NULL ? (size_t)(at - format) : strlen(format));
    for (size_t i = 0; at != NULL && i < jwk.length; i++)
        text_addf(&header, at[1] == 's' && jwk.data[i] == '"' ? "\\\"" : "%c", jwk.data[i]);
    if (at != NULL)
        text_add(&header, at + 2);
    text_free(&jwk);
    return text_take(&header);
}

static void every_form_of_header_gets_its_own_answer(void **state)
{
    static const struct {
        const char *header, *expected;
    } cases[] = {
        { "{\"alg\":\"ES384\",\"jwk\":\"%s\",\"typ\":\"JWT\"}", "OK" },
        { "{\"alg\":\"ES384\",\"jwk\":%o,\"typ\":\"JWT\"}", "OK" },
        { "{\"alg\":\"ES384\",\"jwk\":%o}", "OK" },
        { "{\"kid\":\"1\",\"jwk\":%o,\"typ\":\"jws\",\"alg\":\"ES384\",\"x\":{}}", "OK" },
        { "{\"alg\":\"none\",\"typ\":\"JWT\"}", "TOKEN_UNSIGNED" },
        { "{\"alg\":\"none\",\"jwk\":%o}", "TOKEN_UNSIGNED" },
        { "{\"alg\":\"None\",\"jwk\":%o}", "TOKEN_ALGORITHM" },
        { "{\"alg\":\"HS384\",\"jwk\":%o}", "TOKEN_ALGORITHM" },
        { "{\"alg\":\"HS384\",\"jwk\":\"%s\"}", "TOKEN_ALGORITHM" },
        { "{\"alg\":\"ES256\",\"jwk\":%o}", "TOKEN_ALGORITHM" },
        { "{\"alg\":\"es384\",\"jwk\":%o}", "TOKEN_ALGORITHM" },
        { "{\"alg\":\"ES384\\u0000\",\"jwk\":%o}", "TOKEN_ALGORITHM" },
        { "{\"alg\":null,\"jwk\":%o}", "TOKEN_HEADER_BAD" },
        { "{\"alg\":[\"ES384\"],\"jwk\":%o}", "TOKEN_HEADER_BAD" },
        { "{\"jwk\":%o}", "TOKEN_HEADER_BAD" },
        { "[\"alg\",\"ES384\"]", "TOKEN_HEADER_BAD" },
        { "\"ES384\"", "TOKEN_HEADER_BAD" },
        { "{\"alg\":\"ES384\",\"jwk\":%o", "TOKEN_HEADER_BAD" },
        { "{\"alg\":\"ES384\",\"jwk\":%o} ", "OK" },
        { "{\"alg\":\"ES384\",\"jwk\":%o}x", "TOKEN_HEADER_BAD" },
        { "{\"alg\":\"ES384\",\"jwk\":%o,\"crit\":[\"exp\"],\"exp\":1}", "TOKEN_CRITICAL" },
        { "{\"alg\":\"ES384\",\"jwk\":%o,\"crit\":[]}", "TOKEN_CRITICAL" },
        { "{\"alg\":\"none\",\"crit\":[\"x\"]}", "TOKEN_CRITICAL" },
        { "{\"alg\":\"ES384\",\"alg\":\"none\",\"jwk\":%o}", "JSON_DUPLICATE" },
        { "{\"alg\":\"none\",\"\\u0061lg\":\"ES384\",\"jwk\":%o}", "JSON_DUPLICATE" },
        { "{\"alg\":\"ES384\",\"jwk\":%o,\"jwk\":\"\"}", "JSON_DUPLICATE" },
        { "{\"alg\":\"ES384\",\"jwk\":%o,\"#\":1,\"#\":1}", "JSON_DUPLICATE" },
        { "{\"alg\":\"ES384\",/**/\"jwk\":%o}", "TOKEN_HEADER_BAD" },
        { "{\"alg\":\"ES384\",\"jwk\":%o,\"typ\":\"JWE\"}", "TOKEN_TYPE" },
        { "{\"alg\":\"ES384\",\"jwk\":%o,\"typ\":5}", "TOKEN_TYPE" },
        { "{\"alg\":\"ES384\"}", "TOKEN_KEY_BAD" },
        { "{\"alg\":\"ES384\",\"jwk\":null}", "TOKEN_KEY_BAD" },
        { "{\"alg\":\"ES384\",\"jwk\":\"\"}", "TOKEN_KEY_BAD" },
        { "{\"alg\":\"ES384\",\"jwk\":\"object\"}", "TOKEN_KEY_BAD" },
        { "{\"alg\":\"ES384\",\"jwk\":\"{\\\"kty\\\":1,\\\"kty\\\":1}\"}", "JSON_DUPLICATE" },
        { "{\"alg\":\"ES384\",\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-384\"}}", "TOKEN_KEY_BAD" },
    };
    struct es384_signer *signer = NULL;

    (void)state;
    assert_status(es384_signer_new(&signer, NULL), "OK");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *header = make_header(cases[i].header, es384_signer_key(signer));
        char *token = make_token(signer, header, "{}");

        print_message("#  %s\n", cases[i].header);
        assert_status(read_signed(token), cases[i].expected);
        free(header);
        free(token);
    }
    es384_signer_free(signer);
}

/* The vector with something replaced or added. */
static void an_altered_token_is_refused_by_name(void **state)
{
    static const struct {
        const char *what, *from, *to, *expected;
    } cases[] = {
        { "nothing", "", "", "OK" },
        { "one line end", "0cH", "0cH\n", "OK" },
        { "one line end of DOS", "0cH", "0cH\r\n", "OK" },
        { "two line ends", "0cH", "0cH\n\n", "TOKEN_BASE64" },
        { "a blank before it", "eyJhbGci", " eyJhbGci", "TOKEN_BASE64" },
        { "a blank after it", "0cH", "0cH ", "TOKEN_BASE64" },
        { "a fourth part", "0cH", "0cH.AAAA", "TOKEN_PARTS" },
        { "an empty fourth part", "0cH", "0cH.", "TOKEN_PARTS" },
        { "a part less", "ifQ.eyJwb2", "ifQeyJwb2", "TOKEN_PARTS" },
        { "an empty header", "eyJhbGci", ".eyJhbGci", "TOKEN_PARTS" },
        { "a changed payload", "MTAwMDAwMDBcI", "MDAwMDAwMDBcI", "TOKEN_SIGNATURE_BAD" },
        { "a changed header", "JKV1QifQ", "JKV1MifQ", "TOKEN_SIGNATURE_BAD" },
        { "a changed signature", "zP2OEMk", "zP2OEMl", "TOKEN_SIGNATURE_BAD" },
        { "a signature cut short", "y0cH", "", "TOKEN_SIGNATURE_BAD" },
        { "a signature too long", "y0cH", "y0cHAAAA", "TOKEN_SIGNATURE_BAD" },
        { "standard base64 in the signature", "zP2OEMk", "zP2O+Mk", "TOKEN_BASE64" },
        { "padding in the payload", "XX0ifQ.", "XX0ifQ==.", "TOKEN_BASE64" },
        { "spare bits in the payload", "XX0ifQ.", "XX0ifR.", "TOKEN_BASE64" },
        { "spare bits in the header", "JKV1QifQ", "JKV1QifR", "TOKEN_BASE64" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct text token = { 0 };
        const char *at = strstr(vector_token, cases[i].from);

        assert_non_null(at);
        text_add_n(&token, vector_token, (size_t)(at - vector_token));
        text_add(&token, cases[i].to);
        text_add(&token, at + strlen(cases[i].from));
        print_message("#  %s\n", cases[i].what);
        assert_status(read_signed(text_string(&token)), cases[i].expected);
        text_free(&token);
    }
    assert_status(read_signed(""), "TOKEN_PARTS");
    assert_status(read_signed("\n"), "TOKEN_PARTS");
    assert_status(read_signed(".."), "TOKEN_PARTS");
    assert_status(read_signed("{\"policy_array\":[]}"), "TOKEN_PARTS");
}

/* A payload that is signed, but not in canonical base64, was never written by an honest signer. */
static void a_payload_that_is_not_canonical_is_refused_though_signed(void **state)
{
    static const char *const payloads[] = { "e30=", "e31", "e30 ", "e3\n0", "e3*0", "e30A" };
    struct es384_signer *signer = NULL;

    (void)state;
    assert_status(es384_signer_new(&signer, NULL), "OK");
    for (size_t i = 0; i < COUNT_OF(payloads); i++) {
        char *header = make_header("{\"alg\":\"ES384\",\"jwk\":%o}", es384_signer_key(signer));
        struct text token = { 0 };
        uint8_t signature[ES384_SIGNATURE_SIZE];

        base64_encode(&token, BASE64_URL, header, strlen(header));
        text_addf(&token, ".%s", payloads[i]);
        assert_status(es384_sign(signer, span_of(text_string(&token)), signature, NULL), "OK");
        text_add_char(&token, '.');
        base64_encode(&token, BASE64_URL, signature, sizeof(signature));
        print_message("#  %s\n", strchr(payloads[i], '\n') != NULL ? "(line end)" : payloads[i]);
        assert_status(read_signed(text_string(&token)), i == 5 ? "OK" : "TOKEN_BASE64");
        text_free(&token);
        free(header);
    }
    es384_signer_free(signer);
}

static void flipping_any_bit_or_cutting_anywhere_never_passes(void **state)
{
    size_t size = strlen(vector_token);
    char *copy = strdup(vector_token);

    (void)state;
    assert_non_null(copy);
    for (size_t at = 0; at < size; at++)
        for (unsigned bit = 0; bit < 8; bit += 3) {
            copy[at] = (char)(copy[at] ^ (1 << bit));
            if (copy[at] != '\0')
                assert_int_not_equal(read_signed(copy), TDX_OK);
            copy[at] = vector_token[at];
        }
    free(copy);
    for (size_t cut = 0; cut < size; cut++) {
        struct jws jws = { 0 };

        assert_int_not_equal(read_exact((struct span){ (const uint8_t *)vector_token, cut },
                                        JWS_POLICY_LIMIT, JWS_SIGNED_ONLY, &jws),
                             TDX_OK);
    }
}

static void sizes_are_bounded(void **state)
{
    struct jws jws = { 0 };
    size_t size = strlen(vector_token);
    struct text big = { 0 };

    (void)state;
    assert_status(read_exact(span_of(vector_token), size, JWS_SIGNED_ONLY, &jws), "OK");
    jws_free(&jws);
    assert_status(read_exact(span_of(vector_token), size - 1, JWS_SIGNED_ONLY, &jws),
                  "TOKEN_TOO_LARGE");
    for (size_t i = 0; i <= JWS_HEADER_LIMIT; i++)
        text_add_char(&big, 'A');
    text_add(&big, ".AAAA.AAAA");
    assert_status(read_exact(span_of(text_string(&big)), JWS_POLICY_LIMIT, JWS_SIGNED_ONLY, &jws),
                  "TOKEN_TOO_LARGE");
    text_free(&big);
}

static void an_unsecured_token_passes_only_where_it_is_asked_for(void **state)
{
    struct text token = { 0 };
    struct jws jws = { 0 };

    (void)state;
    assert_status(jws_write(NULL, span_of("{\"a\":1}"), &token, NULL), "OK");
    assert_string_equal(text_string(&token), "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJhIjoxfQ.");
    assert_status(read_exact(span_of(text_string(&token)), 1000, JWS_SIGNED_ONLY, &jws),
                  "TOKEN_UNSIGNED");
    assert_status(read_exact(span_of(text_string(&token)), 1000, JWS_UNSIGNED_ALLOWED, &jws), "OK");
    assert_false(jws.is_signed);
    assert_string_equal(jws.signature, "");
    assert_string_equal((char *)jws.payload, "{\"a\":1}");
    assert_status(jws_check_signer(&jws, &jws.key, 1, NULL), "TOKEN_UNSIGNED");
    jws_free(&jws);
    text_add(&token, "AAAA");
    assert_status(read_exact(span_of(text_string(&token)), 1000, JWS_UNSIGNED_ALLOWED, &jws),
                  "TOKEN_PARTS");
    text_free(&token);
}

/* The header of the token at hand, as it should be for key: Intel's form, byte for byte. */
static void assert_header(const char *token, const struct es384_key *key)
{
    char *header = make_header("{\"alg\":\"ES384\",\"jwk\":\"%s\",\"typ\":\"JWT\"}", key);
    struct text encoded = { 0 };

    base64_encode(&encoded, BASE64_URL, header, strlen(header));
    text_add_char(&encoded, '.');
    assert_true(strlen(token) > encoded.length);
    assert_memory_equal(token, text_string(&encoded), encoded.length);
    text_free(&encoded);
    free(header);
}

static void headers_are_those_of_intels_signer(void **state)
{
    struct es384_signer *signer = NULL;
    struct text token = { 0 };
    struct jws jws = { 0 };

    (void)state;
    assert_status(read_exact(span_of(vector_token), JWS_POLICY_LIMIT, JWS_SIGNED_ONLY, &jws), "OK");
    assert_header(vector_token, &jws.key); /* so this is Intel's form */
    assert_status(es384_signer_new(&signer, NULL), "OK");
    assert_status(jws_write(signer, span_of("{}"), &token, NULL), "OK");
    assert_header(text_string(&token), es384_signer_key(signer));
    jws_free(&jws);
    text_free(&token);
    es384_signer_free(signer);
}

/* 300 keys: about two of them have a coordinate that begins with a zero byte. */
static void what_is_written_is_read_again_whatever_the_key(void **state)
{
    unsigned short_coordinates = 0;

    (void)state;
    for (unsigned i = 0; i < 300; i++) {
        struct es384_signer *signer = NULL;
        struct text token = { 0 };
        struct jws jws = { 0 };

        assert_status(es384_signer_new(&signer, NULL), "OK");
        short_coordinates += es384_signer_key(signer)->x[0] == 0;
        short_coordinates += es384_signer_key(signer)->y[0] == 0;
        assert_status(jws_write(signer, span_of("{\"n\":\"/\"}"), &token, NULL), "OK");
        assert_null(strchr(text_string(&token), '\n'));
        assert_status(read_exact(span_of(text_string(&token)), 2000, JWS_SIGNED_ONLY, &jws), "OK");
        assert_true(es384_key_equal(&jws.key, es384_signer_key(signer)));
        assert_string_equal((char *)jws.payload, "{\"n\":\"/\"}");
        jws_free(&jws);
        text_free(&token);
        es384_signer_free(signer);
    }
    print_message("#  %u coordinates began with a zero byte\n", short_coordinates);
}

static void times_in_the_claims_are_honoured_without_leeway(void **state)
{
    static const struct {
        const char *claims;
        int64_t now;
        const char *expected;
    } cases[] = {
        { "{}", 1000, "OK" },
        { "{\"exp\":1001}", 1000, "OK" },
        { "{\"exp\":1000}", 1000, "TOKEN_EXPIRED" },
        { "{\"exp\":1000.5}", 1000, "OK" },
        { "{\"exp\":1e3}", 1000, "TOKEN_EXPIRED" },
        { "{\"exp\":\"1001\"}", 1000, "TOKEN_PAYLOAD_BAD" },
        { "{\"exp\":null}", 1000, "TOKEN_PAYLOAD_BAD" },
        { "{\"nbf\":1000}", 1000, "OK" },
        { "{\"nbf\":1001}", 1000, "TOKEN_NOT_YET_VALID" },
        { "{\"iat\":1001}", 1000, "TOKEN_NOT_YET_VALID" },
        { "{\"iat\":-5,\"nbf\":0,\"exp\":2000}", 1000, "OK" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct json *json = NULL;
        struct json_reader reader = { .bad = TDX_JSON_BAD };
        struct json_place root;

        assert_status(json_parse(span_of(cases[i].claims), 4, &json, NULL), "OK");
        reader.json = json;
        root = json_root(&reader);
        print_message("#  %s\n", cases[i].claims);
        assert_status(jws_check_times(&root, cases[i].now, NULL), cases[i].expected);
        json_free(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_token_of_intels_signer),
        cmocka_unit_test(every_form_of_header_gets_its_own_answer),
        cmocka_unit_test(an_altered_token_is_refused_by_name),
        cmocka_unit_test(a_payload_that_is_not_canonical_is_refused_though_signed),
        cmocka_unit_test(flipping_any_bit_or_cutting_anywhere_never_passes),
        cmocka_unit_test(sizes_are_bounded),
        cmocka_unit_test(an_unsecured_token_passes_only_where_it_is_asked_for),
        cmocka_unit_test(headers_are_those_of_intels_signer),
        cmocka_unit_test(what_is_written_is_read_again_whatever_the_key),
        cmocka_unit_test(times_in_the_claims_are_honoured_without_leeway),
    };

    return cmocka_run_group_tests_name("jws", tests, NULL, NULL);
}
