/* SPDX-License-Identifier: Apache-2.0 */
/* The PCK certificate's SGX extension: which platform made the quote, with which SVNs.
 * Source: Intel SGX PCK Certificate and CRL Profile Specification, section "SGX extensions",
 * OID 1.2.840.113741.1.13.1. */
#ifndef CORE_VERIFY_PCK_CERT_H
#define CORE_VERIFY_PCK_CERT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/status.h"

enum pck_ca { PCK_CA_PROCESSOR, PCK_CA_PLATFORM };

struct pck_info {
    enum pck_ca ca; /* from the issuer's name */
    uint8_t ppid[16];
    uint8_t component_svn[16];
    uint32_t pce_svn;
    uint8_t cpu_svn[16];
    uint8_t pce_id[2]; /* as in the certificate; equal to the hex of TCB info */
    uint8_t fmspc[6];
    uint8_t sgx_type;  /* 0 standard, 1 scalable, 2 scalable with integrity */
    bool has_platform; /* the four below are defined (Platform CA certificates) */
    uint8_t platform_instance_id[16];
    bool dynamic_platform, cached_keys, smt_enabled;
    int64_t not_before, not_after; /* of the leaf */
};

/* Reads the value of the SGX extension (a DER SEQUENCE). Fills all of *ret but ca and the dates.
 * Returns TDX_OK, PCK_EXTENSION_INVALID (an item is missing or there are too many) or
 * PCK_EXTENSION_FORMAT (wrong ASN.1 type or size, nesting, an SVN over 255). */
enum tdx_status pck_extension_parse(struct span der, struct pck_info *ret, struct tdx_error *err)
    TDX_MUST_CHECK;

/* FMSPC, PCEID and issuing CA of a PEM chain, unverified: to know which collateral to fetch.
 * Returns TDX_OK, PCK_CHAIN_FORMAT, PCK_EXTENSION_INVALID or _FORMAT. */
enum tdx_status pck_chain_peek(struct span pem, struct pck_info *ret, struct tdx_error *err)
    TDX_MUST_CHECK;

#endif
