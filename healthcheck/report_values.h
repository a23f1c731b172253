/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics of values, beside those of verdicts in report_prometheus.c. */
#ifndef HEALTHCHECK_REPORT_VALUES_H
#define HEALTHCHECK_REPORT_VALUES_H

#include "core/base/text.h"
#include "healthcheck/check.h"

/* Appends metrics of the bounce buffer, the quote, the TD, the platform's TCB and the collateral,
 * in Prometheus' text format: those that are known. */
void report_print_values(const struct evaluation *evaluation, struct text *out);

#endif
