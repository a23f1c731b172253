/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates and CRLs as Intel issues them (Intel SGX PCK Certificate and CRL Profile
 * Specification; RFC 5280), every part of which can be left out or made wrong.
 *
 * These structs are plain values: sim_platform.h fills them with what Intel's real ones hold, a
 * test changes a field, and the make functions write and sign what they say. Pointers are borrowed.
 */
#ifndef TESTS_SIM_SIM_PKI_H
#define TESTS_SIM_SIM_PKI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/text.h"
#include "tests/sim/sim_key.h"

#define SIM_SERIAL_SIZE 20

/* The X.509 extensions of a certificate, as bits. */
enum {
    SIM_EXT_AKI = 1 << 0, /* authority key identifier */
    SIM_EXT_CDP = 1 << 1, /* CRL distribution points */
    SIM_EXT_SKI = 1 << 2, /* subject key identifier */
    SIM_EXT_KU = 1 << 3,  /* key usage */
    SIM_EXT_BC = 1 << 4,  /* basic constraints */
    SIM_EXT_SGX = 1 << 5, /* Intel's own, PCK certificates only */
    SIM_EXT_ALL_CA = 0x1f,
    SIM_EXT_ALL_PCK = 0x3f,
};

/* Key usage as the first byte of the BIT STRING has it. */
enum {
    SIM_USAGE_SIGN = 0xc0,  /* digitalSignature, nonRepudiation */
    SIM_USAGE_ISSUE = 0x06, /* keyCertSign, cRLSign */
};

/* The items of the SGX extension 1.2.840.113741.1.13.1, as bits: 1 << (last OID part - 1). */
enum {
    SIM_SGX_PPID = 1 << 0,
    SIM_SGX_TCB = 1 << 1,
    SIM_SGX_PCEID = 1 << 2,
    SIM_SGX_FMSPC = 1 << 3,
    SIM_SGX_TYPE = 1 << 4,
    SIM_SGX_INSTANCE = 1 << 5,
    SIM_SGX_CONFIGURATION = 1 << 6,
    SIM_SGX_ALL_PROCESSOR = 0x1f,
    SIM_SGX_ALL_PLATFORM = 0x7f,
};

/* A PCK certificate's SGX extension. Sizes are knobs too: the bytes behind them stay put. */
struct sim_sgx {
    unsigned items; /* SIM_SGX_...: which are there */
    uint8_t ppid[16];
    uint32_t component[16]; /* .2.1 to .2.16; above 255: wrong on purpose */
    uint64_t pce_svn;       /* .2.17 */
    bool cpu_svn_differs; /* true: .2.18 is cpu_svn below; false: it says what the components say */
    uint8_t cpu_svn[16];
    unsigned tcb_missing;    /* 1..18: this item of TCB is left out; 0: none */
    unsigned tcb_wrong_type; /* 1..18: this item of TCB is a NULL; 0: none */
    uint8_t pce_id[2];
    uint8_t fmspc[6];
    size_t ppid_size, pce_id_size, fmspc_size; /* 16, 2, 6 */
    uint64_t type;     /* 0 standard, 1 scalable, 2 scalable with integrity */
    unsigned type_tag; /* DER_ENUMERATED */
    uint8_t instance[16];
    bool dynamic_platform, cached_keys, smt_enabled;
    unsigned wrong_type;  /* SIM_SGX_... bit: the value of this item is a NULL; 0: none */
    unsigned repeated;    /* SIM_SGX_... bits: these come twice */
    unsigned extra_items; /* items with an OID nobody knows (.8, .9, ...) */
    unsigned nesting;     /* this many SEQUENCEs around the value of PPID */
};

struct sim_certificate {
    const char *common_name, *issuer_name; /* CN; the other parts are Intel's */
    bool only_common_name;                 /* no O, L, ST, C */
    uint8_t serial[SIM_SERIAL_SIZE];
    int64_t not_before, not_after; /* seconds since 1970 */
    const struct sim_key *key;     /* the subject's */
    const struct sim_key *issuer;  /* the issuer's: authority key identifier */
    const struct sim_key *signer;  /* who signs; NULL: issuer */
    bool sha384;                   /* sign with SHA-384 and say so */
    bool ca;
    int path_length;     /* -1: none */
    unsigned usage;      /* SIM_USAGE_... */
    unsigned extensions; /* SIM_EXT_... */
    const char *crl_url;
    const struct sim_sgx *sgx; /* with SIM_EXT_SGX */
    const char *dns_name;      /* of a TLS server: a subject alternative name */
    bool no_addresses;         /* without the addresses 127.0.0.1 and ::1 beside it */
    bool unknown_critical;     /* add a critical extension nobody knows */
    bool corrupt_signature;    /* flip one bit of it */
};

#define SIM_REVOKED_MAX 16

struct sim_crl {
    const char *issuer_name;
    const struct sim_key *issuer; /* authority key identifier */
    const struct sim_key *signer; /* NULL: issuer */
    bool sha384;
    int64_t this_update, next_update;
    bool has_number, has_aki;
    uint64_t number; /* Intel's real CRLs always say 1 */
    size_t revoked_count;
    uint8_t revoked[SIM_REVOKED_MAX][SIM_SERIAL_SIZE];
    int64_t revoked_at; /* 0: this_update; the date of every entry */
    unsigned reason;    /* 1: key compromise; 8: removeFromCRL; 0: no reason code */
    size_t filler;      /* so many further entries with made-up serials, for size */
    size_t trailing;    /* so many bytes after the DER */
    bool corrupt_signature;
};

/* Appends the DER. A failure (memory, OpenSSL) shows in text_ok(). */
void sim_certificate_make(const struct sim_certificate *certificate, struct text *out);
void sim_crl_make(const struct sim_crl *crl, struct text *out);

/* Appends the value of the SGX extension (a SEQUENCE), as it lies in the certificate's OCTET
 * STRING. */
void sim_sgx_make(const struct sim_sgx *sgx, struct text *out);

/* Puts a serial number on a CRL; false if it is full. */
bool sim_crl_revoke(struct sim_crl *crl, const uint8_t serial[static SIM_SERIAL_SIZE])
    TDX_MUST_CHECK;

/* For whoever writes to-be-signed structures of its own: appends SEQUENCE { tbs, algorithm,
 * BIT STRING signature }, and the AlgorithmIdentifier alone. */
void sim_signed_make(const struct text *tbs, const struct sim_key *signer, bool sha384,
                     bool corrupt, struct text *out);
void sim_algorithm_make(bool sha384, struct text *out);

#endif
