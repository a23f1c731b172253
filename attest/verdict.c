/* SPDX-License-Identifier: Apache-2.0 */
#include "attest/verdict.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/rfc3339.h"
#include "core/base/text.h"
#include "core/evidence/td_attributes.h"

void verdict_refuse(struct verdict *verdict, enum tdx_status status, const char *format, ...)
{
    char detail[TDX_DETAIL_SIZE];
    va_list arguments;

    if (verdict->reason_count == VERDICT_REASONS_MAX)
        return; /* the gravest are there */
    va_start(arguments, format);
    (void)vsnprintf(detail, sizeof(detail), format, arguments); /* cut is good enough */
    va_end(arguments);
    (void)status_fail(&verdict->reason[verdict->reason_count++], status, "%s", detail);
}

static void judge_td(struct verdict *verdict, const struct verdict_rules *rules)
{
    const struct quote *quote = &verdict->verification.quote;
    const uint8_t *report_data = quote->td.report_data;
    struct text names = { 0 };

    if (quote->tee != QUOTE_TEE_TDX) {
        verdict_refuse(verdict, TDX_NOT_A_TD, "%s", "");
        report_data = quote->enclave.report_data;
    } else if (td_attributes_debuggable(quote->td.attributes)) {
        td_attributes_names(quote->td.attributes, &names);
        verdict_refuse(verdict, TDX_TD_DEBUGGABLE, "attributes 0x%016" PRIx64 ": %s",
                       quote->td.attributes, text_string(&names));
    }
    text_free(&names);
    if (rules->report_data != NULL &&
        memcmp(rules->report_data, report_data, TD_REPORT_DATA_SIZE) != 0)
        verdict_refuse(verdict, TDX_REPORT_DATA_MISMATCH, "%s", "");
}

/* What a status asks for, and of whom. */
static const char *advice(enum tcb_status status)
{
    switch (status) {
    case TCB_UP_TO_DATE:
        return "nothing is wrong with it, but --accept-tcb does not name it";
    case TCB_SW_HARDENING_NEEDED:
        return "the platform is patched; the software on it must guard itself against the "
               "advisories";
    case TCB_CONFIGURATION_NEEDED:
        return "the host's owner must change its configuration (BIOS settings)";
    case TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED:
        return "the host's owner must change its configuration (BIOS settings), and the software "
               "on "
               "it must guard itself against the advisories";
    case TCB_TD_RELAUNCH_ADVISED:
    case TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED:
        return "the TDX module was updated after this TD started: stop the instance and start it "
               "again (a reboot inside is not enough)";
    default:
        return "the host's owner must update it";
    }
}

static void judge_platform(struct verdict *verdict, const struct verdict_rules *rules)
{
    const struct verification *found = &verdict->verification;
    char expiry[RFC3339_TEXT_SIZE], now[RFC3339_TEXT_SIZE];

    if (found->collateral_expired)
        verdict_refuse(verdict, TDX_COLLATERAL_EXPIRED, "%s: %s; the time asked about is %s",
                       found->dates.first_to_expire,
                       rfc3339_format(found->dates.earliest_expiration, expiry),
                       rfc3339_format(verdict->now, now));
    if ((rules->accepted_statuses & TCB_STATUS_BIT(found->tcb_status)) == 0)
        verdict_refuse(verdict, TDX_TCB_NOT_ACCEPTED, "%s: %s", tcb_status_word(found->tcb_status),
                       advice(found->tcb_status));
}

void verdict_judge(struct verdict *verdict, const struct verdict_rules *rules)
{
    verdict->verified = verdict->verification.tcb_status != TCB_REVOKED;
    if (!verdict->verified) {
        verdict_refuse(verdict, TDX_TCB_REVOKED, "%s", "");
        return;
    }
    judge_td(verdict, rules);
    judge_platform(verdict, rules);
}

int verdict_finish(struct verdict *verdict)
{
    verdict->accepted = verdict->verified && verdict->reason_count == 0;
    if (verdict->accepted)
        return TDX_EXIT_YES;
    return verdict->reason_count > 0 ? status_exit_code(verdict->reason[0].status)
                                     : TDX_EXIT_UNDECIDED;
}

const char *verdict_tcb_word(const struct verdict *verdict)
{
    if (verdict->has_verification)
        return tcb_status_word(verdict->verification.tcb_status);
    if (verdict->reason_count > 0 && verdict->reason[0].status == TDX_TCB_REVOKED)
        return tcb_status_word(TCB_REVOKED);
    return NULL;
}

bool verdict_wants_relaunch(const struct verification *found)
{
    return found->tcb_status == TCB_TD_RELAUNCH_ADVISED ||
           found->tcb_status == TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED;
}

const char *verdict_mender(const struct verification *found, const struct tcb_gap_item *item)
{
    if (verdict_wants_relaunch(found) &&
        (item->part == TCB_GAP_TDX_MODULE || item->part == TCB_GAP_TDX_COMPONENT))
        return "this instance's owner: stop it and start it again";
    return tcb_gap_mender(item);
}
