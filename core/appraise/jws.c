/* SPDX-License-Identifier: Apache-2.0 */
#include "core/appraise/jws.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/base64.h"
#include "core/base/json_write.h"

#define HEADER_DEPTH 8
#define PARTS        3

struct parts {
    struct span part[PARTS];
    struct span signing_input; /* header "." payload */
};

void jws_free(struct jws *jws)
{
    if (jws == NULL)
        return;
    free(jws->payload);
    *jws = (struct jws){ 0 };
}

static enum tdx_status split(struct span token, struct parts *ret, struct tdx_error *err)
{
    const uint8_t *from = token.data, *end = token.data + token.size;

    for (size_t i = 0; i < PARTS; i++) {
        const uint8_t *dot = memchr(from, '.', (size_t)(end - from));

        if ((dot == NULL) != (i == PARTS - 1))
            return status_fail(err, TDX_TOKEN_PARTS, "%s",
                               dot == NULL ? "there are fewer" : "there are more");
        if (dot == NULL)
            dot = end;
        ret->part[i] = (struct span){ from, (size_t)(dot - from) };
        from = dot < end ? dot + 1 : end;
    }
    ret->signing_input = (struct span){ token.data, ret->part[0].size + 1 + ret->part[1].size };
    if (ret->part[0].size == 0 || ret->part[1].size == 0)
        return status_fail(err, TDX_TOKEN_PARTS, "header or payload is empty");
    return TDX_OK;
}

/* The bytes of a part, allocated, with a NUL behind them. */
static enum tdx_status decode(struct span part, const char *name, uint8_t **ret, size_t *ret_size,
                              struct tdx_error *err)
{
    struct tdx_error why = { 0 };
    size_t limit = BASE64_BYTES(part.size);
    uint8_t *bytes = malloc(limit + 1);

    if (bytes == NULL)
        return status_fail(err, TDX_NO_MEMORY, "the %s of a token", name);
    if (base64_decode((const char *)part.data, part.size, BASE64_URL, bytes, limit, ret_size,
                      &why) != TDX_OK) {
        free(bytes);
        return status_fail(err, TDX_TOKEN_BASE64, "its %s: %s", name, why.detail);
    }
    bytes[*ret_size] = '\0';
    *ret = bytes;
    return TDX_OK;
}

/* Intel's form: the JWK's text within a string. */
static enum tdx_status key_from_string(struct span text, struct es384_key *ret,
                                       struct tdx_error *err)
{
    struct json *json = NULL;
    struct json_reader reader = { .bad = TDX_TOKEN_KEY_BAD, .err = err };
    struct tdx_error why = { 0 };
    struct json_place root;
    enum tdx_status status = json_parse(text, HEADER_DEPTH, &json, &why);

    if (status == TDX_JSON_BAD)
        return status_fail(err, TDX_TOKEN_KEY_BAD, "the text within jwk: %s", why.detail);
    if (status != TDX_OK)
        return status_fail(err, status, "jwk: %s", why.detail);
    reader.json = json;
    root = json_root(&reader);
    status = jwk_read(&root, ret, err);
    json_free(json);
    return status;
}

/* RFC 7515 section 4.1.9 leaves the type's case open and wants none of it; Intel wants one. */
static enum tdx_status check_type(const struct json_place *header, struct tdx_error *err)
{
    struct json_place type = json_member(header, "typ", JSON_OPTIONAL);
    struct span word;

    if (!json_present(&type))
        return TDX_OK;
    if (json_type_of(&type) == JSON_STRING) {
        word = json_as_string(&type);
        if (word.size == 3 && (strncasecmp((const char *)word.data, "JWT", 3) == 0 ||
                               strncasecmp((const char *)word.data, "JWS", 3) == 0))
            return TDX_OK;
    }
    return status_fail(err, TDX_TOKEN_TYPE, "typ");
}

static enum tdx_status header_members(const struct json_place *header, enum jws_rule rule,
                                      struct jws *jws, struct tdx_error *err)
{
    struct json_place critical = json_member(header, "crit", JSON_OPTIONAL);
    struct json_place algorithm = json_member(header, "alg", JSON_OPTIONAL);
    struct json_place key = json_member(header, "jwk", JSON_OPTIONAL);
    char quoted[64];
    struct span word;
    enum tdx_status status;

    if (json_present(&critical))
        return status_fail(err, TDX_TOKEN_CRITICAL, "header member crit");
    if (json_type_of(&algorithm) != JSON_STRING)
        return status_fail(err, TDX_TOKEN_HEADER_BAD, "alg is missing or no string");
    word = json_as_string(&algorithm);
    jws->is_signed = !json_is(&algorithm, "none");
    if (!jws->is_signed && rule != JWS_UNSIGNED_ALLOWED)
        return status_fail(err, TDX_TOKEN_UNSIGNED, "alg is none");
    if (jws->is_signed && !json_is(&algorithm, "ES384"))
        return status_fail(err, TDX_TOKEN_ALGORITHM, "alg is \"%s\"",
                           text_quote(word.data, word.size, quoted, sizeof(quoted)));
    status = check_type(header, err);
    if (status != TDX_OK || !jws->is_signed)
        return status;
    if (json_type_of(&key) == JSON_STRING)
        return key_from_string(json_as_string(&key), &jws->key, err);
    if (!json_present(&key))
        return status_fail(err, TDX_TOKEN_KEY_BAD, "the header has no jwk");
    return jwk_read(&key, &jws->key, err);
}

static enum tdx_status read_header(struct span part, enum jws_rule rule, struct jws *jws,
                                   struct tdx_error *err)
{
    enum tdx_status status;
    struct json *json = NULL;
    struct json_reader reader = { .bad = TDX_TOKEN_HEADER_BAD, .err = err };
    struct tdx_error why = { 0 };
    struct json_place root;
    uint8_t *text = NULL;
    size_t size = 0;

    if (part.size > JWS_HEADER_LIMIT)
        return status_fail(err, TDX_TOKEN_TOO_LARGE, "the header has %zu characters", part.size);
    status = decode(part, "header", &text, &size, err);
    if (status != TDX_OK)
        return status;
    status = json_parse((struct span){ text, size }, HEADER_DEPTH, &json, &why);
    if (status != TDX_OK) {
        status = status_fail(err, status == TDX_JSON_BAD ? TDX_TOKEN_HEADER_BAD : status,
                             "the header: %s", why.detail);
        goto done;
    }
    reader.json = json;
    root = json_root(&reader);
    if (json_type_of(&root) != JSON_OBJECT)
        status = status_fail(err, TDX_TOKEN_HEADER_BAD, "it is not an object");
    else
        status = header_members(&root, rule, jws, err);
done:
    json_free(json);
    free(text);
    return status;
}

/* Whether the third part is written as it must be; what it says is check_signature()'s matter. */
static enum tdx_status read_signature(const struct parts *parts, const struct jws *jws,
                                      uint8_t ret[static ES384_SIGNATURE_SIZE],
                                      struct tdx_error *err)
{
    uint8_t bytes[2 * ES384_SIGNATURE_SIZE];
    struct span text = parts->part[2];
    struct tdx_error why = { 0 };
    size_t size = 0;

    if (!jws->is_signed)
        return text.size == 0
                   ? TDX_OK
                   : status_fail(err, TDX_TOKEN_PARTS, "alg is none, but a signature follows");
    if (text.size > JWS_SIGNATURE_TEXT + JWS_SIGNATURE_TEXT / 2)
        return status_fail(err, TDX_TOKEN_SIGNATURE_BAD, "it has %zu characters, not %d", text.size,
                           JWS_SIGNATURE_TEXT);
    if (base64_decode((const char *)text.data, text.size, BASE64_URL, bytes, sizeof(bytes), &size,
                      &why) != TDX_OK)
        return status_fail(err, TDX_TOKEN_BASE64, "its signature: %s", why.detail);
    if (size != ES384_SIGNATURE_SIZE)
        return status_fail(err, TDX_TOKEN_SIGNATURE_BAD, "it has %zu bytes, not %d", size,
                           ES384_SIGNATURE_SIZE);
    memcpy(ret, bytes, ES384_SIGNATURE_SIZE);
    return TDX_OK;
}

static enum tdx_status check_signature(const struct parts *parts,
                                       const uint8_t signature[static ES384_SIGNATURE_SIZE],
                                       struct jws *jws, struct tdx_error *err)
{
    struct tdx_error why = { 0 };
    enum tdx_status status;

    if (!jws->is_signed)
        return TDX_OK;
    status = es384_verify(&jws->key, parts->signing_input, signature, &why);
    if (status != TDX_OK)
        return status_fail(err, status == TDX_KEY_BAD ? TDX_TOKEN_KEY_BAD : status, "%s",
                           why.detail);
    memcpy(jws->signature, parts->part[2].data, JWS_SIGNATURE_TEXT);
    jws->signature[JWS_SIGNATURE_TEXT] = '\0';
    return TDX_OK;
}

enum tdx_status jws_read(struct span token, size_t limit, enum jws_rule rule, struct jws *ret,
                         struct tdx_error *err)
{
    struct jws jws = { 0 };
    uint8_t signature[ES384_SIGNATURE_SIZE] = { 0 };
    struct parts parts;
    enum tdx_status status;

    if (token.size > 0 && token.data[token.size - 1] == '\n')
        token.size--;
    if (token.size > 0 && token.data[token.size - 1] == '\r')
        token.size--;
    if (token.size == 0)
        return status_fail(err, TDX_TOKEN_PARTS, "it is empty");
    if (token.size > limit)
        return status_fail(err, TDX_TOKEN_TOO_LARGE, "it has %zu characters, the limit is %zu",
                           token.size, limit);
    status = split(token, &parts, err);
    if (status == TDX_OK)
        status = read_header(parts.part[0], rule, &jws, err);
    if (status == TDX_OK)
        status = read_signature(&parts, &jws, signature, err);
    if (status == TDX_OK)
        status = decode(parts.part[1], "payload", &jws.payload, &jws.payload_size, err);
    if (status == TDX_OK)
        status = check_signature(&parts, signature, &jws, err);
    if (status == TDX_OK)
        *ret = jws;
    else
        jws_free(&jws);
    return status;
}

enum tdx_status jws_check_signer(const struct jws *jws, const struct es384_key *key, size_t count,
                                 struct tdx_error *err)
{
    if (!jws->is_signed)
        return status_fail(err, TDX_TOKEN_UNSIGNED, "a signer is demanded");
    for (size_t i = 0; i < count; i++)
        if (es384_key_equal(&jws->key, &key[i]))
            return TDX_OK;
    return status_fail(err, TDX_TOKEN_SIGNER_UNKNOWN, "its key is none of the %zu expected", count);
}

enum tdx_status jws_check_times(const struct json_place *claims, int64_t now, struct tdx_error *err)
{
    static const struct {
        const char *name;
        bool is_end;
    } times[] = { { "exp", true }, { "nbf", false }, { "iat", false } };

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        struct json_place member = json_member(claims, times[i].name, JSON_OPTIONAL);
        double seconds;

        if (!json_present(&member))
            continue;
        if (json_type_of(&member) != JSON_NUMBER)
            return status_fail(err, TDX_TOKEN_PAYLOAD_BAD, "%s is no number", times[i].name);
        seconds = json_as_number(&member);
        if (times[i].is_end && (double)now >= seconds)
            return status_fail(err, TDX_TOKEN_EXPIRED, "exp");
        if (!times[i].is_end && (double)now < seconds)
            return status_fail(err, TDX_TOKEN_NOT_YET_VALID, "%s", times[i].name);
    }
    return TDX_OK;
}

enum tdx_status jws_write(const struct es384_signer *signer, struct span payload, struct text *out,
                          struct tdx_error *err)
{
    enum tdx_status status = TDX_NO_MEMORY;
    uint8_t signature[ES384_SIGNATURE_SIZE];
    struct text header = { 0 }, key = { 0 };
    size_t start = out->length;

    if (signer != NULL) {
        text_add(&header, "{\"alg\":\"ES384\",\"jwk\":");
        jwk_write(es384_signer_key(signer), &key);
        json_quote(&header, text_span(&key));
        text_add(&header, ",\"typ\":\"JWT\"}");
    } else {
        text_add(&header, "{\"alg\":\"none\",\"typ\":\"JWT\"}");
    }
    base64_encode(out, BASE64_URL, text_string(&header), header.length);
    text_add_char(out, '.');
    base64_encode(out, BASE64_URL, payload.data, payload.size);
    if (!text_ok(&key) || !text_ok(&header) || !text_ok(out))
        goto done;
    if (signer != NULL) {
        struct span input = { (const uint8_t *)out->data + start, out->length - start };

        status = es384_sign(signer, input, signature, err);
        if (status != TDX_OK)
            goto done;
    }
    text_add_char(out, '.');
    if (signer != NULL)
        base64_encode(out, BASE64_URL, signature, sizeof(signature));
    status = text_ok(out) ? TDX_OK : TDX_NO_MEMORY;
done:
    if (status == TDX_NO_MEMORY)
        (void)status_fail(err, status, "a token");
    text_free(&header);
    text_free(&key);
    return status;
}
