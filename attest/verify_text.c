/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "attest/td_print.h"
#include "attest/verify_print.h"
#include "core/base/rfc3339.h"

static void print_format(struct text *out, const char *label, const char *format, ...)
    TDX_PRINTF(3, 4);
static void print_format(struct text *out, const char *label, const char *format, ...)
{
    char line[1024];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(line, sizeof(line), format, arguments); /* cut is good enough */
    va_end(arguments);
    print_line(out, label, line);
}

/* The date alone, for a sentence. Returns out. */
static const char *day(int64_t seconds, char out[static RFC3339_TEXT_SIZE])
{
    (void)rfc3339_format(seconds, out);
    out[10] = '\0';
    return out;
}

static void print_advisories(struct text *out, const char *label, const struct advisory_list *list)
{
    struct text ids = { 0 };

    for (size_t i = 0; i < list->count; i++)
        text_addf(&ids, "%s%s", i > 0 ? " " : "", list->id[i]);
    print_line(out, label, list->count > 0 ? text_string(&ids) : "none");
    text_free(&ids);
}

static void print_headline(struct text *out, const struct verdict *verdict, const char *source)
{
    const struct quote *quote = &verdict->quote;

    if (verdict->has_quote)
        text_addf(out, "%s: a version %u quote of %s, %zu bytes\n", source, quote->version,
                  quote->tee == QUOTE_TEE_TDX ? "a TD" : "an SGX enclave", quote->length);
    else
        text_addf(out, "%s: %s\n", source, verdict->was_read ? "not a quote" : "not looked at yet");
    text_addf(out, "\n  ACCEPTED: %s\n  verified: %s\n", verdict->accepted ? "yes" : "NO",
              verdict->verified ? "yes" : "NO");
    if (!verdict->anchor_is_intel)
        text_add(out, "  The trust anchor is NOT Intel's: this proves no genuine hardware.\n");
}

static void print_reasons(struct text *out, const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->reason_count; i++) {
        const struct tdx_error *reason = &verdict->reason[i];

        text_add_char(out, '\n');
        print_format(out, i == 0 ? "because" : "and", "%s: %s", status_id(reason->status),
                     status_message(reason->status));
        if (reason->detail[0] != '\0')
            print_line(out, "", reason->detail);
        if (status_remedy(reason->status)[0] != '\0')
            print_format(out, "", "-> %s", status_remedy(reason->status));
    }
}

static void print_tcb(struct text *out, const struct verification *found)
{
    char date[RFC3339_TEXT_SIZE], expiry[RFC3339_TEXT_SIZE];

    text_add(out, "\nPlatform\n");
    print_format(out, "TCB status", "%s (level of %s)", tcb_status_word(found->tcb_status),
                 day(found->tcb_date, date));
    print_format(out, "made of", "platform %s, %s%s%squoting enclave %s",
                 tcb_status_word(found->platform_status), found->has_module ? "TDX module " : "",
                 found->has_module ? tcb_status_word(found->module_status) : "",
                 found->has_module ? ", " : "", tcb_status_word(found->qe_status));
    if (found->current_status != found->tcb_status)
        print_format(out, "running now", "%s (the TDX module was updated after the TD's launch)",
                     tcb_status_word(found->current_status));
    print_advisories(out, "advisories", &found->advisories);
    print_format(out, "collateral", "%s; %s is the first to expire, %s; TCB evaluation %u",
                 found->collateral_expired ? "EXPIRED" : "valid", found->dates.first_to_expire,
                 rfc3339_format(found->dates.earliest_expiration, expiry),
                 found->tcb_evaluation_data_number);
    print_hex(out, "FMSPC", found->pck.fmspc, sizeof(found->pck.fmspc));
    print_format(out, "PCK certificate", "%s CA, valid until %s",
                 found->pck.ca == PCK_CA_PLATFORM ? "platform" : "processor",
                 day(found->pck.not_after, date));
}

static void print_gap_item(struct text *out, const struct verification *found,
                           const struct tcb_gap_item *item)
{
    static const char *const parts[] = {
        [TCB_GAP_SGX_COMPONENT] = "SGX component",
        [TCB_GAP_TDX_COMPONENT] = "TDX component",
        [TCB_GAP_PCE] = "PCE",
        [TCB_GAP_QE] = "quoting enclave",
        [TCB_GAP_TDX_MODULE] = "TDX module",
    };
    char label[32];

    if (item->part == TCB_GAP_SGX_COMPONENT || item->part == TCB_GAP_TDX_COMPONENT)
        (void)snprintf(label, sizeof(label), "%s %u", parts[item->part], item->index);
    else
        (void)snprintf(label, sizeof(label), "%s", parts[item->part]);
    print_format(out, label, "SVN %u, needs %u%s%s%s%s", item->have, item->need,
                 item->type[0] != '\0' || item->category[0] != '\0' ? ": " : "", item->type,
                 item->type[0] != '\0' && item->category[0] != '\0' ? ", " : "", item->category);
    print_format(out, "", "-> %s", verdict_mender(found, item));
}

static void print_gap(struct text *out, const struct verification *found)
{
    const struct tcb_gap *gap = &found->gap;
    char matched[RFC3339_TEXT_SIZE], newest[RFC3339_TEXT_SIZE];
    bool relaunch = verdict_wants_relaunch(found);

    if (!gap->present)
        return;
    text_add(out, "\nHow far behind\n");
    if (gap->item_count == 0 && gap->matched.date == gap->newest.date) {
        text_addf(out, "  It stands at the newest level there is, of %s (%s).\n",
                  day(gap->newest.date, newest), tcb_status_word(gap->newest.status));
        return;
    }
    if (gap->matched.date == gap->newest.date && gap->matched.status == gap->newest.status)
        text_addf(out, "  Its platform level is the newest there is, of %s (%s)",
                  day(gap->newest.date, newest), tcb_status_word(gap->newest.status));
    else
        text_addf(out, "  It stands at the level of %s (%s);\n  the newest level is of %s (%s)",
                  day(gap->matched.date, matched), tcb_status_word(gap->matched.status),
                  day(gap->newest.date, newest), tcb_status_word(gap->newest.status));
    text_add(out, gap->item_count > 0 ? ". It lacks:\n" : ".\n");
    for (size_t i = 0; i < gap->item_count; i++)
        print_gap_item(out, found, &gap->item[i]);
    text_add(out, relaunch ? "  The newer module runs already: stop the instance and start it "
                             "again.\n"
                           : "  Nothing inside the guest can mend this.\n");
}

/* Which policy said what. Why not stands among the reasons. */
static void print_appraisal(struct text *out, const struct appraisal *appraisal)
{
    text_add(out, "\nPolicies\n");
    for (size_t i = 0; i < APPRAISED_REPORTS; i++) {
        const struct appraised_report *report = &appraisal->report[i];
        const char *name = policy_source_name(report->policy->source);
        char quoted[200];

        print_format(out,
                     report->class == POLICY_TD_QE                      ? "quoting enclave"
                     : report->class == appraisal->measurement.td_class ? "TD"
                                                                        : "platform",
                     "%s: %s", report->result == 1 ? "agrees" : "REFUSES",
                     text_quote(name, strlen(name), quoted, sizeof(quoted)));
    }
}

void verdict_print(const struct verdict *verdict, const char *source, struct text *out)
{
    const struct quote *quote = &verdict->quote;

    print_headline(out, verdict, source);
    print_reasons(out, verdict);
    if (verdict->has_verification) {
        print_tcb(out, &verdict->verification);
        print_gap(out, &verdict->verification);
    }
    if (verdict->appraisal != NULL)
        print_appraisal(out, verdict->appraisal);
    if (!verdict->has_quote)
        return;
    text_addf(out, "\n%s%s\n", quote->tee == QUOTE_TEE_TDX ? "TD" : "Enclave",
              verdict->verified ? "" : " (unverified: anybody can write this)");
    if (quote->tee == QUOTE_TEE_TDX)
        print_td(out, &quote->td, quote->body_type != QUOTE_BODY_TD10);
    else
        print_enclave(out, &quote->enclave);
}
