/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-attest policy: appraisal policies, made, signed and shown. */
#include "attest/policy.h"

#include <string.h>
#include <unistd.h>

#include "attest/attest.h"
#include "core/base/files.h"

int attest_policy(int argc, char **argv)
{
    static const struct command commands[] = {
        { "new", "make a policy from a quote, a report or this TD", policy_command_new },
        { "sign", "sign a policy into a token", policy_command_sign },
        { "show", "show what a policy demands, who signed it, and what is wrong with it",
          policy_command_show },
        { NULL, NULL, NULL },
    };

    return program_dispatch("tdx-attest policy",
                            "Make, sign and inspect appraisal policies, in the forms that Intel's "
                            "appraisal engine reads.",
                            commands, argc, argv);
}

int policy_options_add(struct policy_options *options, const struct program *program,
                       const char *path)
{
    if (options->policy_count == POLICY_SOURCES_MAX)
        return program_usage(program, "--policy may be given %d times", POLICY_SOURCES_MAX);
    options->policy[options->policy_count++] = path;
    return PROGRAM_GO_ON;
}

int policy_options_add_signer(struct policy_options *options, const struct program *program,
                              const char *path)
{
    struct tdx_error err = { 0 };
    enum tdx_status status =
        policy_signers_load(path, FILE_READ_ANY, options->signer, &options->signer_count, &err);

    return status == TDX_OK ? PROGRAM_GO_ON : program_fail(program, status, &err);
}

static void note(enum policy_lint_weight weight, const char *sentence, void *context)
{
    (void)weight;
    program_note(context, "%s", sentence);
}

enum tdx_status policy_options_load(const struct policy_options *options,
                                    const struct program *program, int64_t now,
                                    struct policy_set *ret, struct tdx_error *err)
{
    struct program told = *program;
    enum tdx_status status = TDX_OK;

    for (size_t i = 0; status == TDX_OK && i < options->policy_count; i++)
        status = policy_set_load(ret, options->policy[i], FILE_READ_ANY, now, err);
    if (status == TDX_OK && options->signer_count > 0)
        status = policy_set_check_signers(ret, options->signer, options->signer_count, err);
    if (status == TDX_OK)
        policy_set_lint(ret, note, &told);
    return status;
}

enum tdx_status policy_load_key(const char *path, struct es384_signer **ret, struct tdx_error *err)
{
    struct file_content pem = { 0 };
    enum tdx_status status = file_read(path, ES384_PEM_LIMIT, FILE_READ_ANY, &pem, err);

    if (status != TDX_OK)
        return status;
    status = es384_signer_parse(file_content_span(&pem), ret, err);
    if (status != TDX_OK)
        status_prefix(err, "%s", path);
    explicit_bzero(pem.data, pem.size);
    file_content_free(&pem);
    return status;
}

enum tdx_status policy_write_out(const char *path, struct span content, struct tdx_error *err)
{
    int error;

    if (path != NULL && strcmp(path, "-") != 0)
        return file_put(path, content, 0644, err);
    error = file_write_all(STDOUT_FILENO, content);
    if (error != 0)
        return status_fail_errno(err, TDX_FILE_WRITE_FAILED, error, "standard output");
    return TDX_OK;
}
