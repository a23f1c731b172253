/* SPDX-License-Identifier: Apache-2.0 */
/* Policies for an application TD, field by field. Drawn from the appraisal
 * notes, sections 1.3 to 1.7, and the matrix of 7.7. */
#include <string.h>

#include "tests/unit/check_rows.h"

/* 96 digits: a byte's two, 48 times. */
#define X4(digits)  digits digits digits digits
#define X48(digits) X4(X4(digits digits digits))

struct td_row {
    const char *reference, *expected;
    uint64_t attributes; /* 0: SEPT_VE_DISABLE alone, the manual's */
    bool version_4;      /* no MRSERVICETD */
};

/* The TD of these rows: XFAM 642E7, MRTD all AB, RTMR0..3 all 10..13, MRSERVICETD all 5E, rest 0.
 */
static const struct td_row td_rows[] = {
    /* tdx_attributes, tdx_attributes_mask */
    P("{'tdx_attributes':'0000000010000000','#NOTE':'a','#NOTE':'b'}", ""),
    P("{'tdx_attributes':'0000000010000000'}", ""),
    P("{'tdx_attributes':'0000000010000000','tdx_attributes_mask':'FFFFFFFFFFFFFFFF'}", ""),
    P("{'tdx_attributes':'0000000010000000','tdx_attributes_mask':'ffffffffffffffff'}", ""),
    P("{'tdx_attributes':'0000000010000000'}", "attributes", .attributes = 0x10000001),
    P("{'tdx_attributes':'0000000010000000','tdx_attributes_mask':'FFFFFFFFFFFFFFFF'}",
      "attributes", .attributes = 0x10000001),
    P("{'tdx_attributes':'0000000010000001'}", "attributes", .attributes = 0x10000001),
    P("{'tdx_attributes':'0000000010000001','tdx_attributes_mask':'FFFFFFFFFFFFFFFF'}",
      "attributes", .attributes = 0x10000001),
    P("{'tdx_attributes':'0000000010000000','tdx_attributes_mask':'0000000010000000'}",
      "attributes", .attributes = 0x10000001),
    P("{'tdx_attributes':'0000000010000000'}", "attributes", .attributes = 0x8000000010000000),
    P("{'tdx_attributes':'8000000010000000'}", "", .attributes = 0x8000000010000000),
    P("{'tdx_attributes':'0000000010000000','tdx_attributes_mask':'7FFFFFFFFFFFFFFF'}", "",
      0x8000000010000000),
    P("{'tdx_attributes':'0000000010000000'}", "attributes", .attributes = 0x18000000),
    P("{'tdx_attributes':'0000000000000000','tdx_attributes_mask':'0000000000000001'}", ""),
    P("{'tdx_attributes':'FFFFFFFFFFFFFFFE','tdx_attributes_mask':'0000000000000001'}", ""),
    P("{'tdx_attributes':'0000000000000000','tdx_attributes_mask':'0000000000000001'}",
      "attributes", .attributes = 0x10000001),
    P("{'tdx_attributes':'0000000000000000','tdx_attributes_mask':'00000000000000FF'}",
      "attributes", .attributes = 0x10000010),
    P("{'tdx_attributes':'0000000000000000','tdx_attributes_mask':'0000000000000000'}", ""),
    P("{'tdx_attributes':'0000000000000000'}", "attributes"),
    P("{'tdx_attributes_mask':'FFFFFFFFFFFFFFFF'}", "attributes"),
    P("{'tdx_attributes_mask':'0000000000000000'}", "attributes"),
    P("{}", ""),
    P("", ""),
    P("{}", "attributes", .attributes = 0x10000001),
    P("{}", "attributes", .attributes = 0x10000010), /* profiled: as bad as debugged */
    P("{}", "attributes", .attributes = 0x10000080),
    P("{}", "", .attributes = 0x10000100),
    P("", "attributes", .attributes = 0x1),
    P("{'tdx_attributes':'10000000'}", "attributes"),
    P("{'tdx_attributes':'00','tdx_attributes_mask':'FF'}", "attributes"),
    P("{'tdx_attributes':'1234','tdx_attributes_mask':''}", "attributes"),
    P("{'tdx_attributes':'0000000010000000','tdx_attributes_mask':''}", "attributes"),
    P("{'tdx_attributes':'0000000010000000','tdx_attributes_mask':'00000000FFFFFFF'}",
      "attributes"),
    P("{'tdx_attributes':'0000000010000000','tdx_attributes_mask':'00000000FFFFFFFG'}",
      "attributes"),
    P("{'tdx_attributes':'0000000010000000','tdx_attributes_mask':1}", "attributes"),
    P("{'tdx_attributes':'0000000010000000','tdx_attributes_mask':null}", "attributes"),
    P("{'tdx_attributes':'0000000010000000','tdx_attributes_mask':false}", ""),
    P("{'tdx_attributes':'0x00000000100000'}", "attributes"),
    P("{'tdx_attributes':'00000000100000000'}", "attributes"),
    P("{'tdx_attributes':268435456}", "attributes"),
    P("{'tdx_attributes':['0000000010000000']}", "attributes"),
    P("{'tdx_attributes':null}", "attributes"),
    P("{'tdx_attributes':false}", ""),
    P("{'tdx_attributes':'0000001000000000'}", "attributes"), /* memory order */
    /* tdx_xfam, tdx_xfam_mask */
    P("{'tdx_xfam':'00000000000642E7'}", ""),
    P("{'tdx_xfam':'00000000000642e7'}", ""),
    P("{'tdx_xfam':'00000000000642E6'}", "xfam"),
    P("{'tdx_xfam':'00000000000642E6','tdx_xfam_mask':'FFFFFFFFFFFFFFFE'}", ""),
    P("{'tdx_xfam':'00000000000642E6','tdx_xfam_mask':'0000000000000001'}", "xfam"),
    P("{'tdx_xfam':'642E7'}", "xfam"),
    P("{'tdx_xfam':''}", "xfam"),
    P("{'tdx_xfam_mask':'FFFFFFFFFFFFFFFF'}", "xfam"),
    P("{'tdx_xfam':'00000000000642E7','tdx_xfam_mask':'FF'}", "xfam"),
    P("{'tdx_xfam':411367}", "xfam"),
    /* measurements, compared whole */
    P("{'tdx_mrtd':'" X48("AB") "'}", ""),
    P("{'tdx_mrtd':'" X48("ab") "'}", ""),
    P("{'tdx_mrtd':'" X48("AC") "'}", "mrtd"),
    P("{'tdx_mrtd':''}", "mrtd"),
    P("{'tdx_mrtd':'AB'}", "mrtd"),
    P("{'tdx_mrtd':'" X48("AB") "AB'}", "mrtd"),
    P("{'tdx_mrtd':['" X48("AB") "']}", "mrtd"),
    P("{'tdx_mrtd':{}}", "mrtd"),
    P("{'tdx_mrtd':null}", "mrtd"),
    P("{'tdx_mrtd':0}", "mrtd"),
    P("{'tdx_mrtd':true}", "mrtd"),
    P("{'tdx_mrtd':false}", ""),
    P("{'#tdx_mrtd':'00'}", ""),
    P("{'tdx_MRTD':'00'}", ""),
    P("{'tdx_mrtd':'" X48("AB") "\\u0000'}", "mrtd"),
    P("{'tdx_mrconfigid':'" X48("00") "'}", ""),
    P("{'tdx_mrconfigid':'" X48("01") "'}", "mrconfigid"),
    P("{'tdx_mrowner':'" X48("00") "'}", ""),
    P("{'tdx_mrowner':'" X48("01") "'}", "mrowner"),
    P("{'tdx_mrownerconfig':'" X48("00") "'}", ""),
    P("{'tdx_mrownerconfig':'" X48("01") "'}", "mrownerconfig"),
    P("{'tdx_rtmr0':'" X48("10") "'}", ""),
    P("{'tdx_rtmr0':'" X48("11") "'}", "rtmr0"),
    P("{'tdx_rtmr1':'" X48("11") "'}", ""),
    P("{'tdx_rtmr1':'" X48("12") "'}", "rtmr1"),
    P("{'tdx_rtmr2':'" X48("12") "'}", ""),
    P("{'tdx_rtmr2':'" X48("13") "'}", "rtmr2"),
    P("{'tdx_rtmr3':'" X48("13") "'}", ""),
    P("{'tdx_rtmr3':'" X48("10") "'}", "rtmr3"),
    P("{'tdx_mrservicetd':'" X48("5E") "'}", ""),
    P("{'tdx_mrservicetd':'" X48("00") "'}", "mrservicetd"),
    P("{'tdx_mrservicetd':'" X48("5E") "'}", "mrservicetd", .version_4 = true),
    P("{'tdx_mrservicetd':'" X48("00") "'}", "mrservicetd", .version_4 = true),
    P("{}", "", .version_4 = true),
    P("{'tdx _mrservicetd':'00'}", ""), /* Intel's gen_payload writes it so */
    /* no rule: ignored */
    P("{'tdx_reportdata':'" X48("EE") "'}", ""),
    P("{'tdx_mrseam':'" X48("EE") "','tee_tcb_svn':'00'}", ""),
    P("{'accepted_tcb_status':[],'min_eval_num':99}", ""),
    /* several at once */
    P("{'tdx_attributes':'0000000000000000','tdx_xfam':'0000000000000000','tdx_mrtd':'" X48(
          "00") "','tdx_rtmr3':'" X48("00") "'}",
      "attributes xfam mrtd rtmr3"),
};

static void fill_td(const struct td_row *row, struct measurement_td *ret)
{
    struct td_identity td = { .attributes = row->attributes != 0 ? row->attributes : 0x10000000,
                              .xfam = 0x642e7 };

    memset(td.mr_td, 0xab, sizeof(td.mr_td));
    memset(td.service_td_hash, 0x5e, sizeof(td.service_td_hash));
    for (size_t i = 0; i < TD_RTMR_COUNT; i++)
        memset(td.rtmr[i], (int)(0x10 + i), sizeof(td.rtmr[i]));
    measurement_td_fill(&td, !row->version_4, NULL, ret);
}

static void td_policies(enum policy_class class)
{
    for (size_t i = 0; i < COUNT_OF(td_rows); i++) {
        struct policy_set set = { 0 };
        struct measurement_td td;
        struct check_list list;

        check_rows_policy(class, td_rows[i].reference, &set);
        fill_td(&td_rows[i], &td);
        check_td(&set.of_class[class]->reference, &td, &list);
        assert_int_equal(list.count, 11);
        check_rows_compare(&list, "td_", td_rows[i].expected);
        policy_set_clear(&set);
    }
}

static void td_policies_1_0(void **state)
{
    (void)state;
    td_policies(POLICY_TD10);
}

static void td_policies_1_5(void **state)
{
    (void)state;
    td_policies(POLICY_TD15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(td_policies_1_0),
        cmocka_unit_test(td_policies_1_5),
    };

    print_message("# %zu rows\n", COUNT_OF(td_rows));
    return cmocka_run_group_tests_name("checks_td", tests, NULL, NULL);
}
