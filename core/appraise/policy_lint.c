/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/appraise/policy_fields.h"
#include "core/base/rfc3339.h"
#include "core/base/text.h"

#define NAME_LIMIT 40 /* no field's name is longer; longer ones are no misspellings */
#define SENTENCE   400

struct lint {
    const struct policy *policy;
    policy_lint_handler handler;
    void *context;
};

static void tell(const struct lint *lint, enum policy_lint_weight weight, const char *format, ...)
    TDX_PRINTF(3, 4);

static void tell(const struct lint *lint, enum policy_lint_weight weight, const char *format, ...)
{
    const char *name = policy_source_name(lint->policy->source);
    char words[SENTENCE], sentence[SENTENCE + 300], quoted[200];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(words, sizeof(words), format, arguments); /* cut is good enough */
    va_end(arguments);
    (void)snprintf(sentence, sizeof(sentence), "%s: policy for the %s: %s",
                   text_quote(name, strlen(name), quoted, sizeof(quoted)),
                   policy_class_words(lint->policy->class), words);
    lint->handler(weight, sentence, lint->context);
}

static char lower(uint8_t byte)
{
    return (char)(byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Changes of one letter (another, one more, one less, two swapped) from a to b, in any case. */
static size_t edit_distance(struct span a, const char *b)
{
    size_t row[3][NAME_LIMIT + 1], length = strlen(b);

    if (a.size > NAME_LIMIT || length > NAME_LIMIT)
        return NAME_LIMIT;
    for (size_t j = 0; j <= length; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= a.size; i++) {
        size_t *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];

        now[0] = i;
        for (size_t j = 1; j <= length; j++) {
            bool same = lower(a.data[i - 1]) == lower((uint8_t)b[j - 1]);

            now[j] = smaller(last[j] + 1, now[j - 1] + 1);
            now[j] = smaller(now[j], last[j - 1] + (same ? 0 : 1));
            if (i > 1 && j > 1 && lower(a.data[i - 1]) == lower((uint8_t)b[j - 2]) &&
                lower(a.data[i - 2]) == lower((uint8_t)b[j - 1]))
                now[j] = smaller(now[j], before[j - 2] + 1);
        }
    }
    return row[a.size % 3][length];
}

/* The field of this class that name is most like, at most a third of its letters away. */
static const struct policy_field *nearest(struct span name, unsigned class_bit)
{
    const struct policy_field *best = NULL, *field;
    size_t best_distance = smaller(name.size / 3, 3) + 1;

    for (size_t i = 0; (field = policy_field_at(i)) != NULL; i++) {
        size_t distance = edit_distance(name, field->name);

        if ((field->classes & class_bit) != 0 && distance < best_distance) {
            best = field;
            best_distance = distance;
        }
    }
    return best;
}

static void unknown_name(const struct lint *lint, struct span name)
{
    unsigned class_bit = 1U << lint->policy->class;
    const struct policy_field *known = policy_field_find(name);
    const struct policy_field *meant = known == NULL ? nearest(name, class_bit) : NULL;
    char quoted[80];

    (void)text_quote(name.data, name.size, quoted, sizeof(quoted));
    if (meant != NULL)
        tell(lint, POLICY_LINT_NOTE, "\"%s\" is no field and has no effect; did you mean \"%s\"?",
             quoted, meant->name);
    else if (known != NULL)
        tell(lint, POLICY_LINT_NOTE, "\"%s\" has no effect here: it belongs to another class",
             quoted);
    else
        tell(lint, POLICY_LINT_NOTE, "\"%s\" is no field and has no effect", quoted);
}

static bool all_of_type(const struct json_place *value, enum json_type type)
{
    if (json_type_of(value) != JSON_ARRAY)
        return json_type_of(value) == type;
    for (struct json_place item = { 0 }; json_next(value, &item);)
        if (json_type_of(&item) != type)
            return false;
    return true;
}

/* NULL, or what the value of this kind should be. */
static const char *expected(const struct policy_field *field, const struct json_place *value)
{
    struct span string;
    int64_t seconds;

    switch (field->kind) {
    case POLICY_KIND_WORDS:
        return all_of_type(value, JSON_STRING) ? NULL : "a string or an array of strings";
    case POLICY_KIND_SECONDS:
    case POLICY_KIND_NUMBER:
        return json_type_of(value) == JSON_NUMBER ? NULL : "a number";
    case POLICY_KIND_NUMBERS:
        return all_of_type(value, JSON_NUMBER) ? NULL : "a number or an array of numbers";
    case POLICY_KIND_FLAG:
        return json_type_of(value) == JSON_BOOL ? NULL : "true or false";
    case POLICY_KIND_DATE:
        if (json_type_of(value) == JSON_STRING) {
            string = json_as_string(value);
            if (rfc3339_parse((const char *)string.data, string.size, &seconds, NULL) == TDX_OK)
                return NULL;
        }
        return "a time as \"2026-01-31T00:00:00Z\"";
    case POLICY_KIND_HEX:
        return policy_is_hex(value, field->digits) ? NULL : "hexadecimal digits";
    }
    return NULL;
}

static void known_field(const struct lint *lint, const struct policy_field *field,
                        const struct json_place *value)
{
    const char *wanted = expected(field, value);

    if (json_type_of(value) == JSON_BOOL && !json_as_bool(value) &&
        field->kind != POLICY_KIND_FLAG) {
        tell(lint, POLICY_LINT_NOTE, "\"%s\": false is the same as leaving the field out",
             field->name);
        return;
    }
    if (wanted != NULL && field->kind == POLICY_KIND_FLAG)
        tell(lint, POLICY_LINT_BROKEN, "\"%s\" has no effect: it must be %s", field->name, wanted);
    else if (wanted != NULL && field->kind == POLICY_KIND_HEX)
        tell(lint, POLICY_LINT_BROKEN, "\"%s\" can never hold: it must be exactly %zu %s",
             field->name, field->digits, wanted);
    else if (wanted != NULL)
        tell(lint, POLICY_LINT_BROKEN, "\"%s\" cannot work: it must be %s", field->name, wanted);
    else if (field->intel != NULL)
        tell(lint, POLICY_LINT_NOTE, "\"%s\" is heeded here; %s", field->name, field->intel);
}

static bool has(const struct lint *lint, const char *name)
{
    struct json_place value;

    return policy_field_get(&lint->policy->reference, name, &value);
}

/* Fields that exclude or need each other (appraisal notes section 1.5). */
static void tcb_fields_together(const struct lint *lint)
{
    const struct json_place *reference = &lint->policy->reference;
    struct json_place accepted, grace;

    if (!policy_field_get(reference, "accepted_tcb_status", &accepted))
        tell(lint, POLICY_LINT_BROKEN, "\"accepted_tcb_status\" is missing: nothing is accepted");
    else if (!policy_has_word(&accepted, "UpToDate"))
        tell(lint, POLICY_LINT_BROKEN,
             "\"accepted_tcb_status\" lacks \"UpToDate\": nothing is accepted");
    if (!has(lint, "collateral_grace_period") && !has(lint, "min_eval_num"))
        tell(lint, POLICY_LINT_NOTE,
             "without \"collateral_grace_period\" it does not look at expired collateral");
    if (has(lint, "min_eval_num") &&
        (has(lint, "collateral_grace_period") || has(lint, "platform_grace_period")))
        tell(lint, POLICY_LINT_BROKEN,
             "\"min_eval_num\" and a grace period exclude each other: both checks fail");
    if (!has(lint, "platform_grace_period"))
        return;
    if (!policy_field_get(reference, "collateral_grace_period", &grace) ||
        json_type_of(&grace) != JSON_NUMBER || json_as_number(&grace) != 0)
        tell(lint, POLICY_LINT_BROKEN,
             "\"platform_grace_period\" needs \"collateral_grace_period\": 0");
    if (json_type_of(&accepted) != JSON_ARRAY || !policy_has_word(&accepted, "OutOfDate"))
        tell(lint, POLICY_LINT_BROKEN,
             "\"platform_grace_period\" needs an array with \"OutOfDate\" in "
             "\"accepted_tcb_status\"");
    tell(lint, POLICY_LINT_NOTE,
         "\"platform_grace_period\": as in DCAP 1.20 a TCB level older than that is refused even "
         "where it is UpToDate");
}

static void td_fields_together(const struct lint *lint)
{
    static const char *const masked[][2] = { { "tdx_attributes", "tdx_attributes_mask" },
                                             { "tdx_xfam", "tdx_xfam_mask" } };

    for (size_t i = 0; i < sizeof(masked) / sizeof(masked[0]); i++) {
        if (has(lint, masked[i][1]) && !has(lint, masked[i][0]))
            tell(lint, POLICY_LINT_BROKEN, "\"%s\" without \"%s\" can never hold", masked[i][1],
                 masked[i][0]);
        if (has(lint, masked[i][0]) && !has(lint, masked[i][1]))
            tell(lint, POLICY_LINT_NOTE,
                 "\"%s\" without \"%s\" is compared in all 64 bits; Intel's engine of DCAP 1.22 "
                 "and later wants the mask",
                 masked[i][0], masked[i][1]);
    }
    if (!has(lint, "tdx_attributes"))
        tell(lint, POLICY_LINT_NOTE,
             "without \"tdx_attributes\" only NO_DEBUG is demanded of the attributes; Intel's "
             "engine of DCAP 1.20 refuses such a policy");
}

void policy_lint(const struct policy *policy, policy_lint_handler handler, void *context)
{
    const struct lint lint = { policy, handler, context };
    unsigned class_bit = 1U << policy->class;

    for (struct json_place value = { 0 }; json_next(&policy->reference, &value);) {
        struct span name = json_name(&value);
        const struct policy_field *field = policy_field_find(name);

        if (name.size > 0 && name.data[0] == '#')
            continue;
        if (field == NULL || (field->classes & class_bit) == 0)
            unknown_name(&lint, name);
        else
            known_field(&lint, field, &value);
    }
    if ((class_bit & POLICY_CLASSES_TCB) != 0)
        tcb_fields_together(&lint);
    if ((class_bit & POLICY_CLASSES_TD) != 0)
        td_fields_together(&lint);
}

void policy_set_lint(const struct policy_set *set, policy_lint_handler handler, void *context)
{
    for (int class = 0; class < POLICY_CLASS_COUNT; class ++)
        if (set->of_class[class] != NULL)
            policy_lint(set->of_class[class], handler, context);
}
