/* SPDX-License-Identifier: Apache-2.0 */
/* One run of 'tdx-attest collateral refresh': what was asked for and what became of it. */
#ifndef ATTEST_COLLATERAL_REFRESH_H
#define ATTEST_COLLATERAL_REFRESH_H

#include "attest/collateral.h"
#include "core/collateral/source.h"

/* What became of one platform. */
struct outcome {
    struct cache_key key;
    bool skipped; /* not due yet */
    struct cache_stored stored;
    enum tdx_status status;
    struct tdx_error err;
};

struct refresh {
    struct options shared;
    struct source_options source;
    const char *quote, *state, *gate_conf;
    bool if_due, cached_only;
    struct trust_anchor anchor;
    struct source_service service;
    int64_t now;
    size_t count;
    struct outcome outcome[CACHE_ENTRIES_MAX + 1];
    bool own_known;            /* outcome[0] is this machine's platform */
    struct tdx_error no_quote; /* why this machine's platform is not known, if it is not */
    char *from_conf[8];        /* strings that gate.conf gave */
    size_t from_conf_count;
};

/* Prints what became of each platform; status and err say whether it came to that. Returns the exit
 * code: that of this machine's platform, or of the first failure where that is not known. */
int refresh_report(const struct refresh *refresh, enum tdx_status status,
                   const struct tdx_error *err);

#endif
