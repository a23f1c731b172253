/* SPDX-License-Identifier: Apache-2.0 */
#include "core/collateral/pcs_http.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config.h"
#include "core/base/bytes.h"

struct pcs_http {
    CURL *curl;
    char words[CURL_ERROR_SIZE];
};

/* One transfer: what curl's callbacks write to. */
struct transfer {
    const struct pcs_http_options *options;
    struct pcs_http_answer *answer;
    size_t header_bytes;
    bool too_large;
};

enum tdx_status pcs_http_start(struct tdx_error *err)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return status_fail(err, TDX_NO_MEMORY, "libcurl cannot start");
    return TDX_OK;
}

void pcs_http_stop(void)
{
    curl_global_cleanup();
}

struct pcs_http *pcs_http_new(void)
{
    struct pcs_http *http = calloc(1, sizeof(*http));

    if (http == NULL)
        return NULL;
    http->curl = curl_easy_init();
    if (http->curl == NULL) {
        free(http);
        return NULL;
    }
    return http;
}

void pcs_http_free(struct pcs_http *http)
{
    if (http == NULL)
        return;
    curl_easy_cleanup(http->curl);
    free(http);
}

void pcs_http_answer_free(struct pcs_http_answer *answer)
{
    if (answer == NULL)
        return;
    text_free(&answer->body);
    text_free(&answer->chain);
    text_free(&answer->head);
}

/* --- curl's callbacks ------------------------------------------------------------------------ */

static size_t on_body(char *data, size_t unit, size_t count, void *context)
{
    struct transfer *transfer = context;
    struct text *body = &transfer->answer->body;
    size_t size = unit * count;

    if (size > transfer->options->body_limit - body->length) {
        transfer->too_large = true;
        return 0;
    }
    text_add_n(body, data, size);
    return text_ok(body) ? size : 0;
}

/* The value of a header line if it has this name: names are compared without case (HTTP/2 sends
 * them in lower case). */
static bool header_value(struct span line, const char *name, struct span *ret)
{
    size_t length = strlen(name);

    if (line.size <= length || line.data[length] != ':' ||
        strncasecmp((const char *)line.data, name, length) != 0)
        return false;
    line.data += length + 1;
    line.size -= length + 1;
    while (line.size > 0 && (line.data[0] == ' ' || line.data[0] == '\t')) {
        line.data++;
        line.size--;
    }
    while (line.size > 0 && line.data[line.size - 1] <= ' ')
        line.size--;
    *ret = line;
    return true;
}

/* Seconds only: a date would have to be compared with a clock that the server does not know. */
static long retry_after_seconds(struct span value)
{
    long seconds = 0;

    if (value.size == 0 || value.size > 6)
        return PCS_NO_RETRY_AFTER;
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] < '0' || value.data[i] > '9')
            return PCS_NO_RETRY_AFTER;
        seconds = seconds * 10 + (value.data[i] - '0');
    }
    return seconds;
}

static void new_response(struct pcs_http_answer *answer)
{
    text_clear(&answer->chain);
    text_clear(&answer->head);
    answer->chain_twice = false;
    answer->retry_after = PCS_NO_RETRY_AFTER;
    answer->request_id[0] = '\0';
    answer->warning[0] = '\0';
}

static bool is_chain(struct span line, const struct pcs_http_options *options, struct span *ret)
{
    return (options->chain_header != NULL && header_value(line, options->chain_header, ret)) ||
           (options->chain_header_older != NULL &&
            header_value(line, options->chain_header_older, ret));
}

static size_t on_header(char *data, size_t unit, size_t count, void *context)
{
    struct transfer *transfer = context;
    struct pcs_http_answer *answer = transfer->answer;
    struct span line = { (const uint8_t *)data, unit * count }, value;

    transfer->header_bytes += line.size;
    if (transfer->header_bytes > PCS_HEADERS_LIMIT) {
        transfer->too_large = true;
        return 0;
    }
    if (line.size >= 5 && memcmp(line.data, "HTTP/", 5) == 0)
        new_response(answer); /* a proxy's answer or "100 Continue" came before it */
    if (transfer->options->keep_head)
        text_add_n(&answer->head, data, line.size);
    if (header_value(line, "Retry-After", &value)) {
        answer->retry_after = retry_after_seconds(value);
    } else if (header_value(line, "Request-ID", &value)) {
        (void)text_quote(value.data, value.size, answer->request_id, sizeof(answer->request_id));
    } else if (header_value(line, "Error-Message", &value) ||
               header_value(line, "Warning", &value)) {
        (void)text_quote(value.data, value.size, answer->warning, sizeof(answer->warning));
    } else if (is_chain(line, transfer->options, &value)) {
        answer->chain_twice = answer->chain.length > 0;
        text_add_n(&answer->chain, (const char *)value.data, value.size);
    }
    return text_ok(&answer->chain) && text_ok(&answer->head) ? line.size : 0;
}

static int on_progress(void *context, curl_off_t total, curl_off_t now, curl_off_t up_total,
                       curl_off_t up_now)
{
    const struct transfer *transfer = context;
    const struct pcs_http_options *options = transfer->options;

    (void)up_total;
    (void)up_now;
    options->progress(options->progress_context, now > 0 ? (size_t)now : 0,
                      total > 0 ? (size_t)total : 0);
    return 0;
}

/* --- one request ------------------------------------------------------------------------------ */

static CURLcode set_up(struct pcs_http *http, const char *url, struct transfer *transfer)
{
    const struct pcs_http_options *options = transfer->options;
    CURL *curl = http->curl;
    CURLcode code = CURLE_OK;

#define SET(option, value)                                                                         \
    (code == CURLE_OK ? (code = curl_easy_setopt(curl, option, value)) : code)
    curl_easy_reset(curl); /* keeps connections and the DNS cache */
    (void)SET(CURLOPT_URL, url);
    (void)SET(CURLOPT_NOSIGNAL, 1L);
    (void)SET(CURLOPT_ERRORBUFFER, http->words);
    (void)SET(CURLOPT_USERAGENT, "tdx-gate/" PACKAGE_VERSION);
    (void)SET(CURLOPT_FOLLOWLOCATION, 0L); /* follow() decides on each */
    (void)SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    (void)SET(CURLOPT_SSL_VERIFYPEER, options->insecure ? 0L : 1L);
    (void)SET(CURLOPT_SSL_VERIFYHOST, options->insecure ? 0L : 2L);
    if (options->ca_file != NULL) {
        (void)SET(CURLOPT_CAINFO, options->ca_file);
        (void)SET(CURLOPT_CAPATH, NULL); /* this CA and no other */
    }
    (void)SET(CURLOPT_CONNECTTIMEOUT_MS, (long)options->connect_timeout_ms);
    (void)SET(CURLOPT_TIMEOUT_MS, (long)options->timeout_ms);
    (void)SET(CURLOPT_CERTINFO, options->keep_head ? 1L : 0L);
    (void)SET(CURLOPT_WRITEFUNCTION, on_body);
    (void)SET(CURLOPT_WRITEDATA, transfer);
    (void)SET(CURLOPT_HEADERFUNCTION, on_header);
    (void)SET(CURLOPT_HEADERDATA, transfer);
    if (options->progress != NULL) {
        (void)SET(CURLOPT_NOPROGRESS, 0L);
        (void)SET(CURLOPT_XFERINFOFUNCTION, on_progress);
        (void)SET(CURLOPT_XFERINFODATA, transfer);
    }
#undef SET
    return code;
}

/* libcurl before 7.62 has two codes for what is one here: the certificate is not trusted (60) and
 * its name does not match (51); later both are 60 and OpenSSL's result tells them apart. */
static enum tdx_status certificate_status(const struct pcs_http *http)
{
    long result = 1;

    if (strstr(http->words, "subject name") != NULL ||
        strstr(http->words, "does not match") != NULL)
        return TDX_PCS_TLS_NAME;
    if (curl_easy_getinfo(http->curl, CURLINFO_SSL_VERIFYRESULT, &result) == CURLE_OK &&
        result == 0)
        return TDX_PCS_TLS_NAME;
    return TDX_PCS_TLS_UNTRUSTED;
}

static enum tdx_status transfer_status(const struct pcs_http *http, CURLcode code,
                                       const struct transfer *transfer)
{
    if (transfer->too_large)
        return TDX_PCS_TOO_LARGE;
    switch ((int)code) {
    case CURLE_OPERATION_TIMEDOUT:
        return TDX_PCS_TIMEOUT;
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return TDX_PCS_CUT_OFF;
    case 51: /* CURLE_PEER_FAILED_VERIFICATION of libcurl before 7.62 */
    case 60: /* and since; CURLE_SSL_CACERT before */
        return certificate_status(http);
    case CURLE_SSL_CACERT_BADFILE:
        return TDX_PCS_TLS_UNTRUSTED;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ENGINE_INITFAILED:
        return TDX_PCS_TLS_FAILED;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
        return TDX_PCS_CONTENT_BAD;
    case CURLE_FILESIZE_EXCEEDED:
        return TDX_PCS_TOO_LARGE;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return TDX_PCS_URL_BAD;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_WRITE_ERROR: /* not too large: then there was no memory */
        return TDX_NO_MEMORY;
    default:
        return TDX_PCS_UNREACHABLE;
    }
}

/* "Jun 15 12:00:00 2027 GMT" or "2027-06-15 12:00:00 GMT", as libcurl's TLS back ends write it; 0
 * for anything else. */
static int64_t certificate_time(const char *text)
{
    time_t seconds = curl_getdate(text, NULL);

    return seconds > 0 ? (int64_t)seconds : 0;
}

/* The server's own certificate comes first. What libcurl does not tell stays unknown. */
static int64_t certificate_end(struct pcs_http *http)
{
    static const char name[] = "Expire date:";
    struct curl_certinfo *certificates = NULL;

    if (curl_easy_getinfo(http->curl, CURLINFO_CERTINFO, &certificates) != CURLE_OK ||
        certificates == NULL || certificates->num_of_certs < 1)
        return 0;
    for (const struct curl_slist *item = certificates->certinfo[0]; item != NULL; item = item->next)
        if (strncmp(item->data, name, strlen(name)) == 0)
            return certificate_time(item->data + strlen(name));
    return 0;
}

static enum tdx_status get_once(struct pcs_http *http, const char *url,
                                const struct pcs_http_options *options,
                                struct pcs_http_answer *answer, struct tdx_error *err)
{
    struct transfer transfer = { .options = options, .answer = answer };
    char quoted[PCS_REQUEST_ID_SIZE * 2];
    CURLcode code;

    text_clear(&answer->body);
    answer->body.limit = options->body_limit;
    answer->code = 0;
    new_response(answer);
    http->words[0] = '\0';
    code = set_up(http, url, &transfer);
    if (code == CURLE_OK)
        code = curl_easy_perform(http->curl);
    if (code == CURLE_OK)
        code = curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &answer->code);
    if (code == CURLE_OK && options->keep_head)
        answer->certificate_end = certificate_end(http);
    if (code == CURLE_OK)
        return TDX_OK;
    return status_fail(err, transfer_status(http, code, &transfer), "%s: %s",
                       text_quote(url, strlen(url), quoted, sizeof(quoted)),
                       http->words[0] != '\0' ? http->words : curl_easy_strerror(code));
}

/* The address that an answer sends us to, copied to out; NULL: it is no redirect. */
static enum tdx_status redirect_target(struct pcs_http *http, const struct pcs_http_answer *answer,
                                       struct text *out, struct tdx_error *err)
{
    char quoted[160];
    char *target = NULL;

    text_clear(out);
    if (answer->code < 300 || answer->code > 399)
        return TDX_OK;
    if (curl_easy_getinfo(http->curl, CURLINFO_REDIRECT_URL, &target) != CURLE_OK || target == NULL)
        return status_fail(err, TDX_PCS_REDIRECT_REFUSED, "status %ld without an address",
                           answer->code);
    if (strncasecmp(target, "https://", 8) != 0)
        return status_fail(err, TDX_PCS_REDIRECT_REFUSED, "%s is not an https address",
                           text_quote(target, strlen(target), quoted, sizeof(quoted)));
    text_add(out, target); /* curl's copy goes with the next request */
    return text_ok(out) ? TDX_OK : status_fail(err, TDX_NO_MEMORY, "address");
}

enum tdx_status pcs_http_get(struct pcs_http *http, const char *url,
                             const struct pcs_http_options *options, struct pcs_http_answer *ret,
                             struct tdx_error *err)
{
    struct pcs_http_answer answer = { .retry_after = PCS_NO_RETRY_AFTER };
    struct text target = { .limit = PCS_HEADERS_LIMIT }, next = { .limit = PCS_HEADERS_LIMIT };
    enum tdx_status status;

    answer.chain.limit = answer.head.limit = PCS_HEADERS_LIMIT;
    text_add(&target, url);
    for (int hops = 0;; hops++) {
        struct text used = target;

        if (!text_ok(&target)) {
            status = status_fail(err, TDX_NO_MEMORY, "address");
            break;
        }
        status = get_once(http, text_string(&target), options, &answer, err);
        if (status == TDX_OK)
            status = redirect_target(http, &answer, &next, err);
        if (status != TDX_OK || next.length == 0)
            break;
        if (hops == PCS_REDIRECTS_MAX) {
            status = status_fail(err, TDX_PCS_REDIRECT_REFUSED, "more than %d in a row",
                                 PCS_REDIRECTS_MAX);
            break;
        }
        target = next;
        next = used;
    }
    text_free(&target);
    text_free(&next);
    if (status != TDX_OK) {
        pcs_http_answer_free(&answer);
        return status;
    }
    *ret = answer;
    return TDX_OK;
}
