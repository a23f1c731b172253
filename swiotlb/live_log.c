/* SPDX-License-Identifier: Apache-2.0 */
#include "swiotlb/live_log.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/klog.h>
#include <unistd.h>

#include "core/base/process.h"

/* syslog(2) */
#define READ_ALL           3
#define SIZE_BUFFER        10
#define RING_LIMIT         (64 << 20)
#define JOURNAL_TIMEOUT_MS 15000

static enum tdx_status read_ring(struct kernel_log *ret, struct tdx_error *err)
{
    enum tdx_status status = TDX_OK;
    int size = klogctl(SIZE_BUFFER, NULL, 0), got;
    char *text;

    if (size <= 0 || size > RING_LIMIT)
        return status_fail_errno(err, TDX_PERMISSION, size < 0 ? errno : EINVAL, "the kernel log");
    text = malloc((size_t)size);
    if (text == NULL)
        return status_fail(err, TDX_NO_MEMORY, "the kernel log");
    got = klogctl(READ_ALL, text, size);
    if (got < 0)
        status = status_fail_errno(err, TDX_PERMISSION, errno, "the kernel log");
    else
        kernel_log_parse((struct span){ (const uint8_t *)text, (size_t)got }, ret);
    free(text);
    return status;
}

static bool read_journal(struct kernel_log *ret)
{
    static const char *const paths[] = { "/usr/bin/journalctl", "/bin/journalctl" };
    static const char *const argv[] = { "journalctl", "--dmesg", "--boot",
                                        "--no-pager", "--quiet", "--output=short-monotonic",
                                        NULL };
    struct process_result result = { 0 };
    bool usable = false;

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]) && !usable; i++) {
        const struct process_spec spec = { .path = paths[i],
                                           .argv = argv,
                                           .timeout_ms = JOURNAL_TIMEOUT_MS,
                                           .output_limit = KERNEL_LOG_LIMIT };

        if (access(paths[i], X_OK) != 0)
            continue;
        if (process_run(&spec, &result, NULL) == TDX_OK && result.exit_code == 0 &&
            result.out.length > 0) {
            kernel_log_parse((struct span){ (const uint8_t *)result.out.data, result.out.length },
                             ret);
            usable = true;
        }
        process_result_free(&result);
    }
    return usable;
}

enum tdx_status live_log_read(struct kernel_log *ret, struct tdx_error *err)
{
    struct tdx_error ring_err = { 0 };
    struct kernel_log ring, journal;
    enum tdx_status status = read_ring(&ring, &ring_err);

    if (status == TDX_OK && ring.boot_seen) {
        *ret = ring;
        return TDX_OK;
    }
    if (read_journal(&journal) && (status != TDX_OK || journal.boot_seen)) {
        *ret = journal;
        return TDX_OK;
    }
    if (status == TDX_OK)
        *ret = ring;
    else
        (void)status_fail(err, status, "%s", ring_err.detail);
    return status;
}
