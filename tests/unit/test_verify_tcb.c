/* SPDX-License-Identifier: Apache-2.0 */
/* TCB evaluation: the merge, the relaunch table, the level order, the gap, and what must hold for
 * all SVNs. Expected values are those that three generations of Intel's library gave (quote
 * verification notes sections 5.5 and 5.6). */
#include <stdlib.h>
#include <string.h>

#include "core/verify/tcb_match.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/sim_verify.h"

#define ZEROS_48                                                                                   \
    "000000000000000000000000000000000000000000000000"                                             \
    "000000000000000000000000000000000000000000000000"
#define COMPONENTS_4  "{\"svn\":0},{\"svn\":0},{\"svn\":0},{\"svn\":0}"
#define COMPONENTS_16 COMPONENTS_4 "," COMPONENTS_4 "," COMPONENTS_4 "," COMPONENTS_4

static struct verification result; /* large */

/* Verifies a platform at its time. */
static enum tdx_status verify(const struct sim_platform *p)
{
    struct made made = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status;

    made_from(p, &made);
    status = made_verify(&made, p->now, &result, &err);
    made_clear(&made);
    return status;
}

static const char *word_of(const struct sim_platform *p)
{
    enum tdx_status status = verify(p);

    return status == TDX_OK ? tcb_status_word(result.tcb_status) : status_id(status);
}

static void the_merge_is_the_table_of_intels_library(void **state)
{
    static const struct {
        const char *platform, *good, *out_of_date, *revoked;
    } rows[] = {
        { "UpToDate", "UpToDate", "OutOfDate", "Revoked" },
        { "SWHardeningNeeded", "SWHardeningNeeded", "OutOfDate", "Revoked" },
        { "ConfigurationNeeded", "ConfigurationNeeded", "OutOfDateConfigurationNeeded", "Revoked" },
        { "ConfigurationAndSWHardeningNeeded", "ConfigurationAndSWHardeningNeeded",
          "OutOfDateConfigurationNeeded", "Revoked" },
        { "OutOfDate", "OutOfDate", "OutOfDate", "Revoked" },
        { "OutOfDateConfigurationNeeded", "OutOfDateConfigurationNeeded",
          "OutOfDateConfigurationNeeded", "Revoked" },
        { "Revoked", "Revoked", "Revoked", "Revoked" },
    };
    /* module and QE, and which column they lead to */
    static const struct {
        const char *module, *qe;
        unsigned column;
    } columns[] = {
        { "UpToDate", "UpToDate", 0 },  { "OutOfDate", "UpToDate", 1 },
        { "UpToDate", "OutOfDate", 1 }, { "Revoked", "UpToDate", 2 },
        { "UpToDate", "Revoked", 2 },   { "OutOfDate", "OutOfDate", 1 },
        { "OutOfDate", "Revoked", 2 },  { "Revoked", "OutOfDate", 2 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t k = 0; k < COUNT_OF(columns); k++) {
            const char *const expected[] = { rows[i].good, rows[i].out_of_date, rows[i].revoked };
            struct sim_platform *p = sim_platform_new();

            p->tcb_info.level[0].status = rows[i].platform;
            p->tcb_info.modules[1].level[0].status = columns[k].module;
            p->qe_identity.level[0].status = columns[k].qe;
            print_message("#  %s, module %s, QE %s\n", rows[i].platform, columns[k].module,
                          columns[k].qe);
            assert_string_equal(word_of(p), expected[columns[k].column]);
            assert_string_equal(tcb_status_word(result.platform_status), rows[i].platform);
            assert_string_equal(tcb_status_word(result.module_status), columns[k].module);
            assert_string_equal(tcb_status_word(result.qe_status), columns[k].qe);
            sim_platform_free(p);
        }
}

static void relaunch_is_advised_as_by_intels_library(void **state)
{
    static const struct {
        uint8_t launch[3], current[3];
        const char *expected, *now;
    } rows[] = {
        { { 6, 1, 3 }, { 6, 1, 3 }, "UpToDate", "UpToDate" },
        { { 4, 1, 3 }, { 6, 1, 3 }, "TDRelaunchAdvised", "UpToDate" },
        { { 4, 1, 3 }, { 5, 1, 3 }, "OutOfDate", "OutOfDate" },
        { { 6, 1, 3 }, { 4, 1, 3 }, "UpToDate", "OutOfDate" },
        { { 4, 1, 3 }, { 6, 1, 2 }, "OutOfDate", "OutOfDate" },
        { { 4, 1, 2 }, { 6, 1, 3 }, "TDRelaunchAdvised", "UpToDate" },
        { { 4, 1, 3 }, { 3, 3, 3 }, "TDRelaunchAdvised", "UpToDate" },
        { { 4, 1, 3 }, { 6, 0, 3 }, "TDRelaunchAdvised", "UpToDate" },
        { { 6, 1, 2 }, { 6, 1, 3 }, "TDRelaunchAdvised", "UpToDate" },
        { { 5, 0, 2 }, { 5, 0, 3 }, "TDRelaunchAdvised", "UpToDate" },
        { { 5, 0, 2 }, { 6, 1, 3 }, "TDRelaunchAdvised", "UpToDate" },
        { { 4, 1, 3 }, { 2, 3, 3 }, "TCB_NOT_SUPPORTED", NULL },
        { { 4, 1, 3 }, { 4, 0, 3 }, "TCB_NOT_SUPPORTED", NULL },
        { { 4, 1, 3 }, { 6, 2, 3 }, "TCB_NOT_SUPPORTED", NULL },
        { { 6, 1, 3 }, { 6, 2, 3 }, "TCB_NOT_SUPPORTED", NULL },
        { { 6, 1, 3 }, { 1, 1, 3 }, "TCB_NOT_SUPPORTED", NULL },
        { { 6, 1, 3 }, { 6, 1, 1 }, "TCB_NOT_SUPPORTED", NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (unsigned body = 2; body <= 4; body++) {
            struct sim_platform *p = sim_platform_new();

            sim_platform_use_quote(p, 5, body);
            memcpy(p->td.tee_tcb_svn, rows[i].launch, 3);
            memcpy(p->td.tee_tcb_svn_2, rows[i].current, 3);
            print_message("#  row %zu, body type %u\n", i, body);
            if (body == 2) { /* has no second vector, never relaunches */
                assert_string_equal(word_of(p), rows[i].launch[0] == 6 && rows[i].launch[2] == 3
                                                    ? "UpToDate"
                                                    : "OutOfDate");
                assert_int_equal(result.current_status, result.tcb_status);
            } else {
                assert_string_equal(word_of(p), rows[i].expected);
                if (rows[i].now != NULL)
                    assert_string_equal(tcb_status_word(result.current_status), rows[i].now);
            }
            sim_platform_free(p);
        }
}

/* Launch module OutOfDate, current one UpToDate: the platform status decides. */
static void relaunch_keeps_the_configuration_part(void **state)
{
    static const struct {
        const char *platform, *qe, *module_now, *expected;
    } rows[] = {
        { "UpToDate", "UpToDate", "UpToDate", "TDRelaunchAdvised" },
        { "SWHardeningNeeded", "UpToDate", "UpToDate", "TDRelaunchAdvised" },
        { "ConfigurationNeeded", "UpToDate", "UpToDate", "TDRelaunchAdvisedConfigurationNeeded" },
        { "ConfigurationAndSWHardeningNeeded", "UpToDate", "UpToDate",
          "TDRelaunchAdvisedConfigurationNeeded" },
        { "OutOfDate", "UpToDate", "UpToDate", "OutOfDate" },
        { "OutOfDateConfigurationNeeded", "UpToDate", "UpToDate", "OutOfDateConfigurationNeeded" },
        { "Revoked", "UpToDate", "UpToDate", "Revoked" },
        { "UpToDate", "OutOfDate", "UpToDate", "OutOfDate" },
        { "ConfigurationNeeded", "OutOfDate", "UpToDate", "OutOfDateConfigurationNeeded" },
        { "UpToDate", "Revoked", "UpToDate", "Revoked" },
        /* deviation: what runs now is revoked, though it was not at launch */
        { "UpToDate", "UpToDate", "Revoked", "Revoked" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct sim_platform *p = sim_platform_new();

        p->tcb_info.level[0].status = rows[i].platform;
        p->qe_identity.level[0].status = rows[i].qe;
        p->tcb_info.modules[1].level[0].status = rows[i].module_now;
        p->td.tee_tcb_svn[0] = 4;
        print_message("#  row %zu\n", i);
        assert_string_equal(word_of(p), rows[i].expected);
        sim_platform_free(p);
    }
}

/* The configuration part may be that of the current platform level alone. */
static void relaunch_looks_at_the_current_configuration(void **state)
{
    struct sim_platform *p = sim_platform_new();

    (void)state;
    p->tcb_info.level[0].status = "ConfigurationNeeded";
    p->td.tee_tcb_svn[2] = 2;
    assert_string_equal(word_of(p), "TDRelaunchAdvisedConfigurationNeeded");
    assert_int_equal(result.current_status, TCB_CONFIGURATION_NEEDED);
    sim_platform_free(p);
}

static void a_revoked_module_that_runs_now_is_never_up_to_date(void **state)
{
    struct sim_platform *p = sim_platform_new();

    (void)state;
    p->tcb_info.modules[1].level[1].status = "Revoked";
    p->td.tee_tcb_svn_2[0] = 4;
    assert_string_equal(word_of(p), "Revoked");
    sim_platform_free(p);
}

static void advisories_are_the_sorted_union_and_dates_the_earliest(void **state)
{
    static const char *const expected[] = { "A-1", "A-2", "B-1", "B-3" };
    struct sim_platform *p = sim_platform_new();

    (void)state;
    p->tcb_info.level[0].advisories = "B-3,A-2";
    p->tcb_info.modules[1].level[0].advisories = "A-1,B-3";
    p->qe_identity.level[0].advisories = "B-1,A-1";
    p->qe_identity.evaluation = 17;
    p->qe_identity.level[0].date = 86400;
    assert_string_equal(word_of(p), "UpToDate");
    assert_int_equal(result.advisories.count, COUNT_OF(expected));
    for (size_t i = 0; i < COUNT_OF(expected); i++)
        assert_string_equal(result.advisories.id[i], expected[i]);
    assert_memory_equal(&result.advisories, &result.current_advisories, sizeof(result.advisories));
    assert_int_equal(result.tcb_date, 86400);
    assert_int_equal(result.qe_tcb_date, 86400);
    assert_int_equal(result.platform_tcb_date, p->tcb_info.level[0].date);
    assert_int_equal(result.tcb_evaluation_data_number, 17);
    assert_int_equal(result.tcb_info_evaluation, 20);
    assert_int_equal(result.dates.earliest_expiration, p->tcb_info.next_update);
    assert_string_equal(result.dates.first_to_expire, "PCK CRL");
    assert_int_equal(result.dates.earliest_issue, p->root.not_before);
    assert_int_equal(result.dates.latest_issue, p->qe_identity.issue_date);
    assert_int_equal(result.root_crl_number, 1);
    assert_int_equal(result.pck.pce_svn, 13);
    assert_true(result.pck.has_platform && result.pck.smt_enabled);
    assert_false(result.gap.present);
    sim_platform_free(p);
}

static const struct tcb_gap_item *gap_item(enum tcb_gap_part part, unsigned index)
{
    for (size_t i = 0; i < result.gap.item_count; i++)
        if (result.gap.item[i].part == part && result.gap.item[i].index == index)
            return &result.gap.item[i];
    fail_msg("no gap item %d %u", (int)part, index);
    return NULL;
}

static void the_gap_names_each_svn_that_is_behind(void **state)
{
    struct sim_platform *p = sim_platform_new();

    (void)state;
    p->sgx.component[1] = 3;
    p->td.tee_tcb_svn[2] = 2;
    p->td.tee_tcb_svn[0] = 5;
    p->quote.qe.isv_svn = 3;
    p->sgx.pce_svn = 12;
    assert_string_equal(word_of(p), "OutOfDate");
    assert_true(result.gap.present);
    assert_int_equal(result.gap.newest.date, p->tcb_info.level[0].date);
    assert_int_equal(result.gap.matched.date, p->tcb_info.level[2].date);
    assert_int_equal(result.gap.matched.status, TCB_OUT_OF_DATE);
    assert_int_equal(result.gap.item_count, 5);
    assert_string_equal(gap_item(TCB_GAP_SGX_COMPONENT, 1)->type, "SGX Late Microcode Update");
    assert_string_equal(gap_item(TCB_GAP_SGX_COMPONENT, 1)->category, "OS/VMM");
    assert_int_equal(gap_item(TCB_GAP_SGX_COMPONENT, 1)->have, 3);
    assert_int_equal(gap_item(TCB_GAP_SGX_COMPONENT, 1)->need, 4);
    assert_int_equal(gap_item(TCB_GAP_TDX_COMPONENT, 2)->need, 3);
    assert_int_equal(gap_item(TCB_GAP_TDX_MODULE, 0)->have, 5);
    assert_int_equal(gap_item(TCB_GAP_TDX_MODULE, 0)->need, 6);
    assert_int_equal(gap_item(TCB_GAP_QE, 0)->need, 4);
    assert_int_equal(gap_item(TCB_GAP_PCE, 0)->have, 12);
    for (size_t i = 0; i < result.gap.item_count; i++)
        assert_int_equal(strncmp(tcb_gap_mender(&result.gap.item[i]), "the host's owner: ", 18), 0);
    sim_platform_free(p);
}

/* Documents to match against without signatures. */
struct documents {
    struct text info_text, identity_text;
    struct tcb_info info;
    struct qe_identity identity;
};

static void read_documents(const struct sim_platform *p, struct documents *ret)
{
    *ret = (struct documents){ 0 };
    sim_tcb_info_text(&p->tcb_info, &ret->info_text);
    sim_qe_identity_text(&p->qe_identity, &ret->identity_text);
    assert_status(tcb_info_parse(text_span(&ret->info_text), &ret->info, NULL), "OK");
    assert_status(qe_identity_parse(text_span(&ret->identity_text), &ret->identity, NULL), "OK");
}

static void free_documents(struct documents *documents)
{
    tcb_info_clear(&documents->info);
    qe_identity_clear(&documents->identity);
    text_free(&documents->info_text);
    text_free(&documents->identity_text);
}

/* The place of the matched level in their order; the number of levels if none matched. */
static size_t place_of(const struct tcb_subject *subject)
{
    struct tcb_match match;

    if (tcb_match(subject, &match, NULL) != TDX_OK)
        return subject->info->level_count;
    return (size_t)(match.platform - subject->info->level);
}

/* Raising any SVN never leads to an older level. Modules are left alone: another version is another
 * module. */
static void a_higher_svn_never_matches_an_older_level(void **state)
{
    struct sim_platform *p = sim_platform_new();
    struct documents documents;
    uint32_t random = 1;

    (void)state;
    read_documents(p, &documents);
    for (unsigned round = 0; round < 20000; round++) {
        struct pck_info pck = { 0 };
        uint8_t tee[16] = { 6, round % 2 == 0 ? 1 : 0 };
        struct tcb_subject subject = { .info = &documents.info,
                                       .qe_identity = &documents.identity,
                                       .pck = &pck,
                                       .qe_isv_svn = 4,
                                       .tee_tcb_svn = tee };
        size_t before;

        for (unsigned i = 0; i < 16; i++) {
            random = random * 1664525 + 1013904223;
            pck.component_svn[i] = (uint8_t)(documents.info.level[random >> 8 & 1].sgx[i] +
                                             (random >> 16) % 3 - ((random >> 20) % 5 == 0));
            if (i > 1)
                tee[i] = (uint8_t)((random >> 24) % 5 + (i == 2));
        }
        pck.pce_svn = random % 16;
        before = place_of(&subject);
        random = random * 1664525 + 1013904223;
        if (random >> 31)
            pck.component_svn[random >> 10 & 15] |= (uint8_t)(random >> 16);
        else if (random >> 30 & 1)
            pck.pce_svn++;
        else
            tee[2 + (random >> 10) % 14] |= (uint8_t)(random >> 16);
        assert_true(place_of(&subject) <= before);
    }
    free_documents(&documents);
    sim_platform_free(p);
}

/* "each >=", not lexicographic: one SVN below is below, whatever the others are. */
static void every_component_counts(void **state)
{
    struct sim_platform *p = sim_platform_new();
    struct documents documents;

    (void)state;
    for (unsigned k = 0; k < p->tcb_info.level_count; k++) {
        for (unsigned i = 0; i < 16; i++)
            p->tcb_info.level[k].sgx[i] = p->tcb_info.level[k].tdx[i] = 10;
        p->tcb_info.level[k].tdx[1] = 0; /* the module version, which is none */
        p->tcb_info.level[k].pce_svn = 10 - k;
    }
    read_documents(p, &documents);
    for (unsigned lower = 0; lower <= 33; lower++) {
        struct pck_info pck = { .pce_svn = lower == 32 ? 7 : 20 };
        uint8_t tee[16];
        struct tcb_subject subject = { .info = &documents.info,
                                       .qe_identity = &documents.identity,
                                       .pck = &pck,
                                       .qe_isv_svn = 4,
                                       .tee_tcb_svn = tee };

        memset(pck.component_svn, 255, sizeof(pck.component_svn));
        memset(tee, 255, sizeof(tee));
        tee[1] = 0;
        if (lower < 16)
            pck.component_svn[lower] = 9;
        else if (lower < 32 && lower != 16 + 1)
            tee[lower - 16] = 9;
        assert_int_equal(place_of(&subject), lower == 33 || lower == 16 + 1 ? 0 : 3);
    }
    free_documents(&documents);
    sim_platform_free(p);
}

/* TCB info of version 2: flat components, no id, SGX only. */
static void version_2_is_read_for_sgx_only(void **state)
{
    struct sim_platform *p = sim_platform_new();
    struct tcb_info info = { 0 };
    struct text text = { 0 }, made = { 0 }, signature = { 0 };

    (void)state;
    sim_platform_use_sgx(p);
    text_add(&text, "{\"version\":2,\"issueDate\":\"2026-06-05T12:00:00Z\",\"nextUpdate\":"
                    "\"2026-07-05T12:00:00Z\",\"fmspc\":\"90C06F000000\",\"pceId\":\"0000\","
                    "\"tcbType\":0,\"tcbEvaluationDataNumber\":20,\"tcbLevels\":[{\"tcb\":{");
    for (unsigned i = 0; i < 16; i++)
        text_addf(&text, "\"sgxtcbcomp%02usvn\":%u,", i + 1, p->sgx.component[i]);
    text_add(&text, "\"pcesvn\":13},\"tcbDate\":\"2026-01-01T00:00:00Z\",\"tcbStatus\":"
                    "\"SWHardeningNeeded\"}]}");
    p->tcb_info.signing.text = text_string(&text);
    assert_string_equal(word_of(p), "SWHardeningNeeded");
    p->sgx.component[5]--;
    assert_string_equal(word_of(p), "TCB_NOT_SUPPORTED");
    p->sgx.component[5]++;
    p->tcb_info.signing.before[0] = (struct sim_edit){ "{", "{\"id\":\"SGX\"," };
    assert_string_equal(word_of(p), "SWHardeningNeeded");
    p->tcb_info.signing.before[0] = (struct sim_edit){ "{", "{\"id\":\"TDX\"," };
    assert_string_equal(word_of(p), "TCB_INFO_FORMAT");
    p->tcb_info.signing.before[0] = (struct sim_edit){ "sgxtcbcomp16svn", "sgxtcbcomp17svn" };
    assert_string_equal(word_of(p), "TCB_INFO_FORMAT");

    /* all that TDX wants, in version 2 */
    p->tcb_info.signing.before[0] =
        (struct sim_edit){ "{", "{\"id\":\"TDX\",\"tdxModule\":{\"mrsigner\":\"" ZEROS_48
                                "\",\"attributes\":"
                                "\"0000000000000000\",\"attributesMask\":\"FFFFFFFFFFFFFFFF\"}," };
    p->tcb_info.signing.before[1] =
        (struct sim_edit){ "\"pcesvn\"", "\"tdxtcbcomponents\":[" COMPONENTS_16 "],\"pcesvn\"" };
    sim_tcb_info_make(&p->tcb_info, &made, &signature);
    assert_true(text_ok(&signature));
    assert_status(tcb_info_parse(text_span(&made), &info, NULL), "TCB_INFO_FORMAT");
    text_free(&made);
    text_free(&signature);
    text_free(&text);
    sim_platform_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_merge_is_the_table_of_intels_library),
        cmocka_unit_test(relaunch_is_advised_as_by_intels_library),
        cmocka_unit_test(relaunch_keeps_the_configuration_part),
        cmocka_unit_test(relaunch_looks_at_the_current_configuration),
        cmocka_unit_test(a_revoked_module_that_runs_now_is_never_up_to_date),
        cmocka_unit_test(advisories_are_the_sorted_union_and_dates_the_earliest),
        cmocka_unit_test(the_gap_names_each_svn_that_is_behind),
        cmocka_unit_test(a_higher_svn_never_matches_an_older_level),
        cmocka_unit_test(every_component_counts),
        cmocka_unit_test(version_2_is_read_for_sgx_only),
    };

    return cmocka_run_group_tests_name("verify_tcb", tests, NULL, NULL);
}
