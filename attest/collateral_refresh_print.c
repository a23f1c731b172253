/* SPDX-License-Identifier: Apache-2.0 */
/* What a refresh says: to a person, to a log, to a script. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "attest/collateral_refresh.h"
#include "core/base/rfc3339.h"

#define WARN_SECONDS (INT64_C(5) * 86400)

static void change_line(struct text *out, const char *what, bool had_old, int64_t old, int64_t now,
                        uint32_t old_number, uint32_t number)
{
    char old_date[RFC3339_TEXT_SIZE], date[RFC3339_TEXT_SIZE];

    text_addf(out, "  %-12s of %s", what, rfc3339_format(now, date));
    if (number != 0)
        text_addf(out, ", evaluation number %" PRIu32, number);
    if (!had_old)
        text_add(out, ", new");
    else if (old != now || old_number != number) {
        text_addf(out, ", was of %s", rfc3339_format(old, old_date));
        if (number != old_number)
            text_addf(out, ", number %" PRIu32, old_number);
    }
    text_add_char(out, '\n');
}

static void outcome_text(const struct refresh *refresh, const struct outcome *outcome,
                         struct text *out)
{
    const struct cache_stored *stored = &outcome->stored;
    const struct collateral_facts *old = &stored->old, *now = &stored->now;
    char platform[CACHE_NAME_SIZE], date[RFC3339_TEXT_SIZE], when[40];

    (void)collateral_platform(outcome->key.fmspc, outcome->key.ca, platform);
    if (outcome->status != TDX_OK) {
        text_addf(out, "%s: not refreshed: %s\n", platform, status_id(outcome->status));
        return;
    }
    text_addf(out, "%s: %s, from %s (%s)\n", platform,
              outcome->skipped    ? "not due yet"
              : stored->unchanged ? "fetched again, unchanged"
                                  : "refreshed",
              refresh->service.base, refresh->service.origin);
    if (!outcome->skipped && !stored->unchanged) {
        change_line(out, "TCB info", stored->had_old, old->dates.tcb_info_issue,
                    now->dates.tcb_info_issue, old->tcb_info_evaluation, now->tcb_info_evaluation);
        change_line(out, "QE identity", stored->had_old, old->dates.qe_identity_issue,
                    now->dates.qe_identity_issue, old->qe_identity_evaluation,
                    now->qe_identity_evaluation);
        change_line(out, "PCK CRL", stored->had_old, old->dates.pck_crl_this_update,
                    now->dates.pck_crl_this_update, 0, 0);
        change_line(out, "root CRL", stored->had_old, old->dates.root_crl_this_update,
                    now->dates.root_crl_this_update, 0, 0);
    }
    text_addf(out, "  first to expire: %s, %s (%s)\n", now->dates.first_to_expire,
              rfc3339_format(now->dates.earliest_expiration, date),
              collateral_when(now->dates.earliest_expiration, refresh->now, when, sizeof(when)));
    text_addf(out, "  due again: %s (%s)\n", rfc3339_format(stored->next, date),
              collateral_when(stored->next, refresh->now, when, sizeof(when)));
}

static void outcome_json(const struct outcome *outcome, struct json_writer *json)
{
    char platform[CACHE_NAME_SIZE];

    (void)collateral_platform(outcome->key.fmspc, outcome->key.ca, platform);
    platform[12] = '\0';
    json_open(json, NULL, '{');
    json_put_string(json, "fmspc", platform);
    json_put_string(json, "ca", platform + 13);
    json_put_bool(json, "fetched", !outcome->skipped && outcome->status == TDX_OK);
    json_put_bool(json, "changed",
                  !outcome->skipped && outcome->status == TDX_OK && !outcome->stored.unchanged);
    if (outcome->status == TDX_OK) {
        json_put_time(json, "due", outcome->stored.next);
        collateral_facts_json(&outcome->stored.now, json);
    }
    collateral_error_json(json, outcome->status, &outcome->err);
    json_close(json, '}');
}

static void report_json(const struct refresh *refresh, enum tdx_status status,
                        const struct tdx_error *err, struct text *out)
{
    struct json_writer json = { .text = out, .indent = true };

    json_open(&json, NULL, '{');
    json_put_string(&json, "server", refresh->service.base);
    json_put_string(&json, "trust_anchor", refresh->anchor.is_intel ? "intel" : "custom");
    json_open(&json, "platforms", '[');
    for (size_t i = 0; i < refresh->count; i++)
        outcome_json(&refresh->outcome[i], &json);
    json_close(&json, ']');
    collateral_error_json(&json, status, err);
    json_close(&json, '}');
    text_add_char(out, '\n');
}

/* The old bundle is still in use; how long that will go on is what an admin wants to know. */
static void warn_of_expiry(const struct refresh *refresh, const struct outcome *outcome)
{
    int64_t until = outcome->stored.old.dates.earliest_expiration;
    char when[40], date[RFC3339_TEXT_SIZE];

    if (outcome->stored.had_old && until - refresh->now < WARN_SECONDS)
        program_note(&refresh->shared.program, "WARNING: the bundle in use expires at %s (%s)",
                     rfc3339_format(until, date),
                     collateral_when(until, refresh->now, when, sizeof(when)));
    else
        program_note(&refresh->shared.program, "the bundle that is there, if any, stays in use");
}

int refresh_report(const struct refresh *refresh, enum tdx_status status,
                   const struct tdx_error *err)
{
    const struct program *program = &refresh->shared.program;
    struct text out = { 0 };
    int code = TDX_EXIT_YES;

    if (status != TDX_OK)
        code = program_fail(program, status, err);
    for (size_t i = 0; status == TDX_OK && i < refresh->count; i++) {
        const struct outcome *outcome = &refresh->outcome[i];

        if (outcome->status == TDX_OK)
            continue;
        /* where this machine's platform is known, and so comes first, it alone decides */
        if (code == TDX_EXIT_YES && (i == 0 || !refresh->own_known))
            code = status_exit_code(outcome->status);
        (void)program_fail(program, outcome->status, &outcome->err);
        warn_of_expiry(refresh, outcome);
    }
    if (status == TDX_OK && refresh->no_quote.status != TDX_OK)
        program_note(program, "this machine's own platform is not known: %s (%s)",
                     refresh->no_quote.detail, status_id(refresh->no_quote.status));
    if (program->format == OUTPUT_JSON)
        report_json(refresh, status, err, &out);
    for (size_t i = 0; program->format != OUTPUT_JSON && !program->quiet && i < refresh->count; i++)
        outcome_text(refresh, &refresh->outcome[i], &out);
    if (program->format != OUTPUT_JSON && !program->quiet && status == TDX_OK &&
        !refresh->anchor.is_intel)
        text_add(&out, "trust anchor: NOT Intel's root\n");
    (void)fputs(text_string(&out), stdout);
    text_free(&out);
    return program_finish(program, code);
}
