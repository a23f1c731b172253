/* SPDX-License-Identifier: Apache-2.0 */
/* The two forms of a verdict. */
#ifndef ATTEST_VERIFY_PRINT_H
#define ATTEST_VERIFY_PRINT_H

#include "attest/verdict.h"
#include "core/base/text.h"

/* For a person, at 80 columns. source is what the quote was read from. */
void verdict_print(const struct verdict *verdict, const char *source, struct text *out);

/* DESIGN.md section 4. */
void verdict_print_json(const struct verdict *verdict, struct text *out);

#endif
