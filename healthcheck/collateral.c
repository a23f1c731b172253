/* SPDX-License-Identifier: Apache-2.0 */
/* The collateral that logins rest on: whether it is there and genuine, until when, how old. */
#include <inttypes.h>
#include <string.h>

#include "core/base/number.h"
#include "core/base/rfc3339.h"
#include "core/collateral/cache.h"
#include "healthcheck/evidence.h"
#include "healthcheck/families.h"
#include "healthcheck/settings.h"

#define HOUR INT64_C(3600)
#define DAY  (24 * HOUR)

#define AGE_FAIL (7 * DAY)

static void evaluate_integrity(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *fact = facts_find(evaluation->facts, "probe:collateral");
    const struct collateral_facts *found;
    enum tdx_status failure = evidence_failure(fact);

    finding_source(ret, "%s", CACHE_FOLDER);
    if (fact->state == FACT_ABSENT && !evaluation->live) {
        finding_skip(ret, "none", "the image has no collateral yet");
        return;
    }
    if (fact->state == FACT_ABSENT || failure == TDX_CACHE_MISSING) {
        finding_set(ret, CHECK_FAIL, status_id(TDX_CACHE_MISSING), "%s",
                    fact->why != NULL ? fact->why : "there is none");
        return;
    }
    if (fact->state == FACT_FAILED && failure != TDX_INTERNAL) {
        bool is_no = status_exit_code(failure) == TDX_EXIT_NO || failure == TDX_FILE_UNSAFE;

        evidence_set_failure(ret, is_no ? CHECK_FAIL : CHECK_ERROR, fact);
        return;
    }
    found = evidence_collateral(evaluation, ret);
    if (found == NULL)
        return;
    if (!found->is_tdx)
        finding_set(ret, CHECK_FAIL, "not_tdx", "it is for SGX enclaves, not for TDs");
    else
        finding_set(ret, CHECK_PASS, NULL, "for FMSPC %02X%02X%02X%02X%02X%02X", found->fmspc[0],
                    found->fmspc[1], found->fmspc[2], found->fmspc[3], found->fmspc[4],
                    found->fmspc[5]);
}

static void evaluate_freshness(const struct evaluation *evaluation, struct finding *ret)
{
    const struct collateral_facts *found = evidence_collateral(evaluation, ret);
    int64_t grace = evidence_grace(evaluation->facts);
    char end[RFC3339_TEXT_SIZE];
    int64_t left;

    if (found == NULL)
        return;
    left = found->dates.earliest_expiration - evaluation->now;
    (void)rfc3339_format(found->dates.earliest_expiration, end);
    if (left < 0 && -left > grace)
        finding_set(ret, CHECK_FAIL, "expired", "the %s expired at %s",
                    found->dates.first_to_expire, end);
    else if (left < 0)
        finding_set(ret, CHECK_WARN, "grace",
                    "the %s expired at %s; collateral_grace lasts another %" PRId64 " hours",
                    found->dates.first_to_expire, end, (grace + left) / HOUR);
    else if (left < evaluation->settings->collateral_days * DAY)
        finding_set(ret, CHECK_WARN, "expires", "the %s expires in %" PRId64 " days, at %s",
                    found->dates.first_to_expire, left / DAY, end);
    else
        finding_set(ret, CHECK_PASS, NULL, "%" PRId64 " days left (%s, %s)", left / DAY,
                    found->dates.first_to_expire, end);
}

static void evaluate_age(const struct evaluation *evaluation, struct finding *ret)
{
    const struct fact *fact = facts_find(evaluation->facts, "probe:collateral_stored");
    int64_t warn = evaluation->settings->collateral_age_hours * HOUR;
    struct maybe_u64 stored;
    int64_t age;

    if (!finding_needs(ret, fact, CHECK_ERROR, "unreadable", "when it was fetched is not known"))
        return;
    finding_source(ret, "%s", CACHE_FOLDER);
    stored = number_in_file(fact->value);
    age = evaluation->now - (int64_t)(stored.value & INT64_MAX);
    if (!stored.known)
        finding_set(ret, CHECK_ERROR, "unreadable", "when it was fetched is not known");
    else if (age < -HOUR)
        finding_set(ret, CHECK_WARN, "future", "it was fetched %" PRId64 " hours from now",
                    -age / HOUR);
    else if (age >= (warn > AGE_FAIL ? warn : AGE_FAIL))
        finding_set(ret, CHECK_FAIL, "too_old", "fetched %" PRId64 " days ago", age / DAY);
    else if (age >= warn)
        finding_set(ret, CHECK_WARN, "old", "fetched %" PRId64 " hours ago", age / HOUR);
    else
        finding_set(ret, CHECK_PASS, NULL, "fetched %" PRId64 " hours ago",
                    age > 0 ? age / HOUR : 0);
}

#define REFRESH "  tdx-attest collateral refresh\n"
#define TIMER   "  systemctl status tdx-collateral.timer tdx-collateral.service"

static const struct check checks[] = {
    {
        .id = "collateral.integrity",
        .title = "there is collateral, and the trusted root vouches for it",
        .severity = SEVERITY_HIGH,
        .expected = "a bundle for this platform whose signatures all lead to the trusted root",
        .remedy = "Fetch it anew (what does not verify is not stored), then see that the timer "
                  "runs:\n" REFRESH TIMER,
        .reads = "the bundle that a login would use: of the cache in " CACHE_FOLDER
                 ", or that gate.conf names",
        .why = "Without it no quote can be verified, and logins are refused.",
        .requires = { "cpu.tdx_guest", "time.sane" },
        .gives = GIVES(PASS) | GIVES(FAIL) | GIVES(ERROR) | GIVES(SKIP),
        .evaluate = evaluate_integrity,
    },
    {
        .id = "collateral.freshness",
        .title = "the collateral is valid for some time yet",
        .severity = SEVERITY_CRITICAL,
        .expected =
            "more than 7 days (collateral_days in healthcheck.conf) until the first part of it "
            "expires",
        .remedy = "Fetch it anew, and see why the timer did not:\n" REFRESH TIMER,
        .reads = "nextUpdate of TCB info, QE identity and both CRLs, and the certificates' ends",
        .why = "Intel's documents are good for about 30 days. Once one has expired, every login is "
               "refused.",
        .requires = { "collateral.integrity" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL),
        .evaluate = evaluate_freshness,
    },
    {
        .id = "collateral.age",
        .title = "the collateral is refreshed each day",
        .severity = SEVERITY_LOW,
        .expected = "fetched less than 26 hours ago (collateral_age_hours in healthcheck.conf)",
        .remedy = "See why the timer does not refresh it:\n" TIMER "\n" REFRESH
                  "  journalctl -u tdx-collateral.service",
        .reads = "when the bundle was fetched",
        .why = "What is revoked today is known only to those who ask today.",
        .requires = { "collateral.freshness" },
        .live_only = true,
        .gives = GIVES(PASS) | GIVES(WARN) | GIVES(FAIL) | GIVES(ERROR),
        .evaluate = evaluate_age,
    },
};

const struct family collateral_family = {
    .name = "collateral",
    .title = "Collateral and its server",
    .checks = checks,
    .check_count = sizeof(checks) / sizeof(checks[0]),
};
