/* SPDX-License-Identifier: Apache-2.0 */
/* The fields that a policy's "reference" may have, as data, and how absence is told.
 * For core/appraise and its tests. */
#ifndef CORE_APPRAISE_POLICY_FIELDS_H
#define CORE_APPRAISE_POLICY_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/appraise/policy.h"

enum policy_kind {
    POLICY_KIND_WORDS,   /* a string or an array of strings */
    POLICY_KIND_SECONDS, /* a number */
    POLICY_KIND_NUMBER,
    POLICY_KIND_NUMBERS, /* a number or an array of numbers */
    POLICY_KIND_FLAG,
    POLICY_KIND_DATE,
    POLICY_KIND_HEX, /* digits digits, byte-reversed */
};

struct policy_field {
    const char *name;
    unsigned classes; /* bits 1U << enum policy_class */
    enum policy_kind kind;
    size_t digits;     /* of POLICY_KIND_HEX */
    const char *intel; /* what Intel's engine makes of it, where that is not what the name says */
};

#define POLICY_CLASSES_PLATFORM                                                                    \
    (1U << POLICY_SGX_PLATFORM | 1U << POLICY_TDX10_PLATFORM | 1U << POLICY_TDX15_PLATFORM)
#define POLICY_CLASSES_TCB (POLICY_CLASSES_PLATFORM | 1U << POLICY_TD_QE)
#define POLICY_CLASSES_TD  (1U << POLICY_TD10 | 1U << POLICY_TD15)

/* Calls for index 0, 1, ... give the fields; NULL at the end. */
const struct policy_field *policy_field_at(size_t index);
const struct policy_field *policy_field_find(struct span name);

/* The field of a reference. False if it is absent, which for the engine includes the value false
 * (appraisal notes section 1.3); null, 0, "" and [] are present. */
bool policy_field_get(const struct json_place *reference, const char *name, struct json_place *ret);

/* Whether the value is a string of exactly digits hexadecimal digits. */
bool policy_is_hex(const struct json_place *value, size_t digits);

/* Whether the value, a string or an array of strings, has the word in it (in any case). */
bool policy_has_word(const struct json_place *value, const char *word);

#endif
