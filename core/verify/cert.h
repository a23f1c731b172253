/* SPDX-License-Identifier: Apache-2.0 */
/* The X.509 certificates of Intel's SGX PKI: read by a strict reader of our own, since d2i_X509()
 * costs twice a signature check and understands far more than these certificates ever hold.
 *
 * Read is what the verifier decides on; whatever the reader does not know, it refuses: another
 * version, key type or signature algorithm than P-256 and ecdsa-with-SHA256, a repeated extension,
 * an unknown critical one. Source: RFC 5280; Intel SGX PCK Certificate and CRL Profile
 * Specification; notes sections 2.1 and 2.2. */
#ifndef CORE_VERIFY_CERT_H
#define CORE_VERIFY_CERT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/verify/p256.h"

#define CERT_SIZE_LIMIT ((size_t)16 << 10)

struct cert {
    struct span der;                          /* all of it; owned by whoever decoded it */
    struct span tbs, signature;               /* what is signed, and the DER signature over it */
    struct span issuer, subject, common_name; /* Names, and the subject's first common name */
    struct span serial;                       /* magnitude, no leading zeros */
    int64_t not_before, not_after;
    uint8_t point[P256_POINT_SIZE]; /* public key */
    bool sha256; /* signed with ecdsa-with-SHA256, the only algorithm that counts */
    bool is_ca;
    bool has_required_extensions; /* the five of notes section 2.2 */
    bool has_unknown_critical;
    struct span sgx_extension; /* the value of 1.2.840.113741.1.13.1; empty if there is none */
};

/* Reads exactly one certificate. Spans borrow from der. Returns TDX_OK and fills *ret, or bad (the
 * caller's status for a chain that cannot be read) with the part in the detail. */
enum tdx_status cert_parse(struct span der, enum tdx_status bad, struct cert *ret,
                           struct tdx_error *err) TDX_MUST_CHECK;

/* Whether the subject's common name contains this text, as Intel's library asks. */
bool cert_name_contains(const struct cert *cert, const char *text) TDX_MUST_CHECK;
/* The same for a Name that is not a subject. */
bool name_contains(struct span name, const char *text) TDX_MUST_CHECK;

/* Whether issuer's subject is cert's issuer (names only). */
bool cert_names_issuer(const struct cert *cert, const struct cert *issuer) TDX_MUST_CHECK;
bool cert_is_self_issued(const struct cert *cert) TDX_MUST_CHECK;

/* Whether the key signed the certificate. */
bool cert_signed_by(const struct cert *cert, const struct p256_key *key) TDX_MUST_CHECK;

#endif
