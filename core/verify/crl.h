/* SPDX-License-Identifier: Apache-2.0 */
/* Certificate revocation lists, version 2. Source: RFC 5280 section 5; notes section 2.5. */
#ifndef CORE_VERIFY_CRL_H
#define CORE_VERIFY_CRL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/verify/cert.h"
#include "core/verify/p256.h"

struct crl {
    uint8_t *decoded; /* owned: the DER, where the input was PEM or hex; else NULL */
    struct span tbs, signature;
    struct span issuer;      /* a Name */
    enum p256_digest digest; /* of its signature algorithm, if digest_known */
    bool digest_known;
    int64_t this_update, next_update;
    uint32_t number; /* Intel's lists all carry 1: no measure of their age */
    bool has_authority_key_id, has_unknown_critical;
    struct span *serial; /* owned: magnitudes of the revoked serial numbers */
    size_t serial_count;
};

/* Reads a CRL in DER (what follows it is ignored, as Intel's library does), PEM, or hex of DER.
 * Spans borrow from text or from decoded. Returns TDX_OK and fills *ret (the caller frees with
 * crl_clear()), CRL_FORMAT (a CRL number is required, too) or NO_MEMORY. */
enum tdx_status crl_parse(struct span text, struct crl *ret, struct tdx_error *err) TDX_MUST_CHECK;
void crl_clear(struct crl *crl);

/* Checks that issuer, whose key this is, made the list: names, extensions, signature.
 * Returns TDX_OK or CRL_UNKNOWN_ISSUER, CRL_EXTENSIONS_INVALID, CRL_INVALID_SIGNATURE.
 * trusted: the signature is known to be right. */
enum tdx_status crl_check(const struct crl *crl, const struct cert *issuer,
                          const struct p256_key *key, bool trusted, struct tdx_error *err)
    TDX_MUST_CHECK;

/* Whether the list names this serial number: whatever the entry's date and reason say, and however
 * old the list is. */
bool crl_revokes(const struct crl *crl, struct span serial) TDX_MUST_CHECK;

#endif
