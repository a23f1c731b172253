/* SPDX-License-Identifier: Apache-2.0 */
#include "core/collateral/qcnl_conf.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/span_text.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define JSON_DEPTH      8 /* custom_request_options nests two deep */
#define LINE_LIMIT      4096

static const struct qcnl_conf defaults = { .use_secure_cert = true };

static bool is_space(uint8_t character)
{
    return character == ' ' || (character >= '\t' && character <= '\r');
}

static enum tdx_status bad_value(const char *name, const char *key, const char *expected,
                                 struct tdx_error *err)
{
    return status_fail(err, TDX_QCNL_BAD_VALUE, "%s: %s: expected %s", name, key, expected);
}

/* Copies an address as it was written; what it means is for pcs_base_normalize() to say. */
static bool copy_url(struct span value, char out[static PCS_URL_SIZE])
{
    if (value.size == 0) { /* an empty span may point nowhere */
        out[0] = '\0';
        return true;
    }
    if (value.size >= PCS_URL_SIZE || memchr(value.data, '\0', value.size) != NULL)
        return false;
    memcpy(out, value.data, value.size);
    out[value.size] = '\0';
    return true;
}

static unsigned at_most(uint64_t value, unsigned cap)
{
    return value < cap ? (unsigned)value : cap;
}

/* --- JSON with comments ----------------------------------------------------------------------- */

static void read_url(const struct json_place *root, const char *key, char out[static PCS_URL_SIZE])
{
    struct json_place place = json_member(root, key, JSON_OPTIONAL);

    if (!copy_url(json_as_string(&place), out))
        json_refuse(&place, "an address of at most %d characters", PCS_URL_SIZE - 1);
}

static void read_members(const struct json_place *root, struct qcnl_conf *conf)
{
    struct json_place secure = json_member(root, "use_secure_cert", JSON_OPTIONAL);
    struct json_place update = json_member(root, "tcb_update_type", JSON_OPTIONAL);
    struct json_place times = json_member(root, "retry_times", JSON_OPTIONAL);
    struct json_place delay = json_member(root, "retry_delay", JSON_OPTIONAL);
    struct json_place hours =
        json_member(root, "verify_collateral_cache_expire_hours", JSON_OPTIONAL);
    char word[16] = "";

    read_url(root, "pccs_url", conf->pccs_url);
    read_url(root, "collateral_service", conf->collateral_service);
    if (json_present(&secure))
        conf->use_secure_cert = json_as_bool(&secure);
    json_as_text(&update, word, sizeof(word));
    if (json_present(&update) && !pcs_update_parse(word, &conf->update))
        json_refuse(&update, "expected \"standard\" or \"early\"");
    conf->has_retry_times = json_present(&times);
    conf->retry_times = at_most(json_as_uint(&times, UINT32_MAX), QCNL_RETRIES_MAX);
    conf->has_retry_delay = json_present(&delay);
    conf->retry_delay = at_most(json_as_uint(&delay, UINT32_MAX), QCNL_DELAY_MAX);
    conf->cache_hours = at_most(json_as_uint(&hours, UINT32_MAX), QCNL_CACHE_HOURS_MAX);
}

static enum tdx_status parse_json(const char *name, struct span text, struct qcnl_conf *conf,
                                  struct tdx_error *err)
{
    struct tdx_error why = { 0 };
    struct json_reader reader = { .bad = TDX_QCNL_BAD_VALUE, .err = &why };
    struct json *json = NULL;
    struct json_place root;
    enum tdx_status status;

    status = json_parse_commented(text, JSON_DEPTH, &json, &why);
    if (status == TDX_OK) {
        reader.json = json;
        root = json_root(&reader);
        read_members(&root, conf);
        status = reader.status;
    }
    json_free(json);
    if (status == TDX_JSON_BAD || status == TDX_JSON_DUPLICATE)
        status = TDX_QCNL_JSON_BAD;
    return status == TDX_OK ? status : status_fail(err, status, "%s: %s", name, why.detail);
}

/* --- KEY=VALUE -------------------------------------------------------------------------------- */

/* Decimal digits only; false for anything else. */
static bool read_number(struct span value, uint64_t *ret)
{
    uint64_t number = 0;

    if (value.size == 0 || value.size > 9)
        return false;
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] < '0' || value.data[i] > '9')
            return false;
        number = number * 10 + (value.data[i] - '0');
    }
    *ret = number;
    return true;
}

static enum tdx_status set_key(const char *name, struct span key, struct span value,
                               struct qcnl_conf *conf, struct tdx_error *err)
{
    uint64_t number = 0;

    if (span_is(key, "PCCS_URL")) {
        if (!copy_url(value, conf->pccs_url))
            return bad_value(name, "PCCS_URL", "an address", err);
    } else if (span_is(key, "COLLATERAL_SERVICE")) {
        if (!copy_url(value, conf->collateral_service))
            return bad_value(name, "COLLATERAL_SERVICE", "an address", err);
    } else if (span_is(key, "USE_SECURE_CERT")) {
        conf->use_secure_cert = !span_is(value, "FALSE") && !span_is(value, "false");
    } else if (span_is(key, "RETRY_TIMES")) {
        if (!read_number(value, &number))
            return bad_value(name, "RETRY_TIMES", "a number", err);
        conf->has_retry_times = true;
        conf->retry_times = at_most(number, QCNL_RETRIES_MAX);
    } else if (span_is(key, "RETRY_DELAY")) {
        if (!read_number(value, &number))
            return bad_value(name, "RETRY_DELAY", "a number of seconds", err);
        conf->has_retry_delay = true;
        conf->retry_delay = at_most(number, QCNL_DELAY_MAX);
    } else if (span_is(key, "VERIFY_COLLATERAL_CACHE_EXPIRE_HOURS")) {
        if (!read_number(value, &number))
            return bad_value(name, "VERIFY_COLLATERAL_CACHE_EXPIRE_HOURS", "a number", err);
        conf->cache_hours = at_most(number, QCNL_CACHE_HOURS_MAX);
    }
    return TDX_OK;
}

/* A line without its white space, split at the first '='. False, and err says so, if it is too
 * long; *ret_key is empty for a line that says nothing, which Intel's library skips as well. */
static bool split_line(const char *name, struct span raw, uint8_t line[static LINE_LIMIT],
                       struct span *ret_key, struct span *ret_value, struct tdx_error *err)
{
    size_t size = 0;
    const uint8_t *equals;

    *ret_key = *ret_value = (struct span){ NULL, 0 };
    for (size_t i = 0; i < raw.size; i++) {
        if (is_space(raw.data[i]))
            continue;
        if (size == LINE_LIMIT) {
            (void)status_fail(err, TDX_QCNL_BAD_VALUE, "%s: a line of more than %d characters",
                              name, LINE_LIMIT);
            return false;
        }
        line[size++] = raw.data[i];
    }
    equals = size > 0 && line[0] != '#' ? memchr(line, '=', size) : NULL;
    if (equals != NULL) {
        *ret_key = (struct span){ line, (size_t)(equals - line) };
        *ret_value = (struct span){ equals + 1, size - (size_t)(equals - line) - 1 };
    }
    return true;
}

/* lenient: lines with a mistake are skipped. */
static enum tdx_status parse_lines(const char *name, struct span text, bool lenient,
                                   struct qcnl_conf *conf, struct tdx_error *err)
{
    struct span raw, key, value;
    uint8_t line[LINE_LIMIT];

    while (line_next(&text, &raw)) {
        enum tdx_status status = TDX_QCNL_BAD_VALUE;

        if (split_line(name, raw, line, &key, &value, err))
            status = set_key(name, key, value, conf, err);
        if (status != TDX_OK && !lenient)
            return status;
    }
    return TDX_OK;
}

/* True if a line sets one of the keys of this form. */
static bool has_key_line(struct span text)
{
    static const char *const keys[] = { "PCCS_URL", "COLLATERAL_SERVICE", "USE_SECURE_CERT" };
    struct span raw, key, value;
    uint8_t line[LINE_LIMIT];

    while (line_next(&text, &raw))
        for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
            if (split_line("", raw, line, &key, &value, NULL) && span_is(key, keys[i]))
                return true;
    return false;
}

/* True if a line that is no '#' comment has a member of the JSON form. */
static bool has_member_line(struct span text)
{
    static const char *const members[] = { "\"pccs_url\"", "\"collateral_service\"",
                                           "\"use_secure_cert\"" };
    struct span raw;

    while (line_next(&text, &raw)) {
        raw = span_trim(raw);
        for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
            if (!span_begins(raw, "#") && span_contains(raw, members[i]))
                return true;
    }
    return false;
}

/* --- which of the two ------------------------------------------------------------------------- */

/* Where the comment at text[at] ends; at itself if there is none. */
static size_t comment_end(struct span text, size_t at)
{
    const char *close = "\n";
    const uint8_t *end;

    if (at + 1 >= text.size || text.data[at] != '/')
        return at;
    if (text.data[at + 1] == '*')
        close = "*/";
    else if (text.data[at + 1] != '/')
        return at;
    end = memmem(text.data + at + 2, text.size - at - 2, close, strlen(close));
    if (end == NULL)
        return close[0] == '\n' ? text.size : at; /* an open one is a mistake: leave it there */
    return (size_t)(end - text.data) + (close[0] == '\n' ? 0 : strlen(close));
}

/* True if the first character that counts is '{'. '#' comments belong to the other form, but who
 * wrote one above a '{' meant JSON all the same. */
static bool meant_as_json(struct span text)
{
    for (size_t i = 0; i < text.size;) {
        size_t end = comment_end(text, i);

        if (text.data[i] == '#')
            end = span_line_end(text, i);
        if (end > i)
            i = end;
        else if (is_space(text.data[i]))
            i++;
        else
            return text.data[i] == '{';
    }
    return false;
}

enum tdx_status qcnl_conf_parse(const char *name, struct span text, struct qcnl_conf *ret,
                                struct tdx_error *err)
{
    struct qcnl_conf conf = defaults;
    size_t mark = strlen(BYTE_ORDER_MARK);
    bool has_mark = text.size >= mark && memcmp(text.data, BYTE_ORDER_MARK, mark) == 0;
    enum tdx_status status;

    if (has_mark) {
        text.data += mark;
        text.size -= mark;
    }
    conf.form = meant_as_json(text) ? QCNL_JSON : QCNL_KEY_VALUE;
    if (has_mark)
        return status_fail(err, conf.form == QCNL_JSON ? TDX_QCNL_JSON_BAD : TDX_QCNL_BAD_VALUE,
                           "%s: it begins with a byte order mark, save it without", name);
    if (conf.form == QCNL_JSON)
        status = parse_json(name, text, &conf, err);
    else
        status = parse_lines(name, text, false, &conf, err);
    if (status == TDX_OK)
        *ret = conf;
    return status;
}

void qcnl_conf_read(const char *name, struct span text, struct qcnl_reading *ret,
                    struct tdx_error *err)
{
    bool has_members = has_member_line(text), has_keys = has_key_line(text);

    *ret = (struct qcnl_reading){ .conf = defaults };
    ret->status = qcnl_conf_parse(name, text, &ret->conf, err);
    if (ret->status == TDX_OK && ret->conf.form == QCNL_JSON)
        return; /* what looks like a line of the other form stands in a comment */
    if (ret->status == TDX_OK && has_members && !has_keys)
        ret->status =
            status_fail(err, TDX_QCNL_JSON_BAD, "%s: its members stand outside of { }", name);
    ret->mixed = has_members && has_keys;
    ret->fell_back = ret->status == TDX_QCNL_JSON_BAD;
    if (ret->status != TDX_OK)
        (void)parse_lines(name, text, true, &ret->conf, NULL); /* lenient: it does not fail */
    ret->conf.form = ret->fell_back || meant_as_json(text) ? QCNL_JSON : QCNL_KEY_VALUE;
}

enum tdx_status qcnl_conf_load(const char *path, unsigned flags, struct qcnl_conf *ret,
                               bool *ret_exists, struct tdx_error *err)
{
    struct file_content content = { 0 };
    enum tdx_status status;
    struct stat st;

    if (stat(path, &st) != 0 && errno == ENOENT) {
        *ret = defaults;
        *ret_exists = false;
        return TDX_OK;
    }
    status = file_read(path, QCNL_CONF_SIZE_LIMIT, flags, &content, err);
    if (status == TDX_OK)
        status = qcnl_conf_parse(path, file_content_span(&content), ret, err);
    if (status == TDX_OK)
        *ret_exists = true;
    file_content_free(&content);
    return status;
}

const char *qcnl_conf_collateral_url(const struct qcnl_conf *conf)
{
    return conf->collateral_service[0] != '\0' ? conf->collateral_service : conf->pccs_url;
}
