/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-attest policy sign: a policy into a token, in the form of Intel's signer. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "attest/policy.h"
#include "core/appraise/policy_new.h"
#include "core/base/files.h"

static const char help[] =
    "Usage: tdx-attest policy sign POLICY.json --key KEY.pem [OPTION]...\n"
    "Sign an appraisal policy into a token (JWS, ES384) that tdx-attest and Intel's\n"
    "appraisal engine read. The policy goes into it byte for byte.\n"
    "\n"
    "      --in FILE            the policy, instead of an argument ('-': standard\n"
    "                           input)\n"
    "      --key KEY.pem        the private key, P-384\n"
    "      --new-key KEY.pem    make one and keep it in this new file, for root's\n"
    "                           eyes only; its public half goes to KEY.pem.pub\n"
    "  -o, --out FILE           where to write the token ('-': standard output, the\n"
    "                           default)\n"
    "      --force              sign a policy that cannot work as it is written, "
    "too\n" OPTIONS_COMMON_HELP "\n"
    "Do it in a safe place, not on the machine that is to be appraised. Exit codes: 0\n"
    "signed, 1 the policy or the key is unsound, 2 usage, 3 a file could not be read\n"
    "or written.\n";

enum { OPTION_IN = OPTION_OWN, OPTION_KEY, OPTION_NEW_KEY, OPTION_FORCE };

struct sign_options {
    struct options shared;
    const char *in, *key, *new_key, *out;
    bool force;
};

static int take_option(void *context, int letter)
{
    struct sign_options *options = context;

    switch (letter) {
    case OPTION_IN:
        options->in = optarg;
        break;
    case OPTION_KEY:
        options->key = optarg;
        break;
    case OPTION_NEW_KEY:
        options->new_key = optarg;
        break;
    case OPTION_FORCE:
        options->force = true;
        break;
    default: /* 'o' */
        options->out = optarg;
        break;
    }
    return PROGRAM_GO_ON;
}

static int read_options(struct sign_options *options, int argc, char **argv)
{
    static const struct option table[] = {
        PROGRAM_OPTIONS,
        { "in", required_argument, NULL, OPTION_IN },
        { "key", required_argument, NULL, OPTION_KEY },
        { "new-key", required_argument, NULL, OPTION_NEW_KEY },
        { "out", required_argument, NULL, 'o' },
        { "force", no_argument, NULL, OPTION_FORCE },
        { 0 },
    };
    const struct program *program = &options->shared.program;
    int code = options_read(&options->shared, argc, argv, "o:", table, take_option, options);

    if (code != PROGRAM_GO_ON)
        return code;
    if (options->in == NULL && optind < argc)
        options->in = argv[optind++];
    if (optind < argc)
        return program_usage(program, "unexpected argument '%s'", argv[optind]);
    if (options->in == NULL)
        return program_usage(program, "which policy? POLICY.json is missing");
    if ((options->key != NULL) == (options->new_key != NULL))
        return program_usage(program, "give either --key or --new-key");
    return PROGRAM_GO_ON;
}

struct findings {
    const struct program *program;
    bool broken;
    char first[TDX_DETAIL_SIZE];
};

static void find(enum policy_lint_weight weight, const char *sentence, void *context)
{
    struct findings *findings = context;

    program_note(findings->program, "%s", sentence);
    if (weight != POLICY_LINT_BROKEN || findings->broken)
        return;
    findings->broken = true;
    (void)snprintf(findings->first, sizeof(findings->first), "%s", sentence);
}

/* Whether it is a policy, and one that can work. */
static enum tdx_status check_policy(const struct sign_options *options, struct span text,
                                    struct tdx_error *err)
{
    struct findings findings = { .program = &options->shared.program };
    struct policy_set set = { 0 };
    enum tdx_status status = policy_set_add(&set, options->in, text, (int64_t)time(NULL), err);

    if (status == TDX_OK && policy_source_token(set.source[0])->is_signed)
        status = status_fail(err, TDX_POLICY_BAD, "%s is a token already", options->in);
    if (status == TDX_OK)
        policy_set_lint(&set, find, &findings);
    if (status == TDX_OK && findings.broken && !options->force)
        status = status_fail(err, TDX_POLICY_INEFFECTIVE, "%s", findings.first);
    policy_set_clear(&set);
    return status;
}

/* A file that nobody else can read and that was not there before. */
static enum tdx_status write_secret(const char *path, struct span secret, struct tdx_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    int error;

    if (fd < 0)
        return status_fail_errno(err, errno == EEXIST ? TDX_KEY_EXISTS : TDX_FILE_WRITE_FAILED,
                                 errno, "%s", path);
    error = file_write_all(fd, secret);
    if (error == 0 && fsync(fd) != 0)
        error = errno;
    if (close(fd) != 0 && error == 0)
        error = errno;
    if (error == 0)
        return TDX_OK;
    (void)unlink(path); /* a key cut short is of no use */
    return status_fail_errno(err, TDX_FILE_WRITE_FAILED, error, "%s", path);
}

static enum tdx_status write_public(const char *path, const struct es384_signer *signer,
                                    struct tdx_error *err)
{
    struct text pem = { 0 }, name = { 0 };
    enum tdx_status status = es384_key_print(es384_signer_key(signer), &pem, err);

    text_addf(&name, "%s.pub", path);
    if (status == TDX_OK && !text_ok(&name))
        status = status_fail(err, TDX_NO_MEMORY, "a file name");
    if (status == TDX_OK)
        status = policy_write_out(text_string(&name), text_span(&pem), err);
    text_free(&pem);
    text_free(&name);
    return status;
}

static enum tdx_status make_key(const struct sign_options *options, struct es384_signer **ret,
                                struct tdx_error *err)
{
    char pem[2048];
    size_t size = 0;
    struct es384_signer *signer = NULL;
    enum tdx_status status = es384_signer_new(&signer, err);

    if (status == TDX_OK)
        status = es384_signer_print(signer, pem, sizeof(pem), &size, err);
    if (status == TDX_OK)
        status = write_secret(options->new_key, (struct span){ (const uint8_t *)pem, size }, err);
    explicit_bzero(pem, sizeof(pem));
    if (status == TDX_OK)
        status = write_public(options->new_key, signer, err);
    if (status != TDX_OK) {
        es384_signer_free(signer);
        return status;
    }
    program_note(
        &options->shared.program,
        "the new key is in %s, keep it secret; %s.pub is for --policy-signer and gate.conf",
        options->new_key, options->new_key);
    *ret = signer;
    return TDX_OK;
}

int policy_command_sign(int argc, char **argv)
{
    struct sign_options options = {
        .shared.arguments = true,
        .shared.program = { .name = "tdx-attest policy sign", .help = help, .formats = "jwt" },
    };
    struct file_content policy = { 0 };
    struct es384_signer *signer = NULL;
    struct text token = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status;
    int code = read_options(&options, argc, argv);

    if (code != PROGRAM_GO_ON)
        return code;
    status = file_read(options.in, POLICY_TEXT_LIMIT, FILE_READ_ANY, &policy, &err);
    if (status == TDX_OK)
        status = check_policy(&options, file_content_span(&policy), &err);
    if (status == TDX_OK)
        status = options.key != NULL ? policy_load_key(options.key, &signer, &err)
                                     : make_key(&options, &signer, &err);
    if (status == TDX_OK)
        status = policy_sign(file_content_span(&policy), signer, &token, &err);
    if (status == TDX_OK)
        status = policy_write_out(options.out, text_span(&token), &err);
    text_free(&token);
    es384_signer_free(signer);
    file_content_free(&policy);
    return status == TDX_OK ? TDX_EXIT_YES : program_fail(&options.shared.program, status, &err);
}
