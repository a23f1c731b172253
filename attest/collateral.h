/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-attest collateral: its subcommands, and what they share. */
#ifndef ATTEST_COLLATERAL_H
#define ATTEST_COLLATERAL_H

#include "attest/options.h"
#include "attest/source_options.h"
#include "core/base/json_write.h"
#include "core/base/text.h"
#include "core/collateral/cache.h"
#include "core/collateral/pcs_url.h"
#include "core/verify/verify.h"

/* argv[0] is the subcommand's name. Each returns the exit code. */
int collateral_fetch(int argc, char **argv);
int collateral_refresh(int argc, char **argv);
int collateral_show(int argc, char **argv);

/* The platform of a quote: one in a file, or (path NULL) one made by this TD for the purpose.
 * Fills sgx, fmspc and ca of *ret. */
enum tdx_status collateral_target(const struct options *options, const char *path,
                                  struct pcs_target *ret, struct tdx_error *err) TDX_MUST_CHECK;

/* "90C06F000000 platform" into out, which has CACHE_NAME_SIZE bytes. */
const char *collateral_platform(const uint8_t fmspc[6], enum pck_ca ca,
                                char out[static CACHE_NAME_SIZE]);

/* "in 29 days", "in 3 hours", "2 days ago". Returns out. */
const char *collateral_when(int64_t then, int64_t now, char *out, size_t size);

/* Members of an open JSON object: fmspc, ca, tee, evaluation numbers, dates, what expires first. */
void collateral_facts_json(const struct collateral_facts *facts, struct json_writer *json);

/* The member "error": null, or an object with code, message and detail. */
void collateral_error_json(struct json_writer *json, enum tdx_status status,
                           const struct tdx_error *err);

#endif
