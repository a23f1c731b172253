/* SPDX-License-Identifier: Apache-2.0 */
/* What Intel publishes about a platform: TCB info, QE identity, and the bundle with the CRLs.
 *
 * The texts are the compact form that Intel signs, member for member. A test changes a field, edits
 * the text before it is signed (a document that Intel might have signed) or after (one that was
 * tampered with), or replaces it altogether. Strings are borrowed. */
#ifndef TESTS_SIM_SIM_COLLATERAL_H
#define TESTS_SIM_SIM_COLLATERAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/text.h"
#include "tests/sim/sim_key.h"

#define SIM_LEVELS_MAX  8
#define SIM_MODULES_MAX 4

/* Replaces the first place where find stands by replace; find NULL: no edit, find "": replace goes
 * in front. A find that is nowhere makes the text fail, so that a test cannot miss its aim. */
struct sim_edit {
    const char *find, *replace;
};

/* How a signed text is made and spoiled; alike for both kinds. */
struct sim_signing {
    const struct sim_key *signer;
    const char *text;                    /* not NULL: sign this text instead of the generated one */
    const char *served;                  /* not NULL: serve this text, whatever was signed */
    struct sim_edit before[2], after[2]; /* edits before and after signing, in this order */
    bool corrupt_signature;              /* flip one bit */
};

struct sim_tcb_level {
    uint64_t sgx[16], tdx[16];
    uint64_t pce_svn;
    int64_t date;       /* tcbDate, seconds since 1970 */
    const char *status; /* any word: tcbStatus */
    const char
        *advisories; /* "INTEL-SA-00001,INTEL-SA-00002"; "": an empty list; NULL: no member */
};

struct sim_isv_level {
    uint64_t isv_svn;
    int64_t date;
    const char *status, *advisories;
};

struct sim_module {
    const char *id; /* "TDX_01" */
    uint8_t mr_signer[48];
    uint8_t attributes[8], attributes_mask[8]; /* printed in this order */
    size_t level_count;
    struct sim_isv_level level[SIM_LEVELS_MAX];
};

struct sim_tcb_info {
    const char *id; /* "TDX" or "SGX" */
    unsigned version;
    int64_t issue_date, next_update;
    uint8_t fmspc[6], pce_id[2];
    uint64_t tcb_type, evaluation; /* evaluation: tcbEvaluationDataNumber */
    bool has_module;               /* tdxModule is there */
    struct sim_module module;      /* its id and levels do not count */
    size_t module_count;           /* tdxModuleIdentities; 0: no such member */
    struct sim_module modules[SIM_MODULES_MAX];
    size_t level_count;
    struct sim_tcb_level level[SIM_LEVELS_MAX];
    size_t sgx_components, tdx_components; /* 16; tdx 0: no such member (as in id SGX) */
    bool component_names;                  /* "category" and "type" as in real documents */
    struct sim_signing signing;
};

struct sim_qe_identity {
    const char *id; /* "TD_QE", "QE" */
    unsigned version;
    int64_t issue_date, next_update;
    uint64_t evaluation;
    uint8_t misc_select[4], misc_select_mask[4]; /* printed in this order: little-endian */
    uint8_t attributes[16], attributes_mask[16];
    uint8_t mr_signer[32];
    uint64_t isv_prod_id;
    size_t level_count;
    struct sim_isv_level level[SIM_LEVELS_MAX];
    struct sim_signing signing;
};

/* Appends the text that is to be signed, before any edit. */
void sim_tcb_info_text(const struct sim_tcb_info *info, struct text *out);
void sim_qe_identity_text(const struct sim_qe_identity *identity, struct text *out);

/* The text as served (out_text) and its signature, 64 bytes (out_signature). */
void sim_tcb_info_make(const struct sim_tcb_info *info, struct text *out_text,
                       struct text *out_signature);
void sim_qe_identity_make(const struct sim_qe_identity *identity, struct text *out_text,
                          struct text *out_signature);

/* The nine parts of a bundle, in the order of the JSON's keys. */
enum sim_part {
    SIM_PCK_CRL_ISSUER_CHAIN,     /* PEM */
    SIM_ROOT_CA_CRL,              /* DER */
    SIM_PCK_CRL,                  /* DER */
    SIM_TCB_INFO_ISSUER_CHAIN,    /* PEM */
    SIM_TCB_INFO,                 /* text */
    SIM_TCB_INFO_SIGNATURE,       /* 64 bytes */
    SIM_QE_IDENTITY_ISSUER_CHAIN, /* PEM */
    SIM_QE_IDENTITY,              /* text */
    SIM_QE_IDENTITY_SIGNATURE,    /* 64 bytes */
    SIM_PART_COUNT,
};

/* Initialise with { 0 }; release with sim_bundle_clear(). */
struct sim_bundle {
    struct text part[SIM_PART_COUNT];
};

const char *sim_part_name(enum sim_part part); /* "pck_crl_issuer_chain", ... */
bool sim_bundle_ok(const struct sim_bundle *bundle) TDX_MUST_CHECK;
void sim_bundle_clear(struct sim_bundle *bundle);

/* Appends the JSON object with the nine keys: CRLs and signatures as hex. */
void sim_bundle_json(const struct sim_bundle *bundle, struct text *out);

#endif
