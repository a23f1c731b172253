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
    }
    return TDX_OK;
}

static enum tdx_status parse_line(const char *name, struct span raw, struct qcnl_conf *conf,
                                  struct tdx_error *err)
{
    uint8_t line[LINE_LIMIT];
    size_t size = 0;
    const uint8_t *equals;

    for (size_t i = 0; i < raw.size; i++) {
        if (is_space(raw.data[i]))
            continue;
        if (size == sizeof(line))
            return status_fail(err, TDX_QCNL_BAD_VALUE, "%s: a line of more than %d characters",
                               name, LINE_LIMIT);
        line[size++] = raw.data[i];
    }
    equals = size > 0 && line[0] != '#' ? memchr(line, '=', size) : NULL;
    if (equals == NULL)
        return TDX_OK; /* Intel's library skips it as well */
    return set_key(name, (struct span){ line, (size_t)(equals - line) },
                   (struct span){ equals + 1, size - (size_t)(equals - line) - 1 }, conf, err);
}

static enum tdx_status parse_lines(const char *name, struct span text, struct qcnl_conf *conf,
                                   struct tdx_error *err)
{
    enum tdx_status status = TDX_OK;
    struct span line;

    while (status == TDX_OK && line_next(&text, &line))
        status = parse_line(name, line, conf, err);
    return status;
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
        status = parse_lines(name, text, &conf, err);
    if (status == TDX_OK)
        *ret = conf;
    return status;
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
