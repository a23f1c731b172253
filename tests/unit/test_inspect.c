/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "core/base/rfc3339.h"
#include "core/collateral/bundle.h"
#include "core/collateral/inspect.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/corpus.h"

static unsigned seen;

/* Real bundles: the first to expire is the one that other verifiers found, too. */
static void check_case(const struct corpus_case *each)
{
    struct bundle bundle = { 0 };
    struct inspection inspection = { 0 };
    struct tdx_error err = { 0 };
    struct json_object *expiration = NULL;
    char path[1400], date[RFC3339_TEXT_SIZE];

    if (!corpus_has(each, "collateral.json") ||
        !json_object_object_get_ex(each->expected, "earliest_expiration", &expiration) ||
        expiration == NULL)
        return;
    (void)snprintf(path, sizeof(path), "%s/collateral.json", each->folder);
    assert_status(bundle_load(path, 0, &bundle, NULL), "OK");
    assert_status(inspect(&bundle.parts, &inspection, &err), "OK");
    assert_string_equal(rfc3339_format(inspection.item[0].until, date),
                        json_object_get_string(expiration));
    assert_in_range(inspection.count, 7, INSPECT_ITEMS_MAX); /* 4 documents, 3 certificates */
    for (size_t i = 0; i < inspection.count; i++) {
        assert_string_not_equal(inspection.item[i].name, "");
        assert_memory_equal(inspection.item[i].signer, "Intel SGX ", 10);
        assert_true(inspection.item[i].from < inspection.item[i].until);
        assert_true(i == 0 || inspection.item[i - 1].until <= inspection.item[i].until);
    }
    bundle_free(&bundle);
    seen++;
}

static void puts_the_first_to_expire_of_real_bundles_on_top(void **state)
{
    (void)state;
    if (corpus_each("quotes", check_case) > 0)
        assert_true(seen >= 20);
}

static void names_the_part_that_cannot_be_read(void **state)
{
    const struct collateral nothing = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 },
                                        { NULL, 0 }, { NULL, 0 }, { NULL, 0 },
                                        { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
    struct inspection inspection = { .count = 99 };

    (void)state;
    assert_status(inspect(&nothing, &inspection, NULL), "TCB_INFO_FORMAT");
    assert_int_equal(inspection.count, 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_the_first_to_expire_of_real_bundles_on_top),
        cmocka_unit_test(names_the_part_that_cannot_be_read),
    };

    return cmocka_run_group_tests_name("inspect", tests, NULL, NULL);
}
