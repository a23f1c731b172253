/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of kernels that were installed after a change. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/span_text.h"
#include "grub-tool/bls.h"
#include "grub-tool/diff.h"
#include "grub-tool/store.h"
#include "swiotlb/param.h"

/* What the options of an entry say about swiotlb. */
static bool param_of(struct span file, struct swiotlb_param *ret)
{
    struct bls_entry entry = { 0 };
    struct boot_words words = { 0 };
    bool fine =
        bls_read(file, BLS_FOR_GRUB, &entry) && entry.options != NULL &&
        boot_words_split(span_of(entry.options), NULL, BOOT_TEXT_GRUB, &words, NULL) == TDX_OK;

    if (fine)
        *ret = swiotlb_param_parse(words.kernel, SWIOTLB_ANOLIS_AREAS);
    boot_words_free(&words);
    bls_entry_free(&entry);
    return fine;
}

/* The number that the change wrote to its entries, and the wish that stood there before. False: it
 * changed no entry, or what was there before is no plain number. */
static bool words_of(const struct store_change *change, uint64_t *ret_wrote,
                     struct token_wish *ret_before)
{
    bool found = false;

    for (size_t i = 0; i < change->count && !found; i++) {
        struct file_content old = { 0 }, new_ = { 0 };
        struct swiotlb_param was, is;

        if (change->files[i].what == PLAN_ENTRY &&
            store_read(change, i, false, &old, NULL) == TDX_OK &&
            store_read(change, i, true, &new_, NULL) == TDX_OK &&
            param_of(file_content_span(&old), &was) && param_of(file_content_span(&new_), &is) &&
            is.sized && (was.sized || was.count == 0)) {
            found = true;
            *ret_wrote = is.asked;
            *ret_before = (struct token_wish){ was.sized, was.asked };
        }
        file_content_free(&old);
        file_content_free(&new_);
    }
    return found;
}

static bool was_there(const struct store_change *change, const char *path)
{
    for (size_t i = 0; i < change->entry_count; i++)
        if (strcmp(change->entries[i], path) == 0)
            return true;
    return false;
}

/* The file with the word from before. */
static enum tdx_status change_back(struct span file, const struct boot_line *line,
                                   const struct token_wish *wish, struct text *ret,
                                   struct tdx_error *err)
{
    const char *why;

    if (line->start > line->end || line->end > file.size)
        return status_fail(err, TDX_FILE_UNREADABLE, "%s changed while it was read", line->path);
    text_add_n(ret, (const char *)file.data, line->start);
    why = token_edit((struct span){ file.data + line->start, line->end - line->start },
                     BOOT_TEXT_GRUB, wish, ret);
    if (why != NULL)
        return status_fail(err, TDX_GRUB_DEFAULT_REFUSED, "%s %s", line->path, why);
    text_add_n(ret, (const char *)file.data + line->end, file.size - line->end);
    return text_ok(ret) ? TDX_OK : status_fail(err, TDX_NO_MEMORY, "%s", line->path);
}

static enum tdx_status put_back(const struct root *root, const struct boot_line *line,
                                const struct token_wish *wish, const struct store_undo *how,
                                struct text *done, struct tdx_error *err)
{
    struct file_content file = { 0 };
    struct text bytes = { 0 };
    const char *name;
    int folder = -1;
    enum tdx_status status = root_read_file(root, line->path, BLS_ENTRY_LIMIT, &file, err);

    if (status == TDX_OK)
        status = change_back(file_content_span(&file), line, wish, &bytes, err);
    if (status == TDX_OK && how->dry_run)
        diff_unified(line->path, true, file_content_span(&file), true,
                     (struct span){ (const uint8_t *)text_string(&bytes), bytes.length },
                     how->differences);
    else if (status == TDX_OK)
        status = store_open_parent(root, line->path, &folder, &name, err);
    if (status == TDX_OK && !how->dry_run) {
        status =
            file_replace_at(folder, name,
                            (struct span){ (const uint8_t *)text_string(&bytes), bytes.length },
                            0644, err);
        text_addf(done, "%s\n", line->path);
    }
    if (folder >= 0)
        (void)close(folder); /* a folder: nothing can be lost */
    text_free(&bytes);
    file_content_free(&file);
    return status;
}

enum tdx_status store_undo_later_entries(const struct root *root, const struct store_change *change,
                                         const struct store_undo *how, struct text *done,
                                         struct tdx_error *err)
{
    struct boot_layout layout = { 0 };
    struct token_wish before = { 0 };
    uint64_t wrote = 0;
    enum tdx_status status = TDX_OK;

    if (!change->entries_known || !words_of(change, &wrote, &before))
        return TDX_OK;
    /* What cannot be read now is told when the result is read back. */
    if (boot_layout_read(root, &layout, NULL) != TDX_OK)
        layout.entry_count = 0;
    for (size_t i = 0; i < layout.entry_count && status == TDX_OK; i++) {
        const struct boot_entry *entry = &layout.entries[i];
        const struct boot_line *line = &entry->lines[0];

        if (entry->file == NULL || entry->rescue || entry->uses_kernelopts ||
            entry->line_count == 0 || line->end == 0 || was_there(change, entry->file) ||
            !line->swiotlb.sized || line->swiotlb.asked != wrote)
            continue;
        status = put_back(root, line, &before, how, done, err);
    }
    boot_layout_free(&layout);
    return status;
}
