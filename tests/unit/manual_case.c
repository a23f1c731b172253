/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/manual_case.h"

#include <string.h>

#include "core/base/hex.h"
#include "core/base/rfc3339.h"
#include "core/base/span_text.h"
#include "tests/unit/cmocka_all.h"

const char manual_policy[] =
    "{\n    \"policy_array\":[\n        {\n            \"environment\":{\n"
    "                \"class_id\":\"45b734fc-aa4e-4c3d-ad28-e43d08880e68\",\n"
    "                \"description\":\"Application TD TCB 1.5\"\n            },\n"
    "            \"reference\":{\n                \"tdx_attributes\":\"0000000010000000\",\n"
    "                \"#NOTE\": \"0000000010000000 means for NO_DEBUG and SPTE_VE_DISABLE\"\n"
    "            }\n        }\n    ]\n}\n";

int64_t manual_time(const char *text)
{
    int64_t seconds = 0;

    assert_status(rfc3339_parse(text, strlen(text), &seconds, NULL), "OK");
    return seconds;
}

static void bytes_of(const char *hex, void *out, size_t size)
{
    assert_status(hex_decode_exact(hex, strlen(hex), out, size, NULL), "OK");
}

/* Memory order, as in the quote. */
static void fill_td(struct td_identity *td)
{
    td->attributes = UINT64_C(0x10000000);
    td->xfam = UINT64_C(0x642e7);
    bytes_of(
        "dfba221b48a22af8511542ee796603f37382800840dcd978703909bf8e64d4c8a1e9de86e7c9638bfcba422f"
        "3886400a",
        td->mr_td, sizeof(td->mr_td));
    bytes_of(
        "383c87d3bbb047b2d171eaca95312ede99f258088dc788f6ae2ccf8b6dd848fe8d47629e08b3f6cbd4a00dd4"
        "7a5a033d",
        td->service_td_hash, sizeof(td->service_td_hash));
    for (size_t i = 0; i < sizeof(td->report_data); i++)
        td->report_data[i] = (uint8_t)i;
}

struct verification manual_verification(void)
{
    struct verification v = { 0 };

    v.quote.version = 5;
    v.quote.tee = QUOTE_TEE_TDX;
    v.quote.body_type = QUOTE_BODY_TD15;
    fill_td(&v.quote.td);
    v.platform_tcb_date = v.qe_tcb_date = manual_time("2023-08-09T00:00:00Z");
    v.tcb_evaluation_data_number = v.qe_identity_evaluation = 16;
    v.root_crl_number = v.pck_crl_number = 1;
    v.dates.earliest_issue = v.dates.qe_earliest_issue = manual_time("2018-05-21T10:45:10Z");
    v.dates.latest_issue = manual_time("2024-03-13T15:45:02Z");
    v.dates.earliest_expiration = manual_time("2024-04-02T10:22:51Z");
    v.dates.qe_latest_issue = manual_time("2018-05-21T10:50:10Z");
    v.dates.qe_earliest_expiration = manual_time("2025-05-21T10:50:10Z");
    bytes_of("90c06f000000", v.pck.fmspc, sizeof(v.pck.fmspc));
    v.pck.sgx_type = 1;
    v.pck.has_platform = v.pck.dynamic_platform = v.pck.cached_keys = v.pck.smt_enabled = true;
    bytes_of("46e403bd34f05a3f2817ab9badcaacc7ffc98e0f261008cd30dae936cace18d5dcf58eef31463613de15"
             "70d516200993",
             v.root_key_id, sizeof(v.root_key_id));
    return v;
}

struct appraise_request manual_request(const struct policy_set *set)
{
    return (struct appraise_request){ .policies = set,
                                      .accepted_statuses = TCB_ACCEPTED_DEFAULT,
                                      .now = MANUAL_NOW };
}

struct collateral manual_collateral(void)
{
    static const uint8_t crl[] = { 0x30, 0x82, 0x00, 0x01, 0x00 }, signature[64] = { 1, 2 };

    return (struct collateral){
        .pck_crl_issuer_chain = span_of("-----BEGIN CERTIFICATE-----\n"),
        .root_ca_crl = { crl, sizeof(crl) },
        .pck_crl = { crl, sizeof(crl) },
        .tcb_info_issuer_chain = span_of("-----BEGIN CERTIFICATE-----\n"),
        .tcb_info = span_of("{\"id\":\"TDX\"}"),
        .tcb_info_signature = { signature, sizeof(signature) },
        .qe_identity_issuer_chain = span_of("-----BEGIN CERTIFICATE-----\n"),
        .qe_identity = span_of("{\"id\":\"TD_QE\"}"),
        .qe_identity_signature = { signature, sizeof(signature) },
    };
}
