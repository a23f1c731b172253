/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/check_rows.h"

#include <string.h>

void check_rows_policy(enum policy_class class, const char *reference, struct policy_set *ret)
{
    struct text json = { 0 };
    struct tdx_error err = { 0 };

    text_addf(&json, "{'policy_array':[{'environment':{'class_id':'%s'}%s%s}]}",
              policy_class_id(class), reference[0] != '\0' ? ",'reference':" : "", reference);
    for (size_t i = 0; i < json.length; i++)
        if (json.data[i] == '\'')
            json.data[i] = '"';
    print_message("#  %s\n", reference);
    assert_status(policy_set_add(ret, "test",
                                 (struct span){ (const uint8_t *)json.data, json.length }, 1, &err),
                  "OK");
    text_free(&json);
}

void check_rows_compare(const struct check_list *list, const char *prefix, const char *expected)
{
    struct text failed = { 0 };

    for (size_t i = 0; i < list->count; i++) {
        const char *name = list->check[i].name;
        size_t length = strlen(name) - strlen(prefix) - strlen("_check");

        assert_memory_equal(name, prefix, strlen(prefix));
        assert_string_equal(name + strlen(name) - strlen("_check"), "_check");
        assert_int_equal(list->check[i].held, list->check[i].reason[0] == '\0');
        if (list->check[i].held)
            continue;
        text_addf(&failed, "%s%.*s", failed.length > 0 ? " " : "", (int)length,
                  name + strlen(prefix));
    }
    assert_string_equal(text_string(&failed), expected);
    assert_int_equal(check_list_held(list), expected[0] == '\0');
    text_free(&failed);
}
