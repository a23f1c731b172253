/* SPDX-License-Identifier: Apache-2.0 */
/* Which measured registers a change of the kernel's command line changes on this machine, judged
 * from the event log of this boot, and which policies pin them. */
#ifndef GRUB_TOOL_MEASURED_H
#define GRUB_TOOL_MEASURED_H

#include <stdbool.h>

#include "core/base/root.h"
#include "core/base/text.h"
#include "core/evidence/td_report.h"

struct measured {
    bool log_read; /* else why_not says why nothing can be said */
    char why_not[128];
    size_t records[TD_RTMR_COUNT]; /* records of this boot that hold the command line or what it is
                                    * read from: those change */
    bool options_only; /* a kernel stub measured its options: their text is not in the log */
    size_t truncated;  /* 1: the log's area is full, so records may be missing */
};

/* Looks at root's event log and /proc/cmdline. Nothing that is missing is an error. */
void measured_read(const struct root *root, struct measured *ret);
/* The same from bytes. command_line may be "". */
void measured_from_log(struct span log, const char *command_line, struct measured *ret);

/* Appends one line for each file below /etc/tdx-gate that pins register rtmr. */
void measured_policies(const struct root *root, unsigned rtmr, struct text *ret);

/* What to do before the change, for a person. live: root is the running system. */
void measured_advice(const struct root *root, const struct measured *measured, bool live,
                     struct text *ret);

#endif
