/* SPDX-License-Identifier: Apache-2.0 */
/* What the cloud's metadata service says about this instance: untrusted hints, because the host
 * answers. They may select a profile or raise a WARN; they never turn a FAIL into a PASS.
 *
 * Only an address that platforms.d names (metadata_url) is asked, and only if the firmware's vendor
 * is that file's, or is not known. The protocol is Alibaba Cloud's: a token by PUT api/token, then
 * GETs with it; without a token only if there is none to be had, to report that. Within 2 seconds
 * in all, 1 of them for a connection: where nobody answers nothing more is tried.
 *
 * The facts, FACT_NO_NETWORK or FACT_OFFLINE where nobody was to be asked:
 *     probe:imds        lines: "verdict=WORD" (metadata_verdicts), "url=URL", "detail=TEXT"
 *     probe:imds/ITEM   one line of printable ASCII (of dynamic/...: lines), for ITEM
 *                       meta-data/region-id, meta-data/zone-id, meta-data/image-id,
 *                       meta-data/instance/instance-type, dynamic/instance-identity/document;
 *                       FACT_ABSENT: it has no such item, or nobody answers
 *
 * A recording has the service's tree in .probe/imds/latest/, and an empty file _token_required
 * beside "latest" (or in it) if it answers to a token only; a file latest/api/token if it does with
 * and without. With neither it knows no tokens. An item "!error WORD: ..." is a service that
 * behaved so. */
#ifndef HEALTHCHECK_METADATA_H
#define HEALTHCHECK_METADATA_H

#include "healthcheck/collect.h"
#include "healthcheck/facts.h"
#include "healthcheck/platform.h"

#define METADATA_TOTAL_MS    2000
#define METADATA_REGION      "probe:imds/meta-data/region-id"
#define METADATA_ZONE        "probe:imds/meta-data/zone-id"
#define METADATA_IMAGE       "probe:imds/meta-data/image-id"
#define METADATA_TYPE        "probe:imds/meta-data/instance/instance-type"
#define METADATA_IDENTITY    "probe:imds/dynamic/instance-identity/document"
#define METADATA_DETAIL_SIZE 160

/* How it went. The words stand in the fact, and are reasons of cloud.imds. */
enum metadata_verdict {
    METADATA_BY_TOKEN,     /* "token" */
    METADATA_INSECURE,     /* "insecure": only without a token */
    METADATA_NO_PLATFORM,  /* "no_platform": no file of platforms.d is about this machine, or it
                            * names no service */
    METADATA_NOBODY,       /* "unreachable" */
    METADATA_DISABLED,     /* "disabled": it answers, and refuses (HTTP 4xx) */
    METADATA_SLOW,         /* "timeout" */
    METADATA_BROKEN_OFF,   /* "cut_off" */
    METADATA_OVERSIZE,     /* "too_large" */
    METADATA_REDIRECT,     /* "redirect" */
    METADATA_SERVER_ERROR, /* "server_error" */
    METADATA_GARBAGE,      /* "garbage": no HTTP, or a value that cannot be one */
    METADATA_VERDICT_COUNT,
};

/* The words. */
const char *metadata_verdict_word(enum metadata_verdict verdict);
/* The verdict among the facts; METADATA_GARBAGE for a word that there is not. The fact must be
 * FACT_KNOWN. */
enum metadata_verdict metadata_verdict_of(const struct fact *imds);

void metadata_collect(const struct collector *collector);

/* The address that answered, "" if none did. */
const char *metadata_url(const struct facts *facts, char out[static PLATFORM_LINE_SIZE]);

/* An item's value, cut to size; "" if it is not known. */
const char *metadata_item(const struct facts *facts, const char *key, char *out, size_t size);

/* The instance's family, "ecs.g8i" of "ecs.g8i.xlarge", cut to size; "" if it is not known. Returns
 * the size of the instance, "xlarge", which stands in out too; "" if there is none. */
const char *metadata_family(const struct facts *facts, char *out, size_t size);

#endif
