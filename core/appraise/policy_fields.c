/* SPDX-License-Identifier: Apache-2.0 */
#include "core/appraise/policy_fields.h"

#include <string.h>
#include <strings.h>

#include "core/base/hex.h"

#define PLATFORM POLICY_CLASSES_PLATFORM
#define TCB      POLICY_CLASSES_TCB
#define TD       POLICY_CLASSES_TD
#define ENCLAVE  (1U << POLICY_ENCLAVE)

/* Appraisal notes sections 1.5 to 1.8. */
static const struct policy_field fields[] = {
    { "accepted_tcb_status", TCB, POLICY_KIND_WORDS, 0, NULL },
    { "collateral_grace_period", TCB, POLICY_KIND_SECONDS, 0, NULL },
    { "platform_grace_period", TCB, POLICY_KIND_SECONDS, 0, NULL },
    { "min_tcb_level_date", TCB, POLICY_KIND_DATE, 0, "Intel's engine ignores it" },
    { "min_eval_num", TCB, POLICY_KIND_NUMBER, 0, NULL },
    { "accepted_platform_provider_ids", PLATFORM, POLICY_KIND_WORDS, 0,
      "no verifier reports a provider id: the check always fails" },
    { "accepted_sgx_types", PLATFORM, POLICY_KIND_NUMBERS, 0,
      "Intel's engine looks for another name and always fails" },
    { "allow_dynamic_platform", PLATFORM, POLICY_KIND_FLAG, 0, NULL },
    { "allow_cached_keys", PLATFORM, POLICY_KIND_FLAG, 0, "Intel's engine ignores it" },
    { "allow_smt_enabled", PLATFORM, POLICY_KIND_FLAG, 0, "Intel's engine ignores it" },
    { "rejected_advisory_ids", PLATFORM, POLICY_KIND_WORDS, 0, NULL },
    { "tdx_attributes", TD, POLICY_KIND_HEX, 16, NULL },
    { "tdx_attributes_mask", TD, POLICY_KIND_HEX, 16, NULL },
    { "tdx_xfam", TD, POLICY_KIND_HEX, 16, NULL },
    { "tdx_xfam_mask", TD, POLICY_KIND_HEX, 16, NULL },
    { "tdx_mrtd", TD, POLICY_KIND_HEX, 96, NULL },
    { "tdx_mrconfigid", TD, POLICY_KIND_HEX, 96, NULL },
    { "tdx_mrowner", TD, POLICY_KIND_HEX, 96, NULL },
    { "tdx_mrownerconfig", TD, POLICY_KIND_HEX, 96, NULL },
    { "tdx_rtmr0", TD, POLICY_KIND_HEX, 96, NULL },
    { "tdx_rtmr1", TD, POLICY_KIND_HEX, 96, NULL },
    { "tdx_rtmr2", TD, POLICY_KIND_HEX, 96, NULL },
    { "tdx_rtmr3", TD, POLICY_KIND_HEX, 96, NULL },
    { "tdx_mrservicetd", TD, POLICY_KIND_HEX, 96, NULL },
    { "sgx_attributes", ENCLAVE, POLICY_KIND_HEX, 32, NULL },
    { "sgx_attributes_mask", ENCLAVE, POLICY_KIND_HEX, 32, NULL },
    { "sgx_miscselect", ENCLAVE, POLICY_KIND_HEX, 8, NULL },
    { "sgx_miscselect_mask", ENCLAVE, POLICY_KIND_HEX, 8, NULL },
    { "sgx_ce_attributes", ENCLAVE, POLICY_KIND_HEX, 32, NULL },
    { "sgx_ce_attributes_mask", ENCLAVE, POLICY_KIND_HEX, 32, NULL },
    { "sgx_mrenclave", ENCLAVE, POLICY_KIND_HEX, 64, NULL },
    { "sgx_mrsigner", ENCLAVE, POLICY_KIND_HEX, 64, NULL },
    { "sgx_isvprodid", ENCLAVE, POLICY_KIND_NUMBER, 0, NULL },
    { "sgx_isvsvn_min", ENCLAVE, POLICY_KIND_NUMBER, 0, NULL },
    { "sgx_configid", ENCLAVE, POLICY_KIND_HEX, 128, NULL },
    { "sgx_configsvn_min", ENCLAVE, POLICY_KIND_NUMBER, 0, NULL },
    { "sgx_isvextprodid", ENCLAVE, POLICY_KIND_HEX, 32, NULL },
    { "sgx_isvfamilyid", ENCLAVE, POLICY_KIND_HEX, 32, NULL },
};

const struct policy_field *policy_field_at(size_t index)
{
    return index < sizeof(fields) / sizeof(fields[0]) ? &fields[index] : NULL;
}

const struct policy_field *policy_field_find(struct span name)
{
    const struct policy_field *field;

    for (size_t i = 0; (field = policy_field_at(i)) != NULL; i++)
        if (strlen(field->name) == name.size && memcmp(field->name, name.data, name.size) == 0)
            return field;
    return NULL;
}

bool policy_field_get(const struct json_place *reference, const char *name, struct json_place *ret)
{
    *ret = (struct json_place){ 0 };
    if (json_type_of(reference) != JSON_OBJECT)
        return false;
    *ret = json_member(reference, name, JSON_OPTIONAL);
    return json_present(ret) && !(json_type_of(ret) == JSON_BOOL && !json_as_bool(ret));
}

bool policy_is_hex(const struct json_place *value, size_t digits)
{
    struct span string;

    if (json_type_of(value) != JSON_STRING)
        return false;
    string = json_as_string(value);
    if (string.size != digits)
        return false;
    for (size_t i = 0; i < digits; i++)
        if (hex_digit((char)string.data[i]) < 0)
            return false;
    return true;
}

static bool is_word(const struct json_place *value, const char *word)
{
    struct span string;

    if (json_type_of(value) != JSON_STRING)
        return false;
    string = json_as_string(value);
    return string.size == strlen(word) &&
           strncasecmp((const char *)string.data, word, string.size) == 0;
}

bool policy_has_word(const struct json_place *value, const char *word)
{
    if (json_type_of(value) != JSON_ARRAY)
        return is_word(value, word);
    for (struct json_place item = { 0 }; json_next(value, &item);)
        if (is_word(&item, word))
            return true;
    return false;
}
