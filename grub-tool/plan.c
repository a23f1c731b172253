/* SPDX-License-Identifier: Apache-2.0 */
#include "grub-tool/plan.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/span_text.h"
#include "grub-tool/diff.h"
#include "grub-tool/grub_env.h"

#define PLAN_FILE_LIMIT ((size_t)4 << 20)
#define CMDLINE_PATH    "/etc/kernel/cmdline"
#define DEFAULT_PATH    "/etc/default/grub"

struct planner {
    const struct root *root;
    const struct boot_layout *layout;
    const struct token_wish *wish;
    struct plan *plan;
    struct tdx_error *err;
};

void plan_free(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        free(plan->files[i].path);
        file_content_free(&plan->files[i].before);
        text_free(&plan->files[i].after);
    }
    free(plan->files);
    text_free(&plan->notes);
    *plan = (struct plan){ 0 };
}

struct plan_file *plan_add(const struct root *root, enum plan_what what, const char *path,
                           struct plan *plan, struct tdx_error *err)
{
    struct text real = { 0 };
    struct plan_file *grown, *file;
    bool exists = root_exists(root, path);
    enum tdx_status status = TDX_OK;

    if (exists)
        status = root_resolve(root, path, &real, err);
    else
        text_add(&real, path);
    grown = plan->count >= PLAN_FILES
                ? NULL
                : realloc(plan->files, (plan->count + 1) * sizeof(*plan->files));
    if (grown == NULL) {
        (void)status_fail(err, TDX_NO_MEMORY, "%s", path);
        text_free(&real);
        return NULL;
    }
    plan->files = grown;
    file = &grown[plan->count++];
    *file = (struct plan_file){ .what = what, .path = text_take(&real), .existed = exists };
    if (status == TDX_OK && file->path == NULL)
        status = status_fail(err, TDX_NO_MEMORY, "%s", path);
    if (status == TDX_OK && exists)
        status = root_read_file(root, file->path, PLAN_FILE_LIMIT, &file->before, err);
    return status == TDX_OK ? file : NULL;
}

static enum tdx_status failed(const struct planner *p)
{
    return p->err != NULL && p->err->status != TDX_OK ? p->err->status : TDX_NO_MEMORY;
}

/* A file that turns out to stay as it is leaves the plan again. */
static void drop_unchanged(struct plan *plan)
{
    struct plan_file *file = &plan->files[plan->count - 1];

    if (!file->existed || file->after.length != file->before.size ||
        memcmp(text_string(&file->after), file->before.data, file->before.size) != 0)
        return;
    free(file->path);
    file_content_free(&file->before);
    text_free(&file->after);
    plan->count--;
}

static enum tdx_status refuse(struct planner *p, const char *path, const char *why)
{
    return status_fail(p->err, TDX_GRUB_DEFAULT_REFUSED, "%s %s", path, why);
}

/* --- the files
 * ------------------------------------------------------------------------------------ */

/* One link count: a rename would leave the other names with the old text. */
static enum tdx_status check_links(struct planner *p, const char *path)
{
    struct stat st;

    if (root_stat(p->root, path, &st, NULL) == TDX_OK && st.st_nlink > 1)
        return refuse(p, path, "has other names (hard links), which would keep the old text");
    if (root_stat(p->root, path, &st, NULL) == TDX_OK && (st.st_mode & S_IWOTH) != 0)
        text_addf(&p->plan->notes, "%s can be written by everybody, and root runs what is in it\n",
                  path);
    return TDX_OK;
}

static enum tdx_status plan_default_grub(struct planner *p)
{
    struct default_grub_files files = { 0 };
    struct default_grub_edit edit = { 0 };
    enum tdx_status status =
        default_grub_files_read(p->root, p->layout->reads_drop_ins, &files, p->err);
    struct default_grub_input input = { files.files, files.count };
    struct stat st;

    if (status == TDX_OK && !files.exists && root_lstat(p->root, DEFAULT_PATH, &st, NULL) == TDX_OK)
        status = refuse(p, DEFAULT_PATH, "is a link that leads nowhere in this system");
    if (status == TDX_OK && !files.exists && p->layout->generator == NULL && p->wish->present)
        status = status_fail(p->err, TDX_GRUB_DEFAULT_REFUSED,
                             DEFAULT_PATH " does not exist, and no generator that would read it");
    if (status == TDX_OK)
        status = default_grub_edit(&input, p->wish, &edit, p->err);
    for (size_t i = 0; i < files.count && status == TDX_OK; i++) {
        struct plan_file *file;

        if (!edit.changed[i])
            continue;
        file = plan_add(p->root, PLAN_DEFAULT_GRUB, files.paths[i], p->plan, p->err);
        if (file == NULL)
            status = failed(p);
        else if (files.exists || i > 0)
            status = check_links(p, file->path);
        if (status == TDX_OK)
            text_add_n(&file->after, text_string(&edit.files[i]), edit.files[i].length);
    }
    if (status == TDX_OK)
        text_add(&p->plan->notes, text_string(&edit.notes));
    default_grub_edit_free(&edit);
    default_grub_files_free(&files);
    return status;
}

/* Replaces [start, end) of the file's text by the changed options. */
static enum tdx_status edit_region(struct planner *p, struct plan_file *file, struct span text,
                                   size_t start, size_t end, enum boot_text_kind kind)
{
    struct text changed = { 0 };
    enum tdx_status status = TDX_OK;
    const char *why = NULL;

    if (start > end || end > text.size)
        return status_fail(p->err, TDX_FILE_UNREADABLE, "%s changed while it was read", file->path);
    why = token_edit((struct span){ text.data + start, end - start }, kind, p->wish, &changed);
    if (why != NULL)
        status = refuse(p, file->path, why);
    text_clear(&file->after);
    text_add_n(&file->after, (const char *)text.data, start);
    text_add_n(&file->after, text_string(&changed), changed.length);
    text_add_n(&file->after, (const char *)text.data + end, text.size - end);
    text_free(&changed);
    return status;
}

static enum tdx_status plan_kernel_cmdline(struct planner *p)
{
    struct plan_file *file;
    struct span text;
    size_t end;
    enum tdx_status status;

    if (!root_exists(p->root, CMDLINE_PATH))
        return TDX_OK;
    file = plan_add(p->root, PLAN_KERNEL_CMDLINE, CMDLINE_PATH, p->plan, p->err);
    if (file == NULL)
        return failed(p);
    text = file_content_span(&file->before);
    for (end = text.size; end > 0 && (text.data[end - 1] == '\n' || text.data[end - 1] == ' ');)
        end--;
    status = edit_region(p, file, text, 0, end, BOOT_TEXT_GRUB);
    if (status == TDX_OK)
        drop_unchanged(p->plan);
    return status;
}

static enum tdx_status plan_entry(struct planner *p, const struct boot_entry *entry)
{
    const struct boot_line *line = &entry->lines[0];
    struct plan_file *file;
    enum tdx_status status;

    if (line->end == 0) /* no options line: $default_kernelopts */
        return refuse(p, entry->file, "has no options line that could be changed");
    file = plan_add(p->root, PLAN_ENTRY, entry->file, p->plan, p->err);
    if (file == NULL)
        return failed(p);
    status = edit_region(p, file, file_content_span(&file->before), line->start, line->end,
                         BOOT_TEXT_GRUB);
    if (status == TDX_OK)
        drop_unchanged(p->plan);
    return status;
}

static bool names_swiotlb(const struct plan_file *file, size_t start, size_t end)
{
    return end <= file->before.size && start <= end &&
           span_contains((struct span){ file->before.data + start, end - start }, "swiotlb");
}

/* Entries that hold their options; those that take them from kernelopts only if they have a
 * swiotlb= of their own, which comes later and wins. */
static enum tdx_status plan_entries(struct planner *p)
{
    enum tdx_status status = TDX_OK;

    for (size_t i = 0; i < p->layout->entry_count && status == TDX_OK; i++) {
        const struct boot_entry *entry = &p->layout->entries[i];
        struct plan_file *file;
        bool own = true;

        if (entry->file == NULL || entry->rescue || entry->line_count == 0)
            continue;
        if (entry->uses_kernelopts) {
            file = plan_add(p->root, PLAN_ENTRY, entry->file, p->plan, p->err);
            if (file == NULL)
                return failed(p);
            own = names_swiotlb(file, entry->lines[0].start, entry->lines[0].end);
            text_add_n(&file->after, (const char *)file->before.data, file->before.size);
            drop_unchanged(p->plan);
        }
        if (own)
            status = plan_entry(p, entry);
    }
    return status;
}

static enum tdx_status plan_grubenv(struct planner *p)
{
    struct plan_file *file = plan_add(p->root, PLAN_GRUBENV, p->layout->grubenv, p->plan, p->err);
    struct grub_env env = { 0 };
    struct text value = { 0 };
    enum tdx_status status;
    const char *why, *now;

    if (file == NULL)
        return failed(p);
    status = grubenv_load(file_content_span(&file->before), file->path, &env, p->err);
    now = grub_env_get(&env, "kernelopts");
    if (status == TDX_OK) {
        why = token_edit(span_of(now), BOOT_TEXT_GRUB, p->wish, &value);
        status = why == NULL ? TDX_OK : refuse(p, file->path, why);
    }
    if (status == TDX_OK)
        status = grubenv_edit(file_content_span(&file->before), file->path, "kernelopts",
                              text_string(&value), &file->after, p->err);
    if (status == TDX_OK && strstr(grub_env_get(&env, "tuned_params"), "swiotlb") != NULL)
        status =
            refuse(p, file->path,
                   "has a swiotlb= in tuned_params, which comes later and wins; change tuned's "
                   "profile (cmdline_ in its [bootloader]) first");
    if (status == TDX_OK)
        drop_unchanged(p->plan);
    grub_env_free(&env);
    text_free(&value);
    return status;
}

/* The fallback "set kernelopts=..." that boots where grubenv has none. The word is NAME="..." with
 * GRUB's quotes; its text is changed inside them. */
static enum tdx_status plan_fallback(struct planner *p)
{
    struct plan_file *file =
        plan_add(p->root, PLAN_GRUB_CFG, p->layout->boot_config, p->plan, p->err);
    struct span text;
    size_t start = p->layout->kernelopts_start, end = p->layout->kernelopts_end;
    enum tdx_status status;

    if (file == NULL)
        return failed(p);
    text = file_content_span(&file->before);
    start += 11; /* kernelopts= */
    if (end > text.size || start + 2 > end || text.data[start] != text.data[end - 1] ||
        (text.data[start] != '"' && text.data[start] != '\''))
        return refuse(p, file->path, "sets kernelopts in a way that cannot be changed safely");
    status = edit_region(p, file, text, start + 1, end - 1, BOOT_TEXT_GRUB);
    if (status == TDX_OK)
        drop_unchanged(p->plan);
    return status;
}

/* The linux lines of a generated grub.cfg, from the last to the first, so that offsets stay true.
 */
static enum tdx_status plan_direct(struct planner *p)
{
    const struct boot_layout *layout = p->layout;
    struct plan_file *file = plan_add(p->root, PLAN_GRUB_CFG, layout->boot_config, p->plan, p->err);
    struct text now = { 0 };
    enum tdx_status status = TDX_OK;

    if (file == NULL)
        return failed(p);
    text_add_n(&file->after, (const char *)file->before.data, file->before.size);
    for (size_t i = layout->entry_count; i-- > 0 && status == TDX_OK;)
        for (size_t j = layout->entries[i].line_count; j-- > 0 && status == TDX_OK;) {
            const struct boot_line *line = &layout->entries[i].lines[j];

            if (layout->entries[i].rescue || layout->entries[i].foreign)
                continue;
            text_clear(&now);
            text_add_n(&now, text_string(&file->after), file->after.length);
            status = edit_region(p, file, text_span(&now), line->start, line->end, BOOT_TEXT_GRUB);
        }
    text_free(&now);
    if (status == TDX_OK)
        drop_unchanged(p->plan);
    return status;
}

/* --- what can be handled -------------------------------------------------------------------------
 */

/* What somebody wrote by hand, or another system's entry, is left to them. */
static enum tdx_status check_owners(struct planner *p)
{
    const struct boot_layout *layout = p->layout;

    for (size_t i = 0; i < layout->entry_count; i++) {
        const struct boot_entry *entry = &layout->entries[i];

        if (!entry->foreign || entry->line_count == 0)
            continue;
        if (i == layout->default_entry)
            return refuse(p, entry->lines[0].path,
                          "holds the entry that boots, which the generator did not make from this "
                          "system's kernels; change it by hand");
        if (!entry->rescue)
            text_addf(&p->plan->notes,
                      "%s: the entry %s is not of this system's kernels; it stays as it is\n",
                      entry->lines[0].path, entry->id);
    }
    return TDX_OK;
}

static enum tdx_status check_style(struct planner *p)
{
    if (p->layout->not_mounted != NULL)
        return status_fail(p->err, TDX_BOOT_NOT_MOUNTED, "%s", p->layout->not_mounted);
    switch (p->layout->style) {
    case BOOT_UKI:
        return status_fail(p->err, TDX_BOOT_IS_UKI, "a unified kernel image boots");
    case BOOT_OSTREE:
        return status_fail(p->err, TDX_BOOT_IS_OSTREE, "an ostree deployment boots");
    case BOOT_SYSTEMD_BOOT:
        return status_fail(p->err, TDX_BOOT_IS_SYSTEMD, "there is no GRUB here");
    case BOOT_GRUB2_BLS:
        return status_fail(p->err, TDX_BOOT_IS_SDBOOTUTIL, "sdbootutil owns the entries");
    case BOOT_UNKNOWN:
        return status_fail(p->err, TDX_BOOT_UNKNOWN, "neither grub.cfg nor loader entries");
    default:
        break;
    }
    if (p->layout->default_entry >= p->layout->entry_count)
        return status_fail(p->err, TDX_BOOT_UNKNOWN, "%s: no entry that would boot",
                           p->layout->boot_config);
    return check_owners(p);
}

/* The new word must fit on the line of each entry. */
static enum tdx_status check_lengths(struct planner *p)
{
    for (size_t i = 0; i < p->layout->entry_count && p->wish->present; i++)
        for (size_t j = 0; j < p->layout->entries[i].line_count; j++) {
            const struct boot_line *line = &p->layout->entries[i].lines[j];

            if (line->length <= KERNEL_LINE_LIMIT && line->length + 24 > KERNEL_LINE_LIMIT &&
                !line->swiotlb.sized)
                return status_fail(p->err, TDX_BOOT_LINE_FULL, "%s: %zu of %d bytes are in use",
                                   p->layout->entries[i].id, line->length, KERNEL_LINE_LIMIT);
        }
    return TDX_OK;
}

enum tdx_status plan_make(const struct root *root, const struct boot_layout *layout,
                          const struct token_wish *wish, enum plan_grub_cfg grub_cfg,
                          struct plan *ret, struct tdx_error *err)
{
    struct tdx_error own = { 0 };
    struct planner p = { root, layout, wish, ret, err != NULL ? err : &own };
    enum tdx_status status = check_style(&p);
    bool bls = layout->style != BOOT_MENUENTRY;

    if (status == TDX_OK)
        status = check_lengths(&p);
    if (status == TDX_OK && bls)
        status = plan_kernel_cmdline(&p);
    if (status == TDX_OK)
        status = plan_default_grub(&p);
    if (status == TDX_OK && layout->style == BOOT_BLS_KERNELOPTS && layout->kernelopts_end > 0)
        status = plan_fallback(&p);
    if (status == TDX_OK && layout->style == BOOT_MENUENTRY && grub_cfg == PLAN_DIRECT)
        status = plan_direct(&p);
    if (status == TDX_OK && layout->style == BOOT_BLS_KERNELOPTS && layout->kernelopts_end == 0 &&
        layout->grubenv != NULL)
        status = plan_grubenv(&p);
    if (status == TDX_OK && bls)
        status = plan_entries(&p);
    ret->generate =
        status == TDX_OK && layout->style == BOOT_MENUENTRY && grub_cfg == PLAN_GENERATE;
    if (status == TDX_OK)
        for (size_t i = 0; i < ret->count; i++)
            if (!text_ok(&ret->files[i].after))
                status = status_fail(err, TDX_NO_MEMORY, "%s", ret->files[i].path);
    return status;
}

void plan_diff(const struct plan *plan, struct text *ret)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_file *file = &plan->files[i];

        if (file->what == PLAN_GUARD)
            continue;
        diff_unified(file->path, file->existed, file_content_span(&file->before), true,
                     text_span(&file->after), ret);
    }
}
