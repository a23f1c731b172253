/* SPDX-License-Identifier: Apache-2.0 */
#include "grub-tool/generator.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/files.h"
#include "core/base/process.h"
#include "core/base/span_text.h"
#include "grub-tool/boot_layout_internal.h"
#include "grub-tool/diff.h"
#include "grub-tool/grub_script.h"
#include "grub-tool/store.h"

#define SUFFIX          ".tdx-grub"
#define HELP_TIMEOUT_MS 10000

static enum tdx_status run(const struct generator *g, const char *const *argv, unsigned timeout_ms,
                           struct process_result *result, struct tdx_error *err)
{
    struct process_spec spec = { .path = g->layout->generator,
                                 .argv = argv,
                                 .root = g->root->live ? NULL : g->root_path,
                                 .timeout_ms = timeout_ms };

    return process_run(&spec, result, err);
}

/* Whether --help lists the option: families of the generator differ, and an unknown option ends it.
 */
static bool knows(const struct generator *g, const char *option)
{
    const char *argv[] = { g->layout->generator, "--help", NULL };
    struct process_result result;
    bool found = run(g, argv, HELP_TIMEOUT_MS, &result, NULL) == TDX_OK &&
                 (strstr(text_string(&result.out), option) != NULL ||
                  strstr(text_string(&result.err), option) != NULL);

    process_result_free(&result);
    return found;
}

/* The last line of what it said, for the message. */
static enum tdx_status failed(const struct process_result *result, struct tdx_error *err)
{
    const char *said = text_string(&result->err);
    size_t end = result->err.length, start;
    char quoted[256];

    while (end > 0 && said[end - 1] == '\n')
        end--;
    for (start = end; start > 0 && said[start - 1] != '\n';)
        start--;
    if (result->signal != 0)
        return status_fail(err, TDX_BOOT_GENERATOR_FAILED, "ended by signal %d", result->signal);
    return status_fail(err, TDX_BOOT_GENERATOR_FAILED, "exit code %d, last words: %s",
                       result->exit_code,
                       text_quote(said + start, end - start, quoted, sizeof(quoted)));
}

static void remove_output(const struct generator *g, const char *output)
{
    static const char *const ends[] = { "", ".new" };
    const char *name;
    int folder;

    if (store_open_parent(g->root, output, &folder, &name, NULL) != TDX_OK)
        return;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct text each = { 0 };

        text_addf(&each, "%s%s", name, ends[i]);
        (void)unlinkat(folder, text_string(&each), 0); /* often there is none */
        text_free(&each);
    }
    (void)close(folder);
}

/* --- the comparison
 * -------------------------------------------------------------------------------- */

static const struct boot_entry *find_entry(const struct boot_layout *layout, const char *id,
                                           const char *title)
{
    for (size_t i = 0; i < layout->entry_count; i++)
        if (strcmp(layout->entries[i].id, id) == 0 || strcmp(layout->entries[i].id, title) == 0)
            return &layout->entries[i];
    return NULL;
}

/* True if both lines hand the kernel the same words but for swiotlb. */
static bool same_line(const struct boot_line *a, const struct boot_line *b)
{
    struct boot_words left = { 0 }, right = { 0 };
    struct span one = span_of(a->kernel_line);
    struct span two = span_of(b->kernel_line);
    bool same = boot_words_split(one, NULL, BOOT_TEXT_PLAIN, &left, NULL) == TDX_OK &&
                boot_words_split(two, NULL, BOOT_TEXT_PLAIN, &right, NULL) == TDX_OK &&
                token_same_others(&left, &right);

    boot_words_free(&left);
    boot_words_free(&right);
    return same;
}

static const char *compare_entries(const struct boot_layout *old, const struct boot_layout *new_)
{
    for (size_t i = 0; i < old->entry_count; i++) {
        const struct boot_entry *was = &old->entries[i];
        const struct boot_entry *is = find_entry(new_, was->id, was->title);

        if (is == NULL)
            return "an entry is missing";
        if (is->line_count != was->line_count)
            return "an entry has another number of linux lines";
        for (size_t j = 0; j < was->line_count; j++)
            if (!same_line(&was->lines[j], &is->lines[j]))
                return "a linux line differs in more than swiotlb=";
    }
    if (new_->default_entry >= new_->entry_count ||
        strcmp(old->entries[old->default_entry].id, new_->entries[new_->default_entry].id) != 0)
        return "another entry would boot";
    return NULL;
}

/* True if a line of text, blanks at its front aside, is exactly this. */
static bool has_line(struct span text, const char *line, size_t size)
{
    for (size_t at = 0; at < text.size;) {
        size_t end = span_line_end(text, at);

        while (at < end && (text.data[at] == ' ' || text.data[at] == '\t'))
            at++;
        if (end - at == size && memcmp(text.data + at, line, size) == 0)
            return true;
        at = end + 1;
    }
    return false;
}

/* Lines that say where the disk is. A generator in a half-made chroot leaves them out and succeeds.
 */
static const char *compare_disks(struct span old, struct span new_)
{
    static const char *const words[] = { "search ", "search.", "set root=", "initrd" };

    for (size_t at = 0; at < old.size;) {
        size_t end = span_line_end(old, at);

        while (at < end && (old.data[at] == ' ' || old.data[at] == '\t'))
            at++;
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
            if (end - at > strlen(words[i]) &&
                memcmp(old.data + at, words[i], strlen(words[i])) == 0 &&
                !has_line(new_, (const char *)old.data + at, end - at))
                return "a line that finds the disk or the initrd is missing or differs";
        at = end + 1;
    }
    return NULL;
}

static void note_new_entries(const struct boot_layout *old, const struct boot_layout *new_,
                             struct text *notes)
{
    for (size_t i = 0; i < new_->entry_count; i++)
        if (find_entry(old, new_->entries[i].id, new_->entries[i].title) == NULL)
            text_addf(notes, "the generator found a new entry: %s\n", new_->entries[i].id);
}

static enum tdx_status compare(const struct generator *g, const char *output, struct span new_text,
                               struct text *differences, struct text *notes, struct tdx_error *err)
{
    struct grub_script *script = calloc(1, sizeof(*script));
    struct boot_layout new_ = { 0 };
    struct file_content old = { 0 };
    const char *why = NULL;
    enum tdx_status status;

    if (script == NULL)
        return status_fail(err, TDX_NO_MEMORY, "%s", output);
    status = root_read_file(g->root, g->layout->boot_config, GRUB_CONFIG_LIMIT, &old, err);
    if (status == TDX_OK)
        status = grub_script_run(g->root, output, script, err);
    if (status == TDX_OK)
        status = boot_layout_from_grub(g->root, script, &new_, err);
    if (status == TDX_OK)
        why = compare_entries(g->layout, &new_);
    if (status == TDX_OK && why == NULL)
        why = compare_disks(file_content_span(&old), new_text);
    if (why != NULL) {
        diff_unified(g->layout->boot_config, true, file_content_span(&old), true, new_text,
                     differences);
        status =
            status_fail(err, TDX_BOOT_GENERATOR_DIFFERS, "%s: %s", g->layout->boot_config, why);
    }
    if (status == TDX_OK)
        note_new_entries(g->layout, &new_, notes);
    boot_layout_free(&new_);
    file_content_free(&old);
    grub_script_free(script);
    free(script);
    return status;
}

enum tdx_status generator_run(const struct generator *g, struct text *ret, struct text *differences,
                              struct text *notes, struct tdx_error *err)
{
    struct text output = { 0 };
    struct process_result result = { 0 };
    struct file_content content = { 0 };
    const char *argv[5] = { g->layout->generator, "-o" };
    struct tdx_error cause = { 0 };
    enum tdx_status status;

    text_addf(&output, "%s" SUFFIX, g->layout->boot_config);
    argv[2] = text_string(&output);
    if (knows(g, "--no-grubenv-update"))
        argv[3] = "--no-grubenv-update";
    remove_output(g, argv[2]); /* of a run that was killed */
    status = run(g, argv, g->timeout_ms, &result, &cause);
    if (status == TDX_CHILD_TIMEOUT || status == TDX_CHILD_FAILED)
        status = status_fail(err, TDX_BOOT_GENERATOR_FAILED, "%s", cause.detail);
    else if (status != TDX_OK)
        (void)status_fail(err, status, "%s", cause.detail);
    else if (result.exit_code != 0)
        status = failed(&result, err);
    if (status == TDX_OK &&
        root_read_file(g->root, argv[2], GRUB_CONFIG_LIMIT, &content, NULL) != TDX_OK)
        status =
            status_fail(err, TDX_BOOT_GENERATOR_FAILED, "it said it was done, but wrote nothing");
    if (status == TDX_OK)
        status = compare(g, argv[2], file_content_span(&content), differences, notes, err);
    if (status == TDX_OK)
        text_add_n(ret, (const char *)content.data, content.size);
    remove_output(g, argv[2]);
    process_result_free(&result);
    file_content_free(&content);
    text_free(&output);
    return status;
}
