/* SPDX-License-Identifier: Apache-2.0 */
#include "core/evidence/qgs_message.h"

#include <string.h>

#define MAJOR_VERSION  1
#define MINOR_VERSION  1
#define TYPE_GET_QUOTE 0
#define TYPE_QUOTE     1

static uint8_t *put_le(uint8_t *out, uint32_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)(value >> (8 * i));
    return out + size;
}

void qgs_request_build(const uint8_t report[static TD_REPORT_SIZE],
                       uint8_t out[static QGS_REQUEST_SIZE])
{
    const uint32_t size = QGS_REQUEST_SIZE - QGS_FRAME_HEADER_SIZE;

    for (unsigned i = 0; i < QGS_FRAME_HEADER_SIZE; i++)
        *out++ = (uint8_t)(size >> (24 - 8 * i));
    out = put_le(out, MAJOR_VERSION, 2);
    out = put_le(out, MINOR_VERSION, 2);
    out = put_le(out, TYPE_GET_QUOTE, 4);
    out = put_le(out, size, 4);
    out = put_le(out, 0, 4); /* error code */
    out = put_le(out, TD_REPORT_SIZE, 4);
    out = put_le(out, 0, 4); /* no list of key ids: the host's default */
    memcpy(out, report, TD_REPORT_SIZE);
}

static const char *error_words(uint32_t code)
{
    static const char *const words[] = {
        "unexpected error", "out of memory", "invalid parameter", "invalid version",
        "invalid type",     "invalid size",  "invalid code",
    };

    return code >= 0x12001 && code < 0x12001 + sizeof(words) / sizeof(words[0])
               ? words[code - 0x12001]
               : "unknown code";
}

enum tdx_status qgs_response_parse(struct span message, struct span *ret_quote,
                                   struct tdx_error *err)
{
    struct bytes in = bytes_over_span(message);
    uint16_t major = bytes_u16(&in);
    uint16_t minor = bytes_u16(&in);
    uint32_t type = bytes_u32(&in), size = bytes_u32(&in), code = bytes_u32(&in);
    uint32_t id_size, quote_size;
    struct span quote;

    if (!bytes_ok(&in) || size != message.size)
        return status_fail(err, TDX_QGS_FAILED, "an answer of %zu bytes that claims %u",
                           message.size, size);
    if (major != MAJOR_VERSION || type != TYPE_QUOTE)
        return status_fail(err, TDX_QGS_FAILED, "an answer of version %u.%u and type %u", major,
                           minor, type);
    if (code != 0)
        return status_fail(err, TDX_QGS_FAILED, "error 0x%x from the host: %s", code,
                           error_words(code));
    id_size = bytes_u32(&in);
    quote_size = bytes_u32(&in);
    bytes_skip(&in, id_size);
    quote = bytes_span(&in, quote_size);
    if (!bytes_complete(&in))
        return status_fail(err, TDX_QGS_FAILED,
                           "an answer of %zu bytes cannot hold an id of %u and a quote of %u",
                           message.size, id_size, quote_size);
    if (quote.size == 0)
        return status_fail(err, TDX_QUOTE_EMPTY, "an answer without error and without quote");
    *ret_quote = quote;
    return TDX_OK;
}
