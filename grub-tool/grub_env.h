/* SPDX-License-Identifier: Apache-2.0 */
/* GRUB's variables, and the block of 1024 bytes in which some of them outlive a boot (grubenv).
 * Source: GRUB grub-core/lib/envblk.c. */
#ifndef GRUB_TOOL_GRUB_ENV_H
#define GRUB_TOOL_GRUB_ENV_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/base/text.h"

#define GRUBENV_LIMIT      65536 /* bytes of a block; GRUB's own have 1024 */
#define GRUB_ENV_VARIABLES 512
#define GRUB_VALUE_LIMIT   65536

/* Initialise with { 0 }; release with grub_env_free(). */
struct grub_env {
    struct grub_variable {
        char *name, *value;
    } * variables;
    size_t count;
    bool failed; /* out of memory, or over a limit: values may be missing */
};

/* The value, borrowed until the next change; "" if it is not set. */
const char *grub_env_get(const struct grub_env *env, const char *name);
bool grub_env_has(const struct grub_env *env, const char *name);
void grub_env_set(struct grub_env *env, const char *name, const char *value);
void grub_env_unset(struct grub_env *env, const char *name);
void grub_env_free(struct grub_env *env);

/* True if block begins as GRUB wants it. */
bool grubenv_valid(struct span block);

/* Puts the block's variables into env, as load_env does: of two of one name the last wins. Returns
 * TDX_OK, GRUBENV_BAD or NO_MEMORY. path is for messages. */
enum tdx_status grubenv_load(struct span block, const char *path, struct grub_env *env,
                             struct tdx_error *err) TDX_MUST_CHECK;

/* Appends to ret the block with name set to value (NULL: without it), as grub-editenv would write
 * it: the same size, the line replaced where it stands, every line of that name. Everything else
 * stays byte for byte. Returns TDX_OK, GRUBENV_BAD, GRUBENV_FULL (how much is missing in err) or
 * NO_MEMORY. */
enum tdx_status grubenv_edit(struct span block, const char *path, const char *name,
                             const char *value, struct text *ret, struct tdx_error *err)
    TDX_MUST_CHECK;

#endif
