/* SPDX-License-Identifier: Apache-2.0 */
/* What a PCS or PCCS answers, turned into the parts of a bundle. Pure: bytes in, bytes out.
 * Source: pcs-api notes sections 1.4 and 2.1. */
#ifndef CORE_COLLATERAL_PCS_ANSWER_H
#define CORE_COLLATERAL_PCS_ANSWER_H

#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/base/text.h"

/* Decodes the value of an issuer chain header: URL-encoded PEM, where %XX is a byte and '+' is a
 * '+'. What comes out must be printable ASCII with line ends, and hold exactly two certificates.
 * Returns TDX_OK and appends the PEM to out, otherwise PCS_CHAIN_BAD, NO_MEMORY. */
enum tdx_status pcs_chain_decode(const char *value, size_t length, struct text *out,
                                 struct tdx_error *err) TDX_MUST_CHECK;

/* Recognises a CRL by its content, PEM, hex text of DER or DER itself, and appends its DER to out.
 * Returns TDX_OK, PCS_CONTENT_BAD, NO_MEMORY. */
enum tdx_status pcs_crl_decode(struct span body, struct text *out, struct tdx_error *err)
    TDX_MUST_CHECK;

/* Splits {"<member>":{...},"signature":"<128 hex>"}. *ret_object borrows from body: the object's
 * text byte for byte, from '{' to the matching '}'. Returns TDX_OK or PCS_CONTENT_BAD. */
enum tdx_status pcs_envelope_split(struct span body, const char *member, struct span *ret_object,
                                   uint8_t ret_signature[static 64], struct tdx_error *err)
    TDX_MUST_CHECK;

#endif
