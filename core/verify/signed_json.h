/* SPDX-License-Identifier: Apache-2.0 */
/* JSON that Intel signed: over which bytes.
 *
 * Intel signs the text as it serves it; Intel's library verifies over its own compact rewriting of
 * what it parsed. Both are the same for every genuine text. To come to the library's verdict on all
 * others too (pretty-printed copies are right, texts that were signed in another form are wrong),
 * the signature is checked over the canonical form, and values are read from the same parse.
 * Source: notes section 3.2. */
#ifndef CORE_VERIFY_SIGNED_JSON_H
#define CORE_VERIFY_SIGNED_JSON_H

#include <stdbool.h>

#include "core/base/bytes.h"
#include "core/base/json.h"
#include "core/base/text.h"

/* Objects and arrays within the signed object, itself included: 32 with the envelope around it. */
#define SIGNED_JSON_DEPTH 31

/* Initialise with { 0 }; the caller frees with signed_json_clear(). */
struct signed_json {
    struct json *json;
    struct text rewritten; /* empty where the text is canonical as it stands */
    struct span canonical; /* the bytes that the signature must be over */
};

/* Parses text, one object without its envelope. Returns TDX_OK, or bad: not JSON, a member twice,
 * nested too deeply, or a number that is not whole or beyond 64 bits; NO_MEMORY.
 * Spans borrow from text and from *ret. */
enum tdx_status signed_json_parse(struct span text, enum tdx_status bad, struct signed_json *ret,
                                  struct tdx_error *err) TDX_MUST_CHECK;
void signed_json_clear(struct signed_json *document);

/* Whether the text is in the canonical form; for tests. */
bool signed_json_is_canonical(struct span text) TDX_MUST_CHECK;

#endif
