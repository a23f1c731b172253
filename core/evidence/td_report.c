/* SPDX-License-Identifier: Apache-2.0 */
#include "core/evidence/td_report.h"

#include <openssl/evp.h>
#include <string.h>

#define TYPE_TDX         0x81
#define TCB_INFO_SVN2    UINT64_C(0x30000) /* VALID: the two 8-byte groups of TEE_TCB_SVN2 */
#define EXTENDED_VERSION 3

/* TDINFO_STRUCT.VALID of version 3: bits 0 to 7 are critical, only bit 0 is known. */
#define INFO_VALID_CRITICAL 0xffU
#define INFO_VALID_SERVTD   0x01U
#define INFO_VALID_TD_ID    0x100U
#define INFO_VALID_VM_ID    0x200U

/* What the hashes in REPORTMACSTRUCT cover. 239 bytes, not 256: the padding is outside. */
static const struct {
    size_t covered, size, hash;
    const char *name;
} hash_rules[] = {
    { .covered = 256, .size = 239, .hash = 32, .name = "TEE_TCB_INFO_HASH" },
    { .covered = 512, .size = 512, .hash = 80, .name = "TEE_INFO_HASH" },
};

/* raw has TD_REPORT_SIZE bytes. */
static enum tdx_status check_hashes(const uint8_t *raw, struct tdx_error *err)
{
    enum tdx_status status = TDX_CRYPTO_FAILED;
    uint8_t digest[TD_MEASUREMENT_SIZE];
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    if (context == NULL)
        goto done;
    for (size_t i = 0; i < sizeof(hash_rules) / sizeof(hash_rules[0]); i++) {
        if (EVP_DigestInit_ex(context, EVP_sha384(), NULL) != 1 ||
            EVP_DigestUpdate(context, raw + hash_rules[i].covered, hash_rules[i].size) != 1 ||
            EVP_DigestFinal_ex(context, digest, NULL) != 1)
            goto done;
        if (memcmp(digest, raw + hash_rules[i].hash, sizeof(digest)) != 0) {
            status = status_fail(err, TDX_REPORT_BAD_HASH, "%s at offset %zu", hash_rules[i].name,
                                 hash_rules[i].hash);
            goto done;
        }
    }
    status = TDX_OK;
done:
    if (status == TDX_CRYPTO_FAILED)
        (void)status_fail(err, status, "SHA-384 of the TD report");
    EVP_MD_CTX_free(context);
    return status;
}

/* REPORTMACSTRUCT, 0..255. Returns the type byte; *zero is cleared if a reserved byte is set. */
static uint8_t read_mac_struct(struct bytes *in, struct td_report *report, bool *zero)
{
    uint8_t type = bytes_u8(in);

    report->subtype = bytes_u8(in);
    report->version = bytes_u8(in);
    *zero &= bytes_skip_zero(in, 1 + 12);
    bytes_copy(in, report->cpu_svn, sizeof(report->cpu_svn));
    bytes_skip(in, 48 + 48); /* the hashes; see check_hashes() */
    bytes_copy(in, report->td.report_data, sizeof(report->td.report_data));
    *zero &= bytes_skip_zero(in, 32);
    bytes_copy(in, report->mac, sizeof(report->mac));
    return type;
}

/* TEE_TCB_INFO and padding, 256..511. */
static void read_tcb_info(struct bytes *in, struct td_report *report, bool *zero)
{
    struct td_identity *td = &report->td;

    report->tcb_info_valid = bytes_u64(in);
    bytes_copy(in, td->tee_tcb_svn, sizeof(td->tee_tcb_svn));
    bytes_copy(in, td->mr_seam, sizeof(td->mr_seam));
    bytes_copy(in, td->mr_signer_seam, sizeof(td->mr_signer_seam));
    td->seam_attributes = bytes_u64(in);
    if ((report->tcb_info_valid & TCB_INFO_SVN2) == TCB_INFO_SVN2)
        bytes_copy(in, td->tee_tcb_svn_2, sizeof(td->tee_tcb_svn_2));
    else
        *zero &= bytes_skip_zero(in, sizeof(td->tee_tcb_svn_2));
    *zero &= bytes_skip_zero(in, 95);
    bytes_skip(in, 17); /* outside the hash, says nothing */
}

/* The end of TDINFO_STRUCT from SERVTD_HASH on, 912..1023, by version. Returns the VALID word of
 * version 3, or what it would be. */
static uint32_t read_info_tail(struct bytes *in, struct td_report *report, bool *zero)
{
    uint32_t valid = 0;

    if (report->version == 0) {
        *zero &= bytes_skip_zero(in, sizeof(report->td.service_td_hash) + 64);
        return valid;
    }
    bytes_copy(in, report->td.service_td_hash, sizeof(report->td.service_td_hash));
    if (report->version != EXTENDED_VERSION) {
        *zero &= bytes_skip_zero(in, 64);
        return valid;
    }
    bytes_copy(in, report->td_id, sizeof(report->td_id));
    *zero &= bytes_skip_zero(in, 24);
    report->vm_id = bytes_u8(in);
    *zero &= bytes_skip_zero(in, 3);
    valid = bytes_u32(in);
    report->has_td_id = (valid & INFO_VALID_TD_ID) != 0;
    report->has_vm_id = (valid & INFO_VALID_VM_ID) != 0;
    return valid;
}

/* The rules of the TD quoting enclave for version 3. */
static enum tdx_status check_extended(const struct td_report *report, uint32_t valid,
                                      struct tdx_error *err)
{
    const struct td_identity *td = &report->td;

    if ((valid & INFO_VALID_CRITICAL & ~INFO_VALID_SERVTD) != 0)
        return status_fail(err, TDX_REPORT_UNSUPPORTED,
                           "version 3 with an unknown critical field, VALID 0x%x", valid);
    if (!report->has_td_id && !report->has_vm_id)
        return status_fail(err, TDX_REPORT_UNSUPPORTED,
                           "version 3 with neither TD id nor VM id, VALID 0x%x", valid);
    if (((valid & INFO_VALID_SERVTD) == 0 &&
         !span_is_zero((struct span){ td->service_td_hash, sizeof(td->service_td_hash) })) ||
        (!report->has_td_id &&
         !span_is_zero((struct span){ report->td_id, sizeof(report->td_id) })) ||
        (!report->has_vm_id && report->vm_id != 0))
        return status_fail(err, TDX_REPORT_BAD_RESERVED,
                           "version 3, a field that VALID 0x%x does not announce", valid);
    return TDX_OK;
}

enum tdx_status td_report_parse(const void *raw, size_t size, struct td_report *ret,
                                struct tdx_error *err)
{
    struct td_report report = { 0 };
    struct bytes in = bytes_over(raw, size);
    bool zero = true;
    uint32_t info_valid;
    uint8_t type;
    enum tdx_status status = TDX_OK;

    if (size != TD_REPORT_SIZE)
        return status_fail(err, TDX_REPORT_BAD_SIZE, "it has %zu bytes", size);
    type = read_mac_struct(&in, &report, &zero);
    read_tcb_info(&in, &report, &zero);
    td_identity_read_info(&in, &report.td);
    info_valid = read_info_tail(&in, &report, &zero);
    if (!bytes_complete(&in))
        return status_fail(err, TDX_REPORT_BAD_SIZE, "fields and size disagree");
    if (type != TYPE_TDX)
        return status_fail(err, TDX_REPORT_BAD_TYPE, "type byte is 0x%02x, not 0x81", type);
    /* Version 2 exists nowhere; the host's quoting service refuses it. */
    if (report.subtype > 1 || (report.version > 1 && report.version != EXTENDED_VERSION))
        return status_fail(err, TDX_REPORT_UNSUPPORTED, "subtype %u, version %u", report.subtype,
                           report.version);
    if (!zero)
        return status_fail(err, TDX_REPORT_BAD_RESERVED, "version %u", report.version);
    if (report.version == EXTENDED_VERSION)
        status = check_extended(&report, info_valid, err);
    if (status == TDX_OK)
        status = check_hashes(raw, err);
    if (status != TDX_OK)
        return status;
    *ret = report;
    return TDX_OK;
}

void td_identity_read_info(struct bytes *in, struct td_identity *td)
{
    td->attributes = bytes_u64(in);
    td->xfam = bytes_u64(in);
    bytes_copy(in, td->mr_td, sizeof(td->mr_td));
    bytes_copy(in, td->mr_config_id, sizeof(td->mr_config_id));
    bytes_copy(in, td->mr_owner, sizeof(td->mr_owner));
    bytes_copy(in, td->mr_owner_config, sizeof(td->mr_owner_config));
    for (size_t i = 0; i < TD_RTMR_COUNT; i++)
        bytes_copy(in, td->rtmr[i], sizeof(td->rtmr[i]));
}

enum tdx_status td_identity_check_same(const struct td_identity *report,
                                       const struct td_identity *quote, struct tdx_error *err)
{
#define FIELD(name, field)                                                                         \
    {                                                                                              \
        name, offsetof(struct td_identity, field), sizeof(report->field)                           \
    }
    static const struct {
        const char *name;
        size_t at, size;
    } fields[] = {
        FIELD("ATTRIBUTES", attributes),
        FIELD("XFAM", xfam),
        FIELD("MRTD", mr_td),
        FIELD("MRCONFIGID", mr_config_id),
        FIELD("MROWNER", mr_owner),
        FIELD("MROWNERCONFIG", mr_owner_config),
        FIELD("RTMR0", rtmr[0]),
        FIELD("RTMR1", rtmr[1]),
        FIELD("RTMR2", rtmr[2]),
        FIELD("RTMR3", rtmr[3]),
        FIELD("MRSERVICETD", service_td_hash),
    };
#undef FIELD
    const uint8_t *a = (const uint8_t *)report, *b = (const uint8_t *)quote;

    if (memcmp(report->report_data, quote->report_data, sizeof(report->report_data)) != 0)
        return status_fail(err, TDX_REPORT_DATA_MISMATCH,
                           "TD report and quote differ in the report data");
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (memcmp(a + fields[i].at, b + fields[i].at, fields[i].size) != 0)
            return status_fail(err, TDX_EVIDENCE_TD_MISMATCH, "they differ in %s", fields[i].name);
    return TDX_OK;
}
