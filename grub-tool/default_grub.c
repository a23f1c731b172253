/* SPDX-License-Identifier: Apache-2.0 */
#include "grub-tool/default_grub.h"

#include <stdlib.h>
#include <string.h>

#include "grub-tool/default_grub_internal.h"

void default_grub_free(struct default_grub *value)
{
    free(value->value);
    free(value->with_default);
    free(value->swiotlb);
    text_free(&value->notes);
    *value = (struct default_grub){ 0 };
}

void default_grub_edit_free(struct default_grub_edit *edit)
{
    for (size_t i = 0; i < SHELL_FILES_LIMIT; i++)
        text_free(&edit->files[i]);
    text_free(&edit->notes);
    *edit = (struct default_grub_edit){ 0 };
}

enum tdx_status default_grub_fail(const struct default_grub_input *input, enum tdx_status status,
                                  size_t file, unsigned line, const char *what, const char *reason,
                                  struct tdx_error *err)
{
    const char *path = file < input->count ? input->files[file].path : "?";

    if (line == 0)
        return status_fail(err, status, "%s: %s%s", path, what, reason);
    return status_fail(err, status, "%s:%u: %s%s", path, line, what, reason);
}

enum tdx_status default_grub_script(const struct default_grub_input *input,
                                    struct shell_script *ret, struct tdx_error *err)
{
    const struct shell_variable *variable;

    if (!shell_script_read(input->files, input->count, DEFAULT_GRUB_NAME, ret)) {
        if (ret->no_memory)
            return status_fail(err, TDX_NO_MEMORY, "%s", input->files[0].path);
        return default_grub_fail(input, TDX_GRUB_DEFAULT_UNCLEAR, ret->reason_file,
                                 ret->reason_line, "", ret->reason, err);
    }
    variable = shell_script_variable(ret, DEFAULT_GRUB_NAME);
    if (variable != NULL && variable->undecided)
        return default_grub_fail(input, TDX_GRUB_DEFAULT_UNCLEAR, variable->file, variable->line,
                                 "", variable->why, err);
    return TDX_OK;
}

/* The value as text, with a mask of what is not known. */
bool flat_from(const struct shell_value *value, struct flat *ret)
{
    uint8_t *bytes = malloc(value->count + 1), *opaque = malloc(value->count + 1);

    *ret = (struct flat){ .bytes = bytes, .opaque = opaque, .size = value->count };
    if (bytes == NULL || opaque == NULL)
        return false;
    for (size_t i = 0; i < value->count; i++) {
        bytes[i] = value->cells[i].byte;
        opaque[i] = value->cells[i].kind == SHELL_CELL_UNKNOWN;
    }
    bytes[value->count] = '\0';
    return true;
}

void flat_free(struct flat *flat)
{
    free(flat->bytes);
    free(flat->opaque);
    *flat = (struct flat){ 0 };
}

/* GRUB_CMDLINE_LINUX, a blank, GRUB_CMDLINE_LINUX_DEFAULT: as 10_linux puts them together. */
bool default_grub_join(const struct shell_script *script, struct shell_value *ret)
{
    static const char *const names[] = { DEFAULT_GRUB_NAME, DEFAULT_GRUB_LATER };
    static const struct shell_cell blank = { .byte = ' ', .kind = SHELL_CELL_DERIVED };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct shell_variable *variable = shell_script_variable(script, names[i]);

        if (i > 0)
            shell_value_add(ret, &blank);
        if (variable != NULL && variable->set)
            shell_value_append(ret, &variable->value);
    }
    return !ret->failed;
}

/* The last swiotlb word of the joined line, or NULL. *ret_later: it stands in _DEFAULT's part. */
static enum tdx_status last_word(const struct flat *line, char **ret, struct tdx_error *err)
{
    struct boot_words words = { 0 };
    enum tdx_status status = boot_words_split((struct span){ line->bytes, line->size },
                                              line->opaque, BOOT_TEXT_GRUB, &words, err);

    *ret = NULL;
    for (size_t i = 0; i < words.count && status == TDX_OK; i++) {
        if (!boot_word_is_swiotlb(&words, &words.words[i]) || !boot_word_live(&words.words[i]))
            continue;
        free(*ret);
        *ret = strdup(boot_word_text(&words, &words.words[i]));
        if (*ret == NULL)
            status = status_fail(err, TDX_NO_MEMORY, "a command line");
    }
    boot_words_free(&words);
    return status;
}

static void note_value(const struct shell_script *script, const struct boot_words *words,
                       struct text *notes)
{
    const char *path = script->files[0].path;

    for (size_t i = 0; i < words->count; i++)
        if (words->words[i].variable) {
            text_addf(notes, "%s: " DEFAULT_GRUB_NAME " holds a $name that GRUB replaces at boot\n",
                      path);
            break;
        }
    for (size_t i = 0; i < words->count; i++)
        if (words->words[i].after_hash) {
            text_addf(notes, "%s: GRUB drops what stands behind a word that begins with '#'\n",
                      path);
            break;
        }
    if (words->line_size + ROOM_FOR_ROOT > KERNEL_LINE_LIMIT)
        text_addf(notes,
                  "%s: " DEFAULT_GRUB_NAME " has %zu bytes; behind byte %d of its command line "
                  "the kernel sees nothing, so words at the end are lost\n",
                  path, words->line_size, KERNEL_LINE_LIMIT);
}

enum tdx_status default_grub_notes(const struct shell_script *script, struct text *notes,
                                   struct tdx_error *err)
{
    const struct shell_variable *variable = shell_script_variable(script, DEFAULT_GRUB_NAME);
    struct boot_words words = { 0 };
    struct flat flat = { 0 };
    enum tdx_status status = TDX_OK;

    text_add_n(notes, text_string(&script->notes), script->notes.length);
    if (variable == NULL || !variable->set)
        return TDX_OK;
    if (!flat_from(&variable->value, &flat))
        status = status_fail(err, TDX_NO_MEMORY, "a command line");
    else
        status = boot_words_split((struct span){ flat.bytes, flat.size }, flat.opaque,
                                  BOOT_TEXT_GRUB, &words, err);
    if (status == TDX_OK)
        note_value(script, &words, notes);
    boot_words_free(&words);
    flat_free(&flat);
    return status;
}

enum tdx_status default_grub_read(const struct default_grub_input *input, struct default_grub *ret,
                                  struct tdx_error *err)
{
    struct shell_script script = { 0 };
    struct shell_value joined = { 0 };
    struct flat line = { 0 }, value = { 0 };
    const struct shell_variable *variable;
    enum tdx_status status = default_grub_script(input, &script, err);

    *ret = (struct default_grub){ 0 };
    if (status != TDX_OK)
        goto done;
    variable = shell_script_variable(&script, DEFAULT_GRUB_NAME);
    ret->set = variable != NULL && variable->set;
    if (!default_grub_join(&script, &joined) || !flat_from(&joined, &line) ||
        (ret->set && !flat_from(&variable->value, &value))) {
        status = status_fail(err, TDX_NO_MEMORY, "%s", input->files[0].path);
        goto done;
    }
    status = last_word(&line, &ret->swiotlb, err);
    if (status == TDX_OK)
        status = default_grub_notes(&script, &ret->notes, err);
    ret->with_default = (char *)line.bytes;
    line.bytes = NULL;
    ret->value = (char *)value.bytes;
    value.bytes = NULL;
done:
    flat_free(&line);
    flat_free(&value);
    shell_value_free(&joined);
    shell_script_free(&script);
    if (status != TDX_OK)
        default_grub_free(ret);
    return status;
}
