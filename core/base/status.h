/* SPDX-License-Identifier: Apache-2.0 */
/* Every way to fail, once: a constant, a stable id, an exit code, a sentence and a remedy.
 *
 * The table lies in status.def and the *.def files it includes, one per layer. The message says
 * what is wrong, the detail (struct tdx_error) where and with which values, the remedy what to do.
 * A verdict such as OutOfDate is not an error: it lives in the result of the function that came to
 * it; a status says why there is no verdict, or which rule said no. */
#ifndef CORE_BASE_STATUS_H
#define CORE_BASE_STATUS_H

#include <stdbool.h>
#include <stddef.h>

#define TDX_MUST_CHECK                  __attribute__((warn_unused_result))
#define TDX_PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))

enum tdx_status {
#define X(name, id, code, message, remedy) name,
#include "core/base/status.def"
#undef X
    TDX_STATUS_COUNT
};

/* The exit codes of every tool (DESIGN.md section 4). */
enum {
    TDX_EXIT_YES = 0,
    TDX_EXIT_NO = 1,
    TDX_EXIT_USAGE = 2,
    TDX_EXIT_UNDECIDED = 3,
};

#define TDX_DETAIL_SIZE 512

/* The detail of one failure. The caller owns it, usually on the stack, initialised with { 0 }. */
struct tdx_error {
    enum tdx_status status;
    char detail[TDX_DETAIL_SIZE]; /* one line, UTF-8, no newline, may be empty, never secret */
};

/* None of these fails or allocates. An unknown value yields "INTERNAL", exit code 3. */
const char *status_id(enum tdx_status status);
const char *status_message(enum tdx_status status);
const char *status_remedy(enum tdx_status status); /* "" where there is none */
int status_exit_code(enum tdx_status status);

/* The status with this id, for what one program of ours wrote and another reads. Returns false for
 * an id that there is not. */
bool status_find(const char *id, enum tdx_status *ret) TDX_MUST_CHECK;

/* Records status and detail in err (may be NULL) and returns status, so that a failing function is
 * left with one line: return status_fail(err, TDX_..., "...").
 * The first failure recorded in err wins: cleanup code cannot overwrite the cause. Control
 * characters in the detail become '?'. */
enum tdx_status status_fail(struct tdx_error *err, enum tdx_status status, const char *format, ...)
    TDX_PRINTF(3, 4);

/* As status_fail(), and appends ": " and the words for error_number (an errno value). */
enum tdx_status status_fail_errno(struct tdx_error *err, enum tdx_status status, int error_number,
                                  const char *format, ...) TDX_PRINTF(4, 5);

/* Puts "context: " in front of a detail that is already there; err may be NULL. */
void status_prefix(struct tdx_error *err, const char *format, ...) TDX_PRINTF(2, 3);

#endif
