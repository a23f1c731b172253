/* SPDX-License-Identifier: Apache-2.0 */
/* The one line in which tdx-gate-check tells pam_tdx.so what it decided.
 *
 *     tdx-gate-check/1 TAB status id TAB detail TAB checksum LF
 *
 * The status id carries everything: OK lets in, any other says why not, and its exit code is also
 * that of the process. The checksum is against a line that was cut or mixed with something else,
 * not against an enemy: who can write into this pipe is root. */
#ifndef PAM_TDX_VERDICT_H
#define PAM_TDX_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/status.h"

#define VERDICT_LINE_LIMIT 1024 /* less than PIPE_BUF: one write is one piece */

struct verdict {
    enum tdx_status status;       /* TDX_OK: let in */
    char detail[TDX_DETAIL_SIZE]; /* printable; facts for the log */
};

/* Writes the line and a NUL to out. Returns its length; never fails: a detail that does not fit is
 * cut. */
size_t verdict_print(const struct verdict *verdict, char out[static VERDICT_LINE_LIMIT]);

/* Reads exactly one line. Returns false, *ret untouched, for anything else. */
bool verdict_parse(const char *text, size_t size, struct verdict *ret) TDX_MUST_CHECK;

#endif
