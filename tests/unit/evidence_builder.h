/* SPDX-License-Identifier: Apache-2.0 */
/* Well-formed evidence made by code: for tests of the parsers and as seeds of the fuzzers. The
 * signatures in it are not valid; those that are come from tests/sim. */
#ifndef TESTS_UNIT_EVIDENCE_BUILDER_H
#define TESTS_UNIT_EVIDENCE_BUILDER_H

#include <stddef.h>
#include <stdint.h>

#include "core/evidence/quote.h"
#include "core/evidence/td_report.h"

/* A TD report of the given version (0, 1 or 3), each field filled with its own byte, sealed. */
void report_build(uint8_t raw[static TD_REPORT_SIZE], uint8_t version);

/* Recomputes both hashes after a change. */
void report_seal(uint8_t raw[static TD_REPORT_SIZE]);

struct quote_plan {
    uint16_t version; /* 3, 4, 5 */
    enum quote_tee tee;
    enum quote_body_type body_type; /* for version 5 */
    uint16_t certification_type;    /* the inner one */
    size_t auth_data_size;          /* of the QE */
    struct span certification_data; /* empty: a few bytes of filler that fit the type */
    size_t slack;                   /* bytes within the signature data after its last part */
    size_t padding;                 /* bytes after the quote */
};

/* Builds a quote into out (limit bytes) and returns its size with padding; 0 if it does not fit. */
size_t quote_build(const struct quote_plan *plan, uint8_t *out, size_t limit);

#endif
