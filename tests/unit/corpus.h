/* SPDX-License-Identifier: Apache-2.0 */
/* Walking the corpus of real evidence that $TDX_CORPUS names. Its layout is told in its README. */
#ifndef TESTS_UNIT_CORPUS_H
#define TESTS_UNIT_CORPUS_H

#include <json-c/json.h>
#include <stdbool.h>

#include "core/base/files.h"

struct corpus_case {
    char name[320];
    char folder[1024];
    struct json_object *expected; /* the case's expected.json */
};

/* Calls run for each case in the folder part ("quotes", "ccel", "tdreport"), by name. Returns the
 * number of cases: 0 where there is no corpus (a message says "skipped"). A case without a readable
 * expected.json fails the test. */
unsigned corpus_each(const char *part, void (*run)(const struct corpus_case *each));

/* Reads a file of the case. Fails the test if it cannot be read. */
struct file_content corpus_file(const struct corpus_case *each, const char *name);
bool corpus_has(const struct corpus_case *each, const char *name);

/* Checks a string member that is hex against bytes; a member that is absent or null passes. */
void corpus_check_hex(const struct corpus_case *each, struct json_object *object, const char *key,
                      const void *data, size_t size);

/* Checks a number member; absent or null passes. */
void corpus_check_int(const struct corpus_case *each, struct json_object *object, const char *key,
                      int64_t value);

#endif
