/* SPDX-License-Identifier: Apache-2.0 */
#include "core/collateral/pcs_answer.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/base64.h"
#include "core/base/hex.h"
#include "core/base/json.h"
#include "core/base/span_text.h"
#include "core/verify/collateral.h"

#define CHAIN_CERTIFICATES 2 /* the signing certificate and the root */
#define CERTIFICATE_BEGIN  "-----BEGIN CERTIFICATE-----"
#define CRL_BEGIN          "-----BEGIN X509 CRL-----"
#define CRL_END            "-----END X509 CRL-----"
#define DER_SEQUENCE       0x30
#define ENVELOPE_DEPTH     32 /* what Intel's verifier reads, quote-verification notes 3.2 */

static enum tdx_status bad_chain(struct tdx_error *err, const char *why)
{
    return status_fail(err, TDX_PCS_CHAIN_BAD, "%s", why);
}

static unsigned count_of(const char *text, const char *part)
{
    unsigned count = 0;

    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
        count++;
    return count;
}

enum tdx_status pcs_chain_decode(const char *value, size_t length, struct text *out,
                                 struct tdx_error *err)
{
    struct text pem = { .limit = COLLATERAL_CHAIN_LIMIT };
    enum tdx_status status = TDX_OK;
    unsigned certificates;

    for (size_t i = 0; status == TDX_OK && i < length; i++) {
        char character = value[i];

        if (character == '%') {
            int high = i + 2 < length ? hex_digit(value[i + 1]) : -1;
            int low = i + 2 < length ? hex_digit(value[i + 2]) : -1;

            if (high < 0 || low < 0) {
                status = bad_chain(err, "'%' without two hexadecimal digits");
                break;
            }
            character = (char)(high * 16 + low);
            i += 2;
        }
        if ((character < ' ' || character > '~') && character != '\n' && character != '\r')
            status = bad_chain(err, "it is not text");
        else
            text_add_char(&pem, character);
    }
    if (status == TDX_OK && !text_ok(&pem))
        status = bad_chain(err, "it is too long");
    certificates = count_of(text_string(&pem), CERTIFICATE_BEGIN);
    if (status == TDX_OK && certificates != CHAIN_CERTIFICATES)
        status = status_fail(err, TDX_PCS_CHAIN_BAD, "it has %u certificates, not 2", certificates);
    if (status == TDX_OK) {
        text_add_n(out, text_string(&pem), pem.length);
        if (!text_ok(out))
            status = status_fail(err, TDX_NO_MEMORY, "issuer chain");
    }
    text_free(&pem);
    return status;
}

/* --- CRLs ------------------------------------------------------------------------------------- */

/* The base64 between the two lines, without its line ends, as canonical base64. */
static enum tdx_status pem_to_der(struct span body, uint8_t *der, size_t limit, size_t *ret_size,
                                  struct tdx_error *err)
{
    struct text base64 = { 0 };
    const uint8_t *end;
    enum tdx_status status = TDX_PCS_CONTENT_BAD;

    span_skip(&body, strlen(CRL_BEGIN));
    end = memmem(body.data, body.size, CRL_END, strlen(CRL_END));
    if (end == NULL || (size_t)(end - body.data) + strlen(CRL_END) != body.size) {
        (void)status_fail(err, status, "the CRL's PEM does not end where it should");
        goto done;
    }
    for (const uint8_t *at = body.data; at < end; at++)
        if (!byte_is_white(*at))
            text_add_char(&base64, (char)*at);
    if (!text_ok(&base64))
        status = status_fail(err, TDX_NO_MEMORY, "CRL");
    else if (base64_decode(text_string(&base64), base64.length, BASE64_STANDARD, der, limit,
                           ret_size, NULL) != TDX_OK)
        (void)status_fail(err, status, "the CRL's PEM is not base64");
    else
        status = TDX_OK;
done:
    text_free(&base64);
    return status;
}

/* One SEQUENCE that fills all size bytes: text that happens to begin with '0' (0x30) is none. */
static bool is_sequence(const uint8_t *der, size_t size)
{
    size_t length, head = 2;

    if (size < 2 || der[0] != DER_SEQUENCE)
        return false;
    length = der[1];
    if (length >= 0x80) {
        size_t octets = length & 0x7f;

        if (octets == 0 || octets > 4 || size < 2 + octets)
            return false;
        length = 0;
        for (size_t i = 0; i < octets; i++)
            length = length << 8 | der[2 + i];
        head += octets;
    }
    return size - head == length;
}

enum tdx_status pcs_crl_decode(struct span body, struct text *out, struct tdx_error *err)
{
    struct span text = body;
    uint8_t *der = NULL;
    size_t size = 0;
    enum tdx_status status = TDX_OK;

    while (text.size > 0 && byte_is_white(text.data[text.size - 1]))
        text.size--;
    /* Either encoding is longer than what it stands for, and DER is copied. */
    der = malloc(body.size + 4);
    if (der == NULL)
        return status_fail(err, TDX_NO_MEMORY, "CRL");
    if (span_begins(text, CRL_BEGIN)) {
        status = pem_to_der(text, der, body.size + 4, &size, err);
    } else if (text.size > 0 && hex_decode((const char *)text.data, text.size, der, body.size,
                                           &size, NULL) == TDX_OK) {
        /* a PCCS that was not asked for DER, or does not know how to give it */
    } else if (body.size > 0) {
        memcpy(der, body.data, body.size);
        size = body.size;
    }
    if (status == TDX_OK && !is_sequence(der, size))
        status = status_fail(err, TDX_PCS_CONTENT_BAD, "%zu bytes that are no CRL", body.size);
    if (status == TDX_OK) {
        text_add_n(out, (const char *)der, size);
        if (!text_ok(out))
            status = status_fail(err, TDX_NO_MEMORY, "CRL");
    }
    free(der);
    return status;
}

/* --- signed JSON ------------------------------------------------------------------------------ */

enum tdx_status pcs_envelope_split(struct span body, const char *member, struct span *ret_object,
                                   uint8_t ret_signature[static 64], struct tdx_error *err)
{
    struct json *json = NULL;
    struct json_reader reader = { .bad = TDX_PCS_CONTENT_BAD, .err = err };
    struct json_place root, object;
    struct tdx_error why = { 0 };
    uint8_t signature[64];
    struct span text = { 0 };
    enum tdx_status status = json_parse(body, ENVELOPE_DEPTH, &json, &why);

    if (status != TDX_OK)
        return status_fail(err, status == TDX_NO_MEMORY ? status : TDX_PCS_CONTENT_BAD, "%s",
                           why.detail);
    reader.json = json;
    root = json_root(&reader);
    object = json_object(&root, member, JSON_REQUIRED);
    json_hex(&root, "signature", signature, sizeof(signature));
    text = json_raw(&object); /* a part of body, which outlives json */
    status = reader.status;
    json_free(json);
    if (status != TDX_OK)
        return status;
    *ret_object = text;
    memcpy(ret_signature, signature, sizeof(signature));
    return TDX_OK;
}
