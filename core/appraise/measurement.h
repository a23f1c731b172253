/* SPDX-License-Identifier: Apache-2.0 */
/* What a verified TDX quote says, as the blocks that policies are held against and results show:
 * platform, TD quoting enclave, TD. Source: appraisal notes section 4.
 *
 * Where generations of Intel's engine differ the stricter reading is taken: tcb_level_date_tag is
 * the earlier of the platform's and the QE's level (1.20), advisory_ids is the union over platform,
 * module and QE (1.24), the QE's dates include those of its identity document (1.24). */
#ifndef CORE_APPRAISE_MEASUREMENT_H
#define CORE_APPRAISE_MEASUREMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/appraise/policy.h"
#include "core/base/bytes.h"
#include "core/base/json_write.h"
#include "core/base/status.h"
#include "core/verify/verify.h"

#define MEASUREMENT_WORDS_MAX  3
#define MEASUREMENT_FIELDS_MAX 24
#define MEASUREMENT_HEX_SIZE   (2 * TD_REPORT_DATA_SIZE + 1)
#define QUOTE_HASH_SIZE        48 /* SHA-384 */

/* Of the platform and of the QE. Times in seconds since 1970. */
struct measurement_tcb {
    const char *tcb_status[MEASUREMENT_WORDS_MAX]; /* static words, table 4.4 */
    size_t tcb_status_count;
    int64_t earliest_issue, latest_issue, earliest_expiration;
    int64_t level_date;
    uint32_t evaluation_number;
    uint8_t root_key_id[48]; /* memory order */
    /* Of the platform only. */
    uint32_t pck_crl_number, root_crl_number;
    uint8_t sgx_type;
    bool dynamic_platform, cached_keys;
    bool has_smt, smt_enabled;
    uint8_t fmspc[6];
    const struct advisory_list *advisories; /* NULL, or borrowed from the verification */
};

/* One member of the TD's block: upper-case digits, byte-reversed. */
struct measurement_field {
    const char *name; /* "tdx_mrtd", ... */
    char hex[MEASUREMENT_HEX_SIZE];
};

struct measurement_td {
    uint64_t attributes;
    size_t count;
    struct measurement_field field[MEASUREMENT_FIELDS_MAX];
};

struct measurement {
    enum policy_class platform_class, td_class; /* which generation of TDX it is */
    struct measurement_tcb platform, qe;
    struct measurement_td td;
    uint8_t quote_hash[QUOTE_HASH_SIZE]; /* SHA-384 of all bytes given, memory order */
};

/* Takes the blocks from a verification; quote is what was verified, padding included.
 * Returns TDX_OK and fills *ret (which borrows the advisory ids), or APPRAISE_NOT_TDX,
 * APPRAISE_GENERATION, CRYPTO_FAILED. */
enum tdx_status measurement_read(const struct verification *verification, struct span quote,
                                 struct measurement *ret, struct tdx_error *err) TDX_MUST_CHECK;

/* The TD's block alone, from its identity: what 'policy new' pins, for a TDREPORT too.
 * with_service_td: whether MRSERVICETD is defined. extended may be NULL. */
void measurement_td_fill(const struct td_identity *td, bool with_service_td,
                         const struct td_extended *extended, struct measurement_td *ret);

/* The hex of a member of the TD's block, NULL if the block has none of that name. */
const char *measurement_td_field(const struct measurement_td *td, const char *name);

/* Which TD class the quote (unverified) belongs to. Returns TDX_OK, APPRAISE_NOT_TDX,
 * APPRAISE_GENERATION. */
enum tdx_status measurement_td_class(const struct quote *quote, enum policy_class *ret,
                                     struct tdx_error *err) TDX_MUST_CHECK;

/* 2 * size upper-case digits, the last byte first, and a NUL. */
void measurement_hex(const void *data, size_t size, char *out);

/* Write {"environment":{...},"measurement":{...}} as an unnamed or named value. */
void measurement_write_platform(const struct measurement *of, const char *name,
                                struct json_writer *out);
void measurement_write_qe(const struct measurement *of, const char *name, struct json_writer *out);
void measurement_write_td(const struct measurement *of, const char *name, struct json_writer *out);

#endif
