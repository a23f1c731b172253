/* SPDX-License-Identifier: Apache-2.0 */
#include "pam_tdx/gate_collateral.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/text.h"
#include "core/collateral/bundle.h"
#include "core/collateral/cache.h"

static enum tdx_status read_one(const char *path, struct gate_bundles *bundles,
                                struct tdx_error *err)
{
    size_t at = bundles->count;
    enum tdx_status status =
        file_read(path, BUNDLE_SIZE_LIMIT, FILE_READ_SAFE, &bundles->text[at], err);

    if (status != TDX_OK)
        return status;
    (void)text_quote(path, strlen(path), bundles->name[at], sizeof(bundles->name[at]));
    bundles->count++;
    return TDX_OK;
}

/* For scandir(): the cache's own names, and nothing else that may lie there. */
static int is_bundle(const struct dirent *entry)
{
    struct cache_key key;

    return cache_key_parse(entry->d_name, &key) ? 1 : 0;
}

static enum tdx_status read_folder(const char *path, struct gate_bundles *bundles,
                                   struct tdx_error *err)
{
    enum tdx_status status = file_check_safe(path, err);
    struct dirent **entries = NULL;
    int count;

    if (status != TDX_OK)
        return status;
    count = scandir(path, &entries, is_bundle, alphasort);
    if (count < 0)
        return status_fail_errno(err, TDX_FILE_UNREADABLE, errno, "%s", path);
    if (count > GATE_BUNDLES_MAX)
        status = status_fail(err, TDX_FILE_TOO_LARGE, "%s: %d bundles, at most %d can be there",
                             path, count, GATE_BUNDLES_MAX);
    for (int i = 0; i < count; i++) {
        char *file = NULL;

        if (status == TDX_OK && asprintf(&file, "%s/%s", path, entries[i]->d_name) < 0)
            status = status_fail(err, TDX_NO_MEMORY, "%s", path);
        if (status == TDX_OK)
            status = read_one(file, bundles, err);
        free(file);
        free(entries[i]);
    }
    free(entries);
    return status;
}

enum tdx_status gate_bundles_read(const char *path, struct gate_bundles *ret, struct tdx_error *err)
{
    struct gate_bundles bundles = { 0 };
    enum tdx_status status;
    struct stat st;

    if (stat(path, &st) != 0 && errno == ENOENT)
        return status_fail(err, TDX_CACHE_MISSING, "%s does not exist", path);
    if (stat(path, &st) != 0)
        return status_fail_errno(err, TDX_FILE_UNREADABLE, errno, "%s", path);
    status = S_ISDIR(st.st_mode) ? read_folder(path, &bundles, err) : read_one(path, &bundles, err);
    if (status == TDX_OK && bundles.count == 0)
        status = status_fail(err, TDX_CACHE_MISSING, "nothing in %s", path);
    if (status != TDX_OK) {
        gate_bundles_free(&bundles);
        return status;
    }
    *ret = bundles;
    return TDX_OK;
}

void gate_bundles_free(struct gate_bundles *bundles)
{
    for (size_t i = 0; i < bundles->count; i++)
        file_content_free(&bundles->text[i]);
    bundles->count = 0;
}
