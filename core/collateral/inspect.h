/* SPDX-License-Identifier: Apache-2.0 */
/* What a bundle holds, part by part: for 'collateral show'. A look at it, not a verification:
 * whether it is sound is for verify_context_new() to say. */
#ifndef CORE_COLLATERAL_INSPECT_H
#define CORE_COLLATERAL_INSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"
#include "core/verify/collateral.h"

#define INSPECT_ITEMS_MAX 16 /* four documents and at most twelve certificates */
#define INSPECT_NAME_SIZE 96

enum inspect_kind { INSPECT_TCB_INFO, INSPECT_QE_IDENTITY, INSPECT_CRL, INSPECT_CERTIFICATE };

struct inspect_item {
    enum inspect_kind kind;
    char
        name[INSPECT_NAME_SIZE]; /* "TCB info", "PCK CRL", a certificate's common name; printable */
    char signer[INSPECT_NAME_SIZE]; /* who is named as signer: a common name, printable */
    int64_t from, until;            /* issue date and next update; not before and not after */
    uint32_t evaluation;            /* documents: tcbEvaluationDataNumber */
    uint32_t number;                /* CRLs: the CRL number */
    size_t revoked;                 /* CRLs: entries */
};

struct inspection {
    bool is_tdx;
    uint8_t fmspc[6];
    size_t count;
    struct inspect_item item[INSPECT_ITEMS_MAX]; /* the first to expire comes first */
};

/* Reads all parts. Each distinct certificate is one item. Returns TDX_OK and fills *ret, or the
 * status of the part that cannot be read (TCB_INFO_FORMAT, QE_IDENTITY_FORMAT, CRL_FORMAT,
 * SIGNING_CHAIN_FORMAT, ...). */
enum tdx_status inspect(const struct collateral *parts, struct inspection *ret,
                        struct tdx_error *err) TDX_MUST_CHECK;

#endif
