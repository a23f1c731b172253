/* SPDX-License-Identifier: Apache-2.0 */
/* Appraisal policies as Intel's appraisal engine reads them, from a JSON file or a signed token.
 *
 *     { "policy_array": [ { "environment": { "class_id": UUID, "description": TEXT },
 *                           "reference":   { FIELD: VALUE, ... } }, ... ] }
 *
 * A token (jws.h) holds that text as the string "policy_payload". Source of the rules: appraisal
 * notes sections 1 and 2. Stricter than Intel's engine where that is lax: a repeated name (other
 * than one that starts with '#'), text after the value, and two policies for one class are refused;
 * fields that cannot have an effect are told by policy_lint().
 * Values of measurements are hexadecimal, byte-reversed, as Intel's engine prints them. */
#ifndef CORE_APPRAISE_POLICY_H
#define CORE_APPRAISE_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/appraise/jws.h"
#include "core/base/bytes.h"
#include "core/base/json.h"
#include "core/base/status.h"

#define POLICY_TEXT_LIMIT  ((size_t)1 << 20) /* bytes of a policy file */
#define POLICY_SOURCES_MAX 16                /* files */
#define POLICY_ITEMS_MAX   32                /* policies of one file */
#define POLICY_SIGNERS_MAX 16                /* keys that may sign policies */

/* What a policy speaks of. */
enum policy_class {
    POLICY_SGX_PLATFORM,
    POLICY_ENCLAVE,
    POLICY_TDX10_PLATFORM,
    POLICY_TDX15_PLATFORM,
    POLICY_TD_QE,
    POLICY_TD10,
    POLICY_TD15,
    POLICY_CLASS_COUNT
};

/* The UUID, in lower case as the engine compares it. */
const char *policy_class_id(enum policy_class class);
/* "TDX 1.5 platform", "TD quoting enclave", "TDX 1.5 application TD", ... */
const char *policy_class_words(enum policy_class class);
bool policy_class_parse(struct span id, enum policy_class *ret) TDX_MUST_CHECK;

/* A file that was read; opaque but for what policy_source_ gives. */
struct policy_source;

struct policy {
    enum policy_class class;
    const struct policy_source *source;
    struct json_place item;      /* the whole of it */
    struct json_place reference; /* an object, or not present */
};

const char *policy_source_name(
    const struct policy_source *source); /* as given to policy_set_add() */
/* The token the policies came in; is_signed is false for a plain file and for built-in ones. */
const struct jws *policy_source_token(const struct policy_source *source);

/* Policies of several files, at most one for each class. */
struct policy_set {
    size_t source_count;
    struct policy_source *source[POLICY_SOURCES_MAX];
    const struct policy *of_class[POLICY_CLASS_COUNT]; /* NULL: none */
};

/* Initialise a set with { 0 }; release it with policy_set_clear(). */
void policy_set_clear(struct policy_set *set);

/* Reads the content of a file, a token or the JSON itself, and adds its policies. A token's
 * signature must hold for the key it carries; whose key that is decides policy_set_check_signers().
 * now: seconds since 1970, for exp, nbf and iat. Keeps a copy of content; name is for messages.
 * Returns TDX_OK; or what jws_read() gives, TOKEN_PAYLOAD_BAD, TOKEN_EXPIRED, TOKEN_NOT_YET_VALID,
 * JSON_BAD, JSON_DUPLICATE, POLICY_BAD, POLICY_CLASS_UNKNOWN, POLICY_CLASS_TWICE, POLICY_TOO_MANY,
 * NO_MEMORY; then the set is as it was. */
enum tdx_status policy_set_add(struct policy_set *set, const char *name, struct span content,
                               int64_t now, struct tdx_error *err) TDX_MUST_CHECK;

/* The same for a file; flags are those of file_read(). Also FILE_*. */
enum tdx_status policy_set_load(struct policy_set *set, const char *path, unsigned flags,
                                int64_t now, struct tdx_error *err) TDX_MUST_CHECK;

/* TDX_OK if every source is signed by one of the count keys; POLICY_UNSIGNED or
 * POLICY_SIGNER_UNKNOWN with the source's name. An empty set is fine. */
enum tdx_status policy_set_check_signers(const struct policy_set *set, const struct es384_key *key,
                                         size_t count, struct tdx_error *err) TDX_MUST_CHECK;

/* Adds the public keys of a file, PEM or JWK, to the *count keys that are there already; at most
 * POLICY_SIGNERS_MAX. */
enum tdx_status policy_signers_load(const char *path, unsigned flags,
                                    struct es384_key key[static POLICY_SIGNERS_MAX], size_t *count,
                                    struct tdx_error *err) TDX_MUST_CHECK;

enum policy_lint_weight {
    POLICY_LINT_NOTE,   /* worth knowing: Intel's engine does otherwise, a field has no effect */
    POLICY_LINT_BROKEN, /* as it is written a check can never hold: not to be signed */
};

/* Gets one sentence about one field. */
typedef void (*policy_lint_handler)(enum policy_lint_weight weight, const char *sentence,
                                    void *context);

/* Tells what in a policy has no effect, can never hold, or is read differently by Intel's engine;
 * for a name that looks like a misspelt field it gives the right one. */
void policy_lint(const struct policy *policy, policy_lint_handler handler, void *context);
void policy_set_lint(const struct policy_set *set, policy_lint_handler handler, void *context);

/* Appends a value of a policy without comments and white space; of repeated names the last one
 * stays, as in the results of Intel's engine. */
void policy_write_value(const struct json_place *value, struct text *out);

/* Appends the item as it stands in a result: without comments, white space and repeated names, and,
 * if it came in a token, with that token's "signature" and "signing_key". */
void policy_write_item(const struct policy *policy, struct text *out);

#endif
