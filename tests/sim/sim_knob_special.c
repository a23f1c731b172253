/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_knob_special.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DAY INT64_C(86400)

static bool is(const char *value, const char *word)
{
    return strcmp(value, word) == 0;
}

bool knob_number(const char *value, uint64_t *ret)
{
    char *end;

    errno = 0;
    if (*value < '0' || *value > '9')
        return false;
    *ret = strtoull(value, &end, 10);
    return errno == 0 && *end == '\0';
}

bool knob_apply_root(struct sim_knob_target *target, const char *value)
{
    (void)target; /* see knob_before() */
    return is(value, "good") || is(value, "wrong");
}

bool knob_apply_age(struct sim_knob_target *target, const char *value)
{
    uint64_t days;

    (void)target;
    return knob_number(value, &days) && days <= 3650;
}

bool knob_apply_quote_form(struct sim_knob_target *target, const char *value)
{
    static const struct {
        const char *word;
        unsigned version, body_type;
    } forms[] = { { "5/3", 5, 3 }, { "5/2", 5, 2 }, { "5/4", 5, 4 }, { "4", 4, 2 } };

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        if (is(value, forms[i].word)) {
            sim_platform_use_quote(target->platform, forms[i].version, forms[i].body_type);
            return true;
        }
    return false;
}

bool knob_apply_echo(struct sim_knob_target *target, const char *value)
{
    target->platform->wrong_echo = is(value, "wrong");
    return true;
}

bool knob_apply_signature(struct sim_knob_target *target, const char *value)
{
    struct sim_platform *p = target->platform;

    if (is(value, "bad"))
        p->quote.quote_signature = SIM_SIGNATURE_CORRUPT;
    else if (is(value, "bad_qe"))
        p->quote.qe_signature = SIM_SIGNATURE_CORRUPT;
    else if (is(value, "stranger"))
        p->quote.quote_signer = &p->key[SIM_KEY_STRANGER];
    else if (is(value, "stranger_qe"))
        p->quote.qe_signer = &p->key[SIM_KEY_STRANGER];
    return true;
}

bool knob_apply_pck(struct sim_knob_target *target, const char *value)
{
    struct sim_platform *p = target->platform;

    if (is(value, "expired"))
        p->pck.not_after = p->now - DAY;
    else if (is(value, "stranger"))
        p->pck.signer = &p->key[SIM_KEY_STRANGER];
    else if (is(value, "processor"))
        sim_platform_use_processor_ca(p);
    return true;
}

/* The platform falls behind (its SVNs match an older level), or the newest level has this status.
 */
bool knob_apply_tcb(struct sim_knob_target *target, const char *value)
{
    struct sim_platform *p = target->platform;

    if (is(value, "outofdate")) {
        p->sgx.component[0] = p->sgx.component[1] = 3;
        p->td.tee_tcb_svn[2] = p->td.tee_tcb_svn_2[2] = 2;
    } else if (is(value, "unsupported")) {
        p->sgx.component[7] = 0;
    } else if (is(value, "module_outofdate")) {
        p->td.tee_tcb_svn[0] = p->td.tee_tcb_svn_2[0] = 4;
    } else if (is(value, "relaunch")) {
        p->td.tee_tcb_svn[0] = 4;
    } else if (is(value, "qe_outofdate")) {
        p->quote.qe.isv_svn = 3;
    } else {
        p->tcb_info.level[0].status = value;
    }
    return true;
}

static void expire(struct sim_platform *p)
{
    p->tcb_info.issue_date -= 40 * DAY;
    p->tcb_info.next_update -= 40 * DAY;
    p->qe_identity.issue_date -= 40 * DAY;
    p->qe_identity.next_update -= 40 * DAY;
    p->pck_crl.this_update -= 40 * DAY;
    p->pck_crl.next_update -= 40 * DAY;
}

static void make_older(struct sim_platform *p)
{
    p->tcb_info.issue_date -= 5 * DAY;
    p->tcb_info.next_update -= 5 * DAY;
    p->qe_identity.issue_date -= 5 * DAY;
    p->qe_identity.next_update -= 5 * DAY;
    p->root_crl.this_update -= 5 * DAY;
    p->pck_crl.this_update -= 5 * DAY;
    p->pck_crl.next_update -= 5 * DAY;
    p->tcb_info.evaluation--;
    p->qe_identity.evaluation--;
}

bool knob_apply_collateral(struct sim_knob_target *target, const char *value)
{
    struct sim_platform *p = target->platform;

    if (is(value, "expired"))
        expire(p);
    else if (is(value, "older"))
        make_older(p);
    else if (is(value, "crl_expired"))
        p->pck_crl.next_update = p->now - DAY;
    else if (is(value, "tampered"))
        p->tcb_info.signing.after[0] = (struct sim_edit){ "\"pcesvn\":13", "\"pcesvn\":12" };
    else if (is(value, "stranger"))
        p->tcb_info.signing.signer = &p->key[SIM_KEY_STRANGER];
    else if (is(value, "other_platform"))
        p->tcb_info.fmspc[0] ^= 0xff;
    else if (is(value, "bad_crl"))
        p->pck_crl.corrupt_signature = true;
    return true;
}

bool knob_apply_evaluation(struct sim_knob_target *target, const char *value)
{
    uint64_t number;

    if (!knob_number(value, &number))
        return false;
    target->platform->tcb_info.evaluation = target->platform->qe_identity.evaluation = number;
    return true;
}

bool knob_apply_qe(struct sim_knob_target *target, const char *value)
{
    if (is(value, "other"))
        target->platform->quote.qe.mr_signer[0] ^= 0xff;
    return true;
}

bool knob_apply_qe_evaluation(struct sim_knob_target *target, const char *value)
{
    uint64_t number;

    if (value[0] == '\0')
        return true;
    if (!knob_number(value, &number))
        return false;
    target->platform->qe_identity.evaluation = number;
    return true;
}

bool knob_apply_report(struct sim_knob_target *target, const char *value)
{
    struct sim_report_faults *faults = &target->platform->report_faults;

    faults->wrong_hash = is(value, "wrong_hash");
    faults->wrong_type = is(value, "wrong_type");
    faults->wrong_reserved = is(value, "wrong_reserved");
    return true;
}
