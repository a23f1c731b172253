/* SPDX-License-Identifier: Apache-2.0 */
#include "grub-tool/boot_layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grub-tool/boot_layout_internal.h"
#include "swiotlb/kernel.h"

const char *boot_style_word(enum boot_style style)
{
    static const char *const words[] = {
        [BOOT_BLS_KERNELOPTS] = "bls-kernelopts",
        [BOOT_BLS_INLINE] = "bls-inline",
        [BOOT_MENUENTRY] = "menuentry",
        [BOOT_SYSTEMD_BOOT] = "systemd-boot",
        [BOOT_GRUB2_BLS] = "grub2-bls",
        [BOOT_UKI] = "uki",
        [BOOT_OSTREE] = "ostree",
        [BOOT_UNKNOWN] = "unknown",
    };

    return words[style];
}

static void free_entry(struct boot_entry *entry)
{
    for (size_t i = 0; i < entry->line_count; i++) {
        free(entry->lines[i].path);
        free(entry->lines[i].kernel_line);
    }
    free(entry->id);
    free(entry->title);
    free(entry->file);
}

void boot_layout_free(struct boot_layout *layout)
{
    for (size_t i = 0; i < layout->entry_count; i++)
        free_entry(&layout->entries[i]);
    for (size_t i = 0; i < layout->stub_count; i++)
        free(layout->stubs[i]);
    free(layout->entries);
    free(layout->boot_config);
    free(layout->grubenv);
    free(layout->generator);
    free(layout->not_mounted);
    default_grub_free(&layout->default_grub);
    text_free(&layout->warnings);
    *layout = (struct boot_layout){ 0 };
}

struct boot_entry *boot_layout_add(struct boot_layout *layout, const char *id, const char *title)
{
    struct boot_entry *grown =
        layout->entry_count >= BOOT_ENTRIES
            ? NULL
            : realloc(layout->entries, (layout->entry_count + 1) * sizeof(*grown));

    if (grown == NULL)
        return NULL;
    layout->entries = grown;
    grown += layout->entry_count;
    *grown = (struct boot_entry){ .id = strdup(id), .title = strdup(title) };
    layout->entry_count++;
    return grown->id != NULL && grown->title != NULL ? grown : NULL;
}

/* What the kernel of this path makes of swiotlb= on the line. Its version stands in its name. */
static struct swiotlb_param read_param(const char *kernel, const char *line)
{
    const char *slash = strrchr(kernel, '/'), *name = slash != NULL ? slash + 1 : kernel;
    const char *release = strchr(name, '-');
    struct swiotlb_kernel known = swiotlb_kernel_parse(release != NULL ? release + 1 : "");
    bool sure;

    return swiotlb_param_read(line, &known, &sure);
}

enum tdx_status boot_layout_add_line(struct boot_layout *layout, struct boot_entry *entry,
                                     const struct boot_line_source *source, struct tdx_error *err)
{
    struct boot_line *line = &entry->lines[entry->line_count];
    struct boot_words words = { 0 };
    struct text whole = { 0 };
    enum tdx_status status;

    if (entry->line_count == BOOT_LINES)
        return status_fail(err, TDX_BOOT_CONFIG_UNCLEAR, "%s: more than %d linux lines in an entry",
                           source->path, BOOT_LINES);
    status = boot_words_split(source->options, NULL, source->kind, &words, err);
    if (status != TDX_OK)
        return status;
    if (words.problem != BOOT_TEXT_FINE)
        text_addf(&layout->warnings, "%s: the linux line of %s %s\n", source->path, entry->id,
                  boot_problem_text(words.problem));
    text_addf(&whole, "BOOT_IMAGE=%s %s", source->kernel, words.kernel);
    *line = (struct boot_line){ .path = strdup(source->path),
                                .start = source->start,
                                .end = source->end,
                                .runs = source->runs,
                                .kernel_line = strdup(words.kernel),
                                .length = whole.length,
                                .swiotlb = read_param(source->kernel, text_string(&whole)) };
    entry->line_count++;
    if (line->path == NULL || line->kernel_line == NULL || !text_ok(&whole))
        status = status_fail(err, TDX_NO_MEMORY, "%s", source->path);
    if (status == TDX_OK && whole.length > KERNEL_LINE_LIMIT)
        text_addf(&layout->warnings,
                  "%s: the command line of %s has %zu bytes; what is behind byte %d is lost\n",
                  source->path, entry->id, whole.length, KERNEL_LINE_LIMIT);
    boot_words_free(&words);
    text_free(&whole);
    return status;
}

bool boot_entry_slabs(const struct boot_entry *entry, uint64_t *ret)
{
    for (size_t i = 0; i < entry->line_count; i++)
        if (entry->lines[i].runs && entry->lines[i].swiotlb.sized) {
            *ret = entry->lines[i].swiotlb.asked;
            return true;
        }
    return false;
}

/* --- /etc/default/grub ----------------------------------------------------------------------- */

void default_grub_files_free(struct default_grub_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        free(files->paths[i]);
        file_content_free(&files->contents[i]);
    }
    *files = (struct default_grub_files){ 0 };
}

static enum tdx_status add_file(const struct root *root, const char *path, bool may_be_missing,
                                struct default_grub_files *ret, struct tdx_error *err)
{
    size_t i = ret->count;
    enum tdx_status status = TDX_OK;

    if (i == SHELL_FILES_LIMIT)
        return status_fail(err, TDX_GRUB_DEFAULT_UNCLEAR, "more than %d drop-ins",
                           SHELL_FILES_LIMIT);
    ret->paths[i] = strdup(path);
    if (ret->paths[i] == NULL)
        return status_fail(err, TDX_NO_MEMORY, "%s", path);
    ret->count++;
    if (root_exists(root, path) || !may_be_missing)
        status = root_read_file(root, path, DEFAULT_GRUB_LIMIT, &ret->contents[i], err);
    ret->files[i] = (struct shell_file){ ret->paths[i], file_content_span(&ret->contents[i]) };
    if (i == 0)
        ret->exists = ret->contents[i].data != NULL;
    return status;
}

/* "*.cfg", as a shell globs: no dot files; a link that leads nowhere is skipped by the generator.
 */
static enum tdx_status add_drop_ins(const struct root *root, struct default_grub_files *ret,
                                    struct tdx_error *err)
{
    static const char folder[] = "/etc/default/grub.d";
    struct root_names names = { 0 };
    enum tdx_status status = TDX_OK;

    if (root_exists(root, folder))
        status = root_list_folder(root, folder, 4096, &names, err);
    for (size_t i = 0; i < names.count && status == TDX_OK; i++) {
        const char *name = names.names[i];
        size_t size = strlen(name);
        struct text path = { 0 };

        text_addf(&path, "%s/%s", folder, name);
        if (name[0] != '.' && size > 4 && strcmp(name + size - 4, ".cfg") == 0 &&
            root_exists(root, text_string(&path)))
            status = add_file(root, text_string(&path), false, ret, err);
        text_free(&path);
    }
    root_names_free(&names);
    return status;
}

enum tdx_status default_grub_files_read(const struct root *root, bool drop_ins,
                                        struct default_grub_files *ret, struct tdx_error *err)
{
    enum tdx_status status = add_file(root, "/etc/default/grub", true, ret, err);

    if (status == TDX_OK && drop_ins)
        status = add_drop_ins(root, ret, err);
    return status;
}
