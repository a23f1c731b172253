/* SPDX-License-Identifier: Apache-2.0 */
/* What fixtures must give: tests/fixtures/health/expected. */
#ifndef TESTS_UNIT_HEALTH_EXPECTED_H
#define TESTS_UNIT_HEALTH_EXPECTED_H

#include <stdbool.h>

#include "core/base/text.h"

/* A file of tests/fixtures/health, its path into out (FIXTURE_PATH_SIZE), which is returned. */
const char *expected_source(const char *name, char *out);

/* Compares with expected/NAME, and prints the first line that differs; with TDX_UPDATE_FIXTURES in
 * the environment writes it instead. configure's folders are taken out of found. */
bool expected_compare(const char *name, struct text *found);

#endif
