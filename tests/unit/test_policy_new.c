/* SPDX-License-Identifier: Apache-2.0 */
/* Policies made from a TD: what they demand, and that the TD they are made of satisfies them. */
#include <stdlib.h>
#include <string.h>

#include "core/appraise/check.h"
#include "core/appraise/policy_new.h"
#include "core/base/json_write.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/manual_case.h"

static void pins_are_read_or_refused_with_the_known_ones(void **state)
{
    static const struct {
        const char *list, *expected;
        unsigned pins;
    } cases[] = {
        { "mrtd", "OK", POLICY_PIN_BIT(POLICY_PIN_MRTD) },
        { "mrtd,rtmr0,mrtd", "OK",
          POLICY_PIN_BIT(POLICY_PIN_MRTD) | POLICY_PIN_BIT(POLICY_PIN_RTMR0) },
        { "rtmr0,rtmr1,rtmr2,rtmr3", "OK", POLICY_PIN_RTMRS },
        { "all", "OK", POLICY_PIN_ALL },
        { "", "USAGE", 0 },
        { "mrtd,", "USAGE", 0 },
        { ",mrtd", "USAGE", 0 },
        { "mrtd, rtmr0", "USAGE", 0 },
        { "MRTD", "USAGE", 0 },
        { "rtmr4", "USAGE", 0 },
        { "mrt", "USAGE", 0 },
        { "tdx_mrtd", "USAGE", 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tdx_error err = { 0 };
        unsigned pins = 0;

        print_message("#  %s\n", cases[i].list);
        assert_status(policy_pins_parse(cases[i].list, &pins, &err), cases[i].expected);
        assert_int_equal(pins, cases[i].pins);
        if (pins == 0)
            assert_non_null(strstr(err.detail, "mrservicetd"));
    }
}

static void never(enum policy_lint_weight weight, const char *sentence, void *context)
{
    (void)context;
    print_message("#  %s\n", sentence);
    assert_int_equal(weight, POLICY_LINT_NOTE);
}

/* Writes, signs, reads and applies a policy with these pins. */
static void round_trip(enum policy_class class, unsigned pins, bool service_td, bool with_platform)
{
    struct verification v = manual_verification();
    struct es384_signer *signer = NULL;
    struct policy_set set = { 0 };
    struct text json = { 0 }, token = { 0 };
    struct measurement_td td;
    struct policy_new plan = {
        .td_class = class, .td = &td, .pins = pins, .with_platform = with_platform
    };
    struct check_list list;

    measurement_td_fill(&v.quote.td, service_td, NULL, &td);
    assert_status(policy_new_write(&plan, &json, NULL), "OK");
    assert_status(es384_signer_new(&signer, NULL), "OK");
    assert_status(policy_sign(span_of(text_string(&json)), signer, &token, NULL), "OK");
    assert_status(policy_set_add(&set, "new", span_of(text_string(&token)), MANUAL_NOW, NULL),
                  "OK");
    assert_int_equal(set.of_class[POLICY_TD_QE] != NULL, with_platform);
    policy_set_lint(&set, never, NULL);
    check_td(&set.of_class[class]->reference, &td, &list);
    assert_true(check_list_held(&list));
    /* another TD: each pin, and only those, must notice */
    memset(&v.quote.td, 0x5a, sizeof(v.quote.td));
    v.quote.td.attributes = UINT64_C(0x20000000);
    measurement_td_fill(&v.quote.td, service_td, NULL, &td);
    check_td(&set.of_class[class]->reference, &td, &list);
    for (size_t i = 0; i < list.count; i++) {
        const char *name = list.check[i].name; /* td_NAME_check */
        char word[40];
        unsigned pin = 0;

        (void)strcpy(word, name + strlen("td_"));
        *strstr(word, "_check") = '\0';
        assert_status(policy_pins_parse(word, &pin, NULL), "OK");
        pin &= pins | POLICY_PIN_BIT(POLICY_PIN_ATTRIBUTES);
        if (pin == POLICY_PIN_BIT(POLICY_PIN_MRSERVICETD) && !service_td)
            pin = 0;
        assert_int_equal(list.check[i].held, pin == 0);
    }
    policy_set_clear(&set);
    es384_signer_free(signer);
    text_free(&json);
    text_free(&token);
}

static void every_pin_is_demanded_and_nothing_else(void **state)
{
    (void)state;
    for (unsigned pin = 0; pin < POLICY_PIN_COUNT; pin++)
        round_trip(POLICY_TD15, POLICY_PIN_BIT(pin), true, false);
    round_trip(POLICY_TD15, POLICY_PIN_ALL, true, true);
    round_trip(POLICY_TD15, POLICY_PIN_ALL, false, false);
    round_trip(POLICY_TD10, POLICY_PIN_RTMRS, false, true);
    round_trip(POLICY_TD15, 0, true, false);
}

static void what_could_never_hold_is_not_written(void **state)
{
    struct verification v = manual_verification();
    struct measurement_td td;
    struct policy_new plan = { .td_class = POLICY_TD15,
                               .td = &td,
                               .pins = POLICY_PIN_BIT(POLICY_PIN_MRSERVICETD) };
    struct text json = { 0 };

    (void)state;
    measurement_td_fill(&v.quote.td, false, NULL, &td);
    assert_status(policy_new_write(&plan, &json, NULL), "POLICY_BAD");
    v.quote.td.attributes |= 1;
    measurement_td_fill(&v.quote.td, true, NULL, &td);
    assert_status(policy_new_write(&plan, &json, NULL), "TD_DEBUGGABLE");
    assert_int_equal(json.length, 0);
}

static void a_text_that_no_token_can_hold_is_not_signed(void **state)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        { "{}", "OK" },
        { "// \xc3\xa9\n{\"\\/\": \"\\u00e9\"}\r\n\t", "OK" },
        { "// \xe9\n{}", "POLICY_BAD" },
    };
    struct es384_signer *signer = NULL;

    (void)state;
    assert_status(es384_signer_new(&signer, NULL), "OK");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct text token = { 0 };

        assert_status(policy_sign(span_of(cases[i].text), signer, &token, NULL), cases[i].expected);
        text_free(&token);
    }
    es384_signer_free(signer);
}

static void json_is_indented_without_a_change_of_its_values(void **state)
{
    static const struct {
        const char *json, *expected;
    } cases[] = {
        { "{}", "{}" },
        { "[[],{}]", "[\n  [],\n  {}\n]" },
        { "{\"a\":1,\"b\":[1.50,-0,1E5]}",
          "{\n  \"a\": 1,\n  \"b\": [\n    1.50,\n    -0,\n    1E5\n  ]\n}" },
        { " { \"a b\" : \"c:{}[],\\\"d\\\\\" } ", "{\n  \"a b\": \"c:{}[],\\\"d\\\\\"\n}" },
        { "true", "true" },
        { "", "" },
        { "\"cut", "\"cut" },
        { "\"cut\\", "\"cut\\" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct text out = { 0 };

        json_indent(span_of(cases[i].json), &out);
        assert_string_equal(text_string(&out), cases[i].expected);
        text_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pins_are_read_or_refused_with_the_known_ones),
        cmocka_unit_test(every_pin_is_demanded_and_nothing_else),
        cmocka_unit_test(what_could_never_hold_is_not_written),
        cmocka_unit_test(a_text_that_no_token_can_hold_is_not_signed),
        cmocka_unit_test(json_is_indented_without_a_change_of_its_values),
    };

    return cmocka_run_group_tests_name("policy_new", tests, NULL, NULL);
}
