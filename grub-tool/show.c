/* SPDX-License-Identifier: Apache-2.0 */
#include "grub-tool/show.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json_write.h"

#define SHOWN_LIMIT 1000

static void put_slabs(struct json_writer *out, const char *name, bool known, uint64_t slabs)
{
    if (known)
        json_put_uint(out, name, slabs);
    else
        json_put_null(out, name);
}

/* The number in a word "swiotlb=N...", as the kernel reads it. */
static bool word_slabs(const char *word, uint64_t *ret)
{
    struct swiotlb_param param =
        swiotlb_param_parse(word != NULL ? word : "", SWIOTLB_ANOLIS_AREAS);

    *ret = param.asked;
    return param.sized;
}

/* The line that the entry boots with; NULL if it has none. */
static const struct boot_line *running_line(const struct boot_entry *entry)
{
    for (size_t i = 0; i < entry->line_count; i++)
        if (entry->lines[i].runs)
            return &entry->lines[i];
    return entry->line_count > 0 ? &entry->lines[0] : NULL;
}

static void put_entry(struct json_writer *out, const struct boot_entry *entry)
{
    const struct boot_line *line = running_line(entry);
    uint64_t slabs = 0;
    bool known = boot_entry_slabs(entry, &slabs);

    json_open(out, NULL, '{');
    json_put_string(out, "id", entry->id);
    put_slabs(out, "swiotlb", known, slabs);
    json_put_string(out, "title", entry->title);
    json_put_bool(out, "rescue", entry->rescue);
    json_put_bool(out, "foreign", entry->foreign);
    json_put_string(out, "file", entry->file);
    json_put_string(out, "command_line", line != NULL ? line->kernel_line : NULL);
    json_put_bool(out, "bare_swiotlb", line != NULL && line->swiotlb.bare);
    json_put_bool(out, "noforce", line != NULL && line->swiotlb.noforce);
    json_close(out, '}');
}

void show_json_put(struct json_writer *out, const char *name, const struct boot_layout *layout)
{
    uint64_t slabs = 0;
    bool known = layout->default_grub_clear && word_slabs(layout->default_grub.swiotlb, &slabs);

    json_open(out, name, '{');
    json_put_string(out, "style", boot_style_word(layout->style));
    json_put_string(out, "boot_config", layout->boot_config);
    json_open(out, "stub", '[');
    for (size_t i = 0; i < layout->stub_count; i++)
        json_put_string(out, NULL, layout->stubs[i]);
    json_close(out, ']');
    json_put_string(out, "grubenv", layout->grubenv);
    json_put_string(out, "default_entry",
                    layout->default_entry < layout->entry_count
                        ? layout->entries[layout->default_entry].id
                        : NULL);
    json_open(out, "entries", '[');
    for (size_t i = 0; i < layout->entry_count; i++)
        put_entry(out, &layout->entries[i]);
    json_close(out, ']');
    json_open(out, "default_grub", '{');
    put_slabs(out, "swiotlb", known, slabs);
    json_put_bool(out, "exists", layout->has_default_grub);
    json_put_string(out, "cannot_be_edited",
                    layout->default_grub_clear ? NULL : layout->default_grub_why);
    json_close(out, '}');
    json_put_string(out, "generator", layout->generator);
    json_open(out, "warnings", '[');
    for (const char *at = text_string(&layout->warnings); *at != '\0';) {
        size_t size = strcspn(at, "\n");

        json_put_bytes(out, NULL, (struct span){ (const uint8_t *)at, size });
        at += size + (at[size] == '\n');
    }
    json_close(out, ']');
    json_close(out, '}');
}

void show_json(const struct boot_layout *layout, struct text *ret)
{
    struct json_writer out = { .text = ret, .indent = true };

    show_json_put(&out, NULL, layout);
    text_add_char(ret, '\n');
}

/* --- for a person ---------------------------------------------------------------------------- */

static void add_quoted(struct text *ret, const char *text)
{
    text_add_quoted(ret, text, strlen(text), SHOWN_LIMIT);
}

static void add_verdict(const struct boot_line *line, struct text *ret)
{
    if (line->swiotlb.bare)
        text_add(ret, "a bare word \"swiotlb\": this kernel dies before its first message");
    else if (line->swiotlb.noforce)
        text_add(ret, "swiotlb=noforce: a TDX guest cannot do any I/O");
    else if (line->swiotlb.sized)
        text_addf(ret, "swiotlb=%" PRIu64 " (%" PRIu64 " MiB)%s", line->swiotlb.asked,
                  line->swiotlb.asked / SWIOTLB_SLABS_PER_MIB,
                  line->swiotlb.force ? ", force" : "");
    else if (line->swiotlb.count > 0)
        text_add(ret, "a swiotlb= without a number: the kernel's own size");
    else
        text_add(ret, "no swiotlb=: the kernel's own size");
}

static bool line_agrees(const struct boot_line *line, const struct token_wish *expected)
{
    if (expected == NULL)
        return true;
    if (line->swiotlb.bare || line->swiotlb.noforce)
        return false;
    return expected->present ? line->swiotlb.sized && line->swiotlb.asked == expected->slabs
                             : line->swiotlb.count == 0;
}

static bool prove_entry(const struct boot_entry *entry, bool first,
                        const struct token_wish *expected, struct text *ret)
{
    bool agrees = true;

    for (size_t i = 0; i < entry->line_count; i++) {
        bool line = line_agrees(&entry->lines[i], expected);

        agrees &= line;
        text_add(ret, first ? "  boots next: " : "              ");
        add_quoted(ret, entry->id);
        if (entry->line_count > 1)
            text_addf(ret, " (line %zu of %zu%s)", i + 1, entry->line_count,
                      entry->lines[i].runs ? "" : ", only after a failed boot");
        text_add(ret, "\n                ");
        add_verdict(&entry->lines[i], ret);
        if (!line)
            text_add(ret, entry->rescue              ? " (a way back, left as it is)"
                          : entry->foreign && !first ? " (somebody's own, left as it is)"
                                                     : "  <- NOT as asked");
        text_add_char(ret, '\n');
    }
    return agrees || entry->rescue || (entry->foreign && !first);
}

bool show_proof(const struct boot_layout *layout, const struct token_wish *expected,
                struct text *ret)
{
    size_t chosen = layout->default_entry;
    bool agrees = true;

    if (chosen < layout->entry_count)
        agrees = prove_entry(&layout->entries[chosen], true, expected, ret);
    for (size_t i = 0; i < layout->entry_count; i++)
        if (i != chosen)
            agrees = prove_entry(&layout->entries[i], false, expected, ret) && agrees;
    return agrees && chosen < layout->entry_count;
}

static const char *describe(enum boot_style style)
{
    switch (style) {
    case BOOT_BLS_KERNELOPTS:
        return "GRUB with entries in loader/entries whose options are kernelopts of grubenv";
    case BOOT_BLS_INLINE:
        return "GRUB with entries in loader/entries that hold their own options";
    case BOOT_MENUENTRY:
        return "GRUB with a generated grub.cfg";
    case BOOT_SYSTEMD_BOOT:
        return "systemd-boot";
    case BOOT_GRUB2_BLS:
        return "GRUB with entries that sdbootutil makes";
    case BOOT_UKI:
        return "a unified kernel image: the command line is inside it";
    case BOOT_OSTREE:
        return "ostree: rpm-ostree or bootc owns the command line";
    case BOOT_UNKNOWN:
        break;
    }
    return "nothing that boots was found; is /boot mounted?";
}

static void add_path(struct text *ret, const char *before, const char *path, const char *behind)
{
    if (path == NULL)
        return;
    text_add(ret, before);
    add_quoted(ret, path);
    text_addf(ret, "%s\n", behind);
}

void show_text(const struct boot_layout *layout, struct text *ret)
{
    text_addf(ret, "Boot loader    %s\n", describe(layout->style));
    add_path(ret, "Configuration  ", layout->boot_config, "");
    for (size_t i = 0; i < layout->stub_count; i++)
        add_path(ret, "Stub           ", layout->stubs[i], " (only leads there; never write it)");
    add_path(ret, "Environment    ", layout->grubenv, "");
    text_add(ret, "/etc/default/grub  ");
    if (!layout->has_default_grub)
        text_add(ret, "does not exist\n");
    else if (!layout->default_grub_clear)
        text_addf(ret, "cannot be edited safely: %s\n", layout->default_grub_why);
    else
        text_addf(ret, "%s\n",
                  layout->default_grub.swiotlb != NULL ? layout->default_grub.swiotlb
                                                       : "no swiotlb=");
    if (layout->entry_count > 0)
        text_add(ret, "Entries\n");
    (void)show_proof(layout, NULL, ret);
    for (const char *at = text_string(&layout->warnings); *at != '\0';) {
        size_t size = strcspn(at, "\n");

        text_add(ret, "Note: ");
        text_add_quoted(ret, at, size, SHOWN_LIMIT);
        text_add_char(ret, '\n');
        at += size + (at[size] == '\n');
    }
}
