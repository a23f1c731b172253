/* SPDX-License-Identifier: Apache-2.0 */
/* What the providers share. One file each: tsm.c, ioctl.c (the device), qgs.c. */
#ifndef CORE_EVIDENCE_PROVIDER_INTERNAL_H
#define CORE_EVIDENCE_PROVIDER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/files.h"
#include "core/base/status.h"
#include "core/evidence/provider.h"

/* One call of evidence_quote(). */
struct evidence_request {
    const struct evidence_paths *paths;
    const uint8_t *report_data; /* TD_REPORT_DATA_SIZE bytes */
    int64_t deadline_ms;        /* on the monotonic clock */
};

/* The providers. They fill *ret with what came, of any kind but not empty. */
enum tdx_status tsm_quote(const struct evidence_request *request, struct file_content *ret,
                          struct tdx_error *err) TDX_MUST_CHECK;
enum tdx_status ioctl_quote(const struct evidence_request *request, struct file_content *ret,
                            struct tdx_error *err) TDX_MUST_CHECK;
enum tdx_status qgs_quote(const struct evidence_request *request, struct file_content *ret,
                          struct tdx_error *err) TDX_MUST_CHECK;

/* True if the QGS is one that somebody named: a socket, a port, or a port in the configuration
 * file of Intel's library. *ret_port is 0 for a socket. */
bool qgs_configured(const struct evidence_paths *paths, unsigned *ret_port);

/* Copies bytes into a file_content. Returns TDX_OK or NO_MEMORY. */
enum tdx_status content_copy(struct span bytes, struct file_content *ret, struct tdx_error *err)
    TDX_MUST_CHECK;

/* Milliseconds until the deadline, 0 if it is past. */
int request_left_ms(const struct evidence_request *request);

/* Sleeps for ms milliseconds. Returns false, at once, if the deadline is nearer. */
bool request_wait(const struct evidence_request *request, int ms);

/* One errno at one step, and what it means there. */
struct errno_meaning {
    int number;
    enum tdx_status status;
    const char *hint; /* what to look at, or "" */
};

/* status_fail_errno() with the meaning of number among meanings (ended by number 0, whose status
 * and hint are those of every other number): "STEP: WORDS (HINT)". */
enum tdx_status errno_fail(struct tdx_error *err, const struct errno_meaning *meanings, int number,
                           const char *format, ...) TDX_PRINTF(4, 5);

#endif
