/* SPDX-License-Identifier: Apache-2.0 */
#include "core/evidence/event_log.h"

#include <openssl/evp.h>
#include <string.h>

#define SHA1_SIZE        20
#define ALGORITHM_SHA384 0x000c
#define ALGORITHMS_LIMIT 16
#define END_MARK         UINT32_MAX

static const uint8_t spec_id[16] = "Spec ID Event03"; /* with its NUL */

static enum tdx_status bad_head(struct tdx_error *err, const char *why)
{
    return status_fail(err, TDX_EVENT_LOG_BAD, "its first record %s", why);
}

/* TCG_EfiSpecIDEvent: which hashes each record has. A CC log has SHA-384 and no other. */
static enum tdx_status read_spec_id(struct bytes in, struct tdx_error *err)
{
    struct span signature = bytes_span(&in, sizeof(spec_id));
    uint32_t algorithms;
    bool only_sha384 = true;

    bytes_skip(&in, 4 + 4); /* platform class; versions and uintn size */
    algorithms = bytes_u32(&in);
    if (!bytes_ok(&in) || !span_equal(signature, (struct span){ spec_id, sizeof(spec_id) }))
        return bad_head(err, "does not begin with Spec ID Event03");
    if (algorithms == 0 || algorithms > ALGORITHMS_LIMIT)
        return bad_head(err, "announces no or too many hashes");
    for (uint32_t i = 0; i < algorithms; i++) {
        uint16_t id = bytes_u16(&in);
        uint16_t size = bytes_u16(&in);

        only_sha384 &= id == ALGORITHM_SHA384 && size == TD_MEASUREMENT_SIZE;
    }
    bytes_skip(&in, bytes_u8(&in)); /* vendor information */
    if (!bytes_ok(&in))
        return bad_head(err, "is cut short");
    if (algorithms > 1 || !only_sha384)
        return status_fail(err, TDX_EVENT_LOG_NOT_CC,
                           "it announces %u hashes; a CC log has SHA-384 and no other", algorithms);
    return TDX_OK;
}

enum tdx_status event_log_open(struct span raw, struct event_log *ret, struct tdx_error *err)
{
    struct event_log log = { .rest = bytes_over_span(raw), .size = raw.size };
    enum tdx_status status;
    struct bytes head;
    uint32_t type, size;

    bytes_skip(&log.rest, 4); /* MR index: 1 in EDK2, 0 in td-shim */
    type = bytes_u32(&log.rest);
    bytes_skip(&log.rest, SHA1_SIZE);
    size = bytes_u32(&log.rest);
    head = bytes_sub(&log.rest, size);
    if (!bytes_ok(&log.rest))
        return bad_head(err, "is cut short");
    if (type != EVENT_NO_ACTION)
        return bad_head(err, "is not EV_NO_ACTION");
    status = read_spec_id(head, err);
    if (status == TDX_OK)
        *ret = log;
    return status;
}

static bool all_bytes_are(struct span span, uint8_t byte)
{
    for (size_t i = 0; i < span.size; i++)
        if (span.data[i] != byte)
            return false;
    return true;
}

/* Whether the log ends here: EDK2 fills the unused area with 0xff, td-shim leaves zeros, others
 * trim it. */
static bool at_end(struct event_log *log)
{
    struct span rest = { log->rest.next, log->rest.left };
    struct bytes look = log->rest;
    uint32_t index = bytes_u32(&look), type = bytes_u32(&look), count = bytes_u32(&look);
    bool ends = true;

    if (rest.size == 0)
        log->end = EVENT_LOG_ENDS_DATA;
    else if ((rest.size >= 4 && index == END_MARK) || (rest.size >= 8 && type == END_MARK) ||
             (rest.size < 12 && all_bytes_are(rest, 0xff)))
        log->end = EVENT_LOG_ENDS_FF;
    else if (rest.size < 12 ? all_bytes_are(rest, 0) : index == 0 && type == 0 && count == 0)
        log->end = EVENT_LOG_ENDS_ZERO;
    else
        ends = false;
    if (ends)
        log->used = log->size - rest.size;
    return ends;
}

/* TCG_PCR_EVENT2. */
static enum tdx_status read_record(struct bytes *in, struct event *event, struct tdx_error *err)
{
    uint32_t digests, size;

    event->mr_index = bytes_u32(in);
    event->type = bytes_u32(in);
    event->extends = event->type != EVENT_NO_ACTION;
    digests = bytes_u32(in);
    if (digests > 1)
        return status_fail(err, TDX_EVENT_LOG_BAD, "record %zu at %zu has %u digests, not one",
                           event->number, event->offset, digests);
    if (digests == 1) {
        uint16_t algorithm = bytes_u16(in);

        if (bytes_ok(in) && algorithm != ALGORITHM_SHA384)
            return status_fail(err, TDX_EVENT_LOG_BAD,
                               "record %zu at %zu has a hash that was not announced, 0x%x",
                               event->number, event->offset, algorithm);
        event->digest = bytes_span(in, TD_MEASUREMENT_SIZE).data;
    }
    size = bytes_u32(in);
    event->data = bytes_span(in, size);
    if (!bytes_ok(in))
        return status_fail(err, TDX_EVENT_LOG_BAD, "record %zu at %zu reaches past the end",
                           event->number, event->offset);
    if (!event->extends)
        return TDX_OK;
    if (event->digest == NULL)
        return status_fail(err, TDX_EVENT_LOG_BAD, "record %zu at %zu has no digest", event->number,
                           event->offset);
    /* 0 would be MRTD, which no event can change; a TPM has registers above 4. */
    if (event->mr_index < 1 || event->mr_index > TD_RTMR_COUNT)
        return status_fail(err, TDX_EVENT_LOG_NOT_CC, "record %zu at %zu is for register %u",
                           event->number, event->offset, event->mr_index);
    event->rtmr = event->mr_index - 1;
    return TDX_OK;
}

enum tdx_status event_log_next(struct event_log *log, struct event *ret, bool *ret_end,
                               struct tdx_error *err)
{
    struct event event = { .number = log->count, .offset = log->size - log->rest.left };
    enum tdx_status status;

    *ret_end = at_end(log);
    if (*ret_end)
        return TDX_OK;
    status = read_record(&log->rest, &event, err);
    if (status != TDX_OK)
        return status;
    log->count++;
    *ret = event;
    return TDX_OK;
}

static enum tdx_status sha384(const void *data, size_t size,
                              uint8_t ret[static TD_MEASUREMENT_SIZE], struct tdx_error *err)
{
    if (EVP_Digest(data, size, ret, NULL, EVP_sha384(), NULL) != 1)
        return status_fail(err, TDX_CRYPTO_FAILED, "SHA-384 of an event");
    return TDX_OK;
}

enum tdx_status event_log_extend(uint8_t rtmr[static TD_MEASUREMENT_SIZE],
                                 const uint8_t digest[static TD_MEASUREMENT_SIZE],
                                 struct tdx_error *err)
{
    uint8_t both[2 * TD_MEASUREMENT_SIZE];

    memcpy(both, rtmr, TD_MEASUREMENT_SIZE);
    memcpy(both + TD_MEASUREMENT_SIZE, digest, TD_MEASUREMENT_SIZE);
    return sha384(both, sizeof(both), rtmr, err);
}

enum tdx_status event_log_replay(struct span raw, struct event_log_replay *ret,
                                 struct tdx_error *err)
{
    struct event_log_replay replay = { 0 };
    struct event_log log;
    enum tdx_status status = event_log_open(raw, &log, err);

    while (status == TDX_OK) {
        struct event event;
        bool end = false;

        status = event_log_next(&log, &event, &end, err);
        if (status != TDX_OK || end)
            break;
        if (!event.extends)
            continue;
        status = event_log_extend(replay.rtmr[event.rtmr], event.digest, err);
        replay.extended[event.rtmr]++;
    }
    if (status != TDX_OK)
        return status;
    replay.count = log.count;
    replay.used = log.used;
    replay.end = log.end;
    *ret = replay;
    return TDX_OK;
}

enum tdx_status event_log_table_parse(struct span raw, struct event_log_table *ret,
                                      struct tdx_error *err)
{
    struct event_log_table table = { 0 };
    struct bytes in = bytes_over_span(raw);
    struct span signature = bytes_span(&in, 4);
    uint32_t length = bytes_u32(&in);
    uint8_t sum = 0;

    bytes_skip(&in, 28);
    table.cc_type = bytes_u8(&in);
    table.cc_subtype = bytes_u8(&in);
    bytes_skip(&in, 2);
    table.minimum_length = bytes_u64(&in);
    table.address = bytes_u64(&in);
    if (!bytes_ok(&in) || memcmp(signature.data, "CCEL", 4) != 0 || length != raw.size)
        return status_fail(err, TDX_EVENT_LOG_BAD, "%zu bytes that are not a CCEL table", raw.size);
    for (size_t i = 0; i < raw.size; i++)
        sum = (uint8_t)(sum + raw.data[i]);
    if (sum != 0)
        return status_fail(err, TDX_EVENT_LOG_BAD, "the CCEL table's checksum is wrong");
    *ret = table;
    return TDX_OK;
}
