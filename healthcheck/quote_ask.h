/* SPDX-License-Identifier: Apache-2.0 */
/* Asking for quotes without being held up: a kernel or a host that never answers blocks whoever
 * asks, so each request is a process of its own, and we wait no longer than we want to. */
#ifndef HEALTHCHECK_QUOTE_ASK_H
#define HEALTHCHECK_QUOTE_ASK_H

#include <stddef.h>
#include <stdint.h>

#include "core/evidence/provider.h"

#define QUOTE_ASK_MAX 8

struct quote_answer {
    enum tdx_status status; /* of evidence_quote(), or QUOTE_TIMEOUT, NO_MEMORY, CHILD_FAILED */
    struct tdx_error err;
    uint64_t milliseconds;     /* that it took */
    struct file_content quote; /* if status is TDX_OK */
};

/* Asks count times (at most QUOTE_ASK_MAX) at once and fills that many answers, which the caller
 * releases with quote_answers_free(). Takes at most a little more than timeout_ms. */
void quote_ask(const struct evidence_paths *paths,
               const uint8_t report_data[static TD_REPORT_DATA_SIZE], unsigned timeout_ms,
               struct quote_answer *answers, size_t count);
void quote_answers_free(struct quote_answer *answers, size_t count);

#endif
