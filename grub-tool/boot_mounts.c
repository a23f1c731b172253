/* SPDX-License-Identifier: Apache-2.0 */
/* Whether what should hold the boot configuration is there at all: an image whose system partition
 * was not mounted looks like one that has none, and the wrong file would be changed. */
#include <stdlib.h>
#include <string.h>

#include "grub-tool/boot_layout_internal.h"

#define FSTAB_LIMIT ((size_t)256 << 10)

/* The blank-separated word at *at, which is moved behind it; an empty span at the end. */
static struct span take_word(struct span line, size_t *at)
{
    size_t start;

    while (*at < line.size && (line.data[*at] == ' ' || line.data[*at] == '\t'))
        (*at)++;
    start = *at;
    while (*at < line.size && line.data[*at] != ' ' && line.data[*at] != '\t')
        (*at)++;
    return (struct span){ line.data + start, *at - start };
}

static bool is(struct span word, const char *text)
{
    return word.size == strlen(text) && memcmp(word.data, text, word.size) == 0;
}

/* The place that a line of fstab mounts on, if it is one of ours. */
static const char *boot_place(struct span line)
{
    static const char *const places[] = { "/boot", "/boot/efi", "/efi" };
    size_t at = 0;
    struct span device = take_word(line, &at), place = take_word(line, &at);

    if (device.size == 0 || device.data[0] == '#')
        return NULL;
    while (place.size > 1 && place.data[place.size - 1] == '/')
        place.size--;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (is(place, places[i]))
            return places[i];
    return NULL;
}

/* A folder that something would be mounted on is there, but empty, or is not there. */
static bool is_empty(const struct root *root, const char *place)
{
    struct root_names names = { 0 };
    enum tdx_status status = root_list_folder(root, place, 4096, &names, NULL);
    size_t count = names.count;

    root_names_free(&names);
    return status == TDX_FILE_MISSING || (status == TDX_OK && count == 0);
}

/* A folder of the boot configuration that may not be looked into is not one that is not there. */
static enum tdx_status check_readable(const struct root *root, struct tdx_error *err)
{
    static const char *const places[] = { "/boot",    "/boot/efi",   "/boot/efi/EFI", "/efi",
                                          "/efi/EFI", "/boot/grub2", "/boot/grub" };

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct root_names names = { 0 };
        enum tdx_status status = root_list_folder(root, places[i], 4096, &names, err);

        root_names_free(&names);
        if (status == TDX_FILE_UNREADABLE)
            return status;
        if (err != NULL)
            *err = (struct tdx_error){ 0 };
    }
    return TDX_OK;
}

enum tdx_status boot_mounts_check(const struct root *root, struct boot_layout *layout,
                                  struct tdx_error *err)
{
    struct file_content content = { 0 };
    enum tdx_status status = check_readable(root, err);

    if (status != TDX_OK)
        return status;
    if (root_read_file(root, "/etc/fstab", FSTAB_LIMIT, &content, NULL) != TDX_OK)
        return TDX_OK;
    for (size_t at = 0; at < content.size && layout->not_mounted == NULL;) {
        const uint8_t *newline = memchr(content.data + at, '\n', content.size - at);
        size_t end = newline != NULL ? (size_t)(newline - content.data) : content.size;
        const char *place = boot_place((struct span){ content.data + at, end - at });

        at = end + 1;
        if (place == NULL || !is_empty(root, place))
            continue;
        layout->not_mounted = strdup(place);
        if (layout->not_mounted == NULL) {
            file_content_free(&content);
            return status_fail(err, TDX_NO_MEMORY, "/etc/fstab");
        }
        text_addf(&layout->warnings,
                  "%s stands in /etc/fstab and is not mounted: what is told "
                  "here may not be what boots\n",
                  place);
    }
    file_content_free(&content);
    return TDX_OK;
}
