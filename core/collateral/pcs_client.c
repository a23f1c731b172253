/* SPDX-License-Identifier: Apache-2.0 */
#include "core/collateral/pcs_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/json.h"
#include "core/base/monotonic.h"
#include "core/collateral/pcs_answer.h"

#define ENVELOPE_SLACK   1024 /* what surrounds the signed object */
#define DELAY_LIMIT      30   /* seconds, of 1, 2, 4, ... */
#define TCB_INFO_DEPTH   32
#define HEADER_TCB       "TCB-Info-Issuer-Chain"
#define HEADER_TCB_OLDER "SGX-TCB-Info-Issuer-Chain" /* version 3, and servers that kept it */
#define HEADER_IDENTITY  "SGX-Enclave-Identity-Issuer-Chain"
#define HEADER_PCK_CRL   "SGX-PCK-CRL-Issuer-Chain"

struct client {
    const struct pcs_target *target;
    const struct pcs_options *options;
    struct pcs_http *http;
    int64_t deadline_ms; /* monotonic */
    struct pcs_progress now;
};

static unsigned or_default(unsigned value, unsigned otherwise)
{
    return value > 0 ? value : otherwise;
}

static void tell(struct client *client)
{
    if (client->options->progress != NULL)
        client->options->progress(client->options->progress_context, &client->now);
}

static void on_bytes(void *context, size_t received, size_t total)
{
    struct client *client = context;

    client->now.received = received;
    client->now.total = total;
    tell(client);
}

/* --- one answer ------------------------------------------------------------------------------- */

static enum tdx_status status_of_code(long code)
{
    switch (code) {
    case 200:
        return TDX_OK;
    case 400:
    case 401:
    case 403:
        return TDX_PCS_REQUEST_REFUSED;
    case 404:
    case 461: /* PCCS: the platform is not in the cache */
    case 462: /* PCCS: no certificates for some TCBs */
        return TDX_PCS_NOT_FOUND;
    case 410:
        return TDX_PCS_GONE;
    case 429:
        return TDX_PCS_RATE_LIMITED;
    case 460: /* PCCS: integrity of data cannot be verified */
        return TDX_PCS_INTEGRITY;
    case 500:
        return TDX_PCS_SERVER_ERROR;
    case 502:
    case 504:
        return TDX_PCS_UPSTREAM;
    case 503:
        return TDX_PCS_BUSY;
    default:
        return TDX_PCS_UNEXPECTED;
    }
}

static bool worth_another_try(enum tdx_status status)
{
    switch (status) {
    case TDX_PCS_UNREACHABLE:
    case TDX_PCS_TIMEOUT:
    case TDX_PCS_CUT_OFF:
    case TDX_PCS_RATE_LIMITED:
    case TDX_PCS_SERVER_ERROR:
    case TDX_PCS_UPSTREAM:
    case TDX_PCS_BUSY:
        return true;
    default:
        return false;
    }
}

static enum tdx_status fail_by_code(const struct pcs_http_answer *answer, struct tdx_error *err)
{
    struct text detail = { 0 };
    enum tdx_status status = status_of_code(answer->code);

    text_addf(&detail, "HTTP status %ld", answer->code);
    if (answer->retry_after >= 0)
        text_addf(&detail, ", to be asked again after %ld s", answer->retry_after);
    if (answer->warning[0] != '\0')
        text_addf(&detail, ", \"%s\"", answer->warning);
    if (answer->request_id[0] != '\0')
        text_addf(&detail, ", Request-ID %s", answer->request_id);
    status = status_fail(err, status, "%s", text_string(&detail));
    text_free(&detail);
    return status;
}

/* --- attempts --------------------------------------------------------------------------------- */

/* How long to wait before the attempt after this one, or -1: not at all. */
static int64_t seconds_to_wait(const struct client *client, const struct pcs_http_answer *answer)
{
    unsigned shift = client->now.attempt - 1 < 5 ? client->now.attempt - 1 : 5;
    int64_t delay = client->options->retry_delay;

    if (delay == 0)
        delay = INT64_C(1) << shift < DELAY_LIMIT ? INT64_C(1) << shift : DELAY_LIMIT;
    if (answer->retry_after > delay)
        delay = answer->retry_after;
    if (delay > PCS_RETRY_WAIT_MAX || monotonic_ms() + delay * 1000 >= client->deadline_ms)
        return -1;
    return delay;
}

static void wait_for(struct client *client, unsigned seconds)
{
    for (unsigned left = seconds; left > 0; left--) {
        struct timespec pause = { .tv_sec = 1 };

        client->now.wait_seconds = left;
        tell(client);
        while (nanosleep(&pause, &pause) != 0 && errno == EINTR)
            ;
    }
    client->now.wait_seconds = 0;
}

static enum tdx_status attempt(struct client *client, const char *url, const char *chain_header,
                               size_t body_limit, struct pcs_http_answer *answer,
                               struct tdx_error *err)
{
    const struct pcs_options *options = client->options;
    int64_t left = client->deadline_ms - monotonic_ms();
    unsigned request = or_default(options->request_timeout_ms, PCS_REQUEST_TIMEOUT_MS);
    unsigned timeout = left < request ? (unsigned)(left > 0 ? left : 1) : request;
    const struct pcs_http_options http_options = {
        .ca_file = options->ca_file,
        .insecure = options->insecure,
        .connect_timeout_ms = or_default(options->connect_timeout_ms, PCS_CONNECT_TIMEOUT_MS),
        .timeout_ms = timeout,
        .body_limit = body_limit,
        .chain_header = chain_header,
        .chain_header_older = client->now.document == PCS_TCB_INFO ? HEADER_TCB_OLDER : NULL,
        .progress = options->progress != NULL ? on_bytes : NULL,
        .progress_context = client,
    };
    enum tdx_status status = pcs_http_get(client->http, url, &http_options, answer, err);

    return status == TDX_OK && answer->code != 200 ? fail_by_code(answer, err) : status;
}

/* Asks until there is an answer with status 200, or a reason to stop. *answer is always valid. */
static enum tdx_status get(struct client *client, const char *url, const char *chain_header,
                           size_t body_limit, struct pcs_http_answer *answer,
                           struct pcs_record *record, struct tdx_error *err)
{
    enum tdx_status status;

    for (client->now.attempt = 1;; client->now.attempt++) {
        struct tdx_error why = { 0 };
        int64_t wait;

        client->now.received = client->now.total = 0;
        tell(client);
        pcs_http_answer_free(answer);
        *answer = (struct pcs_http_answer){ .retry_after = PCS_NO_RETRY_AFTER };
        status = attempt(client, url, chain_header, body_limit, answer, &why);
        if (status == TDX_OK)
            break;
        wait = seconds_to_wait(client, answer);
        if (client->now.attempt <= client->options->retries && worth_another_try(status) &&
            wait >= 0) {
            wait_for(client, (unsigned)wait);
            continue;
        }
        status = status_fail(err, status, "%s: %s%s", pcs_document_words(client->now.document),
                             why.detail, client->now.attempt > 1 ? ", repeatedly" : "");
        break;
    }
    (void)snprintf(record->url, sizeof(record->url), "%s", url); /* cut is good enough */
    memcpy(record->request_id, answer->request_id, sizeof(record->request_id));
    record->attempts = client->now.attempt;
    return status;
}

/* --- documents -------------------------------------------------------------------------------- */

/* Gives a copy of data to the bundle. slot counts its storage. */
static enum tdx_status keep(struct bundle *bundle, size_t slot, const void *data, size_t size,
                            struct span *part, struct tdx_error *err)
{
    void *copy = malloc(size > 0 ? size : 1);

    if (copy == NULL)
        return status_fail(err, TDX_NO_MEMORY, "collateral");
    if (size > 0)
        memcpy(copy, data, size);
    bundle->storage[slot] = copy;
    *part = (struct span){ copy, size };
    return TDX_OK;
}

static enum tdx_status keep_chain(const struct pcs_http_answer *answer, struct bundle *bundle,
                                  size_t slot, struct span *part, struct tdx_error *err)
{
    struct text pem = { 0 };
    enum tdx_status status;

    if (answer->chain.length == 0)
        return status_fail(err, TDX_PCS_CHAIN_MISSING, "Request-ID %s", answer->request_id);
    if (answer->chain_twice)
        return status_fail(err, TDX_PCS_CHAIN_BAD, "the header is there twice");
    status = pcs_chain_decode(answer->chain.data, answer->chain.length, &pem, err);
    if (status == TDX_OK)
        status = keep(bundle, slot, pem.data, pem.length, part, err);
    text_free(&pem);
    return status;
}

static enum tdx_status keep_crl(const struct pcs_http_answer *answer, struct bundle *bundle,
                                size_t slot, struct span *part, struct tdx_error *err)
{
    struct text der = { 0 };
    enum tdx_status status =
        pcs_crl_decode((struct span){ (const uint8_t *)answer->body.data, answer->body.length },
                       &der, err);

    if (status == TDX_OK && der.length > COLLATERAL_CRL_LIMIT)
        status = status_fail(err, TDX_PCS_TOO_LARGE, "%zu bytes", der.length);
    if (status == TDX_OK)
        status = keep(bundle, slot, der.data, der.length, part, err);
    text_free(&der);
    return status;
}

/* slot and the one after it. */
static enum tdx_status keep_signed(const struct pcs_http_answer *answer, const char *member,
                                   struct bundle *bundle, size_t slot, struct span *object,
                                   struct span *signature, struct tdx_error *err)
{
    struct span text = { 0 };
    uint8_t raw[64];
    enum tdx_status status =
        pcs_envelope_split((struct span){ (const uint8_t *)answer->body.data, answer->body.length },
                           member, &text, raw, err);

    if (status == TDX_OK)
        status = keep(bundle, slot, text.data, text.size, object, err);
    if (status == TDX_OK)
        status = keep(bundle, slot + 1, raw, sizeof(raw), signature, err);
    return status;
}

/* A PCCS that mixes up its cache is found out here; a TCB info that lies is found out by its
 * signature. */
static enum tdx_status check_platform(struct span tcb_info, const struct pcs_target *target,
                                      struct tdx_error *err)
{
    struct json_reader reader = { .bad = TDX_PCS_CONTENT_BAD, .err = err };
    struct json *json = NULL;
    struct json_place root;
    uint8_t fmspc[6] = { 0 };
    char id[8] = "";
    enum tdx_status status = json_parse(tcb_info, TCB_INFO_DEPTH, &json, err);

    if (status != TDX_OK)
        return status;
    reader.json = json;
    root = json_root(&reader);
    json_text(&root, "id", id, sizeof(id));
    json_hex(&root, "fmspc", fmspc, sizeof(fmspc));
    status = reader.status;
    json_free(json);
    if (status == TDX_OK && strcmp(id, target->sgx ? "SGX" : "TDX") != 0)
        status = status_fail(err, TDX_PCS_WRONG_PLATFORM, "it is for %s", id);
    if (status == TDX_OK && memcmp(fmspc, target->fmspc, sizeof(fmspc)) != 0)
        status =
            status_fail(err, TDX_PCS_WRONG_PLATFORM, "it is for FMSPC %02X%02X%02X%02X%02X%02X",
                        fmspc[0], fmspc[1], fmspc[2], fmspc[3], fmspc[4], fmspc[5]);
    return status;
}

static enum tdx_status keep_document(struct client *client, const struct pcs_http_answer *answer,
                                     struct bundle *bundle, struct tdx_error *err)
{
    struct collateral *parts = &bundle->parts;
    enum tdx_status status = TDX_INTERNAL;

    switch (client->now.document) {
    case PCS_QE_IDENTITY:
        status = keep_signed(answer, "enclaveIdentity", bundle, 0, &parts->qe_identity,
                             &parts->qe_identity_signature, err);
        if (status == TDX_OK)
            status = keep_chain(answer, bundle, 2, &parts->qe_identity_issuer_chain, err);
        break;
    case PCS_TCB_INFO:
        status = keep_signed(answer, "tcbInfo", bundle, 3, &parts->tcb_info,
                             &parts->tcb_info_signature, err);
        if (status == TDX_OK)
            status = keep_chain(answer, bundle, 5, &parts->tcb_info_issuer_chain, err);
        if (status == TDX_OK)
            status = check_platform(parts->tcb_info, client->target, err);
        break;
    case PCS_PCK_CRL:
        status = keep_crl(answer, bundle, 6, &parts->pck_crl, err);
        if (status == TDX_OK)
            status = keep_chain(answer, bundle, 7, &parts->pck_crl_issuer_chain, err);
        break;
    case PCS_ROOT_CRL:
        status = keep_crl(answer, bundle, 8, &parts->root_ca_crl, err);
        break;
    case PCS_DOCUMENT_COUNT:
        break;
    }
    if (status != TDX_OK)
        status_prefix(err, "%s", pcs_document_words(client->now.document));
    return status;
}

static enum tdx_status fetch_document(struct client *client, struct bundle *bundle,
                                      struct pcs_record *record, struct tdx_error *err)
{
    static const char *const headers[PCS_DOCUMENT_COUNT] = {
        [PCS_QE_IDENTITY] = HEADER_IDENTITY,
        [PCS_TCB_INFO] = HEADER_TCB,
        [PCS_PCK_CRL] = HEADER_PCK_CRL,
    };
    enum pcs_document document = client->now.document;
    /* A CRL may come as hex, two characters to a byte. */
    bool crl = document == PCS_PCK_CRL || document == PCS_ROOT_CRL;
    size_t limit =
        crl ? 2 * COLLATERAL_CRL_LIMIT + ENVELOPE_SLACK : COLLATERAL_JSON_LIMIT + ENVELOPE_SLACK;
    struct pcs_http_answer answer = { .retry_after = PCS_NO_RETRY_AFTER };
    struct text url = { .limit = PCS_URL_SIZE - 1 };
    struct tdx_error why = { 0 };
    enum tdx_status status;

    pcs_url(client->target, document, &url);
    if (!text_ok(&url))
        return status_fail(err, TDX_PCS_URL_BAD, "the address is too long");
    status = get(client, text_string(&url), headers[document], limit, &answer, record, &why);
    if (status == TDX_PCS_NOT_FOUND && document == PCS_ROOT_CRL &&
        !pcs_base_is_intel(client->target->base)) {
        text_clear(&url);
        pcs_url_root_crl_by_uri(client->target, &url);
        why = (struct tdx_error){ 0 };
        status = text_ok(&url) ? get(client, text_string(&url), NULL, limit, &answer, record, &why)
                               : TDX_PCS_URL_BAD;
    }
    if (status == TDX_OK)
        status = keep_document(client, &answer, bundle, &why);
    pcs_http_answer_free(&answer);
    text_free(&url);
    return status == TDX_OK ? status : status_fail(err, status, "%s", why.detail);
}

enum tdx_status pcs_fetch(const struct pcs_target *target, const struct pcs_options *options,
                          struct pcs_fetched *ret, struct tdx_error *err)
{
    struct client client = {
        .target = target,
        .options = options,
        .http = pcs_http_new(),
        .deadline_ms = monotonic_ms() + or_default(options->total_timeout_ms, PCS_TOTAL_TIMEOUT_MS),
        .now = { .steps = PCS_DOCUMENT_COUNT },
    };
    struct pcs_fetched fetched = { 0 };
    enum tdx_status status = TDX_OK;

    if (client.http == NULL)
        return status_fail(err, TDX_NO_MEMORY, "connection");
    for (unsigned i = 0; status == TDX_OK && i < PCS_DOCUMENT_COUNT; i++) {
        client.now.document = (enum pcs_document)i;
        client.now.step = i + 1;
        status = fetch_document(&client, &fetched.bundle, &fetched.record[i], err);
    }
    pcs_http_free(client.http);
    if (status != TDX_OK) {
        pcs_fetched_free(&fetched);
        return status;
    }
    *ret = fetched;
    return TDX_OK;
}

void pcs_fetched_free(struct pcs_fetched *fetched)
{
    if (fetched != NULL)
        bundle_free(&fetched->bundle);
}
