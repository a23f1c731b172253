/* SPDX-License-Identifier: Apache-2.0 */
/* Reading, linting and applying policies. Input: a byte that chooses the evidence, then the JSON.
 */
#include <stdlib.h>

#include "core/appraise/appraise.h"
#include "tests/fuzz/fuzz.h"

#define NOW INT64_C(1710400829)

static void count(enum policy_lint_weight weight, const char *sentence, void *context)
{
    unsigned *sentences = context;

    (void)weight;
    fuzz_require(sentence[0] != '\0', "a sentence says something");
    for (const char *at = sentence; *at != '\0'; at++)
        fuzz_require(*at >= 0x20 && *at < 0x7f, "what a policy says is quoted");
    (*sentences)++;
}

/* A platform and a TD of the kind that the byte chooses. */
static struct verification make_verification(uint8_t choice)
{
    struct verification v = { 0 };

    v.quote.version = (choice & 1) != 0 ? 4 : 5;
    v.quote.tee = QUOTE_TEE_TDX;
    v.quote.body_type = (choice & 2) != 0 ? QUOTE_BODY_TD15EX : QUOTE_BODY_TD15;
    v.quote.td.attributes = (choice & 4) != 0 ? UINT64_C(0x10000001) : UINT64_C(0x10000000);
    v.quote.td.xfam = UINT64_C(0x642e7);
    v.tcb_status = (enum tcb_status)((choice >> 3) % TCB_STATUS_COUNT);
    v.dates.earliest_expiration = NOW + ((choice & 0x40) != 0 ? -1 : 1);
    v.dates.qe_earliest_expiration = NOW + 1;
    v.pck.sgx_type = 1;
    return v;
}

static void apply(const struct policy_set *set, uint8_t choice)
{
    struct verification v = make_verification(choice);
    struct appraise_request request = { .policies = set,
                                        .accepted_statuses = TCB_ACCEPTED_DEFAULT,
                                        .now = NOW };
    struct appraisal appraisal = { 0 };
    struct tdx_error err = { 0 };
    struct span quote = { (const uint8_t *)"quote", 5 };

    fuzz_require(appraise(&request, &v, quote, &appraisal, NULL) == TDX_OK, "it is appraised");
    fuzz_require_status(appraisal_verdict(&appraisal, &err), &err);
    fuzz_require((err.status == TDX_OK) == (appraisal.overall == 1), "verdict and number agree");
    fuzz_require((choice & 4) == 0 || appraisal.overall == 0, "a debug TD never passes");
    fuzz_require(v.tcb_status != TCB_REVOKED || set->of_class[POLICY_TDX15_PLATFORM] != NULL ||
                     appraisal.overall == 0,
                 "the built-in policy accepts nothing revoked");
    appraisal_clear(&appraisal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct policy_set set = { 0 };
    struct tdx_error err = { 0 };
    unsigned sentences = 0;
    enum tdx_status status;
    uint8_t *copy;

    if (size == 0)
        return 0;
    copy = fuzz_copy(data + 1, size - 1);
    status = policy_set_add(&set, "fuzz\x1b", (struct span){ copy, size - 1 }, NOW, &err);
    free(copy); /* the set keeps its own */
    fuzz_require_status(status, &err);
    fuzz_require((status == TDX_OK) == (set.source_count == 1), "added or not");
    if (status == TDX_OK) {
        policy_set_lint(&set, count, &sentences);
        for (int class = 0; class < POLICY_CLASS_COUNT; class ++) {
            struct text item = { 0 };
            struct json *json = NULL;

            if (set.of_class[class] == NULL)
                continue;
            policy_write_item(set.of_class[class], &item);
            fuzz_require(json_parse(text_span(&item), 32, &json, NULL) == TDX_OK,
                         "what is echoed is strict JSON");
            json_free(json);
            text_free(&item);
        }
        apply(&set, data[0]);
    }
    policy_set_clear(&set);
    return 0;
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t limit)
{
    static const char *const seeds[] = {
        "{\"policy_array\":[{\"environment\":{\"class_id\":\"45b734fc-aa4e-4c3d-ad28-"
        "e43d08880e68\","
        "\"description\":\"Application TD TCB 1.5\"},\"reference\":{\"tdx_attributes\":"
        "\"0000000010000000\",\"tdx_attributes_mask\":\"FFFFFFFFFFFFFFFF\",\"#NOTE\":\"a\","
        "\"#NOTE\":[1,{}],\"tdx_xfam\":\"00000000000642E7\",\"tdx_rtmr0\":\"00\"}}]}",
        "/* c */{\"policy_array\":[{\"environment\":{\"class_id\":"
        "\"f708b97f-0fb2-4e6b-8b03-8a5bcd1221d3\"},\"reference\":{\"accepted_tcb_status\":"
        "[\"UpToDate\",\"OutOfDate\"],\"collateral_grace_period\":0,\"platform_grace_period\":1e3,"
        "\"min_tcb_level_date\":\"2023-08-09T00:00:00Z\",\"accepted_sgx_types\":[1],"
        "\"allow_dynamic_plaform\":false,\"rejected_advisory_ids\":[\"INTEL-SA-1\"]}},// d\n"
        "{\"environment\":{\"class_id\":\"3769258c-75e6-4bc7-8d72-d2b0e224cad2\"},"
        "\"reference\":{\"accepted_tcb_status\":\"UpToDate\",\"min_eval_num\":16}},"
        "{\"environment\":{\"class_id\":\"a1e4ee9c-a12e-48ac-bed0-e3f89297f687\"}}]}",
        "{\"policy_array\":[]}",
    };

    if (number >= 2 * sizeof(seeds) / sizeof(seeds[0]))
        return 0;
    out[0] = number % 2 == 0 ? 0 : 0x44;
    return 1 + fuzz_put_string(seeds[number / 2], out + 1, limit - 1);
}
