/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/sim_device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "core/base/bytes.h"
#include "tests/sim/sim_der.h"
#include "tests/sim/sim_qgs.h"

/* The buffer shared with the host (Guest-Host Communication Interface, GetQuote): version, status,
 * in_len, out_len, data. */
#define HEAD_SIZE    24
#define BUFFER_LIMIT (1 << 20)

#define HOST_STATUS_ERROR       UINT64_C(0x8000000000000000)
#define HOST_STATUS_UNAVAILABLE UINT64_C(0x8000000000000001)
#define HOST_STATUS_IN_FLIGHT   UINT64_C(0xffffffffffffffff)

static struct iovec local_part(void *data, size_t size)
{
    return (struct iovec){ .iov_base = data, .iov_len = size };
}

/* The pointer is another process's: a number here, never dereferenced. */
static struct iovec remote_part(uint64_t address, size_t size)
{
    return (struct iovec){ .iov_base = (void *)(uintptr_t)address, .iov_len = size };
}

static bool fetch(pid_t caller, uint64_t address, void *data, size_t size)
{
    struct iovec local = local_part(data, size), remote = remote_part(address, size);

    return process_vm_readv(caller, &local, 1, &remote, 1, 0) == (ssize_t)size;
}

static bool store(pid_t caller, uint64_t address, void *data, size_t size)
{
    struct iovec local = local_part(data, size), remote = remote_part(address, size);

    return process_vm_writev(caller, &local, 1, &remote, 1, 0) == (ssize_t)size;
}

/* What the host makes of the payload: the answer into out. False: it refuses. */
static bool host_answer(struct sim_server *server, const struct sim_faults *faults,
                        struct span payload, struct text *out)
{
    bool raw = payload.size == SIM_REPORT_SIZE;

    if (raw ? faults->dialect == SIM_DIALECT_FRAMED : faults->dialect == SIM_DIALECT_RAW)
        return false;
    if (raw)
        return server_quote_report(server, payload.data, payload.size, out);
    return sim_qgs_framed(server, payload, out);
}

/* Fills the buffer's status, out_len and data. */
static int host_fill(struct sim_server *server, const struct sim_faults *faults, uint8_t *buffer,
                     size_t size)
{
    struct bytes head = bytes_over(buffer, HEAD_SIZE);
    struct text answer = { 0 }, filled = { 0 };
    uint64_t version = bytes_u64(&head), status = 0;
    uint32_t in_size;

    bytes_skip(&head, 8);
    in_size = bytes_u32(&head);
    if (version != 1 || in_size > size - HEAD_SIZE)
        return -EINVAL;
    if (faults->host_status == SIM_HOST_ERROR)
        status = HOST_STATUS_ERROR;
    else if (faults->host_status == SIM_HOST_UNAVAILABLE)
        status = HOST_STATUS_UNAVAILABLE;
    else if (faults->host_status == SIM_HOST_IN_FLIGHT)
        status = HOST_STATUS_IN_FLIGHT;
    else if (faults->outblob != SIM_OUTBLOB_EMPTY &&
             !host_answer(server, faults, (struct span){ buffer + HEAD_SIZE, in_size }, &answer))
        status = HOST_STATUS_ERROR;
    if (status != 0 || answer.length > size - HEAD_SIZE)
        text_clear(&answer);
    sim_add_u64(&filled, 1);
    sim_add_u64(&filled, status);
    sim_add_u32(&filled, in_size);
    sim_add_u32(&filled, (uint32_t)answer.length);
    sim_add_text(&filled, &answer);
    if (text_ok(&filled))
        memcpy(buffer, filled.data, filled.length);
    text_free(&answer);
    text_free(&filled);
    return 0;
}

static int get_quote(struct sim_server *server, uint64_t argument, pid_t caller, void *data,
                     bool (*interrupted)(void))
{
    struct sim_faults faults = server_faults(server);
    uint8_t request[16], *buffer;
    struct bytes in = bytes_over(request, sizeof(request));
    uint64_t address, size;
    int result;

    if (!fetch(caller, argument, request, sizeof(request)))
        return -EFAULT;
    memcpy(data, request, sizeof(request)); /* copied back to the caller: unchanged */
    address = bytes_u64(&in);
    size = bytes_u64(&in);
    if (size < HEAD_SIZE || size > BUFFER_LIMIT)
        return -EINVAL;
    buffer = malloc(size);
    if (buffer == NULL)
        return -ENOMEM;
    result = fetch(caller, address, buffer, size) ? 0 : -EFAULT;
    if (result == 0 &&
        !server_wait(server, faults.delay_ms, faults.uninterruptible ? NULL : interrupted))
        result = -EINTR;
    if (result == 0)
        result = -faults.quote_errno;
    if (result == 0)
        result = host_fill(server, &faults, buffer, size);
    if (result == 0 && !store(caller, address, buffer, size))
        result = -EFAULT;
    free(buffer);
    return result;
}

static bool knows_number(const struct sim_faults *faults, uint32_t command)
{
    if (command == SIM_GET_QUOTE_BY_IOR)
        return faults->get_quote == SIM_GET_QUOTE_BOTH || faults->get_quote == SIM_GET_QUOTE_IOR;
    return command == SIM_GET_QUOTE_BY_IOWR &&
           (faults->get_quote == SIM_GET_QUOTE_BOTH || faults->get_quote == SIM_GET_QUOTE_IOWR);
}

int sim_device_ioctl(struct sim_server *server, uint32_t command, uint64_t argument, pid_t caller,
                     void *data, bool (*interrupted)(void))
{
    struct sim_faults faults = server_faults(server);
    uint8_t *bytes = data;

    if (command == SIM_GET_REPORT0) {
        if (faults.device_errno != 0)
            return -faults.device_errno;
        server_report(server, bytes, bytes + SIM_REPORT_DATA_SIZE);
        return 0;
    }
    if (knows_number(&faults, command))
        return get_quote(server, argument, caller, data, interrupted);
    return -ENOTTY;
}
