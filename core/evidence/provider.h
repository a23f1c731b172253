/* SPDX-License-Identifier: Apache-2.0 */
/* Where evidence comes from: the kernel's configfs-tsm, the TDX guest device, or a quote
 * generation service (QGS) over vsock.
 *
 * Only this layer talks to the kernel. Every failure names the provider, the step, the errno and
 * what the admin should look at. A provider blocks for as long as its kernel interface does (up to
 * 30 s): callers that must not wait run it in a process of its own with a deadline. */
#ifndef CORE_EVIDENCE_PROVIDER_H
#define CORE_EVIDENCE_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/files.h"
#include "core/base/status.h"
#include "core/evidence/quote.h"
#include "core/evidence/td_report.h"

enum evidence_source {
    EVIDENCE_AUTO,  /* in the order of the field, on to the next after every kind of failure */
    EVIDENCE_TSM,   /* configfs-tsm, Linux 6.7 and later */
    EVIDENCE_IOCTL, /* /dev/tdx_guest; for quotes the GET_QUOTE ioctl of Alibaba's 5.10 and others
                     */
    EVIDENCE_QGS,   /* the TDREPORT from the device, the quote from the QGS */
};

#define EVIDENCE_DEVICE_DEFAULT "/dev/tdx_guest"
#define EVIDENCE_TSM_DEFAULT    "/sys/kernel/config/tsm/report"
#define EVIDENCE_ATTEST_CONF    "/etc/tdx-attest.conf"

/* Where to look. NULL or 0 means the default; all strings are borrowed for the call. */
struct evidence_paths {
    enum evidence_source source;
    const char *device;      /* EVIDENCE_DEVICE_DEFAULT, then the names that older kernels had */
    const char *tsm;         /* EVIDENCE_TSM_DEFAULT */
    const char *attest_conf; /* EVIDENCE_ATTEST_CONF: "port = N" names the QGS vsock port */
    const char *qgs_socket;  /* a unix socket instead of vsock, for tests */
    unsigned qgs_port;       /* a vsock port, instead of attest_conf's */
    unsigned timeout_ms;     /* most that evidence_quote() waits where waiting is up to it: for the
                              * QGS, and before it asks a busy kernel again; 0: 30 s */
};

/* "auto", "tsm", "ioctl", "qgs". evidence_source_parse() returns false for any other word. */
bool evidence_source_parse(const char *word, enum evidence_source *ret) TDX_MUST_CHECK;
const char *evidence_source_word(enum evidence_source source);

#define EVIDENCE_ORDER_MAX 3

/* The providers that evidence_quote() would ask, in that order: a named source is alone, auto has
 * all but a QGS for which nothing is configured. Returns how many. paths may be NULL. */
size_t evidence_order(const struct evidence_paths *paths,
                      enum evidence_source ret[static EVIDENCE_ORDER_MAX]);

/* Asks the CPU for a TDREPORT over report_data, from the device, whatever paths->source says:
 * configfs and the QGS give quotes only. The report echoes report_data; nothing else in it was
 * checked (td_report_parse() does). paths may be NULL.
 * Returns TDX_OK and fills raw, or DEVICE_MISSING, DEVICE_DENIED, DEVICE_BUSY, DEVICE_FAILED,
 * REPORT_DATA_MISMATCH (the report does not echo report_data). */
enum tdx_status evidence_td_report(const struct evidence_paths *paths,
                                   const uint8_t report_data[static TD_REPORT_DATA_SIZE],
                                   uint8_t raw[static TD_REPORT_SIZE], struct tdx_error *err)
    TDX_MUST_CHECK;

/* Asks for a quote over report_data. Fills *ret (the caller frees with file_content_free()) and
 * *ret_source (may be NULL) with the provider that served. paths may be NULL. What comes back has
 * the layout of a TD's quote (perhaps padded) and carries report_data; its signatures were not
 * looked at.
 * EVIDENCE_AUTO asks, in the order of Intel's library, the QGS where one is configured, then
 * configfs, then the ioctl, and goes on to the next after every kind of failure; err then tells of
 * each that was tried.
 * Returns TDX_OK or TSM_MISSING, TSM_PROVIDER, TSM_DENIED, TSM_BUSY, TSM_FAILED, QUOTE_EMPTY,
 * DEVICE_*, QGS_UNREACHABLE, QGS_FAILED, REPORT_DATA_MISMATCH, one of quote_parse(), NO_MEMORY; for
 * auto the first of these that says that evidence is bad (exit code 1), else QUOTE_UNAVAILABLE. */
enum tdx_status evidence_quote(const struct evidence_paths *paths,
                               const uint8_t report_data[static TD_REPORT_DATA_SIZE],
                               struct file_content *ret, enum evidence_source *ret_source,
                               struct tdx_error *err) TDX_MUST_CHECK;

#endif
