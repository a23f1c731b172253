/* SPDX-License-Identifier: Apache-2.0 */
/* Facts: what was read from the machine, before anybody judges it.
 *
 * A fact has a key, which also says where it came from, and a state. Only FACT_KNOWN has a value.
 * The kinds of keys:
 *     file:/proc/cpuinfo           the bytes of a file
 *     list:/sys/class/net          the names in a folder, one to a line, sorted
 *     stat:/dev/tdx_guest          "TYPE MODE UID GID": "char 0600 0 0" (file, dir, link, char,
 * ...) link:/sys/class/net/x/device what a symbolic link points to, as written probe:NAME the
 * answer of something that was asked: a device, a program, the clock; its form stands where it is
 * collected Facts can be written to a file and read back (--export-facts, --replay): the same facts
 * give the same report on any machine. */
#ifndef HEALTHCHECK_FACTS_H
#define HEALTHCHECK_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/base/text.h"

#define FACTS_LIMIT          4096
#define FACT_VALUE_LIMIT     ((size_t)4 << 20)
#define FACTS_DOCUMENT_LIMIT ((size_t)64 << 20)

enum fact_state {
    FACT_KNOWN,
    FACT_ABSENT,     /* looked for; it is not there */
    FACT_DENIED,     /* it is there, but not for this user */
    FACT_FAILED,     /* it is there, but could not be read: why says how */
    FACT_OFFLINE,    /* not looked for: an image is inspected, not a running guest */
    FACT_NO_NETWORK, /* not looked for: --no-network */
    FACT_NOT_ASKED,  /* nobody collected it */
};

struct fact {
    char *key;
    enum fact_state state;
    struct span value; /* of FACT_KNOWN; followed by a NUL, so that text can be used as a string */
    char *why;         /* one line for FACT_DENIED and FACT_FAILED, else NULL */
};

struct facts;

/* NULL if memory ran out. facts_free(NULL) is fine. */
struct facts *facts_new(void) TDX_MUST_CHECK;
void facts_free(struct facts *facts);

/* Sets a fact, in place of one with that key. Copies everything. A value over FACT_VALUE_LIMIT is
 * stored as FACT_FAILED. Running out of memory or over FACTS_LIMIT is remembered: facts_ok(). */
void facts_set(struct facts *facts, const char *key, struct span value);
void facts_set_state(struct facts *facts, const char *key, enum fact_state state, const char *why);
bool facts_ok(const struct facts *facts) TDX_MUST_CHECK;

/* Never NULL: a key that nobody set gives a fact in state FACT_NOT_ASKED. Borrowed. */
const struct fact *facts_find(const struct facts *facts, const char *key);

/* The facts whose key begins with prefix, in the order of their keys: first call with NULL. NULL at
 * the end. */
const struct fact *facts_next(const struct facts *facts, const char *prefix,
                              const struct fact *before);

/* The words of the states, as they stand in JSON. */
const char *fact_state_word(enum fact_state state);

/* One JSON object: {"tdx_facts": 1, "facts": {KEY: {"state": WORD, "value": TEXT or "hex": HEX,
 * "why": TEXT}}}. Values that are not printable UTF-8 text are written as hex. */
void facts_print(const struct facts *facts, struct text *out);
enum tdx_status facts_parse(struct span document, struct facts **ret, struct tdx_error *err)
    TDX_MUST_CHECK;

#endif
