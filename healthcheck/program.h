/* SPDX-License-Identifier: Apache-2.0 */
/* Programs and libraries among the facts: who owns them, and whether they can be loaded.
 *     stat:PATH, stat:FOLDER OF IT
 *     probe:program:PATH    what elf_describe() says, and for each library it needs a line
 *                           "missing=NAME" where no folder of the loader has it */
#ifndef HEALTHCHECK_PROGRAM_H
#define HEALTHCHECK_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "healthcheck/check.h"
#include "healthcheck/collect.h"

/* path is absolute. names: functions that matter, NULL-terminated. */
void program_collect(const struct collector *collector, const char *path, const char *const *names);

/* True if the program is root's alone to change, is one that this machine can load, and misses no
 * library. False with the finding set: absent (as the caller names it), FILE_UNSAFE, ELF_BAD,
 * wrong_class, library_missing, or ERROR. */
bool program_is_sound(const struct facts *facts, struct finding *finding, const char *path,
                      enum check_status if_absent, const char *absent_reason) TDX_MUST_CHECK;

/* True if the description of the program at path has this line. */
bool program_has(const struct facts *facts, const char *path, const char *line) TDX_MUST_CHECK;

/* For a path's stat: fact: true if root owns it and nobody else can write to it. False with the
 * finding set. */
bool program_is_roots(const struct facts *facts, struct finding *finding, const char *path)
    TDX_MUST_CHECK;

#endif
