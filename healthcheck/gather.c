/* SPDX-License-Identifier: Apache-2.0 */
#include "healthcheck/gather.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "core/base/files.h"
#include "core/base/number.h"
#include "core/base/root.h"
#include "healthcheck/collect.h"
#include "healthcheck/settings.h"

/* Steps that take long are named while they last, on a terminal only. NULL: wipe the line. */
static void show_step(const char *step)
{
    (void)fprintf(stderr, "\r\x1b[K");
    if (step != NULL)
        (void)fprintf(stderr, "%s ...", step);
    (void)fflush(stderr);
}

/* Where facts come from: this machine, an image, or a recording's folder. */
static enum tdx_status collect_from(const struct options *options, const char *folder,
                                    struct facts *facts, struct tdx_error *err)
{
    struct root root = ROOT_CLOSED;
    bool recording = options->replay != NULL;
    struct collector collector = {
        .root = &root,
        .facts = facts,
        .live = options->root == NULL,
        .recording = recording,
        .network = !options->no_network && options->root == NULL && !recording,
        .gate_conf = options->gate_conf,
        .progress = program_can_rewrite(stderr) && !options->program.quiet ? show_step : NULL,
    };
    char *platform_data = NULL;
    enum tdx_status status = TDX_OK;

    if (options->platform_data != NULL) {
        platform_data = realpath(options->platform_data, NULL);
        if (platform_data == NULL)
            status =
                status_fail_errno(err, TDX_FILE_UNREADABLE, errno, "%s", options->platform_data);
    }
    collector.platform_data = platform_data;
    if (status == TDX_OK)
        status = root_open(folder, &root, err);
    if (status == TDX_OK)
        status = settings_collect(&collector, options->config, err);
    if (status == TDX_OK)
        collect_all(&collector);
    if (status == TDX_OK && collector.progress != NULL)
        show_step(NULL);
    root_close(&root);
    free(platform_data);
    if (status == TDX_OK && !facts_ok(facts))
        status = status_fail(err, TDX_NO_MEMORY, "facts");
    return status;
}

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

enum tdx_status gather(const struct options *options, struct facts **ret, struct tdx_error *err)
{
    struct file_content recorded = { 0 };
    struct facts *facts = NULL;
    enum tdx_status status;

    if (options->replay != NULL && !is_folder(options->replay)) {
        status = file_read(options->replay, FACTS_DOCUMENT_LIMIT, FILE_READ_ANY, &recorded, err);
        if (status == TDX_OK)
            status = facts_parse(file_content_span(&recorded), &facts, err);
        file_content_free(&recorded);
        if (status == TDX_OK && options->config != NULL)
            status = settings_collect(&(struct collector){ .facts = facts }, options->config, err);
    } else {
        facts = facts_new();
        if (facts == NULL)
            return status_fail(err, TDX_NO_MEMORY, "facts");
        status = collect_from(options, options->root != NULL ? options->root : options->replay,
                              facts, err);
    }
    if (status == TDX_OK)
        *ret = facts;
    else
        facts_free(facts);
    return status;
}

int64_t gather_time(const struct options *options, const struct facts *facts)
{
    const struct fact *recorded = facts_find(facts, "probe:now");
    struct maybe_u64 seconds = { 0 };

    if (options->replay != NULL && recorded->state == FACT_KNOWN)
        seconds = number_in_file(recorded->value);
    return seconds.known && seconds.value <= INT64_MAX ? (int64_t)seconds.value
                                                       : (int64_t)time(NULL);
}
