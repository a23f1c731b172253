/* SPDX-License-Identifier: Apache-2.0 */
/* The blocks as JSON, member for member as Intel's verifier prints them (appraisal notes 4.3 to
 * 4.6); the TD's and the QE's environment spell "Description", the platform's does not. */
#include "core/appraise/measurement.h"
#include "core/base/hex.h"

static void open_block(struct json_writer *out, const char *name, const char *description_name,
                       const char *description, enum policy_class class)
{
    json_open(out, name, '{');
    json_open(out, "environment", '{');
    json_put_string(out, "class_id", policy_class_id(class));
    json_put_string(out, description_name, description);
    json_close(out, '}');
    json_open(out, "measurement", '{');
}

static void close_block(struct json_writer *out)
{
    json_close(out, '}');
    json_close(out, '}');
}

static void write_tcb(const struct measurement_tcb *tcb, struct json_writer *out)
{
    char key_id[HEX_TEXT_SIZE(sizeof(tcb->root_key_id))];

    if (tcb->tcb_status_count > 0) {
        json_open(out, "tcb_status", '[');
        for (size_t i = 0; i < tcb->tcb_status_count; i++)
            json_put_string(out, NULL, tcb->tcb_status[i]);
        json_close(out, ']');
    }
    json_put_time(out, "earliest_issue_date", tcb->earliest_issue);
    json_put_time(out, "latest_issue_date", tcb->latest_issue);
    json_put_time(out, "earliest_expiration_date", tcb->earliest_expiration);
    json_put_time(out, "tcb_level_date_tag", tcb->level_date);
    json_put_uint(out, "tcb_eval_num", tcb->evaluation_number);
    measurement_hex(tcb->root_key_id, sizeof(tcb->root_key_id), key_id);
    json_put_string(out, "root_key_id", key_id);
}

/* The one value in memory order: Intel's code reverses it twice. */
static void write_fmspc(const struct measurement_tcb *platform, struct json_writer *out)
{
    uint8_t reversed[sizeof(platform->fmspc)];
    char hex[HEX_TEXT_SIZE(sizeof(reversed))];

    for (size_t i = 0; i < sizeof(reversed); i++)
        reversed[i] = platform->fmspc[sizeof(reversed) - 1 - i];
    measurement_hex(reversed, sizeof(reversed), hex);
    json_put_string(out, "fmspc", hex);
}

void measurement_write_platform(const struct measurement *of, const char *name,
                                struct json_writer *out)
{
    const struct measurement_tcb *platform = &of->platform;

    open_block(out, name, "description", "TDX Platform TCB", of->platform_class);
    write_tcb(platform, out);
    json_put_uint(out, "pck_crl_num", platform->pck_crl_number);
    json_put_uint(out, "root_ca_crl_num", platform->root_crl_number);
    json_put_uint(out, "sgx_types", platform->sgx_type);
    if (platform->dynamic_platform)
        json_put_bool(out, "is_dynamic_platform", true);
    if (platform->cached_keys)
        json_put_bool(out, "is_cached_keys_policy", true);
    if (platform->has_smt)
        json_put_bool(out, "is_smt_enabled", platform->smt_enabled);
    if (platform->advisories != NULL && platform->advisories->count > 0) {
        json_open(out, "advisory_ids", '[');
        for (size_t i = 0; i < platform->advisories->count; i++)
            json_put_string(out, NULL, platform->advisories->id[i]);
        json_close(out, ']');
    }
    write_fmspc(platform, out);
    close_block(out);
}

void measurement_write_qe(const struct measurement *of, const char *name, struct json_writer *out)
{
    open_block(out, name, "Description", "RAW TDX QE Report", POLICY_TD_QE);
    write_tcb(&of->qe, out);
    close_block(out);
}

void measurement_write_td(const struct measurement *of, const char *name, struct json_writer *out)
{
    open_block(out, name, "Description", "Application TD TCB", of->td_class);
    for (size_t i = 0; i < of->td.count; i++)
        json_put_string(out, of->td.field[i].name, of->td.field[i].hex);
    close_block(out);
}
