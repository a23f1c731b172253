/* SPDX-License-Identifier: Apache-2.0 */
/* set-swiotlb and unset-swiotlb. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/root.h"
#include "grub-tool/commit.h"
#include "grub-tool/measured.h"
#include "grub-tool/outcome.h"
#include "grub-tool/show.h"
#include "grub-tool/size_check.h"
#include "grub-tool/tdx_grub.h"

#define NOTE_LIMIT 1000
#define ATTEMPTS   2 /* a file that changes under our hands is read again once */

static const char set_help[] =
    "Usage: tdx-grub set-swiotlb (--mib N | --slabs N | --recommended) [OPTION]...\n"
    "Make every entry but the rescue ones boot with swiotlb=N.\n"
    "\n"
    "  --mib N          a buffer of N MiB (N x 512 slabs)\n"
    "  --slabs N        N slabs of 2 KiB\n"
    "  --recommended    what tdx-swiotlb recommends for this machine\n"
    "  --force          also a size that this guest might not boot with\n"
    "  --dry-run        write nothing; print the difference of every file\n"
    "  --root DIR       change the system mounted at DIR\n"
    "  --no-mkconfig    leave a generated grub.cfg as it is\n"
    "  --direct         change the linux lines of grub.cfg without running the generator\n"
    "                   (the default with --root)\n"
    "  --mkconfig       run the generator, with --root in a chroot: code of that system, as root\n"
    "  --timeout SEC    end a generator that hangs after SEC seconds (300)\n"
    "  --format FORMAT  text or json (what is for a person goes to standard error then)\n"
    "  -q, --quiet      no remarks\n"
    "\n"
    "Exit codes: 0 done, 1 refused (nothing was changed), 2 usage, 3 failed (the old\n"
    "configuration is intact).\n";

static const char unset_help[] =
    "Usage: tdx-grub unset-swiotlb [OPTION]...\n"
    "Take swiotlb= out of every entry but the rescue ones: the kernel's own size.\n"
    "\n"
    "  --dry-run, --root DIR, --no-mkconfig, --direct, --mkconfig, --timeout SEC, --quiet,\n"
    "  --format FORMAT  as for set-swiotlb\n"
    "\n"
    "Exit codes: 0 done, 1 refused (nothing was changed), 2 usage, 3 failed (the old\n"
    "configuration is intact).\n";

struct setter {
    const struct grub_options *options;
    struct root root;
    struct boot_layout layout;
    struct plan plan;
    struct token_wish wish;
    struct text differences, notes;
    struct text changed; /* paths, one to a line */
    unsigned number;     /* of the change in the store */
    struct tdx_error err;
};

static void print_lines(const struct grub_options *options, const struct text *lines)
{
    struct text line = { 0 }; /* they hold names from the disk */

    for (const char *at = text_string(lines); *at != '\0';) {
        size_t size = strcspn(at, "\n");

        text_clear(&line);
        text_add_quoted(&line, at, size, NOTE_LIMIT);
        program_note(&options->program, "%s", text_string(&line));
        at += size + (at[size] == '\n');
    }
    text_free(&line);
}

/* What there is to say about the result, but for what was said about the plan. */
static void print_new_lines(const struct setter *s, const struct text *lines)
{
    struct text new_lines = { 0 };

    for (const char *at = text_string(lines); *at != '\0';) {
        size_t size = strcspn(at, "\n");
        char *line = strndup(at, size);

        if (line != NULL && strstr(text_string(&s->plan.notes), line) == NULL)
            text_addf(&new_lines, "%s\n", line);
        free(line);
        at += size + (at[size] == '\n');
    }
    print_lines(s->options, &new_lines);
    text_free(&new_lines);
}

static void print_path(FILE *out, const char *what, const char *path)
{
    char quoted[1024];

    (void)fprintf(out, "%s %s\n", what, text_quote(path, strlen(path), quoted, sizeof(quoted)));
}

static bool for_programs(const struct setter *s)
{
    return s->options->program.format == OUTPUT_JSON;
}

/* Where a person reads: standard output is the program's where there is one. */
static FILE *talk(const struct setter *s)
{
    return for_programs(s) ? stderr : stdout;
}

static void print_outcome(const struct outcome *outcome)
{
    struct text out = { 0 };

    outcome_json(outcome, &out);
    (void)fputs(text_string(&out), stdout);
    text_free(&out);
}

static enum plan_grub_cfg way(const struct setter *s)
{
    const struct grub_options *options = s->options;

    if (options->no_mkconfig)
        return PLAN_LEAVE;
    if (options->direct || s->layout.generator == NULL || (!s->root.live && !options->mkconfig))
        return PLAN_DIRECT;
    return PLAN_GENERATE;
}

static void forget(struct setter *s)
{
    plan_free(&s->plan);
    boot_layout_free(&s->layout);
    text_clear(&s->differences);
    text_clear(&s->notes);
    s->err = (struct tdx_error){ 0 };
}

static enum tdx_status look(struct setter *s)
{
    enum tdx_status status = boot_layout_read(&s->root, &s->layout, &s->err);

    if (status == TDX_OK)
        status = plan_make(&s->root, &s->layout, &s->wish, way(s), &s->plan, &s->err);
    return status;
}

/* True if there is nothing to do. With a generator that holds only if grub.cfg agrees already. */
static bool is_done(struct setter *s)
{
    struct text ignored = { 0 };
    bool agrees = show_proof(&s->layout, &s->wish, &ignored);

    text_free(&ignored);
    if (s->plan.count > 0)
        return false;
    if (agrees)
        s->plan.generate = false;
    return agrees || !s->plan.generate;
}

static int print_proof(struct setter *s)
{
    struct boot_layout after = { 0 };
    struct text out = { 0 };
    bool agrees = false;
    enum tdx_status status = boot_layout_read(&s->root, &after, &s->err);

    if (status == TDX_OK) {
        agrees = show_proof(&after, &s->wish, &out);
        if (for_programs(s))
            print_outcome(&(struct outcome){ .result = s->number > 0 ? "changed" : "unchanged",
                                             .changed = &s->changed,
                                             .backup = s->number,
                                             .system = &after,
                                             .agrees = agrees });
        (void)fprintf(talk(s), "Read back as GRUB and the kernel read it:\n%s", text_string(&out));
        if (!agrees && s->options->no_mkconfig)
            (void)fprintf(talk(s),
                          "%s was left as it is (--no-mkconfig): run the generator, then tdx-grub "
                          "show.\n",
                          after.boot_config);
        print_new_lines(s, &after.warnings);
    }
    text_free(&out);
    boot_layout_free(&after);
    return status == TDX_OK ? program_finish(&s->options->program, TDX_EXIT_YES)
                            : program_fail(&s->options->program, status, &s->err);
}

static int dry_run(struct setter *s)
{
    struct plan direct = { 0 };
    struct text out = { 0 };
    enum tdx_status status = TDX_OK;

    /* A generator is not run: it changes things even when it only prints. What it would do to the
     * linux lines is what we would do. */
    if (s->plan.generate)
        status = plan_make(&s->root, &s->layout, &s->wish, PLAN_DIRECT, &direct, &s->err);
    if (status == TDX_OK) {
        plan_diff(s->plan.generate ? &direct : &s->plan, &out);
        if (s->plan.generate)
            program_note(&s->options->program,
                         "%s is shown as %s would have it; it is not run in a dry run",
                         s->layout.boot_config, s->layout.generator);
        for (size_t i = 0; i < s->plan.count; i++)
            text_addf(&s->changed, "%s\n", s->plan.files[i].path);
        if (s->plan.generate)
            text_addf(&s->changed, "%s\n", s->layout.boot_config);
        if (for_programs(s))
            print_outcome(
                &(struct outcome){ .result = "dry-run", .changed = &s->changed, .diff = &out });
        else
            (void)fputs(text_string(&out), stdout);
    }
    plan_free(&direct);
    text_free(&out);
    return status == TDX_OK ? program_finish(&s->options->program, TDX_EXIT_YES)
                            : program_fail(&s->options->program, status, &s->err);
}

/* False: it could not be printed, so that nobody was told. */
static bool print_advice(struct setter *s)
{
    struct measured measured;
    struct text advice = { 0 };

    if (s->options->program.quiet)
        return true;
    measured_read(&s->root, &measured);
    measured_advice(&s->root, &measured, s->root.live, &advice);
    (void)fputs(text_string(&advice), talk(s));
    text_free(&advice);
    return fflush(talk(s)) == 0 && ferror(talk(s)) == 0;
}

/* Looks once more, now that nobody else of us can write, and carries the plan out. */
static enum tdx_status write_plan(struct setter *s, unsigned *ret_number)
{
    struct commit_lock lock = COMMIT_UNLOCKED;
    enum tdx_status status = commit_lock_take(&s->root, &lock, &s->err);

    for (int attempt = 1; attempt <= ATTEMPTS && status == TDX_OK; attempt++) {
        struct commit commit = { .lock = &lock,
                                 .root = &s->root,
                                 .root_path = s->options->root,
                                 .layout = &s->layout,
                                 .wish = &s->wish,
                                 .plan = &s->plan,
                                 .timeout_ms = s->options->timeout * 1000,
                                 .differences = &s->differences,
                                 .notes = &s->notes };

        forget(s);
        status = look(s);
        if (status == TDX_OK && is_done(s))
            break; /* somebody else of us had the same wish */
        commit.prove = !s->options->no_mkconfig || s->layout.style != BOOT_MENUENTRY;
        if (status == TDX_OK)
            status = commit_run(&commit, ret_number, &s->err);
        if (status != TDX_BOOT_CHANGED_SINCE || attempt == ATTEMPTS)
            break;
        status = TDX_OK; /* somebody else wrote meanwhile: once more */
    }
    commit_unlock(&lock);
    return status;
}

static int apply(struct setter *s)
{
    enum tdx_status status;

    if (!print_advice(s)) /* nothing is changed */
        return program_finish(&s->options->program, TDX_EXIT_YES);
    status = write_plan(s, &s->number);
    print_lines(s->options, &s->notes);
    if (status != TDX_OK) {
        (void)fputs(text_string(&s->differences), stderr);
        return program_fail(&s->options->program, status, &s->err);
    }
    for (size_t i = 0; i < s->plan.count && s->number > 0; i++)
        if (s->plan.files[i].what != PLAN_GUARD) {
            print_path(talk(s), "Wrote", s->plan.files[i].path);
            text_addf(&s->changed, "%s\n", s->plan.files[i].path);
        }
    if (s->number > 0)
        (void)fprintf(talk(s),
                      "The old files are in /var/lib/tdx-gate/grub/%04u; tdx-grub rollback puts "
                      "them back.\n",
                      s->number);
    return print_proof(s);
}

static int run(struct setter *s)
{
    enum tdx_status status = root_open(s->options->root, &s->root, &s->err);

    if (status == TDX_OK)
        status = look(s);
    if (status != TDX_OK)
        return program_fail(&s->options->program, status, &s->err);
    print_lines(s->options, &s->plan.notes);
    if (is_done(s)) {
        (void)fprintf(talk(s), "Nothing to do: it is as asked already.\n");
        return print_proof(s);
    }
    return s->options->dry_run ? dry_run(s) : apply(s);
}

static void finish(struct setter *s)
{
    plan_free(&s->plan);
    boot_layout_free(&s->layout);
    text_free(&s->differences);
    text_free(&s->notes);
    text_free(&s->changed);
    root_close(&s->root);
}

/* The size that was asked for, checked against the guest. */
static int take_size(struct grub_options *options, struct token_wish *ret)
{
    struct root root = ROOT_CLOSED;
    struct tdx_error err = { 0 };
    struct text notes = { 0 };
    struct size_question question = { .recommended = options->recommended,
                                      .slabs = options->slabs,
                                      .force = options->force };
    enum tdx_status status;

    if (options->recommended == options->have_slabs)
        return program_usage(&options->program, "say one of --mib N, --slabs N, --recommended");
    status = root_open(options->root, &root, &err);
    if (status == TDX_OK)
        status = size_check(&root, &question, &ret->slabs, &notes, &err);
    print_lines(options, &notes);
    text_free(&notes);
    root_close(&root);
    ret->present = status == TDX_OK;
    return status == TDX_OK ? -1 : program_fail(&options->program, status, &err);
}

int grub_set(int argc, char **argv)
{
    struct grub_options options;
    struct setter s = { .options = &options, .root = ROOT_CLOSED };
    int code = grub_options_read(argc, argv, "tdx-grub set-swiotlb", set_help,
                                 GRUB_TAKES_WRITE | GRUB_TAKES_SIZE | GRUB_TAKES_FORMAT, &options);

    if (code < 0)
        code = take_size(&options, &s.wish);
    if (code < 0)
        code = run(&s);
    finish(&s);
    return code;
}

int grub_unset(int argc, char **argv)
{
    struct grub_options options;
    struct setter s = { .options = &options, .root = ROOT_CLOSED };
    int code = grub_options_read(argc, argv, "tdx-grub unset-swiotlb", unset_help,
                                 GRUB_TAKES_WRITE | GRUB_TAKES_FORMAT, &options);

    if (code < 0)
        code = run(&s);
    finish(&s);
    return code;
}
