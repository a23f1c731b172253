/* SPDX-License-Identifier: Apache-2.0 */
/* A check: one statement about the guest, its severity, what it needs, how to judge it, what to do.
 *
 * Evaluation is pure: facts in, finding out. No check reads the machine, and no check prints. */
#ifndef HEALTHCHECK_CHECK_H
#define HEALTHCHECK_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"
#include "core/base/text.h"
#include "healthcheck/facts.h"

enum check_status {
    CHECK_PASS,
    CHECK_INFO, /* worth recording, no judgement */
    CHECK_WARN, /* works today; a known risk */
    CHECK_FAIL,
    CHECK_ERROR, /* could not be determined: never taken for a PASS */
    CHECK_SKIP,  /* does not apply, or its prerequisite failed; skip_reason says which */
    CHECK_STATUS_COUNT
};

enum check_severity {
    SEVERITY_INFO,
    SEVERITY_LOW,
    SEVERITY_MEDIUM,
    SEVERITY_HIGH,
    SEVERITY_CRITICAL
};

#define CHECK_REQUIRES_MAX 4
#define CHECK_SYMPTOM_MAX  20

/* Statuses as a set: GIVES(PASS) | GIVES(FAIL). */
#define GIVES(word) (1U << CHECK_##word)

/* What a check found. The texts are owned: finding_free(). */
struct finding {
    enum check_status status;
    const char *reason;   /* a stable code, static: "flag_missing"; NULL for PASS and INFO */
    struct text observed; /* the value that was read, as a person reads it */
    struct text source;   /* where: "/proc/cpuinfo" */
    struct text remedy;   /* if it differs from the check's own; else empty */
    struct text skip_reason;
};

struct collector;
struct evidence_outcome;
struct settings;

struct evaluation {
    const struct facts *facts;
    int64_t now;           /* seconds since 1970: of the run, or of the recording */
    bool live;             /* false: an image is inspected */
    unsigned accepted_tcb; /* TCB_STATUS_BIT()s that the gate accepts */
    const struct evidence_outcome *evidence; /* evidence.h; report_make() makes it, once */
    const struct settings *settings;         /* limits (settings.h); NULL for report_make(): the
                                              * defaults. Never NULL for a check. */
};

struct check {
    const char *id;    /* stable: "cpu.tdx_guest" */
    const char *title; /* a statement: "the CPU offers the tdx_guest feature" */
    enum check_severity severity;
    const char *expected; /* in words, for the report */
    const char *remedy;   /* what to do when it is not so; commands on lines of their own */
    const char *reads;    /* --explain: what it reads */
    const char *why;      /* --explain: why it matters */
    const char *requires[CHECK_REQUIRES_MAX]; /* ids that come earlier in the table */
    /* Ids that come earlier: where one of them is FAIL, a FAIL of this one is its consequence, and
     * becomes a SKIP that names it. Unlike requires this hides no other verdict. */
    const char *symptom_of[CHECK_SYMPTOM_MAX];
    bool live_only; /* needs a running guest: SKIP for an image */
    /* Every status that evaluate() can give once the prerequisites hold; what report_make() skips
     * by itself (a prerequisite, an image) is not meant. The tests hold findings to this set, and
     * want a fixture for each status in it (tests/fixtures/health/README.md). */
    unsigned gives;
    void (*evaluate)(const struct evaluation *evaluation, struct finding *ret);
};

/* A file with checks: a family, or a further part of one. Parts stand beside their family in
 * families[], and are reported under its name and title. */
struct family {
    const char *name;             /* "cpu"; NULL for a part */
    const char *title;            /* "CPU and platform"; NULL for a part */
    const struct family *part_of; /* NULL for a family */
    void (*collect)(const struct collector *collector);
    const struct check *checks;
    size_t check_count;
};

/* The family itself, also of a part. */
const struct family *family_whole(const struct family *family);

/* Sets status, reason and observed. reason is NULL for PASS and INFO. */
void finding_set(struct finding *finding, enum check_status status, const char *reason,
                 const char *observed_format, ...) TDX_PRINTF(4, 5);
void finding_source(struct finding *finding, const char *format, ...) TDX_PRINTF(2, 3);
void finding_remedy(struct finding *finding, const char *format, ...) TDX_PRINTF(2, 3);
/* SKIP: does not apply, because ... */
void finding_skip(struct finding *finding, const char *reason, const char *format, ...)
    TDX_PRINTF(3, 4);

/* For a fact that a check cannot do without. True if its value is there, with the source noted.
 * Otherwise the finding is set and false comes back: ERROR (with the reason "permission",
 * "unreadable") for what could not be read, SKIP for what was not looked for; for FACT_ABSENT the
 * status and reason that the caller names. */
bool finding_needs(struct finding *finding, const struct fact *fact, enum check_status if_absent,
                   const char *absent_reason, const char *absent_observed);

void finding_free(struct finding *finding); /* its texts, not finding itself */

const char *check_status_word(enum check_status status);       /* "PASS" */
const char *check_severity_word(enum check_severity severity); /* "critical" */

#endif
