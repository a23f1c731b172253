/* SPDX-License-Identifier: Apache-2.0 */
/* Policy and result tokens: compact JWS (RFC 7515 section 7.1), ES384 only.
 *
 *     BASE64URL(header) "." BASE64URL(payload) "." BASE64URL(signature)
 *
 * Two forms of header are in use and both are read: the RFC's, where "jwk" is an object, and that
 * of Intel's appraisal tools, where it is a string that holds the JSON of that object. Written is
 * Intel's form, since Intel's reader takes no other; the signature is the same in both.
 *
 * The key travels in the token, so a signature that holds proves that the token is whole, not who
 * made it: callers compare the key with one they expect (jws_check_signer()). */
#ifndef CORE_APPRAISE_JWS_H
#define CORE_APPRAISE_JWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/appraise/es384.h"
#include "core/base/bytes.h"
#include "core/base/json.h"
#include "core/base/status.h"
#include "core/base/text.h"

#define JWS_HEADER_LIMIT   ((size_t)16 << 10) /* characters of the first part */
#define JWS_POLICY_LIMIT   ((size_t)2 << 20)  /* of a policy token */
#define JWS_RESULT_LIMIT   ((size_t)60 << 20) /* of a result token: it carries collateral */
#define JWS_SIGNATURE_TEXT 128                /* characters of an ES384 signature */

enum jws_rule {
    JWS_SIGNED_ONLY,
    JWS_UNSIGNED_ALLOWED, /* alg none is read, too, and marked as such: is_signed is false */
};

/* A token that was read. Initialise with { 0 }; release with jws_free(). */
struct jws {
    bool is_signed;                         /* and the signature holds for key */
    struct es384_key key;                   /* if is_signed */
    char signature[JWS_SIGNATURE_TEXT + 1]; /* the third part as it stands; "" if not signed */
    uint8_t *payload; /* owned; followed by a NUL that payload_size does not count */
    size_t payload_size;
};

void jws_free(struct jws *jws); /* NULL and { 0 } are fine */

/* Reads and verifies the token, of at most limit characters; one line end after it is not counted
 * as a part of it. Everything else must be exact: three parts, canonical base64, one JSON object as
 * header without repeated names, no "crit".
 * Returns TDX_OK and fills *ret, or, with *ret untouched: TOKEN_TOO_LARGE, TOKEN_PARTS,
 * TOKEN_BASE64, TOKEN_HEADER_BAD, JSON_DUPLICATE, TOKEN_CRITICAL, TOKEN_UNSIGNED, TOKEN_ALGORITHM,
 * TOKEN_TYPE, TOKEN_KEY_BAD, TOKEN_SIGNATURE_BAD, CRYPTO_FAILED, NO_MEMORY. */
enum tdx_status jws_read(struct span token, size_t limit, enum jws_rule rule, struct jws *ret,
                         struct tdx_error *err) TDX_MUST_CHECK;

/* TDX_OK if the token is signed by one of the count keys, else TOKEN_UNSIGNED or
 * TOKEN_SIGNER_UNKNOWN. */
enum tdx_status jws_check_signer(const struct jws *jws, const struct es384_key *key, size_t count,
                                 struct tdx_error *err) TDX_MUST_CHECK;

/* Honours exp, nbf and iat (RFC 7519 section 4.1) of the claims, without leeway, where they stand;
 * now is in seconds since 1970. Returns TDX_OK, TOKEN_EXPIRED, TOKEN_NOT_YET_VALID, or
 * TOKEN_PAYLOAD_BAD where one is no number. */
enum tdx_status jws_check_times(const struct json_place *claims, int64_t now, struct tdx_error *err)
    TDX_MUST_CHECK;

/* Appends a token over payload to out, signed with signer, or unsecured (alg none, RFC 7519 section
 * 6) if signer is NULL. No line end follows it. */
enum tdx_status jws_write(const struct es384_signer *signer, struct span payload, struct text *out,
                          struct tdx_error *err) TDX_MUST_CHECK;

/* Reads a JWK (RFC 7518 section 6.2) as a public key: kty EC, crv P-384, x and y of 48 bytes each;
 * alg and use, where they stand, must allow ES384; a private member is refused. A point off the
 * curve is met by es384_verify(). Returns TDX_OK, TOKEN_KEY_BAD. */
enum tdx_status jwk_read(const struct json_place *object, struct es384_key *ret,
                         struct tdx_error *err) TDX_MUST_CHECK;

/* Reads the public keys of a file: PEM as es384_keys_parse() has it, or one JWK.
 * Returns TDX_OK, KEY_BAD, TOKEN_KEY_BAD, JSON_BAD, JSON_DUPLICATE. */
enum tdx_status jwk_or_pem_read(struct span file, struct es384_key *ret, size_t limit,
                                size_t *ret_count, struct tdx_error *err) TDX_MUST_CHECK;

/* Appends {"alg":"ES384","kty":"EC","x":"...","y":"...","crv":"P-384"}, the members in the order
 * in which Intel's signer writes them. */
void jwk_write(const struct es384_key *key, struct text *out);

#endif
