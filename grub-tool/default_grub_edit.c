/* SPDX-License-Identifier: Apache-2.0 */
/* The change: which bytes of which file, and the proof that nothing else has changed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grub-tool/default_grub_internal.h"

bool default_grub_refuse(struct editor *e, size_t file, unsigned line, const char *reason)
{
    if (e->reason == NULL) {
        e->reason = reason;
        e->file = file;
        e->line = line;
    }
    return false;
}

static bool add_patch(struct editor *e, size_t file, size_t start, size_t end, const char *with)
{
    if (strlen(with) >= PATCH_SIZE || e->patch_count == PATCH_LIMIT)
        return default_grub_refuse(e, file, 0, "it takes too many changes");
    for (size_t i = 0; i < e->patch_count; i++) /* "$X $X": the same bytes twice */
        if (start < end && e->patches[i].file == file && e->patches[i].start == start) {
            if (with[0] != '\0')
                memcpy(e->patches[i].with, with, strlen(with) + 1);
            return true;
        }
    e->patches[e->patch_count] = (struct patch){ .file = file, .start = start, .end = end };
    memcpy(e->patches[e->patch_count].with, with, strlen(with) + 1);
    e->patch_count++;
    return true;
}

static unsigned line_of(const struct editor *e, size_t cell)
{
    return e->script.assignments[e->value->cells[cell].assignment].line;
}

/* True if the cell stands in an assignment of the variable itself, so that it can be changed. */
static bool ours(const struct editor *e, size_t cell)
{
    const struct shell_cell *c = &e->value->cells[cell];

    return c->kind == SHELL_CELL_WRITTEN && e->script.assignments[c->assignment].watched;
}

static bool cut_cell(struct editor *e, size_t cell, const char *with)
{
    const struct shell_cell *c = &e->value->cells[cell];

    e->gone[cell] = true;
    return add_patch(e, e->script.assignments[c->assignment].file, c->start, c->end, with);
}

/* Replaces the word's bytes; quotes among them stay where they are. */
static bool replace_word(struct editor *e, const struct boot_word *word, const char *with)
{
    for (size_t i = word->start; i < word->end; i++) {
        if (!ours(e, i))
            return default_grub_refuse(
                e, e->script.assignments[e->value->cells[i].assignment].file, line_of(e, i),
                "swiotlb= comes out of a substitution and cannot be changed in place");
        if (!cut_cell(e, i, i == word->start ? with : ""))
            return false;
    }
    return true;
}

static bool is_free_blank(const struct editor *e, size_t cell)
{
    return cell < e->value->count && !e->gone[cell] && ours(e, cell) &&
           (e->value->cells[cell].byte == ' ' || e->value->cells[cell].byte == '\t');
}

static bool remove_word(struct editor *e, const struct boot_word *word)
{
    if (!replace_word(e, word, ""))
        return false;
    if (word->start > 0 && is_free_blank(e, word->start - 1))
        return cut_cell(e, word->start - 1, "");
    if (is_free_blank(e, word->end))
        return cut_cell(e, word->end, "");
    return true;
}

/* A word of letters and signs that no shell looks at twice. */
static bool is_plain(struct span text, size_t start, size_t end)
{
    static const char fine[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "_=.,:/@%+*?-";

    for (size_t i = start; i < end; i++)
        if (text.data[i] == '\0' || strchr(fine, text.data[i]) == NULL)
            return false;
    return true;
}

static bool blank_at(struct span text, size_t at)
{
    return text.data[at] == ' ' || text.data[at] == '\t';
}

/* Puts the token at one end of the assignment's word, in the quotes that are there. */
static bool insert_into(struct editor *e, const struct shell_assignment *a, bool front)
{
    struct span text = e->input->files[a->file].text;
    size_t start = a->value_start, end = a->value_end, at = front ? start : end;
    bool first = start < end && (text.data[start] == '"' || text.data[start] == '\'');
    bool quoted = front ? first : shell_word_ending(text, start, end) != SHELL_ENDS_BARE;
    bool plain = !quoted && is_plain(text, start, end);
    const char *before = " ", *behind = "";
    char with[PATCH_SIZE];

    if (quoted)
        at = front ? start + 1 : end - 1;
    if (start == end || (quoted && first && end - start == 2))
        before = ""; /* it will be the only word */
    else if (front || (quoted && blank_at(text, at - 1)))
        before = "";
    if (front && start < end && !(quoted && (blank_at(text, at) || end - start == 2)))
        behind = " ";
    (void)snprintf(with, sizeof(with), "%s%s%s%s%s",
                   quoted || (plain && !front && start < end) ? "" : "\"", before, e->token, behind,
                   quoted || (plain && front && start < end) ? "" : "\"");
    if (plain && start < end &&
        !add_patch(e, a->file, front ? end : start, front ? end : start, "\""))
        return false;
    return add_patch(e, a->file, at, at, with);
}

/* A line of our own at the end of the first file. */
static bool append_line(struct editor *e)
{
    struct span text = e->input->files[0].text;
    bool open = text.size > 0 && text.data[text.size - 1] != '\n';
    char with[PATCH_SIZE];

    if (e->script.open_end)
        return default_grub_refuse(e, 0, 0,
                                   "it ends in a backslash, which would swallow a new line");
    if (e->script.left[0])
        return default_grub_refuse(e, 0, 0,
                                   "a return ends it, so that a new line would not be reached");
    (void)snprintf(with, sizeof(with), "%s" DEFAULT_GRUB_NAME "=\"%s\"\n", open ? "\n" : "",
                   e->token);
    return add_patch(e, 0, text.size, text.size, with);
}

static int by_place(const void *left, const void *right)
{
    const struct patch *a = left, *b = right;

    if (a->file != b->file)
        return a->file < b->file ? -1 : 1;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return a->end < b->end ? -1 : a->end > b->end;
}

/* The files with the patches in them. */
static enum tdx_status apply(struct editor *e, struct default_grub_edit *ret, struct tdx_error *err)
{
    size_t at = 0;

    qsort(e->patches, e->patch_count, sizeof(e->patches[0]), by_place);
    for (size_t i = 0; i < e->patch_count; i++) {
        const struct patch *patch = &e->patches[i];
        struct span text = e->input->files[patch->file].text;
        struct text *out = &ret->files[patch->file];
        bool last = i + 1 == e->patch_count || e->patches[i + 1].file != patch->file;

        if (text.data == NULL) /* an empty file may have no address; NULL + 0 is undefined in C */
            text.data = (const uint8_t *)"";
        if (!ret->changed[patch->file])
            at = 0;
        ret->changed[patch->file] = true;
        if (patch->start < at)
            return status_fail(err, TDX_INTERNAL, "changes of /etc/default/grub overlap");
        text_add_n(out, (const char *)text.data + at, patch->start - at);
        text_add(out, patch->with);
        at = patch->end;
        if (last)
            text_add_n(out, (const char *)text.data + at, text.size - at);
        if (!text_ok(out))
            return status_fail(err, TDX_NO_MEMORY, "%s", e->input->files[patch->file].path);
    }
    for (size_t i = 0; i < e->input->count; i++) /* a change into what was there is none */
        if (ret->changed[i] && ret->files[i].length == e->input->files[i].text.size &&
            memcmp(text_string(&ret->files[i]), e->input->files[i].text.data,
                   ret->files[i].length) == 0) {
            ret->changed[i] = false;
            text_clear(&ret->files[i]);
        }
    return TDX_OK;
}

/* --- the plan ------------------------------------------------------------------------------ */

/* Takes out every swiotlb word but one the kernel looks at, which becomes the token.
 * *ret_placed: there is such a one. */
static bool change_words(struct editor *e, bool front, bool *ret_placed)
{
    size_t keep = e->words.count;
    bool overlong = e->words.line_size + ROOM_FOR_ROOT > KERNEL_LINE_LIMIT;

    for (size_t i = 0; i < e->words.count && e->wish->present; i++) {
        const struct boot_word *word = &e->words.words[i];

        if (boot_word_is_swiotlb(&e->words, word) && boot_word_live(word) &&
            !(front && overlong && word->end + ROOM_FOR_ROOT > KERNEL_LINE_LIMIT))
            keep = i;
    }
    *ret_placed = keep < e->words.count;
    for (size_t i = 0; i < e->words.count; i++) {
        const struct boot_word *word = &e->words.words[i];

        if (word->unknown && strstr(boot_word_text(&e->words, word), "swiotlb") != NULL)
            return default_grub_refuse(
                e, 0, line_of(e, word->start),
                "swiotlb stands beside a substitution whose value is not known");
        if (!boot_word_is_swiotlb(&e->words, word))
            continue;
        if (!word->whole)
            return default_grub_refuse(e, 0, line_of(e, word->start),
                                       "swiotlb= is quoted together with other words");
        if (!(i == keep ? replace_word(e, word, e->token) : remove_word(e, word)))
            return false;
    }
    return true;
}

/* Where a new word may go, in the order to try: the first file's last assignment (a drop-in may
 * have taken its value over), then the last of all. */
static size_t places(const struct editor *e, const struct shell_assignment *ret[2])
{
    const struct shell_assignment *first = NULL, *last = NULL;
    size_t count = 0;

    for (size_t i = 0; i < e->script.assignment_count; i++) {
        const struct shell_assignment *a = &e->script.assignments[i];

        if (!a->watched)
            continue;
        last = a;
        if (a->file == 0)
            first = a;
    }
    if (first != NULL)
        ret[count++] = first;
    if (last != first)
        ret[count++] = last;
    return count;
}

/* One way to do it: changed words, and a new one at the given place (NULL: a line of its own). */
static bool attempt(struct editor *e, const struct shell_assignment *place,
                    struct default_grub_edit *ret, enum tdx_status *status, struct tdx_error *err)
{
    bool front = token_in_front(&e->words, ROOM_FOR_ROOT), placed = false;

    e->patch_count = 0;
    e->reason = NULL;
    if (e->value != NULL)
        memset(e->gone, 0, (e->value->count + 1) * sizeof(*e->gone));
    if (!change_words(e, front, &placed))
        return false;
    if (e->wish->present && !placed &&
        !(place != NULL ? insert_into(e, place, front) : append_line(e)))
        return false;
    *status = apply(e, ret, err);
    return *status == TDX_OK && default_grub_prove(e, ret);
}

static enum tdx_status edit_value(struct editor *e, struct default_grub_edit *ret,
                                  struct tdx_error *err)
{
    const struct shell_assignment *place[2] = { NULL, NULL };
    size_t count = places(e, place);
    enum tdx_status status = TDX_OK;

    for (size_t i = 0; i < (count > 0 ? count : 1); i++) {
        if (attempt(e, place[i], ret, &status, err))
            return TDX_OK;
        default_grub_edit_free(ret);
        if (status != TDX_OK)
            return status;
    }
    return default_grub_fail(e->input, TDX_GRUB_DEFAULT_REFUSED, e->file, e->line, "",
                             e->reason != NULL ? e->reason : "out of memory", err);
}

/* token_build() refuses only for the one word. */
static enum tdx_status fail_at_noforce(const struct editor *e, const char *why,
                                       struct tdx_error *err)
{
    size_t file = 0;
    unsigned line = 0;

    for (size_t i = 0; i < e->words.count; i++) {
        const struct boot_word *word = &e->words.words[i];

        if (boot_word_is_swiotlb(&e->words, word) && boot_word_live(word) &&
            strstr(boot_word_text(&e->words, word), "noforce") != NULL) {
            file = e->script.assignments[e->value->cells[word->start].assignment].file;
            line = line_of(e, word->start);
        }
    }
    return default_grub_fail(e->input, TDX_GRUB_DEFAULT_REFUSED, file, line, "", why, err);
}

static enum tdx_status check_value(struct editor *e, struct tdx_error *err)
{
    enum tdx_status status;
    const char *why;
    struct span text;

    if (e->value != NULL && !flat_from(e->value, &e->flat))
        return status_fail(err, TDX_NO_MEMORY, "%s", e->input->files[0].path);
    text = (struct span){ e->flat.bytes, e->flat.size };
    status = boot_words_split(text, e->flat.opaque, BOOT_TEXT_GRUB, &e->words, err);
    if (status != TDX_OK)
        return status;
    if (e->words.problem != BOOT_TEXT_FINE) {
        size_t cell = e->words.problem_at < e->value->count ? e->words.problem_at : 0;
        size_t file = e->script.assignments[e->value->cells[cell].assignment].file;

        return default_grub_fail(e->input, TDX_GRUB_DEFAULT_REFUSED, file, line_of(e, cell),
                                 DEFAULT_GRUB_NAME " ", boot_problem_text(e->words.problem), err);
    }
    why = token_build(&e->words, e->wish, e->token);
    return why == NULL ? TDX_OK : fail_at_noforce(e, why, err);
}

enum tdx_status default_grub_edit(const struct default_grub_input *input,
                                  const struct token_wish *wish, struct default_grub_edit *ret,
                                  struct tdx_error *err)
{
    struct editor e = { .input = input, .wish = wish };
    const struct shell_variable *variable;
    enum tdx_status status = default_grub_script(input, &e.script, err);

    *ret = (struct default_grub_edit){ 0 };
    if (status != TDX_OK)
        goto done;
    variable = shell_script_variable(&e.script, DEFAULT_GRUB_NAME);
    e.value = variable != NULL && variable->set ? &variable->value : NULL;
    e.patches = calloc(PATCH_LIMIT, sizeof(*e.patches));
    e.gone = calloc((e.value != NULL ? e.value->count : 0) + 1, sizeof(*e.gone));
    if (e.patches == NULL || e.gone == NULL)
        status = status_fail(err, TDX_NO_MEMORY, "%s", input->files[0].path);
    if (status == TDX_OK)
        status = check_value(&e, err);
    if (status == TDX_OK)
        status = edit_value(&e, ret, err);
    if (status == TDX_OK)
        status = default_grub_notes(&e.script, &ret->notes, err);
done:
    free(e.patches);
    free(e.gone);
    flat_free(&e.flat);
    boot_words_free(&e.words);
    shell_script_free(&e.script);
    if (status != TDX_OK)
        default_grub_edit_free(ret);
    return status;
}
