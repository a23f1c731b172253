/* SPDX-License-Identifier: Apache-2.0 */
#include "pam_tdx/gate_quote.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "core/base/crypto.h"
#include "core/base/lock.h"
#include "core/evidence/td_attributes.h"
#include "pam_tdx/gate_state.h"

#define LOCK_NAME "lock"
#define TAG       "tdx-gate login v1" /* with its NUL, in front of the nonce */
#define SECOND_NS INT64_C(1000000000)

int64_t gate_clock_ns(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_BOOTTIME, &now) != 0)
        return -1;
    return now.tv_sec * SECOND_NS + now.tv_nsec;
}

static struct evidence_paths paths_of(const struct gate_conf *conf, unsigned timeout_ms)
{
    return (struct evidence_paths){ .source = conf->evidence,
                                    .device = conf->device,
                                    .tsm = conf->tsm,
                                    .attest_conf = conf->attest_conf,
                                    .qgs_socket = conf->qgs_socket,
                                    .timeout_ms = timeout_ms };
}

static const char *or_none(const char *text)
{
    return text != NULL ? text : "-";
}

/* Everything that decides who answers: a record made under other paths is not for this login. */
static void name_origin(const struct gate_conf *conf, char out[static GATE_ORIGIN_SIZE])
{
    (void)snprintf(out, GATE_ORIGIN_SIZE, "%s %s %s %s %s", evidence_source_word(conf->evidence),
                   or_none(conf->device), or_none(conf->tsm), or_none(conf->attest_conf),
                   or_none(conf->qgs_socket));
}

static enum tdx_status report_data_of(const uint8_t nonce[static GATE_NONCE_SIZE],
                                      uint8_t ret[static TD_REPORT_DATA_SIZE],
                                      struct tdx_error *err)
{
    const struct span parts[] = { { (const uint8_t *)TAG, sizeof(TAG) },
                                  { nonce, GATE_NONCE_SIZE } };

    return crypto_sha512(parts, 2, ret, err);
}

/* A report over the nonce, of a TD that its host cannot look into. */
static enum tdx_status take_report(const struct gate_conf *conf,
                                   const uint8_t nonce[static GATE_NONCE_SIZE],
                                   struct td_report *ret, struct tdx_error *err)
{
    const struct evidence_paths paths = paths_of(conf, 0);
    uint8_t report_data[TD_REPORT_DATA_SIZE], raw[TD_REPORT_SIZE];
    struct td_report report;
    enum tdx_status status = report_data_of(nonce, report_data, err);

    if (status == TDX_OK)
        status = evidence_td_report(&paths, report_data, raw, err);
    if (status == TDX_OK)
        status = td_report_parse(raw, sizeof(raw), &report, err);
    if (status != TDX_OK)
        return status;
    if (td_attributes_debuggable(report.td.attributes))
        return status_fail(err, TDX_TD_DEBUGGABLE,
                           "TD attributes 0x%016" PRIx64 " in the TD report", report.td.attributes);
    *ret = report;
    return TDX_OK;
}

/* True if the record serves a login that arrived at arrived_ns. */
static bool serves(const struct gate_record *record, const struct gate_conf *conf,
                   const char *origin, const char *boot_id, int64_t arrived_ns)
{
    int64_t oldest = arrived_ns - (int64_t)conf->freshness_s * SECOND_NS;

    return record->asked_at >= oldest && record->asked_at <= gate_clock_ns() &&
           strcmp(record->boot_id, boot_id) == 0 && strcmp(record->origin, origin) == 0 &&
           (record->status == TDX_OK || record->asked_at >= arrived_ns);
}

/* Asks the provider and leaves the answer for others. */
static void ask(const struct gate_conf *conf, int state, unsigned timeout_ms,
                struct gate_record *record)
{
    const struct evidence_paths paths = paths_of(conf, timeout_ms);
    uint8_t report_data[TD_REPORT_DATA_SIZE];
    struct tdx_error err = { 0 };
    enum tdx_status ignored;

    record->asked_at = gate_clock_ns();
    record->status = report_data_of(record->nonce, report_data, &err);
    if (record->status == TDX_OK)
        record->status = evidence_quote(&paths, report_data, &record->quote, NULL, &err);
    (void)snprintf(record->detail, sizeof(record->detail), "%s", err.detail);
    /* Who finds no record asks for himself. */
    ignored = gate_record_store(state, record, NULL);
    (void)ignored;
}

/* Fills *record with the answer that serves this login. */
static enum tdx_status obtain(const struct gate_conf *conf, int state, int64_t arrived_ns,
                              unsigned timeout_ms, struct gate_record *record, bool *ret_shared,
                              struct tdx_error *err)
{
    /* A little earlier than the caller's own deadline, so that it is we who say what was wrong. */
    unsigned patience_ms = timeout_ms / 10 * 9;
    int64_t give_up = gate_clock_ns() + (int64_t)patience_ms * 1000000, left;
    struct gate_record last = { .status = TDX_INTERNAL };
    struct tdx_error reason = { 0 };
    enum tdx_status status;
    int lock = -1;

    if (!gate_boot_id(record->boot_id))
        return status_fail(err, TDX_GATE_STATE, "the boot id cannot be read");
    name_origin(conf, record->origin);
    status = lock_take_at(state, LOCK_NAME, patience_ms, &lock, &reason);
    if (status != TDX_OK)
        return status_fail(err, status == TDX_LOCKED ? TDX_GATE_BUSY : TDX_GATE_STATE, "%s",
                           reason.detail);
    if (gate_record_load(state, &last) &&
        serves(&last, conf, record->origin, record->boot_id, arrived_ns)) {
        *record = last;
        *ret_shared = true;
    } else {
        file_content_free(&last.quote);
        left = (give_up - gate_clock_ns()) / 1000000;
        ask(conf, state, left > 1 ? (unsigned)left : 1, record);
        *ret_shared = false;
    }
    lock_release(lock);
    return record->status != TDX_OK ? status_fail(err, record->status, "%s", record->detail)
                                    : TDX_OK;
}

enum tdx_status gate_quote_get(const struct gate_conf *conf, int state, int64_t arrived_ns,
                               unsigned timeout_ms, struct gate_quote *ret, struct tdx_error *err)
{
    struct gate_record record = { .status = TDX_INTERNAL };
    struct gate_quote quote = { .shared = false };
    enum tdx_status status;

    if (arrived_ns < 0)
        return status_fail(err, TDX_INTERNAL, "the clock cannot be read");
    if (getrandom(record.nonce, sizeof(record.nonce), 0) != (ssize_t)sizeof(record.nonce))
        return status_fail_errno(err, TDX_INTERNAL, errno, "random numbers");
    status = take_report(conf, record.nonce, &quote.report, err);
    if (status == TDX_OK)
        status = obtain(conf, state, arrived_ns, timeout_ms, &record, &quote.shared, err);
    /* Its report data are those of the login that asked. */
    if (status == TDX_OK && quote.shared)
        status = take_report(conf, record.nonce, &quote.report, err);
    if (status != TDX_OK) {
        file_content_free(&record.quote);
        return status;
    }
    quote.quote = record.quote;
    *ret = quote;
    return TDX_OK;
}
