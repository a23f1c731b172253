/* SPDX-License-Identifier: Apache-2.0 */
/* The appraisal result: what an appraisal prints and what a relying party reads.
 *
 *     [ { "result": { "overall_appraisal_result": 1, "appraised_reports": [ ... ], ... } } ]
 *
 * That is the shape of DCAP 1.20 and 1.21; from 1.22 on "result" is an array of one such object,
 * certification_data has one wrapper less, and quote_hash is there. A token holds that text as the
 * string "appraisal_result". Without a signing key it is unsecured (alg none), as Intel's library
 * makes it: then it is worth what the channel is worth that it came through.
 * Source: appraisal notes sections 3 and 5. */
#ifndef CORE_APPRAISE_RESULT_H
#define CORE_APPRAISE_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/appraise/appraise.h"
#include "core/appraise/jws.h"
#include "core/base/json.h"
#include "core/verify/collateral.h"

#define RESULT_NONCE_LIMIT UINT64_C(1000000000000000) /* nonces are below it */
#define RESULT_ENTRIES_MAX 16

enum result_schema {
    RESULT_SCHEMA_120, /* "1.20", "1.21": the default */
    RESULT_SCHEMA_122, /* "1.22" to "1.25" */
};

bool result_schema_parse(const char *word, enum result_schema *ret) TDX_MUST_CHECK;

struct result_request {
    const struct appraisal *appraisal;
    const struct collateral *collateral; /* what the quote was verified with */
    enum result_schema schema;
    uint64_t nonce; /* random, of the caller's making; proves nothing to a relying party */
};

/* Appends the JSON, compact. Returns TDX_OK or NO_MEMORY. */
enum tdx_status result_write(const struct result_request *request, struct text *out,
                             struct tdx_error *err) TDX_MUST_CHECK;

/* Appends the token, without a line end. signer NULL: unsecured. */
enum tdx_status result_write_token(const struct result_request *request,
                                   const struct es384_signer *signer, struct text *out,
                                   struct tdx_error *err) TDX_MUST_CHECK;

/* One of appraised_reports. Places are within the result. */
struct result_entry {
    enum policy_class class; /* of the report, and of the policy */
    int result;
    struct json_place policy, report, measurement, details;
    bool has_key; /* the policy came in a token signed by key */
    struct es384_key key;
    struct span signature; /* third part of that token; empty if it has none */
};

/* A result token that was read. Made by result_read(), released with result_free(). */
struct result {
    struct jws token;
    struct json *claims, *json;
    struct json_reader reader;
    struct json_place root, body; /* the array; the object with the verdict */
    struct span text;             /* the JSON, as it stands in the token */
    enum result_schema schema;
    int overall;
    int64_t check_date; /* seconds since 1970 */
    size_t entry_count;
    struct result_entry entry[RESULT_ENTRIES_MAX];
};

/* Reads a token, of either shape, signed or not (result->token.is_signed); a signature that is
 * there must hold. now: for exp, nbf and iat. Returns TDX_OK and *ret, or what jws_read() gives,
 * TOKEN_PAYLOAD_BAD, TOKEN_EXPIRED, TOKEN_NOT_YET_VALID, JSON_BAD, JSON_DUPLICATE, RESULT_BAD. */
enum tdx_status result_read(struct span token, int64_t now, struct result **ret,
                            struct tdx_error *err) TDX_MUST_CHECK;
void result_free(struct result *result); /* NULL is fine */

/* What a relying party has to look at (section 5.2): the overall verdict is 1; platform, QE and TD
 * of one generation are there exactly once, each with verdict 1 and no check that is false.
 * Returns TDX_OK, RESULT_REFUSED or RESULT_INCOMPLETE. */
enum tdx_status result_check(const struct result *result, struct tdx_error *err) TDX_MUST_CHECK;

/* Every policy is signed by one of the keys. A policy for platform or QE without a signature passes
 * if it says what Intel's built-in strict one says; a TD's must be signed.
 * Returns TDX_OK, POLICY_UNSIGNED or POLICY_SIGNER_UNKNOWN. */
enum tdx_status result_check_signers(const struct result *result, const struct es384_key *key,
                                     size_t count, struct tdx_error *err) TDX_MUST_CHECK;

/* Every policy of the set was applied to the report of its class: same signature text, same key.
 * Returns TDX_OK, RESULT_INCOMPLETE (no such report) or POLICY_SIGNER_UNKNOWN (another policy). */
enum tdx_status result_check_policies(const struct result *result, const struct policy_set *set,
                                      struct tdx_error *err) TDX_MUST_CHECK;

/* The TD's report_data in memory order. Returns TDX_OK or RESULT_BAD (there is no TD, or two). */
enum tdx_status result_report_data(const struct result *result,
                                   uint8_t ret[static TD_REPORT_DATA_SIZE], struct tdx_error *err)
    TDX_MUST_CHECK;

#endif
