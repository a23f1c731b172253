/* SPDX-License-Identifier: Apache-2.0 */
/* tdx-swiotlb: the admin's view of SWIOTLB. Everything it knows is in libswiotlb. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/files.h"
#include "swiotlb/live_log.h"
#include "swiotlb/options.h"
#include "swiotlb/report.h"
#include "swiotlb/watch.h"

/* What it runs on; too large for the stack's taste. */
struct session {
    struct swiotlb_options options;
    struct swiotlb_facts facts;
    struct swiotlb_advice advice;
    struct kernel_log log;
    struct root root;
    struct tdx_error log_error; /* why there is no kernel log */
};

static int convert(const struct swiotlb_options *options)
{
    const struct program *program = &options->program;
    const struct swiotlb_guest guest = { .confidential = ANSWER_YES };
    uint64_t slabs =
        options->mib.known ? options->mib.value * SWIOTLB_SLABS_PER_MIB : options->slabs.value;
    uint64_t rounded = swiotlb_round_up(&guest, slabs);

    if (options->mib.known) {
        (void)printf("%llu\n", (unsigned long long)slabs);
    } else {
        /* A slab is 1/512 MiB: nine decimals say it exactly; trailing zeros go. */
        char text[40];
        int length =
            snprintf(text, sizeof(text), "%llu.%09llu", (unsigned long long)swiotlb_mib(slabs),
                     (unsigned long long)(slabs % SWIOTLB_SLABS_PER_MIB * 1953125));

        while (length > 0 && text[length - 1] == '0')
            text[--length] = '\0';
        if (length > 0 && text[length - 1] == '.')
            text[--length] = '\0';
        (void)printf("%s\n", text);
    }
    if (swiotlb_cannot_be_asked(slabs))
        program_note(program,
                     "swiotlb=%llu is taken for \"not given\" in a TDX guest; the next "
                     "size is 65536",
                     (unsigned long long)slabs);
    else if (rounded != slabs)
        program_note(program, "kernels from 6.0 on make %llu of it", (unsigned long long)rounded);
    if (slabs > SWIOTLB_BLIND_LIMIT_SLABS)
        program_note(program, "more than 1 GiB often cannot be had below 4 GiB; older kernels then "
                              "do not boot");
    return program_finish(program, TDX_EXIT_YES);
}

static enum tdx_status read_saved_log(struct session *session, struct tdx_error *err)
{
    struct file_content content = { 0 };
    enum tdx_status status =
        file_read(session->options.kernel_log, KERNEL_LOG_LIMIT, FILE_READ_ANY, &content, err);

    if (status == TDX_OK) {
        kernel_log_parse(file_content_span(&content), &session->log);
        swiotlb_facts_from_log(&session->log, &session->facts);
    }
    file_content_free(&content);
    return status;
}

/* Gathers the facts from what the options name. */
static enum tdx_status gather(struct session *session, struct tdx_error *err)
{
    const struct swiotlb_options *options = &session->options;
    enum tdx_status status = TDX_OK;

    if (options->memory.known) {
        swiotlb_options_plan(options, &session->facts);
        return TDX_OK;
    }
    if (options->kernel_log != NULL)
        status = read_saved_log(session, err);
    if (status != TDX_OK || (options->kernel_log != NULL && options->root == NULL))
        return status;
    status = root_open(options->root, &session->root, err);
    if (status != TDX_OK)
        return status;
    if (options->kernel_log == NULL && session->root.live &&
        live_log_read(&session->log, &session->log_error) == TDX_OK)
        swiotlb_facts_from_log(&session->log, &session->facts);
    swiotlb_facts_read(&session->root, &session->facts);
    return TDX_OK;
}

static int answer(const struct session *session)
{
    const struct swiotlb_options *options = &session->options;
    const struct swiotlb_facts *facts = &session->facts;
    struct text out = { 0 }, fitted = { 0 };
    const struct text *shown = options->program.format == OUTPUT_JSON ? &out : &fitted;
    int code = TDX_EXIT_YES;

    if (options->program.format == OUTPUT_JSON)
        report_json(&out, facts, &session->advice);
    else if (options->command == SWIOTLB_RECOMMEND)
        report_arithmetic(&out, facts, &session->advice);
    else
        report_text(&out, facts, &session->advice,
                    session->log_error.detail[0] != '\0' ? session->log_error.detail : NULL);
    if (options->program.format != OUTPUT_JSON)
        report_fit(&out, program_columns(stdout, 0), &fitted);
    if (text_ok(shown))
        (void)fputs(text_string(shown), stdout);
    else
        code = program_fail(&options->program, TDX_NO_MEMORY, NULL);
    text_free(&fitted);
    text_free(&out);
    if (code == TDX_EXIT_YES && options->command == SWIOTLB_RECOMMEND) {
        if (session->advice.verdict == SWIOTLB_NOT_KNOWN)
            code = TDX_EXIT_UNDECIDED;
        else if (session->advice.cut && (session->advice.verdict == SWIOTLB_ASK ||
                                         session->advice.verdict == SWIOTLB_AT_LIMIT))
            code = TDX_EXIT_NO;
    } else if (code == TDX_EXIT_YES && options->kernel_log == NULL && !facts->slabs.known) {
        code = TDX_EXIT_UNDECIDED;
    }
    return program_finish(&options->program, code);
}

int main(int argc, char **argv)
{
    struct session *session = calloc(1, sizeof(*session));
    struct tdx_error err = { 0 };
    enum tdx_status status;
    int code;

    if (session == NULL)
        return program_fail(&(struct program){ .name = "tdx-swiotlb" }, TDX_NO_MEMORY, NULL);
    session->root.fd = -1;
    code = swiotlb_options_read(argc, argv, &session->options);
    if (code >= 0)
        goto done;
    if (session->options.mib.known || session->options.slabs.known) {
        code = convert(&session->options);
        goto done;
    }
    status = gather(session, &err);
    if (status != TDX_OK) {
        code = program_fail(&session->options.program, status, &err);
    } else if (session->options.command == SWIOTLB_WATCH) {
        code = swiotlb_watch(&session->options, &session->root, &session->facts);
    } else {
        swiotlb_advise(&session->facts, &session->advice);
        code = answer(session);
    }
done:
    root_close(&session->root);
    free(session);
    return code;
}
