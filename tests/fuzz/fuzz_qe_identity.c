/* SPDX-License-Identifier: Apache-2.0 */
/* qe_identity_parse() and qe_identity_check() over it. Input: the 384 bytes of a QE's report, then
 * the text. */
#include <stdlib.h>
#include <string.h>

#include "core/verify/qe_identity.h"
#include "tests/fuzz/fuzz.h"
#include "tests/sim/sim_platform.h"

#define HEAD 384

static void read_report(const uint8_t *raw, struct enclave_report *ret)
{
    struct bytes in = bytes_over(raw, HEAD);

    bytes_copy(&in, ret->cpu_svn, sizeof(ret->cpu_svn));
    ret->misc_select = bytes_u32(&in);
    bytes_skip(&in, 28);
    bytes_copy(&in, ret->attributes, sizeof(ret->attributes));
    bytes_copy(&in, ret->mr_enclave, sizeof(ret->mr_enclave));
    bytes_skip(&in, 32);
    bytes_copy(&in, ret->mr_signer, sizeof(ret->mr_signer));
    bytes_skip(&in, 96);
    ret->isv_prod_id = bytes_u16(&in);
    ret->isv_svn = bytes_u16(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct enclave_report report = { 0 };
    struct qe_identity identity = { 0 };
    struct tdx_error err = { 0 };
    const struct svn_level *level;
    enum tdx_status status;
    uint8_t *copy;

    if (size < HEAD)
        return 0;
    copy = fuzz_copy(data + HEAD, size - HEAD);
    read_report(data, &report);
    status = qe_identity_parse((struct span){ copy, size - HEAD }, &identity, &err);
    fuzz_require_status(status, &err);
    if (status == TDX_OK) {
        err = (struct tdx_error){ 0 };
        status = qe_identity_check(&identity, QUOTE_TEE_TDX, &report, &err);
        fuzz_require_status(status, &err);
        fuzz_require(status != TDX_OK || memcmp(report.mr_signer, identity.mr_signer, 32) == 0,
                     "only the enclave of this signer passes");
        level = svn_levels_match(&identity.levels, report.isv_svn);
        fuzz_require(level == NULL || level->isv_svn <= report.isv_svn, "the level is reached");
    }
    qe_identity_clear(&identity);
    free(copy);
    return 0;
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t limit)
{
    struct sim_platform *p = number < 2 ? sim_platform_new() : NULL;
    struct text text = { 0 };
    size_t size;

    if (p == NULL)
        return 0;
    if (number == 1)
        sim_platform_use_sgx(p);
    sim_enclave_body(&p->quote.qe, &text);
    sim_qe_identity_text(&p->qe_identity, &text);
    fuzz_require(text_ok(&text), "a seed can be made");
    size = fuzz_put(text.data, text.length, out, limit);
    text_free(&text);
    sim_platform_free(p);
    return size;
}
