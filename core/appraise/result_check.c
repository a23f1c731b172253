/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/appraise/policy_fields.h"
#include "core/appraise/result.h"
#include "core/base/hex.h"
#include "core/base/span_text.h"
#include "core/base/text.h"

/* The one entry of a class; NULL if there is none, or more than one. */
static const struct result_entry *only_entry(const struct result *result, enum policy_class class)
{
    const struct result_entry *found = NULL;

    for (size_t i = 0; i < result->entry_count; i++)
        if (result->entry[i].class == class) {
            if (found != NULL)
                return NULL;
            found = &result->entry[i];
        }
    return found;
}

/* The TD's entry and its class's platform, if there is exactly one TD. */
static const struct result_entry *td_entry(const struct result *result,
                                           enum policy_class *ret_platform)
{
    const struct result_entry *td10 = only_entry(result, POLICY_TD10);
    const struct result_entry *td15 = only_entry(result, POLICY_TD15);

    *ret_platform = td15 != NULL ? POLICY_TDX15_PLATFORM : POLICY_TDX10_PLATFORM;
    if (td10 != NULL && td15 != NULL)
        return NULL;
    return td15 != NULL ? td15 : td10;
}

/* The verdict says yes and so does each check it is made of. */
static enum tdx_status check_entry(const struct result_entry *entry, struct tdx_error *err)
{
    struct json_place checks = { 0 };
    char quoted[64];

    if (!json_next(&entry->details, &checks) || json_count(&checks) == 0 ||
        json_type_of(&checks) != JSON_OBJECT)
        return status_fail(err, TDX_RESULT_INCOMPLETE, "no checks of the %s",
                           policy_class_words(entry->class));
    for (struct json_place check = { 0 }; json_next(&checks, &check);)
        if (json_type_of(&check) != JSON_BOOL || !json_as_bool(&check))
            return status_fail(err, TDX_RESULT_REFUSED, "%s",
                               text_quote(json_name(&check).data, json_name(&check).size, quoted,
                                          sizeof(quoted)));
    if (entry->result != 1)
        return status_fail(err, TDX_RESULT_REFUSED, "%s: %d", policy_class_words(entry->class),
                           entry->result);
    return TDX_OK;
}

enum tdx_status result_check(const struct result *result, struct tdx_error *err)
{
    enum policy_class platform_class;
    const struct result_entry *td = td_entry(result, &platform_class);
    const struct result_entry *needed[APPRAISED_REPORTS] = { td, only_entry(result, platform_class),
                                                             only_entry(result, POLICY_TD_QE) };

    for (size_t i = 0; i < result->entry_count; i++) {
        enum tdx_status status = check_entry(&result->entry[i], err);

        if (status != TDX_OK)
            return status;
    }
    for (size_t i = 0; i < APPRAISED_REPORTS; i++)
        if (needed[i] == NULL || result->entry_count != APPRAISED_REPORTS)
            return status_fail(err, TDX_RESULT_INCOMPLETE, "it has %zu reports",
                               result->entry_count);
    if (result->overall != 1)
        return status_fail(err, TDX_RESULT_REFUSED, "overall_appraisal_result is %d",
                           result->overall);
    return TDX_OK;
}

/* What Intel's built-in policy for platform and QE says, and no more: judged by the content, since
 * a description proves nothing. */
static bool is_built_in_strict(const struct result_entry *entry)
{
    struct json_place reference = json_member(&entry->policy, "reference", JSON_OPTIONAL);
    struct json_place accepted, grace, word = { 0 };

    if (entry->class == POLICY_TD10 || entry->class == POLICY_TD15 ||
        json_type_of(&reference) != JSON_OBJECT || json_count(&reference) != 2 ||
        !policy_field_get(&reference, "accepted_tcb_status", &accepted) ||
        !policy_field_get(&reference, "collateral_grace_period", &grace))
        return false;
    return json_type_of(&accepted) == JSON_ARRAY && json_count(&accepted) == 1 &&
           json_next(&accepted, &word) && json_type_of(&word) == JSON_STRING &&
           json_is(&word, "UpToDate") && json_type_of(&grace) == JSON_NUMBER &&
           json_as_number(&grace) == 0;
}

enum tdx_status result_check_signers(const struct result *result, const struct es384_key *key,
                                     size_t count, struct tdx_error *err)
{
    for (size_t i = 0; i < result->entry_count; i++) {
        const struct result_entry *entry = &result->entry[i];
        bool known = false;

        for (size_t k = 0; entry->has_key && k < count; k++)
            known |= es384_key_equal(&entry->key, &key[k]);
        if (known || (!entry->has_key && is_built_in_strict(entry)))
            continue;
        return status_fail(err, entry->has_key ? TDX_POLICY_SIGNER_UNKNOWN : TDX_POLICY_UNSIGNED,
                           "the policy for the %s", policy_class_words(entry->class));
    }
    return TDX_OK;
}

static bool same_policy(const struct result_entry *entry, const struct jws *token)
{
    struct span signature = span_of(token->signature);

    return token->is_signed && entry->has_key && es384_key_equal(&entry->key, &token->key) &&
           span_equal(entry->signature, signature);
}

/* The class of the same thing in the other generation of TDX. */
static enum policy_class other_generation(enum policy_class class)
{
    switch (class) {
    case POLICY_TD10:
        return POLICY_TD15;
    case POLICY_TD15:
        return POLICY_TD10;
    case POLICY_TDX10_PLATFORM:
        return POLICY_TDX15_PLATFORM;
    case POLICY_TDX15_PLATFORM:
        return POLICY_TDX10_PLATFORM;
    default:
        return class;
    }
}

/* The set covers both generations, and the report is of the other one. */
static bool is_spare(const struct result *result, const struct policy_set *set,
                     enum policy_class class)
{
    enum policy_class other = other_generation(class);

    return other != class && set->of_class[other] != NULL && only_entry(result, other) != NULL;
}

enum tdx_status result_check_policies(const struct result *result, const struct policy_set *set,
                                      struct tdx_error *err)
{
    for (int class = 0; class < POLICY_CLASS_COUNT; class ++) {
        const struct policy *policy = set->of_class[class];
        const struct result_entry *entry;

        if (policy == NULL || is_spare(result, set, (enum policy_class) class))
            continue;
        entry = only_entry(result, (enum policy_class) class);
        if (entry == NULL)
            return status_fail(err, TDX_RESULT_INCOMPLETE, "no report for %s (%s)",
                               policy_source_name(policy->source),
                               policy_class_words((enum policy_class) class));
        if (!same_policy(entry, policy_source_token(policy->source)))
            return status_fail(err, TDX_POLICY_SIGNER_UNKNOWN,
                               "the %s was appraised with another policy than %s",
                               policy_class_words((enum policy_class) class),
                               policy_source_name(policy->source));
    }
    return TDX_OK;
}

enum tdx_status result_report_data(const struct result *result,
                                   uint8_t ret[static TD_REPORT_DATA_SIZE], struct tdx_error *err)
{
    enum policy_class platform_class;
    const struct result_entry *td = td_entry(result, &platform_class);
    uint8_t reversed[TD_REPORT_DATA_SIZE];
    struct json_place member;
    struct span hex;

    if (td == NULL)
        return status_fail(err, TDX_RESULT_BAD, "there is not exactly one TD in it");
    member = json_member(&td->measurement, "tdx_reportdata", JSON_OPTIONAL);
    if (!policy_is_hex(&member, 2 * sizeof(reversed)))
        return status_fail(err, TDX_RESULT_BAD, "tdx_reportdata is not 128 hexadecimal digits");
    hex = json_as_string(&member);
    if (hex_decode_exact((const char *)hex.data, hex.size, reversed, sizeof(reversed), NULL) !=
        TDX_OK)
        return status_fail(err, TDX_INTERNAL, "tdx_reportdata");
    for (size_t i = 0; i < sizeof(reversed); i++)
        ret[i] = reversed[sizeof(reversed) - 1 - i];
    return TDX_OK;
}
