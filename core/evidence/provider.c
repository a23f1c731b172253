/* SPDX-License-Identifier: Apache-2.0 */
#include "core/evidence/provider.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/monotonic.h"
#include "core/base/text.h"
#include "core/evidence/provider_internal.h"

#define TIMEOUT_DEFAULT_MS 30000U
#define TIMEOUT_LIMIT_MS   600000U

static const struct provider {
    enum evidence_source source;
    const char *word;
    enum tdx_status (*quote)(const struct evidence_request *request, struct file_content *ret,
                             struct tdx_error *err);
} providers[] = {
    /* In the order in which Intel's library asks. */
    { EVIDENCE_QGS, "qgs", qgs_quote },
    { EVIDENCE_TSM, "tsm", tsm_quote },
    { EVIDENCE_IOCTL, "ioctl", ioctl_quote },
};

#define PROVIDER_COUNT (sizeof(providers) / sizeof(providers[0]))

bool evidence_source_parse(const char *word, enum evidence_source *ret)
{
    if (strcmp(word, "auto") == 0) {
        *ret = EVIDENCE_AUTO;
        return true;
    }
    for (size_t i = 0; i < PROVIDER_COUNT; i++)
        if (strcmp(word, providers[i].word) == 0) {
            *ret = providers[i].source;
            return true;
        }
    return false;
}

const char *evidence_source_word(enum evidence_source source)
{
    for (size_t i = 0; i < PROVIDER_COUNT; i++)
        if (providers[i].source == source)
            return providers[i].word;
    return "auto";
}

enum tdx_status content_copy(struct span bytes, struct file_content *ret, struct tdx_error *err)
{
    uint8_t *data = malloc(bytes.size + 1);

    if (data == NULL)
        return status_fail(err, TDX_NO_MEMORY, "%zu bytes of a quote", bytes.size);
    if (bytes.size > 0)
        memcpy(data, bytes.data, bytes.size);
    data[bytes.size] = '\0';
    ret->data = data;
    ret->size = bytes.size;
    return TDX_OK;
}

int request_left_ms(const struct evidence_request *request)
{
    int64_t left = request->deadline_ms - monotonic_ms();

    return left > 0 ? (int)left : 0; /* at most TIMEOUT_LIMIT_MS */
}

bool request_wait(const struct evidence_request *request, int ms)
{
    struct timespec rest = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

    if (request_left_ms(request) <= ms)
        return false;
    while (nanosleep(&rest, &rest) != 0 && errno == EINTR)
        ;
    return true;
}

enum tdx_status errno_fail(struct tdx_error *err, const struct errno_meaning *meanings, int number,
                           const char *format, ...)
{
    char step[256];
    va_list arguments;

    while (meanings->number != 0 && meanings->number != number)
        meanings++;
    va_start(arguments, format);
    (void)vsnprintf(step, sizeof(step), format, arguments); /* cut is good enough */
    va_end(arguments);
    return status_fail(err, meanings->status, "%s: %s%s%s%s", step, strerror(number),
                       meanings->hint[0] != '\0' ? " (" : "", meanings->hint,
                       meanings->hint[0] != '\0' ? ")" : "");
}

/* The least that a provider's answer must be; the kernel and the host are not trusted, and what is
 * no quote of ours is a reason to ask the next one. */
static enum tdx_status check_answer(const struct evidence_request *request,
                                    const struct file_content *content, struct tdx_error *err)
{
    struct quote quote;
    enum tdx_status status = quote_parse(content->data, content->size, &quote, err);

    if (status != TDX_OK)
        return status;
    if (quote.tee != QUOTE_TEE_TDX)
        return status_fail(err, TDX_QUOTE_UNSUPPORTED, "it is an SGX enclave's quote");
    if (memcmp(quote.td.report_data, request->report_data, TD_REPORT_DATA_SIZE) != 0)
        return status_fail(err, TDX_REPORT_DATA_MISMATCH, "a quote over other data came back");
    return TDX_OK;
}

/* Failures carry the provider's name. */
static enum tdx_status ask(const struct provider *provider, const struct evidence_request *request,
                           struct file_content *ret, struct tdx_error *err)
{
    struct file_content content = { 0 };
    enum tdx_status status = provider->quote(request, &content, err);

    if (status == TDX_OK)
        status = check_answer(request, &content, err);
    if (status != TDX_OK) {
        file_content_free(&content);
        status_prefix(err, "%s", provider->word);
        return status;
    }
    *ret = content;
    return TDX_OK;
}

static enum tdx_status ask_all(const struct evidence_request *request, struct file_content *ret,
                               enum evidence_source *ret_source, struct tdx_error *err)
{
    enum tdx_status verdict = TDX_QUOTE_UNAVAILABLE;
    struct text reasons = { 0 };
    unsigned port;

    for (size_t i = 0; i < PROVIDER_COUNT; i++) {
        struct tdx_error reason = { 0 };
        enum tdx_status status;

        if (providers[i].source == EVIDENCE_QGS && !qgs_configured(request->paths, &port)) {
            text_add(&reasons, "qgs: no port is configured");
            continue;
        }
        status = ask(&providers[i], request, ret, &reason);
        if (status == TDX_OK) {
            *ret_source = providers[i].source;
            text_free(&reasons);
            return TDX_OK;
        }
        if (status_exit_code(status) == TDX_EXIT_NO && verdict == TDX_QUOTE_UNAVAILABLE)
            verdict = status;
        text_addf(&reasons, "%s%.150s [%s]", reasons.length > 0 ? "; " : "", reason.detail,
                  status_id(status));
    }
    verdict = status_fail(err, verdict, "%s", text_string(&reasons));
    text_free(&reasons);
    return verdict;
}

size_t evidence_order(const struct evidence_paths *paths,
                      enum evidence_source ret[static EVIDENCE_ORDER_MAX])
{
    static const struct evidence_paths defaults = { 0 };
    const struct evidence_paths *asked = paths != NULL ? paths : &defaults;
    size_t count = 0;
    unsigned port;

    for (size_t i = 0; i < PROVIDER_COUNT; i++)
        if (asked->source == providers[i].source ||
            (asked->source == EVIDENCE_AUTO &&
             (providers[i].source != EVIDENCE_QGS || qgs_configured(asked, &port))))
            ret[count++] = providers[i].source;
    return count;
}

enum tdx_status evidence_quote(const struct evidence_paths *paths,
                               const uint8_t report_data[static TD_REPORT_DATA_SIZE],
                               struct file_content *ret, enum evidence_source *ret_source,
                               struct tdx_error *err)
{
    static const struct evidence_paths defaults = { 0 };
    struct evidence_request request = { .paths = paths != NULL ? paths : &defaults,
                                        .report_data = report_data };
    unsigned timeout = request.paths->timeout_ms;
    enum evidence_source source = request.paths->source;
    enum tdx_status status = TDX_INTERNAL;

    if (timeout == 0)
        timeout = TIMEOUT_DEFAULT_MS;
    request.deadline_ms =
        monotonic_ms() + (timeout < TIMEOUT_LIMIT_MS ? timeout : TIMEOUT_LIMIT_MS);
    if (source == EVIDENCE_AUTO) {
        status = ask_all(&request, ret, &source, err);
    } else {
        for (size_t i = 0; i < PROVIDER_COUNT; i++)
            if (providers[i].source == source)
                status = ask(&providers[i], &request, ret, err);
        if (status == TDX_INTERNAL)
            (void)status_fail(err, status, "no such source of evidence");
    }
    if (status == TDX_OK && ret_source != NULL)
        *ret_source = source;
    return status;
}
