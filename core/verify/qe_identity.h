/* SPDX-License-Identifier: Apache-2.0 */
/* The identity of Intel's quoting enclave: what its report must say.
 * Source: Intel PCS API version 4, "enclave identity" version 2; notes section 3.4. */
#ifndef CORE_VERIFY_QE_IDENTITY_H
#define CORE_VERIFY_QE_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/evidence/quote.h"
#include "core/verify/signed_json.h"
#include "core/verify/tcb_level.h"

enum qe_identity_id { QE_IDENTITY_QE, QE_IDENTITY_QVE, QE_IDENTITY_TD_QE };

struct qe_identity {
    struct signed_json document;
    enum qe_identity_id id;
    int64_t issue, next_update;
    uint32_t evaluation;
    uint32_t misc_select, misc_select_mask;
    uint8_t attributes[16], attributes_mask[16];
    uint8_t mr_signer[32];
    uint32_t isv_prod_id;
    struct svn_levels levels;
};

/* Reads the text of an enclaveIdentity object, as tcb_info_parse() does: TDX_OK (the caller frees
 * with qe_identity_clear()), QE_IDENTITY_FORMAT or NO_MEMORY. */
enum tdx_status qe_identity_parse(struct span text, struct qe_identity *ret, struct tdx_error *err)
    TDX_MUST_CHECK;
void qe_identity_clear(struct qe_identity *identity);

/* Checks that report is that of the enclave: TDX_OK, or QE_IDENTITY_MISMATCH naming the field. Bits
 * that are expected but lie outside the mask can never match, as with Intel's library. */
enum tdx_status qe_identity_check(const struct qe_identity *identity, enum quote_tee tee,
                                  const struct enclave_report *report, struct tdx_error *err)
    TDX_MUST_CHECK;

#endif
