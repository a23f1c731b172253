/* SPDX-License-Identifier: Apache-2.0 */
#include "core/collateral/floor.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/rfc3339.h"

static struct floor_mark mark_of(const uint8_t fmspc[6], enum pck_ca ca,
                                 uint32_t tcb_info_evaluation, uint32_t qe_identity_evaluation,
                                 const struct verification_dates *dates)
{
    struct floor_mark mark = {
        .ca = ca,
        .tcb_info = { tcb_info_evaluation, dates->tcb_info_issue },
        .qe_identity = { qe_identity_evaluation, dates->qe_identity_issue },
        .root_crl = dates->root_crl_this_update,
        .pck_crl = dates->pck_crl_this_update,
    };

    memcpy(mark.fmspc, fmspc, sizeof(mark.fmspc));
    return mark;
}

struct floor_mark floor_mark_of(const struct verification *verification)
{
    return mark_of(verification->pck.fmspc, verification->pck.ca, verification->tcb_info_evaluation,
                   verification->qe_identity_evaluation, &verification->dates);
}

struct floor_mark floor_mark_of_facts(const struct collateral_facts *facts)
{
    return mark_of(facts->fmspc, facts->pck_crl_ca, facts->tcb_info_evaluation,
                   facts->qe_identity_evaluation, &facts->dates);
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t newest_issue(const struct floor_mark *mark)
{
    return later(later(mark->tcb_info.issue, mark->qe_identity.issue),
                 later(mark->root_crl, mark->pck_crl));
}

static const struct floor_platform *find_platform(const struct floor *floor, const uint8_t fmspc[6])
{
    for (size_t i = 0; i < floor->count; i++)
        if (memcmp(floor->platform[i].fmspc, fmspc, 6) == 0)
            return &floor->platform[i];
    return NULL;
}

/* True if a comes before b: by evaluation number, then by date. */
static bool issue_older(struct floor_issue a, struct floor_issue b)
{
    if (a.evaluation != b.evaluation)
        return a.evaluation < b.evaluation;
    return a.issue < b.issue;
}

static enum tdx_status check_issue(const char *what, struct floor_issue have,
                                   struct floor_issue seen, enum tdx_status refusal,
                                   struct tdx_error *err)
{
    char have_date[RFC3339_TEXT_SIZE], seen_date[RFC3339_TEXT_SIZE];

    if (!issue_older(have, seen))
        return TDX_OK;
    return status_fail(err, refusal,
                       "%s: evaluation number %" PRIu32 " of %s, but %" PRIu32 " of %s was seen",
                       what, have.evaluation, rfc3339_format(have.issue, have_date),
                       seen.evaluation, rfc3339_format(seen.issue, seen_date));
}

static enum tdx_status check_crl(const char *what, int64_t have, int64_t seen,
                                 struct tdx_error *err)
{
    char have_date[RFC3339_TEXT_SIZE], seen_date[RFC3339_TEXT_SIZE];

    if (have >= seen)
        return TDX_OK;
    return status_fail(err, TDX_COLLATERAL_CRL_OLDER, "%s of %s, but one of %s was seen", what,
                       rfc3339_format(have, have_date), rfc3339_format(seen, seen_date));
}

enum tdx_status floor_check(const struct floor *floor, const struct floor_mark *mark, int64_t now,
                            struct tdx_error *err)
{
    const struct floor_platform *platform = find_platform(floor, mark->fmspc);
    int64_t newest = later(floor->newest_issue, newest_issue(mark));
    char now_date[RFC3339_TEXT_SIZE], newest_date[RFC3339_TEXT_SIZE];
    enum tdx_status status;

    if (now < newest)
        return status_fail(err, TDX_CLOCK_BEHIND, "it says %s, but collateral was issued at %s",
                           rfc3339_format(now, now_date), rfc3339_format(newest, newest_date));
    if (platform != NULL) {
        status = check_issue("TCB info", mark->tcb_info, platform->tcb_info,
                             TDX_COLLATERAL_TCB_OLDER, err);
        if (status != TDX_OK)
            return status;
    }
    status = check_issue("QE identity", mark->qe_identity, floor->qe_identity,
                         TDX_COLLATERAL_IDENTITY_OLDER, err);
    if (status != TDX_OK)
        return status;
    status = check_crl("root CRL", mark->root_crl, floor->root_crl, err);
    if (status != TDX_OK)
        return status;
    return check_crl("PCK CRL", mark->pck_crl, floor->pck_crl[mark->ca], err);
}

static bool raise_date(int64_t *floor, int64_t value)
{
    if (value <= *floor)
        return false;
    *floor = value;
    return true;
}

static bool raise_issue(struct floor_issue *floor, struct floor_issue value)
{
    if (!issue_older(*floor, value))
        return false;
    *floor = value;
    return true;
}

enum tdx_status floor_raise(struct floor *floor, const struct floor_mark *mark, bool *ret_changed,
                            struct tdx_error *err)
{
    const struct floor_platform *known = find_platform(floor, mark->fmspc);
    struct floor_platform *platform;
    bool changed = false;

    if (known == NULL && floor->count == FLOOR_PLATFORMS_MAX)
        return status_fail(err, TDX_FLOOR_BAD, "it holds %d platforms already",
                           FLOOR_PLATFORMS_MAX);
    platform = &floor->platform[known != NULL ? (size_t)(known - floor->platform) : floor->count];
    if (known == NULL) {
        *platform = (struct floor_platform){ .tcb_info = mark->tcb_info };
        memcpy(platform->fmspc, mark->fmspc, sizeof(platform->fmspc));
        floor->count++;
        changed = true;
    }
    changed |= raise_issue(&platform->tcb_info, mark->tcb_info);
    changed |= raise_issue(&floor->qe_identity, mark->qe_identity);
    changed |= raise_date(&floor->root_crl, mark->root_crl);
    changed |= raise_date(&floor->pck_crl[mark->ca], mark->pck_crl);
    changed |= raise_date(&floor->newest_issue, newest_issue(mark));
    if (ret_changed != NULL)
        *ret_changed = changed;
    return TDX_OK;
}
