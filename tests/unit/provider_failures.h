/* SPDX-License-Identifier: Apache-2.0 */
/* Every way in which a provider of evidence can fail, as knobs of the simulator: for
 * test_providers.c. */
#ifndef TESTS_UNIT_PROVIDER_FAILURES_H
#define TESTS_UNIT_PROVIDER_FAILURES_H

#include "core/evidence/provider.h"

static const struct failure {
    enum evidence_source source;
    const char *settings, *expected, *detail; /* words that must stand in the detail */
} failures[] = {
    /* configfs-tsm */
    { EVIDENCE_TSM, "tsm=off", "TSM_MISSING", "tsm: open" },
    { EVIDENCE_TSM, "tsm=no_provider", "TSM_MISSING", "no provider is registered" },
    { EVIDENCE_TSM, "provider=sev_guest", "TSM_PROVIDER", "\"sev_guest\", not tdx_guest" },
    { EVIDENCE_TSM, "provider=tdx_guest_2", "TSM_PROVIDER", "not tdx_guest" },
    { EVIDENCE_TSM, "mkdir_error=EACCES", "TSM_DENIED", "mkdir in" },
    { EVIDENCE_TSM, "mkdir_error=EPERM", "TSM_DENIED", "Operation not permitted" },
    { EVIDENCE_TSM, "mkdir_error=EEXIST", "TSM_FAILED", "every name is taken" },
    { EVIDENCE_TSM, "mkdir_error=ENOMEM", "TSM_FAILED", "Cannot allocate memory" },
    { EVIDENCE_TSM, "mkdir_error=EBUSY", "TSM_BUSY", "mkdir in" },
    { EVIDENCE_TSM, "close_fails=on", "TSM_FAILED", "the kernel did not take it (generation 0)" },
    { EVIDENCE_TSM, "generation_jump=on", "TSM_FAILED", "another program wrote to our entry" },
    { EVIDENCE_TSM, "in_flight=on", "TSM_BUSY", "still with the host" },
    { EVIDENCE_TSM, "quote_error=EBUSY", "TSM_BUSY", "read outblob" },
    { EVIDENCE_TSM, "quote_error=ETIMEDOUT", "TSM_FAILED", "did not answer within" },
    { EVIDENCE_TSM, "quote_error=EINTR", "TSM_FAILED", "a signal ended the wait" },
    { EVIDENCE_TSM, "quote_error=EIO", "TSM_FAILED", "the host refused" },
    { EVIDENCE_TSM, "quote_error=EFBIG", "TSM_FAILED", "an impossible length" },
    { EVIDENCE_TSM, "quote_error=EINVAL", "TSM_FAILED", "report data was not taken" },
    { EVIDENCE_TSM, "quote_error=ENXIO", "TSM_FAILED", "provider went away" },
    { EVIDENCE_TSM, "quote_error=EACCES", "TSM_DENIED", "read outblob: Permission denied" },
    { EVIDENCE_TSM, "outblob=empty", "QUOTE_EMPTY", "success, but no data" },
    { EVIDENCE_TSM, "outblob=short", "QUOTE_TOO_SHORT", "tsm: 1000 bytes" },
    { EVIDENCE_TSM, "outblob=garbage", "QUOTE_TOO_SHORT", "tsm:" },
    { EVIDENCE_TSM, "echo=wrong", "REPORT_DATA_MISMATCH", "tsm: a quote over other data" },
    /* the device */
    { EVIDENCE_IOCTL, "device_missing=on", "DEVICE_MISSING", "ioctl: open" },
    { EVIDENCE_IOCTL, "device_open_error=ENXIO", "DEVICE_MISSING", "its driver is not" },
    { EVIDENCE_IOCTL, "device_open_error=ENODEV", "DEVICE_MISSING", "its driver is not" },
    { EVIDENCE_IOCTL, "device_open_error=EACCES", "DEVICE_DENIED", "Permission denied" },
    { EVIDENCE_IOCTL, "device_open_error=EPERM", "DEVICE_DENIED", "open" },
    { EVIDENCE_IOCTL, "device_open_error=EBUSY", "DEVICE_BUSY", "open" },
    { EVIDENCE_IOCTL, "device_open_error=EIO", "DEVICE_FAILED", "open" },
    { EVIDENCE_IOCTL, "device_error=ENOTTY", "DEVICE_FAILED", "of another generation" },
    { EVIDENCE_IOCTL, "device_error=EBUSY", "DEVICE_BUSY", "GET_REPORT0" },
    { EVIDENCE_IOCTL, "device_error=EINTR", "DEVICE_FAILED", "GET_REPORT0" },
    { EVIDENCE_IOCTL, "device_error=EINVAL", "DEVICE_FAILED", "refused the request" },
    { EVIDENCE_IOCTL, "device_error=EIO", "DEVICE_FAILED", "the TDX module failed" },
    { EVIDENCE_IOCTL, "echo=wrong", "REPORT_DATA_MISMATCH", "a report over other data" },
    { EVIDENCE_IOCTL, "get_quote=off", "DEVICE_FAILED", "this kernel has no such ioctl" },
    { EVIDENCE_IOCTL, "quote_error=EBUSY", "DEVICE_BUSY", "still with the host" },
    { EVIDENCE_IOCTL, "quote_error=EIO", "DEVICE_FAILED", "GET_QUOTE: Input/output error" },
    { EVIDENCE_IOCTL, "quote_error=EINTR", "DEVICE_FAILED", "a signal ended the wait" },
    { EVIDENCE_IOCTL, "quote_error=EPERM", "DEVICE_DENIED", "GET_QUOTE" },
    { EVIDENCE_IOCTL, "host_status=error", "DEVICE_FAILED", "status 0x8000000000000000" },
    { EVIDENCE_IOCTL, "host_status=unavailable", "DEVICE_FAILED", "is not available" },
    { EVIDENCE_IOCTL, "host_status=in_flight", "DEVICE_BUSY", "still with the host" },
    { EVIDENCE_IOCTL, "outblob=empty", "QUOTE_EMPTY", "GET_QUOTE succeeded with no data" },
    /* the QGS */
    { EVIDENCE_QGS, "device_missing=on", "DEVICE_MISSING", "qgs: open" },
    { EVIDENCE_QGS, "qgs=off", "QGS_FAILED", "closed the connection" },
    { EVIDENCE_QGS, "qgs=error", "QGS_FAILED", "error 0x1200" },
    { EVIDENCE_QGS, "qgs=close", "QGS_FAILED", "closed the connection" },
    { EVIDENCE_QGS, "qgs=short", "QGS_FAILED", "closed the connection after" },
    { EVIDENCE_QGS, "qgs=hang", "QGS_FAILED", "does not answer" },
    { EVIDENCE_QGS, "qgs=wrong_type", "QGS_FAILED", "type" },
    { EVIDENCE_QGS, "qgs=huge_length", "QGS_FAILED", "an answer of" },
    { EVIDENCE_QGS, "qgs=size_mismatch", "QGS_FAILED", "an answer of" },
    { EVIDENCE_QGS, "echo=wrong", "REPORT_DATA_MISMATCH", "qgs:" },
    /* auto: nothing serves */
    { EVIDENCE_AUTO, "tsm=off get_quote=off", "QUOTE_UNAVAILABLE", "no such ioctl" },
    { EVIDENCE_AUTO, "outblob=empty", "QUOTE_UNAVAILABLE", "QUOTE_EMPTY" },
    { EVIDENCE_AUTO, "tsm=no_provider device_missing=on", "QUOTE_UNAVAILABLE", "TSM_MISSING" },
    { EVIDENCE_AUTO, "quote_error=ETIMEDOUT", "QUOTE_UNAVAILABLE", "ioctl:" },
    { EVIDENCE_AUTO, "echo=wrong", "REPORT_DATA_MISMATCH", "tsm: a quote over other data" },
};

#endif
