/* SPDX-License-Identifier: Apache-2.0 */
/* One HTTPS GET, with limits. The only file that talks to libcurl. Proxies come from the usual
 * environment variables (https_proxy, no_proxy), which libcurl reads. */
#ifndef CORE_COLLATERAL_PCS_HTTP_H
#define CORE_COLLATERAL_PCS_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"
#include "core/base/text.h"

#define PCS_REDIRECTS_MAX   3
#define PCS_HEADERS_LIMIT   ((size_t)128 << 10)
#define PCS_REQUEST_ID_SIZE 80
#define PCS_NO_RETRY_AFTER  (-1L)

struct pcs_http_options {
    const char *ca_file; /* PEM, instead of the system's trust store; NULL: the system's */
    bool insecure;       /* neither the certificate nor its name is checked */
    unsigned connect_timeout_ms, timeout_ms;
    size_t body_limit;
    const char *chain_header;       /* name of the header to keep, NULL: none */
    const char *chain_header_older; /* another name of it, NULL: it has none */
    bool keep_head;                 /* fill head and certificate_end of the answer */
    /* Called while it transfers; NULL: nobody watches. total is 0 while unknown. */
    void (*progress)(void *context, size_t received, size_t total);
    void *progress_context;
};

struct pcs_http_answer {
    long code; /* the HTTP status */
    struct text body;
    struct text chain;       /* value of chain_header, as sent */
    bool chain_twice;        /* it came more than once */
    struct text head;        /* status line and headers, as sent; only if options->keep_head */
    int64_t certificate_end; /* notAfter of the server's certificate; 0: not known. The same */
    long retry_after;        /* seconds, or PCS_NO_RETRY_AFTER */
    char request_id[PCS_REQUEST_ID_SIZE]; /* printable, "" where there is none */
    char warning[160]; /* the Warning or Error-Message header, printable, may be "" */
};

/* libcurl's one global state: a program calls these once each, in main or close to it, before it
 * starts threads. pcs_http_start() returns TDX_OK or NO_MEMORY. */
enum tdx_status pcs_http_start(struct tdx_error *err) TDX_MUST_CHECK;
void pcs_http_stop(void);

struct pcs_http; /* a connection that is kept between requests */

/* NULL when there is no memory. */
struct pcs_http *pcs_http_new(void);
void pcs_http_free(struct pcs_http *http); /* NULL is fine */

/* Fetches url. Redirects are followed to https addresses only, at most PCS_REDIRECTS_MAX of them.
 * Returns TDX_OK when an answer came whole, whatever its HTTP status, and fills *ret (release with
 * pcs_http_answer_free()); otherwise PCS_UNREACHABLE, PCS_TIMEOUT, PCS_CUT_OFF, PCS_TLS_UNTRUSTED,
 * PCS_TLS_NAME, PCS_TLS_FAILED, PCS_REDIRECT_REFUSED, PCS_TOO_LARGE, PCS_CONTENT_BAD, NO_MEMORY. */
enum tdx_status pcs_http_get(struct pcs_http *http, const char *url,
                             const struct pcs_http_options *options, struct pcs_http_answer *ret,
                             struct tdx_error *err) TDX_MUST_CHECK;

void pcs_http_answer_free(struct pcs_http_answer *answer); /* what it holds, not answer itself */

#endif
