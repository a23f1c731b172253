/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-attest collateral refresh: what tdx-collateral.timer runs. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "attest/collateral_refresh.h"
#include "core/base/conf.h"
#include "core/base/files.h"
#include "core/base/rfc3339.h"
#include "core/collateral/source.h"

#define GATE_CONF       TDX_CONFDIR "/gate.conf"
#define GATE_CONF_LIMIT ((size_t)256 << 10)

static const char help[] =
    "Usage: tdx-attest collateral refresh [OPTION]...\n"
    "Fetch the collateral of this machine, verify it, put it into the cache that\n"
    "logins use. Platforms that the cache knows already are refreshed, too.\n"
    "\n"
    "      --if-due             only what is due: a day old, or half of its life over\n"
    "      --quote FILE         the platform of this quote instead of one made by\n"
    "                           this TD\n"
    "      --cached-only        only the platforms in the cache; make no quote\n"
    "      --state DIR          where the rollback floor is kept (/var/lib/tdx-gate)\n"
    "      --gate-conf FILE     its pccs_url, trust_anchor and evidence options are\n"
    "                           used where none are given here\n"
    "                           (/etc/tdx-gate/gate.conf)\n"
    "      --format WORD        text or json: what changed and when it is due again\n"
    "                           (text)\n"
    "\n" OPTIONS_SOURCE_HELP "\n" OPTIONS_EVIDENCE_HELP "\n" OPTIONS_COMMON_HELP "\n"
    "Exit codes: 0 all is fresh, 1 what was served is refused, 2 usage, 3 nothing\n"
    "whole came. Unless the code is 0 the old bundle stays in use.\n";

enum {
    OPTION_IF_DUE = OPTION_OWN,
    OPTION_QUOTE,
    OPTION_CACHED_ONLY,
    OPTION_STATE,
    OPTION_GATE_CONF
};

/* --- options ---------------------------------------------------------------------------------- */

static int take_option(void *context, int letter)
{
    struct refresh *refresh = context;

    if (source_option(&refresh->source, letter))
        return PROGRAM_GO_ON;
    switch (letter) {
    case OPTION_IF_DUE:
        refresh->if_due = true;
        break;
    case OPTION_QUOTE:
        refresh->quote = optarg;
        break;
    case OPTION_CACHED_ONLY:
        refresh->cached_only = true;
        break;
    case OPTION_STATE:
        refresh->state = optarg;
        break;
    default: /* OPTION_GATE_CONF */
        refresh->gate_conf = optarg;
        break;
    }
    return PROGRAM_GO_ON;
}

static int read_options(struct refresh *refresh, int argc, char **argv)
{
    static const struct option table[] = {
        PROGRAM_OPTIONS,
        OPTIONS_EVIDENCE,
        OPTIONS_SOURCE,
        { "if-due", no_argument, NULL, OPTION_IF_DUE },
        { "quote", required_argument, NULL, OPTION_QUOTE },
        { "cached-only", no_argument, NULL, OPTION_CACHED_ONLY },
        { "state", required_argument, NULL, OPTION_STATE },
        { "gate-conf", required_argument, NULL, OPTION_GATE_CONF },
        { 0 },
    };
    int code = options_read(&refresh->shared, argc, argv, "", table, take_option, refresh);

    refresh->source.request.total_timeout_ms = refresh->shared.paths.timeout_ms;
    if (code == PROGRAM_GO_ON && refresh->cached_only && refresh->quote != NULL)
        code =
            program_usage(&refresh->shared.program, "--quote and --cached-only exclude each other");
    if (code == PROGRAM_GO_ON)
        code = source_options_complete(&refresh->source, &refresh->shared.program);
    return code;
}

/* A value of gate.conf for an option that the command line left open. */
static enum tdx_status fill(struct refresh *refresh, const struct conf_line *line,
                            const char **option, struct tdx_error *err)
{
    char *copy;

    if (*option != NULL)
        return TDX_OK;
    if (refresh->from_conf_count == sizeof(refresh->from_conf) / sizeof(refresh->from_conf[0]))
        return conf_bad_value(line, "each key once", err);
    copy = strdup(line->value);
    if (copy == NULL)
        return status_fail(err, TDX_NO_MEMORY, "%s", line->file);
    refresh->from_conf[refresh->from_conf_count++] = copy;
    *option = copy;
    return TDX_OK;
}

/* gate.conf may name a single bundle instead of a cache: that is its owner's to refresh. */
static bool is_file(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

/* Only what concerns a refresh; the gate itself judges the rest of its file. */
static enum tdx_status take_conf(const struct conf_line *line, void *context, struct tdx_error *err)
{
    struct refresh *refresh = context;
    struct source_request *request = &refresh->source.request;
    struct evidence_paths *paths = &refresh->shared.paths;
    const struct {
        const char *key, **option;
    } keys[] = {
        { "pccs_url", &request->pccs_url },
        { "collateral", &request->cache },
        { "device", &paths->device },
        { "trust_anchor", &refresh->source.anchor_file },
        { "tsm", &paths->tsm },
        { "attest_conf", &paths->attest_conf },
        { "qgs_socket", &paths->qgs_socket },
    };

    if (strcmp(line->key, "evidence") == 0 && paths->source == EVIDENCE_AUTO &&
        !evidence_source_parse(line->value, &paths->source))
        return conf_bad_value(line, "auto, tsm, ioctl or qgs", err);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(line->key, keys[i].key) != 0)
            continue;
        if ((keys[i].option == &request->pccs_url && request->region != NULL) ||
            (keys[i].option == &request->cache && is_file(line->value)))
            return TDX_OK;
        return fill(refresh, line, keys[i].option, err);
    }
    return TDX_OK;
}

static enum tdx_status read_conf(struct refresh *refresh, struct tdx_error *err)
{
    const char *path = refresh->gate_conf != NULL ? refresh->gate_conf : GATE_CONF;
    struct file_content content = { 0 };
    enum tdx_status status;
    struct stat st;

    if (refresh->gate_conf == NULL && stat(path, &st) != 0)
        return TDX_OK; /* no gate on this machine */
    status = file_read(path, GATE_CONF_LIMIT, FILE_READ_SAFE, &content, err);
    if (status == TDX_OK)
        status = conf_parse(path, file_content_span(&content), take_conf, refresh, err);
    file_content_free(&content);
    return status;
}

/* --- which platforms -------------------------------------------------------------------------- */

static void add_platform(struct refresh *refresh, const struct cache_key *key)
{
    for (size_t i = 0; i < refresh->count; i++)
        if (memcmp(refresh->outcome[i].key.fmspc, key->fmspc, sizeof(key->fmspc)) == 0 &&
            refresh->outcome[i].key.ca == key->ca)
            return;
    refresh->outcome[refresh->count++] = (struct outcome){ .key = *key };
}

/* This machine's platform first, then those that the cache knows. */
static enum tdx_status find_platforms(struct refresh *refresh, const char *folder,
                                      struct tdx_error *err)
{
    struct cache_entry entries[CACHE_ENTRIES_MAX];
    struct pcs_target target = { 0 };
    struct cache_key key;
    size_t count = 0;
    enum tdx_status status = TDX_OK, quote_status = TDX_CACHE_MISSING;

    if (!refresh->cached_only) {
        quote_status =
            collateral_target(&refresh->shared, refresh->quote, &target, &refresh->no_quote);
        if (quote_status == TDX_OK && target.sgx)
            return status_fail(err, TDX_PCS_WRONG_PLATFORM, "an SGX quote; the cache is for TDX");
        if (quote_status != TDX_OK && refresh->quote != NULL)
            return status_fail(err, quote_status, "%s", refresh->no_quote.detail);
    }
    if (quote_status == TDX_OK) {
        key = (struct cache_key){ .ca = target.ca };
        memcpy(key.fmspc, target.fmspc, sizeof(key.fmspc));
        add_platform(refresh, &key);
        refresh->own_known = true;
    }
    status = cache_list(folder, entries, &count, err);
    if (status != TDX_OK)
        return status;
    for (size_t i = 0; i < count; i++)
        add_platform(refresh, &entries[i].key);
    if (refresh->count == 0)
        return status_fail(err, quote_status, "%s",
                           refresh->cached_only ? "it is empty" : refresh->no_quote.detail);
    return TDX_OK;
}

/* --- one platform ----------------------------------------------------------------------------- */

/* Whether what is there can wait, by its age and by the life it has left. A bundle that is not
 * sound cannot. */
static bool can_wait(struct refresh *refresh, const char *folder, struct outcome *outcome)
{
    struct cached cached = { 0 };
    struct verify_context *context = NULL;
    struct cache_stored *stored = &outcome->stored;
    bool wait = false;

    if (refresh->if_due && cache_find(folder, &outcome->key, &cached, NULL) == TDX_OK &&
        verify_context_new(&cached.bundle.parts, &refresh->anchor,
                           cached.has_digest ? cached.digest : NULL, &context, NULL) == TDX_OK &&
        verify_context_facts(context, refresh->now, &stored->now, NULL) == TDX_OK) {
        stored->next = cache_due(cached.stored, stored->now.dates.earliest_expiration);
        stored->old = stored->now;
        stored->had_old = stored->unchanged = true;
        wait = !stored->now.expired && refresh->now < stored->next && cached.stored <= refresh->now;
    }
    verify_context_free(context);
    cached_free(&cached);
    return wait;
}

static enum tdx_status refresh_one(struct refresh *refresh, const struct cache *cache,
                                   struct outcome *outcome, struct tdx_error *err)
{
    struct pcs_target target = { .ca = outcome->key.ca };
    struct pcs_fetched fetched = { 0 };
    enum tdx_status status;

    memcpy(target.fmspc, outcome->key.fmspc, sizeof(target.fmspc));
    status = source_fetch(&refresh->source.request, &refresh->service, &target, &fetched, err);
    source_options_progress_end(&refresh->source);
    if (status == TDX_OK)
        status = cache_store(cache, &outcome->key, &fetched.bundle.parts, refresh->now,
                             &outcome->stored, err);
    pcs_fetched_free(&fetched);
    return status;
}

static enum tdx_status run(struct refresh *refresh, struct tdx_error *err)
{
    const struct source_request *request = &refresh->source.request;
    struct cache cache = { .floor_folder = refresh->state, .anchor = &refresh->anchor };
    bool noted = false;
    enum tdx_status status = read_conf(refresh, err);

    cache.folder = request->cache != NULL ? request->cache : CACHE_FOLDER;
    if (status == TDX_OK)
        status = source_options_anchor(&refresh->source, &refresh->anchor, err);
    if (status == TDX_OK)
        status = source_service(request, &refresh->service, err);
    if (status == TDX_OK)
        status = find_platforms(refresh, cache.folder, err);
    for (size_t i = 0; status == TDX_OK && i < refresh->count; i++) {
        struct outcome *outcome = &refresh->outcome[i];

        outcome->skipped = can_wait(refresh, cache.folder, outcome);
        if (outcome->skipped)
            continue;
        if (!noted)
            source_options_notes(&refresh->shared.program, &refresh->service);
        noted = true;
        outcome->status = refresh_one(refresh, &cache, outcome, &outcome->err);
    }
    return status;
}

int collateral_refresh(int argc, char **argv)
{
    struct refresh *refresh = calloc(1, sizeof(*refresh));
    struct tdx_error err = { 0 };
    enum tdx_status status;
    int code;

    if (refresh == NULL)
        return program_fail(&(struct program){ .name = "tdx-attest" }, TDX_NO_MEMORY, NULL);
    refresh->shared = (struct options){
        .program = { .name = "tdx-attest collateral refresh", .help = help, .formats = "text|json" }
    };
    code = read_options(refresh, argc, argv);
    if (code != PROGRAM_GO_ON)
        goto done;
    refresh->now = (int64_t)time(NULL);
    status = pcs_http_start(&err);
    if (status == TDX_OK) {
        status = run(refresh, &err);
        pcs_http_stop();
    }
    code = refresh_report(refresh, status, &err);
done:
    for (size_t i = 0; i < refresh->from_conf_count; i++)
        free(refresh->from_conf[i]);
    free(refresh);
    return code;
}
