/* SPDX-License-Identifier: Apache-2.0 */
#include "grub-tool/shell_value.h"

#include <stdlib.h>
#include <string.h>

#include "grub-tool/shell_lex.h"

struct evaluator {
    const struct shell_evaluation *given;
    struct shell_value *ret;
    const char *reason;
    size_t at, end;
    unsigned depth;
    bool derived; /* inside the word of ${X:-word} */
};

void shell_value_free(struct shell_value *value)
{
    if (value == NULL)
        return;
    free(value->cells);
    *value = (struct shell_value){ 0 };
}

void shell_value_add(struct shell_value *value, const struct shell_cell *cell)
{
    if (value->failed)
        return;
    if (value->count == value->room) {
        size_t room = value->room * 2 + 128;
        struct shell_cell *grown = room > 2 * SHELL_VALUE_LIMIT + 256
                                       ? NULL
                                       : realloc(value->cells, room * sizeof(*grown));

        if (grown == NULL) {
            value->failed = true;
            return;
        }
        value->cells = grown;
        value->room = room;
    }
    if (value->count >= SHELL_VALUE_LIMIT)
        value->failed = true;
    else
        value->cells[value->count++] = *cell;
}

void shell_value_append(struct shell_value *value, const struct shell_value *more)
{
    for (size_t i = 0; i < more->count && !value->failed; i++)
        shell_value_add(value, &more->cells[i]);
}

static uint8_t peek(const struct evaluator *e, size_t ahead)
{
    return e->at + ahead < e->end ? e->given->text.data[e->at + ahead] : 0;
}

static void fail(struct evaluator *e, const char *reason)
{
    if (e->reason == NULL)
        e->reason = reason;
}

static void put(struct evaluator *e, uint8_t byte, size_t start, size_t end, enum shell_quote quote)
{
    struct shell_cell cell = { .byte = byte,
                               .kind = e->derived ? SHELL_CELL_DERIVED : SHELL_CELL_WRITTEN,
                               .quote = (uint8_t)quote,
                               .assignment = e->given->assignment,
                               .start = (uint32_t)start,
                               .end = (uint32_t)end };

    shell_value_add(e->ret, &cell);
}

static void put_unknown(struct evaluator *e)
{
    struct shell_cell cell = { .byte = '?',
                               .kind = SHELL_CELL_UNKNOWN,
                               .assignment = e->given->assignment,
                               .start = (uint32_t)e->at,
                               .end = (uint32_t)e->at };

    shell_value_add(e->ret, &cell);
}

static void word(struct evaluator *e, enum shell_quote quote, uint8_t until);

static enum shell_lookup_result look_up(struct evaluator *e, struct span name,
                                        const struct shell_value **ret)
{
    const char *why = "it uses a variable that may have been set otherwise";
    enum shell_lookup_result result = e->given->lookup(e->given->context, name, ret, &why);

    if (result == SHELL_UNDECIDED)
        fail(e, why);
    return result;
}

/* ${NAME<operator>word}: e->at is at the operator. Of the operators only those that choose between
 * the value and a word are evaluated. */
static void operation(struct evaluator *e, struct span name, enum shell_quote quote)
{
    bool colon = peek(e, 0) == ':', use_word, derived = e->derived;
    uint8_t sign = peek(e, colon ? 1 : 0);
    const struct shell_value *value = NULL;
    enum shell_lookup_result result = look_up(e, name, &value);
    bool have = result == SHELL_SET && (!colon || value->count > 0);
    struct shell_value discarded = { 0 };
    struct shell_value *ret = e->ret;

    if (sign != '-' && sign != '+') {
        fail(e, "it uses ${...} with an operator that is not understood here");
        return;
    }
    e->at += colon ? 2 : 1;
    use_word = (sign == '-') != have;
    if (have && sign == '-')
        shell_value_append(e->ret, value);
    e->derived = true;
    if (!use_word)
        e->ret = &discarded;
    word(e, quote, '}');
    e->ret = ret;
    e->derived = derived;
    shell_value_free(&discarded);
    if (peek(e, 0) == '}')
        e->at++;
    else
        fail(e, "a ${ is not closed");
}

static void variable(struct evaluator *e, struct span name)
{
    const struct shell_value *value = NULL;
    enum shell_lookup_result result = look_up(e, name, &value);

    if (result == SHELL_SET)
        shell_value_append(e->ret, value);
    else if (result == SHELL_UNSET)
        put_unknown(e);
}

static void braces(struct evaluator *e, enum shell_quote quote)
{
    struct span name;

    e->at += 2;
    name.size = shell_name_length((struct span){ e->given->text.data, e->end }, e->at);
    name.data = e->given->text.data + e->at;
    if (name.size == 0) {
        fail(e, "it uses ${...} in a way that is not understood here");
        return;
    }
    e->at += name.size;
    if (peek(e, 0) == '}') {
        e->at++;
        variable(e, name);
    } else {
        operation(e, name, quote);
    }
}

static void dollar(struct evaluator *e, enum shell_quote quote)
{
    uint8_t next = peek(e, 1);
    struct span name = { e->given->text.data + e->at + 1,
                         shell_name_length((struct span){ e->given->text.data, e->end },
                                           e->at + 1) };

    if (next == '(') {
        fail(e, peek(e, 2) == '(' ? "it holds an arithmetic substitution $((...))"
                                  : "it holds a command substitution $(...)");
    } else if (quote == SHELL_BARE && (next == '\'' || next == '"')) {
        fail(e, "$'...' and $\"...\" mean different things to dash and bash");
    } else if (e->given->argument && quote == SHELL_BARE && (name.size > 0 || next == '{')) {
        fail(e, "dash splits a bare substitution behind export, bash does not");
    } else if (next == '{') {
        braces(e, quote);
    } else if (name.size > 0) {
        e->at += 1 + name.size;
        variable(e, name);
    } else if (next != 0 && strchr("?#*@!$-0123456789", next) != NULL) {
        e->at += 2;
        put_unknown(e);
    } else {
        put(e, '$', e->at, e->at + 1, quote);
        e->at++;
    }
}

static void backslash(struct evaluator *e, enum shell_quote quote)
{
    uint8_t next = peek(e, 1);

    if (e->at + 1 >= e->end) {
        fail(e, "it ends in a backslash");
    } else if (next == '\n') {
        e->at += 2;
    } else if (quote == SHELL_BARE || strchr("$`\"\\", next) != NULL ||
               (e->derived && next == '}')) {
        put(e, next, e->at, e->at + 2, quote);
        e->at += 2;
    } else {
        put(e, '\\', e->at, e->at + 1, quote);
        e->at++;
    }
}

static void single(struct evaluator *e)
{
    for (e->at++; e->at < e->end && peek(e, 0) != '\''; e->at++)
        put(e, peek(e, 0), e->at, e->at + 1, SHELL_IN_SINGLE);
    e->at++;
}

/* What an unquoted byte would do that has no meaning of its own here. */
static void bare(struct evaluator *e)
{
    uint8_t byte = peek(e, 0),
            before = e->at > e->given->start ? e->given->text.data[e->at - 1] : 0;

    if (byte == '~' && (e->at == e->given->start || before == ':' || before == '='))
        fail(e, "it holds a ~ that one shell or the other replaces by a home directory");
    if (e->given->argument && strchr("*?[{", byte) != NULL)
        fail(e, "it holds a bare pattern behind export, which dash expands");
    put(e, byte, e->at, e->at + 1, SHELL_BARE);
    e->at++;
}

/* Up to the end, or to the byte until. The lexer has seen that quotes are closed. */
static void word(struct evaluator *e, enum shell_quote quote, uint8_t until)
{
    if (++e->depth > SHELL_DEPTH_LIMIT)
        fail(e, "substitutions are nested too deep");
    while (e->at < e->end && e->reason == NULL && !e->ret->failed) {
        uint8_t byte = peek(e, 0);

        if (until != 0 && byte == until)
            break;
        if (byte == '\\') {
            backslash(e, quote);
        } else if (byte == '`') {
            fail(e, "it holds a command substitution in backticks");
        } else if (byte == '$') {
            dollar(e, quote);
        } else if (quote == SHELL_IN_DOUBLE) {
            put(e, byte, e->at, e->at + 1, quote);
            e->at++;
        } else if (byte == '\'') {
            single(e);
        } else if (byte == '"') {
            e->at++;
            word(e, SHELL_IN_DOUBLE, '"');
            e->at++;
        } else {
            bare(e);
        }
    }
    e->depth--;
}

bool shell_evaluate(const struct shell_evaluation *evaluation, struct shell_value *ret,
                    const char **ret_reason)
{
    struct evaluator e = {
        .given = evaluation, .ret = ret, .at = evaluation->start, .end = evaluation->end
    };

    word(&e, SHELL_BARE, 0);
    if (ret->failed)
        fail(&e, "its value is longer than any command line");
    *ret_reason = e.reason;
    return e.reason == NULL;
}
