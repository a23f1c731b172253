/* SPDX-License-Identifier: Apache-2.0 */
#include "grub-tool/shell_lex.h"

#include <string.h>

struct shell_lexer shell_lex(struct span text)
{
    return (struct shell_lexer){ .text = text, .line = 1 };
}

static unsigned char peek(const struct shell_lexer *lexer, size_t ahead)
{
    return lexer->at + ahead < lexer->text.size ? lexer->text.data[lexer->at + ahead] : 0;
}

static bool ended(const struct shell_lexer *lexer)
{
    return lexer->at >= lexer->text.size;
}

static bool refuse(struct shell_lexer *lexer, unsigned line, const char *reason)
{
    if (lexer->reason == NULL) {
        lexer->reason = reason;
        lexer->reason_line = line;
    }
    return false;
}

static void advance(struct shell_lexer *lexer)
{
    if (peek(lexer, 0) == '\n')
        lexer->line++;
    lexer->at++;
}

bool shell_name_byte(unsigned char byte, bool first)
{
    return byte == '_' || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (!first && byte >= '0' && byte <= '9');
}

size_t shell_name_length(struct span text, size_t at)
{
    size_t length = 0;

    while (at + length < text.size && shell_name_byte(text.data[at + length], length == 0))
        length++;
    return length;
}

bool shell_token_is(struct span text, const struct shell_token *token, const char *word)
{
    size_t size = strlen(word);

    return token->kind == SHELL_WORD && token->end - token->start == size &&
           memcmp(text.data + token->start, word, size) == 0;
}

static bool skip_part(struct shell_lexer *lexer);

static bool skip_single(struct shell_lexer *lexer)
{
    unsigned line = lexer->line;

    for (lexer->at++; !ended(lexer); advance(lexer))
        if (peek(lexer, 0) == '\'') {
            lexer->at++;
            return true;
        }
    return refuse(lexer, line, "a single quote is not closed");
}

/* A backslash and what it quotes. */
static void skip_backslash(struct shell_lexer *lexer)
{
    lexer->at++;
    if (ended(lexer)) {
        lexer->ends_in_backslash = true;
        return;
    }
    advance(lexer);
    lexer->ends_in_backslash = ended(lexer) && lexer->text.data[lexer->at - 1] == '\n';
}

static bool skip_double(struct shell_lexer *lexer)
{
    bool before = lexer->in_double;
    unsigned line = lexer->line;

    lexer->in_double = true;
    lexer->at++;
    while (!ended(lexer)) {
        unsigned char byte = peek(lexer, 0);

        if (byte == '"') {
            lexer->at++;
            lexer->in_double = before;
            return true;
        }
        if (byte == '\\')
            skip_backslash(lexer);
        else if (byte != '$' && byte != '`')
            advance(lexer);
        else if (!shell_skip_substitution(lexer))
            return false;
    }
    return refuse(lexer, line, "a double quote is not closed");
}

static bool skip_backticks(struct shell_lexer *lexer)
{
    unsigned line = lexer->line;

    lexer->at++;
    while (!ended(lexer)) {
        unsigned char byte = peek(lexer, 0);

        if (byte == '\\') {
            skip_backslash(lexer);
        } else {
            advance(lexer);
            if (byte == '`')
                return true;
        }
    }
    return refuse(lexer, line, "a backtick is not closed");
}

/* ${...}: up to its brace. Quotes in there mean different things to different shells once it all
 * stands in double quotes. */
static bool skip_braces(struct shell_lexer *lexer)
{
    unsigned line = lexer->line;

    if (++lexer->depth > SHELL_DEPTH_LIMIT)
        return refuse(lexer, line, "substitutions are nested too deep");
    lexer->at += 2;
    while (!ended(lexer)) {
        unsigned char byte = peek(lexer, 0);

        if (byte == '}') {
            lexer->at++;
            lexer->depth--;
            return true;
        }
        if ((byte == '\'' || byte == '"') && lexer->in_double)
            return refuse(lexer, lexer->line, "there is a quote inside ${...} in double quotes");
        if (!skip_part(lexer))
            return false;
    }
    return refuse(lexer, line, "a ${ is not closed");
}

/* $(...), also $((...)): tokens up to the closing parenthesis. */
static bool skip_parentheses(struct shell_lexer *lexer)
{
    bool before = lexer->in_double;
    unsigned line = lexer->line, open = 1;

    if (++lexer->depth > SHELL_DEPTH_LIMIT)
        return refuse(lexer, line, "substitutions are nested too deep");
    lexer->in_double = false;
    lexer->at += 2;
    while (open > 0) {
        struct shell_token token;

        if (!shell_next(lexer, &token))
            return false;
        if (token.kind == SHELL_END)
            return refuse(lexer, line, "a $( is not closed");
        if (shell_token_is(lexer->text, &token, "case"))
            return refuse(lexer, token.line, "there is a case inside $(...)");
        if (token.kind == SHELL_OPEN)
            open++;
        if (token.kind == SHELL_CLOSE)
            open--;
    }
    lexer->in_double = before;
    lexer->depth--;
    return true;
}

/* $((...)): no comments and no operators in there, only parentheses. */
static bool skip_arithmetic(struct shell_lexer *lexer)
{
    unsigned line = lexer->line, open = 0;

    lexer->at++;
    while (!ended(lexer)) {
        unsigned char byte = peek(lexer, 0);

        if (byte == '\'' || byte == '"' || byte == '`' || byte == '\\')
            return refuse(lexer, lexer->line, "there is a quote inside $((...))");
        advance(lexer);
        if (byte == '(')
            open++;
        if (byte == ')' && --open == 0)
            return true;
    }
    return refuse(lexer, line, "a $(( is not closed");
}

bool shell_skip_substitution(struct shell_lexer *lexer)
{
    unsigned char next = peek(lexer, 1);
    size_t name;

    if (peek(lexer, 0) == '`')
        return skip_backticks(lexer);
    if (next == '(' && peek(lexer, 2) == '(')
        return skip_arithmetic(lexer);
    if (next == '(')
        return skip_parentheses(lexer);
    if (next == '{')
        return skip_braces(lexer);
    if (next == '\'' && !lexer->in_double) { /* bash: $'...'; dash: a '$' and a quoted text */
        size_t start = ++lexer->at;
        unsigned line = lexer->line;

        if (!skip_single(lexer))
            return false;
        if (memchr(lexer->text.data + start, '\\', lexer->at - start) != NULL)
            return refuse(lexer, line, "$'...' with a backslash ends elsewhere in dash and bash");
        return true;
    }
    name = shell_name_length(lexer->text, lexer->at + 1);
    lexer->at += 1 + name;
    if (peek(lexer, 0) == '\\' && peek(lexer, 1) == '\n')
        return refuse(lexer, lexer->line, "a line is continued behind a $");
    if (name == 0 && next != 0 && strchr("?#*@!$-0123456789", next) != NULL)
        lexer->at++;
    return true;
}

/* One byte, or what it begins: a quoted text, a substitution. */
static bool skip_part(struct shell_lexer *lexer)
{
    switch (peek(lexer, 0)) {
    case '\\':
        skip_backslash(lexer);
        return true;
    case '\'':
        return skip_single(lexer);
    case '"':
        return skip_double(lexer);
    case '$':
    case '`':
        return shell_skip_substitution(lexer);
    default:
        advance(lexer);
        return true;
    }
}

static bool skip_word(struct shell_lexer *lexer)
{
    while (!ended(lexer) && strchr(" \t\n;&|<>()", peek(lexer, 0)) == NULL)
        if (!skip_part(lexer))
            return false;
    return true;
}

enum shell_ending shell_word_ending(struct span text, size_t start, size_t end)
{
    struct shell_lexer lexer = shell_lex((struct span){ text.data, end });
    enum shell_ending ending = SHELL_ENDS_BARE;

    lexer.at = start;
    while (!ended(&lexer)) {
        unsigned char byte = peek(&lexer, 0);

        ending = byte == '"'    ? SHELL_ENDS_DOUBLE
                 : byte == '\'' ? SHELL_ENDS_SINGLE
                                : SHELL_ENDS_BARE;
        if (!skip_part(&lexer))
            return SHELL_ENDS_BARE;
    }
    return ending;
}

/* Blanks, comments and continued lines between tokens. A backslash does not continue a comment. */
static void skip_blanks(struct shell_lexer *lexer)
{
    for (;;) {
        if (peek(lexer, 0) == ' ' || peek(lexer, 0) == '\t') {
            lexer->at++;
        } else if (peek(lexer, 0) == '\\' && peek(lexer, 1) == '\n') {
            skip_backslash(lexer);
        } else if (peek(lexer, 0) == '#') {
            while (!ended(lexer) && peek(lexer, 0) != '\n')
                lexer->at++;
        } else {
            return;
        }
    }
}

static const struct {
    const char *text;
    enum shell_token_kind kind;
} operators[] = {
    /* Longer ones first. */
    { "&&", SHELL_AND_IF },   { "||", SHELL_OR_IF },    { ";;", SHELL_DOUBLE_SEMICOLON },
    { ">>", SHELL_REDIRECT }, { "<&", SHELL_REDIRECT }, { ">&", SHELL_REDIRECT },
    { "<>", SHELL_REDIRECT }, { ">|", SHELL_REDIRECT }, { ">", SHELL_REDIRECT },
    { "<", SHELL_REDIRECT },  { "&", SHELL_AMPERSAND }, { "|", SHELL_PIPE },
    { ";", SHELL_SEMICOLON }, { "(", SHELL_OPEN },      { ")", SHELL_CLOSE },
    { "\n", SHELL_NEWLINE },
};

static bool take_operator(struct shell_lexer *lexer, struct shell_token *ret)
{
    if (peek(lexer, 0) == '<' && peek(lexer, 1) == '<')
        return refuse(lexer, lexer->line, "there is a here-document");
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        size_t size = strlen(operators[i].text);

        if (lexer->text.size - lexer->at < size ||
            memcmp(lexer->text.data + lexer->at, operators[i].text, size) != 0)
            continue;
        ret->kind = operators[i].kind;
        for (size_t done = 0; done < size; done++)
            advance(lexer);
        ret->end = lexer->at;
        return true;
    }
    return refuse(lexer, lexer->line, "it cannot be understood");
}

/* "2>": digits that touch a redirection belong to it. */
static bool is_number(const struct shell_lexer *lexer, const struct shell_token *token)
{
    for (size_t i = token->start; i < token->end; i++)
        if (lexer->text.data[i] < '0' || lexer->text.data[i] > '9')
            return false;
    return peek(lexer, 0) == '<' || peek(lexer, 0) == '>';
}

bool shell_next(struct shell_lexer *lexer, struct shell_token *ret)
{
    skip_blanks(lexer);
    *ret = (struct shell_token){ .kind = SHELL_WORD, .start = lexer->at, .line = lexer->line };
    if (ended(lexer)) {
        ret->kind = SHELL_END;
        ret->end = lexer->at;
        return true;
    }
    if (strchr("\n;&|<>()", peek(lexer, 0)) != NULL)
        return take_operator(lexer, ret);
    if (!skip_word(lexer))
        return false;
    ret->end = lexer->at;
    return !is_number(lexer, ret) || take_operator(lexer, ret);
}
