/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-attest collateral fetch: from a server into one file. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "attest/collateral.h"
#include "core/base/files.h"
#include "core/base/hex.h"
#include "core/base/rfc3339.h"
#include "core/collateral/source.h"

#define OUT_DEFAULT "collateral.json"

static const char help[] =
    "Usage: tdx-attest collateral fetch [--quote FILE | --fmspc HEX --ca WORD]\n"
    "                                   [OPTION]...\n"
    "Fetch what Intel publishes about a platform, verify it, write it to one file.\n"
    "\n"
    "      --quote FILE         the platform of this quote (default: one made by this\n"
    "                           TD)\n"
    "      --fmspc HEX          or the platform of this FMSPC, 12 digits,\n"
    "      --ca WORD            whose PCK certificates come from: platform or\n"
    "                           processor\n"
    "      --sgx                with --fmspc: for SGX quotes\n"
    "  -o, --out FILE           where to write it ('-': stdout; " OUT_DEFAULT ")\n"
    "      --format WORD        text or json: what is said about it (text)\n"
    "\n" OPTIONS_SOURCE_HELP "\n" OPTIONS_EVIDENCE_HELP "\n" OPTIONS_COMMON_HELP "\n"
    "Exit codes: 0 fetched and verified, 1 what came does not verify, 2 usage, 3\n"
    "nothing whole came. Unless the code is 0 no file is written.\n";

enum { OPTION_QUOTE = OPTION_OWN, OPTION_FMSPC, OPTION_CA, OPTION_SGX };

struct fetch_options {
    struct options shared;
    struct source_options source;
    const char *quote, *fmspc, *ca, *out;
    bool sgx;
    struct pcs_target target; /* if fmspc is given */
};

static int check_platform(struct fetch_options *options)
{
    const struct program *program = &options->shared.program;

    if (options->fmspc == NULL)
        return options->ca != NULL || options->sgx
                   ? program_usage(program, "--ca and --sgx go with --fmspc")
                   : PROGRAM_GO_ON;
    if (options->quote != NULL)
        return program_usage(program, "--quote and --fmspc exclude each other");
    if (hex_decode_exact(options->fmspc, strlen(options->fmspc), options->target.fmspc,
                         sizeof(options->target.fmspc), NULL) != TDX_OK)
        return program_usage(program, "--fmspc takes 12 hexadecimal digits, not '%s'",
                             options->fmspc);
    if (options->ca == NULL ||
        (strcmp(options->ca, "platform") != 0 && strcmp(options->ca, "processor") != 0))
        return program_usage(program, "--fmspc needs --ca platform or --ca processor");
    options->target.ca = strcmp(options->ca, "platform") == 0 ? PCK_CA_PLATFORM : PCK_CA_PROCESSOR;
    options->target.sgx = options->sgx;
    return PROGRAM_GO_ON;
}

static int take_option(void *context, int letter)
{
    struct fetch_options *options = context;

    if (source_option(&options->source, letter))
        return PROGRAM_GO_ON;
    switch (letter) {
    case 'o':
        options->out = optarg;
        break;
    case OPTION_QUOTE:
        options->quote = optarg;
        break;
    case OPTION_FMSPC:
        options->fmspc = optarg;
        break;
    case OPTION_CA:
        options->ca = optarg;
        break;
    default: /* OPTION_SGX */
        options->sgx = true;
        break;
    }
    return PROGRAM_GO_ON;
}

static int read_options(struct fetch_options *options, int argc, char **argv)
{
    static const struct option table[] = {
        PROGRAM_OPTIONS,
        OPTIONS_EVIDENCE,
        OPTIONS_SOURCE,
        { "quote", required_argument, NULL, OPTION_QUOTE },
        { "fmspc", required_argument, NULL, OPTION_FMSPC },
        { "ca", required_argument, NULL, OPTION_CA },
        { "sgx", no_argument, NULL, OPTION_SGX },
        { "out", required_argument, NULL, 'o' },
        { 0 },
    };
    int code = options_read(&options->shared, argc, argv, "o:", table, take_option, options);

    options->source.request.total_timeout_ms = options->shared.paths.timeout_ms;
    if (code == PROGRAM_GO_ON)
        code = check_platform(options);
    if (code == PROGRAM_GO_ON)
        code = source_options_complete(&options->source, &options->shared.program);
    return code;
}

static enum tdx_status examine(const struct fetch_options *options, const struct collateral *parts,
                               struct collateral_facts *ret, struct tdx_error *err)
{
    struct verify_context *context = NULL;
    struct trust_anchor anchor;
    enum tdx_status status = source_options_anchor(&options->source, &anchor, err);

    if (status == TDX_OK)
        status = verify_context_new(parts, &anchor, NULL, &context, err);
    if (status == TDX_OK)
        status = verify_context_facts(context, (int64_t)time(NULL), ret, err);
    verify_context_free(context);
    return status;
}

static enum tdx_status write_bundle(const char *path, const struct collateral *parts,
                                    struct tdx_error *err)
{
    struct text printed = { 0 };
    struct span content;
    enum tdx_status status = bundle_print(parts, &printed, err);
    int error;

    content = text_span(&printed);
    if (status == TDX_OK && strcmp(path, "-") != 0) {
        status = file_put(path, content, 0644, err);
    } else if (status == TDX_OK) {
        error = file_write_all(STDOUT_FILENO, content);
        if (error != 0)
            status = status_fail_errno(err, TDX_FILE_WRITE_FAILED, error, "standard output");
    }
    text_free(&printed);
    return status;
}

static void say(const struct fetch_options *options, const struct pcs_target *target,
                const struct source_service *service, const struct collateral_facts *facts)
{
    bool to_stdout = strcmp(options->out, "-") != 0;
    char platform[CACHE_NAME_SIZE], date[RFC3339_TEXT_SIZE], when[40];
    struct text said = { 0 };
    struct json_writer json = { .text = &said, .indent = true };
    int64_t until = facts->dates.earliest_expiration;

    (void)collateral_platform(target->fmspc, target->ca, platform);
    if (options->shared.program.format == OUTPUT_JSON) {
        platform[12] = '\0';
        json_open(&json, NULL, '{');
        json_put_string(&json, "file", options->out);
        json_put_string(&json, "server", service->base);
        json_put_string(&json, "fmspc", platform);
        json_put_string(&json, "ca", platform + 13);
        collateral_facts_json(facts, &json);
        json_put_string(&json, "trust_anchor",
                        options->source.anchor_file == NULL ? "intel" : "custom");
        json_close(&json, '}');
        text_add_char(&said, '\n');
    } else {
        text_addf(&said, "%s: %s for %s, from %s\nfirst to expire: %s, %s (%s)\n", options->out,
                  facts->is_tdx ? "TDX collateral" : "SGX collateral", platform, service->base,
                  facts->dates.first_to_expire, rfc3339_format(until, date),
                  collateral_when(until, (int64_t)time(NULL), when, sizeof(when)));
        if (options->source.anchor_file != NULL)
            text_addf(&said, "trust anchor: %s, NOT Intel's root\n", options->source.anchor_file);
    }
    (void)fputs(text_string(&said), to_stdout ? stdout : stderr);
    text_free(&said);
}

static enum tdx_status fetch(struct fetch_options *options, struct source_service *service,
                             struct collateral_facts *facts, struct tdx_error *err)
{
    const struct program *program = &options->shared.program;
    struct pcs_fetched fetched = { 0 };
    enum tdx_status status = source_service(&options->source.request, service, err);

    if (status == TDX_OK && options->fmspc == NULL)
        status = collateral_target(&options->shared, options->quote, &options->target, err);
    if (status != TDX_OK)
        return status;
    source_options_notes(program, service);
    status = source_fetch(&options->source.request, service, &options->target, &fetched, err);
    source_options_progress_end(&options->source);
    if (status == TDX_OK)
        status = examine(options, &fetched.bundle.parts, facts, err);
    if (status == TDX_OK && facts->expired)
        program_note(program, "%s: %s (%s)", status_message(TDX_PCS_SERVES_EXPIRED),
                     facts->dates.first_to_expire, status_id(TDX_PCS_SERVES_EXPIRED));
    if (status == TDX_OK)
        status = write_bundle(options->out, &fetched.bundle.parts, err);
    pcs_fetched_free(&fetched);
    return status;
}

int collateral_fetch(int argc, char **argv)
{
    struct fetch_options options = {
        .shared.program = { .name = "tdx-attest collateral fetch",
                            .help = help,
                            .formats = "text|json" },
        .out = OUT_DEFAULT,
    };
    const struct program *program = &options.shared.program;
    struct source_service service = { 0 };
    struct collateral_facts facts = { 0 };
    struct tdx_error err = { 0 };
    int code = read_options(&options, argc, argv);
    enum tdx_status status;

    if (code != PROGRAM_GO_ON)
        return code;
    status = pcs_http_start(&err);
    if (status == TDX_OK) {
        status = fetch(&options, &service, &facts, &err);
        pcs_http_stop();
    }
    if (status != TDX_OK)
        return program_fail(program, status, &err);
    if (!program->quiet)
        say(&options, &options.target, &service, &facts);
    return program_finish(program, TDX_EXIT_YES);
}
