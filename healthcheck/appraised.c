/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/appraised.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/appraise/appraise.h"
#include "core/appraise/policy_fields.h"
#include "core/base/span_text.h"

static enum tdx_status load(const struct facts *facts, int64_t now, struct policy_set *set,
                            struct tdx_error *err)
{
    const struct fact *paths = facts_find(facts, "probe:policies");
    struct span text = paths->value, line;
    char key[512];

    while (paths->state == FACT_KNOWN && line_next(&text, &line)) {
        const struct fact *file;
        enum tdx_status status;

        (void)snprintf(key, sizeof(key), "file:%.*s", (int)line.size, (const char *)line.data);
        file = facts_find(facts, key);
        if (file->state != FACT_KNOWN)
            return status_fail(err, TDX_FILE_UNREADABLE, "%s: %s", key + strlen("file:"),
                               file->why != NULL ? file->why : fact_state_word(file->state));
        status = policy_set_add(set, key + strlen("file:"), file->value, now, err);
        if (status != TDX_OK)
            return status;
    }
    return TDX_OK;
}

static void take_reason(const struct check_list *list, const char *name,
                        char out[static APPRAISED_REASON_SIZE])
{
    for (size_t i = 0; i < list->count; i++)
        if (!list->check[i].held && strcmp(list->check[i].name, name) == 0)
            (void)snprintf(out, APPRAISED_REASON_SIZE, "%s", list->check[i].reason);
}

static void take(const struct appraisal *appraisal, struct appraised *ret)
{
    for (size_t i = 0; i < APPRAISED_REPORTS; i++) {
        const struct appraised_report *report = &appraisal->report[i];
        struct json_place field;

        if (report->policy == NULL || appraisal_is_built_in(appraisal, report->policy))
            continue;
        if (policy_field_get(&report->policy->reference, "min_eval_num", &field))
            ret->names_evaluation = true;
        take_reason(&report->checks, "tcb_eval_num_check", ret->evaluation);
        take_reason(&report->checks, "td_qe_tcb_eval_num_check", ret->evaluation);
        take_reason(&report->checks, "advisory_ids_check", ret->advisory);
    }
}

void appraise_facts(const struct facts *facts, const struct verification *verification,
                    struct span quote, unsigned accepted, int64_t grace, int64_t now,
                    struct appraised *ret)
{
    struct policy_set policies = { 0 };
    struct appraisal *appraisal = calloc(1, sizeof(*appraisal));

    *ret = (struct appraised){ .status = TDX_OK };
    ret->status = appraisal != NULL ? load(facts, now, &policies, &ret->err)
                                    : status_fail(&ret->err, TDX_NO_MEMORY, "an appraisal");
    if (ret->status == TDX_OK && policies.source_count > 0) {
        ret->status = appraise(
            &(struct appraise_request){
                .policies = &policies,
                .accepted_statuses = accepted,
                .collateral_grace = grace,
                .now = now,
            },
            verification, quote, appraisal, &ret->err);
        if (ret->status == TDX_OK)
            take(appraisal, ret);
    }
    if (appraisal != NULL)
        appraisal_clear(appraisal);
    free(appraisal);
    policy_set_clear(&policies);
}
