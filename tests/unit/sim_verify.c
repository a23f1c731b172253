/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/sim_verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/cmocka_all.h"

static const uint8_t report_data[SIM_REPORT_DATA_SIZE] = "report data of a test";

void made_from(const struct sim_platform *p, struct made *ret)
{
    struct text pem = { 0 };

    assert_non_null(p);
    sim_quote_make(p, report_data, &ret->quote);
    sim_bundle_make(p, &ret->bundle);
    assert_true(text_ok(&ret->quote));
    assert_true(sim_bundle_ok(&ret->bundle));
    sim_anchor_pem(p, &pem);
    assert_true(text_ok(&pem));
    assert_status(trust_anchor_parse(text_span(&pem), &ret->anchor, NULL), "OK");
    text_free(&pem);
}

void made_clear(struct made *made)
{
    text_free(&made->quote);
    sim_bundle_clear(&made->bundle);
}

/* So that ASan sees the first byte read too far. */
static struct span exact(struct span from)
{
    uint8_t *copy = malloc(from.size > 0 ? from.size : 1);

    assert_non_null(copy);
    if (from.size > 0)
        memcpy(copy, from.data, from.size);
    return (struct span){ copy, from.size };
}

static void release(struct span copy)
{
    free((void *)(uintptr_t)copy.data);
}

enum tdx_status made_verify(const struct made *made, int64_t now, struct verification *ret,
                            struct tdx_error *err)
{
    struct collateral parts = sim_bundle_spans(&made->bundle);
    struct span *all[] = {
        &parts.pck_crl_issuer_chain,     &parts.root_ca_crl, &parts.pck_crl,
        &parts.tcb_info_issuer_chain,    &parts.tcb_info,    &parts.tcb_info_signature,
        &parts.qe_identity_issuer_chain, &parts.qe_identity, &parts.qe_identity_signature
    };
    struct span quote = exact(text_span(&made->quote));
    enum tdx_status status;

    for (size_t i = 0; i < COUNT_OF(all); i++)
        *all[i] = exact(*all[i]);
    status = verify_once(quote.data, quote.size, &parts, now, &made->anchor, ret, err);
    for (size_t i = 0; i < COUNT_OF(all); i++)
        release(*all[i]);
    release(quote);
    return status;
}

void made_verdict(const struct made *made, int64_t now, char ret[static 80], struct tdx_error *err)
{
    static struct verification result, untouched;
    enum tdx_status status;

    memset(&result, 0xa5, sizeof(result));
    memset(&untouched, 0xa5, sizeof(untouched));
    status = made_verify(made, now, &result, err);
    if (status != TDX_OK) {
        assert_int_equal(err->status, status);
        assert_string_not_equal(err->detail, "");
        assert_memory_equal(&result, &untouched, sizeof(result));
        (void)snprintf(ret, 80, "%s", status_id(status));
        return;
    }
    (void)snprintf(ret, 80, "%s%s", tcb_status_word(result.tcb_status),
                   result.collateral_expired ? " expired" : "");
}
