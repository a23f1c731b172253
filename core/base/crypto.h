/* SPDX-License-Identifier: Apache-2.0 */
/* The cryptographic library, for programs: started without what a short life does not need, and the
 * one hash that is not part of a format. */
#ifndef CORE_BASE_CRYPTO_H
#define CORE_BASE_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/status.h"

#define CRYPTO_SHA512_SIZE 64

/* Must be the first call into the library in a process. No configuration file is read, no error
 * strings and no tables of algorithm names are loaded (0.6 ms), and nothing is left for exit() to
 * do, so that _exit() is as good. */
enum tdx_status crypto_start_lean(struct tdx_error *err) TDX_MUST_CHECK;

/* SHA-512 over the parts, one behind the other. Returns TDX_OK or CRYPTO_FAILED. */
enum tdx_status crypto_sha512(const struct span *parts, size_t count,
                              uint8_t ret[static CRYPTO_SHA512_SIZE], struct tdx_error *err)
    TDX_MUST_CHECK;

#endif
