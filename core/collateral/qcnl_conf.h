/* SPDX-License-Identifier: Apache-2.0 */
/* /etc/sgx_default_qcnl.conf, the file in which Intel's packages keep the address of the PCCS. It
 * has two forms, JSON with comments and KEY=VALUE; Intel's library tries JSON first and on any
 * mistake in it silently reads the file as KEY=VALUE, finds nothing, and asks localhost. We say so
 * instead. Source: pcs-api notes section 3. */
#ifndef CORE_COLLATERAL_QCNL_CONF_H
#define CORE_COLLATERAL_QCNL_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/collateral/pcs_url.h"

#define QCNL_CONF_PATH       "/etc/sgx_default_qcnl.conf"
#define QCNL_CONF_SIZE_LIMIT ((size_t)64 << 10)
#define QCNL_RETRIES_MAX     20
#define QCNL_DELAY_MAX       600  /* seconds */
#define QCNL_CACHE_HOURS_MAX 2160 /* Intel's library takes any larger number for this one */

/* What that library asks where the file names no address. */
#define QCNL_URL_DEFAULT "https://localhost:8081/sgx/certification/v4/"

enum qcnl_form { QCNL_JSON, QCNL_KEY_VALUE };

struct qcnl_conf {
    enum qcnl_form form;
    char pccs_url[PCS_URL_SIZE];           /* as written; "" where the file has none */
    char collateral_service[PCS_URL_SIZE]; /* as written; "" where the file has none */
    bool use_secure_cert;                  /* true unless the file says false */
    enum pcs_update update;
    bool has_retry_times, has_retry_delay;
    unsigned retry_times; /* at most QCNL_RETRIES_MAX */
    unsigned retry_delay; /* seconds, at most QCNL_DELAY_MAX; 0: 1, 2, 4, ... */
    unsigned cache_hours; /* how long the library's own cache keeps collateral; 0: not at all */
};

/* Reads the text of the file; name is for messages. An empty file, or one with comments only, sets
 * nothing. A text whose first character (after white space, comments and a byte order mark) is '{'
 * is meant as JSON. In the other form, as in Intel's library, white space within a line does not
 * count, a '#' behind a value belongs to it, unknown keys are ignored and the last of two wins.
 * Returns TDX_OK, or QCNL_JSON_BAD (where), QCNL_BAD_VALUE (which key), NO_MEMORY; *ret is
 * untouched on failure. */
enum tdx_status qcnl_conf_parse(const char *name, struct span text, struct qcnl_conf *ret,
                                struct tdx_error *err) TDX_MUST_CHECK;

/* The same text as Intel's library uses it, whatever state it is in: for telling what that does. */
struct qcnl_reading {
    enum tdx_status status; /* what qcnl_conf_parse() says */
    bool fell_back;         /* a mistake in the JSON: all of it was read as KEY=VALUE */
    bool mixed;             /* members of the one form and lines of the other stand in it */
    struct qcnl_conf conf;  /* what the library then goes by; form is what was meant */
};

/* Never fails; err (may be NULL) tells what status means. */
void qcnl_conf_read(const char *name, struct span text, struct qcnl_reading *ret,
                    struct tdx_error *err);

/* qcnl_conf_parse() of a file. *ret_exists says whether it is there; if not, *ret is what Intel's
 * library would assume, without any address. flags are those of file_read(). */
enum tdx_status qcnl_conf_load(const char *path, unsigned flags, struct qcnl_conf *ret,
                               bool *ret_exists, struct tdx_error *err) TDX_MUST_CHECK;

/* The address from which collateral comes: collateral_service, else pccs_url, else "". */
const char *qcnl_conf_collateral_url(const struct qcnl_conf *conf);

#endif
