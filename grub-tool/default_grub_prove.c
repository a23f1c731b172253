/* SPDX-License-Identifier: Apache-2.0 */
/* The proof of a change: the files are read again as if they were new. */
#include <stdlib.h>
#include <string.h>

#include "core/base/span_text.h"
#include "grub-tool/default_grub_internal.h"

/* The last swiotlb word that the kernel looks at must be token (or there must be none). */
static bool last_is(const struct boot_words *words, const char *token)
{
    const char *last = "";

    for (size_t i = 0; i < words->count; i++)
        if (boot_word_is_swiotlb(words, &words->words[i]) && boot_word_live(&words->words[i]))
            last = boot_word_text(words, &words->words[i]);
    return strcmp(last, token) == 0;
}

static bool split(const struct shell_value *value, struct boot_words *ret)
{
    struct flat flat = { 0 };
    bool fine = flat_from(value, &flat) &&
                boot_words_split((struct span){ flat.bytes, flat.size }, flat.opaque,
                                 BOOT_TEXT_GRUB, ret, NULL) == TDX_OK;

    flat_free(&flat);
    return fine;
}

/* Every other variable must be worth what it was, but for swiotlb that it has from ours. */
static bool same_variables(const struct shell_script *before, const struct shell_script *after)
{
    for (size_t i = 0; i < after->variable_count; i++) {
        const struct shell_variable *b = &after->variables[i], *a = NULL;
        struct boot_words left = { 0 }, right = { 0 };
        bool same;

        for (size_t j = 0; j < before->variable_count && a == NULL; j++)
            if (span_equal(before->variables[j].name, b->name))
                a = &before->variables[j];
        if (a == NULL) {
            if (b->name.size != strlen(DEFAULT_GRUB_NAME))
                return false;
            continue;
        }
        same = a->set == b->set && a->undecided == b->undecided && split(&a->value, &left) &&
               split(&b->value, &right) && token_same_others(&left, &right);
        boot_words_free(&left);
        boot_words_free(&right);
        if (!same)
            return false;
    }
    return true;
}

/* What _DEFAULT says comes later on the line. If it cannot be known: what is written there. */
static bool hidden_later(const struct shell_script *script)
{
    const struct shell_variable *later = shell_script_variable(script, DEFAULT_GRUB_LATER);

    if (later == NULL || !later->undecided)
        return false;
    for (size_t i = 0; i < script->file_count; i++) {
        struct span text = script->files[i].text;

        if (span_contains(text, DEFAULT_GRUB_LATER) && span_contains(text, "swiotlb"))
            return true;
    }
    return false;
}

/* Where the last swiotlb word of the joined line was written. */
static void place_of_last(const struct shell_script *script, const struct shell_value *joined,
                          const struct boot_words *words, size_t *ret_file, unsigned *ret_line)
{
    const struct shell_variable *later = shell_script_variable(script, DEFAULT_GRUB_LATER);

    if (later != NULL && later->undecided) {
        *ret_file = later->file;
        *ret_line = later->line;
        return;
    }
    for (size_t i = 0; i < words->count; i++) {
        size_t cell = words->words[i].start, assignment;

        if (!boot_word_is_swiotlb(words, &words->words[i]) || cell >= joined->count)
            continue;
        assignment = joined->cells[cell].assignment;
        if (assignment < script->assignment_count) {
            *ret_file = script->assignments[assignment].file;
            *ret_line = script->assignments[assignment].line;
        }
    }
}

static bool prove_line(struct editor *e, const struct shell_script *after)
{
    struct shell_value joined = { 0 };
    struct boot_words words = { 0 };
    bool fine = default_grub_join(after, &joined) && split(&joined, &words);
    size_t file = 0;
    unsigned line = 0;

    if (fine && (!last_is(&words, e->token) || hidden_later(after))) {
        place_of_last(after, &joined, &words, &file, &line);
        (void)default_grub_refuse(e, file, line,
                                  DEFAULT_GRUB_LATER
                                  " has a swiotlb= of its own, which comes later on the "
                                  "kernel's command line and wins; take it out there first");
    }
    boot_words_free(&words);
    shell_value_free(&joined);
    return fine && e->reason == NULL;
}

/* Reads the changed files as if they were new. */
bool default_grub_prove(struct editor *e, const struct default_grub_edit *edit)
{
    struct shell_file files[SHELL_FILES_LIMIT];
    struct shell_script after = { 0 };
    struct boot_words words = { 0 };
    const struct shell_variable *variable;
    size_t count = 0;
    bool fine;

    for (size_t i = 0; i < e->input->count; i++) {
        files[i] = e->input->files[i];
        if (edit->changed[i])
            files[i].text = text_span(&edit->files[i]);
    }
    fine = shell_script_read(files, e->input->count, DEFAULT_GRUB_NAME, &after);
    variable = fine ? shell_script_variable(&after, DEFAULT_GRUB_NAME) : NULL;
    if (fine && !same_variables(&e->script, &after))
        fine = default_grub_refuse(e, 0, 0,
                                   "another variable is made from " DEFAULT_GRUB_NAME
                                   " and would not only get swiotlb=");
    if (fine && variable != NULL && variable->set) {
        fine = split(&variable->value, &words) && words.problem == BOOT_TEXT_FINE &&
               token_same_others(&e->words, &words) && last_is(&words, e->token);
        for (size_t i = 0; i < words.count; i++)
            count += boot_word_is_swiotlb(&words, &words.words[i]);
        fine = fine && count == (e->wish->present ? 1 : 0);
    } else if (fine) {
        fine = !e->wish->present && e->value == NULL;
    }
    if (!fine)
        (void)default_grub_refuse(
            e, 0, 0, "the change would not do what it should; please report this file");
    else
        fine = prove_line(e, &after);
    boot_words_free(&words);
    shell_script_free(&after);
    return fine;
}
