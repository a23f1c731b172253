/* SPDX-License-Identifier: Apache-2.0 */
/* TDREPORT: what the CPU says about this TD. Local evidence only: its MAC can be checked by the
 * quoting enclave, not by us, so a TDREPORT is enough to refuse a login, never to grant one.
 * Source: Intel TDX Module ABI specification, TDREPORT_STRUCT (1024 bytes, little-endian). */
#ifndef CORE_EVIDENCE_TD_REPORT_H
#define CORE_EVIDENCE_TD_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/status.h"

#define TD_REPORT_SIZE      1024
#define TD_REPORT_DATA_SIZE 64
#define TD_MEASUREMENT_SIZE 48 /* SHA-384 */
#define TD_RTMR_COUNT       4
#define TD_TCB_SVN_SIZE     16

/* TEE_TCB_INFO.VALID as the TD quoting enclave accepts it; a bit for each 8-byte group. */
#define TD_REPORT_VALID_10 UINT64_C(0x1ff)
#define TD_REPORT_VALID_15 UINT64_C(0x301ff) /* tee_tcb_svn_2 is defined */

/* What a TD is: the fields that a TDREPORT (TDINFO_STRUCT, TEE_TCB_INFO) and the body of a quote
 * have in common. Byte arrays are in memory order, integers in host order. No field is optional:
 * what a layout version does not define is zero. */
struct td_identity {
    uint8_t report_data[TD_REPORT_DATA_SIZE];
    uint8_t tee_tcb_svn[TD_TCB_SVN_SIZE];   /* when the TD was launched */
    uint8_t tee_tcb_svn_2[TD_TCB_SVN_SIZE]; /* the module that runs now; zero in 1.0 layouts */
    uint8_t mr_seam[TD_MEASUREMENT_SIZE];
    uint8_t mr_signer_seam[TD_MEASUREMENT_SIZE];
    uint64_t seam_attributes;
    uint64_t attributes; /* bits 0..7 set: the host can look inside; td_attributes_debuggable() */
    uint64_t xfam;
    uint8_t mr_td[TD_MEASUREMENT_SIZE];
    uint8_t mr_config_id[TD_MEASUREMENT_SIZE];
    uint8_t mr_owner[TD_MEASUREMENT_SIZE];
    uint8_t mr_owner_config[TD_MEASUREMENT_SIZE];
    uint8_t rtmr[TD_RTMR_COUNT][TD_MEASUREMENT_SIZE];
    uint8_t service_td_hash[TD_MEASUREMENT_SIZE]; /* MRSERVICETD; zero in 1.0 layouts */
};

struct td_report {
    uint8_t subtype; /* 0 or 1 */
    uint8_t version; /* 0: TDX 1.0; 1: TDX 1.5, service_td_hash is defined; 3: 1.5 extended */
    uint8_t cpu_svn[16];
    uint8_t mac[32];         /* nobody in the guest can check it */
    uint64_t tcb_info_valid; /* TD_REPORT_VALID_10 or _15 in every report seen so far */
    struct td_identity td;
    bool has_td_id, has_vm_id; /* version 3 only; at least one of them is then true */
    uint8_t td_id[32];
    uint8_t vm_id;
};

/* Reads the size bytes at raw. They must be exactly one report, consistent with its own hashes.
 *
 * Returns TDX_OK and fills *ret; otherwise *ret is untouched, err (may be NULL) says more, and
 * the status is one of: REPORT_BAD_SIZE, _BAD_TYPE, _UNSUPPORTED, _BAD_RESERVED, _BAD_HASH
 * (evidence), CRYPTO_FAILED (environment). Keeps no pointer to raw. */
enum tdx_status td_report_parse(const void *raw, size_t size, struct td_report *ret,
                                struct tdx_error *err) TDX_MUST_CHECK;

/* Reads the fields from ATTRIBUTES to RTMR3, which TDINFO_STRUCT and the bodies of quotes hold in
 * the same order (376 bytes); a shortage shows in in. */
void td_identity_read_info(struct bytes *in, struct td_identity *td);

/* Checks that a quote's body speaks of the TD that made the report: every field of TDINFO and
 * report_data are equal. A body of the 1.0 layout has no MRSERVICETD: it never matches a report
 * with a service TD, whose quote would be of a later layout.
 * Returns TDX_OK, REPORT_DATA_MISMATCH, or EVIDENCE_TD_MISMATCH naming the first field. */
enum tdx_status td_identity_check_same(const struct td_identity *report,
                                       const struct td_identity *quote, struct tdx_error *err)
    TDX_MUST_CHECK;

#endif
