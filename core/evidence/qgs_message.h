/* SPDX-License-Identifier: Apache-2.0 */
/* The messages of Intel's quote generation service (QGS): over vsock, and inside the GET_QUOTE
 * buffer of kernels that have that ioctl.
 *
 * A frame is a big-endian length (4 bytes) and a message; all integers in the message are
 * little-endian. Source: DCAP, qgs_msg_lib.h; guest-interfaces notes section 3.7. */
#ifndef CORE_EVIDENCE_QGS_MESSAGE_H
#define CORE_EVIDENCE_QGS_MESSAGE_H

#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/evidence/td_report.h"

#define QGS_FRAME_HEADER_SIZE 4
#define QGS_MESSAGE_LIMIT     ((size_t)1 << 20)
#define QGS_REQUEST_SIZE      (QGS_FRAME_HEADER_SIZE + 16 + 8 + TD_REPORT_SIZE)

/* Writes the whole frame of a get-quote request for report. */
void qgs_request_build(const uint8_t report[static TD_REPORT_SIZE],
                       uint8_t out[static QGS_REQUEST_SIZE]);

/* Reads a get-quote response, without its frame header. Returns TDX_OK and the quote (borrowed from
 * message), QGS_FAILED (an error code, which the detail names, or not such a message) or
 * QUOTE_EMPTY. */
enum tdx_status qgs_response_parse(struct span message, struct span *ret_quote,
                                   struct tdx_error *err) TDX_MUST_CHECK;

#endif
