/* SPDX-License-Identifier: Apache-2.0 */
#include "pam_tdx/gate_settings.h"

#include <string.h>

static enum tdx_status set_mode(const struct conf_line *line, struct gate_settings *settings,
                                struct tdx_error *err)
{
    if (strcmp(line->value, "enforce") == 0)
        settings->mode = GATE_MODE_ENFORCE;
    else if (strcmp(line->value, "warn") == 0)
        settings->mode = GATE_MODE_WARN;
    else {
        /* An earlier line's warn must not outlive a failed attempt to say something else. */
        settings->mode = GATE_MODE_ENFORCE;
        return conf_bad_value(line, "enforce or warn", err);
    }
    return TDX_OK;
}

static enum tdx_status set_timeout(const struct conf_line *line, struct gate_settings *settings,
                                   struct tdx_error *err)
{
    unsigned seconds = 0;
    const char *at = line->value;

    for (; *at >= '0' && *at <= '9' && seconds <= GATE_TIMEOUT_MAX_MS; at++)
        seconds = 10 * seconds + (unsigned)(*at - '0');
    if (*at != '\0' || seconds < 1 || seconds > GATE_TIMEOUT_MAX_MS / 1000)
        return conf_bad_value(line, "seconds from 1 to 30", err);
    settings->timeout_ms = 1000 * seconds;
    return TDX_OK;
}

static enum tdx_status set_group(const struct conf_line *line, struct gate_settings *settings,
                                 struct tdx_error *err)
{
    size_t length = strlen(line->value);

    if (length >= sizeof(settings->exempt_group) || strpbrk(line->value, ":, \t") != NULL)
        return conf_bad_value(line, "the name of one group, or nothing", err);
    memcpy(settings->exempt_group, line->value, length + 1);
    return TDX_OK;
}

enum tdx_status gate_settings_set(enum gate_key key, const struct conf_line *line,
                                  struct gate_settings *settings, struct tdx_error *err)
{
    switch ((int)key) {
    case GATE_MODE:
        return set_mode(line, settings, err);
    case GATE_TIMEOUT:
        return set_timeout(line, settings, err);
    case GATE_EXEMPT_GROUP:
        return set_group(line, settings, err);
    default:
        return TDX_OK;
    }
}

static enum tdx_status set(enum gate_key key, const struct conf_line *line, void *context,
                           struct tdx_error *err)
{
    return gate_settings_set(key, line, context, err);
}

enum tdx_status gate_settings_load(const struct gate_source *source, struct gate_settings *ret,
                                   struct tdx_error *err)
{
    *ret =
        (struct gate_settings){ .mode = GATE_MODE_ENFORCE, .timeout_ms = GATE_TIMEOUT_DEFAULT_MS };
    return gate_source_read(source, set, ret, err);
}
