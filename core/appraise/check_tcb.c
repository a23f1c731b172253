/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "core/appraise/check.h"
#include "core/appraise/policy_fields.h"
#include "core/base/rfc3339.h"
#include "core/base/text.h"

/* Names of the five checks that platform and QE have in common. */
struct names {
    const char *tcb_status, *expiration, *grace, *level_date, *evaluation;
};

/* The five fields behind them, looked up once. */
struct rules {
    struct json_place accepted, collateral_grace, platform_grace, level_date, evaluation;
    bool has_accepted, has_collateral_grace, has_platform_grace, has_level_date, has_evaluation;
};

/* A hundred years: more is a mistake, and Intel's engine overflows soon after. */
#define GRACE_LIMIT 3.2e9

static struct rules rules_of(const struct json_place *reference)
{
    struct rules rules = { 0 };

    rules.has_accepted = policy_field_get(reference, "accepted_tcb_status", &rules.accepted);
    rules.has_collateral_grace =
        policy_field_get(reference, "collateral_grace_period", &rules.collateral_grace);
    rules.has_platform_grace =
        policy_field_get(reference, "platform_grace_period", &rules.platform_grace);
    rules.has_level_date = policy_field_get(reference, "min_tcb_level_date", &rules.level_date);
    rules.has_evaluation = policy_field_get(reference, "min_eval_num", &rules.evaluation);
    return rules;
}

/* A grace period in seconds; false where it is no number or out of range. */
static bool grace_seconds(const struct json_place *value, double *ret)
{
    if (json_type_of(value) != JSON_NUMBER)
        return false;
    *ret = json_as_number(value);
    return *ret >= -GRACE_LIMIT && *ret <= GRACE_LIMIT;
}

/* NULL, or why the check fails: so do the functions below. */
static const char *status_refused(const struct rules *rules, const struct measurement_tcb *tcb)
{
    if (!rules->has_accepted)
        return "the policy has no accepted_tcb_status";
    if (json_type_of(&rules->accepted) != JSON_STRING &&
        json_type_of(&rules->accepted) != JSON_ARRAY)
        return "accepted_tcb_status is neither a string nor an array";
    if (!policy_has_word(&rules->accepted, "UpToDate"))
        return "accepted_tcb_status lacks UpToDate";
    if (tcb->tcb_status_count == 0)
        return "there is no status";
    for (size_t i = 0; i < tcb->tcb_status_count; i++)
        if (!policy_has_word(&rules->accepted, tcb->tcb_status[i]))
            return tcb->tcb_status[i];
    return NULL;
}

static const char *expiration_refused(const struct rules *rules, const struct measurement_tcb *tcb,
                                      int64_t now)
{
    double grace;

    if (!rules->has_collateral_grace)
        return NULL;
    if (rules->has_evaluation)
        return "collateral_grace_period and min_eval_num exclude each other";
    if (!grace_seconds(&rules->collateral_grace, &grace))
        return "collateral_grace_period is no number of seconds";
    return (double)tcb->earliest_expiration + grace >= (double)now ? NULL
                                                                   : "the collateral has expired";
}

static const char *grace_refused(const struct rules *rules, const struct measurement_tcb *tcb,
                                 int64_t now)
{
    double grace, zero;

    if (!rules->has_platform_grace)
        return NULL;
    if (!grace_seconds(&rules->platform_grace, &grace))
        return "platform_grace_period is no number of seconds";
    if (!rules->has_collateral_grace || !grace_seconds(&rules->collateral_grace, &zero) ||
        zero != 0)
        return "platform_grace_period needs collateral_grace_period 0";
    if (rules->has_evaluation)
        return "platform_grace_period and min_eval_num exclude each other";
    if (json_type_of(&rules->accepted) != JSON_ARRAY || !rules->has_accepted ||
        !policy_has_word(&rules->accepted, "UpToDate") ||
        !policy_has_word(&rules->accepted, "OutOfDate"))
        return "platform_grace_period needs accepted_tcb_status with UpToDate and OutOfDate";
    return (double)tcb->level_date + grace >= (double)now
               ? NULL
               : "the TCB level is older than platform_grace_period";
}

static const char *level_date_refused(const struct rules *rules, const struct measurement_tcb *tcb)
{
    struct span string;
    int64_t date;

    if (!rules->has_level_date)
        return NULL;
    if (json_type_of(&rules->level_date) == JSON_STRING) {
        string = json_as_string(&rules->level_date);
        if (rfc3339_parse((const char *)string.data, string.size, &date, NULL) == TDX_OK)
            return tcb->level_date >= date ? NULL : "the TCB level is older than that";
    }
    return "min_tcb_level_date is no time";
}

static const char *evaluation_refused(const struct rules *rules, const struct measurement_tcb *tcb)
{
    if (!rules->has_evaluation)
        return NULL;
    if (json_type_of(&rules->evaluation) != JSON_NUMBER)
        return "min_eval_num is no number";
    if (rules->has_platform_grace || rules->has_collateral_grace)
        return "min_eval_num and a grace period exclude each other";
    return tcb->evaluation_number >= json_as_number(&rules->evaluation)
               ? NULL
               : "the collateral is of an earlier TCB evaluation";
}

static void check_shared(const struct json_place *reference, const struct measurement_tcb *tcb,
                         int64_t now, const struct names *names, struct check_list *ret)
{
    const struct rules rules = rules_of(reference);
    char date[RFC3339_TEXT_SIZE];
    const char *why = status_refused(&rules, tcb);

    check_add(ret, names->tcb_status, why == NULL, "not accepted: %s", why);
    why = expiration_refused(&rules, tcb, now);
    check_add(ret, names->expiration, why == NULL, "expires %s: %s",
              rfc3339_format(tcb->earliest_expiration, date), why);
    why = grace_refused(&rules, tcb, now);
    check_add(ret, names->grace, why == NULL, "level of %s: %s",
              rfc3339_format(tcb->level_date, date), why);
    why = level_date_refused(&rules, tcb);
    check_add(ret, names->level_date, why == NULL, "level of %s: %s",
              rfc3339_format(tcb->level_date, date), why);
    why = evaluation_refused(&rules, tcb);
    check_add(ret, names->evaluation, why == NULL, "number %" PRIu32 ": %s", tcb->evaluation_number,
              why);
}

/* The three allow_* fields: only the value false says something, and nothing else is "absent". */
static void check_flag(const struct json_place *reference, const char *name, const char *field,
                       bool measured, struct check_list *ret)
{
    struct json_place value = { 0 };
    bool forbidden;

    if (json_type_of(reference) == JSON_OBJECT)
        value = json_member(reference, field, JSON_OPTIONAL);
    forbidden = json_type_of(&value) == JSON_BOOL && !json_as_bool(&value);
    check_add(ret, name, !(forbidden && measured), "%s is false", field);
}

static bool has_number(const struct json_place *value, double number)
{
    if (json_type_of(value) == JSON_NUMBER)
        return json_as_number(value) == number;
    if (json_type_of(value) == JSON_ARRAY)
        for (struct json_place item = { 0 }; json_next(value, &item);)
            if (json_type_of(&item) == JSON_NUMBER && json_as_number(&item) == number)
                return true;
    return false;
}

/* The advisory that the policy rejects, or NULL. */
static const char *rejected_advisory(const struct json_place *reference,
                                     const struct advisory_list *advisories)
{
    struct json_place value;

    if (advisories == NULL || !policy_field_get(reference, "rejected_advisory_ids", &value))
        return NULL;
    for (size_t i = 0; i < advisories->count; i++)
        if (policy_has_word(&value, advisories->id[i]))
            return advisories->id[i];
    return NULL;
}

void check_platform(const struct json_place *reference, const struct measurement_tcb *platform,
                    int64_t now, struct check_list *ret)
{
    static const struct names names = {
        .tcb_status = "tcb_status_check",
        .expiration = "expiration_date_check",
        .grace = "earliest_accepted_tcb_level_date_tag_check",
        .level_date = "accepted_tcb_level_date_tag_check",
        .evaluation = "tcb_eval_num_check",
    };
    const char *advisory = rejected_advisory(reference, platform->advisories);
    struct json_place value;

    *ret = (struct check_list){ 0 };
    check_shared(reference, platform, now, &names, ret);
    check_add(ret, "platform_provider_id_check",
              !policy_field_get(reference, "accepted_platform_provider_ids", &value),
              "no verifier reports a provider id");
    check_flag(reference, "dynamic_platform_check", "allow_dynamic_platform",
               platform->dynamic_platform, ret);
    check_flag(reference, "cached_keys_check", "allow_cached_keys", platform->cached_keys, ret);
    check_flag(reference, "smt_enabled_check", "allow_smt_enabled",
               platform->has_smt && platform->smt_enabled, ret);
    check_add(ret, "advisory_ids_check", advisory == NULL, "the policy rejects %s", advisory);
    check_add(ret, "sgx_types_check",
              !policy_field_get(reference, "accepted_sgx_types", &value) ||
                  has_number(&value, platform->sgx_type),
              "the type is %u", platform->sgx_type);
}

void check_td_qe(const struct json_place *reference, const struct measurement_tcb *qe, int64_t now,
                 struct check_list *ret)
{
    static const struct names names = {
        .tcb_status = "td_qe_tcb_status_check",
        .expiration = "td_qe_expiration_date_check",
        .grace = "td_qe_earliest_accepted_tcb_level_date_tag_check",
        .level_date = "td_qe_accepted_tcb_level_date_tag_check",
        .evaluation = "td_qe_tcb_eval_num_check",
    };

    *ret = (struct check_list){ 0 };
    check_shared(reference, qe, now, &names, ret);
}
