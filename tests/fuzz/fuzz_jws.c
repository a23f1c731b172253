/* SPDX-License-Identifier: Apache-2.0 */
/* jws_read() and result_read(). Input: a byte of options, then a token; or, with bit 0 set, the
 * header and the payload of one, separated by a NUL, which are then encoded and signed: without
 * that a fuzzer would never get past base64 and signature. With bit 1 the payload becomes the claim
 * of a result. Bit 2: unsigned. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/appraise/result.h"
#include "core/base/base64.h"
#include "core/base/json_write.h"
#include "tests/fuzz/fuzz.h"

#define NOW INT64_C(1710400829)

/* Of the tests: openssl's. A fixed key keeps the inputs repeatable. */
static const char key_pem[] = "-----BEGIN PRIVATE KEY-----\n"
                              "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDAKaQWC4ZF5dTkzEyl3\n"
                              "eS7Hpk5IbseRTsjYcKN5PsochSnSsX37k59PsOGZ6Bi0jv6hZANiAAR8fm8xQXfp\n"
                              "E3wbAMnn+TNariZa0aqKoLqmeAzx05fBo3dm7UoXTeaFY+UkzBseabCAgi4vREBs\n"
                              "VTxW32FcoBJJNUB2AYbVXPHcK0TU3B/p/6MI3VG9fPRoEZXkhJiQGdc=\n"
                              "-----END PRIVATE KEY-----\n";

static struct es384_signer *open_key(void)
{
    static struct es384_signer *signer;

    if (signer == NULL)
        fuzz_require(es384_signer_parse((struct span){ (const uint8_t *)key_pem,
                                                       sizeof(key_pem) - 1 },
                                        &signer, NULL) == TDX_OK,
                     "the key is read");
    return signer;
}

/* The claims of a result token that holds this text. */
static void add_claims(struct text *payload, struct span text)
{
    text_add(payload, "{\"appraisal_result\":");
    json_quote(payload, text);
    text_add(payload, "}");
}

static void add_header(struct text *header, struct span given, bool is_signed)
{
    text_add_n(header, (const char *)given.data, given.size);
    if (given.size > 0)
        return;
    text_add(header, is_signed ? "{\"alg\":\"ES384\",\"jwk\":" : "{\"alg\":\"none\"}");
    if (!is_signed)
        return;
    jwk_write(es384_signer_key(open_key()), header);
    text_add(header, "}");
}

/* A token of header and payload as they are given. */
static void build(struct span header, struct span payload, unsigned options, struct text *token)
{
    bool is_signed = (options & 4) == 0;
    struct text whole = { 0 }, claims = { 0 };
    uint8_t signature[ES384_SIGNATURE_SIZE];

    add_header(&whole, header, is_signed);
    if ((options & 2) != 0)
        add_claims(&claims, payload);
    else
        text_add_n(&claims, (const char *)payload.data, payload.size);
    base64_encode(token, BASE64_URL, text_string(&whole), whole.length);
    text_add_char(token, '.');
    base64_encode(token, BASE64_URL, text_string(&claims), claims.length);
    if (is_signed)
        fuzz_require(es384_sign(open_key(), (struct span){ (uint8_t *)token->data, token->length },
                                signature, NULL) == TDX_OK,
                     "it is signed");
    text_add_char(token, '.');
    if (is_signed)
        base64_encode(token, BASE64_URL, signature, sizeof(signature));
    text_free(&whole);
    text_free(&claims);
}

static void use_result(const struct result *result)
{
    struct es384_key key = *es384_signer_key(open_key());
    uint8_t report_data[TD_REPORT_DATA_SIZE];
    struct tdx_error err[3] = { 0 };
    struct text shown = { 0 };

    fuzz_require_status(result_check(result, &err[0]), &err[0]);
    fuzz_require_status(result_check_signers(result, &key, 1, &err[1]), &err[1]);
    fuzz_require_status(result_report_data(result, report_data, &err[2]), &err[2]);
    fuzz_require(err[0].status != TDX_OK || result->overall == 1, "yes means yes");
    fuzz_require(err[0].status != TDX_OK || result->entry_count == APPRAISED_REPORTS,
                 "yes means all of it");
    json_indent(result->text, &shown);
    text_free(&shown);
}

static void run(struct span token)
{
    struct jws first = { 0 }, second = { 0 };
    struct result *result = NULL;
    struct tdx_error err[3] = { 0 };
    enum tdx_status status = jws_read(token, JWS_POLICY_LIMIT, JWS_SIGNED_ONLY, &first, &err[0]);

    fuzz_require_status(status, &err[0]);
    fuzz_require(status != TDX_OK || first.is_signed, "signed means signed");
    fuzz_require(status != TDX_OK || es384_key_check(&first.key, NULL) == TDX_OK, "by a key");
    status = jws_read(token, JWS_POLICY_LIMIT, JWS_UNSIGNED_ALLOWED, &second, &err[1]);
    fuzz_require_status(status, &err[1]);
    fuzz_require(err[0].status != TDX_OK || status == TDX_OK, "allowing more refuses no more");
    fuzz_require(status != TDX_OK || second.payload[second.payload_size] == 0, "a NUL follows");
    status = result_read(token, NOW, &result, &err[2]);
    fuzz_require_status(status, &err[2]);
    fuzz_require((status == TDX_OK) == (result != NULL), "a result, or a reason");
    if (result != NULL)
        use_result(result);
    result_free(result);
    jws_free(&first);
    jws_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul;
    struct text token = { 0 };
    uint8_t *copy;

    if (size == 0)
        return 0;
    copy = fuzz_copy(data + 1, size - 1);
    nul = size > 1 ? memchr(copy, 0, size - 1) : NULL;
    if ((data[0] & 1) == 0 || nul == NULL) {
        run((struct span){ copy, size - 1 });
    } else {
        size_t header = (size_t)(nul - copy);

        build((struct span){ copy, header }, (struct span){ nul + 1, size - header - 2 }, data[0],
              &token);
        run(text_span(&token));
        text_free(&token);
    }
    free(copy);
    return 0;
}

#define ENTRY(class_id)                                                                            \
    "{\"appraisal_result\":1,\"detailed_result\":[{\"a_check\":true}],\"policy\":{"                \
    "\"environment\":{\"class_id\":\"" class_id "\"},\"reference\":{\"accepted_tcb_status\":["     \
    "\"UpToDate\"],\"collateral_grace_period\":0}},\"report\":{\"environment\":{\"class_id\":"     \
    "\"" class_id "\"},\"measurement\":{}}}"
#define RESULT(open, close)                                                                        \
    "[{\"result\":" open "{\"overall_appraisal_result\":1,\"appraisal_check_date\":1710400829,"    \
    "\"nonce\":1,\"appraised_reports\":[" ENTRY("45b734fc-aa4e-4c3d-ad28-e43d08880e68") "," ENTRY( \
        "f708b97f-0fb2-4e6b-8b03-8a5bcd1221d3") "," ENTRY("3769258c-75e6-4bc7-8d72-"               \
                                                          "d2b0e224cad2") "]}" close "}]"

/* Unsigned but for one, which does not get as far as the signature: P-384 costs a millisecond. */
size_t fuzz_seed(unsigned number, uint8_t *out, size_t limit)
{
    static const struct {
        uint8_t options;
        const char *header, *payload;
    } seeds[] = {
        { 5, "", "{}" },
        { 7, "", RESULT("[", "]") },
        { 7, "", RESULT("", "") },
        { 1, "{\"alg\":\"none\",\"typ\":\"JWT\"}", "{\"exp\":1}" },
        { 1, "{\"alg\":\"ES384\",\"jwk\":\"{}\",\"crit\":[]}", "x" },
        { 0, "eyJhbGciOiJub25lIn0.e30.", "" },
    };
    size_t header, payload;

    if (number >= sizeof(seeds) / sizeof(seeds[0]))
        return 0;
    header = strlen(seeds[number].header);
    payload = strlen(seeds[number].payload);
    fuzz_require(header + payload + 2 <= limit, "the seed fits");
    out[0] = seeds[number].options;
    memcpy(out + 1, seeds[number].header, header);
    out[1 + header] = 0;
    memcpy(out + 2 + header, seeds[number].payload, payload);
    return header + payload + 2;
}
