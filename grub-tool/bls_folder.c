/* SPDX-License-Identifier: Apache-2.0 */
/* All entries of a folder, in the order of the loader's menu. */
#include <stdlib.h>
#include <string.h>

#include "core/base/root.h"
#include "grub-tool/boot_layout_internal.h"

void bls_folder_free(struct bls_folder *folder)
{
    for (size_t i = 0; i < folder->count; i++) {
        free(folder->files[i].id);
        free(folder->files[i].path);
        bls_entry_free(&folder->files[i].entry);
    }
    free(folder->files);
    *folder = (struct bls_folder){ 0 };
}

/* Newest first by file name (blscfg). */
static int grub_order(const void *left, const void *right)
{
    const struct bls_file *a = left, *b = right;

    return bls_compare(b->id, a->id);
}

/* systemd-boot: entries with a sort-key first, by it, then the newest version first. */
static int systemd_order(const void *left, const void *right)
{
    const struct bls_file *a = left, *b = right;
    const char *one = a->entry.sort_key, *two = b->entry.sort_key;
    int order;

    if ((one == NULL) != (two == NULL))
        return one == NULL ? 1 : -1;
    if (one != NULL) {
        order = strcmp(one, two);
        if (order != 0)
            return order;
        order = bls_compare(b->entry.version != NULL ? b->entry.version : "",
                            a->entry.version != NULL ? a->entry.version : "");
        if (order != 0)
            return order;
    }
    return bls_compare(b->id, a->id);
}

static enum tdx_status add(const struct root *root, const char *folder, const char *name,
                           size_t id_size, enum bls_reader reader, struct bls_folder *ret,
                           struct tdx_error *err)
{
    struct file_content content = { 0 };
    struct text path = { 0 };
    struct bls_file *file = &ret->files[ret->count];
    struct stat st;
    enum tdx_status status;

    text_addf(&path, "%s/%s", folder, name);
    /* A link that leads nowhere, a folder: the loaders leave them out of the menu. */
    status = root_stat(root, text_string(&path), &st, err);
    if (status == TDX_FILE_MISSING || (status == TDX_OK && !S_ISREG(st.st_mode))) {
        text_free(&path);
        return TDX_OK;
    }
    if (status == TDX_OK)
        status = root_read_file(root, text_string(&path), BLS_ENTRY_LIMIT, &content, err);
    if (status == TDX_OK) {
        *file = (struct bls_file){ .id = strndup(name, id_size), .path = text_take(&path) };
        ret->count++;
        if (file->id == NULL || file->path == NULL ||
            !bls_read(file_content_span(&content), reader, &file->entry))
            status = status_fail(err, TDX_NO_MEMORY, "%s", name);
    }
    text_free(&path);
    file_content_free(&content);
    return status;
}

enum tdx_status bls_folder_read(const struct root *root, const char *folder, enum bls_reader reader,
                                struct bls_folder *ret, struct tdx_error *err)
{
    struct root_names names = { 0 };
    struct text real = { 0 };
    enum tdx_status status = root_resolve(root, folder, &real, err);

    if (status == TDX_OK)
        status = root_list_folder(root, text_string(&real), BLS_ENTRIES, &names, err);
    if (status == TDX_OK && names.count > 0) {
        ret->files = calloc(names.count, sizeof(*ret->files));
        if (ret->files == NULL)
            status = status_fail(err, TDX_NO_MEMORY, "%s", folder);
    }
    for (size_t i = 0; i < names.count && status == TDX_OK; i++) {
        size_t size;

        if (bls_is_entry(names.names[i], reader, &size))
            status = add(root, text_string(&real), names.names[i], size, reader, ret, err);
    }
    if (ret->count > 1)
        qsort(ret->files, ret->count, sizeof(*ret->files),
              reader == BLS_FOR_GRUB ? grub_order : systemd_order);
    root_names_free(&names);
    text_free(&real);
    return status;
}
