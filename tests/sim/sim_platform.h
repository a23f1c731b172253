/* SPDX-License-Identifier: Apache-2.0 */
/* A software TDX platform: root CA, PCK CA, PCK certificate, collateral, TD, quotes.
 *
 *     struct sim_platform *p = sim_platform_new();
 *     p->debug = true;
 *     sim_quote_make(p, report_data, &quote);
 *
 * sim_platform_new() gives a platform on which everything is right: UpToDate, nothing revoked,
 * nothing expired at p->now, a production TD. A test changes what it is about; every field is a
 * knob, and nothing is cached, so the next call sees the change. The same seed, time and knobs give
 * the same bytes in every process. */
#ifndef TESTS_SIM_SIM_PLATFORM_H
#define TESTS_SIM_SIM_PLATFORM_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/text.h"
#include "tests/sim/sim_collateral.h"
#include "tests/sim/sim_key.h"
#include "tests/sim/sim_pki.h"
#include "tests/sim/sim_quote.h"
#include "tests/sim/sim_report.h"

#define SIM_NOW INT64_C(1781524800) /* 2026-06-15T12:00:00Z */

enum sim_key_name {
    SIM_KEY_ROOT,
    SIM_KEY_PCK_CA, /* platform or processor CA, whichever p->pck_ca names */
    SIM_KEY_PCK,
    SIM_KEY_TCB_SIGNING,
    SIM_KEY_ATTESTATION,  /* of the quoting enclave */
    SIM_KEY_STRANGER,     /* nobody vouches for it: the wrong signer at any place */
    SIM_KEY_STRANGER_384, /* a P-384 key, for certificates whose key is of another curve */
    SIM_KEY_COUNT,
};

enum sim_pck_ca { SIM_PLATFORM_CA, SIM_PROCESSOR_CA };

/* How a PEM chain is put together, as bits; 0: leaf first, root last. */
enum {
    SIM_CHAIN_REVERSED = 1 << 0,
    SIM_CHAIN_NO_ROOT = 1 << 1,
    SIM_CHAIN_LEAF_TWICE = 1 << 2, /* one certificate too many */
    SIM_CHAIN_EMPTY = 1 << 3,
    SIM_CHAIN_TEXT_AROUND = 1 << 4,   /* text before, between and after the blocks */
    SIM_CHAIN_REISSUED_ROOT = 1 << 5, /* the same root key, another root certificate */
    SIM_CHAIN_NO_LEAF = 1 << 6,
    SIM_CHAIN_GARBAGE = 1 << 7,      /* the leaf's block does not hold DER */
    SIM_CHAIN_FOREIGN_ROOT = 1 << 8, /* a root of the same name with another key */
};

struct sim_platform {
    int64_t now; /* the time for which all default dates are right; give it to the verifier */
    struct sim_key key[SIM_KEY_COUNT];
    uint8_t report_mac_key[32];

    /* The knobs most tests need. Each is applied when something is made. */
    bool debug;              /* the TD has the DEBUG attribute */
    bool revoked_pck;        /* the PCK certificate is on the PCK CRL */
    bool revoked_ca;         /* the PCK CA is on the root CRL */
    bool revoked_tcb_signer; /* the TCB signing certificate is on the root CRL */
    bool other_td;           /* quotes speak of another TD (RTMR3, MRTD) than the TDREPORT */
    bool wrong_echo;         /* quotes and reports carry other report data than asked for */
    enum sim_pck_ca pck_ca;  /* which kind of CA issued the PCK certificate */

    /* Certificates; names, keys and dates as Intel has them. pck.sgx points to sgx. */
    struct sim_certificate root, ca, pck, tcb_signing;
    struct sim_sgx sgx;
    struct sim_crl root_crl, pck_crl;
    unsigned pck_chain, crl_chain, tcb_info_chain, qe_identity_chain; /* SIM_CHAIN_... */
    bool pck_chain_no_nul; /* no NUL at the end of the quote's chain */

    struct sim_tcb_info tcb_info;
    struct sim_qe_identity qe_identity;

    struct sim_td td;
    struct sim_report_faults report_faults;
    struct sim_quote_options quote;
};

/* Returns NULL if memory or OpenSSL fails. Release with sim_platform_free() (NULL is fine). */
struct sim_platform *sim_platform_new(void);
void sim_platform_free(struct sim_platform *p);

/* The same with keys of another seed (another world: same names, other root) and dates around
 * now: certificates from a year ago to years ahead, CRLs, TCB info and QE identity from ten days
 * ago to twenty days ahead. */
struct sim_platform *sim_platform_new_at(const char *seed, int64_t now);

/* Moves all dates so that they are right at now. */
void sim_platform_set_time(struct sim_platform *p, int64_t now);

/* The same platform as others see it: SGX TCB info and QE identity, SGX quotes of version 3 (or 4,
 * where the caller sets quote.version). */
void sim_platform_use_sgx(struct sim_platform *p);

/* A processor CA platform: CA name, five SGX items. */
void sim_platform_use_processor_ca(struct sim_platform *p);

/* Version and body of quotes, and the TDREPORT version that leads to them:
 * 4/2 (TDX 1.0), 5/2, 5/3 (TDX 1.5, the default), 5/4 (1.5 extended). */
void sim_platform_use_quote(struct sim_platform *p, unsigned version, unsigned body_type);

/* Append to out; failures show in text_ok(out). */
void sim_quote_make(const struct sim_platform *p,
                    const uint8_t report_data[static SIM_REPORT_DATA_SIZE], struct text *out);
void sim_platform_report(const struct sim_platform *p,
                         const uint8_t report_data[static SIM_REPORT_DATA_SIZE],
                         uint8_t ret[static SIM_REPORT_SIZE]);
void sim_anchor_pem(const struct sim_platform *p, struct text *out); /* the root certificate */
void sim_pck_chain_pem(const struct sim_platform *p, struct text *out);
void sim_pck_leaf_der(const struct sim_platform *p, struct text *out);
void sim_root_der(const struct sim_platform *p, struct text *out);

/* One part of the bundle, or all of them. */
void sim_part_make(const struct sim_platform *p, enum sim_part part, struct text *out);
void sim_bundle_make(const struct sim_platform *p, struct sim_bundle *ret);
void sim_bundle_json_make(const struct sim_platform *p, struct text *out);

#endif
