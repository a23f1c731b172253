/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of gate.conf: their names, and how a file of them and a PAM line's arguments are read.
 *
 * Two programs read them: pam_tdx.so only what it must know before it can ask the helper
 * (gate_settings.h), tdx-gate-check all of them (gate_conf.h). Both refuse what neither knows. */
#ifndef PAM_TDX_GATE_KEYS_H
#define PAM_TDX_GATE_KEYS_H

#include <stdbool.h>

#include "core/base/conf.h"
#include "core/base/status.h"

#define GATE_CONF_DEFAULT    TDX_CONFDIR "/gate.conf"
#define GATE_HELPER_DEFAULT  TDX_LIBEXECDIR "/tdx-gate-check"
#define GATE_CONF_LIMIT      ((size_t)64 << 10)
#define GATE_ARGUMENTS_LIMIT 64 /* words on a PAM line */

/* X(constant, name): gate.conf(5) describes each. */
#define GATE_KEYS(X)                                                                               \
    X(GATE_MODE, "mode")                                                                           \
    X(GATE_TIMEOUT, "timeout")                                                                     \
    X(GATE_EXEMPT_GROUP, "exempt_group")                                                           \
    X(GATE_FRESHNESS, "freshness")                                                                 \
    X(GATE_ACCEPTED_TCB, "accepted_tcb")                                                           \
    X(GATE_POLICY, "policy")                                                                       \
    X(GATE_POLICY_SIGNER, "policy_signer")                                                         \
    X(GATE_COLLATERAL, "collateral")                                                               \
    X(GATE_COLLATERAL_GRACE, "collateral_grace")                                                   \
    X(GATE_FETCH_ON_LOGIN, "fetch_on_login")                                                       \
    X(GATE_PCCS_URL, "pccs_url")                                                                   \
    X(GATE_TRUST_ANCHOR, "trust_anchor")                                                           \
    X(GATE_EVIDENCE, "evidence")                                                                   \
    X(GATE_DEVICE, "device")                                                                       \
    X(GATE_TSM, "tsm")                                                                             \
    X(GATE_ATTEST_CONF, "attest_conf")                                                             \
    X(GATE_QGS_SOCKET, "qgs_socket")

enum gate_key {
#define X(constant, name) constant,
    GATE_KEYS(X)
#undef X
        GATE_KEY_COUNT
};

/* The arguments of a PAM line, sorted: two that say where things are, and the keys. Borrowed. */
struct gate_line {
    const char *config, *helper;             /* config=, helper=; else the defaults */
    const char *words[GATE_ARGUMENTS_LIMIT]; /* the others */
    int word_count;
    bool too_many; /* there were more */
};
void gate_line_read(int count, const char *const *arguments, struct gate_line *ret);

/* The name of a key. */
const char *gate_key_name(enum gate_key key);

/* Called for each "key = value" whose key is known. */
typedef enum tdx_status (*gate_key_handler)(enum gate_key key, const struct conf_line *line,
                                            void *context, struct tdx_error *err);

struct gate_source {
    const char *file;             /* gate.conf; refused unless only root can have written it */
    const char *const *arguments; /* words "key=value"; they come after the file and so win */
    int argument_count;
};

/* Reads both. A line that is wrong does not end the reading: what follows it is handed over too,
 * so that a typo further down cannot hide "mode = warn" or an exempt group. The first thing that
 * was wrong is what is returned. No key but "policy" may stand twice in the same place.
 *
 * A line that is no "key = value" at all might be the mode, badly written ("mode enforce"), and
 * ends the reading of a file: then no mode is believed that stands in the file, and it is enforce,
 * unless the PAM line says otherwise. On the PAM line words are told apart, and only one that
 * begins like a mode ("mode", "enforce") does that. The mode, or the exempt group, that stands
 * twice counts as not given.
 *
 * Returns TDX_OK, or FILE_UNREADABLE, FILE_UNSAFE, FILE_TOO_LARGE, NO_MEMORY, CONF_SYNTAX,
 * CONF_UNKNOWN_KEY, CONF_BAD_VALUE, or what the handler returned. */
enum tdx_status gate_source_read(const struct gate_source *source, gate_key_handler handler,
                                 void *context, struct tdx_error *err) TDX_MUST_CHECK;

/* The arguments alone, as behind an empty file. */
enum tdx_status gate_words_read(const char *const *arguments, int count, gate_key_handler handler,
                                void *context, struct tdx_error *err) TDX_MUST_CHECK;

/* The same without the file system: text stands in for the file. For tests and fuzzing. */
enum tdx_status gate_text_read(const char *name, struct span text, gate_key_handler handler,
                               void *context, struct tdx_error *err) TDX_MUST_CHECK;

#endif
