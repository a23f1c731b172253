/* SPDX-License-Identifier: Apache-2.0 */
/* The few things that matter of an ELF file: whether this machine can load it, which libraries it
 * needs, and which functions it offers. Pure, bounded: the file may be anything.
 * Source: System V ABI, "Object Files" and "Program Loading"; its x86-64 supplement; the GNU hash
 * section. As the loader does, it goes by program headers, not by sections. */
#ifndef HEALTHCHECK_ELF_H
#define HEALTHCHECK_ELF_H

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/base/text.h"

#define ELF_SEGMENTS_MAX 128
#define ELF_ENTRIES_MAX  512 /* of the dynamic section */
#define ELF_SYMBOLS_MAX  (1U << 20)
#define ELF_NAME_SIZE    256 /* of a library or function, with its NUL */

/* Appends to out, one to a line:
 *     class=64, machine=62     the only lines for a file of another class or byte order
 *     needed=libc.so.6         for each library, in the file's order
 *     runpath=/opt/lib         where it says so
 *     exports=NAME             for those of names (NULL-terminated) that it offers as functions
 * Returns TDX_OK, ELF_BAD or NO_MEMORY; then out may hold some of the lines. */
enum tdx_status elf_describe(struct span file, const char *const *names, struct text *out,
                             struct tdx_error *err) TDX_MUST_CHECK;

#endif
