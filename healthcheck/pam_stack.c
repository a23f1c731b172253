/* SPDX-License-Identifier: Apache-2.0 */
/* Reading /etc/pam.d as libpam does. */
#include "healthcheck/pam_stack.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "healthcheck/lines.h"

#define BLANKS " \n\t"

enum { CODE_SUCCESS = 0, CODE_NEW_AUTHTOK_REQD = 12, CODE_IGNORE = 25 };

/* Everything a reading carries along. */
struct reading {
    const struct facts *facts;
    enum pam_type type;
    struct pam_stack *stack;
    struct tdx_error *err;
};

char *pam_token_next(char **rest, bool *was_bracket)
{
    char *at = *rest, *end, *to;

    if (at == NULL)
        return NULL;
    at += strspn(at, BLANKS);
    if (*at == '\0') {
        *rest = NULL;
        return NULL;
    }
    if (was_bracket != NULL)
        *was_bracket = *at == '[';
    if (*at == '[') {
        for (to = end = ++at; *end != '\0' && *end != ']'; to++, end++) {
            if (*end == '\\' && end[1] == ']')
                end++;
            *to = *end;
        }
        if (to != end)
            *to = '\0';
    } else {
        end = at + strcspn(at, BLANKS);
    }
    if (*end != '\0')
        *end++ = '\0';
    *rest = *end != '\0' ? end : NULL;
    return at;
}

static void set_default(int action[static PAM_CODES], int value)
{
    for (int i = 0; i < PAM_CODES; i++)
        if (action[i] == PAM_ACTION_UNSET)
            action[i] = value;
}

/* The length of the first of words that text begins with, its index in *ret; 0: none. */
static size_t match_word(const char *text, const char *const *words, int count, int *ret)
{
    for (int i = 0; i < count; i++) {
        size_t length = strlen(words[i]);

        if (strncmp(text, words[i], length) == 0) {
            *ret = i;
            return length;
        }
    }
    return 0;
}

static const char *skip_space(const char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    return text;
}

bool pam_control_parse(const char *text, int action[static PAM_CODES])
{
    /* In the order of the values in _pam_types.h; the last is every value not set so far. */
    static const char *const codes[] = {
        "success",
        "open_err",
        "symbol_err",
        "service_err",
        "system_err",
        "buf_err",
        "perm_denied",
        "auth_err",
        "cred_insufficient",
        "authinfo_unavail",
        "user_unknown",
        "maxtries",
        "new_authtok_reqd",
        "acct_expired",
        "session_err",
        "cred_unavail",
        "cred_expired",
        "cred_err",
        "no_module_data",
        "conv_err",
        "authtok_err",
        "authtok_recover_err",
        "authtok_lock_busy",
        "authtok_disable_aging",
        "try_again",
        "ignore",
        "abort",
        "authtok_expired",
        "module_unknown",
        "bad_item",
        "conv_again",
        "incomplete",
        "default",
    };
    static const char *const actions[] = { "ignore", "ok", "done", "bad", "die", "reset" };

    for (text = skip_space(text); *text != '\0'; text = skip_space(text)) {
        int code = 0, value = 0;
        size_t length = match_word(text, codes, PAM_CODES + 1, &code);

        text = skip_space(text + length);
        if (length == 0 || *text != '=')
            return false;
        text = skip_space(text + 1);
        length = match_word(text, actions, 6, &value);
        text += length;
        value = -value;
        if (length == 0) {
            for (; isdigit((unsigned char)*text); text++)
                value = value < PAM_LINES_MAX ? value * 10 + (*text - '0') : value;
            if (value == 0)
                return false;
        }
        if (code == PAM_CODES)
            set_default(action, value);
        else
            action[code] = value;
    }
    return true;
}

/* The four words for what everybody means by them. False: it is none of them. */
static bool set_word(const char *control, int action[static PAM_CODES])
{
    static const struct {
        const char *word;
        int success, ignore, other;
    } words[] = {
        { "required", PAM_ACTION_OK, PAM_ACTION_IGNORE, PAM_ACTION_BAD },
        { "requisite", PAM_ACTION_OK, PAM_ACTION_IGNORE, PAM_ACTION_DIE },
        { "optional", PAM_ACTION_OK, PAM_ACTION_IGNORE, PAM_ACTION_IGNORE },
        { "sufficient", PAM_ACTION_DONE, PAM_ACTION_IGNORE, PAM_ACTION_IGNORE },
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasecmp(control, words[i].word) != 0)
            continue;
        action[CODE_SUCCESS] = action[CODE_NEW_AUTHTOK_REQD] = words[i].success;
        action[CODE_IGNORE] = words[i].ignore;
        set_default(action, words[i].other);
        return true;
    }
    return false;
}

static enum tdx_status read_file(struct reading *reading, const char *name, bool any_type,
                                 unsigned depth, unsigned level);

static void set_control(struct pam_line *line)
{
    if (!line->is_bracket && set_word(line->control, line->action))
        return;
    if (!pam_control_parse(line->control, line->action))
        for (int i = 0; i < PAM_CODES; i++)
            line->action[i] = PAM_ACTION_BAD;
    set_default(line->action, PAM_ACTION_BAD);
}

static bool is_gate_module(const char *module)
{
    const char *name = strrchr(module, '/');

    return strcmp(name != NULL ? name + 1 : module, PAM_GATE_MODULE) == 0;
}

/* Remembers a line that names the gate but guards nothing of this type. */
static void note_stray(struct pam_stack *stack, const struct pam_line *line, const char *word,
                       bool is_misspelt)
{
    if (stack->stray.number > 0)
        return;
    (void)snprintf(stack->stray.file, sizeof(stack->stray.file), "%s", line->file);
    stack->stray.number = line->number;
    (void)snprintf(stack->stray.word, sizeof(stack->stray.word), "%.31s", word);
    stack->stray.is_misspelt = is_misspelt;
}

/* What the first word says. An unknown one means a line of the type asked for (auth, if all are),
 * which refuses. */
static enum pam_type type_of(struct pam_line *line, const struct reading *reading, bool any_type,
                             const char *word)
{
    static const char *const words[] = { "auth", "account", "password", "session" };

    for (int i = 0; i < 4; i++)
        if (strcasecmp(word, words[i]) == 0)
            return (enum pam_type)i;
    line->must_fail = true;
    return any_type ? PAM_TYPE_AUTH : reading->type;
}

static enum tdx_status append(struct reading *reading, const struct pam_line *line)
{
    struct pam_line *at = &reading->stack->lines[reading->stack->count];

    if (reading->stack->count == PAM_LINES_MAX)
        return status_fail(reading->err, TDX_FILE_TOO_LARGE, "%s: a stack of over %d lines",
                           line->file, PAM_LINES_MAX);
    *at = *line;
    at->control = at->text + (line->control - line->text);
    at->module = at->text + (line->module - line->text);
    at->arguments = at->text + (line->arguments - line->text);
    reading->stack->count++;
    return TDX_OK;
}

/* A line that pulls in another file. True in *ret_done if nothing is left of the line itself. */
static enum tdx_status follow(struct reading *reading, const struct pam_line *line, char *target,
                              bool any_type, bool is_substack, unsigned depth, bool *ret_done)
{
    enum tdx_status status = TDX_OK;

    if (is_substack) {
        struct pam_line *marker = &reading->stack->lines[reading->stack->count];

        status = append(reading, line);
        if (status == TDX_OK)
            marker->is_substack = true;
    }
    if (status == TDX_OK)
        status = TDX_FILE_MISSING;
    if (status == TDX_FILE_MISSING && target != NULL && depth + 1 < PAM_DEPTH_MAX)
        status = read_file(reading, target, any_type, depth + 1, line->level + is_substack);
    *ret_done = status == TDX_OK;
    return status == TDX_FILE_MISSING ? TDX_OK : status;
}

/* One line, in line->text. */
static enum tdx_status take_line(struct reading *reading, struct pam_line *line, bool any_type,
                                 unsigned depth)
{
    char *rest = line->text, *word, *module;
    bool is_include, is_substack, done = false, names_gate = strstr(rest, "pam_tdx") != NULL;
    enum tdx_status status = TDX_OK;
    enum pam_type type;

    line->control = line->module = line->arguments = line->text + strlen(line->text);
    for (int i = 0; i < PAM_CODES; i++)
        line->action[i] = PAM_ACTION_UNSET;
    word = pam_token_next(&rest, NULL);
    if (word == NULL)
        return TDX_OK;
    if (strcasecmp(word, "@include") == 0) {
        status = follow(reading, line, pam_token_next(&rest, NULL), any_type, false, depth, &done);
        line->must_fail = true;
        set_default(line->action, PAM_ACTION_BAD);
        return status != TDX_OK || done ? status : append(reading, line);
    }
    line->is_silent = *word == '-';
    word += line->is_silent ? 1 : 0;
    type = type_of(line, reading, any_type, word);
    if (type != reading->type) {
        if (names_gate)
            note_stray(reading->stack, line, word, line->must_fail);
        return TDX_OK;
    }
    line->control = pam_token_next(&rest, &line->is_bracket);
    is_substack = line->control != NULL && strcasecmp(line->control, "substack") == 0;
    is_include =
        is_substack || (line->control != NULL && strcasecmp(line->control, "include") == 0);
    module = pam_token_next(&rest, NULL);
    if (is_include)
        status = follow(reading, line, module, false, is_substack, depth, &done);
    if (status != TDX_OK || done)
        return status;
    line->must_fail = line->must_fail || is_include || line->control == NULL || module == NULL;
    if (line->control == NULL)
        line->control = line->text + strlen(line->text);
    if (is_include)
        set_default(line->action, PAM_ACTION_BAD);
    else
        set_control(line);
    if (module != NULL)
        line->module = module;
    if (rest != NULL)
        line->arguments = rest;
    line->is_gate = !line->must_fail && is_gate_module(line->module);
    if (names_gate && !line->is_gate)
        note_stray(reading->stack, line, word, true);
    return append(reading, line);
}

/* The next line as libpam assembles it: comments cut off, "\" at an end joins. False at the end. */
static bool assemble(struct span *text, struct pam_line *line, unsigned *number, bool *ret_too_long)
{
    size_t used = 0;
    bool any = false, more = true;
    struct span piece;

    while (more && line_next(text, &piece)) {
        const uint8_t *comment = memchr(piece.data, '#', piece.size);

        if (!any)
            line->number = *number + 1;
        any = true;
        (*number)++;
        if (comment != NULL)
            piece.size = (size_t)(comment - piece.data);
        piece = span_trim(piece);
        more = piece.size > 0 && piece.data[piece.size - 1] == '\\';
        if (more)
            piece.size--;
        if (used + piece.size + 2 > PAM_LINE_SIZE) {
            *ret_too_long = true;
            return false;
        }
        if (piece.size > 0)
            memcpy(line->text + used, piece.data, piece.size);
        used += piece.size;
        if (more)
            line->text[used++] = ' ';
    }
    line->text[used] = '\0';
    return any;
}

static enum tdx_status read_text(struct reading *reading, const char *path, struct span text,
                                 bool any_type, unsigned depth, unsigned level)
{
    struct pam_line *line = malloc(sizeof(*line));
    enum tdx_status status = TDX_OK;
    bool too_long = false;
    unsigned number = 0;

    if (line == NULL)
        return status_fail(reading->err, TDX_NO_MEMORY, "%s", path);
    for (*line = (struct pam_line){ 0 };
         status == TDX_OK && assemble(&text, line, &number, &too_long);
         *line = (struct pam_line){ 0 }) {
        (void)snprintf(line->file, sizeof(line->file), "%s", path);
        line->level = level;
        status = take_line(reading, line, any_type, depth);
    }
    if (too_long)
        status = status_fail(reading->err, TDX_FILE_TOO_LARGE, "%s:%u: the line is too long", path,
                             number);
    free(line);
    return status;
}

/* The file of that name, in the first folder that has it. */
static enum tdx_status read_file(struct reading *reading, const char *name, bool any_type,
                                 unsigned depth, unsigned level)
{
    static const char *const folders[] = { "/etc/pam.d/", "/usr/lib/pam.d/", "/usr/etc/pam.d/" };

    for (size_t i = 0; i < (name[0] == '/' ? 1 : sizeof(folders) / sizeof(folders[0])); i++) {
        char key[300];
        const struct fact *fact;

        if (snprintf(key, sizeof(key), "file:%s%s", name[0] == '/' ? "" : folders[i], name) >=
            (int)sizeof(key))
            return status_fail(reading->err, TDX_FILE_UNREADABLE, "a name is too long");
        fact = facts_find(reading->facts, key);
        if (fact->state == FACT_ABSENT)
            continue;
        if (fact->state == FACT_KNOWN)
            return read_text(reading, key + 5, fact->value, any_type, depth, level);
        if (fact->state == FACT_NOT_ASKED)
            (void)snprintf(reading->stack->wanted, sizeof(reading->stack->wanted), "%.255s",
                           key + 5);
        return status_fail(reading->err, TDX_FILE_UNREADABLE, "%s%s%s", key + 5,
                           fact->why != NULL ? ": " : "", fact->why != NULL ? fact->why : "");
    }
    return TDX_FILE_MISSING;
}

enum tdx_status pam_stack_read(const struct facts *facts, const char *service, enum pam_type type,
                               struct pam_stack *ret, struct tdx_error *err)
{
    struct reading reading = { .facts = facts, .type = type, .stack = ret, .err = err };
    enum tdx_status status, other = TDX_OK;

    *ret = (struct pam_stack){ 0 };
    ret->lines = calloc(PAM_LINES_MAX, sizeof(*ret->lines));
    if (ret->lines == NULL)
        return status_fail(err, TDX_NO_MEMORY, "the stack");
    status = read_file(&reading, service, true, 0, 0);
    if ((status == TDX_OK || status == TDX_FILE_MISSING) && ret->count == 0)
        other = read_file(&reading, "other", true, 0, 0);
    if (other != TDX_OK && other != TDX_FILE_MISSING)
        status = other;
    else if (status == TDX_FILE_MISSING && other == TDX_OK)
        status = TDX_OK;
    if (status == TDX_FILE_MISSING)
        (void)status_fail(err, status, "/etc/pam.d/%s", service);
    return status;
}

void pam_stack_free(struct pam_stack *stack)
{
    free(stack->lines);
    *stack = (struct pam_stack){ 0 };
}
