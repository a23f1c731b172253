/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/conf.h"

#include <string.h>

#include "core/base/span_text.h"
#include "core/base/text.h"

static enum tdx_status bad_syntax(const char *file, unsigned line, const char *why,
                                  struct tdx_error *err)
{
    return status_fail(err, TDX_CONF_SYNTAX, "%s, line %u: %s", file, line, why);
}

/* The quoted value at raw, which starts with '"', into out. Returns why it is wrong, or NULL. */
static const char *unquote(struct span raw, char *out)
{
    size_t at = 1, length = 0;

    for (; at < raw.size && raw.data[at] != '"'; at++) {
        if (raw.data[at] == '\\') {
            at++;
            if (at == raw.size || (raw.data[at] != '"' && raw.data[at] != '\\'))
                return "only \\\" and \\\\ may follow a backslash in a quoted value";
        }
        out[length++] = (char)raw.data[at];
    }
    if (at >= raw.size)
        return "the closing quote is missing";
    out[length] = '\0';
    raw.data += at + 1;
    raw.size -= at + 1;
    raw = span_trim_blanks(raw);
    if (raw.size > 0 && raw.data[0] != '#')
        return "text follows the closing quote";
    return NULL;
}

static void plain_value(struct span raw, char *out)
{
    for (size_t i = 0; i < raw.size; i++)
        if (raw.data[i] == '#' && (i == 0 || byte_is_blank(raw.data[i - 1])))
            raw.size = i;
    raw = span_trim_blanks(raw);
    if (raw.size > 0)
        memcpy(out, raw.data, raw.size);
    out[raw.size] = '\0';
}

static const char *control_character(struct span raw)
{
    for (size_t i = 0; i < raw.size; i++)
        if ((raw.data[i] < 0x20 && raw.data[i] != '\t') || raw.data[i] == 0x7f)
            return "it contains a control character";
    return NULL;
}

/* One line without its end. */
static enum tdx_status parse_line(struct conf_line *line, struct span raw, conf_handler handler,
                                  void *context, struct tdx_error *err)
{
    char key_text[CONF_LINE_LIMIT + 1], value_text[CONF_LINE_LIMIT + 1];
    const uint8_t *equals;
    const char *why = control_character(raw);
    struct span key, value;

    raw = span_trim_blanks(raw);
    if (raw.size == 0 || raw.data[0] == '#')
        return TDX_OK;
    if (why != NULL || raw.size > CONF_LINE_LIMIT)
        return bad_syntax(line->file, line->line, why != NULL ? why : "it is too long", err);
    equals = memchr(raw.data, '=', raw.size);
    if (equals == NULL)
        return bad_syntax(line->file, line->line, "there is no '='", err);
    key = span_trim_blanks((struct span){ raw.data, (size_t)(equals - raw.data) });
    value =
        span_trim_blanks((struct span){ equals + 1, raw.size - (size_t)(equals - raw.data) - 1 });
    if (key.size == 0)
        return bad_syntax(line->file, line->line, "the name before '=' is missing", err);
    memcpy(key_text, key.data, key.size);
    key_text[key.size] = '\0';
    if (value.size > 0 && value.data[0] == '"')
        why = unquote(value, value_text);
    else
        plain_value(value, value_text);
    if (why != NULL)
        return bad_syntax(line->file, line->line, why, err);
    line->key = key_text;
    line->value = value_text;
    return handler(line, context, err);
}

enum tdx_status conf_parse(const char *file, struct span text, conf_handler handler, void *context,
                           struct tdx_error *err)
{
    struct conf_line line = { .file = file };
    struct span raw;
    enum tdx_status status = TDX_OK;

    while (status == TDX_OK && line_next(&text, &raw)) {
        line.line++;
        status = parse_line(&line, raw, handler, context, err);
    }
    return status;
}

enum tdx_status conf_unknown_key(const struct conf_line *line, struct tdx_error *err)
{
    char quoted[80];

    return status_fail(err, TDX_CONF_UNKNOWN_KEY, "%s, line %u: \"%s\"", line->file, line->line,
                       text_quote(line->key, strlen(line->key), quoted, sizeof(quoted)));
}

enum tdx_status conf_bad_value(const struct conf_line *line, const char *expected,
                               struct tdx_error *err)
{
    char key[80], value[120];

    return status_fail(err, TDX_CONF_BAD_VALUE, "%s, line %u: %s = \"%s\"; expected %s", line->file,
                       line->line, text_quote(line->key, strlen(line->key), key, sizeof(key)),
                       text_quote(line->value, strlen(line->value), value, sizeof(value)),
                       expected);
}
