/* SPDX-License-Identifier: Apache-2.0 */
/* One request to a metadata service: plain HTTP/1.1 to an IPv4 address over a socket of our own, so
 * that no proxy of the environment, no name server and no redirect comes between. Whoever answers
 * is not trusted: everything has a limit in size and time. */
#ifndef HEALTHCHECK_METADATA_HTTP_H
#define HEALTHCHECK_METADATA_HTTP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/status.h"

#define METADATA_ANSWER_LIMIT 16384 /* head and body, as they come */
#define METADATA_CONNECT_MS   1000

enum metadata_fault {
    METADATA_ANSWERED,    /* a whole answer came, whatever its status code */
    METADATA_UNFINISHED,  /* of the parser only: more has to come */
    METADATA_UNREACHABLE, /* no connection, or none within METADATA_CONNECT_MS */
    METADATA_TIMEOUT,
    METADATA_CUT_OFF, /* the connection ended before the answer was whole */
    METADATA_TOO_LARGE,
    METADATA_NOT_HTTP,
};

struct metadata_answer {
    unsigned code; /* the HTTP status */
    size_t size;
    char body[METADATA_ANSWER_LIMIT + 1]; /* size bytes, and a NUL */
};

/* Where to ask: http://ADDRESS[:PORT]/PATH/ in its parts. */
struct metadata_server {
    struct sockaddr_in address;
    char authority[32]; /* for the Host header */
    const char *path;   /* borrowed from the url; it begins and ends with '/' */
};

/* url in the form that platform_line_check() lets through. False for any other. */
bool metadata_server_parse(const char *url, struct metadata_server *ret) TDX_MUST_CHECK;

/* Sends "METHOD path/item" with one more header line (NULL: none; "Name: value", printable), and
 * reads the answer. deadline is a time of monotonic_ms(). *ret is filled only if
 * METADATA_ANSWERED comes back. */
enum metadata_fault metadata_ask(const struct metadata_server *server, int64_t deadline,
                                 const char *method, const char *item, const char *header,
                                 struct metadata_answer *ret) TDX_MUST_CHECK;

/* Reads an answer out of what came so far (at most METADATA_ANSWER_LIMIT bytes); ended: nothing
 * more will come. The body may be of a given length, in chunks, or last to the end. */
enum metadata_fault metadata_answer_parse(struct span raw, bool ended, struct metadata_answer *ret)
    TDX_MUST_CHECK;

#endif
