/* SPDX-License-Identifier: Apache-2.0 */
/* All of gate.conf, as tdx-gate-check needs it. gate.conf(5) describes each key. */
#ifndef PAM_TDX_GATE_CONF_H
#define PAM_TDX_GATE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/evidence/provider.h"
#include "core/verify/tcb_status.h"
#include "pam_tdx/gate_settings.h"

#define GATE_POLICIES_MAX    16
#define GATE_FRESHNESS_MAX_S 3600U
#define GATE_GRACE_MAX_S     (30U * 86400U)

/* Owns its strings. Paths are absolute; NULL where a key was not given and has no default. */
struct gate_conf {
    struct gate_settings settings;
    unsigned freshness_s;  /* 0: a quote that was asked for after the login arrived */
    unsigned accepted_tcb; /* TCB_STATUS_BIT()s */
    size_t policy_count;
    char *policy[GATE_POLICIES_MAX];
    char *policy_signer;
    char *collateral;            /* a bundle file, or the folder of a cache */
    unsigned collateral_grace_s; /* how long after its expiry collateral still serves */
    bool fetch_on_login;
    char *pccs_url;
    char *trust_anchor; /* NULL: Intel's root */
    enum evidence_source evidence;
    char *device, *tsm, *attest_conf, *qgs_socket;
};

/* Reads source into *ret, which the caller frees with gate_conf_free() in every case. Returns as
 * gate_source_read(). */
enum tdx_status gate_conf_load(const struct gate_source *source, struct gate_conf *ret,
                               struct tdx_error *err) TDX_MUST_CHECK;

/* The same from a text, without the file system. */
enum tdx_status gate_conf_parse(const char *name, struct span text, struct gate_conf *ret,
                                struct tdx_error *err) TDX_MUST_CHECK;

/* Sets what the arguments of a PAM line say over what conf has. */
enum tdx_status gate_conf_take_words(const char *const *arguments, int count,
                                     struct gate_conf *conf, struct tdx_error *err) TDX_MUST_CHECK;

void gate_conf_free(struct gate_conf *conf); /* NULL and { 0 } are fine */

#endif
