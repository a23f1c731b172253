/* SPDX-License-Identifier: Apache-2.0 */
#include "core/appraise/result.h"

#include <string.h>

#include "core/base/base64.h"
#include "core/base/hex.h"
#include "core/base/json_write.h"

#define NANOSECONDS INT64_C(1000000000)
#define PEM_LINE    64
#define ISSUER      "quote appraisal entity" /* of the token, from 1.22 on */

bool result_schema_parse(const char *word, enum result_schema *ret)
{
    static const struct {
        const char *word;
        enum result_schema schema;
    } words[] = {
        { "1.20", RESULT_SCHEMA_120 }, { "1.21", RESULT_SCHEMA_120 }, { "1.22", RESULT_SCHEMA_122 },
        { "1.23", RESULT_SCHEMA_122 }, { "1.24", RESULT_SCHEMA_122 }, { "1.25", RESULT_SCHEMA_122 },
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(word, words[i].word) == 0) {
            *ret = words[i].schema;
            return true;
        }
    return false;
}

static void put_base64(struct json_writer *out, const char *name, struct span data)
{
    struct text raw = { 0 };

    text_add_char(&raw, '"');
    base64_encode(&raw, BASE64_STANDARD, data.data, data.size);
    text_add_char(&raw, '"');
    json_put_raw(out, name, text_span(&raw));
    out->text->failed |= !text_ok(&raw);
    text_free(&raw);
}

static void put_base64_text(struct json_writer *out, const char *name, const struct text *text)
{
    put_base64(out, name, text_span(text));
    out->text->failed |= !text_ok(text);
}

static bool is_der(struct span crl)
{
    return crl.size > 2 && crl.data[0] == 0x30 && crl.data[1] >= 0x80;
}

/* The forms in which Intel's provider hands out the two CRLs: PEM, and DER as hexadecimal text. */
static void put_pem_crl(struct json_writer *out, const char *name, struct span crl)
{
    struct text lines = { 0 }, pem = { 0 };

    if (!is_der(crl)) {
        put_base64(out, name, crl);
        return;
    }
    base64_encode(&lines, BASE64_STANDARD, crl.data, crl.size);
    text_add(&pem, "-----BEGIN X509 CRL-----\n");
    for (size_t at = 0; at < lines.length; at += PEM_LINE) {
        size_t left = lines.length - at;

        text_add_n(&pem, text_string(&lines) + at, left < PEM_LINE ? left : PEM_LINE);
        text_add_char(&pem, '\n');
    }
    text_add(&pem, "-----END X509 CRL-----\n");
    pem.failed |= !text_ok(&lines);
    put_base64_text(out, name, &pem);
    text_free(&lines);
    text_free(&pem);
}

static void put_hex_crl(struct json_writer *out, const char *name, struct span crl)
{
    struct text hex = { 0 };

    if (!is_der(crl)) {
        put_base64(out, name, crl);
        return;
    }
    text_add_hex(&hex, crl.data, crl.size);
    put_base64_text(out, name, &hex);
    text_free(&hex);
}

/* The signed document whole, as the PCS serves it. */
static void put_signed(struct json_writer *out, const char *name, const char *member,
                       struct span document, struct span signature)
{
    struct text whole = { 0 };

    text_addf(&whole, "{\"%s\":", member);
    text_add_n(&whole, (const char *)document.data, document.size);
    text_add(&whole, ",\"signature\":\"");
    text_add_hex(&whole, signature.data, signature.size);
    text_add(&whole, "\"}");
    put_base64_text(out, name, &whole);
    text_free(&whole);
}

/* Appraisal notes section 3.6. */
static void write_certification_data(const struct result_request *request, struct json_writer *out)
{
    const struct collateral *parts = request->collateral;

    json_open(out, "certification_data", '[');
    json_open(out, NULL, '{');
    if (request->schema == RESULT_SCHEMA_120)
        json_open(out, "certification_data", '{');
    put_base64(out, "qe_identity_issuer_chain", parts->qe_identity_issuer_chain);
    put_hex_crl(out, "root_ca_crl", parts->root_ca_crl);
    put_pem_crl(out, "pck_crl", parts->pck_crl);
    put_base64(out, "pck_crl_issuer_chain", parts->pck_crl_issuer_chain);
    put_signed(out, "tcb_info", "tcbInfo", parts->tcb_info, parts->tcb_info_signature);
    put_signed(out, "qe_identity", "enclaveIdentity", parts->qe_identity,
               parts->qe_identity_signature);
    put_base64(out, "tcb_info_issuer_chain", parts->tcb_info_issuer_chain);
    if (request->schema == RESULT_SCHEMA_120)
        json_close(out, '}');
    json_close(out, '}');
    json_close(out, ']');
}

static void write_report(const struct appraisal *appraisal, const struct appraised_report *report,
                         struct json_writer *out)
{
    struct text policy = { 0 };

    json_open(out, NULL, '{');
    json_put_int(out, "appraisal_result", report->result);
    json_open(out, "detailed_result", '[');
    json_open(out, NULL, '{');
    for (size_t i = 0; i < report->checks.count; i++)
        json_put_bool(out, report->checks.check[i].name, report->checks.check[i].held);
    json_close(out, '}');
    json_close(out, ']');
    policy_write_item(report->policy, &policy);
    json_put_raw(out, "policy", text_span(&policy));
    out->text->failed |= !text_ok(&policy);
    text_free(&policy);
    if (report->class == POLICY_TD_QE)
        measurement_write_qe(&appraisal->measurement, "report", out);
    else if (report->class == appraisal->measurement.td_class)
        measurement_write_td(&appraisal->measurement, "report", out);
    else
        measurement_write_platform(&appraisal->measurement, "report", out);
    json_close(out, '}');
}

static void write_quote_hash(const struct measurement *measurement, struct json_writer *out)
{
    char hex[HEX_TEXT_SIZE(QUOTE_HASH_SIZE)];

    measurement_hex(measurement->quote_hash, QUOTE_HASH_SIZE, hex);
    json_open(out, "quote_hash", '[');
    json_open(out, NULL, '{');
    json_put_string(out, "quote_hash", hex);
    json_put_string(out, "algo", "SHA384");
    json_close(out, '}');
    json_close(out, ']');
}

enum tdx_status result_write(const struct result_request *request, struct text *text,
                             struct tdx_error *err)
{
    const struct appraisal *appraisal = request->appraisal;
    struct json_writer out = { .text = text };

    json_open(&out, NULL, '[');
    json_open(&out, NULL, '{');
    if (request->schema == RESULT_SCHEMA_122) {
        json_open(&out, "result", '[');
        json_open(&out, NULL, '{');
    } else {
        json_open(&out, "result", '{');
    }
    json_put_int(&out, "overall_appraisal_result", appraisal->overall);
    json_put_int(&out, "appraisal_check_date", appraisal->now * NANOSECONDS);
    json_put_uint(&out, "nonce", request->nonce % RESULT_NONCE_LIMIT);
    json_open(&out, "appraised_reports", '[');
    for (size_t i = 0; i < APPRAISED_REPORTS; i++)
        write_report(appraisal, &appraisal->report[i], &out);
    json_close(&out, ']');
    write_certification_data(request, &out);
    if (request->schema == RESULT_SCHEMA_122)
        write_quote_hash(&appraisal->measurement, &out);
    json_close(&out, '}');
    if (request->schema == RESULT_SCHEMA_122)
        json_close(&out, ']');
    json_close(&out, '}');
    json_close(&out, ']');
    return text_ok(text) ? TDX_OK : status_fail(err, TDX_NO_MEMORY, "an appraisal result");
}

enum tdx_status result_write_token(const struct result_request *request,
                                   const struct es384_signer *signer, struct text *out,
                                   struct tdx_error *err)
{
    struct text json = { 0 }, payload = { 0 };
    struct json_writer claims = { .text = &payload };
    enum tdx_status status = result_write(request, &json, err);

    if (status != TDX_OK)
        goto done;
    json_open(&claims, NULL, '{');
    json_put_bytes(&claims, "appraisal_result", text_span(&json));
    if (request->schema == RESULT_SCHEMA_122)
        json_put_string(&claims, "iss", ISSUER);
    json_close(&claims, '}');
    if (!text_ok(&payload)) {
        status = status_fail(err, TDX_NO_MEMORY, "an appraisal result");
        goto done;
    }
    status = jws_write(signer, text_span(&payload), out, err);
done:
    text_free(&json);
    text_free(&payload);
    return status;
}
