/* SPDX-License-Identifier: Apache-2.0 */
/* What one simple command does to the variables. See shell_script.h. */
#include <stdlib.h>
#include <string.h>

#include "core/base/span_text.h"
#include "grub-tool/shell_script.h"

struct runner {
    struct shell_script *script;
    const struct shell_command *command;
    struct span text; /* of the command's file */
};

static struct span name_at(struct span text, size_t at)
{
    return (struct span){ text.data + at, shell_name_length(text, at) };
}

bool shell_script_mentions(const struct shell_script *script, size_t file, size_t start, size_t end)
{
    struct span text = script->files[file].text;
    size_t size = strlen(script->watched);

    for (size_t i = start; i + size <= end; i++) {
        if (memcmp(text.data + i, script->watched, size) != 0)
            continue;
        if (i > start && shell_name_byte(text.data[i - 1], false))
            continue;
        if (i + size < text.size && shell_name_byte(text.data[i + size], false))
            continue;
        if (i > 0 && text.data[i - 1] == '$')
            continue;
        if (i > 1 && text.data[i - 1] == '{' && text.data[i - 2] == '$' && i + size < text.size &&
            text.data[i + size] != '=' &&
            !(text.data[i + size] == ':' && i + size + 1 < text.size &&
              text.data[i + size + 1] == '='))
            continue;
        return true;
    }
    return false;
}

static struct shell_variable *find(const struct shell_script *script, struct span name)
{
    for (size_t i = 0; i < script->variable_count; i++)
        if (span_equal(script->variables[i].name, name))
            return &script->variables[i];
    return NULL;
}

const struct shell_variable *shell_script_variable(const struct shell_script *script,
                                                   const char *name)
{
    return find(script, span_of(name));
}

static struct shell_variable *make(struct shell_script *script, struct span name)
{
    struct shell_variable *variable = find(script, name);

    if (variable != NULL)
        return variable;
    if (script->variable_count == script->variable_room) {
        size_t room = script->variable_room * 2 + 32;
        struct shell_variable *grown = room > 2 * SHELL_ASSIGNMENT_LIMIT
                                           ? NULL
                                           : realloc(script->variables, room * sizeof(*grown));

        if (grown == NULL) {
            script->no_memory = true;
            return NULL;
        }
        script->variables = grown;
        script->variable_room = room;
    }
    variable = &script->variables[script->variable_count++];
    *variable = (struct shell_variable){ .name = name };
    return variable;
}

static bool refuse(const struct runner *r, unsigned line, const char *reason)
{
    return shell_script_refuse(r->script, r->command->file, line, reason);
}

static unsigned first_line(const struct runner *r)
{
    return r->command->words[0].line;
}

/* Something may have changed the variable, and what it is worth now cannot be known. */
static bool taint(const struct runner *r, struct span name, const char *why)
{
    struct shell_variable *variable = make(r->script, name);

    if (variable == NULL)
        return false;
    variable->set = false;
    variable->undecided = true;
    variable->why = why;
    variable->file = r->command->file;
    variable->line = first_line(r);
    return true;
}

static enum shell_lookup_result look_up(void *context, struct span name,
                                        const struct shell_value **ret, const char **why)
{
    const struct shell_script *script = context;
    const struct shell_variable *variable = find(script, name);

    if (variable == NULL)
        return SHELL_UNSET;
    if (variable->undecided) {
        *why = variable->why;
        return SHELL_UNDECIDED;
    }
    if (!variable->set)
        return SHELL_UNSET;
    *ret = &variable->value;
    return SHELL_SET;
}

static bool add_assignment(struct shell_script *script, const struct shell_assignment *assignment)
{
    if (script->assignment_count == script->assignment_room) {
        size_t room = script->assignment_room * 2 + 32;
        struct shell_assignment *grown = script->assignment_count >= SHELL_ASSIGNMENT_LIMIT
                                             ? NULL
                                             : realloc(script->assignments, room * sizeof(*grown));

        if (grown == NULL) {
            script->no_memory = true;
            return false;
        }
        script->assignments = grown;
        script->assignment_room = room;
    }
    script->assignments[script->assignment_count++] = *assignment;
    return true;
}

/* Why an assignment that is there cannot be relied on, NULL if it can. */
static const char *condition(const struct shell_command *command)
{
    if (command->nested)
        return "it is set inside a condition, loop, group or function";
    if (command->conditional)
        return "it is set under a condition (&& or ||)";
    if (command->piped)
        return "it is set in a pipe or in the background, that is in another process";
    if (command->negated)
        return "it is set behind a !";
    return NULL;
}

/* token is NAME=word. */
static bool assign(const struct runner *r, const struct shell_token *token, bool argument)
{
    struct span name = name_at(r->text, token->start);
    struct shell_assignment assignment = {
        .file = r->command->file,
        .line = token->line,
        .watched = span_is(name, r->script->watched),
        .argument = argument,
        .value_start = token->start + name.size + 1,
        .value_end = token->end,
    };
    struct shell_evaluation evaluation = { .text = r->text,
                                           .start = assignment.value_start,
                                           .end = assignment.value_end,
                                           .assignment = (uint16_t)r->script->assignment_count,
                                           .lookup = look_up,
                                           .context = r->script,
                                           .argument = argument };
    const char *why = condition(r->command);
    struct shell_value value = { 0 };
    struct shell_variable *variable;
    bool known;

    if (assignment.watched && why == NULL && r->command->redirected)
        why = "its assignment has a redirection";
    if (why != NULL)
        return assignment.watched ? refuse(r, token->line, why) : taint(r, name, why);
    known = shell_evaluate(&evaluation, &value, &why);
    if (!known) {
        shell_value_free(&value);
        return assignment.watched ? refuse(r, token->line, why) : taint(r, name, why);
    }
    variable = add_assignment(r->script, &assignment) ? make(r->script, name) : NULL;
    if (variable == NULL) {
        shell_value_free(&value);
        return false;
    }
    shell_value_free(&variable->value);
    variable->value = value;
    variable->set = true;
    variable->undecided = false;
    return true;
}

/* Length of NAME in NAME=..., NAME+=... or NAME[...]=...; 0 if the word is no assignment. */
static size_t assigned_name(const struct runner *r, const struct shell_token *token,
                            const char **ret_odd)
{
    struct span name = name_at(r->text, token->start);
    size_t at = token->start + name.size;

    *ret_odd = NULL;
    if (name.size == 0 || at >= token->end)
        return 0;
    if (r->text.data[at] == '=')
        return name.size;
    if (r->text.data[at] == '+' && at + 1 < token->end && r->text.data[at + 1] == '=')
        *ret_odd = "it uses +=, which dash does not know";
    else if (r->text.data[at] == '[' && memchr(r->text.data + at, '=', token->end - at) != NULL)
        *ret_odd = "it uses an array, which dash does not know";
    else if (r->text.data[at] == '\\' && at + 1 < token->end && r->text.data[at + 1] == '\n')
        *ret_odd = "a line is continued inside the name of a variable";
    return *ret_odd != NULL ? name.size : 0;
}

static bool run_assignments(const struct runner *r, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct shell_token *token = &r->command->words[i];
        struct span name = name_at(r->text, token->start);
        const char *odd;

        (void)assigned_name(r, token, &odd);
        if (odd == NULL) {
            if (!assign(r, token, false))
                return false;
        } else if (span_is(name, r->script->watched) || strstr(odd, "continued") != NULL) {
            return refuse(r, token->line, odd);
        } else {
            shell_script_note(r->script, r->command->file, token->line, odd);
            if (!taint(r, name, odd))
                return false;
        }
    }
    return true;
}

static bool is_flag(const struct runner *r, const struct shell_token *token)
{
    return r->text.data[token->start] == '-';
}

/* export NAME, export NAME=word. */
static bool run_export(const struct runner *r, size_t first)
{
    for (size_t i = first; i < r->command->count; i++) {
        const struct shell_token *token = &r->command->words[i];
        size_t name = shell_name_length(r->text, token->start);
        const char *odd;

        if (is_flag(r, token) || name == 0) {
            if (shell_script_mentions(r->script, r->command->file, r->command->words[0].start,
                                      r->command->words[r->command->count - 1].end))
                return refuse(r, token->line,
                              "it is exported in a way that is not understood here");
            continue;
        }
        if (token->start + name == token->end)
            continue; /* it only marks the variable */
        (void)assigned_name(r, token, &odd);
        if (odd != NULL && span_is(name_at(r->text, token->start), r->script->watched))
            return refuse(r, token->line, odd);
        if (odd != NULL ? !taint(r, name_at(r->text, token->start), odd) : !assign(r, token, true))
            return false;
    }
    return true;
}

/* Commands that set the variables they are given by name. */
static bool run_setter(const struct runner *r, size_t first)
{
    for (size_t i = first; i < r->command->count; i++) {
        struct span name = name_at(r->text, r->command->words[i].start);

        if (name.size > 0 && !taint(r, name, "a command sets one of its variables"))
            return false;
    }
    return true;
}

static bool taint_all(const struct runner *r, const char *why)
{
    for (size_t i = 0; i < r->script->variable_count; i++)
        if (!taint(r, r->script->variables[i].name, why))
            return false;
    /* The watched one may be set by it even if nothing has set it here. */
    return taint(r, span_of(r->script->watched), why);
}

static bool run_set(const struct runner *r, size_t first)
{
    for (size_t i = first; i < r->command->count; i++) {
        const struct shell_token *token = &r->command->words[i];
        struct span word = { r->text.data + token->start, token->end - token->start };

        if (span_is(word, "--"))
            return true;
        if (word.data[0] != '-' && word.data[0] != '+')
            return true;
        for (size_t j = 1; j < word.size; j++)
            if (strchr("aefhvxm", word.data[j]) == NULL)
                return refuse(r, token->line, "a set changes how the shell reads the file");
    }
    return true;
}

static bool is_one_of(struct span word, const char *const *list)
{
    for (size_t i = 0; list[i] != NULL; i++)
        if (span_is(word, list[i]))
            return true;
    return false;
}

/* words[first] is the command's name. */
static bool run_other(const struct runner *r, size_t first)
{
    static const char *const setters[] = { "read",      "declare", "typeset", "local",   "readonly",
                                           "let",       "getopts", "printf",  "mapfile", "unset",
                                           "readarray", "alias",   "unalias", "trap",    NULL };
    static const char *const enders[] = { "exit", "exec", NULL };
    const struct shell_token *token = &r->command->words[first];
    struct span name = { r->text.data + token->start, token->end - token->start };
    bool nested = r->command->nested || r->command->conditional || r->command->piped;

    if (memchr(name.data, '$', name.size) != NULL || memchr(name.data, '`', name.size) != NULL ||
        memchr(name.data, '\\', name.size) != NULL || memchr(name.data, '"', name.size) != NULL ||
        memchr(name.data, '\'', name.size) != NULL)
        return refuse(r, token->line, "the name of a command is quoted or substituted");
    if (span_is(name, "eval"))
        return refuse(r, token->line, "there is an eval, which may set anything");
    if (is_one_of(name, enders))
        return refuse(r, token->line, "an exit or exec ends grub-mkconfig there");
    if (span_is(name, "return") && nested)
        return refuse(r, token->line, "a return may end the file there");
    if (span_is(name, "return")) {
        r->script->left[r->command->file] = true;
        return true;
    }
    if (span_is(name, "export") && condition(r->command) == NULL)
        return run_export(r, first + 1);
    if (shell_script_mentions(r->script, r->command->file, token->start,
                              r->command->words[r->command->count - 1].end))
        return refuse(r, token->line, "a command names it other than in an assignment");
    if (span_is(name, ".") || span_is(name, "source")) {
        shell_script_note(r->script, r->command->file, token->line,
                          "another file is read here; what it sets is not known");
        return taint_all(r, "another file that is read before it may have set it");
    }
    if (span_is(name, "set"))
        return run_set(r, first + 1);
    if (is_one_of(name, setters) || span_is(name, "export"))
        return run_setter(r, first + 1);
    return true;
}

bool shell_command_run(struct shell_script *script, const struct shell_command *command)
{
    struct runner r = { script, command, script->files[command->file].text };
    size_t assignments = 0;

    for (; assignments < command->count; assignments++) {
        const char *odd;

        if (assigned_name(&r, &command->words[assignments], &odd) == 0)
            break;
    }
    if (assignments == command->count)
        return run_assignments(&r, assignments);
    for (size_t i = 0; i < assignments; i++)
        if (shell_script_mentions(script, command->file, command->words[i].start,
                                  command->words[i].end))
            return refuse(&r, command->words[i].line,
                          "it is set for one command only, not for the file");
    return run_other(&r, assignments);
}
