/* SPDX-License-Identifier: Apache-2.0 */
/* From policy to result and back, with each allocation failing once: NO_MEMORY, nothing half-made,
 * nothing leaked (the sanitizers watch). */
#include <string.h>

#include "core/appraise/policy_new.h"
#include "core/appraise/result.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/fault.h"
#include "tests/unit/manual_case.h"

static enum tdx_status from_policy_to_token(const struct es384_signer *signer,
                                            const struct verification *verification,
                                            struct text *token, struct tdx_error *err)
{
    struct collateral collateral = manual_collateral();
    struct policy_set set = { 0 };
    struct text policy = { 0 };
    struct appraisal appraisal = { 0 };
    struct appraise_request request = manual_request(&set);
    struct result_request wanted = { .appraisal = &appraisal, .collateral = &collateral };
    enum tdx_status status = policy_sign(span_of(manual_policy), signer, &policy, err);

    if (status == TDX_OK)
        status = policy_set_add(&set, "p", span_of(text_string(&policy)), MANUAL_NOW, err);
    if (status == TDX_OK)
        status = appraise(&request, verification, span_of("quote"), &appraisal, err);
    if (status == TDX_OK)
        status = result_write_token(&wanted, signer, token, err);
    appraisal_clear(&appraisal);
    policy_set_clear(&set);
    text_free(&policy);
    return status;
}

static void every_failing_allocation_is_told(void **state)
{
    const struct verification verification = manual_verification();
    struct es384_signer *signer = NULL;
    unsigned nth = 0;
    bool fired = true;

    (void)state;
    assert_status(es384_signer_new(&signer, NULL), "OK");
    while (fired) {
        struct text token = { 0 };
        struct result *result = NULL;
        struct tdx_error err = { 0 };
        enum tdx_status status;

        fault_arm(++nth);
        status = from_policy_to_token(signer, &verification, &token, &err);
        if (status == TDX_OK)
            status = result_read(span_of(text_string(&token)), MANUAL_NOW, &result, &err);
        fired = fault_fired();
        fault_disarm();
        if (fired)
            print_message("#  %u: %s: %s\n", nth, status_id(status), err.detail);
        assert_status(status, fired ? "NO_MEMORY" : "OK");
        assert_int_equal(err.status, status);
        assert_int_equal(result != NULL, !fired);
        result_free(result);
        text_free(&token);
    }
    assert_true(nth > 20); /* the allocations are wrapped */
    es384_signer_free(signer);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_failing_allocation_is_told) };

    return cmocka_run_group_tests_name("appraise_memory", tests, NULL, NULL);
}
