/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/lock.h"
#include "core/base/root.h"
#include "core/base/span_text.h"
#include "grub-tool/outcome.h"
#include "grub-tool/show.h"
#include "grub-tool/store.h"
#include "grub-tool/tdx_grub.h"

#define LOCK_WAIT_MS 2000

static const char help[] =
    "Usage: tdx-grub rollback [OPTION]...\n"
    "Put back what the last set-swiotlb or unset-swiotlb changed. Runs no generator.\n"
    "\n"
    "  --dry-run   write nothing; print the difference of every file\n"
    "  --force     also files that others have changed since\n"
    "  --root DIR  in the system mounted at DIR\n"
    "  --format FORMAT  text or json\n"
    "\n"
    "Exit codes: 0 done, 1 refused (nothing was changed), 2 usage, 3 failed.\n";

/* First whether it can be done at all, then the entries that came later, then the files of the
 * change and its mark: so that a run that is interrupted can be repeated. */
static enum tdx_status undo(const struct root *root, struct store_change *change,
                            const struct store_undo *how, struct text *later, struct tdx_error *err)
{
    struct store_undo look = *how;
    struct text ignored = { 0 };
    enum tdx_status status;

    look.dry_run = true;
    if (!how->dry_run) {
        look.notes = &ignored;
        look.differences = later; /* wanted only where it is refused */
    }
    status = store_undo(root, change, &look, err);
    if (!how->dry_run && status != TDX_OK)
        text_add(how->differences, text_string(later));
    text_clear(later);
    text_free(&ignored);
    if (status == TDX_OK)
        status = store_undo_later_entries(root, change, how, later, err);
    return status == TDX_OK && !how->dry_run ? store_undo(root, change, how, err) : status;
}

static int print_outcome(const struct grub_options *options, const struct outcome *outcome)
{
    struct text out = { 0 };

    outcome_json(outcome, &out);
    (void)fputs(text_string(&out), stdout);
    text_free(&out);
    return program_finish(&options->program, TDX_EXIT_YES);
}

static int print_result(const struct grub_options *options, const struct text *changed,
                        const struct text *later, const struct boot_layout *layout)
{
    struct span lines = text_span(changed), line;
    struct text out = { 0 };
    char quoted[1024];

    while (line_next(&lines, &line))
        (void)printf("Put back %s\n", text_quote(line.data, line.size, quoted, sizeof(quoted)));
    lines = text_span(later);
    while (line_next(&lines, &line))
        (void)printf("Changed back, for a kernel installed since: %s\n",
                     text_quote(line.data, line.size, quoted, sizeof(quoted)));
    (void)show_proof(layout, NULL, &out);
    (void)printf("Read back as GRUB and the kernel read it:\n%s", text_string(&out));
    text_free(&out);
    return program_finish(&options->program, TDX_EXIT_YES);
}

static int tell(const struct grub_options *options, const struct store_change *change,
                const struct text *later, const struct text *differences, const struct root *root,
                struct tdx_error *err)
{
    struct boot_layout layout = { 0 };
    struct outcome outcome = { .result = options->dry_run ? "dry-run" : "rolled-back",
                               .backup = change->number };
    struct text changed = { 0 };
    bool json = options->program.format == OUTPUT_JSON;
    enum tdx_status status = TDX_OK;
    int code;

    for (size_t i = 0; i < change->count; i++)
        if (change->files[i].what != PLAN_GUARD)
            text_addf(&changed, "%s\n", change->files[i].path);
    if (!options->dry_run)
        status = boot_layout_read(root, &layout, err);
    if (status != TDX_OK) {
        code = program_fail(&options->program, status, err);
    } else if (json) {
        text_add(&changed, text_string(later));
        outcome.changed = &changed;
        outcome.diff = options->dry_run ? differences : NULL;
        outcome.system = options->dry_run ? NULL : &layout;
        outcome.agrees = true; /* with what was put back, whatever it is */
        code = print_outcome(options, &outcome);
    } else if (options->dry_run) {
        (void)fputs(text_string(differences), stdout);
        code = program_finish(&options->program, TDX_EXIT_YES);
    } else {
        code = print_result(options, &changed, later, &layout);
    }
    text_free(&changed);
    boot_layout_free(&layout);
    return code;
}

int grub_rollback(int argc, char **argv)
{
    struct store_change change = STORE_CHANGE_NONE;
    struct root root = ROOT_CLOSED;
    struct text differences = { 0 }, notes = { 0 }, later = { 0 };
    struct store_undo how = { .differences = &differences, .notes = &notes };
    struct tdx_error err = { 0 };
    struct grub_options options;
    int store = -1, lock = -1;
    enum tdx_status status;
    int code = grub_options_read(argc, argv, "tdx-grub rollback", help,
                                 GRUB_TAKES_UNDO | GRUB_TAKES_FORMAT, &options);

    if (code >= 0)
        return code;
    how.force = options.force;
    how.dry_run = options.dry_run;
    status = root_open(options.root, &root, &err);
    if (status == TDX_OK) {
        status = store_open(&root, false, &store, NULL);
        if (status == TDX_FILE_MISSING)
            status = status_fail(&err, TDX_BOOT_NO_BACKUP, "%s does not exist", STORE_FOLDER);
        else if (status != TDX_OK)
            (void)status_fail(&err, status, "%s", STORE_FOLDER);
    }
    if (status == TDX_OK)
        status = lock_take_at(store, "lock", LOCK_WAIT_MS, &lock, &err);
    if (status == TDX_OK)
        status = store_newest(store, &change, &err);
    if (status == TDX_OK)
        status = undo(&root, &change, &how, &later, &err);
    if (notes.length > 0)
        program_note(&options.program, "%s", text_string(&notes));
    if (status != TDX_OK) {
        (void)fputs(text_string(&differences), stderr);
        code = program_fail(&options.program, status, &err);
    } else {
        code = tell(&options, &change, &later, &differences, &root, &err);
    }
    text_free(&later);
    text_free(&differences);
    text_free(&notes);
    store_change_free(&change);
    lock_release(lock);
    if (store >= 0)
        (void)close(store); /* a folder: nothing can be lost */
    root_close(&root);
    return code;
}
