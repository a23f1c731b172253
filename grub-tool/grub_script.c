/* SPDX-License-Identifier: Apache-2.0 */
/* The structure of a script: lists, conditions, blocks, menu entries. */
#include "grub-tool/grub_script.h"

#include <stdlib.h>
#include <string.h>

#include "grub-tool/grub_runner.h"

static bool run_list(struct runner *r, bool run);

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
    entry->submenu = grub_word_is(r, &command->words[0], "submenu");
    for (size_t i = 1; i < command->count; i++) {
        char *value = grub_word(r, &command->words[i]);
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
            value = grub_word(r, &command->words[++i]);
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
    return grub_word_is(r, token, "linux") || grub_word_is(r, token, "linux16") ||
           grub_word_is(r, token, "linuxefi");
}

static void add_line(struct runner *r, const struct command *command, bool run)
{
    struct grub_entry *entry = &r->script->entries[r->entry];

    if (entry->line_count == GRUB_LINES || command->count < 2)
        return;
    entry->lines[entry->line_count++] =
        (struct grub_line){ .start = command->words[1].start, .end = command->end, .runs = run };
}

/* --- structure ------------------------------------------------------------------------------- */

/* Words that end a list of commands. */
static bool ends_list(const struct runner *r, const struct grub_token *token)
{
    static const char *const words[] = { "then", "elif", "else", "fi", "do", "done", "esac" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (grub_word_is(r, token, words[i]))
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
        if (grub_word_is(r, &token, "elif"))
            continue;
        if (grub_word_is(r, &token, "else")) {
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
        if (run && (grub_word_is(r, &command.words[0], "menuentry") ||
                    grub_word_is(r, &command.words[0], "submenu")))
            run_menuentry(r, &command);
        else
            (void)skip_block(r);
        return;
    }
    if (r->entry != GRUB_NONE && is_linux(r, &command.words[0]))
        add_line(r, &command, run);
    else if (run && grub_word_is(r, &command.words[0], "!"))
        r->last = false;
    else if (run && r->entry == GRUB_NONE)
        r->last = grub_run_simple(r, &command);
    else if (run && (grub_word_is(r, &command.words[0], "[") ||
                     grub_word_is(r, &command.words[0], "test")))
        r->last = grub_run_test(r, &command);
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
        if (grub_word_is(r, &token, "if")) {
            run_if(r, run);
        } else if (grub_word_is(r, &token, "for") || grub_word_is(r, &token, "while") ||
                   grub_word_is(r, &token, "until")) {
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

void grub_note_unreadable(struct grub_script *script, const char *path)
{
    if (script->unreadable == NULL)
        script->unreadable = strdup(path);
    script->env.failed |= script->unreadable == NULL;
}

void grub_run_config(struct grub_script *script, const char *path, bool chained)
{
    struct runner r = { .script = script, .entry = GRUB_NONE, .parent = GRUB_NONE, .last = true };
    struct grub_config *config = &script->configs[script->config_count];
    struct file_content content = { 0 };
    struct text folder = { 0 };

    if (script->config_count == GRUB_CONFIGS || script->depth > GRUB_NESTING)
        return;
    if (root_read_file(script->root, path, GRUB_CONFIG_LIMIT, &content, NULL) != TDX_OK) {
        grub_note_unreadable(script, path);
        return;
    }
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
        grub_run_config(ret, text_string(&real), true);
    text_free(&real);
    if (status != TDX_OK)
        return status;
    if (ret->unreadable != NULL)
        return status_fail(err, TDX_FILE_UNREADABLE, "%s", ret->unreadable);
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
    free(script->unreadable);
    grub_env_free(&script->env);
    *script = (struct grub_script){ 0 };
}
