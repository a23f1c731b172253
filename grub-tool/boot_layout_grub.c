/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of a GRUB configuration that ran, and which of them boots. */
#include <stdlib.h>
#include <string.h>

#include "core/base/span_text.h"
#include "grub-tool/boot_layout_internal.h"
#include "grub-tool/grub_expand.h"
#include "grub-tool/grub_parse.h"

struct collector {
    const struct root *root;
    const struct grub_script *script;
    struct boot_layout *layout;
    struct grub_choice *choices;
    size_t *entry_of; /* index in the layout; GRUB_NONE for a submenu */
    size_t count;
    size_t bls_count;
    bool kernelopts;
};

static bool is_rescue(const char *id, const char *title)
{
    return strstr(id, "rescue") != NULL || strstr(id, "-recovery-") != NULL ||
           strstr(title, "(recovery mode)") != NULL || strstr(title, "rescue") != NULL;
}

static bool names_kernelopts(struct span options)
{
    return span_contains(options, "$kernelopts") || span_contains(options, "${kernelopts}");
}

/* True if the offset lies in a part of a generated configuration that is made from what somebody
 * wrote (40_custom) or from other systems' disks (30_os-prober). */
static bool in_foreign_part(struct span text, size_t offset)
{
    static const char begin[] = "### BEGIN /etc/grub.d/", end[] = "### END /etc/grub.d/";
    bool foreign = false;

    for (size_t at = 0; at < offset;) {
        const uint8_t *newline = memchr(text.data + at, '\n', text.size - at);
        struct span line = { text.data + at,
                             (newline != NULL ? (size_t)(newline - text.data) : text.size) - at };

        at += line.size + 1;
        if (line.size >= sizeof(end) - 1 && memcmp(line.data, end, sizeof(end) - 1) == 0)
            foreign = false;
        else if (line.size >= sizeof(begin) - 1 && memcmp(line.data, begin, sizeof(begin) - 1) == 0)
            foreign = memmem(line.data, line.size, "custom", 6) != NULL ||
                      memmem(line.data, line.size, "os-prober", 9) != NULL;
    }
    return foreign;
}

/* An entry of /boot/loader/entries. */
static enum tdx_status add_bls(struct collector *c, const struct bls_file *file,
                               struct tdx_error *err)
{
    struct span options = span_of("$default_kernelopts");
    struct text once = { 0 }, expanded = { 0 };
    struct boot_entry *entry;
    enum tdx_status status;

    if (file->entry.linux_path == NULL)
        return TDX_OK; /* blscfg leaves such a file out */
    entry = boot_layout_add(c->layout, file->id,
                            file->entry.title != NULL ? file->entry.title : file->id);
    if (entry == NULL)
        return status_fail(err, TDX_NO_MEMORY, "%s", file->path);
    if (file->entry.options != NULL)
        options = span_of(file->entry.options);
    entry->file = strdup(file->path);
    entry->rescue = is_rescue(entry->id, entry->title);
    entry->uses_kernelopts = names_kernelopts(options);
    c->kernelopts |= entry->uses_kernelopts && !entry->rescue;
    grub_expand_bls(options, &c->script->env, &once);
    grub_expand_script(text_span(&once), &c->script->env, &expanded);
    status = boot_layout_add_line(c->layout, entry,
                                  &(struct boot_line_source){
                                      .path = file->path,
                                      .start = file->entry.options_start,
                                      .end = file->entry.options_end,
                                      .runs = true,
                                      .kernel = file->entry.linux_path,
                                      .options = { (const uint8_t *)text_string(&expanded),
                                                   expanded.length },
                                      .kind = BOOT_TEXT_GRUB },
                                  err);
    text_free(&once);
    text_free(&expanded);
    c->choices[c->count] = (struct grub_choice){ entry->id, entry->title, GRUB_NONE, false };
    c->entry_of[c->count++] = c->layout->entry_count - 1;
    c->bls_count++;
    return status;
}

static enum tdx_status add_menu_line(struct collector *c, struct boot_entry *entry,
                                     const struct grub_entry *from, const struct grub_line *line,
                                     struct tdx_error *err)
{
    const struct grub_config *config = &c->script->configs[from->config];
    struct span text = file_content_span(&config->content);
    size_t at = line->start;
    struct grub_token kernel = grub_next_token(text, &at, line->end);
    struct text path = { 0 }, options = { 0 };
    enum tdx_status status;

    /* Blanks between the path and the options belong to neither. */
    while (at < line->end && (text.data[at] == ' ' || text.data[at] == '\t'))
        at++;
    grub_word_value(text, &kernel, &c->script->env, &path);
    grub_expand_script((struct span){ text.data + at, line->end - at }, &c->script->env, &options);
    entry->uses_kernelopts |= names_kernelopts((struct span){ text.data + at, line->end - at });
    status = boot_layout_add_line(c->layout, entry,
                                  &(struct boot_line_source){
                                      .path = config->path,
                                      .start = at,
                                      .end = line->end,
                                      .runs = line->runs,
                                      .kernel = text_string(&path),
                                      .options = { (const uint8_t *)text_string(&options),
                                                   options.length },
                                      .kind = BOOT_TEXT_GRUB },
                                  err);
    text_free(&path);
    text_free(&options);
    return status;
}

/* A menuentry, or a submenu, which is only there to be chosen from. parents: from the script's
 * index to ours. */
static enum tdx_status add_menu(struct collector *c, const struct grub_entry *from, size_t parent,
                                struct tdx_error *err)
{
    struct boot_entry *entry;
    enum tdx_status status = TDX_OK;

    c->choices[c->count] = (struct grub_choice){ from->id, from->title, parent, from->submenu };
    c->entry_of[c->count] = GRUB_NONE;
    if (!from->submenu && from->line_count > 0) {
        entry = boot_layout_add(c->layout, from->id, from->title);
        if (entry == NULL)
            return status_fail(err, TDX_NO_MEMORY, "a menu entry");
        entry->rescue = is_rescue(from->id, from->title);
        entry->foreign =
            from->config != c->script->final ||
            in_foreign_part(file_content_span(&c->script->configs[from->config].content),
                            from->lines[0].start);
        for (size_t i = 0; i < from->line_count && status == TDX_OK; i++)
            status = add_menu_line(c, entry, from, &from->lines[i], err);
        c->entry_of[c->count] = c->layout->entry_count - 1;
    }
    c->count++;
    return status;
}

/* Where blscfg looks: $blsdir, else the default. */
static enum tdx_status add_bls_folder(struct collector *c, struct tdx_error *err)
{
    const char *named = grub_env_get(&c->script->env, "blsdir");
    struct text folder = { 0 };
    struct bls_folder entries = { 0 };
    enum tdx_status status = TDX_OK;

    if (named[0] != '/' || !grub_find_file(c->root, named, &folder))
        text_add(&folder, "/boot/loader/entries");
    if (root_exists(c->root, text_string(&folder)))
        status = bls_folder_read(c->root, text_string(&folder), BLS_FOR_GRUB, &entries, err);
    else
        text_addf(&c->layout->warnings, "%s does not exist, so the menu has no entry from there\n",
                  text_string(&folder));
    for (size_t i = 0; i < entries.count && status == TDX_OK; i++)
        status = add_bls(c, &entries.files[i], err);
    bls_folder_free(&entries);
    text_free(&folder);
    return status;
}

static enum tdx_status add_all(struct collector *c, struct tdx_error *err)
{
    const struct grub_script *script = c->script;
    enum tdx_status status = TDX_OK;

    for (size_t i = 0; i <= script->entry_count && status == TDX_OK; i++) {
        size_t parent;

        if (script->blscfg && script->blscfg_at == i)
            status = add_bls_folder(c, err);
        if (i == script->entry_count || status != TDX_OK)
            break;
        parent = script->entries[i].parent;
        if (parent != GRUB_NONE && parent >= script->blscfg_at)
            parent += c->bls_count;
        status = add_menu(c, &script->entries[i], parent, err);
    }
    return status;
}

static enum tdx_status choose(struct collector *c, struct tdx_error *err)
{
    bool by_title = false;
    size_t chosen = grub_default_entry(c->choices, c->count,
                                       grub_env_get(&c->script->env, "default"), &by_title);
    struct boot_entry *entry;

    if (chosen == GRUB_NONE || c->entry_of[chosen] == GRUB_NONE)
        return TDX_OK;
    c->layout->default_entry = c->entry_of[chosen];
    entry = &c->layout->entries[c->layout->default_entry];
    if (by_title) { /* it is known by its title to whoever chose it */
        free(entry->id);
        entry->id = strdup(entry->title);
        if (entry->id == NULL)
            return status_fail(err, TDX_NO_MEMORY, "a menu entry");
    }
    return TDX_OK;
}

enum tdx_status boot_layout_from_grub(const struct root *root, const struct grub_script *script,
                                      struct boot_layout *ret, struct tdx_error *err)
{
    size_t most = script->entry_count + BLS_ENTRIES;
    struct collector c = { .root = root, .script = script, .layout = ret };
    enum tdx_status status = TDX_OK;

    c.choices = calloc(most, sizeof(*c.choices));
    c.entry_of = calloc(most, sizeof(*c.entry_of));
    if (c.choices == NULL || c.entry_of == NULL)
        status = status_fail(err, TDX_NO_MEMORY, "the menu");
    if (status == TDX_OK)
        status = add_all(&c, err);
    for (size_t i = 0; i < ret->entry_count && c.bls_count > 0; i++)
        ret->entries[i].foreign |= ret->entries[i].file == NULL;
    ret->default_entry = ret->entry_count;
    if (status == TDX_OK) {
        ret->style = c.bls_count == 0 ? BOOT_MENUENTRY
                     : c.kernelopts   ? BOOT_BLS_KERNELOPTS
                                      : BOOT_BLS_INLINE;
        status = choose(&c, err);
    }
    /* An empty BLS menu is still a BLS menu. */
    if (status == TDX_OK && script->blscfg && ret->entry_count == 0)
        ret->style = BOOT_BLS_INLINE;
    free(c.choices);
    free(c.entry_of);
    return status;
}
