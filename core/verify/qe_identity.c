/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify/qe_identity.h"

#include <string.h>

#define VERSION 2

static const char *const ids[] = {
    [QE_IDENTITY_QE] = "QE",
    [QE_IDENTITY_QVE] = "QVE",
    [QE_IDENTITY_TD_QE] = "TD_QE",
};

static void read_id(const struct json_place *root, struct qe_identity *identity)
{
    struct json_place id = json_member(root, "id", JSON_REQUIRED);

    for (unsigned i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        if (json_is(&id, ids[i])) {
            identity->id = (enum qe_identity_id)i;
            return;
        }
    json_refuse(&id, "expected \"TD_QE\", \"QE\" or \"QVE\"");
}

/* MISCSELECT stands in the document as the bytes of the report: little-endian. */
static uint32_t read_select(const struct json_place *root, const char *name)
{
    uint8_t raw[4] = { 0 };
    struct bytes in = bytes_over(raw, sizeof(raw));

    json_hex(root, name, raw, sizeof(raw));
    return bytes_u32(&in);
}

enum tdx_status qe_identity_parse(struct span text, struct qe_identity *ret, struct tdx_error *err)
{
    struct qe_identity identity = { 0 };
    struct json_reader reader = { .bad = TDX_QE_IDENTITY_FORMAT, .err = err };
    struct json_place root, version;
    enum tdx_status status =
        signed_json_parse(text, TDX_QE_IDENTITY_FORMAT, &identity.document, err);

    if (status != TDX_OK)
        return status;
    reader.json = identity.document.json;
    root = json_root(&reader);
    version = json_member(&root, "version", JSON_REQUIRED);
    if (json_as_uint(&version, UINT32_MAX) != VERSION)
        json_refuse(&version, "expected %d", VERSION);
    read_id(&root, &identity);
    identity.issue = json_time(&root, "issueDate");
    identity.next_update = json_time(&root, "nextUpdate");
    identity.evaluation = (uint32_t)json_uint(&root, "tcbEvaluationDataNumber", UINT32_MAX);
    identity.misc_select = read_select(&root, "miscselect");
    identity.misc_select_mask = read_select(&root, "miscselectMask");
    json_hex(&root, "attributes", identity.attributes, sizeof(identity.attributes));
    json_hex(&root, "attributesMask", identity.attributes_mask, sizeof(identity.attributes_mask));
    json_hex(&root, "mrsigner", identity.mr_signer, sizeof(identity.mr_signer));
    identity.isv_prod_id = (uint32_t)json_uint(&root, "isvprodid", UINT32_MAX);
    svn_levels_read(&root, SVN_LEVELS_QE, &identity.levels);
    if (reader.status == TDX_OK)
        *ret = identity;
    else
        qe_identity_clear(&identity);
    return reader.status;
}

void qe_identity_clear(struct qe_identity *identity)
{
    svn_levels_clear(&identity->levels);
    signed_json_clear(&identity->document);
    *identity = (struct qe_identity){ 0 };
}

enum tdx_status qe_identity_check(const struct qe_identity *identity, enum quote_tee tee,
                                  const struct enclave_report *report, struct tdx_error *err)
{
    enum qe_identity_id wanted = tee == QUOTE_TEE_TDX ? QE_IDENTITY_TD_QE : QE_IDENTITY_QE;

    if (identity->id != wanted)
        return status_fail(err, TDX_QE_IDENTITY_MISMATCH,
                           "the collateral has the identity of %s, this quote needs %s",
                           ids[identity->id], ids[wanted]);
    if ((report->misc_select & identity->misc_select_mask) != identity->misc_select)
        return status_fail(err, TDX_QE_IDENTITY_MISMATCH, "MISCSELECT is 0x%08x",
                           report->misc_select);
    for (size_t i = 0; i < sizeof(report->attributes); i++)
        if ((report->attributes[i] & identity->attributes_mask[i]) != identity->attributes[i])
            return status_fail(err, TDX_QE_IDENTITY_MISMATCH, "ATTRIBUTES byte %zu is 0x%02x", i,
                               report->attributes[i]);
    if (memcmp(report->mr_signer, identity->mr_signer, sizeof(report->mr_signer)) != 0)
        return status_fail(err, TDX_QE_IDENTITY_MISMATCH, "MRSIGNER is another one");
    if (report->isv_prod_id != identity->isv_prod_id)
        return status_fail(err, TDX_QE_IDENTITY_MISMATCH, "ISVPRODID is %u, not %u",
                           report->isv_prod_id, identity->isv_prod_id);
    return TDX_OK;
}
