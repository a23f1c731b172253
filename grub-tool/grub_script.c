/* SPDX-License-Identifier: Apache-2.0 */
#include "grub-tool/grub_script.h"

#include <stdlib.h>
#include <string.h>

#include "grub-tool/grub_parse.h"
#include "grub-tool/grub_test.h"

/* One file, or one block of it, being run. */
struct runner {
    struct grub_script *script;
    size_t config;
    struct span text;
    size_t at, end;
    bool last;    /* whether the last command succeeded */
    size_t entry; /* the entry whose body this is; GRUB_NONE */
    size_t parent;
    bool left; /* configfile: nothing of this file follows */
};

struct command {
    struct grub_token words[GRUB_WORDS];
    size_t count;
    struct grub_token open; /* the '{' that ended it */
    size_t end;
};

static bool run_list(struct runner *r, bool run);

static void run_config(struct grub_script *script, const char *path, bool chained);

/* The caller frees it. NULL: out of memory, which is noted. */
static char *word(const struct runner *r, const struct grub_token *token)
{
    struct text out = { 0 };
    char *ret;

    grub_word_value(r->text, token, &r->script->env, &out);
    ret = out.length > 0 ? text_take(&out) : strdup("");
    text_free(&out);
    r->script->env.failed |= ret == NULL;
    return ret;
}

static bool is(const struct runner *r, const struct grub_token *token, const char *name)
{
    return grub_token_is(r->text, token, name);
}

/* From behind a '{' to behind its '}'. Returns the offset of the '}'. */
static size_t skip_block(struct runner *r)
{
    unsigned open = 1;

    for (;;) {
        struct grub_token token = grub_next_token(r->text, &r->at, r->end);

        if (token.kind == GRUB_END)
            return r->end;
        open += token.kind == GRUB_OPEN;
        if (token.kind == GRUB_CLOSE && --open == 0)
            return token.start;
    }
}

/* --- menu entries ---------------------------------------------------------------------------- */

static struct grub_entry *add_entry(struct runner *r)
{
    struct grub_script *script = r->script;
    struct grub_entry *grown =
        script->entry_count >= GRUB_ENTRIES
            ? NULL
            : realloc(script->entries, (script->entry_count + 1) * sizeof(*grown));

    if (grown == NULL) {
        script->env.failed = true;
        return NULL;
    }
    script->entries = grown;
    grown[script->entry_count] = (struct grub_entry){ .parent = r->parent, .config = r->config };
    return &grown[script->entry_count++];
}

/* menuentry TITLE [--class X] [--users X] [--hotkey X] [--id X] [--unrestricted] { ... } */
static void run_menuentry(struct runner *r, const struct command *command)
{
    size_t index = r->script->entry_count, body_start = r->at, body_end = skip_block(r);
    size_t behind = r->at;
    struct grub_entry *entry = add_entry(r);
    struct runner body = { .script = r->script,
                           .config = r->config,
                           .text = r->text,
                           .at = body_start,
                           .end = body_end,
                           .entry = index,
                           .parent = r->parent };

    if (entry == NULL)
        return;
    entry->submenu = is(r, &command->words[0], "submenu");
    for (size_t i = 1; i < command->count; i++) {
        char *value = word(r, &command->words[i]);
        char **place = NULL;

        if (value == NULL)
            return;
        if (entry->title == NULL && strncmp(value, "--", 2) != 0)
            place = &entry->title;
        if (strncmp(value, "--id=", 5) == 0) {
            memmove(value, value + 5, strlen(value + 5) + 1);
            place = &entry->id;
        } else if (strcmp(value, "--id") == 0 && i + 1 < command->count) {
            free(value);
            value = word(r, &command->words[++i]);
            place = &entry->id;
        } else if (strcmp(value, "--class") == 0 || strcmp(value, "--users") == 0 ||
                   strcmp(value, "--hotkey") == 0 || strcmp(value, "--source") == 0) {
            i++;
        }
        if (place != NULL && *place == NULL)
            *place = value;
        else
            free(value);
    }
    if (entry->title == NULL)
        entry->title = strdup("");
    if (entry->id == NULL)
        entry->id = strdup(entry->title != NULL ? entry->title : "");
    if (entry->submenu) {
        body.entry = GRUB_NONE;
        body.parent = index;
    }
    if (++r->script->depth <= GRUB_NESTING)
        (void)run_list(&body, true);
    r->script->depth--;
    r->at = behind;
}

static bool is_linux(const struct runner *r, const struct grub_token *token)
{
    return is(r, token, "linux") || is(r, token, "linux16") || is(r, token, "linuxefi");
}

static void add_line(struct runner *r, const struct command *command, bool run)
{
    struct grub_entry *entry = &r->script->entries[r->entry];

    if (entry->line_count == GRUB_LINES || command->count < 2)
        return;
    entry->lines[entry->line_count++] =
        (struct grub_line){ .start = command->words[1].start, .end = command->end, .runs = run };
}

/* --- commands -------------------------------------------------------------------------------- */

/* NAME=value, set NAME=value. */
static void run_set(struct runner *r, const struct grub_token *token)
{
    char *text = word(r, token), *equals = text != NULL ? strchr(text, '=') : NULL;

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
        if (is(r, &command->words[i], "-f") || is(r, &command->words[i], "--file"))
            grub_word_value(r->text, &command->words[i + 1], &r->script->env, &path);
    if (path.length == 0)
        text_addf(&path, "%s/grubenv", grub_env_get(&r->script->env, "prefix"));
    if (grub_find_file(r->script->root, text_string(&path), &found) &&
        root_read_file(r->script->root, text_string(&found), GRUBENV_LIMIT, &block, NULL) ==
            TDX_OK &&
        grubenv_load(file_content_span(&block), text_string(&found), &r->script->env, NULL) ==
            TDX_OK) {
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

    if (!is(r, &command->words[0], "search")) {
        name = command->count > 2 ? word(r, &command->words[2]) : NULL;
    } else {
        for (size_t i = 1; i < command->count && name == NULL; i++) {
            char *text = word(r, &command->words[i]);

            if (text == NULL)
                return;
            if (strncmp(text, "--set=", 6) == 0)
                name = strdup(text + 6);
            else if (strcmp(text, "--set") == 0 && i + 1 < command->count)
                name = word(r, &command->words[i + 1]);
            else if (strcmp(text, "-s") == 0 && i + 1 < command->count)
                name = word(r, &command->words[i + 1]);
            free(text);
        }
    }
    grub_env_set(&r->script->env, name != NULL && name[0] != '-' ? name : "root", "disk");
    free(name);
}

static bool run_file(struct runner *r, const struct command *command, bool chained)
{
    char *path = command->count > 1 ? word(r, &command->words[1]) : NULL;
    struct text found = { 0 };
    bool fine = path != NULL && grub_find_file(r->script->root, path, &found);

    if (fine) {
        run_config(r->script, text_string(&found), chained);
        r->left = chained;
    } else if (chained && r->script->missing == NULL) {
        r->script->missing = path;
        path = NULL;
    }
    text_free(&found);
    free(path);
    return fine;
}

static bool run_test(struct runner *r, const struct command *command)
{
    char *words[GRUB_WORDS];
    size_t count = command->count - 1;
    bool result = true;

    for (size_t i = 0; i < count; i++) {
        words[i] = word(r, &command->words[i + 1]);
        result &= words[i] != NULL;
    }
    if (result && is(r, &command->words[0], "[") && count > 0 && strcmp(words[count - 1], "]") == 0)
        free(words[--count]);
    result = result && grub_test(r->script->root, (const char *const *)words, count);
    for (size_t i = 0; i < count; i++)
        free(words[i]);
    return result;
}

static bool run_simple(struct runner *r, const struct command *command)
{
    const struct grub_token *name = &command->words[0];
    struct span text = r->text;

    if (is(r, name, "set") && command->count > 1)
        run_set(r, &command->words[1]);
    else if (memchr(text.data + name->start, '=', name->end - name->start) != NULL)
        run_set(r, name);
    else if (is(r, name, "unset") && command->count > 1) {
        char *variable = word(r, &command->words[1]);

        if (variable != NULL)
            grub_env_unset(&r->script->env, variable);
        free(variable);
    } else if (is(r, name, "load_env"))
        return run_load_env(r, command);
    else if (is(r, name, "search") ||
             (name->end - name->start > 7 && memcmp(text.data + name->start, "search.", 7) == 0))
        run_search(r, command);
    else if (is(r, name, "configfile"))
        return run_file(r, command, true);
    else if (is(r, name, "source") || is(r, name, "."))
        return run_file(r, command, false);
    else if (is(r, name, "[") || is(r, name, "test"))
        return run_test(r, command);
    else if ((is(r, name, "blscfg") || is(r, name, "bls_import")) && !r->script->blscfg) {
        r->script->blscfg = true;
        r->script->blscfg_at = r->script->entry_count;
    } else if (is(r, name, "false") || is(r, name, "keystatus"))
        return false;
    return true;
}

/* --- structure ------------------------------------------------------------------------------- */

/* Words that end a list of commands. */
static bool ends_list(const struct runner *r, const struct grub_token *token)
{
    static const char *const words[] = { "then", "elif", "else", "fi", "do", "done", "esac" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (is(r, token, words[i]))
            return true;
    return false;
}

static void run_if(struct runner *r, bool run)
{
    bool taken = false;

    for (;;) {
        bool condition;
        struct grub_token token;

        r->last = true;
        (void)run_list(r, run && !taken);
        condition = r->last;
        token = grub_next_token(r->text, &r->at, r->end); /* then */
        (void)run_list(r, run && !taken && condition);
        taken |= run && condition;
        token = grub_next_token(r->text, &r->at, r->end);
        if (is(r, &token, "elif"))
            continue;
        if (is(r, &token, "else")) {
            (void)run_list(r, run && !taken);
            (void)grub_next_token(r->text, &r->at, r->end); /* fi */
        }
        return;
    }
}

/* for, while, until: what they do cannot matter for the entries we know of. */
static void skip_loop(struct runner *r)
{
    (void)run_list(r, false); /* up to do */
    (void)grub_next_token(r->text, &r->at, r->end);
    (void)run_list(r, false);
    (void)grub_next_token(r->text, &r->at, r->end); /* done */
}

static void read_command(struct runner *r, struct command *command)
{
    for (;;) {
        size_t before = r->at;
        struct grub_token token = grub_next_token(r->text, &r->at, r->end);

        if (token.kind == GRUB_WORD && command->count < GRUB_WORDS) {
            command->words[command->count++] = token;
            command->end = token.end;
        } else if (token.kind == GRUB_OPEN) {
            command->open = token;
            return;
        } else if (token.kind == GRUB_CLOSE) {
            r->at = before;
            return;
        } else if (token.kind != GRUB_WORD) {
            return;
        } else {
            command->end = token.end; /* more words than are kept: only the text is used */
        }
    }
}

static void run_command(struct runner *r, bool run)
{
    struct command command = { .open = { .kind = GRUB_END } };

    read_command(r, &command);
    if (command.count == 0) {
        if (command.open.kind == GRUB_OPEN)
            (void)skip_block(r);
        return;
    }
    if (command.open.kind == GRUB_OPEN) {
        if (run && (is(r, &command.words[0], "menuentry") || is(r, &command.words[0], "submenu")))
            run_menuentry(r, &command);
        else
            (void)skip_block(r);
        return;
    }
    if (r->entry != GRUB_NONE && is_linux(r, &command.words[0]))
        add_line(r, &command, run);
    else if (run && is(r, &command.words[0], "!"))
        r->last = false;
    else if (run && r->entry == GRUB_NONE)
        r->last = run_simple(r, &command);
    else if (run && (is(r, &command.words[0], "[") || is(r, &command.words[0], "test")))
        r->last = run_test(r, &command);
}

/* Runs commands up to one that ends the list, which is left. False: the end of the text. */
static bool run_list(struct runner *r, bool run)
{
    if (++r->script->depth > 4 * GRUB_NESTING)
        r->at = r->end;
    while (!r->left && r->at < r->end) {
        size_t before = r->at;
        struct grub_token token = grub_next_token(r->text, &r->at, r->end);

        if (++r->script->steps > GRUB_STEPS)
            r->at = r->end;
        if (token.kind == GRUB_END)
            break;
        if (token.kind != GRUB_WORD)
            continue;
        if (ends_list(r, &token)) {
            r->at = before;
            r->script->depth--;
            return true;
        }
        if (is(r, &token, "if")) {
            run_if(r, run);
        } else if (is(r, &token, "for") || is(r, &token, "while") || is(r, &token, "until")) {
            skip_loop(r);
        } else {
            r->at = before;
            run_command(r, run);
        }
    }
    if (r->left)
        r->at = r->end;
    r->script->depth--;
    return false;
}

static void run_config(struct grub_script *script, const char *path, bool chained)
{
    struct runner r = { .script = script, .entry = GRUB_NONE, .parent = GRUB_NONE, .last = true };
    struct grub_config *config = &script->configs[script->config_count];
    struct file_content content = { 0 };
    struct text folder = { 0 };

    if (script->config_count == GRUB_CONFIGS || script->depth > GRUB_NESTING ||
        root_read_file(script->root, path, GRUB_CONFIG_LIMIT, &content, NULL) != TDX_OK)
        return;
    *config = (struct grub_config){ .path = strdup(path), .content = content };
    if (chained) {
        const char *slash = strrchr(path, '/');

        if (script->config_count > 0)
            script->configs[script->final].chained = true;
        script->final = script->config_count;
        text_add(&folder, "(here)");
        text_add_n(&folder, path, slash != NULL ? (size_t)(slash - path) : 0);
        grub_env_set(&script->env, "config_directory", text_string(&folder));
        if (!grub_env_has(&script->env, "prefix"))
            grub_env_set(&script->env, "prefix", text_string(&folder));
        text_free(&folder);
    }
    r.config = script->config_count++;
    r.text = file_content_span(&config->content);
    r.end = r.text.size;
    (void)run_list(&r, true);
}

enum tdx_status grub_script_run(const struct root *root, const char *path, struct grub_script *ret,
                                struct tdx_error *err)
{
    static const char *const given[][2] = {
        { "menuentry_id_option", "--id" },
        { "feature_menuentry_id", "y" },
        { "feature_platform_search_hint", "y" },
        { "feature_default_font_path", "y" },
        { "feature_all_video_module", "y" },
        { "feature_timeout_style", "y" },
        { "grub_platform", "efi" },
        { "grub_cpu", "x86_64" },
        { "root", "disk" },
    };
    struct text real = { 0 };
    struct stat st;
    enum tdx_status status = root_stat(root, path, &st, err);

    ret->root = root;
    ret->final = GRUB_NONE;
    for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
        grub_env_set(&ret->env, given[i][0], given[i][1]);
    if (status == TDX_OK)
        status = root_resolve(root, path, &real, err);
    if (status == TDX_OK)
        run_config(ret, text_string(&real), true);
    text_free(&real);
    if (status != TDX_OK)
        return status;
    if (ret->config_count == 0)
        return status_fail(err, TDX_FILE_UNREADABLE, "%s", path);
    if (ret->env.failed)
        return status_fail(err, TDX_NO_MEMORY, "%s: too much in it", path);
    if (ret->steps > GRUB_STEPS)
        return status_fail(err, TDX_BOOT_CONFIG_UNCLEAR, "%s runs too long", path);
    if (ret->missing != NULL)
        return status_fail(err, TDX_BOOT_CONFIG_UNCLEAR, "%s leads to %s, which does not exist",
                           ret->configs[ret->final].path, ret->missing);
    return TDX_OK;
}

void grub_script_free(struct grub_script *script)
{
    for (size_t i = 0; i < script->config_count; i++) {
        free(script->configs[i].path);
        file_content_free(&script->configs[i].content);
    }
    for (size_t i = 0; i < script->entry_count; i++) {
        free(script->entries[i].title);
        free(script->entries[i].id);
    }
    free(script->entries);
    free(script->grubenv);
    free(script->missing);
    grub_env_free(&script->env);
    *script = (struct grub_script){ 0 };
}
