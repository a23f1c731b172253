/* SPDX-License-Identifier: Apache-2.0 */
/* The TDX guest device: TD reports, and quotes where the kernel has the GET_QUOTE ioctl (Alibaba's
 * 5.10, Intel's staging kernels). Source: Linux, include/uapi/linux/tdx-guest.h; for GET_QUOTE
 * DCAP, tdx_attest.c; guest-interfaces notes sections 3.1 and 3.3. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/evidence/provider_internal.h"
#include "core/evidence/qgs_message.h"

struct report_request {
    uint8_t report_data[TD_REPORT_DATA_SIZE];
    uint8_t report[TD_REPORT_SIZE];
};

struct quote_request {
    uint64_t buffer; /* a pointer, as the kernel's ABI has it */
    uint64_t size;
};

#define GET_REPORT0 _IOWR('T', 1, struct report_request)
/* The same command with two numbers: drivers disagree about the direction bits. */
#define GET_QUOTE    _IOR('T', 4, struct quote_request)
#define GET_QUOTE_V3 _IOWR('T', 4, struct quote_request)

#define ECHO_AT 128 /* REPORTDATA in a TDREPORT */

#define BUSY_TRIES   10
#define BUSY_WAIT_US 20000

/* The GET_QUOTE buffer: what travels to the host, in pages. */
#define BUFFER_SIZE        ((size_t)16 << 10)
#define BUFFER_HEADER_SIZE 24
#define BUFFER_VERSION     1
#define BUFFER_IN_FLIGHT   UINT64_MAX
#define BUFFER_UNAVAILABLE UINT64_C(0x8000000000000001)

static const struct errno_meaning open_meanings[] = {
    { ENOENT, TDX_DEVICE_MISSING, "" },
    { ENOTDIR, TDX_DEVICE_MISSING, "" },
    { ENXIO, TDX_DEVICE_MISSING, "the node is there, its driver is not" },
    { ENODEV, TDX_DEVICE_MISSING, "the node is there, its driver is not" },
    { EACCES, TDX_DEVICE_DENIED, "" },
    { EPERM, TDX_DEVICE_DENIED, "" },
    { EBUSY, TDX_DEVICE_BUSY, "" },
    { 0, TDX_DEVICE_FAILED, "" },
};

/* Opens the device that was named; else the first of the names that kernels had. */
static enum tdx_status open_device(const struct evidence_paths *paths, int *ret_fd,
                                   const char **ret_name, struct tdx_error *err)
{
    const char *const names[] = { paths->device != NULL ? paths->device : EVIDENCE_DEVICE_DEFAULT,
                                  "/dev/tdx-guest", "/dev/tdx-attest" };
    size_t count = paths->device != NULL ? 1 : sizeof(names) / sizeof(names[0]);
    int first_error = 0;

    for (size_t i = 0; i < count; i++) {
        int fd = open(names[i], O_RDWR | O_CLOEXEC | O_NOCTTY);

        if (fd >= 0) {
            *ret_fd = fd;
            *ret_name = names[i];
            return TDX_OK;
        }
        if (first_error == 0 || first_error == ENOENT)
            first_error = errno;
    }
    return errno_fail(err, open_meanings, first_error, "open %s", names[0]);
}

static const struct errno_meaning report_meanings[] = {
    { ENOTTY, TDX_DEVICE_FAILED, "this driver is of another generation: the kernel is too old" },
    { EINVAL, TDX_DEVICE_FAILED, "the TDX module refused the request" },
    { EBUSY, TDX_DEVICE_BUSY, "the TDX module is busy" },
    { EACCES, TDX_DEVICE_DENIED, "" },
    { EPERM, TDX_DEVICE_DENIED, "" },
    { EIO, TDX_DEVICE_FAILED, "the TDX module failed" },
    { 0, TDX_DEVICE_FAILED, "" },
};

static enum tdx_status report_from(int fd, const char *name,
                                   const uint8_t report_data[static TD_REPORT_DATA_SIZE],
                                   uint8_t raw[static TD_REPORT_SIZE], struct tdx_error *err)
{
    struct report_request request = { 0 };
    int error = 0;

    memcpy(request.report_data, report_data, sizeof(request.report_data));
    for (int tries = 0; tries < BUSY_TRIES; tries++) {
        error = ioctl(fd, GET_REPORT0, &request) == 0 ? 0 : errno;
        if (error == EBUSY)
            (void)usleep(BUSY_WAIT_US); /* too short is as good */
        else if (error != EINTR)
            break;
    }
    if (error != 0)
        return errno_fail(err, report_meanings, error, "%s: GET_REPORT0", name);
    if (memcmp(request.report + ECHO_AT, report_data, TD_REPORT_DATA_SIZE) != 0)
        return status_fail(err, TDX_REPORT_DATA_MISMATCH,
                           "%s: GET_REPORT0 gave a report over other data", name);
    memcpy(raw, request.report, TD_REPORT_SIZE);
    return TDX_OK;
}

enum tdx_status evidence_td_report(const struct evidence_paths *paths,
                                   const uint8_t report_data[static TD_REPORT_DATA_SIZE],
                                   uint8_t raw[static TD_REPORT_SIZE], struct tdx_error *err)
{
    static const struct evidence_paths defaults = { 0 };
    const char *name = NULL;
    int fd = -1;
    enum tdx_status status = open_device(paths != NULL ? paths : &defaults, &fd, &name, err);

    if (status != TDX_OK)
        return status;
    status = report_from(fd, name, report_data, raw, err);
    (void)close(fd); /* nothing was written */
    return status;
}

static void put_le(uint8_t *out, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)(value >> (8 * i));
}

/* The answer in the buffer: a bare quote, or a QGS message in its frame. */
static enum tdx_status read_answer(struct span answer, struct file_content *ret,
                                   struct tdx_error *err)
{
    struct bytes in = bytes_over_span(answer);
    uint16_t version = bytes_u16(&in);
    struct span quote;
    uint32_t length;
    enum tdx_status status;

    if (version == 4 || version == 5)
        return content_copy(answer, ret, err);
    in = bytes_over_span(answer);
    length = bytes_u32_be(&in);
    if (!bytes_ok(&in) || length != in.left)
        return status_fail(err, TDX_DEVICE_FAILED,
                           "an answer of %zu bytes that is neither a quote nor a message",
                           answer.size);
    status = qgs_response_parse(bytes_span(&in, length), &quote, err);
    return status == TDX_OK ? content_copy(quote, ret, err) : status;
}

static const struct errno_meaning quote_meanings[] = {
    { ENOTTY, TDX_DEVICE_FAILED, "this kernel has no such ioctl: its quotes come from configfs" },
    { EINVAL, TDX_DEVICE_FAILED, "the driver refused the buffer" },
    { EBUSY, TDX_DEVICE_BUSY, "an earlier request is still with the host" },
    { EINTR, TDX_DEVICE_FAILED, "a signal ended the wait; the request may still be with the host" },
    { ETIMEDOUT, TDX_DEVICE_FAILED, "the host did not answer" },
    { EACCES, TDX_DEVICE_DENIED, "" },
    { EPERM, TDX_DEVICE_DENIED, "" },
    { EIO, TDX_DEVICE_FAILED, "the host refused the request" },
    { 0, TDX_DEVICE_FAILED, "" },
};

/* Returns 0 or an errno value. The request is made anew for each number: a driver that does not
 * know a number may still have written to it. */
static int get_quote(int fd, unsigned long number, uint8_t *buffer)
{
    struct quote_request request = { (uintptr_t)buffer, BUFFER_SIZE };

    return ioctl(fd, number, &request) == 0 ? 0 : errno;
}

/* One GET_QUOTE with payload as its input. buffer has BUFFER_SIZE bytes. *ret_answered: the host
 * had the request and said something, so that asking in another dialect makes sense. */
static enum tdx_status ask_host(int fd, struct span payload, uint8_t *buffer,
                                struct file_content *ret, bool *ret_answered, struct tdx_error *err)
{
    struct bytes in = bytes_over(buffer, BUFFER_SIZE);
    uint64_t host_status;
    uint32_t out_size;
    int error;

    *ret_answered = false;
    memset(buffer, 0, BUFFER_SIZE);
    put_le(buffer, BUFFER_VERSION, 8);
    put_le(buffer + 16, payload.size, 4);
    memcpy(buffer + BUFFER_HEADER_SIZE, payload.data, payload.size);
    error = get_quote(fd, GET_QUOTE, buffer);
    if (error == ENOTTY)
        error = get_quote(fd, GET_QUOTE_V3, buffer);
    if (error != 0)
        return errno_fail(err, quote_meanings, error, "GET_QUOTE");
    bytes_skip(&in, 8);
    host_status = bytes_u64(&in);
    bytes_skip(&in, 4);
    out_size = bytes_u32(&in);
    if (host_status == BUFFER_IN_FLIGHT)
        return status_fail(err, TDX_DEVICE_BUSY, "GET_QUOTE: the request is still with the host");
    *ret_answered = true;
    if (host_status == BUFFER_UNAVAILABLE)
        return status_fail(err, TDX_DEVICE_FAILED,
                           "GET_QUOTE: the host's quoting service is not available");
    if (host_status != 0)
        return status_fail(err, TDX_DEVICE_FAILED, "GET_QUOTE: the host answered status 0x%llx",
                           (unsigned long long)host_status);
    if (out_size == 0)
        return status_fail(err, TDX_QUOTE_EMPTY, "GET_QUOTE succeeded with no data");
    if (out_size > in.left)
        return status_fail(err, TDX_DEVICE_FAILED, "GET_QUOTE: the host claims %u bytes", out_size);
    return read_answer(bytes_span(&in, out_size), ret, err);
}

/* The dialects of the field, in its order: a QGS message in its frame, then the bare report. The
 * second is tried only where the host answered the first and did not like it. */
enum tdx_status ioctl_quote(const struct evidence_request *request, struct file_content *ret,
                            struct tdx_error *err)
{
    uint8_t report[TD_REPORT_SIZE], frame[QGS_REQUEST_SIZE];
    struct tdx_error framed = { 0 }, bare = { 0 };
    bool answered = false;
    uint8_t *buffer = NULL;
    const char *name = NULL;
    int fd = -1;
    enum tdx_status status = open_device(request->paths, &fd, &name, err);

    if (status != TDX_OK)
        return status;
    status = report_from(fd, name, request->report_data, report, err);
    if (status != TDX_OK)
        goto done;
    buffer = malloc(BUFFER_SIZE);
    if (buffer == NULL) {
        status = status_fail(err, TDX_NO_MEMORY, "the GET_QUOTE buffer");
        goto done;
    }
    qgs_request_build(report, frame);
    status = ask_host(fd, (struct span){ frame, sizeof(frame) }, buffer, ret, &answered, &framed);
    if (status != TDX_OK && answered &&
        ask_host(fd, (struct span){ report, sizeof(report) }, buffer, ret, &answered, &bare) ==
            TDX_OK)
        status = TDX_OK;
    if (status != TDX_OK && bare.detail[0] != '\0' && strcmp(bare.detail, framed.detail) != 0)
        status = status_fail(err, status, "%s: %.200s; with a bare report: %.200s", name,
                             framed.detail, bare.detail);
    else if (status != TDX_OK)
        status = status_fail(err, status, "%s: %s", name, framed.detail);
done:
    free(buffer);
    (void)close(fd); /* nothing was written */
    return status;
}
