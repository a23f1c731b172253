/* SPDX-License-Identifier: Apache-2.0 */
/* What root takes over from the process that verifies, and what it does not. */
#include <string.h>

#include "pam_tdx/gate_verify.h"
#include "tests/unit/cmocka_all.h"

#define NOW ((int64_t)1800000000)
#define DAY ((int64_t)86400)

static struct gate_result an_accepted_login(void)
{
    struct gate_result result = { .status = TDX_OK, .detail = "TCB UpToDate" };

    result.mark = (struct floor_mark){ .ca = PCK_CA_PLATFORM,
                                       .tcb_info = { 20, NOW - 3 * DAY },
                                       .qe_identity = { 20, NOW - 2 * DAY },
                                       .root_crl = NOW - 100 * DAY,
                                       .pck_crl = NOW - DAY };
    return result;
}

static void a_verdict_of_either_kind_is_taken(void **state)
{
    struct gate_result result = an_accepted_login();

    (void)state;
    assert_true(gate_result_is_sound(&result, NOW));
    result.mark.pck_crl = NOW + DAY;
    result.mark.ca = PCK_CA_PROCESSOR;
    assert_true(gate_result_is_sound(&result, NOW));
    /* A refusal brings nothing but its reason. */
    result = (struct gate_result){ .status = TDX_PCK_REVOKED, .detail = "the PCK certificate" };
    assert_true(gate_result_is_sound(&result, NOW));
}

static void what_no_verification_can_give_is_not_taken(void **state)
{
    static const struct {
        const char *what;
        size_t offset, size;
        int64_t value;
    } cases[] = {
#define FIELD(member) offsetof(struct gate_result, member), sizeof(an_accepted_login().member)
        { "a status that there is not", FIELD(status), TDX_STATUS_COUNT },
        { "a negative status", FIELD(status), -1 },
        { "a third PCK CA", FIELD(mark.ca), 2 },
        { "a negative PCK CA", FIELD(mark.ca), -1 },
        { "TCB info of the future", FIELD(mark.tcb_info.issue), NOW + DAY + 1 },
        { "TCB info before 1970", FIELD(mark.tcb_info.issue), -1 },
        { "TCB info without a date", FIELD(mark.tcb_info.issue), 0 },
        { "a QE identity of the future", FIELD(mark.qe_identity.issue), INT64_MAX },
        { "a root CRL of the future", FIELD(mark.root_crl), NOW + DAY + 1 },
        { "a PCK CRL of the future", FIELD(mark.pck_crl), NOW + DAY + 1 },
        { "a PCK CRL from before time", FIELD(mark.pck_crl), INT64_MIN },
        { "an evaluation number of the year 2300", FIELD(mark.tcb_info.evaluation), 1001 },
        { "an evaluation number that nothing follows", FIELD(mark.qe_identity.evaluation),
          UINT32_MAX },
#undef FIELD
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct gate_result result = an_accepted_login();

        print_message("  %s\n", cases[i].what);
        memcpy((char *)&result + cases[i].offset, &cases[i].value, cases[i].size);
        assert_false(gate_result_is_sound(&result, NOW));
    }
}

static void a_detail_without_an_end_is_not_taken(void **state)
{
    struct gate_result result = an_accepted_login();

    (void)state;
    memset(result.detail, 'x', sizeof(result.detail));
    assert_false(gate_result_is_sound(&result, NOW));
    result.status = TDX_PCK_REVOKED;
    assert_false(gate_result_is_sound(&result, NOW));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_verdict_of_either_kind_is_taken),
        cmocka_unit_test(what_no_verification_can_give_is_not_taken),
        cmocka_unit_test(a_detail_without_an_end_is_not_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
