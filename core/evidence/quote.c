/* SPDX-License-Identifier: Apache-2.0 */
#include "core/evidence/quote.h"

#include <string.h>

#define KEY_TYPE_P256   2
#define SIGNATURE_SIZE  64
#define KEY_SIZE        64
#define DESCRIPTOR_SIZE 6U /* version 5: body type and size */
#define HEADER_SIZE     48U

static const uint8_t vendor_intel[16] = { 0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9,
                                          0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07 };

static const struct body_rule {
    enum quote_body_type type;
    enum quote_tee tee;
    size_t size;
} body_rules[] = {
    { QUOTE_BODY_ENCLAVE, QUOTE_TEE_SGX, QUOTE_ENCLAVE_BODY_SIZE },
    { QUOTE_BODY_TD10, QUOTE_TEE_TDX, QUOTE_TD10_BODY_SIZE },
    { QUOTE_BODY_TD15, QUOTE_TEE_TDX, QUOTE_TD15_BODY_SIZE },
    { QUOTE_BODY_TD15EX, QUOTE_TEE_TDX, QUOTE_TD15EX_BODY_SIZE },
};

static enum tdx_status truncated(struct tdx_error *err, const char *what)
{
    return status_fail(err, TDX_QUOTE_TRUNCATED, "%s", what);
}

/* The header, notes section 1.1: 48 bytes, of which the SVNs of version 3 and the user data are
 * nobody's to check. */
static enum tdx_status read_header(struct bytes *in, struct quote *quote, struct tdx_error *err)
{
    uint32_t tee;
    struct span vendor;

    quote->version = bytes_u16(in);
    quote->attestation_key_type = bytes_u16(in);
    tee = bytes_u32(in);
    bytes_skip(in, 2 + 2);
    vendor = bytes_span(in, sizeof(vendor_intel));
    bytes_copy(in, quote->user_data, sizeof(quote->user_data));
    if (!bytes_ok(in))
        return truncated(err, "the header");
    if (quote->version < 3 || quote->version > 5)
        return status_fail(err, TDX_QUOTE_UNSUPPORTED, "version %u", quote->version);
    if (quote->attestation_key_type != KEY_TYPE_P256)
        return status_fail(err, TDX_QUOTE_UNSUPPORTED, "attestation key type %u, not 2",
                           quote->attestation_key_type);
    if (tee != QUOTE_TEE_SGX && tee != QUOTE_TEE_TDX)
        return status_fail(err, TDX_QUOTE_UNSUPPORTED, "TEE type 0x%x", tee);
    quote->tee = (enum quote_tee)tee;
    if (quote->version == 3 && quote->tee != QUOTE_TEE_SGX)
        return status_fail(err, TDX_QUOTE_UNSUPPORTED, "version 3 is for SGX only");
    if (memcmp(vendor.data, vendor_intel, sizeof(vendor_intel)) != 0)
        return status_fail(err, TDX_QUOTE_UNSUPPORTED, "the QE vendor is not Intel");
    return TDX_OK;
}

/* Which body follows: from the descriptor in version 5, from the TEE before. */
static enum tdx_status read_body_rule(struct bytes *in, const struct quote *quote,
                                      const struct body_rule **ret, struct tdx_error *err)
{
    const struct body_rule *rule = quote->tee == QUOTE_TEE_SGX ? &body_rules[0] : &body_rules[1];
    uint16_t type;
    uint32_t size;

    if (quote->version == 5) {
        type = bytes_u16(in);
        size = bytes_u32(in);
        if (!bytes_ok(in))
            return truncated(err, "the body's descriptor");
        rule = NULL;
        for (size_t i = 0; i < sizeof(body_rules) / sizeof(body_rules[0]); i++)
            if (body_rules[i].type == type && body_rules[i].tee == quote->tee &&
                body_rules[i].size == size)
                rule = &body_rules[i];
        if (rule == NULL)
            return status_fail(err, TDX_QUOTE_UNSUPPORTED,
                               "body type %u of %u bytes with TEE type 0x%x", type, size,
                               (unsigned)quote->tee);
    }
    *ret = rule;
    return TDX_OK;
}

/* SGX enclave report body, notes section 1.6: 384 bytes. */
static void read_enclave_report(struct span raw, struct enclave_report *out)
{
    struct bytes in = bytes_over_span(raw);

    bytes_copy(&in, out->cpu_svn, sizeof(out->cpu_svn));
    out->misc_select = bytes_u32(&in);
    bytes_skip(&in, 12 + 16);
    bytes_copy(&in, out->attributes, sizeof(out->attributes));
    bytes_copy(&in, out->mr_enclave, sizeof(out->mr_enclave));
    bytes_skip(&in, 32);
    bytes_copy(&in, out->mr_signer, sizeof(out->mr_signer));
    bytes_skip(&in, 32 + 64);
    out->isv_prod_id = bytes_u16(&in);
    out->isv_svn = bytes_u16(&in);
    bytes_skip(&in, 2 + 42 + 16);
    bytes_copy(&in, out->report_data, sizeof(out->report_data));
}

/* What body type 4 adds to that of 1.5, notes section 1.4: 237 bytes. */
static void read_extended(struct bytes *in, struct td_extended *out)
{
    out->vm_id = bytes_u8(in);
    bytes_copy(in, out->td_id, sizeof(out->td_id));
    bytes_copy(in, out->device_info, sizeof(out->device_info));
    bytes_copy(in, out->initial_service_td_hash, sizeof(out->initial_service_td_hash));
    bytes_copy(in, out->initial_service_td_attributes, sizeof(out->initial_service_td_attributes));
    bytes_copy(in, out->initial_cpu_svn, sizeof(out->initial_cpu_svn));
    bytes_copy(in, out->initial_tee_tcb_svn, sizeof(out->initial_tee_tcb_svn));
    bytes_copy(in, out->initial_tee_fmspc, sizeof(out->initial_tee_fmspc));
    bytes_copy(in, out->current_service_td_hash, sizeof(out->current_service_td_hash));
    bytes_copy(in, out->current_service_td_attributes, sizeof(out->current_service_td_attributes));
}

/* TD report bodies 1.0, 1.5 and 1.5 extended, notes section 1.4: each begins with the one before.
 * Returns whether fields and size agree. */
static bool read_td_body(const struct quote *quote, struct td_identity *td,
                         struct td_extended *extended)
{
    struct bytes in = bytes_over_span(quote->body);

    bytes_copy(&in, td->tee_tcb_svn, sizeof(td->tee_tcb_svn));
    bytes_copy(&in, td->mr_seam, sizeof(td->mr_seam));
    bytes_copy(&in, td->mr_signer_seam, sizeof(td->mr_signer_seam));
    td->seam_attributes = bytes_u64(&in);
    td_identity_read_info(&in, td);
    bytes_copy(&in, td->report_data, sizeof(td->report_data));
    if (quote->body_type != QUOTE_BODY_TD10) {
        bytes_copy(&in, td->tee_tcb_svn_2, sizeof(td->tee_tcb_svn_2));
        bytes_copy(&in, td->service_td_hash, sizeof(td->service_td_hash));
    }
    if (quote->body_type == QUOTE_BODY_TD15EX)
        read_extended(&in, extended);
    return bytes_complete(&in);
}

/* QE report, its signature, the QE's authentication data and the certification data: flat in
 * version 3, the inside of certification data of type 6 later. */
static enum tdx_status read_qe_part(struct bytes *in, struct quote *quote, struct tdx_error *err)
{
    uint16_t auth_size;
    uint32_t size;

    quote->qe_report_bytes = bytes_span(in, QUOTE_ENCLAVE_BODY_SIZE);
    quote->qe_report_signature = bytes_span(in, SIGNATURE_SIZE).data;
    auth_size = bytes_u16(in);
    quote->qe_auth_data = bytes_span(in, auth_size);
    quote->certification_type = bytes_u16(in);
    size = bytes_u32(in);
    quote->certification_data = bytes_span(in, size);
    if (!bytes_ok(in))
        return truncated(err, "the QE's report or its certification data");
    if (quote->certification_type < QUOTE_CERTIFICATION_PPID_CLEAR ||
        quote->certification_type > QUOTE_CERTIFICATION_PCK_CHAIN)
        return status_fail(err, TDX_QUOTE_UNSUPPORTED, "certification data of type %u",
                           quote->certification_type);
    read_enclave_report(quote->qe_report_bytes, &quote->qe_report);
    return TDX_OK;
}

/* Authentication data, notes section 1.5. What follows the certification data within it is ignored
 * as Intel's library ignores it; the type 6 data itself must be filled to the last byte. */
static enum tdx_status read_auth(struct bytes *in, struct quote *quote, struct tdx_error *err)
{
    enum tdx_status status;
    struct bytes inner;
    uint32_t size;

    quote->signature = bytes_span(in, SIGNATURE_SIZE).data;
    quote->attestation_key = bytes_span(in, KEY_SIZE).data;
    if (quote->version == 3) {
        status = read_qe_part(in, quote, err);
        quote->outer_certification_type = quote->certification_type;
        return status;
    }
    quote->outer_certification_type = bytes_u16(in);
    size = bytes_u32(in);
    inner = bytes_sub(in, size);
    if (!bytes_ok(in))
        return truncated(err, "the signature data");
    if (quote->outer_certification_type != QUOTE_CERTIFICATION_QE_REPORT)
        return status_fail(err, TDX_QUOTE_UNSUPPORTED, "outer certification data of type %u, not 6",
                           quote->outer_certification_type);
    status = read_qe_part(&inner, quote, err);
    if (status == TDX_OK && !bytes_complete(&inner))
        return truncated(err, "bytes are left over in the QE's certification data");
    return status;
}

enum tdx_status quote_parse(const void *raw, size_t size, struct quote *ret, struct tdx_error *err)
{
    struct quote quote = { 0 };
    struct bytes in = bytes_over(raw, size);
    const struct body_rule *rule = NULL;
    struct bytes auth;
    uint32_t auth_size;
    enum tdx_status status;

    if (size < QUOTE_SIZE_MIN)
        return status_fail(err, TDX_QUOTE_TOO_SHORT, "%zu bytes, at least %d are needed", size,
                           QUOTE_SIZE_MIN);
    if (size > QUOTE_SIZE_LIMIT)
        return status_fail(err, TDX_QUOTE_TOO_LARGE, "%zu bytes, at most %zu are read", size,
                           QUOTE_SIZE_LIMIT);
    status = read_header(&in, &quote, err);
    if (status == TDX_OK)
        status = read_body_rule(&in, &quote, &rule, err);
    if (status != TDX_OK)
        return status;
    quote.body_type = rule->type;
    quote.body = bytes_span(&in, rule->size);
    auth_size = bytes_u32(&in);
    auth = bytes_sub(&in, auth_size);
    if (!bytes_ok(&in))
        return truncated(err, "the body or the signature data");
    quote.length = size - in.left;
    quote.signed_bytes.data = raw;
    quote.signed_bytes.size =
        HEADER_SIZE + (quote.version == 5 ? DESCRIPTOR_SIZE : 0U) + rule->size;
    if (quote.tee == QUOTE_TEE_SGX)
        read_enclave_report(quote.body, &quote.enclave);
    else if (!read_td_body(&quote, &quote.td, &quote.extended))
        return truncated(err, "the TD report body");
    status = read_auth(&auth, &quote, err);
    if (status != TDX_OK)
        return status;
    *ret = quote;
    return TDX_OK;
}

enum tdx_status quote_ppid_parse(const struct quote *quote, struct quote_ppid *ret,
                                 struct tdx_error *err)
{
    static const size_t ppid_sizes[] = {
        [QUOTE_CERTIFICATION_PPID_CLEAR] = 16,
        [QUOTE_CERTIFICATION_PPID_RSA2048] = 256,
        [QUOTE_CERTIFICATION_PPID_RSA3072] = 384,
    };
    struct bytes in = bytes_over_span(quote->certification_data);
    struct quote_ppid ppid = { 0 };

    if (quote->certification_type < QUOTE_CERTIFICATION_PPID_CLEAR ||
        quote->certification_type > QUOTE_CERTIFICATION_PPID_RSA3072)
        return status_fail(err, TDX_QUOTE_UNSUPPORTED,
                           "certification data of type %u holds no PPID",
                           quote->certification_type);
    ppid.ppid = bytes_span(&in, ppid_sizes[quote->certification_type]);
    bytes_copy(&in, ppid.cpu_svn, sizeof(ppid.cpu_svn));
    ppid.pce_svn = bytes_u16(&in);
    ppid.pce_id = bytes_u16(&in);
    if (!bytes_complete(&in))
        return truncated(err, "certification data with a PPID");
    *ret = ppid;
    return TDX_OK;
}
