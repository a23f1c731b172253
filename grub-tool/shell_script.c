/* SPDX-License-Identifier: Apache-2.0 */
/* The parser: which commands there are, and under which conditions they run. */
#include "grub-tool/shell_script.h"

#include <stdlib.h>
#include <string.h>

enum frame { IN_IF, IN_LOOP, IN_CASE, IN_BRACES, IN_PARENTHESES };

struct parser {
    struct shell_script *script;
    struct shell_lexer lexer;
    enum frame frames[SHELL_NESTING_LIMIT];
    unsigned depth;
    bool patterns;       /* in a case: before the ')' of a pattern */
    bool closed;         /* a compound command has just ended */
    bool open_list;      /* && || or | wants another command */
    bool after_function; /* NAME(): the body must follow */
    bool watched_in_list;
    bool and_list; /* the last list had a && */
    struct shell_command command;
};

bool shell_script_refuse(struct shell_script *script, size_t file, unsigned line,
                         const char *reason)
{
    if (script->reason == NULL) {
        script->reason = reason;
        script->reason_file = file;
        script->reason_line = line;
    }
    return false;
}

void shell_script_note(struct shell_script *script, size_t file, unsigned line, const char *text)
{
    text_addf(&script->notes, "%s:%u: %s\n", script->files[file].path, line, text);
}

static bool refuse(struct parser *p, unsigned line, const char *reason)
{
    return shell_script_refuse(p->script, p->command.file, line, reason);
}

static bool push(struct parser *p, enum frame frame, unsigned line)
{
    if (p->depth == SHELL_NESTING_LIMIT)
        return refuse(p, line, "commands are nested too deep");
    p->frames[p->depth++] = frame;
    p->after_function = false;
    p->open_list = false;
    p->closed = false;
    return true;
}

static bool pop(struct parser *p, enum frame frame, unsigned line)
{
    if (p->depth == 0 || p->frames[p->depth - 1] != frame)
        return refuse(p, line, "the structure of its commands cannot be understood");
    p->depth--;
    p->closed = true;
    return true;
}

/* A word where a command may begin. Returns 1 if it was a word of the grammar, 0 if it begins a
 * simple command, -1 if it was refused. */
static int reserved(struct parser *p, const struct shell_token *token)
{
    static const struct {
        const char *word;
        enum frame frame;
        bool opens, closes;
    } words[] = {
        { "if", IN_IF, true, false },      { "fi", IN_IF, false, true },
        { "while", IN_LOOP, true, false }, { "until", IN_LOOP, true, false },
        { "done", IN_LOOP, false, true },  { "{", IN_BRACES, true, false },
        { "}", IN_BRACES, false, true },   { "esac", IN_CASE, false, true },
        { "then", IN_IF, false, false },   { "elif", IN_IF, false, false },
        { "else", IN_IF, false, false },   { "do", IN_LOOP, false, false },
    };
    struct span text = p->lexer.text;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (!shell_token_is(text, token, words[i].word))
            continue;
        if (words[i].opens)
            return push(p, words[i].frame, token->line) ? 1 : -1;
        if (words[i].closes)
            return pop(p, words[i].frame, token->line) ? 1 : -1;
        if (p->depth == 0 || p->frames[p->depth - 1] != words[i].frame) {
            (void)refuse(p, token->line, "the structure of its commands cannot be understood");
            return -1;
        }
        p->closed = false;
        return 1;
    }
    if (shell_token_is(text, token, "!")) {
        p->command.negated = true;
        return 1;
    }
    if (shell_token_is(text, token, "function") || shell_token_is(text, token, "select") ||
        shell_token_is(text, token, "[[")) {
        (void)refuse(p, token->line, "it uses words that only bash knows");
        return -1;
    }
    return 0;
}

static bool is_header(const struct parser *p, const char *word)
{
    return p->command.count > 0 && shell_token_is(p->lexer.text, &p->command.words[0], word);
}

static bool take_word(struct parser *p, const struct shell_token *token)
{
    struct shell_command *command = &p->command;

    if (p->patterns) { /* case ... in PATTERN */
        if (!shell_token_is(p->lexer.text, token, "esac"))
            return true;
        p->patterns = false;
        return pop(p, IN_CASE, token->line);
    }
    if (command->count == 0 && !command->redirected) {
        int result = reserved(p, token);

        if (result != 0)
            return result > 0;
        if (p->closed || p->after_function)
            return refuse(p, token->line, "the structure of its commands cannot be understood");
    }
    if (command->count == SHELL_COMMAND_WORDS)
        return refuse(p, token->line, "a command has too many words");
    if (!p->command.conditional && command->count == 0)
        p->and_list = false;
    command->words[command->count++] = *token;
    p->open_list = false;
    if (is_header(p, "case") && command->count == 3) {
        if (!shell_token_is(p->lexer.text, token, "in"))
            return refuse(p, token->line, "a case cannot be understood");
        command->count = 0;
        p->patterns = true;
        return push(p, IN_CASE, token->line);
    }
    return true;
}

/* The end of a simple command, if there is one. */
static bool finish(struct parser *p)
{
    struct shell_command *command = &p->command;
    bool fine = true;

    if (p->after_function && command->count > 0)
        return refuse(p, command->words[0].line, "a function cannot be understood");
    if (is_header(p, "for")) {
        fine = !shell_script_mentions(p->script, command->file, command->words[0].start,
                                      command->words[command->count - 1].end) ||
               refuse(p, command->words[0].line, "it is set by a for loop");
        fine = fine && push(p, IN_LOOP, command->words[0].line);
        p->closed = false;
    } else if (is_header(p, "case")) {
        fine = refuse(p, command->words[0].line, "a case cannot be understood");
    } else if (command->count > 0) {
        command->nested = p->depth > 0;
        for (size_t i = 0; i < command->count; i++)
            p->watched_in_list |=
                shell_script_mentions(p->script, command->file, command->words[i].start,
                                      command->words[i].end);
        fine = shell_command_run(p->script, command);
    }
    command->count = 0;
    command->redirected = false;
    command->negated = false;
    return fine;
}

static void end_list(struct parser *p)
{
    p->command.conditional = false;
    p->command.piped = false;
    p->watched_in_list = false;
    p->open_list = false;
    p->closed = false;
}

static bool take_open(struct parser *p, const struct shell_token *token)
{
    struct shell_token next;

    if (p->patterns)
        return true; /* case x in (a) */
    if (p->command.count == 0)
        return push(p, IN_PARENTHESES, token->line);
    if (p->command.count != 1 || shell_name_length(p->lexer.text, p->command.words[0].start) !=
                                     p->command.words[0].end - p->command.words[0].start)
        return refuse(p, token->line, "there is a ( where dash has none");
    if (!shell_next(&p->lexer, &next) || next.kind != SHELL_CLOSE)
        return refuse(p, token->line, "there is a ( where dash has none");
    if (shell_script_mentions(p->script, p->command.file, p->command.words[0].start, next.end))
        return refuse(p, token->line, "a function has its name");
    p->command.count = 0;
    p->after_function = true;
    return true;
}

static bool take_close(struct parser *p, const struct shell_token *token)
{
    if (p->patterns) {
        p->patterns = false;
        return true;
    }
    if (!finish(p) || !pop(p, IN_PARENTHESES, token->line))
        return false;
    end_list(p);
    p->closed = true;
    return true;
}

static bool take_redirect(struct parser *p, const struct shell_token *token)
{
    struct shell_token target;

    if (!shell_next(&p->lexer, &target))
        return false;
    if (target.kind != SHELL_WORD)
        return refuse(p, token->line, "a redirection cannot be understood");
    if (!p->closed)
        p->command.redirected = true;
    return true;
}

/* ; & newline and the end of the text. */
static bool take_separator(struct parser *p, const struct shell_token *token)
{
    bool background = token->kind == SHELL_AMPERSAND;

    if (p->patterns && token->kind == SHELL_NEWLINE)
        return true;
    if (token->kind == SHELL_NEWLINE && p->open_list && p->command.count == 0)
        return true;
    if (p->open_list && p->command.count == 0 && !p->closed)
        return refuse(p, token->line, "a list of commands is not finished");
    p->command.piped |= background;
    if (token->kind == SHELL_END && p->and_list)
        shell_script_note(p->script, p->command.file, token->line,
                          "the last command is a && list: where its test fails, grub-mkconfig "
                          "ends without a word");
    if (!finish(p))
        return false;
    if (background && p->watched_in_list)
        return refuse(p, token->line, "it is set in the background, that is in another process");
    if (token->kind == SHELL_DOUBLE_SEMICOLON) {
        if (p->depth == 0 || p->frames[p->depth - 1] != IN_CASE)
            return refuse(p, token->line, "the structure of its commands cannot be understood");
        p->patterns = true;
    }
    end_list(p);
    return true;
}

static bool take_list_operator(struct parser *p, const struct shell_token *token)
{
    if (p->patterns)
        return token->kind == SHELL_PIPE || refuse(p, token->line, "a case cannot be understood");
    if (p->command.count == 0 && !p->closed && !p->command.redirected)
        return refuse(p, token->line, "a list of commands cannot be understood");
    p->command.piped |= token->kind == SHELL_PIPE;
    if (!finish(p))
        return false;
    p->command.conditional |= token->kind != SHELL_PIPE;
    p->and_list = token->kind == SHELL_AND_IF;
    p->command.piped = token->kind == SHELL_PIPE;
    p->open_list = true;
    p->closed = false;
    return true;
}

static bool take(struct parser *p, const struct shell_token *token)
{
    switch (token->kind) {
    case SHELL_WORD:
        return take_word(p, token);
    case SHELL_OPEN:
        return take_open(p, token);
    case SHELL_CLOSE:
        return take_close(p, token);
    case SHELL_REDIRECT:
        return take_redirect(p, token);
    case SHELL_AND_IF:
    case SHELL_OR_IF:
    case SHELL_PIPE:
        return take_list_operator(p, token);
    case SHELL_NEWLINE:
    case SHELL_SEMICOLON:
    case SHELL_AMPERSAND:
    case SHELL_DOUBLE_SEMICOLON:
    case SHELL_END:
        return take_separator(p, token);
    }
    return false;
}

/* What both shells choke on, whatever the commands are. */
static bool check_bytes(struct shell_script *script, size_t file)
{
    struct span text = script->files[file].text;
    unsigned line = 1;
    bool carriage = false;

    if (text.size > (size_t)UINT32_MAX / 2)
        return shell_script_refuse(script, file, 1, "it is too large");
    if (text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
        return shell_script_refuse(
            script, file, 1, "it begins with a byte order mark, so its first word is no name");
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\0')
            return shell_script_refuse(script, file, line, "it holds a NUL byte");
        if (text.data[i] == '\r' && !carriage) {
            carriage = true;
            shell_script_note(
                script, file, line,
                "the line ends in a carriage return, which becomes part of the value");
        }
        if (text.data[i] == '\n')
            line++;
    }
    return true;
}

static bool read_file(struct shell_script *script, size_t file)
{
    struct parser *p = calloc(1, sizeof(*p));
    struct shell_token token = { .kind = SHELL_NEWLINE };
    bool fine = p != NULL;

    if (p == NULL) {
        script->no_memory = true;
        return false;
    }
    p->script = script;
    p->lexer = shell_lex(script->files[file].text);
    p->command.file = file;
    while (fine && token.kind != SHELL_END) {
        fine = shell_next(&p->lexer, &token) && take(p, &token);
        if (fine && script->left[file]) {
            fine = !shell_script_mentions(script, file, p->lexer.at, p->lexer.text.size) ||
                   refuse(p, token.line, "a return ends the file before it is set");
            goto done;
        }
        if (p->lexer.reason != NULL)
            (void)shell_script_refuse(script, file, p->lexer.reason_line, p->lexer.reason);
    }
    if (fine && (p->depth > 0 || p->after_function))
        fine = refuse(p, token.line, "a command is not finished");
    if (file == 0)
        script->open_end = p->lexer.ends_in_backslash;
done:
    free(p);
    return fine;
}

bool shell_script_read(const struct shell_file *files, size_t count, const char *watched,
                       struct shell_script *ret)
{
    bool fine = true;

    ret->files = files;
    ret->file_count = count;
    ret->watched = watched;
    if (count > SHELL_FILES_LIMIT)
        return shell_script_refuse(ret, 0, 0, "there are too many files");
    for (size_t i = 0; i < count && fine; i++)
        fine = check_bytes(ret, i) && read_file(ret, i);
    if (ret->no_memory)
        fine = false;
    if (!fine && ret->reason == NULL && !ret->no_memory)
        return shell_script_refuse(ret, 0, 0, "it cannot be understood");
    return fine;
}

void shell_script_free(struct shell_script *script)
{
    for (size_t i = 0; i < script->variable_count; i++)
        shell_value_free(&script->variables[i].value);
    free(script->variables);
    free(script->assignments);
    text_free(&script->notes);
    *script = (struct shell_script){ 0 };
}
