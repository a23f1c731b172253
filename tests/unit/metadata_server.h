/* SPDX-License-Identifier: Apache-2.0 */
/* A metadata service on 127.0.0.1 that behaves as it is told to: one thread, one connection at a
 * time. */
#ifndef TESTS_UNIT_METADATA_SERVER_H
#define TESTS_UNIT_METADATA_SERVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

enum metadata_manner {
    MANNER_TOKEN,         /* answers to a token only */
    MANNER_NO_TOKENS,     /* has no api/token, and needs none */
    MANNER_CHUNKED,       /* as MANNER_TOKEN, with bodies in chunks */
    MANNER_TO_THE_END,    /* as MANNER_TOKEN, with bodies that the end of the connection ends */
    MANNER_REFUSES,       /* 403 to everything */
    MANNER_NOTHING_THERE, /* 404 to everything */
    MANNER_SILENT,        /* takes the request and says nothing */
    MANNER_DRIPS,         /* a byte now and then, for ever */
    MANNER_ENDLESS_BODY,
    MANNER_ENDLESS_HEAD,
    MANNER_LONG_LENGTH, /* names a length that is too large */
    MANNER_REDIRECT,    /* 302 to the server's own address, with the value behind it */
    MANNER_FAILS,       /* 500 */
    MANNER_NO_HTTP,
    MANNER_BINARY_VALUE, /* a value with an escape sequence */
    MANNER_TWO_LINES,
    MANNER_EMPTY_VALUE,
    MANNER_TOKEN_WITH_LINE, /* a token that would put a header of its own into our request */
    MANNER_BREAKS_OFF,      /* ends in the middle of the body */
    MANNER_CLOSES,          /* ends before the first byte */
    MANNER_ZONE_SILENT,     /* as MANNER_TOKEN, but says nothing of the zone */
};

struct metadata_double {
    enum metadata_manner manner;
    unsigned short port;
    int fd;
    pthread_t thread;
    atomic_bool stopping;
    atomic_uint requests, puts, tokenless; /* what was asked; tokenless: GETs without the token */
};

/* Starts it, on a port of the kernel's choice. Fails the test if it cannot. */
void metadata_double_start(struct metadata_double *server, enum metadata_manner manner);

/* The same at this address and port (0: any). False if that cannot be had. */
bool metadata_double_start_at(struct metadata_double *server, enum metadata_manner manner,
                              const char *address, unsigned short port);
void metadata_double_stop(struct metadata_double *server);

#endif
