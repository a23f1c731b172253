/* SPDX-License-Identifier: Apache-2.0 */
/* Fetching the collateral of one platform from a PCS or PCCS, whole or not at all.
 *
 * Nothing here is verified beyond its form: that the answers are what was asked for, about the
 * platform that was asked for. Whoever stores or uses the result verifies it first.
 * Source: pcs-api notes sections 1.3, 2, 2.1 and 6. */
#ifndef CORE_COLLATERAL_PCS_CLIENT_H
#define CORE_COLLATERAL_PCS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/status.h"
#include "core/collateral/bundle.h"
#include "core/collateral/pcs_http.h"
#include "core/collateral/pcs_url.h"

#define PCS_CONNECT_TIMEOUT_MS 5000
#define PCS_REQUEST_TIMEOUT_MS 30000
#define PCS_TOTAL_TIMEOUT_MS   180000
#define PCS_RETRIES_DEFAULT    3
#define PCS_RETRY_WAIT_MAX     60 /* seconds: a server that asks for more is not waited for */

/* What happens now; for a progress line. */
struct pcs_progress {
    enum pcs_document document;
    unsigned step, steps;   /* this is document step of steps, from 1 */
    unsigned attempt;       /* from 1 */
    unsigned wait_seconds;  /* waiting that long before the next attempt; 0: transferring */
    size_t received, total; /* bytes; total 0: not known */
};

struct pcs_options {
    const char *ca_file; /* as in struct pcs_http_options */
    bool insecure;
    /* 0 in each: the default above. The total counts the waits between attempts. */
    unsigned connect_timeout_ms, request_timeout_ms, total_timeout_ms;
    unsigned retries;     /* further attempts after the first */
    unsigned retry_delay; /* seconds between attempts; 0: 1, 2, 4, ... */
    void (*progress)(void *context, const struct pcs_progress *progress); /* NULL: nobody watches */
    void *progress_context;
};

/* Where one document came from; for logs and for the server's operator. */
struct pcs_record {
    char url[PCS_URL_SIZE];
    char request_id[PCS_REQUEST_ID_SIZE];
    unsigned attempts;
};

struct pcs_fetched {
    struct bundle bundle;
    struct pcs_record record[PCS_DOCUMENT_COUNT];
};

/* Fetches the four documents for target. Returns TDX_OK and fills *ret (release with
 * pcs_fetched_free()); otherwise *ret is untouched and the status is one of those of
 * pcs_http_get(), pcs_answer.h, PCS_REQUEST_REFUSED (400, 401, 403), PCS_NOT_FOUND (404, 461, 462),
 * PCS_GONE (410), PCS_RATE_LIMITED (429), PCS_INTEGRITY (460), PCS_SERVER_ERROR (500),
 * PCS_UPSTREAM (502, 504), PCS_BUSY (503), PCS_UNEXPECTED, PCS_CHAIN_MISSING,
 * PCS_WRONG_PLATFORM. The detail names the document and the Request-ID. */
enum tdx_status pcs_fetch(const struct pcs_target *target, const struct pcs_options *options,
                          struct pcs_fetched *ret, struct tdx_error *err) TDX_MUST_CHECK;

void pcs_fetched_free(struct pcs_fetched *fetched); /* what it holds, not fetched itself */

#endif
