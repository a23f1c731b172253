/* SPDX-License-Identifier: Apache-2.0 */
/* The files of fixtures. Each function fails the test where it cannot do what it is for. */
#ifndef TESTS_UNIT_HEALTH_FIXTURE_FILES_H
#define TESTS_UNIT_HEALTH_FIXTURE_FILES_H

#include <stddef.h>

#include "core/base/text.h"

#define FIXTURE_PATH_SIZE 1024
#define FIXTURE_GATE_CONF "/etc/tdx-gate/gate.conf"

/* A path of the fixture in folder, into out, which is returned. What is installed lies where
 * configure said; descriptions have it in the usual places. */
const char *fixture_path(const char *folder, const char *path, char *out);

/* configure's folders and the version out of what was printed, so that it is the same for every
 * build. */
void fixture_make_portable(struct text *text);

/* The same as fixture_path(), for something that is to be made there: what is there goes away, and
 * the folders above it come to be. */
const char *fixture_make_room(const char *folder, const char *path, char *out);

/* Writes a file in place of what is there: never into it, it may be another fixture's, too. */
void fixture_write(const char *folder, const char *path, const void *data, size_t size);

/* Appends a file's bytes to out. */
void fixture_read(const char *folder, const char *path, struct text *out);

/* A folder with all that is in it, to where nothing is or other folders are. */
void fixture_copy(const char *from, const char *to);

/* Removes a file, or a folder with all that is in it; fine if there is nothing. */
void fixture_remove(const char *path);

#endif
