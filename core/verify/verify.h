/* SPDX-License-Identifier: Apache-2.0 */
/* The DCAP verification of a quote, whole: bytes, collateral, time and trust anchor in, a
 * verification out. It does no I/O, reads no clock, keeps no state but the caller's.
 *
 * The verdict is that of Intel's quote verification library (the generation that
 * quote-verification notes call G3) on every input, stricter where those notes name a hole, never
 * laxer. What it leaves to policy: TD attributes (a DEBUG TD with perfect collateral is UpToDate
 * here), measurements, which statuses and whether expired collateral are acceptable.
 *
 * Where it refuses what Intel's library lets pass (notes section 6.2), by the status it gives:
 * - TCB_INFO_FORMAT, QE_IDENTITY_FORMAT: a JSON member twice, an SVN above 255, a number that is
 *   not whole or beyond 64 bits, an advisory id of more than 31 characters
 * - PCK_EXTENSION_FORMAT, PCK_EXTENSION_INVALID: a component above 255, a CPUSVN that differs from
 *   the components, an item twice
 * - PCK_CHAIN_FORMAT, SIGNING_CHAIN_FORMAT, CRL_FORMAT: what is not strict DER
 * - CERT_EXTENSIONS_INVALID, CRL_EXTENSIONS_INVALID: an unknown critical extension
 * - CERT_NOT_CA: an issuer without the CA flag
 * - names that differ in any attribute; a certificate that does not say ecdsa-with-SHA256; a CRL
 *   signed with something else than ECDSA and SHA-2
 * - CLOCK_BEHIND: something was issued more than a day from now
 * - and the TCB status is Revoked if the TDX module that runs now is, whichever was launched. */
#ifndef CORE_VERIFY_VERIFY_H
#define CORE_VERIFY_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/rfc3339.h"
#include "core/base/status.h"
#include "core/evidence/quote.h"
#include "core/verify/collateral.h"
#include "core/verify/pck_cert.h"
#include "core/verify/tcb_gap.h"
#include "core/verify/tcb_status.h"

#define VERIFY_ADVISORIES_MAX  256
#define VERIFY_ADVISORY_SIZE   32 /* with the final NUL; longer ids are refused */
#define VERIFY_PUBLIC_KEY_SIZE 65 /* 04, x, y */

/* The root that everything must lead to. */
struct trust_anchor {
    uint8_t public_key[VERIFY_PUBLIC_KEY_SIZE];
    bool is_intel; /* false: named by the user; every output must say so */
    /* Of the root certificate, whose own signature was checked; another certificate with the same
     * key has its signature computed. */
    uint8_t certificate_sha256[32];
    int64_t not_after; /* of that certificate, seconds since 1970 */
};

/* The Intel SGX Root CA, compiled in. */
const struct trust_anchor *trust_anchor_intel(void);

/* Reads a PEM certificate of another root (closed test networks, the simulator). Returns TDX_OK or
 * ANCHOR_BAD. If its key is Intel's, is_intel is true. */
enum tdx_status trust_anchor_parse(struct span pem, struct trust_anchor *ret, struct tdx_error *err)
    TDX_MUST_CHECK;

/* The same for who reads it again and again. known: NULL, or the certificate_sha256 that
 * trust_anchor_parse() gave and that the caller kept where only root can write: if this is the same
 * certificate it was checked then, and its signature is not computed again. */
enum tdx_status trust_anchor_parse_again(struct span pem, const uint8_t known[32],
                                         struct trust_anchor *ret, struct tdx_error *err)
    TDX_MUST_CHECK;

struct advisory_list {
    size_t count; /* sorted, unique */
    char id[VERIFY_ADVISORIES_MAX][VERIFY_ADVISORY_SIZE];
};

/* The eight dates of the collateral and of the PCK chain (notes section 5.8), seconds since 1970.
 */
struct verification_dates {
    int64_t earliest_issue, latest_issue;
    int64_t earliest_expiration; /* nextUpdate or notAfter, whichever comes first */
    const char *first_to_expire; /* static words: "TCB info", "PCK CRL", ... */
    int64_t root_crl_this_update, pck_crl_this_update;
    int64_t tcb_info_issue, qe_identity_issue;
    int64_t tcb_info_next_update, qe_identity_next_update;
    int64_t root_crl_next_update, pck_crl_next_update;
    /* Of the QE identity alone, its issuer chain and the document itself: what an appraisal policy
     * for the TD QE looks at (appraisal notes section 4.5). */
    int64_t qe_earliest_issue, qe_latest_issue, qe_earliest_expiration;
};

/* What verification found. Valid only when verify_quote() returned TDX_OK. */
struct verification {
    struct quote quote;         /* spans borrow from the input */
    enum tcb_status tcb_status; /* the merge of platform, TDX module and QE */
    enum tcb_status platform_status, qe_status;
    enum tcb_status module_status; /* if has_module */
    bool has_module;
    enum tcb_status current_status; /* body type 3 and 4: judged with TEE_TCB_SVN_2; else equal to
                                     * tcb_status */
    struct advisory_list advisories, current_advisories;
    int64_t tcb_date; /* earliest date of the levels that contributed */
    int64_t platform_tcb_date, qe_tcb_date, module_tcb_date;
    uint32_t tcb_evaluation_data_number; /* the smaller of TCB info and QE identity */
    uint32_t tcb_info_evaluation, qe_identity_evaluation;
    uint32_t root_crl_number, pck_crl_number; /* CRL Number extension; 0 where there is none */
    bool collateral_expired;
    struct verification_dates dates;
    struct pck_info pck; /* FMSPC, PCEID, PPID, SVNs, configuration of the platform */
    bool trust_anchor_is_intel;
    uint8_t root_key_id[48]; /* SHA-384 of the root's 65-byte public key */
    struct tcb_gap gap;      /* how far behind the platform is; empty when UpToDate */
};

/* Everything that does not depend on the quote, parsed once and with its signatures checked: a
 * program that verifies many quotes under one bundle pays for it once. Also remembers the PCK chain
 * seen last, by its bytes. Dates and revocation are judged anew for each quote. */
struct verify_context;

/* Parses and checks collateral (whose bytes must outlive the context) under anchor.
 * trusted_digest: NULL, or a digest that an earlier verify_context_digest() gave and that the
 * caller kept where only root can write: if this collateral and anchor have that digest, the
 * signatures within it were checked then and are not computed again.
 * Returns TDX_OK and *ret (free with verify_context_free()), or a status that names the part. */
enum tdx_status verify_context_new(const struct collateral *collateral,
                                   const struct trust_anchor *anchor,
                                   const uint8_t trusted_digest[32], struct verify_context **ret,
                                   struct tdx_error *err) TDX_MUST_CHECK;
void verify_context_free(struct verify_context *context); /* NULL is fine */

/* Forgets the PCK chain and the attestation key seen last; what the collateral gave stays. */
void verify_context_forget(struct verify_context *context);

/* What collateral says by itself, before there is a quote: for whoever fetches, stores or shows it.
 * Dates are those of verification_dates, without a PCK leaf's. */
struct collateral_facts {
    bool is_tdx; /* TCB info with id TDX and QE identity TD_QE; false: the SGX pair */
    uint8_t fmspc[6];
    enum pck_ca pck_crl_ca; /* which CA the PCK CRL and its issuer chain belong to */
    uint32_t tcb_info_evaluation, qe_identity_evaluation;
    uint32_t root_crl_number, pck_crl_number;
    struct verification_dates dates;
    bool expired; /* at the time asked about, as verification.collateral_expired */
};

/* Fills *ret and judges at time now what needs no quote: that neither the PCK CA nor a TCB signing
 * certificate is revoked by the root CRL, that the PCK CRL was made by the CA of its issuer chain,
 * that TCB info and QE identity are for the same TEE.
 * Returns TDX_OK (expired or not), or the status that verify_quote() would give for it. */
enum tdx_status verify_context_facts(const struct verify_context *context, int64_t now,
                                     struct collateral_facts *ret, struct tdx_error *err)
    TDX_MUST_CHECK;

/* SHA-256 over anchor, every byte of the collateral with its parts' lengths, and which signatures
 * were checked; computed on first use. NULL if the cryptographic library failed. */
const uint8_t *verify_context_digest(struct verify_context *context);

/* Verifies the quote at the start of the size bytes at raw, at time now (seconds since 1970).
 * Returns TDX_OK and fills *ret, whatever the TCB status; otherwise *ret is untouched and the
 * status says which check refused it. */
enum tdx_status verify_quote(struct verify_context *context, const void *raw, size_t size,
                             int64_t now, struct verification *ret, struct tdx_error *err)
    TDX_MUST_CHECK;

/* All of it in one call. */
enum tdx_status verify_once(const void *raw, size_t size, const struct collateral *collateral,
                            int64_t now, const struct trust_anchor *anchor,
                            struct verification *ret, struct tdx_error *err) TDX_MUST_CHECK;

#endif
