/* SPDX-License-Identifier: Apache-2.0 */
/* What may be wrong with a quote or its collateral, one thing at a time, each with the verdict that
 * Intel's library gives (or with the stricter one that notes section 6.2 names). */
#include <stdio.h>
#include <string.h>

#include "tests/unit/cmocka_all.h"
#include "tests/unit/sim_verify.h"

#define DAY              86400
#define STRANGER         (&p->key[SIM_KEY_STRANGER])
#define NOTHING          (void)0
#define OPEN_30          "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
#define CLOSE_30         "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
#define QE_REPORT_AT     840 /* in a quote of version 5 with body type 3 */
#define QE_AUTH_AT       1290
#define FLIP(at_, bits_) ((struct sim_flip){ .at = (at_), .xor_with = (bits_) })
#define IDENTITY_BEFORE(find_, replace_)                                                           \
    p->qe_identity.signing.before[0] = ((struct sim_edit){ find_, replace_ })
#define INFO_BEFORE(find_, replace_)                                                               \
    p->tcb_info.signing.before[0] = ((struct sim_edit){ find_, replace_ })
#define INFO_AFTER(find_, replace_)                                                                \
    p->tcb_info.signing.after[0] = ((struct sim_edit){ find_, replace_ })
#define IDENTITY_AFTER(find_, replace_)                                                            \
    p->qe_identity.signing.after[0] = ((struct sim_edit){ find_, replace_ })
#define MANY_ADVISORIES                                                                            \
    "A-01,A-02,A-03,A-04,A-05,A-06,A-07,A-08,A-09,A-10,A-11,A-12,A-13,A-14,A-15,A-16,A-17,A-18,"   \
    "A-19,A-20,A-21,A-22,A-23,A-24,A-25,A-26,A-27,A-28,A-29,A-30,A-31,A-32,A-33,A-34,A-35,A-36,"   \
    "A-37,A-38,A-39,A-40,A-02,A-01"

static void swap(struct made *m, enum sim_part a, enum sim_part b)
{
    struct text kept = m->bundle.part[a];

    m->bundle.part[a] = m->bundle.part[b];
    m->bundle.part[b] = kept;
}

static void append(struct made *m, enum sim_part part, const char *string)
{
    text_add(&m->bundle.part[part], string);
}

static void revoke(struct sim_crl *crl, const uint8_t *serial)
{
    assert_true(sim_crl_revoke(crl, serial));
}

static void reverse_levels(struct sim_platform *p)
{
    struct sim_tcb_level kept = p->tcb_info.level[0];
    struct sim_isv_level module = p->tcb_info.modules[1].level[0], qe = p->qe_identity.level[0];

    p->tcb_info.level[0] = p->tcb_info.level[2];
    p->tcb_info.level[2] = kept;
    p->tcb_info.modules[1].level[0] = p->tcb_info.modules[1].level[2];
    p->tcb_info.modules[1].level[2] = module;
    p->qe_identity.level[0] = p->qe_identity.level[1];
    p->qe_identity.level[1] = qe;
}

#define X(name, expected, change, after)                                                           \
    static void change_##name(struct sim_platform *p)                                              \
    {                                                                                              \
        (void)p;                                                                                   \
        change;                                                                                    \
    }                                                                                              \
    static void after_##name(struct made *m)                                                       \
    {                                                                                              \
        (void)m;                                                                                   \
        after;                                                                                     \
    }
#include "tests/unit/verify_cases.def"
#undef X

static const struct row {
    const char *name, *expected;
    void (*change)(struct sim_platform *p);
    void (*after)(struct made *m);
} rows[] = {
#define X(name, expected, change, after) { #name, expected, change_##name, after_##name },
#include "tests/unit/verify_cases.def"
#undef X
};

static void each_fault_has_its_verdict(void **state)
{
    unsigned wrong = 0, negative = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct sim_platform *p = sim_platform_new();
        struct made made = { 0 };
        struct tdx_error err = { 0 };
        char verdict[80];

        assert_non_null(p);
        rows[i].change(p);
        made_from(p, &made);
        rows[i].after(&made);
        made_verdict(&made, p->now, verdict, &err);
        if (strcmp(verdict, rows[i].expected) != 0) {
            print_message("#  %s: %s (%s), expected %s\n", rows[i].name, verdict, err.detail,
                          rows[i].expected);
            wrong++;
        }
        negative += strncmp(rows[i].expected, "UpToDate", 8) != 0;
        made_clear(&made);
        sim_platform_free(p);
    }
    print_message("#  %zu cases, %u of them negative\n", COUNT_OF(rows), negative);
    assert_int_equal(wrong, 0);
}

/* Another root than the one we trust, for everything: closed worlds stay apart. */
static void another_world_is_refused(void **state)
{
    struct sim_platform *ours = sim_platform_new(), *theirs = sim_platform_new_at("x", SIM_NOW);
    struct made made = { 0 }, other = { 0 };
    struct verification result;
    struct collateral parts;

    (void)state;
    made_from(ours, &made);
    made_from(theirs, &other);
    parts = sim_bundle_spans(&other.bundle);
    assert_status(verify_once(other.quote.data, other.quote.length, &parts, SIM_NOW, &other.anchor,
                              &result, NULL),
                  "OK");
    assert_false(result.trust_anchor_is_intel);
    assert_status(verify_once(other.quote.data, other.quote.length, &parts, SIM_NOW, &made.anchor,
                              &result, NULL),
                  "SIGNING_CHAIN_UNTRUSTED");
    assert_status(verify_once(other.quote.data, other.quote.length, &parts, SIM_NOW,
                              trust_anchor_intel(), &result, NULL),
                  "SIGNING_CHAIN_UNTRUSTED");
    parts = sim_bundle_spans(&made.bundle);
    assert_status(verify_once(other.quote.data, other.quote.length, &parts, SIM_NOW, &made.anchor,
                              &result, NULL),
                  "PCK_CHAIN_UNTRUSTED");
    made_clear(&made);
    made_clear(&other);
    sim_platform_free(ours);
    sim_platform_free(theirs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_has_its_verdict),
        cmocka_unit_test(another_world_is_refused),
    };

    return cmocka_run_group_tests_name("verify_cases", tests, NULL, NULL);
}
