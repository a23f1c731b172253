/* SPDX-License-Identifier: Apache-2.0 */
/* From SVNs and documents to a TCB status, as Intel's library does (generation G3).
 * Source: notes section 5. */
#ifndef CORE_VERIFY_TCB_MATCH_H
#define CORE_VERIFY_TCB_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "core/evidence/td_report.h"
#include "core/verify/pck_cert.h"
#include "core/verify/qe_identity.h"
#include "core/verify/tcb_info.h"

/* The documents of one verification, and what the platform says of itself. */
struct tcb_subject {
    const struct tcb_info *info;
    const struct qe_identity *qe_identity;
    const struct pck_info *pck; /* SGX components, PCESVN */
    uint16_t qe_isv_svn;
    const uint8_t *tee_tcb_svn; /* TD_TCB_SVN_SIZE bytes; NULL for an SGX quote */
};

/* The levels that apply; borrowed from the documents. */
struct tcb_match {
    const struct tcb_level *platform;
    const struct tdx_module *module_identity;
    const struct svn_level *module; /* NULL unless the TDX module's version is above 0 */
    const struct svn_level *qe;
    enum tcb_status status; /* the three, merged */
};

/* Finds the levels and merges them. Returns TDX_OK and fills *ret, or TCB_NOT_SUPPORTED: which of
 * platform, module, QE is below all its levels, and by what. */
enum tdx_status tcb_match(const struct tcb_subject *subject, struct tcb_match *ret,
                          struct tdx_error *err) TDX_MUST_CHECK;

/* The merge (section 5.5). others: bit set (TCB_STATUS_BIT) of module and QE status. */
enum tcb_status tcb_merge(enum tcb_status platform, unsigned others);

/* The status of a TD that was launched under one TDX module and runs under another (section 5.6).
 * Deviation: if what runs now is revoked, the answer is TCB_REVOKED. */
enum tcb_status tcb_relaunch(enum tcb_status launch, enum tcb_status current);

/* Checks that the TD's SEAM module is the one that TCB info expects (section 4.5 step 12).
 * Returns TDX_OK or TDX_MODULE_MISMATCH. */
enum tdx_status tcb_check_module(const struct tcb_info *info, const struct td_identity *td,
                                 struct tdx_error *err) TDX_MUST_CHECK;

#endif
