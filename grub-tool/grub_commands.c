/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of a GRUB script that decide what is booted. */
#include <stdlib.h>
#include <string.h>

#include "grub-tool/grub_runner.h"
#include "grub-tool/grub_test.h"

char *grub_word(const struct runner *r, const struct grub_token *token)
{
    struct text out = { 0 };
    char *ret;

    grub_word_value(r->text, token, &r->script->env, &out);
    ret = out.length > 0 ? text_take(&out) : strdup("");
    text_free(&out);
    r->script->env.failed |= ret == NULL;
    return ret;
}

bool grub_word_is(const struct runner *r, const struct grub_token *token, const char *name)
{
    return grub_token_is(r->text, token, name);
}

/* NAME=value, set NAME=value. */
static void run_set(struct runner *r, const struct grub_token *token)
{
    char *text = grub_word(r, token), *equals = text != NULL ? strchr(text, '=') : NULL;

    if (equals != NULL && equals != text) {
        *equals = '\0';
        grub_env_set(&r->script->env, text, equals + 1);
        if (strcmp(text, "kernelopts") == 0) {
            r->script->kernelopts_set = true;
            r->script->kernelopts_config = r->config;
            r->script->kernelopts_start = token->start;
            r->script->kernelopts_end = token->end;
        }
    }
    free(text);
}

/* load_env [-f FILE] [--skip-sig] [NAME...]: all names are taken. */
static bool run_load_env(struct runner *r, const struct command *command)
{
    struct text path = { 0 }, found = { 0 };
    struct file_content block = { 0 };
    bool fine = false;

    for (size_t i = 1; i + 1 < command->count; i++)
        if (grub_word_is(r, &command->words[i], "-f") ||
            grub_word_is(r, &command->words[i], "--file"))
            grub_word_value(r->text, &command->words[i + 1], &r->script->env, &path);
    if (path.length == 0)
        text_addf(&path, "%s/grubenv", grub_env_get(&r->script->env, "prefix"));
    if (!grub_find_file(r->script->root, text_string(&path), &found)) {
        /* none: all values stay as they are */
    } else if (root_read_file(r->script->root, text_string(&found), GRUBENV_LIMIT, &block, NULL) !=
               TDX_OK) {
        grub_note_unreadable(r->script, text_string(&found));
    } else if (grubenv_load(file_content_span(&block), text_string(&found), &r->script->env,
                            NULL) == TDX_OK) {
        free(r->script->grubenv);
        r->script->grubenv = text_take(&found);
        fine = r->script->grubenv != NULL;
    }
    file_content_free(&block);
    text_free(&path);
    text_free(&found);
    return fine;
}

/* search [--set=NAME | --set NAME | ...] WHAT, search.fs_uuid WHAT NAME HINT: found, whatever it
 * is; which of our folders its file system is, the paths decide. */
static void run_search(struct runner *r, const struct command *command)
{
    char *name = NULL;

    if (!grub_word_is(r, &command->words[0], "search")) {
        name = command->count > 2 ? grub_word(r, &command->words[2]) : NULL;
    } else {
        for (size_t i = 1; i < command->count && name == NULL; i++) {
            char *text = grub_word(r, &command->words[i]);

            if (text == NULL)
                return;
            if (strncmp(text, "--set=", 6) == 0)
                name = strdup(text + 6);
            else if (strcmp(text, "--set") == 0 && i + 1 < command->count)
                name = grub_word(r, &command->words[i + 1]);
            else if (strcmp(text, "-s") == 0 && i + 1 < command->count)
                name = grub_word(r, &command->words[i + 1]);
            free(text);
        }
    }
    grub_env_set(&r->script->env, name != NULL && name[0] != '-' ? name : "root", "disk");
    free(name);
}

static bool run_file(struct runner *r, const struct command *command, bool chained)
{
    char *path = command->count > 1 ? grub_word(r, &command->words[1]) : NULL;
    struct text found = { 0 };
    bool fine = path != NULL && grub_find_file(r->script->root, path, &found);

    if (fine) {
        grub_run_config(r->script, text_string(&found), chained);
        r->left = chained;
    } else if (chained && r->script->missing == NULL) {
        r->script->missing = path;
        path = NULL;
    }
    text_free(&found);
    free(path);
    return fine;
}

bool grub_run_test(struct runner *r, const struct command *command)
{
    char *words[GRUB_WORDS];
    size_t count = command->count - 1;
    bool result = true;

    for (size_t i = 0; i < count; i++) {
        words[i] = grub_word(r, &command->words[i + 1]);
        result &= words[i] != NULL;
    }
    if (result && grub_word_is(r, &command->words[0], "[") && count > 0 &&
        strcmp(words[count - 1], "]") == 0)
        free(words[--count]);
    result = result && grub_test(r->script->root, (const char *const *)words, count);
    for (size_t i = 0; i < count; i++)
        free(words[i]);
    return result;
}

bool grub_run_simple(struct runner *r, const struct command *command)
{
    const struct grub_token *name = &command->words[0];
    struct span text = r->text;

    if (grub_word_is(r, name, "set") && command->count > 1)
        run_set(r, &command->words[1]);
    else if (memchr(text.data + name->start, '=', name->end - name->start) != NULL)
        run_set(r, name);
    else if (grub_word_is(r, name, "unset") && command->count > 1) {
        char *variable = grub_word(r, &command->words[1]);

        if (variable != NULL)
            grub_env_unset(&r->script->env, variable);
        free(variable);
    } else if (grub_word_is(r, name, "load_env"))
        return run_load_env(r, command);
    else if (grub_word_is(r, name, "search") ||
             (name->end - name->start > 7 && memcmp(text.data + name->start, "search.", 7) == 0))
        run_search(r, command);
    else if (grub_word_is(r, name, "configfile"))
        return run_file(r, command, true);
    else if (grub_word_is(r, name, "source") || grub_word_is(r, name, "."))
        return run_file(r, command, false);
    else if (grub_word_is(r, name, "[") || grub_word_is(r, name, "test"))
        return grub_run_test(r, command);
    else if ((grub_word_is(r, name, "blscfg") || grub_word_is(r, name, "bls_import")) &&
             !r->script->blscfg) {
        r->script->blscfg = true;
        r->script->blscfg_at = r->script->entry_count;
    } else if (grub_word_is(r, name, "false") || grub_word_is(r, name, "keystatus"))
        return false;
    return true;
}
