/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of /etc/default/grub: what real shells make of it. */
#ifndef TESTS_UNIT_GRUB_SHELL_H
#define TESTS_UNIT_GRUB_SHELL_H

#include <stddef.h>

#include "core/base/bytes.h"
#include "core/base/text.h"

struct grub_shell {
    const char *name, *path, *argv[8];
};

/* The shells there are on this machine, of dash, "bash --posix" and /bin/sh; ends with a NULL name.
 */
extern const struct grub_shell grub_shells[];
int grub_shell_there(const struct grub_shell *shell);

/* Sources the files one after another and appends to ret every variable, one "NAME='value'" to a
 * line as the shell's own `set` prints them, without the shell's own. Returns the exit status. */
int grub_shell_source(const struct grub_shell *shell, const struct span *files, size_t count,
                      struct text *ret);

/* As above, but one variable's value only; *ret_set is 0 where it is unset. */
int grub_shell_value(const struct grub_shell *shell, const struct span *files, size_t count,
                     const char *name, int *ret_set, struct text *ret);

#endif
