/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_pki.h"

#include <string.h>

#include "tests/sim/sim_der.h"

void sim_algorithm_make(bool sha384, struct text *out)
{
    size_t begun = der_begin(out, DER_SEQUENCE);

    der_oid(out, sha384 ? "1.2.840.10045.4.3.3" : "1.2.840.10045.4.3.2");
    der_end(out, begun);
}

void sim_signed_make(const struct text *tbs, const struct sim_key *signer, bool sha384,
                     bool corrupt, struct text *out)
{
    uint8_t signature[SIM_SIGNATURE_SIZE_MAX];
    struct text value = { 0 };
    size_t begun;

    if (!text_ok(tbs) || !sim_key_sign(signer, sha384, tbs->data, tbs->length, signature)) {
        out->failed = true;
        return;
    }
    if (corrupt)
        signature[signer->field_size / 2] ^= 1;
    sim_signature_der(&value, signature, signer->field_size);
    begun = der_begin(out, DER_SEQUENCE);
    sim_add_text(out, tbs);
    sim_algorithm_make(sha384, out);
    if (text_ok(&value))
        der_bits(out, (const uint8_t *)value.data, value.length);
    else
        out->failed = true;
    der_end(out, begun);
    text_free(&value);
}

static void add_name_part(struct text *out, const char *oid, unsigned tag, const char *value)
{
    size_t set = der_begin(out, DER_SET), pair = der_begin(out, DER_SEQUENCE);

    der_oid(out, oid);
    der_string(out, tag, value);
    der_end(out, pair);
    der_end(out, set);
}

/* In the order Intel encodes them. */
static void add_name(struct text *out, const char *common_name, bool only_common_name)
{
    size_t begun = der_begin(out, DER_SEQUENCE);

    add_name_part(out, "2.5.4.3", DER_UTF8_STRING, common_name);
    if (!only_common_name) {
        add_name_part(out, "2.5.4.10", DER_UTF8_STRING, "Intel Corporation");
        add_name_part(out, "2.5.4.7", DER_UTF8_STRING, "Santa Clara");
        add_name_part(out, "2.5.4.8", DER_UTF8_STRING, "CA");
        add_name_part(out, "2.5.4.6", DER_PRINTABLE_STRING, "US");
    }
    der_end(out, begun);
}

/* One extension; value is consumed. */
static void add_extension(struct text *out, const char *oid, bool critical, struct text *value)
{
    size_t begun = der_begin(out, DER_SEQUENCE);

    der_oid(out, oid);
    if (critical)
        der_boolean(out, true);
    if (text_ok(value))
        der_element(out, DER_OCTET_STRING, text_string(value), value->length);
    else
        out->failed = true;
    der_end(out, begun);
    text_free(value);
}

static void add_authority_key_id(struct text *out, const struct sim_key *issuer)
{
    struct text value = { 0 };
    uint8_t id[20];
    size_t begun = der_begin(&value, DER_SEQUENCE);

    sim_key_id(issuer, id);
    der_element(&value, 0x80, id, sizeof(id));
    der_end(&value, begun);
    add_extension(out, "2.5.29.35", false, &value);
}

static void add_distribution_point(struct text *out, const char *url)
{
    static const unsigned tags[] = { DER_SEQUENCE, DER_SEQUENCE, 0xa0, 0xa0 };
    struct text value = { 0 };
    size_t begun[sizeof(tags) / sizeof(tags[0])], depth = sizeof(tags) / sizeof(tags[0]);

    for (size_t i = 0; i < depth; i++)
        begun[i] = der_begin(&value, tags[i]);
    der_string(&value, 0x86, url);
    while (depth-- > 0)
        der_end(&value, begun[depth]);
    add_extension(out, "2.5.29.31", false, &value);
}

static void add_subject_key_id(struct text *out, const struct sim_key *key)
{
    struct text value = { 0 };
    uint8_t id[20];

    sim_key_id(key, id);
    der_element(&value, DER_OCTET_STRING, id, sizeof(id));
    add_extension(out, "2.5.29.14", false, &value);
}

static void add_key_usage(struct text *out, unsigned usage)
{
    struct text value = { 0 };
    uint8_t bits[2] = { 0, (uint8_t)usage };

    while (usage != 0 && (usage >> bits[0] & 1) == 0) /* DER: trailing zero bits are unused ones */
        bits[0]++;
    der_element(&value, DER_BIT_STRING, bits, sizeof(bits));
    add_extension(out, "2.5.29.15", true, &value);
}

static void add_basic_constraints(struct text *out, bool ca, int path_length)
{
    struct text value = { 0 };
    size_t begun = der_begin(&value, DER_SEQUENCE);

    if (ca)
        der_boolean(&value, true);
    if (ca && path_length >= 0)
        der_number(&value, DER_INTEGER, (uint64_t)path_length);
    der_end(&value, begun);
    add_extension(out, "2.5.29.19", true, &value);
}

static void add_alternative_names(struct text *out, const char *dns_name, bool addresses)
{
    static const uint8_t loopback_4[4] = { 127, 0, 0, 1 }, loopback_6[16] = { [15] = 1 };
    struct text value = { 0 };
    size_t begun = der_begin(&value, DER_SEQUENCE);

    der_string(&value, 0x82, dns_name);
    if (addresses) {
        der_element(&value, 0x87, loopback_4, sizeof(loopback_4));
        der_element(&value, 0x87, loopback_6, sizeof(loopback_6));
    }
    der_end(&value, begun);
    add_extension(out, "2.5.29.17", false, &value);
}

static void add_extensions(struct text *out, const struct sim_certificate *certificate)
{
    size_t outer = der_begin(out, 0xa3), list = der_begin(out, DER_SEQUENCE);
    struct text value = { 0 };

    if (certificate->extensions & SIM_EXT_AKI)
        add_authority_key_id(out, certificate->issuer);
    if (certificate->extensions & SIM_EXT_CDP)
        add_distribution_point(out, certificate->crl_url);
    if (certificate->extensions & SIM_EXT_SKI)
        add_subject_key_id(out, certificate->key);
    if (certificate->extensions & SIM_EXT_KU)
        add_key_usage(out, certificate->usage);
    if (certificate->extensions & SIM_EXT_BC)
        add_basic_constraints(out, certificate->ca, certificate->path_length);
    if ((certificate->extensions & SIM_EXT_SGX) && certificate->sgx != NULL) {
        sim_sgx_make(certificate->sgx, &value);
        add_extension(out, "1.2.840.113741.1.13.1", false, &value);
    }
    if (certificate->dns_name != NULL)
        add_alternative_names(out, certificate->dns_name, !certificate->no_addresses);
    if (certificate->unknown_critical) {
        der_element(&value, DER_OCTET_STRING, "?", 1);
        add_extension(out, "1.2.840.113741.1.13.99", true, &value);
    }
    der_end(out, list);
    der_end(out, outer);
}

void sim_certificate_make(const struct sim_certificate *certificate, struct text *out)
{
    struct text tbs = { 0 };
    const struct sim_key *signer =
        certificate->signer != NULL ? certificate->signer : certificate->issuer;
    size_t begun = der_begin(&tbs, DER_SEQUENCE), part = der_begin(&tbs, 0xa0);

    der_number(&tbs, DER_INTEGER, 2); /* v3 */
    der_end(&tbs, part);
    der_unsigned(&tbs, DER_INTEGER, certificate->serial, SIM_SERIAL_SIZE);
    sim_algorithm_make(certificate->sha384, &tbs);
    add_name(&tbs, certificate->issuer_name, certificate->only_common_name);
    part = der_begin(&tbs, DER_SEQUENCE);
    der_time(&tbs, certificate->not_before);
    der_time(&tbs, certificate->not_after);
    der_end(&tbs, part);
    add_name(&tbs, certificate->common_name, certificate->only_common_name);
    sim_key_public_der(&tbs, certificate->key);
    if (certificate->extensions != 0 || certificate->unknown_critical)
        add_extensions(&tbs, certificate);
    der_end(&tbs, begun);
    sim_signed_make(&tbs, signer, certificate->sha384, certificate->corrupt_signature, out);
    text_free(&tbs);
}

bool sim_crl_revoke(struct sim_crl *crl, const uint8_t serial[static SIM_SERIAL_SIZE])
{
    if (crl->revoked_count >= SIM_REVOKED_MAX)
        return false;
    memcpy(crl->revoked[crl->revoked_count++], serial, SIM_SERIAL_SIZE);
    return true;
}

static void add_revoked(struct text *out, const struct sim_crl *crl, const uint8_t *serial)
{
    size_t begun = der_begin(out, DER_SEQUENCE), list;
    struct text value = { 0 };

    der_unsigned(out, DER_INTEGER, serial, SIM_SERIAL_SIZE);
    der_time(out, crl->revoked_at != 0 ? crl->revoked_at : crl->this_update);
    if (crl->reason != 0) {
        list = der_begin(out, DER_SEQUENCE);
        der_number(&value, DER_ENUMERATED, crl->reason);
        add_extension(out, "2.5.29.21", false, &value);
        der_end(out, list);
    }
    der_end(out, begun);
}

static void add_revoked_list(struct text *out, const struct sim_crl *crl)
{
    size_t begun;

    if (crl->revoked_count + crl->filler == 0)
        return; /* RFC 5280: an empty list is left out */
    begun = der_begin(out, DER_SEQUENCE);
    for (size_t i = 0; i < crl->revoked_count && i < SIM_REVOKED_MAX; i++)
        add_revoked(out, crl, crl->revoked[i]);
    for (size_t i = 0; i < crl->filler; i++) {
        uint8_t hash[32];

        sim_sha256(&i, sizeof(i), hash);
        add_revoked(out, crl, hash);
    }
    der_end(out, begun);
}

static void add_crl_extensions(struct text *out, const struct sim_crl *crl)
{
    struct text value = { 0 };
    size_t outer, list;

    if (!crl->has_number && !crl->has_aki)
        return;
    outer = der_begin(out, 0xa0);
    list = der_begin(out, DER_SEQUENCE);
    if (crl->has_number) {
        der_number(&value, DER_INTEGER, crl->number);
        add_extension(out, "2.5.29.20", false, &value);
    }
    if (crl->has_aki)
        add_authority_key_id(out, crl->issuer);
    der_end(out, list);
    der_end(out, outer);
}

void sim_crl_make(const struct sim_crl *crl, struct text *out)
{
    struct text tbs = { 0 };
    size_t begun = der_begin(&tbs, DER_SEQUENCE);

    der_number(&tbs, DER_INTEGER, 1); /* v2 */
    sim_algorithm_make(crl->sha384, &tbs);
    add_name(&tbs, crl->issuer_name, false);
    der_time(&tbs, crl->this_update);
    der_time(&tbs, crl->next_update);
    add_revoked_list(&tbs, crl);
    add_crl_extensions(&tbs, crl);
    der_end(&tbs, begun);
    sim_signed_make(&tbs, crl->signer != NULL ? crl->signer : crl->issuer, crl->sha384,
                    crl->corrupt_signature, out);
    for (size_t i = 0; i < crl->trailing; i++)
        text_add_char(out, 'x');
    text_free(&tbs);
}
