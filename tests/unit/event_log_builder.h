/* SPDX-License-Identifier: Apache-2.0 */
/* CC event logs made by code, for tests and as seeds of the fuzzer. */
#ifndef TESTS_UNIT_EVENT_LOG_BUILDER_H
#define TESTS_UNIT_EVENT_LOG_BUILDER_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/text.h"

/* The Spec ID record: 65 bytes, and vendor_size of vendor information. */
void event_log_begin(struct text *out, uint32_t mr_index, size_t vendor_size);

/* A record whose digest is the SHA-384 of the string digested (NULL: a digest of zeros). */
void event_log_add(struct text *out, uint32_t mr_index, uint32_t type, const char *digested,
                   const void *data, size_t size);

#endif
