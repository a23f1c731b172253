/* SPDX-License-Identifier: Apache-2.0 */
/* Signed quotes, versions 3 (SGX), 4 and 5 (Intel TDX DCAP Quoting Library API, "Quote format"),
 * and every way to get one wrong. Two signatures and the PCK chain: a fraction of a millisecond. */
#ifndef TESTS_SIM_SIM_QUOTE_H
#define TESTS_SIM_SIM_QUOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/text.h"
#include "tests/sim/sim_key.h"
#include "tests/sim/sim_report.h"

/* What a signature looks like. */
enum sim_signature_form {
    SIM_SIGNATURE_GOOD,
    SIM_SIGNATURE_CORRUPT,   /* one bit flipped */
    SIM_SIGNATURE_ZERO,      /* r and s are 0 */
    SIM_SIGNATURE_TOO_LARGE, /* r is all ones: above the order */
    SIM_SIGNATURE_NEGATED,   /* s is n - s: valid too */
};

/* An SGX enclave report body, 384 bytes. */
struct sim_enclave {
    uint8_t cpu_svn[16];
    uint32_t misc_select;
    uint8_t attributes[16];
    uint8_t mr_enclave[32], mr_signer[32];
    uint16_t isv_prod_id, isv_svn;
    uint8_t report_data[64];
};

/* xor_with at offset at; xor_with 0: nothing. */
struct sim_flip {
    size_t at;
    uint8_t xor_with;
};

struct sim_quote_options {
    unsigned version;   /* 3, 4, 5 */
    unsigned body_type; /* 1 enclave, 2, 3, 4; version 4 writes no descriptor, so 2 (or 1) */
    uint32_t tee;       /* 0x81, or 0 for SGX */
    unsigned key_type;  /* 2 */
    uint8_t vendor[16];
    uint16_t header_svn[2]; /* offsets 8 and 10 */
    uint8_t user_data[20];
    bool has_body_size; /* v5: write body_size instead of the true size */
    uint32_t body_size;
    struct sim_enclave enclave; /* the body of an SGX quote */

    struct sim_enclave qe; /* the quoting enclave; its report_data is computed, see below */
    bool qe_hash_wrong;    /* the first 32 bytes of its report data are not the right hash */
    uint8_t qe_report_data_tail[32];       /* its last 32 bytes: zero in Intel's */
    size_t qe_auth_size;                   /* 32; at most 65535. Bytes are 00, 01, 02, ... */
    const struct sim_key *qe_signer;       /* the PCK key */
    const struct sim_key *quote_signer;    /* the attestation key */
    const struct sim_key *attestation_key; /* whose public half the quote names */
    bool attestation_key_off_curve;        /* it is no point of the curve; the hash fits */
    enum sim_signature_form qe_signature, quote_signature;

    unsigned outer_type, inner_type; /* 6, 5; version 3 writes the inner one only */
    bool has_inner_data;             /* write inner_data instead of what inner_type means */
    struct span inner_data;          /* borrowed */

    /* Added to the announced lengths: of the auth data (A), of the type-6 data (C), of the QE
     * authentication data (N), of the inner data (M). */
    int64_t auth_size_delta, certification_size_delta, qe_auth_size_delta, inner_size_delta;
    size_t extra_in_certification; /* bytes within the type-6 data after the inner data, counted */
    size_t extra_in_auth;          /* bytes within A after the type-6 data, counted */
    size_t trailing;               /* bytes after the quote, as kernel buffers have */
    uint8_t trailing_value;
    size_t cut; /* drop so many bytes from the end, last of all */

    struct sim_flip before_signing; /* in the signed part: the quote signature covers the change */
    struct sim_flip qe_before_signing; /* in the QE report (0..383): the PCK signature covers it */
    struct sim_flip after_signing;     /* anywhere */
};

/* What a quote is made from, beside the options. All borrowed. */
struct sim_quote_parts {
    const struct sim_td *td;
    const char *pck_chain;       /* PEM, for inner type 5 */
    size_t pck_chain_size;       /* with the trailing NUL where it has one */
    const struct text *pck_leaf; /* DER, for inner type 4 */
    const uint8_t *ppid;         /* 16 bytes, for types 1 to 3 */
    const uint8_t *cpu_svn;      /* 16 bytes, for types 1 to 3 */
    uint16_t pce_svn;
    const uint8_t *pce_id; /* 2 bytes */
};

/* Appends the quote over report_data. */
void sim_quote_build(const struct sim_quote_options *options, const struct sim_quote_parts *parts,
                     const uint8_t report_data[static SIM_REPORT_DATA_SIZE], struct text *out);

/* Appends the 384 bytes of an enclave report. */
void sim_enclave_body(const struct sim_enclave *enclave, struct text *out);

#endif
