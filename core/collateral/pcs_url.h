/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses at which a PCS or PCCS serves the four documents that a verifier needs.
 * Source: pcs-api notes sections 1.1 (PCS v4), 2 (PCCS), 2.1 and 3.3 (what clients send). */
#ifndef CORE_COLLATERAL_PCS_URL_H
#define CORE_COLLATERAL_PCS_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/status.h"
#include "core/base/text.h"
#include "core/verify/pck_cert.h"

#define PCS_URL_SIZE 1024 /* with the final NUL */

#define PCS_INTEL_BASE         "https://api.trustedservices.intel.com/sgx/certification/v4/"
#define PCS_INTEL_ROOT_CRL_URL "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der"

/* In the order in which they are fetched: a platform that Intel does not know ends it early. */
enum pcs_document { PCS_QE_IDENTITY, PCS_TCB_INFO, PCS_PCK_CRL, PCS_ROOT_CRL, PCS_DOCUMENT_COUNT };

/* "QE identity", "TCB info", "PCK CRL", "root CRL". Static. */
const char *pcs_document_words(enum pcs_document document);

/* standard: what has to be installed by now; early: what Intel disclosed last, about six weeks
 * ahead of it. */
enum pcs_update { PCS_UPDATE_STANDARD, PCS_UPDATE_EARLY };

/* "standard" or "early" in either case; false for any other word. */
bool pcs_update_parse(const char *word, enum pcs_update *ret) TDX_MUST_CHECK;
const char *pcs_update_word(enum pcs_update update);

struct pcs_target {
    const char *base; /* as pcs_base_normalize() gives it */
    bool sgx;         /* an SGX quote: TCB info and QE identity below /sgx/ */
    uint8_t fmspc[6];
    enum pck_ca ca;
    enum pcs_update update;
};

/* Checks the address of a service and writes it to out in the one form that the rest expects:
 * scheme, host, a path that contains "/sgx/" and ends with '/'. An address without a path gets
 * /sgx/certification/v4/, a missing '/' at the end is added. *ret_plain (may be NULL): it is plain
 * HTTP. Returns TDX_OK or PCS_URL_BAD with the reason (another scheme, user name, query, version 3,
 * ...). */
enum tdx_status pcs_base_normalize(const char *base, char out[static PCS_URL_SIZE], bool *ret_plain,
                                   struct tdx_error *err) TDX_MUST_CHECK;

/* True for Intel's own service, which has the root CRL at an address of its own. */
bool pcs_base_is_intel(const char *base) TDX_MUST_CHECK;

/* Appends the address of document to out (check with text_ok()). */
void pcs_url(const struct pcs_target *target, enum pcs_document document, struct text *out);

/* The other address at which some PCCS have the root CRL: crl?uri=<its distribution point>. */
void pcs_url_root_crl_by_uri(const struct pcs_target *target, struct text *out);

#endif
