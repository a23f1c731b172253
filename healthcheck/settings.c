/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/settings.h"

#include <string.h>
#include <unistd.h>

#include "core/base/conf.h"
#include "core/base/files.h"
#include "core/base/number.h"
#include "core/base/root.h"

#define SKIP_FORM "a check's id and the reason why it is skipped, in words"

/* Whole numbers. The longest that a limit may be set to still is a limit. */
static const struct number_key {
    const char *name, *expected;
    size_t at;
    unsigned initial, most;
} number_keys[] = {
    { "collateral_days", "days, 1 to 60", offsetof(struct settings, collateral_days), 7, 60 },
    { "collateral_age_hours", "hours, 1 to 720", offsetof(struct settings, collateral_age_hours),
      26, 720 },
    { "tls_days", "days, 1 to 365", offsetof(struct settings, tls_days), 14, 365 },
    { "clock_seconds", "seconds, 1 to 3600", offsetof(struct settings, clock_seconds), 120, 3600 },
    { "quote_warn_ms", "milliseconds, 1 to 60000", offsetof(struct settings, quote_warn_ms), 2000,
      60000 },
    /* a quarter of sshd's default LoginGraceTime */
    { "quote_fail_ms", "milliseconds, 1 to 60000", offsetof(struct settings, quote_fail_ms), 30000,
      60000 },
};

#define NUMBER_KEYS (sizeof(number_keys) / sizeof(number_keys[0]))

static unsigned *field_of(struct settings *settings, const struct number_key *key)
{
    return (unsigned *)(void *)((char *)settings + key->at);
}

void settings_defaults(struct settings *ret)
{
    *ret = (struct settings){ 0 };
    for (size_t i = 0; i < NUMBER_KEYS; i++)
        *field_of(ret, &number_keys[i]) = number_keys[i].initial;
}

/* "ID reason words" */
static enum tdx_status add_skip(const struct conf_line *line, struct settings *settings,
                                struct tdx_error *err)
{
    size_t length = strcspn(line->value, " \t");
    const char *reason = line->value + length + strspn(line->value + length, " \t");
    struct settings_skip *skip = &settings->skips[settings->skip_count];

    if (settings->skip_count == SETTINGS_SKIPS_MAX)
        return conf_bad_value(line, "at most 64 lines \"skip\"", err);
    if (length == 0 || length >= sizeof(skip->pattern) || *reason == '\0')
        return conf_bad_value(line, SKIP_FORM, err);
    if (strlen(reason) >= sizeof(skip->reason))
        return conf_bad_value(line, "a reason of less than 200 characters", err);
    for (size_t i = 0; i < settings->skip_count; i++)
        if (strlen(settings->skips[i].pattern) == length &&
            memcmp(settings->skips[i].pattern, line->value, length) == 0)
            return conf_bad_value(line, "each check once", err);
    memcpy(skip->pattern, line->value, length);
    skip->pattern[length] = '\0';
    (void)text_quote(reason, strlen(reason), skip->reason, sizeof(skip->reason));
    skip->line = line->line;
    settings->skip_count++;
    return TDX_OK;
}

struct reading {
    struct settings *settings;
    unsigned seen; /* a bit for each of number_keys[] */
};

static enum tdx_status take_line(const struct conf_line *line, void *context, struct tdx_error *err)
{
    struct reading *reading = context;
    uint64_t value = 0;

    if (strcmp(line->key, "skip") == 0)
        return add_skip(line, reading->settings, err);
    for (size_t i = 0; i < NUMBER_KEYS; i++) {
        if (strcmp(line->key, number_keys[i].name) != 0)
            continue;
        if ((reading->seen & (1U << i)) != 0)
            return conf_bad_value(line, "each key once", err);
        if (!number_parse(line->value, number_keys[i].most, &value) || value == 0)
            return conf_bad_value(line, number_keys[i].expected, err);
        reading->seen |= 1U << i;
        *field_of(reading->settings, &number_keys[i]) = (unsigned)value;
        return TDX_OK;
    }
    return conf_unknown_key(line, err);
}

enum tdx_status settings_of(const struct facts *facts, struct settings *ret, struct tdx_error *err)
{
    const struct fact *text = facts_find(facts, "probe:settings");
    const struct fact *file = facts_find(facts, "probe:settings_file");
    struct reading reading = { .settings = ret };
    char name[sizeof(ret->file)];
    enum tdx_status status = TDX_OK;

    settings_defaults(ret);
    (void)text_quote(file->value.data, file->value.size, name, sizeof(name));
    if (text->state == FACT_KNOWN)
        status = conf_parse(name, text->value, take_line, &reading, err);
    if (status == TDX_OK && ret->quote_fail_ms < ret->quote_warn_ms)
        status = status_fail(err, TDX_CONF_BAD_VALUE,
                             "%s: quote_fail_ms is %u, less than quote_warn_ms, %u", name,
                             ret->quote_fail_ms, ret->quote_warn_ms);
    if (status != TDX_OK)
        settings_defaults(ret);
    memcpy(ret->file, name, sizeof(name));
    return status;
}

/* As gate.conf is: root's (or ours, for an image in a folder of ours), and nobody else writes it.
 */
static enum tdx_status check_safe(const struct collector *collector, const char *path,
                                  struct tdx_error *err)
{
    struct stat st;
    enum tdx_status status;

    if (collector->recording) /* its files belong to whoever keeps it */
        return TDX_OK;
    if (collector->live)
        return file_check_safe(path, err);
    status = root_stat(collector->root, path, &st, err);
    if (status == TDX_OK &&
        ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & 0022U) != 0))
        status = status_fail(err, TDX_FILE_UNSAFE, "%s: uid %u, mode %04o", path,
                             (unsigned)st.st_uid, (unsigned)st.st_mode & 07777U);
    return status;
}

static void set_text(const struct collector *collector, const char *key, const char *text)
{
    facts_set(collector->facts, key, (struct span){ (const uint8_t *)text, strlen(text) });
}

enum tdx_status settings_collect(const struct collector *collector, const char *path,
                                 struct tdx_error *err)
{
    const char *name = path != NULL ? path : SETTINGS_DEFAULT_PATH;
    struct file_content content = { 0 };
    struct tdx_error found = { 0 }; /* what is no failure leaves no trace in err */
    enum tdx_status status;

    set_text(collector, "probe:settings_file", name);
    if (path != NULL)
        status = file_read(path, SETTINGS_LIMIT, FILE_READ_SAFE, &content, &found);
    else
        status = root_read_file(collector->root, name, SETTINGS_LIMIT, &content, &found);
    if (path == NULL && status == TDX_FILE_MISSING) {
        facts_set_state(collector->facts, "probe:settings", FACT_ABSENT, NULL);
        return TDX_OK;
    }
    if (path == NULL && status == TDX_FILE_UNREADABLE && geteuid() != 0) {
        facts_set_state(collector->facts, "probe:settings", FACT_DENIED, found.detail);
        return TDX_OK;
    }
    if (status == TDX_OK && path == NULL)
        status = check_safe(collector, name, &found);
    if (status == TDX_OK)
        facts_set(collector->facts, "probe:settings", file_content_span(&content));
    file_content_free(&content);
    return status == TDX_OK ? TDX_OK : status_fail(err, status, "%s", found.detail);
}
