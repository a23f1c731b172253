/* SPDX-License-Identifier: Apache-2.0 */
#include "attest/source_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/files.h"

#define ANCHOR_SIZE_LIMIT ((size_t)64 << 10)
#define CLEAR_LINE        "\r\033[K"

bool source_option(struct source_options *options, int letter)
{
    struct source_request *request = &options->request;

    switch (letter) {
    case OPTION_PCCS_URL:
        request->pccs_url = optarg;
        return true;
    case OPTION_REGION:
        request->region = optarg;
        return true;
    case OPTION_VPC:
        request->vpc = true;
        return true;
    case OPTION_UPDATE:
        request->update = optarg;
        return true;
    case OPTION_CA_FILE:
        request->ca_file = optarg;
        return true;
    case OPTION_QCNL:
        request->qcnl = optarg;
        return true;
    case OPTION_CACHE:
        request->cache = optarg;
        return true;
    case OPTION_TRUST_ANCHOR:
        options->anchor_file = optarg;
        return true;
    default:
        return false;
    }
}

static void show_progress(void *context, const struct pcs_progress *progress)
{
    const char *words = pcs_document_words(progress->document);

    (void)context;
    (void)fprintf(stderr, CLEAR_LINE "%s (%u of %u)", words, progress->step, progress->steps);
    if (progress->wait_seconds > 0)
        (void)fprintf(stderr, ": attempt %u failed, again in %u s", progress->attempt,
                      progress->wait_seconds);
    else if (progress->total > 0)
        (void)fprintf(stderr, ": %zu of %zu bytes", progress->received, progress->total);
    else if (progress->received > 0)
        (void)fprintf(stderr, ": %zu bytes", progress->received);
    (void)fflush(stderr);
}

void source_options_progress_end(const struct source_options *options)
{
    if (options->request.progress != NULL)
        (void)fputs(CLEAR_LINE, stderr);
}

int source_options_complete(struct source_options *options, const struct program *program)
{
    struct source_request *request = &options->request;

    if (request->region != NULL && request->pccs_url != NULL)
        return program_usage(program, "--pccs-url and --region exclude each other");
    if (request->vpc && request->region == NULL)
        return program_usage(program, "--vpc needs --region");
    if (request->update != NULL) {
        enum pcs_update update;

        if (!pcs_update_parse(request->update, &update))
            return program_usage(program, "--update takes standard or early, not '%s'",
                                 request->update);
    }
    if (request->ca_file == NULL) /* as curl itself and OpenSSL's tools read them */
        request->ca_file = secure_getenv("CURL_CA_BUNDLE");
    if (request->ca_file == NULL)
        request->ca_file = secure_getenv("SSL_CERT_FILE");
    if (request->ca_file != NULL && request->ca_file[0] == '\0')
        request->ca_file = NULL;
    if (!program->quiet && isatty(STDERR_FILENO))
        request->progress = show_progress;
    return PROGRAM_GO_ON;
}

enum tdx_status source_options_anchor(const struct source_options *options,
                                      struct trust_anchor *ret, struct tdx_error *err)
{
    struct file_content content = { 0 };
    enum tdx_status status;

    if (options->anchor_file == NULL) {
        *ret = *trust_anchor_intel();
        return TDX_OK;
    }
    status = file_read(options->anchor_file, ANCHOR_SIZE_LIMIT, FILE_READ_ANY, &content, err);
    if (status == TDX_OK) {
        status = trust_anchor_parse(file_content_span(&content), ret, err);
        status_prefix(err, "%s", options->anchor_file);
    }
    file_content_free(&content);
    return status;
}

void source_options_notes(const struct program *program, const struct source_service *service)
{
    if (service->plain_http)
        program_note(program,
                     "WARNING: %s is plain HTTP. What is signed stays safe, but anybody on the way "
                     "can serve older collateral.",
                     service->base);
    if (service->insecure)
        program_note(program,
                     "WARNING: %s switches the check of the server's certificate off "
                     "(use_secure_cert). Anybody on the way can serve older collateral.",
                     service->origin);
    if (service->region_unlisted)
        program_note(program,
                     "no file of platforms.d lists this region (pccs_region); its address is "
                     "made by the same rule");
}
