/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify/crl.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/hex.h"
#include "core/verify/der.h"
#include "core/verify/pem.h"

/* AlgorithmIdentifier contents: ecdsa-with-SHA256, -384, -512 (RFC 5758), no parameters. The last
 * byte is 2, 3, 4. */
static const uint8_t algorithm_head[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03 };

static const uint8_t oid_authority_key_id[] = { 0x55, 0x1d, 0x23 };
static const uint8_t oid_crl_number[] = { 0x55, 0x1d, 0x14 };

static void read_algorithm(struct span algorithm, struct crl *crl)
{
    uint8_t last = algorithm.size > 0 ? algorithm.data[algorithm.size - 1] : 0;

    crl->digest_known = algorithm.size == sizeof(algorithm_head) + 1 &&
                        memcmp(algorithm.data, algorithm_head, sizeof(algorithm_head)) == 0 &&
                        last >= 2 && last <= 4;
    if (crl->digest_known)
        crl->digest = last == 2 ? P256_SHA256 : last == 3 ? P256_SHA384 : P256_SHA512;
}

/* revokedCertificates. Entry extensions and dates do not matter here; they must be well-formed. */
static enum tdx_status read_entries(struct bytes list, struct crl *crl, struct tdx_error *err)
{
    size_t capacity = 0;

    while (bytes_ok(&list) && list.left > 0) {
        struct bytes entry = der_enter(&list, DER_SEQUENCE);
        struct span serial = der_take_unsigned(&entry);

        (void)der_take_time(&entry);
        if (der_next_is(&entry, DER_SEQUENCE))
            (void)der_take(&entry, DER_SEQUENCE);
        if (!bytes_complete(&entry))
            return status_fail(err, TDX_CRL_FORMAT, "entry %zu", crl->serial_count + 1);
        if (crl->serial_count == capacity) {
            struct span *grown;

            capacity = capacity > 0 ? 2 * capacity : 64;
            grown = realloc(crl->serial, capacity * sizeof(*grown));
            if (grown == NULL)
                return status_fail(err, TDX_NO_MEMORY, "a CRL");
            crl->serial = grown;
        }
        crl->serial[crl->serial_count++] = serial;
    }
    if (!bytes_complete(&list))
        return status_fail(err, TDX_CRL_FORMAT, "the list of entries");
    return TDX_OK;
}

static bool is_oid(struct span oid, const uint8_t known[3])
{
    return oid.size == 3 && memcmp(oid.data, known, 3) == 0;
}

static bool read_extensions(struct bytes *in, struct crl *crl)
{
    struct bytes outer = der_enter(in, DER_CONTEXT_0), list = der_enter(&outer, DER_SEQUENCE);
    unsigned numbers = 0, keys = 0;

    while (bytes_ok(&list) && list.left > 0) {
        struct bytes entry = der_enter(&list, DER_SEQUENCE), value;
        struct span oid = der_take(&entry, DER_OID);
        bool critical = der_next_is(&entry, DER_BOOLEAN) && der_take_boolean(&entry);

        value = der_enter(&entry, DER_OCTET_STRING);
        if (!bytes_complete(&entry))
            return false;
        if (is_oid(oid, oid_crl_number)) {
            numbers++;
            crl->number = der_take_small(&value, DER_INTEGER, UINT32_MAX);
            if (!bytes_complete(&value))
                return false;
        } else if (is_oid(oid, oid_authority_key_id)) {
            keys++;
        } else {
            /* A delta CRL or one of limited scope is critical (RFC 5280 5.2.4, 5.2.5). */
            crl->has_unknown_critical |= critical;
        }
    }
    crl->has_authority_key_id = keys == 1;
    return bytes_complete(&list) && bytes_complete(&outer) && numbers == 1;
}

static enum tdx_status read_tbs(struct bytes in, struct crl *crl, struct span *algorithm,
                                struct tdx_error *err)
{
    if (der_take_small(&in, DER_INTEGER, 1) != 1)
        return status_fail(err, TDX_CRL_FORMAT, "it is not of version 2");
    *algorithm = der_take(&in, DER_SEQUENCE);
    crl->issuer = der_take(&in, DER_SEQUENCE);
    crl->this_update = der_take_time(&in);
    crl->next_update = der_take_time(&in);
    if (!bytes_ok(&in))
        return status_fail(err, TDX_CRL_FORMAT, "issuer or dates");
    if (der_next_is(&in, DER_SEQUENCE)) {
        enum tdx_status status = read_entries(der_enter(&in, DER_SEQUENCE), crl, err);

        if (status != TDX_OK)
            return status;
    }
    if (!read_extensions(&in, crl) || !bytes_complete(&in))
        return status_fail(err, TDX_CRL_FORMAT, "extensions (a CRL number is required)");
    return TDX_OK;
}

/* The DER within text, which is DER already, PEM, or hex (which never starts as DER does). */
static enum tdx_status to_der(struct span text, struct span *der, uint8_t **decoded,
                              struct tdx_error *err)
{
    struct tdx_error why = { 0 };
    struct span block;
    enum tdx_status status;
    bool broken;
    size_t size = 0;

    *der = text;
    if (text.size > 0 && text.data[0] == DER_SEQUENCE)
        return TDX_OK;
    if (pem_next(&text, "X509 CRL", &block, &broken)) {
        status = pem_decode(block, der, &why);
        if (status == TDX_OK)
            *decoded = (uint8_t *)(uintptr_t)der->data; /* the buffer that pem_decode() made */
        return status == TDX_BASE64_BAD ? status_fail(err, TDX_CRL_FORMAT, "%s", why.detail)
                                        : status;
    }
    while (text.size > 0 && (text.data[text.size - 1] == '\n' || text.data[text.size - 1] == '\r'))
        text.size--;
    *decoded = malloc(text.size / 2 + 1);
    if (*decoded == NULL)
        return status_fail(err, TDX_NO_MEMORY, "a CRL");
    status = hex_decode((const char *)text.data, text.size, *decoded, text.size / 2, &size, NULL);
    if (status != TDX_OK || size == 0)
        return status_fail(err, TDX_CRL_FORMAT, "it is neither DER, nor PEM, nor hex");
    *der = (struct span){ *decoded, size };
    return TDX_OK;
}

enum tdx_status crl_parse(struct span text, struct crl *ret, struct tdx_error *err)
{
    struct crl crl = { 0 };
    struct span der, inner_algorithm = { NULL, 0 }, algorithm;
    struct bytes outer, in, tbs;
    enum tdx_status status = to_der(text, &der, &crl.decoded, err);

    if (status != TDX_OK)
        goto done;
    outer = bytes_over_span(der);
    in = der_enter(&outer, DER_SEQUENCE);
    crl.tbs = der_whole(&in, DER_SEQUENCE);
    tbs = bytes_over_span(crl.tbs);
    status = read_tbs(der_enter(&tbs, DER_SEQUENCE), &crl, &inner_algorithm, err);
    if (status != TDX_OK)
        goto done;
    algorithm = der_take(&in, DER_SEQUENCE);
    crl.signature = der_take_bits(&in);
    if (!bytes_complete(&in) || !span_equal(algorithm, inner_algorithm)) {
        status = status_fail(err, TDX_CRL_FORMAT, "signature");
        goto done;
    }
    read_algorithm(algorithm, &crl);
    *ret = crl;
    crl = (struct crl){ 0 };
done:
    crl_clear(&crl);
    return status;
}

void crl_clear(struct crl *crl)
{
    free(crl->decoded);
    free(crl->serial);
    *crl = (struct crl){ 0 };
}

enum tdx_status crl_check(const struct crl *crl, const struct cert *issuer,
                          const struct p256_key *key, bool trusted, struct tdx_error *err)
{
    if (!der_names_equal(crl->issuer, issuer->subject))
        return status_fail(err, TDX_CRL_UNKNOWN_ISSUER, "its issuer is not the certificate's");
    if (!crl->has_authority_key_id)
        return status_fail(err, TDX_CRL_EXTENSIONS_INVALID, "no authority key identifier");
    if (crl->has_unknown_critical)
        return status_fail(err, TDX_CRL_EXTENSIONS_INVALID, "an unknown critical extension");
    if (!trusted &&
        (!crl->digest_known || !p256_verify_der(key, crl->digest, crl->tbs, crl->signature)))
        return status_fail(err, TDX_CRL_INVALID_SIGNATURE, "not signed by the key of its issuer");
    return TDX_OK;
}

bool crl_revokes(const struct crl *crl, struct span serial)
{
    for (size_t i = 0; i < crl->serial_count; i++)
        if (span_equal(crl->serial[i], serial))
            return true;
    return false;
}
