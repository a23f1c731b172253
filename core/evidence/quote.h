/* SPDX-License-Identifier: Apache-2.0 */
/* A quote: a TDREPORT (or an SGX enclave report) signed for strangers.
 *
 * Versions 3 (SGX only), 4 and 5 are read. This is layout only: nothing here checks a signature.
 * Source: Intel TDX DCAP Quoting Library API, "Quote format"; offsets and length rules as in
 * quote-verification notes sections 1.1 to 1.7. */
#ifndef CORE_EVIDENCE_QUOTE_H
#define CORE_EVIDENCE_QUOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/evidence/td_report.h"

#define QUOTE_SIZE_MIN          1020
#define QUOTE_SIZE_LIMIT        ((size_t)1 << 20) /* padding included: kernels hand out whole buffers */
#define QUOTE_ENCLAVE_BODY_SIZE 384
#define QUOTE_TD10_BODY_SIZE    584
#define QUOTE_TD15_BODY_SIZE    648
#define QUOTE_TD15EX_BODY_SIZE  885

enum quote_tee { QUOTE_TEE_SGX = 0, QUOTE_TEE_TDX = 0x81 };

enum quote_body_type {
    QUOTE_BODY_ENCLAVE = 1,
    QUOTE_BODY_TD10 = 2,
    QUOTE_BODY_TD15 = 3,
    QUOTE_BODY_TD15EX = 4, /* "1.5 extended" */
};

/* Certification data types (the inner one; in versions 4 and 5 the outer one is always 6). */
enum quote_certification_type {
    QUOTE_CERTIFICATION_PPID_CLEAR = 1,
    QUOTE_CERTIFICATION_PPID_RSA2048 = 2,
    QUOTE_CERTIFICATION_PPID_RSA3072 = 3,
    QUOTE_CERTIFICATION_PCK_LEAF = 4,
    QUOTE_CERTIFICATION_PCK_CHAIN = 5,
    QUOTE_CERTIFICATION_QE_REPORT = 6,
};

#define ENCLAVE_ATTRIBUTE_DEBUG 0x02 /* in the first byte of its attributes */

/* An SGX enclave report body (384 bytes): the QE's own, and that of an SGX quote. */
struct enclave_report {
    uint8_t cpu_svn[16];
    uint32_t misc_select;
    uint8_t attributes[16]; /* flags (8 bytes, little-endian; bit 1 is DEBUG), xfrm (8) */
    uint8_t mr_enclave[32];
    uint8_t mr_signer[32];
    uint16_t isv_prod_id;
    uint16_t isv_svn;
    uint8_t report_data[64];
};

/* What only the "1.5 extended" body has (body type 4), in memory order. */
struct td_extended {
    uint8_t vm_id;
    uint8_t td_id[32];
    uint8_t device_info[48];
    uint8_t initial_service_td_hash[TD_MEASUREMENT_SIZE];
    uint8_t initial_service_td_attributes[8];
    uint8_t initial_cpu_svn[16];
    uint8_t initial_tee_tcb_svn[TD_TCB_SVN_SIZE];
    uint8_t initial_tee_fmspc[12];
    uint8_t current_service_td_hash[TD_MEASUREMENT_SIZE];
    uint8_t current_service_td_attributes[8];
};

/* Spans borrow from the bytes given to quote_parse() and live as long as those. */
struct quote {
    uint16_t version;              /* 3, 4 or 5 */
    uint16_t attestation_key_type; /* 2: ECDSA P-256 */
    enum quote_tee tee;
    enum quote_body_type body_type; /* in versions 3 and 4 derived from the TEE */
    uint8_t user_data[20];
    size_t length;            /* bytes the quote occupies; what follows is padding */
    struct span signed_bytes; /* what the quote's signature covers */
    struct span body;
    struct td_identity td;          /* if tee is TDX */
    struct td_extended extended;    /* if body_type is TD15EX */
    struct enclave_report enclave;  /* if tee is SGX */
    const uint8_t *signature;       /* 64 bytes, r then s, big-endian */
    const uint8_t *attestation_key; /* 64 bytes, x then y, big-endian */
    struct span qe_report_bytes;    /* 384 bytes, what the PCK signed */
    struct enclave_report qe_report;
    const uint8_t *qe_report_signature; /* 64 bytes */
    struct span qe_auth_data;
    uint16_t outer_certification_type; /* 6 in versions 4 and 5; equal to the inner one in 3 */
    uint16_t certification_type;       /* the inner one */
    struct span certification_data;
};

/* Reads the quote at the start of the size bytes at raw; bytes after its own length are padding.
 *
 * Returns TDX_OK and fills *ret; otherwise *ret is untouched and the status is one of
 * QUOTE_TOO_SHORT (not even the smallest quote), QUOTE_TOO_LARGE, QUOTE_UNSUPPORTED (version, key
 * type, TEE, vendor, body type or certification type: which, in the detail), QUOTE_TRUNCATED (a
 * length reaches past the end, or parts do not fill their frame). */
enum tdx_status quote_parse(const void *raw, size_t size, struct quote *ret, struct tdx_error *err)
    TDX_MUST_CHECK;

/* Certification data of types 1 to 3: the platform by PPID instead of by certificate. */
struct quote_ppid {
    struct span ppid; /* 16 bytes in clear, or 256/384 encrypted */
    uint8_t cpu_svn[16];
    uint16_t pce_svn;
    uint16_t pce_id;
};

/* Reads certification data of type 1, 2 or 3; spans borrow from quote's bytes. Returns TDX_OK,
 * QUOTE_UNSUPPORTED (another type) or QUOTE_TRUNCATED (not as long as its type). */
enum tdx_status quote_ppid_parse(const struct quote *quote, struct quote_ppid *ret,
                                 struct tdx_error *err) TDX_MUST_CHECK;

#endif
