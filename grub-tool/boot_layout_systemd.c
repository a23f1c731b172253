/* SPDX-License-Identifier: Apache-2.0 */
/* systemd-boot's entries. */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/span_text.h"
#include "grub-tool/boot_layout_internal.h"

#define LOADER_CONF_LIMIT 65536

/* The value of "default" in loader.conf; "" if there is none. The caller frees it. */
static char *wanted(const struct root *root, const char *folder)
{
    struct file_content content = { 0 };
    struct text path = { 0 };
    char *ret = NULL;

    text_addf(&path, "%s/loader.conf", folder);
    if (root_read_file(root, text_string(&path), LOADER_CONF_LIMIT, &content, NULL) == TDX_OK)
        for (char *line = (char *)content.data, *rest = NULL;
             (line = strtok_r(rest == NULL ? line : NULL, "\r\n", &rest)) != NULL;) {
            line += strspn(line, " \t");
            if (strncmp(line, "default", 7) != 0 || (line[7] != ' ' && line[7] != '\t'))
                continue;
            free(ret);
            line += 7 + strspn(line + 7, " \t");
            ret = strndup(line, strcspn(line, " \t"));
        }
    file_content_free(&content);
    text_free(&path);
    return ret != NULL ? ret : strdup("");
}

static bool is_wanted(const char *pattern, const char *id)
{
    struct text name = { 0 };
    bool match;

    text_addf(&name, "%s.conf", id);
    match = fnmatch(pattern, text_string(&name), 0) == 0 || fnmatch(pattern, id, 0) == 0;
    text_free(&name);
    return match;
}

enum tdx_status boot_layout_from_systemd(const struct root *root, const char *folder,
                                         struct boot_layout *ret, struct tdx_error *err)
{
    struct bls_folder entries = { 0 };
    struct text path = { 0 };
    char *pattern = wanted(root, folder);
    enum tdx_status status;

    text_addf(&path, "%s/entries", folder);
    status = pattern != NULL
                 ? bls_folder_read(root, text_string(&path), BLS_FOR_SYSTEMD, &entries, err)
                 : status_fail(err, TDX_NO_MEMORY, "%s", folder);
    ret->default_entry = 0;
    for (size_t i = 0; i < entries.count && status == TDX_OK; i++) {
        const struct bls_file *file = &entries.files[i];
        const char *options = file->entry.options != NULL ? file->entry.options : "";
        struct boot_entry *entry;

        if (file->entry.linux_path == NULL)
            continue;
        entry = boot_layout_add(ret, file->id,
                                file->entry.title != NULL ? file->entry.title : file->id);
        if (entry == NULL) {
            status = status_fail(err, TDX_NO_MEMORY, "%s", file->path);
            break;
        }
        entry->file = strdup(file->path);
        entry->rescue = strstr(file->id, "rescue") != NULL;
        status =
            boot_layout_add_line(ret, entry,
                                 &(struct boot_line_source){ .path = file->path,
                                                             .start = file->entry.options_start,
                                                             .end = file->entry.options_end,
                                                             .runs = true,
                                                             .kernel = file->entry.linux_path,
                                                             .options = span_of(options),
                                                             .kind = BOOT_TEXT_PLAIN },
                                 err);
    }
    for (size_t i = ret->entry_count; i > 0 && pattern != NULL && pattern[0] != '\0'; i--)
        if (is_wanted(pattern, ret->entries[i - 1].id))
            ret->default_entry = i - 1;
    free(pattern);
    text_free(&path);
    bls_folder_free(&entries);
    return status;
}
