/* SPDX-License-Identifier: Apache-2.0 */
/* tcb_info_parse() and tcb_match() over it. Input: 36 bytes of a platform (SGX SVNs, TEE_TCB_SVN,
 * PCESVN, QE SVN, options), then the text. */
#include <stdlib.h>
#include <string.h>

#include "core/verify/tcb_gap_fill.h"
#include "core/verify/tcb_match.h"
#include "tests/fuzz/fuzz.h"
#include "tests/sim/sim_platform.h"

#define HEAD 36

/* A QE level that any SVN reaches. */
static struct svn_level qe_level = { .verdict = { .status = TCB_UP_TO_DATE,
                                                  .status_known = true } };

static void check_match(const uint8_t *head, const struct tcb_info *info)
{
    const struct qe_identity identity = { .levels = { &qe_level, 1 } };
    struct pck_info pck = { .pce_svn = head[32] };
    struct tcb_subject subject = { .info = info,
                                   .qe_identity = &identity,
                                   .pck = &pck,
                                   .qe_isv_svn = head[33],
                                   .tee_tcb_svn = info->is_tdx ? head + 16 : NULL };
    struct tcb_match match = { 0 };
    struct tcb_gap gap;
    struct tdx_error err = { 0 };
    enum tdx_status status;

    memcpy(pck.component_svn, head, sizeof(pck.component_svn));
    status = tcb_match(&subject, &match, &err);
    fuzz_require_status(status, &err);
    fuzz_require(status == TDX_OK || status == TDX_TCB_NOT_SUPPORTED, "a match says one of two");
    if (status != TDX_OK)
        return;
    fuzz_require((size_t)match.status < TCB_STATUS_COUNT, "the status is one");
    fuzz_require(match.status != TCB_UP_TO_DATE || match.platform->verdict.status == TCB_UP_TO_DATE,
                 "no merge is better than the platform");
    for (size_t i = 0; i < 16; i++)
        fuzz_require(pck.component_svn[i] >= match.platform->sgx[i], "each SVN reaches the level");
    tcb_gap_fill(&subject, &match, &gap);
    fuzz_require(gap.present == (match.status != TCB_UP_TO_DATE), "a gap where one must be");
    for (size_t i = 0; i < gap.item_count; i++)
        fuzz_require(gap.item[i].have < gap.item[i].need && tcb_gap_mender(&gap.item[i]) != NULL,
                     "an item lacks something");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tcb_info info = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status;
    uint8_t *copy;

    if (size < HEAD)
        return 0;
    copy = fuzz_copy(data + HEAD, size - HEAD);
    status = tcb_info_parse((struct span){ copy, size - HEAD }, &info, &err);
    fuzz_require_status(status, &err);
    if (status == TDX_OK) {
        fuzz_require(info.level_count > 0, "there are levels");
        check_match(data, &info);
    }
    tcb_info_clear(&info);
    free(copy);
    return 0;
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t limit)
{
    struct sim_platform *p = number < 4 ? sim_platform_new() : NULL;
    struct text text = { 0 };
    size_t size;

    if (p == NULL)
        return 0;
    if (number == 1)
        sim_platform_use_sgx(p);
    if (number == 2)
        p->tcb_info.component_names = false;
    if (number == 3) { /* a short one, which a fuzzer changes faster */
        p->tcb_info.level_count = 1;
        p->tcb_info.module_count = 0;
    }
    sim_tcb_info_text(&p->tcb_info, &text);
    fuzz_require(text_ok(&text), "a seed can be made");
    memset(out, 5, HEAD);
    size = HEAD + fuzz_put(text.data, text.length, out + HEAD, limit - HEAD);
    text_free(&text);
    sim_platform_free(p);
    return size;
}
