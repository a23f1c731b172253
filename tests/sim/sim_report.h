/* SPDX-License-Identifier: Apache-2.0 */
/* A TD and its TDREPORT (TDREPORT_STRUCT, Intel TDX Module ABI; 1024 bytes). */
#ifndef TESTS_SIM_SIM_REPORT_H
#define TESTS_SIM_SIM_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/text.h"

#define SIM_REPORT_SIZE      1024
#define SIM_REPORT_DATA_SIZE 64

/* The "TD info" of both TDREPORT and quote. Arrays are in memory order. */
struct sim_td {
    uint8_t report_version; /* 0: TDX 1.0; 1: TDX 1.5; 3: 1.5 extended */
    uint8_t cpu_svn[16];
    uint8_t tee_tcb_svn[16];   /* at launch: [0] module SVN, [1] module version, [2] microcode */
    uint8_t tee_tcb_svn_2[16]; /* the module that runs now (1.5) */
    uint8_t mr_seam[48], mr_signer_seam[48];
    uint64_t seam_attributes;
    uint64_t attributes; /* bit 0 DEBUG, bit 28 SEPT_VE_DISABLE */
    uint64_t xfam;
    uint8_t mr_td[48], mr_config_id[48], mr_owner[48], mr_owner_config[48];
    uint8_t rtmr[4][48];
    uint8_t service_td_hash[48]; /* MRSERVICETD (1.5) */
    uint8_t td_id[32], vm_id;    /* 1.5 extended */
    uint8_t tail_1_5ex[148];     /* offsets 681..828 of body type 4: device information up to the
                                  * initial FMSPC */
    uint8_t current_service_td_hash[48];
    uint64_t current_service_td_attributes;
};

/* How the report is spoiled; all zero: not at all. */
struct sim_report_faults {
    bool wrong_type, wrong_hash, wrong_reserved, wrong_echo; /* each: one byte is wrong */
    uint8_t subtype;
};

/* Writes the report over report_data with right hashes and a MAC made with mac_key (which only the
 * simulator's own quoting enclave could check). */
void sim_report_make(const struct sim_td *td, const struct sim_report_faults *faults,
                     const uint8_t mac_key[static 32],
                     const uint8_t report_data[static SIM_REPORT_DATA_SIZE],
                     uint8_t ret[static SIM_REPORT_SIZE]);

/* Appends the body of a quote: type 2 (584 bytes), 3 (648) or 4 (885). */
void sim_td_body(const struct sim_td *td, unsigned body_type,
                 const uint8_t report_data[static SIM_REPORT_DATA_SIZE], struct text *out);

/* Appends integers, little-endian. */
void sim_add_u16(struct text *out, unsigned value);
void sim_add_u32(struct text *out, uint32_t value);
void sim_add_u64(struct text *out, uint64_t value);

#endif
