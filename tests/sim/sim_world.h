/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated world: a platform and the faults of everything around it, both made from knobs,
 * "NAME=VALUE" words that tdx-sim takes on the command line and while it serves.
 *
 * Each change of a knob makes the world anew from seed, time and all knob values, so that no change
 * leaves a trace behind. */
#ifndef TESTS_SIM_SIM_WORLD_H
#define TESTS_SIM_SIM_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"
#include "core/base/text.h"
#include "tests/sim/sim_platform.h"

enum sim_tsm_mode { SIM_TSM_ON, SIM_TSM_OFF, SIM_TSM_NO_PROVIDER };
enum sim_outblob {
    SIM_OUTBLOB_GOOD,
    SIM_OUTBLOB_EMPTY,
    SIM_OUTBLOB_SHORT,
    SIM_OUTBLOB_GARBAGE,
    SIM_OUTBLOB_PADDED
};
enum sim_get_quote { SIM_GET_QUOTE_BOTH, SIM_GET_QUOTE_OFF, SIM_GET_QUOTE_IOR, SIM_GET_QUOTE_IOWR };
enum sim_dialect { SIM_DIALECT_BOTH, SIM_DIALECT_FRAMED, SIM_DIALECT_RAW };
enum sim_host_status { SIM_HOST_GOOD, SIM_HOST_ERROR, SIM_HOST_UNAVAILABLE, SIM_HOST_IN_FLIGHT };
enum sim_qgs {
    SIM_QGS_GOOD,
    SIM_QGS_OFF,
    SIM_QGS_ERROR,
    SIM_QGS_CLOSE,
    SIM_QGS_SHORT,
    SIM_QGS_HANG,
    SIM_QGS_BYTEWISE,
    SIM_QGS_WRONG_TYPE,
    SIM_QGS_HUGE_LENGTH,
    SIM_QGS_SIZE_MISMATCH
};
enum sim_pccs {
    SIM_PCCS_GOOD,
    SIM_PCCS_SLOW,
    SIM_PCCS_CUT,
    SIM_PCCS_NOT_FOUND,
    SIM_PCCS_TOO_MANY,
    SIM_PCCS_ERROR,
    SIM_PCCS_BUSY,
    SIM_PCCS_GONE,
    SIM_PCCS_UNKNOWN_PLATFORM,
    SIM_PCCS_WRONG_CONTENT,
    SIM_PCCS_HUGE,
    SIM_PCCS_NO_HEADER,
    SIM_PCCS_CHAIN_SWAPPED,
    SIM_PCCS_REDIRECT,
    SIM_PCCS_REDIRECT_HTTP,
    SIM_PCCS_REDIRECT_LOOP,
    SIM_PCCS_CLOSE,
    SIM_PCCS_HANG,
    SIM_PCCS_EMPTY
};
enum sim_tls {
    SIM_TLS_GOOD,
    SIM_TLS_WRONG_NAME,
    SIM_TLS_EXPIRED,
    SIM_TLS_SELF_SIGNED,
    SIM_TLS_UNTRUSTED
};
enum sim_crl_form { SIM_CRL_AUTO, SIM_CRL_HEX, SIM_CRL_DER, SIM_CRL_PEM };
enum sim_header_form { SIM_HEADER_V4, SIM_HEADER_LOWER, SIM_HEADER_V3, SIM_HEADER_LOWER_HEX };

/* What goes wrong outside the platform. errno values are 0 where nothing does. */
struct sim_faults {
    bool device_missing;
    int device_open_errno, device_errno; /* at open(); at GET_REPORT0 */
    enum sim_get_quote get_quote;        /* which numbers of the GET_QUOTE ioctl the device knows */
    enum sim_dialect dialect;            /* which payload the host behind it understands */
    enum sim_host_status host_status;    /* the status it writes */
    enum sim_tsm_mode tsm;
    const char *provider;
    int mkdir_errno, quote_errno; /* quote_errno: reading outblob, GET_QUOTE */
    enum sim_outblob outblob;
    bool in_flight;       /* an earlier request never finished: EBUSY */
    bool close_fails;     /* inblob is not applied, and nobody says so */
    bool generation_jump; /* another process writes inblob in between */
    bool uninterruptible; /* a waiting request ignores signals, SIGKILL too */
    uint64_t delay_ms;    /* what a quote takes */
    enum sim_qgs qgs;
    enum sim_pccs pccs;
    const char
        *pccs_only;      /* the fault strikes only this: tcb, identity, pckcrl, rootcrl; "": all */
    uint64_t pccs_times; /* the fault strikes so many requests, then no more; 0: always */
    uint64_t pccs_delay_ms, retry_after;
    enum sim_tls tls;
    enum sim_crl_form crl_form;
    enum sim_header_form header_form;
};

struct sim_world {
    struct sim_platform *platform;
    struct sim_faults faults;
    struct text anchor;  /* the right root, PEM, whatever the knobs say */
    struct text *values; /* of each knob; empty: its default */
    char *seed;
    int64_t now;
    unsigned changes; /* counts world_set() calls */
};

/* Returns NULL if memory or OpenSSL fails. */
struct sim_world *world_new(const char *seed, int64_t now);
void world_free(struct sim_world *world); /* NULL is fine */

/* Sets one knob from "NAME=VALUE" ("reset=all": every knob back). Returns TDX_OK or USAGE with what
 * is allowed; then nothing has changed. */
enum tdx_status world_set(struct sim_world *world, const char *assignment, struct tdx_error *err)
    TDX_MUST_CHECK;

/* Appends "NAME=VALUE" lines: of the knobs that are not at their default, or (all) every one. */
void world_status(const struct sim_world *world, bool all, struct text *out);

/* Appends a description of every knob, for --help. */
void world_help(struct text *out);

#endif
