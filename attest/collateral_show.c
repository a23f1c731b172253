/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-attest collateral show: what a bundle holds, who signed it, when each part expires. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "attest/collateral.h"
#include "core/base/files.h"
#include "core/base/rfc3339.h"
#include "core/collateral/inspect.h"

static const char help[] =
    "Usage: tdx-attest collateral show [FILE] [OPTION]...\n"
    "Say what a bundle holds, who signed it and when each part expires, the first to\n"
    "expire on top. Without FILE: each bundle of the cache.\n"
    "\n"
    "      --at RFC3339         judge at this time instead of now\n"
    "                           (2026-01-31T23:59:59Z)\n"
    "      --cache DIR          the cache (" CACHE_FOLDER_WORDS ")\n"
    "      --trust-anchor PEM   another root than Intel's: closed test networks only\n"
    "      --format WORD        text or json (text)\n"
    "\n" OPTIONS_COMMON_HELP "\n"
    "Exit codes: 0 sound and not expired, 1 not so, 2 usage, 3 it cannot be read.\n";

enum { OPTION_AT = OPTION_OWN };

struct show {
    struct options shared;
    struct source_options source;
    struct trust_anchor anchor;
    int64_t now;
    struct text out;
    struct json_writer json;
};

static int take_option(void *context, int letter)
{
    struct show *show = context;

    if (source_option(&show->source, letter) ||
        rfc3339_parse(optarg, strlen(optarg), &show->now, NULL) == TDX_OK) /* OPTION_AT */
        return PROGRAM_GO_ON;
    return program_usage(&show->shared.program,
                         "--at takes a time such as 2026-01-31T23:59:59Z, not '%s'", optarg);
}

static int read_options(struct show *show, int argc, char **argv)
{
    static const struct option table[] = {
        PROGRAM_OPTIONS,
        { "at", required_argument, NULL, OPTION_AT },
        { "cache", required_argument, NULL, OPTION_CACHE },
        { "trust-anchor", required_argument, NULL, OPTION_TRUST_ANCHOR },
        { 0 },
    };
    int code = options_read(&show->shared, argc, argv, "", table, take_option, show);

    if (code != PROGRAM_GO_ON)
        return code;
    if (argc - optind > 1)
        return program_usage(&show->shared.program, "one file at a time");
    return PROGRAM_GO_ON;
}

/* Whether it is sound under the anchor, and with which facts. */
static enum tdx_status verify(const struct show *show, const struct collateral *parts,
                              struct collateral_facts *ret, struct tdx_error *err)
{
    struct verify_context *context = NULL;
    enum tdx_status status = verify_context_new(parts, &show->anchor, NULL, &context, err);

    if (status == TDX_OK)
        status = verify_context_facts(context, show->now, ret, err);
    verify_context_free(context);
    return status;
}

static void item_text(struct show *show, const struct inspect_item *item)
{
    char from[RFC3339_TEXT_SIZE], until[RFC3339_TEXT_SIZE], when[40];
    bool certificate = item->kind == INSPECT_CERTIFICATE;

    text_addf(&show->out, "  %s  %-14s %s\n", rfc3339_format(item->until, until),
              collateral_when(item->until, show->now, when, sizeof(when)), item->name);
    text_addf(&show->out, "      %s by %s, %s %s", certificate ? "issued" : "signed",
              item->signer[0] != '\0' ? item->signer : "nobody that it names",
              certificate ? "valid from" : "of", rfc3339_format(item->from, from));
    if (item->kind == INSPECT_CRL)
        text_addf(&show->out, ", %zu revoked", item->revoked);
    else if (!certificate)
        text_addf(&show->out, ", evaluation number %" PRIu32, item->evaluation);
    text_add_char(&show->out, '\n');
}

static void bundle_text(struct show *show, const char *name, const struct inspection *inspection,
                        enum tdx_status status, const struct tdx_error *why)
{
    const uint8_t *f = inspection->fmspc;

    text_addf(&show->out, "%s: %s collateral for FMSPC %02X%02X%02X%02X%02X%02X\n", name,
              inspection->is_tdx ? "TDX" : "SGX", f[0], f[1], f[2], f[3], f[4], f[5]);
    if (status != TDX_OK)
        text_addf(&show->out, "  NOT sound: %s (%s): %s\n", status_message(status), why->detail,
                  status_id(status));
    else
        text_addf(&show->out, "  every signature leads to %s\n",
                  show->anchor.is_intel ? "Intel's root" : "the trust anchor, NOT Intel's root");
    for (size_t i = 0; i < inspection->count; i++)
        item_text(show, &inspection->item[i]);
}

static void bundle_json(struct show *show, const char *name, const struct inspection *inspection,
                        enum tdx_status status, const struct tdx_error *why,
                        const struct collateral_facts *facts)
{
    static const char *const kinds[] = {
        [INSPECT_TCB_INFO] = "tcb_info",
        [INSPECT_QE_IDENTITY] = "qe_identity",
        [INSPECT_CRL] = "crl",
        [INSPECT_CERTIFICATE] = "certificate",
    };
    struct json_writer *json = &show->json;

    json_open(json, NULL, '{');
    json_put_string(json, "file", name);
    json_put_string(json, "tee", inspection->is_tdx ? "TDX" : "SGX");
    json_put_hex(json, "fmspc", inspection->fmspc, sizeof(inspection->fmspc));
    json_put_bool(json, "verified", status == TDX_OK);
    json_put_string(json, "trust_anchor", show->anchor.is_intel ? "intel" : "custom");
    if (status == TDX_OK) {
        json_put_string(json, "ca",
                        facts->pck_crl_ca == PCK_CA_PLATFORM ? "platform" : "processor");
        json_put_bool(json, "expired", facts->expired);
    }
    json_open(json, "items", '[');
    for (size_t i = 0; i < inspection->count; i++) {
        const struct inspect_item *item = &inspection->item[i];

        json_open(json, NULL, '{');
        json_put_string(json, "kind", kinds[item->kind]);
        json_put_string(json, "name", item->name);
        json_put_string(json, "signer", item->signer);
        json_put_time(json, "from", item->from);
        json_put_time(json, "until", item->until);
        if (item->kind == INSPECT_CRL) {
            json_put_uint(json, "number", item->number);
            json_put_uint(json, "revoked", item->revoked);
        } else if (item->kind != INSPECT_CERTIFICATE) {
            json_put_uint(json, "evaluation", item->evaluation);
        }
        json_close(json, '}');
    }
    json_close(json, ']');
    collateral_error_json(json, status, why);
    json_close(json, '}');
}

/* Returns the exit code for this bundle. */
static int show_bundle(struct show *show, const char *name, const struct bundle *bundle)
{
    struct inspection inspection = { 0 };
    struct collateral_facts facts = { 0 };
    struct tdx_error err = { 0 }, why = { 0 };
    enum tdx_status status = inspect(&bundle->parts, &inspection, &err);

    if (status != TDX_OK) {
        status_prefix(&err, "%s", name);
        return program_fail(&show->shared.program, status, &err);
    }
    status = verify(show, &bundle->parts, &facts, &why);
    if (show->shared.program.format == OUTPUT_JSON)
        bundle_json(show, name, &inspection, status, &why, &facts);
    else
        bundle_text(show, name, &inspection, status, &why);
    if (status != TDX_OK)
        return status_exit_code(status);
    return facts.expired ? TDX_EXIT_NO : TDX_EXIT_YES;
}

static int show_file(struct show *show, const char *path)
{
    struct bundle bundle = { 0 };
    struct tdx_error err = { 0 };
    enum tdx_status status = bundle_load(path, FILE_READ_ANY, &bundle, &err);
    int code;

    if (status != TDX_OK)
        return program_fail(&show->shared.program, status, &err);
    code = show_bundle(show, path, &bundle);
    bundle_free(&bundle);
    return code;
}

static int show_cache(struct show *show)
{
    const char *folder =
        show->source.request.cache != NULL ? show->source.request.cache : CACHE_FOLDER;
    const struct program *program = &show->shared.program;
    struct cache_entry entries[CACHE_ENTRIES_MAX];
    struct tdx_error err = { 0 };
    size_t count = 0;
    enum tdx_status status = cache_list(folder, entries, &count, &err);
    int code = TDX_EXIT_YES;

    if (status == TDX_OK && count == 0)
        status = status_fail(&err, TDX_CACHE_MISSING, "%s", folder);
    if (status != TDX_OK)
        return program_fail(program, status, &err);
    for (size_t i = 0; i < count; i++) {
        struct cached cached = { 0 };
        char name[CACHE_NAME_SIZE];
        int one;

        cache_key_name(&entries[i].key, name);
        err = (struct tdx_error){ 0 };
        status = cache_find(folder, &entries[i].key, &cached, &err);
        one = status == TDX_OK ? show_bundle(show, name, &cached.bundle)
                               : program_fail(program, status, &err);
        cached_free(&cached);
        code = code == TDX_EXIT_YES ? one : code;
    }
    return code;
}

int collateral_show(int argc, char **argv)
{
    struct show show = {
        .shared.arguments = true,
        .shared.program = { .name = "tdx-attest collateral show",
                            .help = help,
                            .formats = "text|json" },
        .now = (int64_t)time(NULL),
    };
    bool list;
    struct tdx_error err = { 0 };
    int code = read_options(&show, argc, argv);
    enum tdx_status status;

    if (code != PROGRAM_GO_ON)
        return code;
    status = source_options_anchor(&show.source, &show.anchor, &err);
    if (status != TDX_OK)
        return program_fail(&show.shared.program, status, &err);
    show.json = (struct json_writer){ .text = &show.out, .indent = true };
    /* the cache is a list, one file is an object */
    list = optind == argc && show.shared.program.format == OUTPUT_JSON;
    if (list)
        json_open(&show.json, NULL, '[');
    code = optind < argc ? show_file(&show, argv[optind]) : show_cache(&show);
    if (list)
        json_close(&show.json, ']');
    if (show.shared.program.format == OUTPUT_JSON)
        text_add_char(&show.out, '\n');
    (void)fputs(text_string(&show.out), stdout);
    text_free(&show.out);
    return program_finish(&show.shared.program, code);
}
