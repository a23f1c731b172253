/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/appraise/check.h"
#include "core/appraise/policy_fields.h"
#include "core/base/hex.h"
#include "core/evidence/td_attributes.h"

#define MASKED_DIGITS 16

void check_add(struct check_list *list, const char *name, bool held, const char *format, ...)
{
    struct check *check = &list->check[list->count++];
    va_list arguments;

    *check = (struct check){ .name = name, .held = held };
    if (held)
        return;
    va_start(arguments, format);
    (void)vsnprintf(check->reason, sizeof(check->reason), format, arguments); /* cut is fine */
    va_end(arguments);
}

bool check_list_held(const struct check_list *list)
{
    bool held = true;

    for (size_t i = 0; i < list->count; i++)
        held &= list->check[i].held;
    return held;
}

static bool same_digits(const struct json_place *value, const char *measured)
{
    struct span string = json_as_string(value);

    return strncasecmp((const char *)string.data, measured, string.size) == 0;
}

/* A value that must be equal, all of it. */
static void check_equal(const struct json_place *reference, const struct measurement_td *td,
                        const char *check, const char *field, struct check_list *ret)
{
    const char *measured = measurement_td_field(td, field);
    struct json_place value;

    if (!policy_field_get(reference, field, &value))
        check_add(ret, check, true, "absent");
    else if (measured == NULL)
        check_add(ret, check, false, "%s is not in a quote of this version", field);
    else if (!policy_is_hex(&value, strlen(measured)))
        check_add(ret, check, false, "%s of the policy is not a string of %zu hexadecimal digits",
                  field, strlen(measured));
    else
        check_add(ret, check, same_digits(&value, measured), "%s is %s", field, measured);
}

static uint64_t number_of(const char *digits, size_t count)
{
    uint64_t value = 0;

    for (size_t i = 0; i < count; i++)
        value = value << 4 | (uint64_t)hex_digit(digits[i]);
    return value;
}

/* The policy's value under its mask, which is all bits where there is none. NULL, or why not. */
static const char *masked_difference(const struct json_place *value, bool has_value,
                                     const struct json_place *mask, bool has_mask,
                                     uint64_t measured)
{
    uint64_t wanted, bits = UINT64_MAX;

    if (!has_value)
        return has_mask ? "the policy has a mask without a value" : NULL;
    if (!policy_is_hex(value, MASKED_DIGITS))
        return "the policy's value is not a string of 16 hexadecimal digits";
    if (has_mask && !policy_is_hex(mask, MASKED_DIGITS))
        return "the policy's mask is not a string of 16 hexadecimal digits";
    wanted = number_of((const char *)json_as_string(value).data, MASKED_DIGITS);
    if (has_mask)
        bits = number_of((const char *)json_as_string(mask).data, MASKED_DIGITS);
    return (wanted & bits) == (measured & bits) ? NULL : "it differs from the policy's value";
}

static void check_masked(const struct json_place *reference, const struct measurement_td *td,
                         const char *check, const char *field, const char *mask_field,
                         const char *first_reason, struct check_list *ret)
{
    const char *measured = measurement_td_field(td, field), *why = first_reason;
    struct json_place value, mask;
    bool has_value = policy_field_get(reference, field, &value);
    bool has_mask = policy_field_get(reference, mask_field, &mask);

    if (why == NULL)
        why = masked_difference(&value, has_value, &mask, has_mask,
                                number_of(measured, MASKED_DIGITS));
    check_add(ret, check, why == NULL, "%s is %s: %s", field, measured, why);
}

void check_td(const struct json_place *reference, const struct measurement_td *td,
              struct check_list *ret)
{
    static const struct {
        const char *check, *field;
    } equals[] = {
        { "td_mrconfigid_check", "tdx_mrconfigid" },
        { "td_mrowner_check", "tdx_mrowner" },
        { "td_mrownerconfig_check", "tdx_mrownerconfig" },
        { "td_mrtd_check", "tdx_mrtd" },
        { "td_rtmr0_check", "tdx_rtmr0" },
        { "td_rtmr1_check", "tdx_rtmr1" },
        { "td_rtmr2_check", "tdx_rtmr2" },
        { "td_rtmr3_check", "tdx_rtmr3" },
        { "td_mrservicetd_check", "tdx_mrservicetd" },
    };
    /* Refused whatever the policy says: appraisal notes section 8, number 10. */
    const char *debug =
        td_attributes_debuggable(td->attributes) ? "the TD can be debugged by its host" : NULL;

    *ret = (struct check_list){ 0 };
    check_masked(reference, td, "td_attributes_check", "tdx_attributes", "tdx_attributes_mask",
                 debug, ret);
    check_masked(reference, td, "td_xfam_check", "tdx_xfam", "tdx_xfam_mask", NULL, ret);
    for (size_t i = 0; i < sizeof(equals) / sizeof(equals[0]); i++)
        check_equal(reference, td, equals[i].check, equals[i].field, ret);
}
