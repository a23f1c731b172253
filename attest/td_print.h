/* SPDX-License-Identifier: Apache-2.0 */
/* A TD's fields, for a person at 80 columns and as JSON; the same in report and verify. */
#ifndef ATTEST_TD_PRINT_H
#define ATTEST_TD_PRINT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/json_write.h"
#include "core/base/text.h"
#include "core/evidence/quote.h"
#include "core/evidence/td_report.h"

/* "  LABEL             VALUE": a line of all text output of tdx-attest; value is wrapped at blanks.
 */
void print_line(struct text *out, const char *label, const char *value);

/* The same with bytes as hex in memory order, 24 to a line; "zero" if all of them are. */
void print_hex(struct text *out, const char *label, const void *data, size_t size);

/* Attributes, XFAM and measurements. has_15: the fields of the 1.5 layouts are defined. */
void print_td(struct text *out, const struct td_identity *td, bool has_15);

/* The member name: an object with every field of td, hex in memory order, null for what the layout
 * does not define. extended may be NULL. */
void json_put_td(struct json_writer *out, const char *name, const struct td_identity *td,
                 bool has_15, const struct td_extended *extended);

/* An SGX enclave's report. */
void json_put_enclave(struct json_writer *out, const char *name,
                      const struct enclave_report *report);
void print_enclave(struct text *out, const struct enclave_report *report);

#endif
