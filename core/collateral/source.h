/* SPDX-License-Identifier: Apache-2.0 */
/* Where a program gets collateral from: a file that was named, the cache, or a server, which is
 * named on the command line, by region, in the qcnl file, or is Intel's. Nothing here falls back
 * silently from what was named to something else. */
#ifndef CORE_COLLATERAL_SOURCE_H
#define CORE_COLLATERAL_SOURCE_H

#include <stdbool.h>

#include "core/base/status.h"
#include "core/collateral/bundle.h"
#include "core/collateral/pcs_client.h"
#include "core/collateral/pcs_url.h"
#include "core/evidence/quote.h"

/* What the user asked for. All strings are borrowed; NULL: not given. */
struct source_request {
    const char *bundle;   /* --collateral FILE */
    const char *pccs_url; /* --pccs-url URL */
    const char *region;   /* --region ID */
    bool vpc;             /* --vpc */
    bool offline;         /* --offline: never the network */
    const char *update;   /* --update standard|early; NULL: as the qcnl file says, else standard */
    const char *ca_file;  /* --ca-file PEM */
    const char *qcnl;     /* the qcnl file; NULL: QCNL_CONF_PATH */
    const char *cache;    /* the cache's folder; NULL: CACHE_FOLDER */
    unsigned total_timeout_ms; /* 0: PCS_TOTAL_TIMEOUT_MS */
    void (*progress)(void *context, const struct pcs_progress *progress);
    void *progress_context;
};

/* A server, resolved. */
struct source_service {
    char base[PCS_URL_SIZE];
    char origin[160];     /* who named it: "--pccs-url", "/etc/sgx_default_qcnl.conf", ... */
    bool plain_http;      /* not even encrypted: worth a loud note */
    bool insecure;        /* the qcnl file switches certificate checks off: worth a loud note */
    bool region_unlisted; /* the region is not in the data file: worth a note */
    enum pcs_update update;
    unsigned retries, retry_delay;
};

/* Finds out which server is meant. Returns TDX_OK, or PCS_URL_BAD, PCS_REGION_BAD, a status of
 * qcnl_conf_load() or pcs_region_url_load(), USAGE (an unknown update type). */
enum tdx_status source_service(const struct source_request *request, struct source_service *ret,
                               struct tdx_error *err) TDX_MUST_CHECK;

/* Fetches from service for target's platform (its base and update are set from service). */
enum tdx_status source_fetch(const struct source_request *request,
                             const struct source_service *service, const struct pcs_target *target,
                             struct pcs_fetched *ret, struct tdx_error *err) TDX_MUST_CHECK;

/* For which platform a quote needs collateral: fills sgx, fmspc and ca of *ret. Returns TDX_OK or a
 * status of pck_chain_peek(); QUOTE_UNSUPPORTED if the quote does not hold its PCK chain. */
enum tdx_status source_target(const struct quote *quote, struct pcs_target *ret,
                              struct tdx_error *err) TDX_MUST_CHECK;

enum source_kind { SOURCE_BUNDLE, SOURCE_CACHE, SOURCE_SERVER };

struct source_found {
    struct bundle bundle;
    enum source_kind kind;
    struct source_service service; /* if kind is SOURCE_SERVER */
};

/* The collateral for a quote: the file if one is named; the server if --pccs-url or --region names
 * one; else the cache; else, unless offline, the server that source_service() finds. The bundle is
 * not verified. Needs pcs_http_start() before. Returns TDX_OK and fills *ret (release with
 * source_found_free()), or a status of whichever was asked; offline with an empty cache:
 * CACHE_MISSING. */
enum tdx_status source_collateral(const struct source_request *request, const struct quote *quote,
                                  struct source_found *ret, struct tdx_error *err) TDX_MUST_CHECK;
void source_found_free(struct source_found *found); /* NULL and { 0 } are fine */

#endif
