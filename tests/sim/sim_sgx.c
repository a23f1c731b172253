/* SPDX-License-Identifier: Apache-2.0 */
/* The SGX extension of a PCK certificate: a SEQUENCE of (OID, value) pairs. */
#include <stdio.h>

#include "tests/sim/sim_der.h"
#include "tests/sim/sim_pki.h"

#define SGX_OID "1.2.840.113741.1.13.1"

enum { TCB_PCE_SVN = 17, TCB_CPU_SVN = 18 };

/* Opens a pair and writes its OID, SGX_OID and the suffix (".4", ".2.17"). */
static size_t begin_pair(struct text *out, unsigned first, unsigned second)
{
    char oid[64];
    size_t begun = der_begin(out, DER_SEQUENCE);

    if (second > 0)
        (void)snprintf(oid, sizeof(oid), SGX_OID ".%u.%u", first, second);
    else
        (void)snprintf(oid, sizeof(oid), SGX_OID ".%u", first);
    der_oid(out, oid);
    return begun;
}

static void add_null(struct text *out)
{
    der_element(out, 0x05, "", 0);
}

static void add_tcb(struct text *out, const struct sim_sgx *sgx)
{
    size_t begun = der_begin(out, DER_SEQUENCE), pair;
    uint8_t cpu_svn[16];

    for (unsigned i = 0; i < 16; i++)
        cpu_svn[i] = sgx->cpu_svn_differs ? sgx->cpu_svn[i] : (uint8_t)sgx->component[i];
    for (unsigned item = 1; item <= TCB_CPU_SVN; item++) {
        if (item == sgx->tcb_missing)
            continue;
        pair = begin_pair(out, 2, item);
        if (item == sgx->tcb_wrong_type)
            add_null(out);
        else if (item == TCB_CPU_SVN)
            der_element(out, DER_OCTET_STRING, cpu_svn, sizeof(cpu_svn));
        else
            der_number(out, DER_INTEGER,
                       item == TCB_PCE_SVN ? sgx->pce_svn : sgx->component[item - 1]);
        der_end(out, pair);
    }
    der_end(out, begun);
}

static void add_configuration(struct text *out, const struct sim_sgx *sgx)
{
    const bool flags[] = { sgx->dynamic_platform, sgx->cached_keys, sgx->smt_enabled };
    size_t begun = der_begin(out, DER_SEQUENCE);

    for (unsigned i = 0; i < 3; i++) {
        size_t pair = begin_pair(out, 7, i + 1);

        der_boolean(out, flags[i]);
        der_end(out, pair);
    }
    der_end(out, begun);
}

static void add_ppid(struct text *out, const struct sim_sgx *sgx)
{
    struct text value = { 0 }, wrapped = { 0 };

    der_element(&value, DER_OCTET_STRING, sgx->ppid, sgx->ppid_size);
    for (unsigned i = 0; i < sgx->nesting && text_ok(&value); i++) {
        text_clear(&wrapped);
        der_element(&wrapped, DER_SEQUENCE, value.data, value.length);
        text_clear(&value);
        sim_add_text(&value, &wrapped);
    }
    sim_add_text(out, &value);
    text_free(&value);
    text_free(&wrapped);
}

static void add_value(struct text *out, const struct sim_sgx *sgx, unsigned bit)
{
    switch (bit) {
    case SIM_SGX_PPID:
        add_ppid(out, sgx);
        break;
    case SIM_SGX_TCB:
        add_tcb(out, sgx);
        break;
    case SIM_SGX_PCEID:
        der_element(out, DER_OCTET_STRING, sgx->pce_id, sgx->pce_id_size);
        break;
    case SIM_SGX_FMSPC:
        der_element(out, DER_OCTET_STRING, sgx->fmspc, sgx->fmspc_size);
        break;
    case SIM_SGX_TYPE:
        der_number(out, sgx->type_tag, sgx->type);
        break;
    case SIM_SGX_INSTANCE:
        der_element(out, DER_OCTET_STRING, sgx->instance, sizeof(sgx->instance));
        break;
    default:
        add_configuration(out, sgx);
        break;
    }
}

void sim_sgx_make(const struct sim_sgx *sgx, struct text *out)
{
    size_t begun = der_begin(out, DER_SEQUENCE), pair;

    for (unsigned item = 1; item <= 7; item++) {
        unsigned bit = 1U << (item - 1);
        unsigned times = (sgx->items & bit) == 0 ? 0 : (sgx->repeated & bit) != 0 ? 2 : 1;

        while (times-- > 0) {
            pair = begin_pair(out, item, 0);
            if (sgx->wrong_type & bit)
                add_null(out);
            else
                add_value(out, sgx, bit);
            der_end(out, pair);
        }
    }
    for (unsigned i = 0; i < sgx->extra_items; i++) {
        pair = begin_pair(out, 8 + i, 0);
        der_number(out, DER_INTEGER, i);
        der_end(out, pair);
    }
    der_end(out, begun);
}
