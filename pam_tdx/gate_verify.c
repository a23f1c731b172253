/* SPDX-License-Identifier: Apache-2.0 */
#include "pam_tdx/gate_verify.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/appraise/appraise.h"
#include "core/base/files.h"
#include "core/base/hex.h"
#include "core/collateral/bundle.h"
#include "core/evidence/td_attributes.h"
#include "core/verify/verify_dates.h"
#include "pam_tdx/gate_sandbox.h"

#define EVALUATION_MAX 1000

/* --- the decision -------------------------------------------------------------------------- */

/* Grace is for what has expired, not for what is not yet valid: then the clock is wrong. */
static enum tdx_status check_collateral_date(const struct gate_task *task,
                                             const struct verification *found,
                                             struct tdx_error *err)
{
    const struct verification_dates *dates = &found->dates;
    int64_t latest = dates->root_crl_this_update > dates->pck_crl_this_update
                         ? dates->root_crl_this_update
                         : dates->pck_crl_this_update;
    int64_t last = dates->earliest_expiration + (int64_t)task->conf->collateral_grace_s;
    char date[RFC3339_TEXT_SIZE];

    if (!found->collateral_expired)
        return TDX_OK;
    if (task->now < latest)
        return status_fail(err, TDX_COLLATERAL_EXPIRED, "a CRL is valid only from %s",
                           rfc3339_format(latest, date));
    if (task->now <= last)
        return TDX_OK;
    return status_fail(err, TDX_COLLATERAL_EXPIRED, "%s expired on %s", dates->first_to_expire,
                       rfc3339_format(dates->earliest_expiration, date));
}

/* That the quote is about this machine, the built-in policy, and the signed ones. */
static enum tdx_status check_policy(const struct gate_task *task, const struct verification *found,
                                    struct tdx_error *err)
{
    char date[RFC3339_TEXT_SIZE];
    enum tdx_status status;

    if (found->quote.tee != QUOTE_TEE_TDX)
        return status_fail(err, TDX_NOT_A_TD, "the quote for this login");
    status = td_identity_check_same(&task->evidence->report.td, &found->quote.td, err);
    if (status != TDX_OK)
        return status;
    if (td_attributes_debuggable(found->quote.td.attributes))
        return status_fail(err, TDX_TD_DEBUGGABLE, "TD attributes 0x%016" PRIx64 " in the quote",
                           found->quote.td.attributes);
    if (found->tcb_status == TCB_REVOKED)
        return status_fail(err, TDX_TCB_REVOKED, "TCB of %s",
                           rfc3339_format(found->tcb_date, date));
    if ((task->conf->accepted_tcb & TCB_STATUS_BIT(found->tcb_status)) == 0)
        return status_fail(err, TDX_TCB_NOT_ACCEPTED, "%s, TCB of %s, %zu advisories",
                           tcb_status_word(found->tcb_status),
                           rfc3339_format(found->tcb_date, date), found->advisories.count);
    status = check_collateral_date(task, found, err);
    if (status != TDX_OK || task->policies->source_count == 0)
        return status;
    return appraise_for_gate(&(struct appraise_request){ .policies = task->policies,
                                                         .accepted_statuses =
                                                             task->conf->accepted_tcb,
                                                         .collateral_grace =
                                                             task->conf->collateral_grace_s,
                                                         .now = task->now },
                             found, file_content_span(&task->evidence->quote), err);
}

/* One line for the log of an accepted login. */
static void print_facts(const struct gate_task *task, const struct verification *found, char *out,
                        size_t size)
{
    char fmspc[HEX_TEXT_SIZE(6)], date[RFC3339_TEXT_SIZE];

    hex_encode(found->pck.fmspc, sizeof(found->pck.fmspc), fmspc);
    (void)snprintf(out, size,
                   "TCB %s, FMSPC %s, evaluation %u, collateral until %s%s, trusted root %s%s",
                   tcb_status_word(found->tcb_status), fmspc, found->tcb_evaluation_data_number,
                   rfc3339_format(found->dates.earliest_expiration, date),
                   found->collateral_expired ? " (expired, within collateral_grace)" : "",
                   found->trust_anchor_is_intel ? "Intel's" : "NOT Intel's",
                   task->evidence->shared ? ", quote shared" : "");
}

/* Verifies under one bundle. */
static enum tdx_status decide_under(const struct gate_task *task, struct span text,
                                    struct gate_result *result, struct tdx_error *err)
{
    struct verify_context *context = NULL;
    struct bundle bundle = { 0 };
    struct verification found;
    struct span quote = file_content_span(&task->evidence->quote);
    enum tdx_status status = bundle_parse(text, &bundle, err);

    if (status == TDX_OK)
        status =
            verify_context_new(&bundle.parts, task->anchor, task->trusted_digest, &context, err);
    if (status == TDX_OK)
        status = verify_quote(context, quote.data, quote.size, task->now, &found, err);
    if (status == TDX_OK)
        status = check_policy(task, &found, err);
    if (status == TDX_OK) {
        print_facts(task, &found, result->detail, sizeof(result->detail));
        memcpy(result->digest, verify_context_digest(context), sizeof(result->digest));
        result->mark = floor_mark_of(&found);
    }
    verify_context_free(context);
    bundle_free(&bundle);
    return status;
}

/* The bundle is for another platform, or for the other PCK CA: a cache may hold several. */
static bool is_for_another(enum tdx_status status)
{
    return status == TDX_TCB_INFO_MISMATCH || status == TDX_CRL_UNKNOWN_ISSUER;
}

static enum tdx_status decide(const struct gate_task *task, struct gate_result *result,
                              struct tdx_error *err)
{
    enum tdx_status status;

    for (size_t i = 0; i < task->bundles->count; i++) {
        struct tdx_error reason = { 0 };

        status = decide_under(task, file_content_span(&task->bundles->text[i]), result, &reason);
        if (!is_for_another(status) || i + 1 == task->bundles->count) {
            *err = reason;
            status_prefix(err, "%s", task->bundles->name[i]);
            return status;
        }
    }
    return status_fail(err, TDX_CACHE_MISSING, "no bundle");
}

static void fail(struct gate_result *result, enum tdx_status status, const struct tdx_error *err)
{
    *result = (struct gate_result){ .status = status };
    (void)snprintf(result->detail, sizeof(result->detail), "%s", err->detail);
}

void gate_verify(const struct gate_task *task, struct gate_result *ret)
{
    struct tdx_error err = { 0 };
    enum tdx_status status;

    *ret = (struct gate_result){ .status = TDX_INTERNAL };
    status = decide(task, ret, &err);
    if (status == TDX_OK)
        ret->status = TDX_OK;
    else
        fail(ret, status, &err);
}

/* --- in a process of its own --------------------------------------------------------------- */

static _Noreturn void verify_shut_in(const struct gate_task *task, int out, pid_t parent)
{
    struct gate_result result;
    struct tdx_error err = { 0 };
    enum tdx_status status = gate_sandbox_enter(out, parent, &err);

    if (status == TDX_OK)
        gate_verify(task, &result);
    else
        fail(&result, status, &err);
    _exit(file_write_all(out, (struct span){ (const uint8_t *)&result, sizeof(result) }) == 0 ? 0
                                                                                              : 1);
}

/* A whole result, or false. */
static bool collect(int in, unsigned timeout_ms, struct gate_result *result)
{
    int64_t end = gate_clock_ns() + (int64_t)timeout_ms * 1000000;
    size_t size = 0;

    while (size < sizeof(*result)) {
        struct pollfd polled = { .fd = in, .events = POLLIN };
        int64_t left = (end - gate_clock_ns()) / 1000000;
        ssize_t got;

        if (left <= 0)
            return false;
        if (poll(&polled, 1, (int)(left < 60000 ? left : 60000)) <= 0)
            continue;
        got = read(in, (char *)result + size, sizeof(*result) - size);
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        if (got > 0)
            size += (size_t)got;
    }
    return true;
}

static bool is_sound_date(int64_t date, int64_t now)
{
    return date > 0 && date <= now + VERIFY_CLOCK_TOLERANCE;
}

static bool is_sound_issue(const struct floor_issue *issue, int64_t now)
{
    return issue->evaluation <= EVALUATION_MAX && is_sound_date(issue->issue, now);
}

bool gate_result_is_sound(const struct gate_result *result, int64_t now)
{
    const struct floor_mark *mark = &result->mark;

    if ((unsigned)result->status >= TDX_STATUS_COUNT ||
        memchr(result->detail, '\0', sizeof(result->detail)) == NULL)
        return false;
    if (result->status != TDX_OK)
        return true;
    return (mark->ca == PCK_CA_PROCESSOR || mark->ca == PCK_CA_PLATFORM) &&
           is_sound_issue(&mark->tcb_info, now) && is_sound_issue(&mark->qe_identity, now) &&
           is_sound_date(mark->root_crl, now) && is_sound_date(mark->pck_crl, now);
}

void gate_verify_apart(const struct gate_task *task, unsigned timeout_ms, struct gate_result *ret)
{
    struct tdx_error err = { 0 };
    int ends[2], wait_status = 0;
    pid_t parent = getpid(), child;
    bool collected;

    if (pipe2(ends, O_CLOEXEC) != 0) {
        fail(ret, status_fail_errno(&err, TDX_GATE_VERIFIER, errno, "a pipe"), &err);
        return;
    }
    child = fork();
    if (child == 0)
        verify_shut_in(task, ends[1], parent);
    (void)close(ends[1]);
    collected = child > 0 && collect(ends[0], timeout_ms, ret);
    (void)close(ends[0]); /* read only: nothing can be lost */
    if (child > 0) {
        if (!collected)
            (void)kill(child, SIGKILL);
        while (waitpid(child, &wait_status, 0) < 0 && errno == EINTR)
            ;
    }
    if (collected && gate_result_is_sound(ret, task->now))
        return;
    if (child < 0)
        (void)status_fail_errno(&err, TDX_GATE_VERIFIER, errno, "a process");
    else if (collected)
        (void)status_fail(&err, TDX_GATE_VERIFIER, "its answer makes no sense");
    else if (WIFSIGNALED(wait_status))
        (void)status_fail(&err, TDX_GATE_VERIFIER, "it ended by signal %d", WTERMSIG(wait_status));
    else
        (void)status_fail(&err, TDX_GATE_VERIFIER, "its exit code is %d", WEXITSTATUS(wait_status));
    fail(ret, TDX_GATE_VERIFIER, &err);
}
