/* SPDX-License-Identifier: Apache-2.0 */
#include "core/collateral/source.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/files.h"
#include "core/collateral/cache.h"
#include "core/collateral/pcs_regions.h"
#include "core/collateral/qcnl_conf.h"
#include "core/verify/pck_cert.h"

static enum tdx_status by_region(const struct source_request *request,
                                 char url[static PCS_URL_SIZE], struct source_service *service,
                                 struct tdx_error *err)
{
    bool listed = true;
    enum tdx_status status = pcs_region_url_load(TDX_CONFDIR, TDX_DATADIR, request->region,
                                                 request->vpc, url, &listed, err);

    service->region_unlisted = !listed;
    (void)snprintf(service->origin, sizeof(service->origin), "--region");
    return status;
}

static enum tdx_status by_file(const struct source_request *request, char url[static PCS_URL_SIZE],
                               struct source_service *service, struct tdx_error *err)
{
    const char *path = request->qcnl != NULL ? request->qcnl : QCNL_CONF_PATH;
    /* root must not be led astray by a file that others can write */
    unsigned flags = geteuid() == 0 ? FILE_READ_SAFE : 0;
    struct qcnl_conf conf;
    bool exists = false;
    enum tdx_status status = qcnl_conf_load(path, flags, &conf, &exists, err);
    const char *from;

    if (status != TDX_OK)
        return status;
    from = qcnl_conf_collateral_url(&conf);
    service->insecure = !conf.use_secure_cert;
    if (from[0] == '\0') {
        from = PCS_INTEL_BASE;
        path = "the default, Intel's service";
        service->insecure = false; /* what the file allows, it allows for its own server */
    }
    (void)snprintf(url, PCS_URL_SIZE, "%s", from);
    (void)snprintf(service->origin, sizeof(service->origin), "%s", path); /* cut: for messages */
    service->update = conf.update;
    if (conf.has_retry_times)
        service->retries = conf.retry_times;
    if (conf.has_retry_delay)
        service->retry_delay = conf.retry_delay;
    return TDX_OK;
}

static enum tdx_status by_url(const struct source_request *request, char url[static PCS_URL_SIZE],
                              struct source_service *service, struct tdx_error *err)
{
    (void)snprintf(service->origin, sizeof(service->origin), "--pccs-url");
    if (strlen(request->pccs_url) >= PCS_URL_SIZE)
        return status_fail(err, TDX_PCS_URL_BAD, "it is too long");
    memcpy(url, request->pccs_url, strlen(request->pccs_url) + 1);
    return TDX_OK;
}

enum tdx_status source_service(const struct source_request *request, struct source_service *ret,
                               struct tdx_error *err)
{
    struct source_service service = { .retries = PCS_RETRIES_DEFAULT };
    char url[PCS_URL_SIZE];
    enum tdx_status status;

    if (request->pccs_url != NULL)
        status = by_url(request, url, &service, err);
    else if (request->region != NULL)
        status = by_region(request, url, &service, err);
    else
        status = by_file(request, url, &service, err);
    if (status == TDX_OK)
        status = pcs_base_normalize(url, service.base, &service.plain_http, err);
    if (status != TDX_OK) {
        if (service.origin[0] != '\0')
            status_prefix(err, "%s", service.origin);
        return status;
    }
    if (request->update != NULL && !pcs_update_parse(request->update, &service.update))
        return status_fail(err, TDX_USAGE, "--update takes standard or early");
    *ret = service;
    return TDX_OK;
}

enum tdx_status source_fetch(const struct source_request *request,
                             const struct source_service *service, const struct pcs_target *target,
                             struct pcs_fetched *ret, struct tdx_error *err)
{
    const struct pcs_options options = {
        .ca_file = request->ca_file,
        .insecure = service->insecure,
        .total_timeout_ms = request->total_timeout_ms,
        .retries = service->retries,
        .retry_delay = service->retry_delay,
        .progress = request->progress,
        .progress_context = request->progress_context,
    };
    struct pcs_target served = *target;

    served.base = service->base;
    served.update = service->update;
    return pcs_fetch(&served, &options, ret, err);
}

enum tdx_status source_target(const struct quote *quote, struct pcs_target *ret,
                              struct tdx_error *err)
{
    struct pck_info info;
    enum tdx_status status;

    if (quote->certification_type != QUOTE_CERTIFICATION_PCK_CHAIN)
        return status_fail(err, TDX_QUOTE_UNSUPPORTED,
                           "certification data of type %u do not tell the FMSPC",
                           quote->certification_type);
    status = pck_chain_peek(quote->certification_data, &info, err);
    if (status != TDX_OK)
        return status;
    ret->sgx = quote->tee == QUOTE_TEE_SGX;
    memcpy(ret->fmspc, info.fmspc, sizeof(ret->fmspc));
    ret->ca = info.ca;
    return TDX_OK;
}

static enum tdx_status from_server(const struct source_request *request,
                                   const struct pcs_target *target, struct source_found *found,
                                   struct tdx_error *err)
{
    struct pcs_fetched fetched = { 0 };
    enum tdx_status status = source_service(request, &found->service, err);

    if (status == TDX_OK)
        status = source_fetch(request, &found->service, target, &fetched, err);
    if (status == TDX_OK) {
        found->bundle = fetched.bundle; /* taken over */
        found->kind = SOURCE_SERVER;
    }
    return status;
}

enum tdx_status source_collateral(const struct source_request *request, const struct quote *quote,
                                  struct source_found *ret, struct tdx_error *err)
{
    const char *folder = request->cache != NULL ? request->cache : CACHE_FOLDER;
    bool named = request->pccs_url != NULL || request->region != NULL;
    struct source_found found = { 0 };
    struct cached cached = { 0 };
    struct pcs_target target = { 0 };
    struct tdx_error why = { 0 };
    struct cache_key key;
    enum tdx_status status;

    if (request->bundle != NULL) {
        status = bundle_load(request->bundle, FILE_READ_ANY, &found.bundle, err);
        if (status == TDX_OK)
            *ret = found; /* kind is SOURCE_BUNDLE */
        return status;
    }
    status = source_target(quote, &target, err);
    if (status != TDX_OK)
        return status;
    if (!named && !target.sgx) { /* the cache holds TDX collateral only */
        key = (struct cache_key){ .ca = target.ca };
        memcpy(key.fmspc, target.fmspc, sizeof(key.fmspc));
        status = cache_find(folder, &key, &cached, &why);
        if (status == TDX_OK) {
            ret->bundle = cached.bundle; /* taken over */
            ret->kind = SOURCE_CACHE;
            return TDX_OK;
        }
        if (status != TDX_CACHE_MISSING)
            return status_fail(err, status, "%s", why.detail);
    }
    if (request->offline)
        return status_fail(err, TDX_CACHE_MISSING, "%s", why.detail);
    status = from_server(request, &target, &found, err);
    if (status == TDX_OK)
        *ret = found;
    return status;
}

void source_found_free(struct source_found *found)
{
    if (found != NULL)
        bundle_free(&found->bundle);
}
