/* SPDX-License-Identifier: Apache-2.0 */
#include "pam_tdx/gate_conf.h"

#include <stdlib.h>
#include <string.h>

#include "core/collateral/cache.h"

/* --- values -------------------------------------------------------------------------------- */

static enum tdx_status set_string(char **out, const struct conf_line *line, struct tdx_error *err)
{
    char *copy = strdup(line->value);

    if (copy == NULL)
        return status_fail(err, TDX_NO_MEMORY, "%s", line->key);
    free(*out);
    *out = copy;
    return TDX_OK;
}

static enum tdx_status set_path(char **out, const struct conf_line *line, struct tdx_error *err)
{
    if (line->value[0] != '/')
        return conf_bad_value(line, "an absolute path", err);
    return set_string(out, line, err);
}

static enum tdx_status set_url(char **out, const struct conf_line *line, struct tdx_error *err)
{
    if (strncmp(line->value, "https://", 8) != 0 && strncmp(line->value, "http://", 7) != 0)
        return conf_bad_value(line, "an address that begins with https://", err);
    return set_string(out, line, err);
}

/* Digits and one of the units s, m, h, d (none: seconds), at most limit. */
static bool parse_duration(const char *text, unsigned limit, unsigned *ret)
{
    static const struct {
        char unit;
        unsigned seconds;
    } units[] = { { '\0', 1 }, { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
    uint64_t number = 0;
    const char *at = text;

    for (; *at >= '0' && *at <= '9' && number <= limit; at++)
        number = 10 * number + (uint64_t)(*at - '0');
    if (at == text || (at[0] != '\0' && at[1] != '\0'))
        return false;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (units[i].unit == *at && number * units[i].seconds <= limit) {
            *ret = (unsigned)(number * units[i].seconds);
            return true;
        }
    return false;
}

static enum tdx_status set_freshness(unsigned *out, const struct conf_line *line,
                                     struct tdx_error *err)
{
    unsigned seconds = 0;

    if (strcmp(line->value, "login") != 0 &&
        (!parse_duration(line->value, GATE_FRESHNESS_MAX_S, &seconds) || seconds == 0))
        return conf_bad_value(line, "login, or a time up to 1h such as 60s", err);
    *out = seconds;
    return TDX_OK;
}

static enum tdx_status set_grace(unsigned *out, const struct conf_line *line, struct tdx_error *err)
{
    if (!parse_duration(line->value, GATE_GRACE_MAX_S, out))
        return conf_bad_value(line, "0, or a time up to 30d such as 12h", err);
    return TDX_OK;
}

static enum tdx_status set_flag(bool *out, const struct conf_line *line, struct tdx_error *err)
{
    bool yes = strcmp(line->value, "yes") == 0;

    if (!yes && strcmp(line->value, "no") != 0)
        return conf_bad_value(line, "yes or no", err);
    *out = yes;
    return TDX_OK;
}

static enum tdx_status set_accepted(unsigned *out, const struct conf_line *line,
                                    struct tdx_error *err)
{
    struct tdx_error reason = { 0 };

    if (tcb_status_list_parse(line->value, out, &reason) != TDX_OK)
        return conf_bad_value(line, "TCB statuses such as UpToDate,SWHardeningNeeded, not Revoked",
                              err);
    return TDX_OK;
}

static enum tdx_status set_evidence(enum evidence_source *out, const struct conf_line *line,
                                    struct tdx_error *err)
{
    if (!evidence_source_parse(line->value, out))
        return conf_bad_value(line, "auto, tsm, ioctl or qgs", err);
    return TDX_OK;
}

static enum tdx_status add_policy(struct gate_conf *conf, const struct conf_line *line,
                                  struct tdx_error *err)
{
    enum tdx_status status;

    if (conf->policy_count == GATE_POLICIES_MAX)
        return conf_bad_value(line, "at most 16 policies", err);
    status = set_path(&conf->policy[conf->policy_count], line, err);
    if (status == TDX_OK)
        conf->policy_count++;
    return status;
}

/* --- keys ---------------------------------------------------------------------------------- */

static enum tdx_status set(enum gate_key key, const struct conf_line *line, void *context,
                           struct tdx_error *err)
{
    struct gate_conf *conf = context;

    switch (key) {
    case GATE_MODE:
    case GATE_TIMEOUT:
    case GATE_EXEMPT_GROUP:
        return gate_settings_set(key, line, &conf->settings, err);
    case GATE_FRESHNESS:
        return set_freshness(&conf->freshness_s, line, err);
    case GATE_ACCEPTED_TCB:
        return set_accepted(&conf->accepted_tcb, line, err);
    case GATE_POLICY:
        return add_policy(conf, line, err);
    case GATE_POLICY_SIGNER:
        return set_path(&conf->policy_signer, line, err);
    case GATE_COLLATERAL:
        return set_path(&conf->collateral, line, err);
    case GATE_COLLATERAL_GRACE:
        return set_grace(&conf->collateral_grace_s, line, err);
    case GATE_FETCH_ON_LOGIN:
        return set_flag(&conf->fetch_on_login, line, err);
    case GATE_PCCS_URL:
        return set_url(&conf->pccs_url, line, err);
    case GATE_TRUST_ANCHOR:
        return set_path(&conf->trust_anchor, line, err);
    case GATE_EVIDENCE:
        return set_evidence(&conf->evidence, line, err);
    case GATE_DEVICE:
        return set_path(&conf->device, line, err);
    case GATE_TSM:
        return set_path(&conf->tsm, line, err);
    case GATE_ATTEST_CONF:
        return set_path(&conf->attest_conf, line, err);
    case GATE_QGS_SOCKET:
        return set_path(&conf->qgs_socket, line, err);
    case GATE_KEY_COUNT:
        break;
    }
    return conf_unknown_key(line, err);
}

static enum tdx_status set_defaults(struct gate_conf *conf, struct tdx_error *err)
{
    *conf = (struct gate_conf){ .accepted_tcb = TCB_ACCEPTED_DEFAULT, .evidence = EVIDENCE_AUTO };
    conf->settings.timeout_ms = GATE_TIMEOUT_DEFAULT_MS;
    conf->collateral = strdup(CACHE_FOLDER);
    if (conf->collateral == NULL)
        return status_fail(err, TDX_NO_MEMORY, "the configuration");
    return TDX_OK;
}

enum tdx_status gate_conf_load(const struct gate_source *source, struct gate_conf *ret,
                               struct tdx_error *err)
{
    enum tdx_status status = set_defaults(ret, err);

    return status == TDX_OK ? gate_source_read(source, set, ret, err) : status;
}

enum tdx_status gate_conf_parse(const char *name, struct span text, struct gate_conf *ret,
                                struct tdx_error *err)
{
    enum tdx_status status = set_defaults(ret, err);

    return status == TDX_OK ? gate_text_read(name, text, set, ret, err) : status;
}

enum tdx_status gate_conf_take_words(const char *const *arguments, int count,
                                     struct gate_conf *conf, struct tdx_error *err)
{
    return gate_words_read(arguments, count, set, conf, err);
}

void gate_conf_free(struct gate_conf *conf)
{
    if (conf == NULL)
        return;
    for (size_t i = 0; i < GATE_POLICIES_MAX; i++)
        free(conf->policy[i]);
    free(conf->policy_signer);
    free(conf->collateral);
    free(conf->pccs_url);
    free(conf->trust_anchor);
    free(conf->device);
    free(conf->tsm);
    free(conf->attest_conf);
    free(conf->qgs_socket);
    *conf = (struct gate_conf){ 0 };
}
