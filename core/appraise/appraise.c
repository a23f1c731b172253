/* SPDX-License-Identifier: Apache-2.0 */
#include "core/appraise/appraise.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/text.h"

#define BUILT_IN "built-in policy"

/* Intel's built-in policies by their own words, where what is accepted is what Intel's accept. */
static const char *built_in_description(enum policy_class class, bool strict)
{
    if (class == POLICY_TD10 || class == POLICY_TD15)
        return "Built-in NO_DEBUG policy for an application TD";
    if (!strict)
        return class == POLICY_TD_QE
                   ? "Built-in policy for the TD quoting enclave, with the accepted statuses given"
                   : "Built-in policy for the TDX platform, with the accepted statuses given";
    switch (class) {
    case POLICY_TDX10_PLATFORM:
        return "Default Strict TDX 1.0 platform TCB policy from Intel";
    case POLICY_TDX15_PLATFORM:
        return "Default Strict TDX 1.5 platform TCB policy from Intel";
    default:
        return "Default Strict Verified TD QE Identity policy from Intel";
    }
}

/* The words of appraisal notes section 4.4 that the accepted statuses are made of. Whether just
 * these statuses are accepted is decided by their bits, not by words: see appraise_for_gate(). */
static void add_accepted_words(unsigned accepted, struct text *out)
{
    static const struct {
        const char *word;
        unsigned statuses;
    } words[] = {
        { "SWHardeningNeeded", TCB_STATUS_BIT(TCB_SW_HARDENING_NEEDED) |
                                   TCB_STATUS_BIT(TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED) },
        { "ConfigurationNeeded", TCB_STATUS_BIT(TCB_CONFIGURATION_NEEDED) |
                                     TCB_STATUS_BIT(TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED) |
                                     TCB_STATUS_BIT(TCB_OUT_OF_DATE_CONFIGURATION_NEEDED) |
                                     TCB_STATUS_BIT(TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED) },
        { "OutOfDate",
          TCB_STATUS_BIT(TCB_OUT_OF_DATE) | TCB_STATUS_BIT(TCB_OUT_OF_DATE_CONFIGURATION_NEEDED) },
        { "TDRelaunchAdvised", TCB_STATUS_BIT(TCB_TD_RELAUNCH_ADVISED) |
                                   TCB_STATUS_BIT(TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED) },
    };

    text_add(out, "\"UpToDate\"");
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if ((accepted & words[i].statuses) != 0)
            text_addf(out, ",\"%s\"", words[i].word);
}

/* Adds a built-in policy for the class to appraisal->built_in. It goes the way of every other. */
static enum tdx_status add_built_in(const struct appraise_request *request, enum policy_class class,
                                    struct appraisal *appraisal, struct tdx_error *err)
{
    bool strict =
        request->accepted_statuses == TCB_ACCEPTED_DEFAULT && request->collateral_grace == 0;
    struct text json = { 0 };
    enum tdx_status status;

    text_addf(&json,
              "{\"policy_array\":[{\"environment\":{\"class_id\":\"%s\",\"description\":\"%s\"},"
              "\"reference\":{",
              policy_class_id(class), built_in_description(class, strict));
    if (class == POLICY_TD10 || class == POLICY_TD15) {
        text_add(&json, "\"tdx_attributes\":\"0000000000000000\","
                        "\"tdx_attributes_mask\":\"00000000000000FF\"");
    } else {
        text_add(&json, "\"accepted_tcb_status\":[");
        add_accepted_words(request->accepted_statuses, &json);
        text_addf(&json, "],\"collateral_grace_period\":%" PRId64, request->collateral_grace);
    }
    text_add(&json, "}}]}");
    status = text_ok(&json) ? policy_set_add(&appraisal->built_in, BUILT_IN, text_span(&json),
                                             request->now, err)
                            : status_fail(err, TDX_NO_MEMORY, BUILT_IN);
    text_free(&json);
    return status;
}

static const struct policy *given(const struct appraise_request *request, enum policy_class class)
{
    return request->policies != NULL ? request->policies->of_class[class] : NULL;
}

/* A policy for an application TD, but none for this generation. */
static bool covers_only_the_other(const struct appraise_request *request, enum policy_class class)
{
    return given(request, class) == NULL &&
           (given(request, POLICY_TD10) != NULL || given(request, POLICY_TD15) != NULL);
}

static enum tdx_status appraise_report(const struct appraise_request *request,
                                       enum policy_class class, struct appraisal *appraisal,
                                       struct appraised_report *report, struct tdx_error *err)
{
    bool is_td = class == POLICY_TD10 || class == POLICY_TD15;
    enum tdx_status status;

    report->class = class;
    report->policy = given(request, class);
    if (report->policy == NULL) {
        status = add_built_in(request, class, appraisal, err);
        if (status != TDX_OK)
            return status;
        report->policy = appraisal->built_in.of_class[class];
    }
    if (is_td)
        check_td(&report->policy->reference, &appraisal->measurement.td, &report->checks);
    else if (class == POLICY_TD_QE)
        check_td_qe(&report->policy->reference, &appraisal->measurement.qe, request->now,
                    &report->checks);
    else
        check_platform(&report->policy->reference, &appraisal->measurement.platform, request->now,
                       &report->checks);
    report->result = check_list_held(&report->checks) ? 1 : 0;
    if (is_td && report->result == 1 && covers_only_the_other(request, class))
        report->result = -1;
    return TDX_OK;
}

/* Appraisal notes section 3.5. */
static int overall_of(const struct appraisal *appraisal)
{
    int overall = 1;

    for (size_t i = 0; i < APPRAISED_REPORTS; i++) {
        if (appraisal->report[i].result == 0)
            return 0;
        if (appraisal->report[i].result != 1)
            overall = -1;
    }
    return overall;
}

enum tdx_status appraise(const struct appraise_request *request,
                         const struct verification *verification, struct span quote,
                         struct appraisal *ret, struct tdx_error *err)
{
    struct appraisal appraisal = { .now = request->now };
    enum policy_class classes[APPRAISED_REPORTS];
    enum tdx_status status;

    if (request->now <= 0 || request->now > INT64_MAX / INT64_C(1000000000))
        return status_fail(err, TDX_TIME_BAD, "the time of an appraisal is out of range");
    status = measurement_read(verification, quote, &appraisal.measurement, err);
    if (status != TDX_OK)
        return status;
    classes[0] = appraisal.measurement.td_class;
    classes[1] = appraisal.measurement.platform_class;
    classes[2] = POLICY_TD_QE;
    for (size_t i = 0; status == TDX_OK && i < APPRAISED_REPORTS; i++)
        status = appraise_report(request, classes[i], &appraisal, &appraisal.report[i], err);
    if (status != TDX_OK) {
        appraisal_clear(&appraisal);
        return status;
    }
    appraisal.overall = overall_of(&appraisal);
    *ret = appraisal;
    return TDX_OK;
}

void appraisal_clear(struct appraisal *appraisal)
{
    policy_set_clear(&appraisal->built_in);
    *appraisal = (struct appraisal){ 0 };
}

bool appraisal_is_built_in(const struct appraisal *appraisal, const struct policy *policy)
{
    return appraisal->built_in.of_class[policy->class] == policy;
}

enum tdx_status appraisal_verdict(const struct appraisal *appraisal, struct tdx_error *err)
{
    for (size_t i = 0; i < APPRAISED_REPORTS; i++) {
        const struct appraised_report *report = &appraisal->report[i];
        const char *name = policy_source_name(report->policy->source);
        char quoted[160];

        for (size_t k = 0; k < report->checks.count; k++)
            if (!report->checks.check[k].held)
                return status_fail(err, TDX_POLICY_REFUSED, "%s: %s (%s; %s)",
                                   report->checks.check[k].name, report->checks.check[k].reason,
                                   policy_class_words(report->class),
                                   text_quote(name, strlen(name), quoted, sizeof(quoted)));
        if (report->result != 1)
            return status_fail(err, TDX_POLICY_REFUSED,
                               "this is a %s, and the policies for a TD are for another generation",
                               policy_class_words(report->class));
    }
    return TDX_OK;
}

enum tdx_status appraise_for_gate(const struct appraise_request *request,
                                  const struct verification *verification, struct span quote,
                                  struct tdx_error *err)
{
    struct appraisal appraisal = { 0 };
    enum tdx_status status;

    if ((request->accepted_statuses & TCB_STATUS_BIT(verification->tcb_status)) == 0)
        return status_fail(err, TDX_POLICY_REFUSED, "the TCB status is %s",
                           tcb_status_word(verification->tcb_status));
    status = appraise(request, verification, quote, &appraisal, err);
    if (status == TDX_OK)
        status = appraisal_verdict(&appraisal, err);
    appraisal_clear(&appraisal);
    return status;
}
