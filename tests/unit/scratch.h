/* SPDX-License-Identifier: Apache-2.0 */
/* A folder in which a test makes the files that it needs: one at a time. */
#ifndef TESTS_UNIT_SCRATCH_H
#define TESTS_UNIT_SCRATCH_H

#include <stddef.h>

#define SCRATCH_PATH_SIZE 512

/* Make and remove it: cmocka's fixtures, of a test or of a group. */
int scratch_make(void **state);
int scratch_remove(void **state);

/* Its path, without a slash at the end. */
const char *scratch_folder(void);

/* The real path of one within it, which begins with a slash. Returns out. */
const char *scratch_path(const char *path, char out[static SCRATCH_PATH_SIZE]);

/* Writes a file (0644) with the folders above it (0755). */
void scratch_put(const char *path, const char *content);

/* Asserts that the file holds exactly this. */
void scratch_holds(const char *path, const char *content);

#endif
