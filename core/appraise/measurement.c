/* SPDX-License-Identifier: Apache-2.0 */
#include "core/appraise/measurement.h"

#include <openssl/evp.h>
#include <string.h>

#include "core/base/hex.h"

void measurement_hex(const void *data, size_t size, char *out)
{
    static const char digits[] = "0123456789ABCDEF";
    const uint8_t *bytes = data;

    for (size_t i = 0; i < size; i++) {
        out[2 * i] = digits[bytes[size - 1 - i] >> 4];
        out[2 * i + 1] = digits[bytes[size - 1 - i] & 15];
    }
    out[2 * size] = '\0';
}

static void add_field(struct measurement_td *td, const char *name, const void *data, size_t size)
{
    struct measurement_field *field = &td->field[td->count++];

    field->name = name;
    measurement_hex(data, size, field->hex);
}

/* An integer of the quote, as its eight little-endian bytes reversed: simply its digits. */
static void add_u64(struct measurement_td *td, const char *name, uint64_t value)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    add_field(td, name, bytes, sizeof(bytes));
}

/* Appraisal notes section 6, in the order of the body. */
void measurement_td_fill(const struct td_identity *td, bool with_service_td,
                         const struct td_extended *extended, struct measurement_td *ret)
{
    static const char *const rtmr[TD_RTMR_COUNT] = { "tdx_rtmr0", "tdx_rtmr1", "tdx_rtmr2",
                                                     "tdx_rtmr3" };

    *ret = (struct measurement_td){ .attributes = td->attributes };
    add_u64(ret, "tdx_attributes", td->attributes);
    add_u64(ret, "tdx_xfam", td->xfam);
    add_field(ret, "tdx_mrtd", td->mr_td, sizeof(td->mr_td));
    add_field(ret, "tdx_mrconfigid", td->mr_config_id, sizeof(td->mr_config_id));
    add_field(ret, "tdx_mrowner", td->mr_owner, sizeof(td->mr_owner));
    add_field(ret, "tdx_mrownerconfig", td->mr_owner_config, sizeof(td->mr_owner_config));
    for (size_t i = 0; i < TD_RTMR_COUNT; i++)
        add_field(ret, rtmr[i], td->rtmr[i], sizeof(td->rtmr[i]));
    add_field(ret, "tdx_reportdata", td->report_data, sizeof(td->report_data));
    if (with_service_td)
        add_field(ret, "tdx_mrservicetd", td->service_td_hash, sizeof(td->service_td_hash));
    if (extended == NULL)
        return;
#define ADD(name, member) add_field(ret, name, extended->member, sizeof(extended->member))
    add_field(ret, "tdx_vmid", &extended->vm_id, sizeof(extended->vm_id));
    ADD("tdx_td_id", td_id);
    ADD("tdx_devinfo", device_info);
    ADD("tdx_init_server_td_hash", initial_service_td_hash);
    ADD("tdx_init_server_td_attr", initial_service_td_attributes);
    ADD("tdx_init_cpu_svn", initial_cpu_svn);
    ADD("tdx_init_tee_tcb_svn", initial_tee_tcb_svn);
    ADD("tdx_init_tee_fmspc", initial_tee_fmspc);
    ADD("tdx_curr_server_td_hash", current_service_td_hash);
    ADD("tdx_curr_server_td_attr", current_service_td_attributes);
#undef ADD
}

const char *measurement_td_field(const struct measurement_td *td, const char *name)
{
    for (size_t i = 0; i < td->count; i++)
        if (strcmp(td->field[i].name, name) == 0)
            return td->field[i].hex;
    return NULL;
}

/* Appraisal notes section 1.2, "Report type". */
enum tdx_status measurement_td_class(const struct quote *quote, enum policy_class *ret,
                                     struct tdx_error *err)
{
    uint8_t major = quote->td.tee_tcb_svn[1]; /* of the TDX module */

    if (quote->tee != QUOTE_TEE_TDX)
        return status_fail(err, TDX_APPRAISE_NOT_TDX, "this is an SGX quote");
    if (quote->version >= 5) {
        *ret = quote->body_type == QUOTE_BODY_TD10 ? POLICY_TD10 : POLICY_TD15;
        return TDX_OK;
    }
    if (major != 0 && major != 1 && major != 3)
        return status_fail(err, TDX_APPRAISE_GENERATION, "TDX module, major version %u", major);
    *ret = major == 0 ? POLICY_TD10 : POLICY_TD15;
    return TDX_OK;
}

/* Appraisal notes section 4.4: compound states are split into words. */
static void status_words(enum tcb_status status, struct measurement_tcb *ret)
{
    static const char *const words[TCB_STATUS_COUNT][MEASUREMENT_WORDS_MAX] = {
        [TCB_UP_TO_DATE] = { "UpToDate" },
        [TCB_SW_HARDENING_NEEDED] = { "UpToDate", "SWHardeningNeeded" },
        [TCB_CONFIGURATION_NEEDED] = { "UpToDate", "ConfigurationNeeded" },
        [TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED] = { "UpToDate", "SWHardeningNeeded",
                                                        "ConfigurationNeeded" },
        [TCB_OUT_OF_DATE] = { "OutOfDate" },
        [TCB_OUT_OF_DATE_CONFIGURATION_NEEDED] = { "OutOfDate", "ConfigurationNeeded" },
        [TCB_TD_RELAUNCH_ADVISED] = { "TDRelaunchAdvised" },
        [TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED] = { "TDRelaunchAdvised",
                                                           "ConfigurationNeeded" },
        [TCB_REVOKED] = { "Revoked" },
    };

    for (size_t i = 0; i < MEASUREMENT_WORDS_MAX && words[status][i] != NULL; i++)
        ret->tcb_status[ret->tcb_status_count++] = words[status][i];
}

static void fill_platform(const struct verification *from, struct measurement_tcb *ret)
{
    *ret = (struct measurement_tcb){
        .earliest_issue = from->dates.earliest_issue,
        .latest_issue = from->dates.latest_issue,
        .earliest_expiration = from->dates.earliest_expiration,
        .level_date = from->platform_tcb_date < from->qe_tcb_date ? from->platform_tcb_date
                                                                  : from->qe_tcb_date,
        .evaluation_number = from->tcb_evaluation_data_number,
        .pck_crl_number = from->pck_crl_number,
        .root_crl_number = from->root_crl_number,
        .sgx_type = from->pck.sgx_type,
        .dynamic_platform = from->pck.has_platform && from->pck.dynamic_platform,
        .cached_keys = from->pck.has_platform && from->pck.cached_keys,
        .has_smt = from->pck.sgx_type == 1 || from->pck.sgx_type == 2,
        .smt_enabled = from->pck.has_platform && from->pck.smt_enabled,
        .advisories = &from->advisories,
    };
    status_words(from->tcb_status, ret);
    memcpy(ret->root_key_id, from->root_key_id, sizeof(ret->root_key_id));
    memcpy(ret->fmspc, from->pck.fmspc, sizeof(ret->fmspc));
}

static void fill_qe(const struct verification *from, struct measurement_tcb *ret)
{
    *ret = (struct measurement_tcb){
        .earliest_issue = from->dates.qe_earliest_issue,
        .latest_issue = from->dates.qe_latest_issue,
        .earliest_expiration = from->dates.qe_earliest_expiration,
        .level_date = from->qe_tcb_date,
        .evaluation_number = from->qe_identity_evaluation,
    };
    status_words(from->qe_status, ret);
    memcpy(ret->root_key_id, from->root_key_id, sizeof(ret->root_key_id));
}

enum tdx_status measurement_read(const struct verification *verification, struct span quote,
                                 struct measurement *ret, struct tdx_error *err)
{
    const struct quote *from = &verification->quote;
    bool extended = from->version >= 5 && from->body_type == QUOTE_BODY_TD15EX;
    bool service_td = extended || (from->version >= 5 && from->body_type == QUOTE_BODY_TD15);
    enum policy_class td_class;
    enum tdx_status status = measurement_td_class(from, &td_class, err);

    if (status != TDX_OK)
        return status;
    if (EVP_Digest(quote.data, quote.size, ret->quote_hash, NULL, EVP_sha384(), NULL) != 1)
        return status_fail(err, TDX_CRYPTO_FAILED, "SHA-384 of a quote");
    ret->td_class = td_class;
    ret->platform_class = td_class == POLICY_TD10 ? POLICY_TDX10_PLATFORM : POLICY_TDX15_PLATFORM;
    fill_platform(verification, &ret->platform);
    fill_qe(verification, &ret->qe);
    measurement_td_fill(&from->td, service_td, extended ? &from->extended : NULL, &ret->td);
    return TDX_OK;
}
