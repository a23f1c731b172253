/* SPDX-License-Identifier: Apache-2.0 */
/* The values behind the checks, as metrics: what cannot be read or does not verify has no series.
 */
#include <inttypes.h>

#include "core/evidence/td_attributes.h"
#include "healthcheck/evidence.h"
#include "healthcheck/lines.h"
#include "healthcheck/report_values.h"
#include "swiotlb/sizing.h"

static void put(struct text *out, const char *name, const char *type, const char *help,
                uint64_t value)
{
    text_addf(out, "# HELP %s %s\n# TYPE %s %s\n%s %" PRIu64 "\n", name, help, name, type, name,
              value);
}

static void put_swiotlb(const struct facts *facts, struct text *out)
{
    static const struct {
        const char *line, *name, *type, *help;
        uint64_t unit;
    } values[] = {
        { "slabs", "tdx_swiotlb_size_bytes", "gauge", "Size of the bounce buffer.",
          SWIOTLB_SLAB_SIZE },
        { "used", "tdx_swiotlb_used_bytes", "gauge", "What of the bounce buffer is in use.",
          SWIOTLB_SLAB_SIZE },
        { "hiwater", "tdx_swiotlb_used_max_bytes", "gauge",
          "The most of the bounce buffer that ever was in use.", SWIOTLB_SLAB_SIZE },
        { "log_full", "tdx_swiotlb_full_events_total", "counter",
          "How often the kernel log of this boot says that the bounce buffer was full.", 1 },
    };
    const struct fact *fact = facts_find(facts, "probe:swiotlb");

    for (size_t i = 0; fact->state == FACT_KNOWN && i < sizeof(values) / sizeof(values[0]); i++) {
        struct maybe_u64 value = lines_number(fact->value, values[i].line);

        if (value.known && value.value <= UINT64_MAX / values[i].unit)
            put(out, values[i].name, values[i].type, values[i].help, value.value * values[i].unit);
    }
}

static void put_quote(const struct facts *facts, struct text *out)
{
    const struct fact *quote = facts_find(facts, "probe:quote");
    const struct fact *taken = facts_find(facts, "probe:quote_milliseconds");
    struct span times = taken->value;
    uint64_t first;

    /* the first is the one that a login would have waited for */
    if (quote->state == FACT_KNOWN && taken->state == FACT_KNOWN && number_take(&times, &first))
        text_addf(out,
                  "# HELP tdx_quote_duration_seconds How long the last quote took.\n"
                  "# TYPE tdx_quote_duration_seconds gauge\n"
                  "tdx_quote_duration_seconds %" PRIu64 ".%03" PRIu64 "\n",
                  first / 1000, first % 1000);
}

static void put_report(const struct evaluation *evaluation, struct text *out)
{
    struct finding unused = { 0 };
    struct td_report report;

    if (evidence_report(evaluation, &unused, &report))
        put(out, "tdx_td_debug", "gauge", "1 if the host can debug this TD.",
            td_attributes_debuggable(report.td.attributes) ? 1 : 0);
    finding_free(&unused);
}

static void put_verification(const struct evaluation *evaluation, struct text *out)
{
    struct finding unused = { 0 };
    const struct verification *verification = evidence_verification(evaluation, &unused);

    if (verification != NULL) {
        text_addf(out,
                  "# HELP tdx_tcb_status How the platform's TCB stands; the current status is 1.\n"
                  "# TYPE tdx_tcb_status gauge\ntdx_tcb_status{status=\"%s\"} 1\n",
                  tcb_status_word(verification->tcb_status));
        put(out, "tdx_tcb_evaluation_data_number", "gauge",
            "TCB evaluation data number of the collateral in use.",
            verification->tcb_evaluation_data_number);
    }
    finding_free(&unused);
}

static void put_collateral(const struct evaluation *evaluation, struct text *out)
{
    struct finding unused = { 0 };
    const struct collateral_facts *collateral = evidence_collateral(evaluation, &unused);
    const struct fact *stored = facts_find(evaluation->facts, "probe:collateral_stored");
    struct maybe_u64 when = { 0 };

    if (collateral != NULL && collateral->dates.earliest_expiration >= 0)
        put(out, "tdx_collateral_expiry_timestamp_seconds", "gauge",
            "When the first part of the collateral expires.",
            (uint64_t)collateral->dates.earliest_expiration);
    if (stored->state == FACT_KNOWN)
        when = number_in_file(stored->value);
    if (when.known)
        put(out, "tdx_collateral_last_refresh_timestamp_seconds", "gauge",
            "When the collateral was fetched.", when.value);
    finding_free(&unused);
}

void report_print_values(const struct evaluation *evaluation, struct text *out)
{
    put_swiotlb(evaluation->facts, out);
    put_quote(evaluation->facts, out);
    put_report(evaluation, out);
    put_verification(evaluation, out);
    put_collateral(evaluation, out);
}
