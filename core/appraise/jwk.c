/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/appraise/jws.h"
#include "core/base/base64.h"
#include "core/base/span_text.h"

#define JWK_DEPTH 8

/* A string member with one of the coordinates. */
static bool coordinate(const struct json_place *object, const char *name, uint8_t *ret)
{
    struct json_place member = json_member(object, name, JSON_OPTIONAL);
    struct span string;
    size_t size = 0;

    if (json_type_of(&member) != JSON_STRING)
        return false;
    string = json_as_string(&member);
    return base64_decode((const char *)string.data, string.size, BASE64_URL, ret,
                         ES384_COORDINATE_SIZE, &size, NULL) == TDX_OK &&
           size == ES384_COORDINATE_SIZE;
}

/* Whether the member is word, or absent where that is allowed. */
static bool member_is(const struct json_place *object, const char *name, const char *word,
                      enum json_need need)
{
    struct json_place member = json_member(object, name, JSON_OPTIONAL);

    if (!json_present(&member))
        return need == JSON_OPTIONAL;
    return json_type_of(&member) == JSON_STRING && json_is(&member, word);
}

enum tdx_status jwk_read(const struct json_place *object, struct es384_key *ret,
                         struct tdx_error *err)
{
    struct json_place secret;
    struct es384_key key;

    if (json_type_of(object) != JSON_OBJECT)
        return status_fail(err, TDX_TOKEN_KEY_BAD, "jwk is not an object");
    secret = json_member(object, "d", JSON_OPTIONAL);
    if (json_present(&secret))
        return status_fail(err, TDX_TOKEN_KEY_BAD, "it holds the private key as well");
    if (!member_is(object, "kty", "EC", JSON_REQUIRED) ||
        !member_is(object, "crv", "P-384", JSON_REQUIRED))
        return status_fail(err, TDX_TOKEN_KEY_BAD, "kty is not EC or crv is not P-384");
    if (!member_is(object, "alg", "ES384", JSON_OPTIONAL) ||
        !member_is(object, "use", "sig", JSON_OPTIONAL))
        return status_fail(err, TDX_TOKEN_KEY_BAD, "alg or use does not allow ES384");
    if (!coordinate(object, "x", key.x) || !coordinate(object, "y", key.y))
        return status_fail(err, TDX_TOKEN_KEY_BAD, "x and y are not 48 bytes each");
    *ret = key;
    return TDX_OK;
}

static enum tdx_status jwk_file(struct span file, struct es384_key *ret, struct tdx_error *err)
{
    struct json *json = NULL;
    struct json_reader reader = { .bad = TDX_TOKEN_KEY_BAD, .err = err };
    struct json_place root;
    enum tdx_status status = json_parse(file, JWK_DEPTH, &json, err);

    if (status != TDX_OK)
        return status;
    reader.json = json;
    root = json_root(&reader);
    status = jwk_read(&root, ret, err);
    if (status == TDX_OK)
        status = es384_key_check(ret, err);
    json_free(json);
    return status;
}

enum tdx_status jwk_or_pem_read(struct span file, struct es384_key *ret, size_t limit,
                                size_t *ret_count, struct tdx_error *err)
{
    enum tdx_status status;

    for (size_t i = 0; i < file.size && i < ES384_PEM_LIMIT; i++) {
        if (byte_is_white(file.data[i]))
            continue;
        if (file.data[i] != '{' || limit == 0)
            break;
        status = jwk_file(file, ret, err);
        if (status == TDX_OK)
            *ret_count = 1;
        return status;
    }
    return es384_keys_parse(file, ret, limit, ret_count, err);
}

void jwk_write(const struct es384_key *key, struct text *out)
{
    text_add(out, "{\"alg\":\"ES384\",\"kty\":\"EC\",\"x\":\"");
    base64_encode(out, BASE64_URL, key->x, sizeof(key->x));
    text_add(out, "\",\"y\":\"");
    base64_encode(out, BASE64_URL, key->y, sizeof(key->y));
    text_add(out, "\",\"crv\":\"P-384\"}");
}
