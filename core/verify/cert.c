/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify/cert.h"

#include <string.h>

#include "core/base/span_text.h"
#include "core/verify/der.h"

/* SubjectPublicKeyInfo of an uncompressed point on prime256v1, up to x (RFC 5480). */
static const uint8_t spki_head[] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                     0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                     0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04 };
/* AlgorithmIdentifier of ecdsa-with-SHA256, content: the OID and no parameters (RFC 5758). */
static const uint8_t algorithm_sha256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48,
                                            0xce, 0x3d, 0x04, 0x03, 0x02 };
static const uint8_t oid_sgx[] = { 0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01 };

/* Extensions 2.5.29.n that every certificate of this PKI has. */
enum extension {
    EXTENSION_SUBJECT_KEY_ID,
    EXTENSION_KEY_USAGE,
    EXTENSION_BASIC_CONSTRAINTS,
    EXTENSION_CRL_POINTS,
    EXTENSION_AUTHORITY_KEY_ID,
    EXTENSION_SGX,
    EXTENSION_COUNT,
};
#define EXTENSIONS_REQUIRED ((1U << EXTENSION_SGX) - 1)
#define EXTENSIONS_LIMIT    32

static const uint8_t standard_extensions[] = {
    [EXTENSION_SUBJECT_KEY_ID] = 14,    [EXTENSION_KEY_USAGE] = 15,
    [EXTENSION_BASIC_CONSTRAINTS] = 19, [EXTENSION_CRL_POINTS] = 31,
    [EXTENSION_AUTHORITY_KEY_ID] = 35,
};

static enum extension extension_of(struct span oid)
{
    if (oid.size == sizeof(oid_sgx) && memcmp(oid.data, oid_sgx, sizeof(oid_sgx)) == 0)
        return EXTENSION_SGX;
    if (oid.size == 3 && oid.data[0] == 0x55 && oid.data[1] == 0x1d)
        for (unsigned i = 0; i < sizeof(standard_extensions); i++)
            if (standard_extensions[i] == oid.data[2])
                return (enum extension)i;
    return EXTENSION_COUNT;
}

/* BasicConstraints: SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLen INTEGER OPTIONAL }. */
static bool read_is_ca(struct span value, bool *is_ca)
{
    struct bytes in = bytes_over_span(value), body = der_enter(&in, DER_SEQUENCE);

    if (der_next_is(&body, DER_BOOLEAN))
        *is_ca = der_take_boolean(&body);
    if (der_next_is(&body, DER_INTEGER))
        (void)der_take_unsigned(&body); /* chains here are fixed: three certificates, or two */
    return bytes_complete(&in) && bytes_complete(&body);
}

static bool read_extensions(struct bytes *in, struct cert *cert)
{
    struct bytes outer = der_enter(in, DER_CONTEXT_0 + 3), list = der_enter(&outer, DER_SEQUENCE);
    struct span seen[EXTENSIONS_LIMIT];
    unsigned count = 0, found = 0;

    while (bytes_ok(&list) && list.left > 0) {
        struct bytes entry = der_enter(&list, DER_SEQUENCE);
        struct span oid = der_take(&entry, DER_OID);
        bool critical = der_next_is(&entry, DER_BOOLEAN) && der_take_boolean(&entry);
        struct span value = der_take(&entry, DER_OCTET_STRING);
        enum extension extension = extension_of(oid);

        if (!bytes_complete(&entry) || count == EXTENSIONS_LIMIT)
            return false;
        for (unsigned i = 0; i < count; i++)
            if (span_equal(seen[i], oid))
                return false; /* RFC 5280 4.2: never twice */
        seen[count++] = oid;
        if (extension == EXTENSION_COUNT)
            cert->has_unknown_critical |= critical;
        else
            found |= 1U << extension;
        if (extension == EXTENSION_SGX)
            cert->sgx_extension = value;
        if (extension == EXTENSION_BASIC_CONSTRAINTS && !read_is_ca(value, &cert->is_ca))
            return false;
    }
    cert->has_required_extensions = (found & EXTENSIONS_REQUIRED) == EXTENSIONS_REQUIRED;
    return bytes_complete(&list) && bytes_complete(&outer);
}

static bool read_public_key(struct bytes *in, struct cert *cert)
{
    struct span spki = der_whole(in, DER_SEQUENCE);

    if (spki.size != sizeof(spki_head) + P256_POINT_SIZE ||
        memcmp(spki.data, spki_head, sizeof(spki_head)) != 0)
        return false;
    memcpy(cert->point, spki.data + sizeof(spki_head), P256_POINT_SIZE);
    return true;
}

/* TBSCertificate. Returns the part that is wrong, NULL if none is. *algorithm: its signature field.
 */
static const char *read_tbs(struct bytes *certificate, struct cert *cert, struct span *algorithm)
{
    struct bytes in, version, validity;

    cert->tbs = der_whole(certificate, DER_SEQUENCE);
    in = bytes_over_span(cert->tbs);
    in = der_enter(&in, DER_SEQUENCE);
    version = der_enter(&in, DER_CONTEXT_0);
    if (der_take_small(&version, DER_INTEGER, 2) != 2 || !bytes_complete(&version))
        return "version (3 is expected)";
    cert->serial = der_take_unsigned(&in);
    if (!bytes_ok(&in))
        return "serial number";
    *algorithm = der_take(&in, DER_SEQUENCE);
    cert->issuer = der_take(&in, DER_SEQUENCE);
    validity = der_enter(&in, DER_SEQUENCE);
    cert->not_before = der_take_time(&validity);
    cert->not_after = der_take_time(&validity);
    if (!bytes_complete(&validity))
        return "validity";
    cert->subject = der_take(&in, DER_SEQUENCE);
    if (!bytes_ok(&in) || !der_name_is_valid(cert->issuer) || !der_name_is_valid(cert->subject))
        return "names";
    if (!read_public_key(&in, cert))
        return "public key (P-256, uncompressed, is expected)";
    if (in.left > 0 && (!read_extensions(&in, cert) || !bytes_complete(&in)))
        return "extensions";
    return NULL;
}

enum tdx_status cert_parse(struct span der, enum tdx_status bad, struct cert *ret,
                           struct tdx_error *err)
{
    struct cert cert = { .der = der };
    struct bytes outer = bytes_over_span(der), in;
    struct span inner_algorithm, algorithm;
    const char *wrong;

    if (der.size > CERT_SIZE_LIMIT)
        return status_fail(err, bad, "a certificate has %zu bytes", der.size);
    in = der_enter(&outer, DER_SEQUENCE);
    if (!bytes_complete(&outer))
        return status_fail(err, bad, "a certificate is no single DER SEQUENCE");
    wrong = read_tbs(&in, &cert, &inner_algorithm);
    if (wrong != NULL)
        return status_fail(err, bad, "a certificate's %s", wrong);
    algorithm = der_take(&in, DER_SEQUENCE);
    cert.signature = der_take_bits(&in);
    if (!bytes_complete(&in) || !span_equal(algorithm, inner_algorithm))
        return status_fail(err, bad, "a certificate's signature");
    cert.sha256 =
        span_equal(algorithm, (struct span){ algorithm_sha256, sizeof(algorithm_sha256) });
    cert.common_name = der_common_name(cert.subject);
    *ret = cert;
    return TDX_OK;
}

bool cert_name_contains(const struct cert *cert, const char *text)
{
    return span_contains(cert->common_name, text);
}

bool name_contains(struct span name, const char *text)
{
    return span_contains(der_common_name(name), text);
}

bool cert_names_issuer(const struct cert *cert, const struct cert *issuer)
{
    return der_names_equal(cert->issuer, issuer->subject);
}

bool cert_is_self_issued(const struct cert *cert)
{
    return cert_names_issuer(cert, cert);
}

bool cert_signed_by(const struct cert *cert, const struct p256_key *key)
{
    return cert->sha256 && p256_verify_der(key, P256_SHA256, cert->tbs, cert->signature);
}
