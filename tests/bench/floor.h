/* SPDX-License-Identifier: Apache-2.0 */
/* The floor: the P-256 verifications and key imports that a verification cannot do without, bare.
 */
#ifndef TESTS_BENCH_FLOOR_H
#define TESTS_BENCH_FLOOR_H

#include <stdbool.h>
#include <stddef.h>

#include "core/verify/p256.h"

#define FLOOR_SIGNATURES_MAX 9

enum floor_mode {
    /* Nine signatures: quote, QE report, PCK leaf, PCK CA, TCB signing, both CRLs, TCB info and QE
     * identity; five keys: root, PCK CA, PCK leaf, TCB signing, attestation. */
    FLOOR_COLD,
    /* Three signatures: quote, QE report, PCK leaf; two keys: PCK leaf, attestation. */
    FLOOR_WARM_LEAF,
    /* Two signatures: quote, QE report. */
    FLOOR_WARM,
    FLOOR_MODES,
};

struct floor_work {
    struct p256_curve curve;
    struct p256_key key;
    uint8_t point[P256_POINT_SIZE];
    struct {
        uint8_t *message;
        size_t size;
        uint8_t signature[P256_DER_SIZE_MAX];
        size_t signature_size;
    } signed_by[FLOOR_SIGNATURES_MAX];
};

/* Makes a key and signs messages of the real sizes. False if OpenSSL fails. */
bool floor_init(struct floor_work *work);
void floor_clear(struct floor_work *work);

/* Does the work of one verification. False if a signature were wrong. */
bool floor_run(struct floor_work *work, enum floor_mode mode);

const char *floor_name(enum floor_mode mode); /* "cold", "warm+leaf", "warm" */
double floor_limit(enum floor_mode mode);     /* how many times the floor we allow ourselves */

#endif
