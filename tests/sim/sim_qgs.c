/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_qgs.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/sim/sim_der.h"

#define HEADER_SIZE   16
#define REQUEST_LIMIT 65536

enum { GET_QUOTE_REQUEST = 0, GET_QUOTE_RESPONSE = 1 };
enum {
    QGS_UNEXPECTED = 0x12001,
    QGS_INVALID_PARAMETER = 0x12003,
    QGS_INVALID_VERSION = 0x12004,
    QGS_INVALID_TYPE = 0x12005,
    QGS_INVALID_SIZE = 0x12006,
};

static const uint8_t qe_id[16] = { 0xe8, 0x6c, 0x04, 0x6e, 0x8c, 0xc4, 0x4d, 0x95,
                                   0x81, 0x73, 0xfc, 0x43, 0xc1, 0xfa, 0x4f, 0x3f };

static void add_u32_be(struct text *out, size_t value)
{
    const uint8_t bytes[] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                              (uint8_t)value };

    sim_add(out, bytes, sizeof(bytes));
}

/* A whole frame. quote_size is what the message claims; the quote's true size is known. */
static void add_response(struct text *out, uint32_t type, uint32_t error, const struct text *quote,
                         uint32_t quote_size)
{
    size_t id_size = error == 0 ? sizeof(qe_id) : 0;
    size_t size = HEADER_SIZE + 8 + id_size + quote->length;

    add_u32_be(out, size);
    sim_add_u16(out, 1);
    sim_add_u16(out, 1);
    sim_add_u32(out, type);
    sim_add_u32(out, (uint32_t)size);
    sim_add_u32(out, error);
    sim_add_u32(out, (uint32_t)id_size);
    sim_add_u32(out, quote_size);
    sim_add(out, qe_id, id_size);
    sim_add_text(out, quote);
}

/* Finds the report in a get-quote request. Returns 0 or the error code to answer with. */
static uint32_t read_request(struct span request, struct span *ret_report)
{
    struct bytes in = bytes_over_span(request);
    uint32_t frame = bytes_u32_be(&in), type, size, report_size, id_size;
    uint16_t major = bytes_u16(&in);

    (void)bytes_u16(&in);
    type = bytes_u32(&in);
    size = bytes_u32(&in);
    (void)bytes_u32(&in);
    report_size = bytes_u32(&in);
    id_size = bytes_u32(&in);
    *ret_report = bytes_span(&in, report_size);
    bytes_skip(&in, id_size);
    if (major != 1)
        return QGS_INVALID_VERSION;
    if (type != GET_QUOTE_REQUEST)
        return QGS_INVALID_TYPE;
    if (!bytes_complete(&in) || frame != size || size != request.size - 4)
        return QGS_INVALID_SIZE;
    return 0;
}

bool sim_qgs_framed(struct sim_server *server, struct span request, struct text *out)
{
    struct sim_faults faults = server_faults(server);
    struct text quote = { 0 };
    struct span report;
    uint32_t error = read_request(request, &report), quote_size;
    bool answers;

    if (error == 0 && faults.qgs == SIM_QGS_ERROR)
        error = QGS_UNEXPECTED;
    if (error == 0 && !server_quote_report(server, report.data, report.size, &quote)) {
        error = QGS_INVALID_PARAMETER;
        text_clear(&quote);
    }
    quote_size = (uint32_t)quote.length;
    if (faults.qgs == SIM_QGS_SIZE_MISMATCH)
        quote_size += 16;
    add_response(out, faults.qgs == SIM_QGS_WRONG_TYPE ? 3 : GET_QUOTE_RESPONSE, error, &quote,
                 quote_size);
    if (faults.qgs == SIM_QGS_HUGE_LENGTH && text_ok(out))
        memset(out->data, 0xff, 4);
    answers = text_ok(out) && faults.qgs != SIM_QGS_CLOSE;
    text_free(&quote);
    return answers;
}

/* A frame, or (as DCAP 1.21 and later take it) a bare report. */
static bool receive(struct sim_server *server, int connection, struct text *out)
{
    uint8_t head[4] = { 0 }, *rest;
    struct bytes in = bytes_over(head, sizeof(head));
    size_t size;
    bool ok;

    if (!server_read(server, connection, head, sizeof(head)))
        return false;
    size = head[0] == 0x81 ? SIM_REPORT_SIZE - sizeof(head) : (size_t)bytes_u32_be(&in);
    if (size > REQUEST_LIMIT)
        return false;
    rest = calloc(1, size + 1);
    ok = rest != NULL && server_read(server, connection, rest, size);
    sim_add(out, head, sizeof(head));
    if (ok)
        sim_add(out, rest, size);
    free(rest);
    return ok && text_ok(out);
}

static bool make_answer(struct sim_server *server, const struct text *request, struct text *out)
{
    struct span span = text_span(request);

    if (span.size == SIM_REPORT_SIZE && span.data[0] == 0x81)
        return server_quote_report(server, span.data, span.size, out);
    return sim_qgs_framed(server, span, out);
}

static void send_answer(struct sim_server *server, const struct sim_faults *faults, int connection,
                        const struct text *answer)
{
    size_t size = faults->qgs == SIM_QGS_SHORT ? answer->length / 2 : answer->length;

    if (faults->qgs != SIM_QGS_BYTEWISE) {
        (void)server_write(server, connection, answer->data, size);
        return;
    }
    for (size_t i = 0; i < size; i++)
        if (!server_write(server, connection, answer->data + i, 1))
            return;
}

void sim_qgs_serve(struct sim_server *server, int connection)
{
    struct sim_faults faults = server_faults(server);
    struct text request = { 0 }, answer = { 0 };

    if (faults.qgs != SIM_QGS_OFF && receive(server, connection, &request)) {
        if (faults.qgs == SIM_QGS_HANG)
            (void)server_wait(server, 30000, NULL);
        else if (server_wait(server, faults.delay_ms, NULL) &&
                 make_answer(server, &request, &answer))
            send_answer(server, &faults, connection, &answer);
    }
    (void)close(connection);
    text_free(&request);
    text_free(&answer);
}
