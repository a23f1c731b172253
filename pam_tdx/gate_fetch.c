/* SPDX-License-Identifier: Apache-2.0 */
#include "pam_tdx/gate_fetch.h"

#include <stdio.h>
#include <sys/stat.h>

#include "core/base/lock.h"
#include "core/base/process.h"
#include "core/base/text.h"

#define LOCK_NAME     "fetch.lock"
#define ARGUMENTS_MAX 20
#define OUTPUT_LIMIT  ((size_t)4096)
#define SAID_SHOWN    200

bool gate_fetch_may_help(const struct gate_conf *conf, enum tdx_status status)
{
    struct stat st;

    /* A single file is somebody else's to refresh. */
    if (!conf->fetch_on_login || (stat(conf->collateral, &st) == 0 && !S_ISDIR(st.st_mode)))
        return false;
    return status == TDX_CACHE_MISSING || status == TDX_COLLATERAL_EXPIRED ||
           status == TDX_TCB_INFO_MISMATCH || status == TDX_CRL_UNKNOWN_ISSUER;
}

/* What the login's configuration says beyond the file: the PAM line may name other values. */
static size_t arguments_of(const struct gate_conf *conf, const char *conf_file, const char **argv)
{
    size_t count = 0;

    argv[count++] = "tdx-attest";
    argv[count++] = "collateral";
    argv[count++] = "refresh";
    argv[count++] = "--quiet";
    argv[count++] = "--if-due";
    argv[count++] = "--quote";
    argv[count++] = "-";
    argv[count++] = "--gate-conf";
    argv[count++] = conf_file;
    argv[count++] = "--cache";
    argv[count++] = conf->collateral;
    if (conf->pccs_url != NULL) {
        argv[count++] = "--pccs-url";
        argv[count++] = conf->pccs_url;
    }
    if (conf->trust_anchor != NULL) {
        argv[count++] = "--trust-anchor";
        argv[count++] = conf->trust_anchor;
    }
    argv[count] = NULL;
    return count;
}

static enum tdx_status run(const struct gate_conf *conf, const char *conf_file, struct span quote,
                           unsigned timeout_ms, struct tdx_error *err)
{
    const char *argv[ARGUMENTS_MAX];
    const struct process_spec spec = { .path = GATE_FETCH_PROGRAM,
                                       .argv = argv,
                                       .dies_with_us = true,
                                       .timeout_ms = timeout_ms,
                                       .output_limit = OUTPUT_LIMIT,
                                       .input = quote };
    struct process_result result;
    char said[SAID_SHOWN];
    enum tdx_status status;

    (void)arguments_of(conf, conf_file, argv);
    status = process_run(&spec, &result, err);
    if (status == TDX_OK && result.exit_code != TDX_EXIT_YES)
        status = status_fail(err, TDX_CHILD_FAILED, "exit code %d, \"%s\"", result.exit_code,
                             text_quote(text_string(&result.err), result.err.length, said,
                                        sizeof(said)));
    process_result_free(&result);
    return status;
}

enum tdx_status gate_fetch(const struct gate_conf *conf, const char *conf_file, int state,
                           struct span quote, unsigned timeout_ms, struct tdx_error *err)
{
    enum tdx_status status;
    int lock = -1;

    status = lock_take_at(state, LOCK_NAME, timeout_ms / 2, &lock, err);
    if (status == TDX_OK)
        status = run(conf, conf_file, quote, timeout_ms / 10 * 9, err);
    lock_release(lock);
    return status;
}
