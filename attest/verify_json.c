/* SPDX-License-Identifier: Apache-2.0 */
#include "attest/td_print.h"
#include "attest/verify_print.h"
#include "core/base/json_write.h"

static void put_advisories(struct json_writer *json, const char *name,
                           const struct advisory_list *list)
{
    json_open(json, name, '[');
    for (size_t i = 0; list != NULL && i < list->count; i++)
        json_put_string(json, NULL, list->id[i]);
    json_close(json, ']');
}

static void put_quote(struct json_writer *json, const struct verdict *verdict)
{
    const struct quote *quote = &verdict->quote;

    if (!verdict->has_quote) {
        json_put_null(json, "quote");
        json_put_null(json, "td");
        json_put_null(json, "enclave");
        return;
    }
    json_open(json, "quote", '{');
    json_put_uint(json, "version", quote->version);
    json_put_string(json, "tee", quote->tee == QUOTE_TEE_TDX ? "TDX" : "SGX");
    json_put_uint(json, "body_type", quote->body_type);
    json_put_uint(json, "length", quote->length);
    json_put_uint(json, "trailing_bytes", verdict->trailing_bytes);
    json_put_uint(json, "certification_data_type", quote->certification_type);
    json_put_hex(json, "user_data", quote->user_data, sizeof(quote->user_data));
    json_put_enclave(json, "qe", &quote->qe_report);
    json_close(json, '}');
    if (quote->tee == QUOTE_TEE_TDX) {
        json_put_td(json, "td", &quote->td, quote->body_type != QUOTE_BODY_TD10,
                    quote->body_type == QUOTE_BODY_TD15EX ? &quote->extended : NULL);
        json_put_null(json, "enclave");
    } else {
        json_put_null(json, "td");
        json_put_enclave(json, "enclave", &quote->enclave);
    }
}

static void put_status(struct json_writer *json, const char *name, enum tcb_status status)
{
    json_put_string(json, name, tcb_status_word(status));
}

static void put_tcb(struct json_writer *json, const struct verification *found)
{
    json_open(json, "tcb", '{');
    put_status(json, "platform_status", found->platform_status);
    json_put_time(json, "platform_date", found->platform_tcb_date);
    if (found->has_module) {
        put_status(json, "tdx_module_status", found->module_status);
        json_put_time(json, "tdx_module_date", found->module_tcb_date);
    } else {
        json_put_null(json, "tdx_module_status");
        json_put_null(json, "tdx_module_date");
    }
    put_status(json, "qe_status", found->qe_status);
    json_put_time(json, "qe_date", found->qe_tcb_date);
    put_status(json, "current_status", found->current_status);
    put_advisories(json, "current_advisory_ids", &found->current_advisories);
    json_put_time(json, "date", found->tcb_date);
    json_close(json, '}');
}

static void put_evaluation(struct json_writer *json, const struct verification *found)
{
    json_put_uint(json, "tcb_evaluation_data_number", found->tcb_evaluation_data_number);
    json_put_uint(json, "tcb_info_evaluation_data_number", found->tcb_info_evaluation);
    json_put_uint(json, "qe_identity_evaluation_data_number", found->qe_identity_evaluation);
    json_put_uint(json, "root_ca_crl_number", found->root_crl_number);
    json_put_uint(json, "pck_crl_number", found->pck_crl_number);
    json_put_hex(json, "root_key_id", found->root_key_id, sizeof(found->root_key_id));
}

static void put_dates(struct json_writer *json, const struct verification_dates *dates)
{
    json_open(json, "dates", '{');
    json_put_time(json, "earliest_issue", dates->earliest_issue);
    json_put_time(json, "latest_issue", dates->latest_issue);
    json_put_string(json, "first_to_expire", dates->first_to_expire);
    json_put_time(json, "tcb_info_issue", dates->tcb_info_issue);
    json_put_time(json, "tcb_info_next_update", dates->tcb_info_next_update);
    json_put_time(json, "qe_identity_issue", dates->qe_identity_issue);
    json_put_time(json, "qe_identity_next_update", dates->qe_identity_next_update);
    json_put_time(json, "root_ca_crl_this_update", dates->root_crl_this_update);
    json_put_time(json, "root_ca_crl_next_update", dates->root_crl_next_update);
    json_put_time(json, "pck_crl_this_update", dates->pck_crl_this_update);
    json_put_time(json, "pck_crl_next_update", dates->pck_crl_next_update);
    json_close(json, '}');
}

static void put_pck(struct json_writer *json, const struct pck_info *pck)
{
    json_open(json, "pck", '{');
    json_put_hex(json, "fmspc", pck->fmspc, sizeof(pck->fmspc));
    json_put_hex(json, "pceid", pck->pce_id, sizeof(pck->pce_id));
    json_put_string(json, "ca", pck->ca == PCK_CA_PLATFORM ? "platform" : "processor");
    json_put_hex(json, "ppid", pck->ppid, sizeof(pck->ppid));
    json_put_uint(json, "pcesvn", pck->pce_svn);
    json_put_hex(json, "cpu_svn", pck->cpu_svn, sizeof(pck->cpu_svn));
    json_open(json, "sgx_tcb_components", '[');
    for (size_t i = 0; i < sizeof(pck->component_svn); i++)
        json_put_uint(json, NULL, pck->component_svn[i]);
    json_close(json, ']');
    json_put_uint(json, "sgx_type", pck->sgx_type);
    if (pck->has_platform) {
        json_put_hex(json, "platform_instance_id", pck->platform_instance_id,
                     sizeof(pck->platform_instance_id));
        json_put_bool(json, "dynamic_platform", pck->dynamic_platform);
        json_put_bool(json, "cached_keys", pck->cached_keys);
        json_put_bool(json, "smt_enabled", pck->smt_enabled);
    }
    json_put_time(json, "not_before", pck->not_before);
    json_put_time(json, "not_after", pck->not_after);
    json_close(json, '}');
}

static void put_level(struct json_writer *json, const char *name, const struct tcb_gap_level *level)
{
    json_open(json, name, '{');
    put_status(json, "status", level->status);
    json_put_time(json, "date", level->date);
    json_close(json, '}');
}

static void put_gap(struct json_writer *json, const struct verification *found)
{
    static const char *const parts[] = {
        [TCB_GAP_SGX_COMPONENT] = "sgx_component",
        [TCB_GAP_TDX_COMPONENT] = "tdx_component",
        [TCB_GAP_PCE] = "pce",
        [TCB_GAP_QE] = "qe",
        [TCB_GAP_TDX_MODULE] = "tdx_module",
    };
    const struct tcb_gap *gap = &found->gap;

    if (!gap->present) {
        json_put_null(json, "tcb_gap");
        return;
    }
    json_open(json, "tcb_gap", '{');
    put_level(json, "matched", &gap->matched);
    put_level(json, "newest", &gap->newest);
    json_open(json, "lacking", '[');
    for (size_t i = 0; i < gap->item_count; i++) {
        const struct tcb_gap_item *item = &gap->item[i];

        json_open(json, NULL, '{');
        json_put_string(json, "part", parts[item->part]);
        if (item->part == TCB_GAP_SGX_COMPONENT || item->part == TCB_GAP_TDX_COMPONENT)
            json_put_uint(json, "index", item->index);
        json_put_string(json, "category", item->category);
        json_put_string(json, "type", item->type);
        json_put_uint(json, "have", item->have);
        json_put_uint(json, "need", item->need);
        json_put_string(json, "who_can_mend", verdict_mender(found, item));
        json_close(json, '}');
    }
    json_close(json, ']');
    put_advisories(json, "advisory_ids", &found->advisories);
    json_close(json, '}');
}

static void put_reason(struct json_writer *json, const char *name, const struct tdx_error *reason)
{
    json_open(json, name, '{');
    json_put_string(json, "code", status_id(reason->status));
    json_put_string(json, "message", status_message(reason->status));
    json_put_string(json, "detail", reason->detail);
    json_put_string(json, "remedy", status_remedy(reason->status));
    json_close(json, '}');
}

/* The members that hold for a verified quote; null or empty where there is none. */
static void put_verification(struct json_writer *json, const struct verdict *verdict)
{
    static const char *const unknown[] = { "tcb",         "tcb_evaluation_data_number",
                                           "dates",       "pck",
                                           "root_key_id", "tcb_gap" };
    const struct verification *found = &verdict->verification;

    if (!verdict->has_verification) {
        for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
            json_put_null(json, unknown[i]);
        return;
    }
    put_tcb(json, found);
    put_evaluation(json, found);
    put_dates(json, &found->dates);
    put_pck(json, &found->pck);
    put_gap(json, found);
}

/* Only the checks that failed: 'verify --format jwt' gives all of them. */
static void put_appraisal(struct json_writer *json, const struct appraisal *appraisal)
{
    if (appraisal == NULL) {
        json_put_null(json, "appraisal");
        return;
    }
    json_open(json, "appraisal", '{');
    json_put_int(json, "overall_appraisal_result", appraisal->overall);
    json_open(json, "reports", '[');
    for (size_t i = 0; i < APPRAISED_REPORTS; i++) {
        const struct appraised_report *report = &appraisal->report[i];

        json_open(json, NULL, '{');
        json_put_string(json, "class_id", policy_class_id(report->class));
        json_put_int(json, "appraisal_result", report->result);
        json_put_string(json, "policy", policy_source_name(report->policy->source));
        json_open(json, "failed_checks", '[');
        for (size_t k = 0; k < report->checks.count; k++)
            if (!report->checks.check[k].held)
                json_put_string(json, NULL, report->checks.check[k].name);
        json_close(json, ']');
        json_close(json, '}');
    }
    json_close(json, ']');
    json_close(json, '}');
}

void verdict_print_json(const struct verdict *verdict, struct text *out)
{
    struct json_writer json = { .text = out, .indent = true };
    const struct verification *found = &verdict->verification;
    bool known = verdict->has_verification;

    json_open(&json, NULL, '{');
    json_put_bool(&json, "verified", verdict->verified);
    json_put_bool(&json, "accepted", verdict->accepted);
    json_put_string(&json, "tcb_status", verdict_tcb_word(verdict));
    put_advisories(&json, "advisory_ids", known ? &found->advisories : NULL);
    if (known) {
        json_put_bool(&json, "collateral_expired", found->collateral_expired);
        json_put_time(&json, "earliest_expiration", found->dates.earliest_expiration);
    } else {
        json_put_null(&json, "collateral_expired");
        json_put_null(&json, "earliest_expiration");
    }
    json_put_string(&json, "trust_anchor", verdict->anchor_is_intel ? "intel" : "custom");
    json_put_time(&json, "time", verdict->now);
    put_quote(&json, verdict);
    put_verification(&json, verdict);
    put_appraisal(&json, verdict->appraisal);
    if (verdict->reason_count > 0)
        put_reason(&json, "error", &verdict->reason[0]);
    else
        json_put_null(&json, "error");
    json_open(&json, "reasons", '[');
    for (size_t i = 0; i < verdict->reason_count; i++)
        put_reason(&json, NULL, &verdict->reason[i]);
    json_close(&json, ']');
    if (verdict->seen.status != TDX_OK)
        put_reason(&json, "older_than_seen", &verdict->seen);
    else
        json_put_null(&json, "older_than_seen");
    json_close(&json, '}');
    text_add_char(out, '\n');
}
