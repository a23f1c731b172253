/* SPDX-License-Identifier: Apache-2.0 */
/* PEM blocks in a text (RFC 7468). Text before, between and after blocks is ignored, and so is
 * everything from the first NUL on. */
#ifndef CORE_VERIFY_PEM_H
#define CORE_VERIFY_PEM_H

#include <stdbool.h>

#include "core/base/bytes.h"

/* The text between the next begin and end line of this label ("CERTIFICATE"), borrowed; *text then
 * starts behind it. False where there is no further block, or one without its end (*broken). */
bool pem_next(struct span *text, const char *label, struct span *ret, bool *broken) TDX_MUST_CHECK;

/* Decodes a block's base64, in which white space may stand anywhere, into a new buffer (*ret, the
 * caller frees ret->data). Returns TDX_OK, BASE64_BAD or NO_MEMORY. */
enum tdx_status pem_decode(struct span block, struct span *ret, struct tdx_error *err)
    TDX_MUST_CHECK;

#endif
