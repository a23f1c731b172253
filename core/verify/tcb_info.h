/* SPDX-License-Identifier: Apache-2.0 */
/* TCB info: which SVNs a platform of one FMSPC should have. Versions 2 (SGX) and 3 (SGX, TDX).
 * Source: Intel PCS API version 4, "TCB info"; notes section 3.3. */
#ifndef CORE_VERIFY_TCB_INFO_H
#define CORE_VERIFY_TCB_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/verify/signed_json.h"
#include "core/verify/tcb_level.h"

#define TCB_COMPONENTS 16

/* What an SVN counts, where the document says so: "BIOS", "Early Microcode Update". */
struct tcb_component_name {
    struct span category, type; /* any bytes */
};

struct tcb_level {
    uint8_t sgx[TCB_COMPONENTS], tdx[TCB_COMPONENTS]; /* tdx: zero in SGX documents */
    uint32_t pce_svn;
    struct tcb_component_name sgx_name[TCB_COMPONENTS], tdx_name[TCB_COMPONENTS];
    struct tcb_verdict verdict;
};

struct tdx_module {
    struct span id; /* "TDX_03"; empty for the member tdxModule */
    uint8_t mr_signer[48];
    uint8_t attributes[8];
    struct svn_levels levels; /* none in tdxModule */
};

struct tcb_info {
    struct signed_json document;
    bool is_tdx;
    uint32_t version;
    int64_t issue, next_update;
    uint8_t fmspc[6], pce_id[2];
    uint32_t evaluation;
    struct tdx_module module;    /* if is_tdx */
    struct tdx_module *identity; /* owned */
    size_t identity_count;
    struct tcb_level *level; /* owned; the order in which they are tried (notes section 5.2) */
    size_t level_count;
};

/* Reads the text of a tcbInfo object; its signature is the caller's to check, over
 * document.canonical. Returns TDX_OK and fills *ret (the caller frees with tcb_info_clear(); spans
 * borrow from text), TCB_INFO_FORMAT or NO_MEMORY. */
enum tdx_status tcb_info_parse(struct span text, struct tcb_info *ret, struct tdx_error *err)
    TDX_MUST_CHECK;
void tcb_info_clear(struct tcb_info *info);

/* The identity of a TDX module of this version (not 0); NULL if the document has none. */
const struct tdx_module *tcb_info_module(const struct tcb_info *info, uint8_t version);

#endif
