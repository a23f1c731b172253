/* SPDX-License-Identifier: Apache-2.0 */
#include "pam_tdx/gate_keys.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "core/base/files.h"

#define ARGUMENTS "arguments of pam_tdx.so" /* in place of a file's name */

static const char *const names[] = {
#define X(constant, name) [constant] = name,
    GATE_KEYS(X)
#undef X
};

const char *gate_key_name(enum gate_key key)
{
    return (size_t)key < GATE_KEY_COUNT ? names[key] : "?";
}

/* One place in which a key may stand once: the file, or the arguments. */
struct place {
    gate_key_handler handler;
    void *context;
    uint32_t seen;
    enum tdx_status first; /* what was wrong first */
};

static enum tdx_status find_key(const struct conf_line *line, enum gate_key *ret,
                                struct tdx_error *err)
{
    for (unsigned i = 0; i < GATE_KEY_COUNT; i++)
        if (strcmp(line->key, names[i]) == 0) {
            *ret = (enum gate_key)i;
            return TDX_OK;
        }
    return conf_unknown_key(line, err);
}

/* Takes back what the key of line said before: what was meant is not ours to guess, and no value is
 * the strict one. The handler's complaint about it is not news. */
static void take_back(const struct place *place, enum gate_key key, const struct conf_line *line)
{
    const struct conf_line nothing = {
        .file = line->file, .line = line->line, .key = gate_key_name(key), .value = ""
    };
    enum tdx_status status = place->handler(key, &nothing, place->context, NULL);

    (void)status;
}

static enum tdx_status hand_over(struct place *place, const struct conf_line *line,
                                 struct tdx_error *err)
{
    enum gate_key key = GATE_KEY_COUNT;
    enum tdx_status status = find_key(line, &key, err);

    if (status != TDX_OK)
        return status;
    if (key != GATE_POLICY && (place->seen & (UINT32_C(1) << key)) != 0) {
        if (key == GATE_MODE || key == GATE_EXEMPT_GROUP)
            take_back(place, key, line);
        return conf_bad_value(line, "each key once", err);
    }
    place->seen |= UINT32_C(1) << key;
    return place->handler(key, line, place->context, err);
}

/* A conf_handler: never ends the reading. */
static enum tdx_status take_line(const struct conf_line *line, void *context, struct tdx_error *err)
{
    struct place *place = context;
    enum tdx_status status = hand_over(place, line, err);

    if (place->first == TDX_OK)
        place->first = status;
    return TDX_OK;
}

enum tdx_status gate_text_read(const char *name, struct span text, gate_key_handler handler,
                               void *context, struct tdx_error *err)
{
    struct place place = { .handler = handler, .context = context, .first = TDX_OK };
    enum tdx_status status = conf_parse(name, text, take_line, &place, err);

    if (status != TDX_OK)
        take_back(&place, GATE_MODE, &(struct conf_line){ .file = name });
    return place.first != TDX_OK ? place.first : status;
}

static enum tdx_status read_file(const char *path, gate_key_handler handler, void *context,
                                 struct tdx_error *err)
{
    struct file_content content = { 0 };
    enum tdx_status status = file_read(path, GATE_CONF_LIMIT, FILE_READ_SAFE, &content, err);

    if (status == TDX_OK)
        status = gate_text_read(path, file_content_span(&content), handler, context, err);
    file_content_free(&content);
    return status;
}

/* One word of a PAM line. libpam has already taken quotes and brackets away, so the value is
 * everything behind the first '='. */
static enum tdx_status read_argument(struct place *place, const char *word, unsigned number,
                                     struct tdx_error *err)
{
    char key[64];
    const char *equals = strchr(word, '=');
    struct conf_line line = { .file = ARGUMENTS, .line = number, .key = key };
    size_t length = equals != NULL ? (size_t)(equals - word) : strlen(word);

    if (length >= sizeof(key))
        length = sizeof(key) - 1; /* no key is as long: it stays unknown */
    memcpy(key, word, length);
    key[length] = '\0';
    line.value = equals != NULL ? equals + 1 : "";
    if (equals == NULL)
        return status_fail(err, TDX_CONF_SYNTAX, "%s, word %u: there is no '='", line.file, number);
    return hand_over(place, &line, err);
}

/* "mode", "enforce", "mode:enforce": a mode, badly written. "debug", which other modules take, is
 * not. */
static bool may_mean_mode(const char *word)
{
    static const char *const beginnings[] = { "mode", "enforce", "warn" };

    for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
        if (strncasecmp(word, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    return false;
}

enum tdx_status gate_words_read(const char *const *arguments, int count, gate_key_handler handler,
                                void *context, struct tdx_error *err)
{
    struct place place = { .handler = handler, .context = context, .first = TDX_OK };
    bool is_clear = true;

    for (int i = 0; i < count; i++) {
        enum tdx_status word = read_argument(&place, arguments[i], (unsigned)i + 1, err);

        if (word == TDX_CONF_SYNTAX && may_mean_mode(arguments[i]))
            is_clear = false;
        if (place.first == TDX_OK)
            place.first = word;
    }
    if (!is_clear)
        take_back(&place, GATE_MODE, &(struct conf_line){ .file = ARGUMENTS });
    return place.first;
}

enum tdx_status gate_source_read(const struct gate_source *source, gate_key_handler handler,
                                 void *context, struct tdx_error *err)
{
    enum tdx_status status = read_file(source->file, handler, context, err);
    enum tdx_status words =
        gate_words_read(source->arguments, source->argument_count, handler, context, err);

    return status != TDX_OK ? status : words;
}

void gate_line_read(int count, const char *const *arguments, struct gate_line *ret)
{
    static const char config[] = "config=", helper[] = "helper=";

    *ret = (struct gate_line){ .config = GATE_CONF_DEFAULT, .helper = GATE_HELPER_DEFAULT };
    for (int i = 0; i < count; i++) {
        if (strncmp(arguments[i], config, sizeof(config) - 1) == 0)
            ret->config = arguments[i] + sizeof(config) - 1;
        else if (strncmp(arguments[i], helper, sizeof(helper) - 1) == 0)
            ret->helper = arguments[i] + sizeof(helper) - 1;
        else if (ret->word_count < GATE_ARGUMENTS_LIMIT)
            ret->words[ret->word_count++] = arguments[i];
        else
            ret->too_many = true;
    }
}
