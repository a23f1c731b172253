/* SPDX-License-Identifier: Apache-2.0 */
/* What pam_tdx.so must know of gate.conf by itself, since it matters most when the helper cannot
 * answer: whether a refusal counts, how long to wait, and who is exempt. */
#ifndef PAM_TDX_GATE_SETTINGS_H
#define PAM_TDX_GATE_SETTINGS_H

#include <stdbool.h>

#include "pam_tdx/gate_keys.h"

enum gate_mode {
    GATE_MODE_ENFORCE,
    GATE_MODE_WARN, /* log what would have been refused, let everybody in */
};

#define GATE_TIMEOUT_DEFAULT_MS 10000U
#define GATE_TIMEOUT_MAX_MS     30000U /* a quarter of sshd's LoginGraceTime of 120 s */
#define GATE_GROUP_SIZE         33     /* with the final NUL; useradd's limit is 32 */

struct gate_settings {
    enum gate_mode mode;
    unsigned timeout_ms;                /* the module's deadline for the helper */
    char exempt_group[GATE_GROUP_SIZE]; /* "": nobody is exempt */
};

/* Takes a key that belongs here into settings, leaves every other key alone. Returns TDX_OK or
 * CONF_BAD_VALUE. */
enum tdx_status gate_settings_set(enum gate_key key, const struct conf_line *line,
                                  struct gate_settings *settings, struct tdx_error *err)
    TDX_MUST_CHECK;

/* Reads source into *ret. Unlike elsewhere *ret is always filled: with what could be read, and
 * otherwise with the defaults, which are the strict ones. Returns as gate_source_read(). */
enum tdx_status gate_settings_load(const struct gate_source *source, struct gate_settings *ret,
                                   struct tdx_error *err) TDX_MUST_CHECK;

#endif
