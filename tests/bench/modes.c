/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/modes.h"

enum tdx_status bench_prepare(struct bench_subject *subject, struct tdx_error *err)
{
    enum tdx_status status = bundle_parse(subject->bundle, &subject->parsed, err);

    if (status != TDX_OK)
        return status;
    return verify_context_new(&subject->parsed.parts, &subject->anchor, NULL, &subject->context,
                              err);
}

void bench_clear(struct bench_subject *subject)
{
    verify_context_free(subject->context);
    subject->context = NULL;
    bundle_free(&subject->parsed);
}

static enum tdx_status cold(const struct bench_subject *subject, struct verification *ret,
                            struct tdx_error *err)
{
    struct bundle bundle = { 0 };
    enum tdx_status status = bundle_parse(subject->bundle, &bundle, err);

    if (status == TDX_OK)
        status = verify_once(subject->quote.data, subject->quote.size, &bundle.parts, subject->now,
                             &subject->anchor, ret, err);
    bundle_free(&bundle);
    return status;
}

enum tdx_status bench_run(struct bench_subject *subject, enum floor_mode mode,
                          struct verification *ret, struct tdx_error *err)
{
    if (mode == FLOOR_COLD)
        return cold(subject, ret, err);
    if (mode == FLOOR_WARM_LEAF)
        verify_context_forget(subject->context);
    return verify_quote(subject->context, subject->quote.data, subject->quote.size, subject->now,
                        ret, err);
}
