/* SPDX-License-Identifier: Apache-2.0 */
/* What all kinds of TCB levels have in common: status, date, advisories; and the simple kind, one
 * ISVSVN, that the QE identity and the TDX module identities list.
 * Source: Intel PCS API, TCB info version 3 and enclave identity version 2; notes
 * sections 3.3, 3.4. */
#ifndef CORE_VERIFY_TCB_LEVEL_H
#define CORE_VERIFY_TCB_LEVEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/json.h"
#include "core/verify/tcb_status.h"

struct tcb_verdict {
    enum tcb_status status;
    bool status_known;     /* false: a module level with a word that no module level has */
    int64_t date;          /* seconds since 1970 */
    struct span *advisory; /* owned: ids, borrowed from the document; printable, checked */
    size_t advisory_count;
};

/* Reads tcbDate, tcbStatus and advisoryIDs of a level. unknown_allowed: see status_known. */
void tcb_verdict_read(const struct json_place *level, bool unknown_allowed,
                      struct tcb_verdict *ret);
void tcb_verdict_clear(struct tcb_verdict *verdict);

struct svn_level {
    uint32_t isv_svn;
    struct tcb_verdict verdict;
};

/* Levels by falling ISVSVN, then falling date: the order in which they are tried, whatever the
 * order of the document. */
struct svn_levels {
    struct svn_level *level; /* owned */
    size_t count;
};

enum svn_levels_kind {
    SVN_LEVELS_MODULE, /* ISVSVN to 65535 and unique; any status word */
    SVN_LEVELS_QE,     /* ISVSVN and date unique; UpToDate, OutOfDate or Revoked */
};

/* Reads the member tcbLevels of owner, a non-empty array. */
void svn_levels_read(const struct json_place *owner, enum svn_levels_kind kind,
                     struct svn_levels *ret);
void svn_levels_clear(struct svn_levels *levels);

/* The first level that an ISVSVN reaches; NULL if it is below all of them. */
const struct svn_level *svn_levels_match(const struct svn_levels *levels, uint32_t isv_svn);

/* calloc() of count elements; fails the reading if there is no memory. NULL for none. */
void *level_array(const struct json_place *place, size_t count, size_t size);

#endif
