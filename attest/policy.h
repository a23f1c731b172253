/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that deal with policies share. */
#ifndef ATTEST_POLICY_H
#define ATTEST_POLICY_H

#include "attest/options.h"
#include "core/appraise/policy.h"

/* argv[0] is the word after "policy". */
int policy_command_new(int argc, char **argv);
int policy_command_sign(int argc, char **argv);
int policy_command_show(int argc, char **argv);

/* Options --policy and --policy-signer, each of them repeatable. */
struct policy_options {
    const char *policy[POLICY_SOURCES_MAX];
    size_t policy_count;
    struct es384_key signer[POLICY_SIGNERS_MAX];
    size_t signer_count; /* 0: whoever signed it */
};

/* Takes the value of --policy. Returns PROGRAM_GO_ON or the code of the usage error it printed. */
int policy_options_add(struct policy_options *options, const struct program *program,
                       const char *path);

/* Takes the value of --policy-signer: reads its keys. Returns PROGRAM_GO_ON or the code of the
 * error it printed. */
int policy_options_add_signer(struct policy_options *options, const struct program *program,
                              const char *path);

/* Reads the policies, checks who signed them, and tells on standard error what in them has no
 * effect. The caller clears *ret with policy_set_clear(), whatever the result. */
enum tdx_status policy_options_load(const struct policy_options *options,
                                    const struct program *program, int64_t now,
                                    struct policy_set *ret, struct tdx_error *err) TDX_MUST_CHECK;

/* A private key's file. The caller frees *ret with es384_signer_free(). */
enum tdx_status policy_load_key(const char *path, struct es384_signer **ret, struct tdx_error *err)
    TDX_MUST_CHECK;

/* Writes the content to the file at path, or to standard output if path is NULL or "-". */
enum tdx_status policy_write_out(const char *path, struct span content, struct tdx_error *err)
    TDX_MUST_CHECK;

#endif
