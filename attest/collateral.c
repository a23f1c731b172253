/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-attest collateral: what Intel publishes about a platform, fetched, kept fresh, looked at. */
#include "attest/collateral.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "attest/attest.h"
#include "core/base/files.h"
#include "core/collateral/source.h"
#include "core/evidence/quote.h"

#define MINUTE INT64_C(60)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

int attest_collateral(int argc, char **argv)
{
    static const struct command commands[] = {
        { "fetch", "fetch the collateral for a quote into a file", collateral_fetch },
        { "refresh", "keep this machine's cache fresh (what the timer runs)", collateral_refresh },
        { "show", "say what a bundle or the cache holds and when it expires", collateral_show },
        { NULL, NULL, NULL },
    };

    return program_dispatch("tdx-attest collateral",
                            "Fetch, keep and inspect what quotes are verified with.", commands,
                            argc, argv);
}

static enum tdx_status quote_of_this_machine(const struct options *options,
                                             struct file_content *ret, struct tdx_error *err)
{
    uint8_t report_data[TD_REPORT_DATA_SIZE];

    /* Only the PCK chain in it matters. */
    if (getrandom(report_data, sizeof(report_data), 0) != (ssize_t)sizeof(report_data))
        return status_fail(err, TDX_CRYPTO_FAILED, "no random bytes");
    return evidence_quote(&options->paths, report_data, ret, NULL, err);
}

enum tdx_status collateral_target(const struct options *options, const char *path,
                                  struct pcs_target *ret, struct tdx_error *err)
{
    struct file_content raw = { 0 };
    struct quote quote;
    enum tdx_status status;

    if (path != NULL)
        status = file_read(path, QUOTE_SIZE_LIMIT, FILE_READ_ANY, &raw, err);
    else
        status = quote_of_this_machine(options, &raw, err);
    if (status == TDX_OK)
        status = quote_parse(raw.data, raw.size, &quote, err);
    if (status == TDX_OK)
        status = source_target(&quote, ret, err);
    file_content_free(&raw);
    return status;
}

const char *collateral_platform(const uint8_t fmspc[6], enum pck_ca ca,
                                char out[static CACHE_NAME_SIZE])
{
    (void)snprintf(out, CACHE_NAME_SIZE, "%02X%02X%02X%02X%02X%02X %s", fmspc[0], fmspc[1],
                   fmspc[2], fmspc[3], fmspc[4], fmspc[5],
                   ca == PCK_CA_PLATFORM ? "platform" : "processor");
    return out;
}

const char *collateral_when(int64_t then, int64_t now, char *out, size_t size)
{
    int64_t distance = then > now ? then - now : now - then;
    int64_t unit = distance >= 2 * DAY ? DAY : distance >= 2 * HOUR ? HOUR : MINUTE;
    const char *words = unit == DAY ? "days" : unit == HOUR ? "hours" : "minutes";

    (void)snprintf(out, size, then > now ? "in %" PRId64 " %s" : "%" PRId64 " %s ago",
                   distance / unit, words);
    return out;
}

void collateral_facts_json(const struct collateral_facts *facts, struct json_writer *json)
{
    const struct verification_dates *dates = &facts->dates;

    json_put_string(json, "tee", facts->is_tdx ? "TDX" : "SGX");
    json_put_uint(json, "tcb_info_evaluation", facts->tcb_info_evaluation);
    json_put_uint(json, "qe_identity_evaluation", facts->qe_identity_evaluation);
    json_put_time(json, "tcb_info_issue", dates->tcb_info_issue);
    json_put_time(json, "qe_identity_issue", dates->qe_identity_issue);
    json_put_time(json, "root_crl_this_update", dates->root_crl_this_update);
    json_put_time(json, "pck_crl_this_update", dates->pck_crl_this_update);
    json_put_time(json, "earliest_expiration", dates->earliest_expiration);
    json_put_string(json, "first_to_expire", dates->first_to_expire);
    json_put_bool(json, "expired", facts->expired);
}

void collateral_error_json(struct json_writer *json, enum tdx_status status,
                           const struct tdx_error *err)
{
    if (status == TDX_OK) {
        json_put_null(json, "error");
        return;
    }
    json_open(json, "error", '{');
    json_put_string(json, "code", status_id(status));
    json_put_string(json, "message", status_message(status));
    json_put_string(json, "detail", err->detail);
    json_close(json, '}');
}
